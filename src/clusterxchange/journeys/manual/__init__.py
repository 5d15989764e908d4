"""The user manual: one text file a language and reader, shown as pages and as an accessible file."""
