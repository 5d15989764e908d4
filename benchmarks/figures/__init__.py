"""How long the figures take over many exchanges."""
