"""The public pages of partnerships, and those on which they keep their own data."""
