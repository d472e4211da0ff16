"""Pure functions: a dataclass or a data frame in, a component tree or a drawing out."""
