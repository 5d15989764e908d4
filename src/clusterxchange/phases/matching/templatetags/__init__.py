"""What templates of the matching need."""
