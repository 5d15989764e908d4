"""registration: from a form to accepted."""
