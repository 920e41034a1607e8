"""Read finished PDFs back and check them."""
