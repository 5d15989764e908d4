"""Organisations that visit and host, and the people who speak for them."""
