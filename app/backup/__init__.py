"""A copy of a home, made while it is served, whole and verified, and the way back from it."""
