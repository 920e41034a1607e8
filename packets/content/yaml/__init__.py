"""Read YAML files into trees of text with places, and explain mistakes in an author's words."""
