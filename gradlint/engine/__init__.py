"""Takes paths and settings; gives findings, and what was given up on the way."""
