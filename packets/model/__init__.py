"""Define the domain's values and rules; nothing here reads a file, a clock or a locale."""
