"""The first phase: an organisation applies and is assessed."""
