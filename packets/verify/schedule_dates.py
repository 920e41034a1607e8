"""Compute the dates of the `schedule:` blocks again, from the surgery date that a finished PDF shows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from packets.errors import Problem
from packets.fill import regimen_tables
from packets.model.handout import Handout
from packets.model.language import Language
from packets.model.regimen import Regimen, RegimenStep
from packets.verify.extract_text import without_whitespace


def prints_steps(everything: str, handout: Handout, language: Language) -> bool:
    """Return whether the text of all pages, without white space, has a step of a schedule."""
    return any(True for _ in _printed_steps(everything, handout, language))


def wrong_steps(everything: str, handout: Handout, language: Language, surgery: dt.date) -> Iterator[Problem]:
    """Yield a problem for each printed step whose dates, or those beside its boxes, are not those of this surgery."""
    for regimen, number, step in _printed_steps(everything, handout, language):
        dates = [regimen_tables.step_dates(step, language, surgery)]
        dates += regimen_tables.box_dates(step, language, surgery) if regimen.boxes else ()
        if any(without_whitespace(date) not in everything for date in dates):
            name = f"{regimen.what}, step {number}"
            yield Problem("V17", f'the date of "{name}" does not follow from the surgery date')


def _printed_steps(everything: str, handout: Handout, language: Language) -> Iterator[tuple[Regimen, int, RegimenStep]]:
    """Yield the steps that are in the text; others are for patients with other answers, or not in the packet plan."""
    for regimen in (placed.regimen for placed in handout.regimens):
        for number, step in enumerate(regimen.steps, 1):
            row = regimen_tables.how_often(step, language) + regimen_tables.interval(step, language)
            if without_whitespace(regimen.what) in everything and without_whitespace(row) in everything:
                yield regimen, number, step
