"""Define where the text of a handout comes from, and what was changed in it."""

from __future__ import annotations

import datetime as dt

from msgspec import Struct

OURS = "ours"  # the source of text that says nothing about care


class Change(Struct, frozen=True):
    """A place where the printed text differs from the source, and why."""

    where: str
    was: str
    now: str
    why: str
    confirmed_by: str = ""
    confirmed_on: dt.date | None = None


class Source(Struct, frozen=True):
    """A text whose facts we restate: its publisher, where it was read, and why it may be used."""

    id: str
    title: str
    publisher: str
    url: str
    seen: str
    rights: str


class Provenance(Struct, frozen=True):
    """One source with its sha256, printed unchanged, or several `sources` whose facts we restate."""

    source: str
    sha256: str
    changes: tuple[Change, ...] = ()
    sources: tuple[Source, ...] = ()
