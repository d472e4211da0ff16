"""Whatever stands in a message or a file: no decoder crashes, hangs, grows or changes its mind. `make fuzz` looks for the opposite."""
