"""The verification pack: all that a case's signed documents are checked with, years later and without this server."""
