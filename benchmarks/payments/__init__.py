"""How long the bank file takes."""
