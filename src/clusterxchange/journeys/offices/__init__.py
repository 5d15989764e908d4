"""Who works for the support office and the agency: one person proposes a change, a second one confirms it."""
