"""A second renderer, built on reportlab, that the tests compare with the product's renderer."""
