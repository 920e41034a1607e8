"""Lay out scripts that need shaping or run from right to left; imported only for text that has such characters."""
