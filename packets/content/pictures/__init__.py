"""Read the pictures of a content folder: SVG drawings and PNG files."""
