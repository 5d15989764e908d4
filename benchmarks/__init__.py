"""Measurements of what the tool does, apart from its tests."""
