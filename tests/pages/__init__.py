"""Measure the pages of finished PDFs, and check them against the rules of design for printed handouts."""
