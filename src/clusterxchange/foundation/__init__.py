"""What any such tool needs and the scheme has no word for: files, mail, money, the clock, search text."""
