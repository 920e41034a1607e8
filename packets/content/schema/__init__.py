"""Describe the fields of every kind of content file."""
