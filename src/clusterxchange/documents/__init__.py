"""Keep what is printed: agreements as PDF files, their labels in each language, and the record of what was made."""
