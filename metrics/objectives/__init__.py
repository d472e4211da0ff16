"""Objectives: promises on metrics, read from OpenSLO, with their error budgets and burn rates as of a moment."""
