"""Integrity rules: what must never be true of what the systems say, one SQL file each."""
