"""Pages of matching, by what they show."""
