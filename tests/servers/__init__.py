"""Real servers that tests talk to, each started from packages on free ports and stopped again."""
