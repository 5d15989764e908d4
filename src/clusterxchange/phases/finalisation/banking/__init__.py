"""What a partnership and its bank say to each other: the bank file, and the statement that comes back."""
