"""What came of an exchange, asked half a year after its closing."""
