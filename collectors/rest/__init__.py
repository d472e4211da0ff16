"""Reading from the web APIs of others: requests, who makes them, how pages follow each other, and where reading goes on."""
