"""matching: from the catalogue to a match."""
