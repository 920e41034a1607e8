"""Measure how plain a text is and advise its author."""
