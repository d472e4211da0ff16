"""The web around Dash: which pages there are, who may ask for what, login, headers."""
