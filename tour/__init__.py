"""A client from outside that plays whole exchanges. It imports nothing of the project and sees no database."""
