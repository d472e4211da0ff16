"""What brokers need beyond reading: connections, addresses, dead letters and what their headers say."""
