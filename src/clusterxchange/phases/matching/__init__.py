"""The second phase: two organisations find each other."""
