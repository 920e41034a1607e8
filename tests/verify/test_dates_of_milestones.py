"""Test that verification of a file alone counts the dates of its table again, whatever else its pages say."""

from __future__ import annotations

import datetime as dt

from msgspec.structs import replace

from packets.cli.preview import sample_answers
from packets.content.library import Library, load_for_packet
from packets.model.case import PrintOptions
from packets.model.filled_packet import DateTable, FilledPacket
from packets.pipeline import fill_packet
from packets.verified_pdf import render
from packets.verify.inspect import _problems
from tests.samples import CONTENT, case, library, packet

KNEE = "total-knee-replacement"
SURGERY = dt.date(2026, 12, 7)


def problems(filled: FilledPacket, content: Library) -> list[str]:
    texts = list(render(filled, PrintOptions()).texts)
    return [str(problem) for problem in _problems(texts, content)]


def table(filled: FilledPacket) -> DateTable:
    (found,) = (block for block in filled.blocks if isinstance(block, DateTable))
    return found


def test_the_date_of_a_row_for_some_patients_is_counted_where_it_is_printed() -> None:
    content = load_for_packet(CONTENT.parent / "samples" / "library", KNEE, "en", ("discharge",))
    answers = sample_answers(content.handouts[KNEE, "en"], str(SURGERY))

    def filled(blood_thinner: str, surgery: dt.date = SURGERY) -> FilledPacket:
        given = answers | {"blood_thinner": blood_thinner}
        knee = case(procedure=KNEE, site="downtown", answers=given, surgery_date=surgery)
        return fill_packet(content, knee, include_drafts=True)

    right, without = filled("yes"), filled("no")
    assert problems(right, content) == problems(without, content) == []
    rows, usual = table(right).rows, {row.label for row in table(without).rows}
    later = {row.label: row for row in table(filled("yes", SURGERY + dt.timedelta(1))).rows}
    forged = replace(table(right), rows=tuple(row if row.label in usual else later[row.label] for row in rows))
    wrong = tuple(forged if isinstance(block, DateTable) else block for block in right.blocks)
    assert problems(replace(right, blocks=wrong, dates=()), content) == [
        'V17 the date of "blood-thinner" does not follow from the surgery date'
    ]


def test_a_name_that_reads_like_a_surgery_date_changes_nothing() -> None:
    for day in ("Monday, December 14, 2026", "Monday, December 31, 2026", "Monday, February 31, 2026"):
        assert problems(packet(surgeon=f"Surgery date {day}"), library()) == []
