"""The rules of the scheme on pages: one person of the support office drafts a version, another one approves it."""
