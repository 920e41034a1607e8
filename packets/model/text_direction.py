"""Right-to-left languages and letters, and isolates, which keep a filled-in value apart from the words around it.

UAX #9: what stands between FSI and PDI has the direction of its own first letter, and its order neither changes the
order of what is around it nor is changed by it. The layout takes the two characters out; they are never drawn.
"""

from __future__ import annotations

import re

FSI, PDI = "\u2068", "\u2069"

# As ranges of a regular expression.
HEBREW = "\u0590-\u05ff\ufb1d-\ufb4f"
ARABIC = "\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufefc"
FROM_RIGHT = re.compile(f"[{HEBREW}{ARABIC}]")

# Languages that run from right to left, as CLDR has them.
_LANGUAGES = frozenset(("ar", "arc", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"))


def is_from_right(language: str) -> bool:
    return language.split("-")[0] in _LANGUAGES


def isolated(value: str, language: str) -> str:
    """Isolate a value that was entered, for a sentence in `language`; unchanged where nothing runs from the right."""
    if value and (is_from_right(language) or FROM_RIGHT.search(value)):
        return f"{FSI}{value}{PDI}"
    return value


def without_isolates(text: str) -> str:
    return text.replace(FSI, "").replace(PDI, "")
