"""Recovery: from a failed case to a proven one, by approved paths only."""
