"""A second renderer, on reportlab's canvas, that the tests compare the product's renderer with."""
