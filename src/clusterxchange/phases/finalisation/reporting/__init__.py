"""What goes with a report: answers saved on the way, the photos of a story, presence shown by a code."""
