"""Check content files for mistakes that a schema cannot see."""
