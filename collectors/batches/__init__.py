"""What the night owes: which files are expected by when, and whether one that came is good."""
