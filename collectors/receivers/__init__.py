"""Receivers: what listens for clients that send by themselves."""
