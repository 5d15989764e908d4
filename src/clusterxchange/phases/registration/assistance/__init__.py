"""Helping people in: what they are invited, asked and told, and lists of many."""
