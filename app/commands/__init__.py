"""What the commands do. `app/cli.py` reads the words, and prints what goes wrong."""
