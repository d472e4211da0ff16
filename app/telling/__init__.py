"""Telling: who asked to be told of which alerts, by which ways, and what became of each message."""
