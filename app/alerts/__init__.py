"""Alerts: what began to need somebody and when that ended, each a record of its own, told once however often it is looked at."""
