"""What spans phases."""
