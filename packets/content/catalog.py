"""List the handouts of a content folder.

Their words are not checked, because a folder may have hundreds of handouts.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from msgspec import Struct

from packets.content.build import build_review, string_list
from packets.content.loader import ContentLoader
from packets.content.schema.records import ParsedRecord
from packets.errors import Problem, ordered
from packets.model.handout import Status


class CatalogEntry(Struct, frozen=True):
    """One handout in the catalog."""

    id: str
    title: str
    language: str
    revision: int
    status: Status
    by: str
    on: dt.date | None
    again_by: dt.date | None
    names: tuple[str, ...]  # besides the title
    synonyms: tuple[str, ...]
    specialty: str


def catalog(root: Path) -> tuple[tuple[CatalogEntry, ...], tuple[Problem, ...]]:
    """Return each handout (translations after the original), and the problems of files with bad or missing fields.

    Mistakes in the words are found when the handout is loaded for a packet, or by `check`.
    """
    loader = ContentLoader(root, None)
    clinic = loader.clinic()
    first = clinic.language if clinic else ""
    keys = sorted(loader.files().handouts, key=lambda key: (key[0], key[1] != first, key[1]))
    records = {key: loader.handout_record(*key) for key in keys}
    entries = tuple(_entry(*key, record) for key, record in records.items() if record)
    return entries, ordered(problem for problem in loader.problems if not problem.warning)


def _entry(procedure: str, language: str, record: ParsedRecord) -> CatalogEntry:
    review = build_review(record.get("review", ParsedRecord))
    return CatalogEntry(
        procedure,
        record.text("title"),
        language,
        record.get("revision", int) or 0,  # required, so never 0
        review.status,
        review.by,
        review.on,
        review.again_by,
        string_list(record, "names"),
        string_list(record, "synonyms"),
        record.text("specialty"),
    )
