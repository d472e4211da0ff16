"""Business documents of trading partners, X12 and EDIFACT: from their bytes to what they state. No I/O, no clock."""
