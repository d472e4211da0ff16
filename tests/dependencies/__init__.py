"""What Syncline stands on: every locked package, why it is there, under which licence, and whether it is known to be vulnerable."""
