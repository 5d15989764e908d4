"""The third phase: four parties agree and sign."""
