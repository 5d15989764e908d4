"""The four phases of the programme, one folder each."""
