"""Find a procedure among hundreds: by its names, synonyms and specialty in any language, or its id."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator

from msgspec import Struct

from packets.content.catalog import CatalogEntry
from packets.model.handout import Status

FAVORITES_COOKIE = "packets-favorites"
MAX_FAVORITES = 40  # a cookie holds 4 KB


class Procedure(Struct, frozen=True):
    """A procedure to choose. `words` are all that it can be found by, without accents and capitals."""

    entry: CatalogEntry
    words: str
    favorite: bool = False
    recent: bool = False


def plain(text: str) -> str:
    """Return a text without accents and capitals, as a nurse may type it."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(letter for letter in letters if not unicodedata.combining(letter)).split())


def procedures(entries: Iterable[CatalogEntry], favorites: Iterable[str], recent: Iterable[str]) -> list[Procedure]:
    """Return each procedure once: favorites first, then today's, then those that a clinician has approved.

    `entries` has the translations of a handout after the original, whose title is shown.
    """
    favorites, recent = set(favorites), set(recent)
    by_id: dict[str, list[CatalogEntry]] = {}
    for entry in entries:
        by_id.setdefault(entry.id, []).append(entry)
    found = [
        Procedure(
            languages[0],
            plain(" ".join([procedure, procedure.replace("-", " "), *_words(languages)])),
            procedure in favorites,
            procedure in recent,
        )
        for procedure, languages in by_id.items()
    ]
    return sorted(found, key=_order)


def _words(languages: Iterable[CatalogEntry]) -> Iterator[str]:
    """Yield all that authors have written to find a handout by."""
    for entry in languages:
        yield from (entry.title, *entry.names, *entry.synonyms, entry.specialty)


def _order(each: Procedure) -> tuple[bool, bool, bool, str]:
    return not each.favorite, not each.recent, each.entry.status is Status.DRAFT, plain(each.entry.title)


def matching(found: Iterable[Procedure], query: str) -> list[Procedure]:
    """Return the procedures that have every typed word, or the beginning or a part of it."""
    words = plain(query).split()
    return [procedure for procedure in found if all(word in procedure.words for word in words)]


def read_favorites(cookie: str, known: Iterable[str]) -> list[str]:
    """Return the favorites in the cookie that are still procedures."""
    ids = set(known)
    return [procedure for procedure in dict.fromkeys(cookie.split(".")) if procedure in ids]


def write_favorites(favorites: Iterable[str]) -> str:
    return ".".join(list(favorites)[-MAX_FAVORITES:])
