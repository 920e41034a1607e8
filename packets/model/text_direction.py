"""Detect right-to-left text and wrap values in bidi isolates.

Text between FSI and PDI takes the direction of its own first letter and does not reorder the text around it
(UAX #9). The layout removes both characters; they are never drawn.
"""

from __future__ import annotations

import re

FSI, PDI = "\u2068", "\u2069"

# Character ranges for regular expressions.
HEBREW = "\u0590-\u05ff\ufb1d-\ufb4f"
ARABIC = "\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufefc"
RIGHT_TO_LEFT = re.compile(f"[{HEBREW}{ARABIC}]")

# Right-to-left languages, from CLDR.
_LANGUAGES = frozenset(("ar", "arc", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"))


def is_right_to_left(language: str) -> bool:
    return language.split("-")[0] in _LANGUAGES


def isolated(value: str, language: str) -> str:
    """Return an entered value, wrapped in an isolate if it or the `language` runs from right to left."""
    if value and (is_right_to_left(language) or RIGHT_TO_LEFT.search(value)):
        return f"{FSI}{value}{PDI}"
    return value


def without_isolates(text: str) -> str:
    return text.replace(FSI, "").replace(PDI, "")
