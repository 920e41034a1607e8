"""Sample cases for the tests: made-up people, and the shipped content."""

from __future__ import annotations

import datetime as dt
import shutil
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from packets.content.library import Library, load
from packets.model.case import Case
from packets.model.filled_packet import FilledPacket
from packets.model.handout import Handout
from packets.pipeline import fill_packet

CONTENT = Path(__file__).resolve().parent.parent / "content"
LONGEST = (
    "Maximiliana-Theodora Wolfeschlegelsteinhausenbergerdorff de la Santísima Trinidad y "
    "Todos los Santos Featherstonehaughes"
)
NAMES = {
    "plain": "Rosa Martinez-O’Neil",
    "single": "Xi",
    "longest": LONGEST,
    "one long word": "W" * 120,
    "Vietnamese": "Nguyễn Thị Minh Khai",
    "Polish": "Żółć Gęślą-Jaźń",
    "Cyrillic": "Сергей Петров",
    "Greek": "Ελένη Παπαδοπούλου",
    "markup": "<b>Bo</b> & {surgeon} [[x]] =cmd **y**",
}


def handout() -> Handout:
    return library().handouts["cervical-foraminotomy", "en"]


@cache
def library() -> Library:
    shipped, problems = load(CONTENT)
    assert shipped is not None, problems
    return shipped


def copy_in_english(root: Path, procedure: str = "cervical-foraminotomy") -> Path:
    """Copy the shipped content with one procedure and without translations, which loads faster; return its root."""
    translations = {f"*{tag}.yaml" for tag in ("es", "de")}
    shutil.copytree(CONTENT, root, ignore=shutil.ignore_patterns("procedures", "schema", *translations))
    name = Path("procedures", procedure)
    shutil.copytree(CONTENT / name, root / name, ignore=shutil.ignore_patterns(*translations))
    return root


def loaded(root: Path) -> Library:
    """Return the library of a content folder without mistakes; it is loaded again when a file has changed."""
    files = sorted(file for file in root.rglob("*") if file.is_file())
    return _loaded(root, tuple((file, file.read_bytes()) for file in files))


@lru_cache(maxsize=8)
def _loaded(root: Path, _files: tuple[tuple[Path, bytes], ...]) -> Library:
    known, problems = load(root)
    assert known is not None, problems
    return known


def case(**changes: Any) -> Case:
    """Return the case of the made-up Rosa Martinez-O'Neil, with a collar."""
    plain = Case(
        procedure="cervical-foraminotomy",
        patient_name=NAMES["plain"],
        record_number="00418823",
        surgery_date=dt.date(2026, 12, 7),
        surgeon="Dr. Jane Rivera",
        answers={"collar": "yes"},
        packet_id="SAMP-LE2Z",
        language="en",
    )
    return replace(plain, **changes)


def packet(plan: str = "discharge", *, drafts: bool = False, **changes: Any) -> FilledPacket:
    return fill_packet(library(), case(**changes), plan=plan, include_drafts=drafts)
