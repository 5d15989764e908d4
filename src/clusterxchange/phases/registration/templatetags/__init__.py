"""What templates of the registration need."""
