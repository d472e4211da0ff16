"""Everything DuckDB knows: the store, its tables, its models."""
