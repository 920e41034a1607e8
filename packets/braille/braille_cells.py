"""Convert between braille cells (U+2800 to U+283F) and the letters of a BRF file (North American braille ASCII)."""

from __future__ import annotations

BLANK = "\u2800"
_ASCII = " A1B'K2L@CIF/MSP\"E3H9O6R^DJG>NTQ,*5<-U8V.%[$+X!&;:4\\0Z7(_?W]#Y)="
_TO_ASCII = {cell: letter for cell, letter in enumerate(_ASCII, ord(BLANK))}
_TO_CELL = {ord(letter): chr(cell) for cell, letter in _TO_ASCII.items()}


def is_cells(text: str) -> bool:
    """Return whether every character is a cell of six dots."""
    return all(ord(character) in _TO_ASCII for character in text)


def to_ascii(cells: str) -> str:
    return cells.translate(_TO_ASCII)


def to_cells(letters: str) -> str:
    """Return the cells of a line of a BRF file; a character that stands for no cell is kept."""
    return letters.translate(_TO_CELL)
