"""The top layer: settings, addresses and what wraps each request."""
