"""Annotations: what people and their machines say happened at a moment, or between two, so that charts can be read."""
