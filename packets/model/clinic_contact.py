"""Define how a clinic is reached: telephone numbers, emergency advice, and texts that differ by language."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from msgspec import Struct

T = TypeVar("T")

OFFICE = "office"  # the id of the only number of a clinic that writes phone: and dial:
Texts = tuple[tuple[str, T], ...]  # pairs of language and text; the language "" is the clinic's


def text_in(texts: Texts[T], language: str, home: str) -> T | None:
    """Return the text in a language, or None if there is none; `home` is the clinic's language."""
    by_language = dict(texts)
    return by_language.get(language, by_language.get("") if language == home else None)


class Phone(Struct, frozen=True):
    """One number of the clinic. `number` is as printed, `dial` as dialed (RFC 3966): +1-816-363-2500."""

    id: str
    number: str
    dial: str
    label: Texts[str] = ()
    hours: Texts[str] = ()

    @property
    def link(self) -> str:
        return f"tel:{self.dial}"


class Emergency(Struct, frozen=True):
    """The number to call in an emergency, and the signs that call for it in each language."""

    number: str
    when: Texts[tuple[str, ...]] = ()

    @property
    def link(self) -> str:
        return f"tel:{self.number}"


def with_changes(phones: Iterable[Phone], changes: Iterable[Phone]) -> tuple[Phone, ...]:
    """Return the numbers in their order, those with the id of a changed one replaced, then the new ones."""
    numbers = {phone.id: phone for phone in phones} | {phone.id: phone for phone in changes}
    return tuple(numbers.values())
