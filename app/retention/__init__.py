"""How long what is kept beside the business data stays: settings, and letting go of what is older."""
