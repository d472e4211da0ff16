"""Duty: who is on shift when, who stands in for them, and who is told of an alert next while nobody looks after it."""
