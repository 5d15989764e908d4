"""The four phases of the programme, each a folder with the same files."""
