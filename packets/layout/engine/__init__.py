"""Fonts of a PDF and the codes of their glyphs; docs/rendering.md says how they are used."""
