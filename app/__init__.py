"""The product: composes the rest and owns no rule about data."""
