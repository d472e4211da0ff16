"""Roles as data, and the rights that code asks for: who may see which page, and who may do what."""
