"""Group exchanges across the phases: a change reaches every exchange, and many are consented to at once."""
