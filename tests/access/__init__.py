"""Who may call what: a matrix of everything that can be asked of a running Syncline, and what nobody may find out."""
