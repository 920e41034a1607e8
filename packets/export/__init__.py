"""Write the packets of a batch as documents for a record system."""
