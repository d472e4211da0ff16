"""Machine access: the tokens by which machines read, send and act, and what is refused to them."""
