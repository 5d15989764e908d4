"""The people who speak for an organisation: invited, asking to join, handing over, leaving."""
