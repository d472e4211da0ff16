"""Tables of relational databases: how they are reached, paged, and written down as records."""
