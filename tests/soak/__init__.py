"""How long it lasts: traffic for as long as wanted, with kills in between; `make soak` runs it, RESULTS.md keeps what came out."""
