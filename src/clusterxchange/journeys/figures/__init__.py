"""A partnership, or the whole scheme, in numbers: each with its list, as of any day."""
