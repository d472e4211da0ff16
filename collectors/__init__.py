"""From sources to events: receiving, reading, and understanding what was read."""
