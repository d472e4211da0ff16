"""Messages as they were sent: found, laid out, masked by right, unmasked for a time, and every look written down."""
