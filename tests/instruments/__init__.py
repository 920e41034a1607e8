"""What the tests measure with: independent of the code that makes the pages."""
