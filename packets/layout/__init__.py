"""Lay out a filled packet on pages, with its structure tree."""
