"""Drills: the tool under what may happen to it in years."""
