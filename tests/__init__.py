"""Everything that proves Syncline: run it with `make test`."""
