"""Values and rules of the field; nothing here reads a file, a clock or a locale."""
