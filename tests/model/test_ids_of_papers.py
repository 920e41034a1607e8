"""Two different papers never have the same packet id, and the same paper always has the same one."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from packets.case_input.case_reader import EnteredValue
from packets.content.library import Library, load
from packets.model.case import Paper, PrintOptions, PrintSize
from packets.model.filled_packet import texts
from packets.model.packet_id import NO_ID
from packets.pipeline import case_of, fill_packet
from tests.effort import examples

SAMPLES = Path(__file__).resolve().parents[2] / "samples" / "library"
KEY = b"k" * 32
PROCEDURE = "total-knee-replacement"
CHOICES: dict[str, tuple[str, ...]] = {
    "patient_name": ("Rosa Sample", "Ana Sample"),
    "mrn": ("00418823", "00418824"),
    "dob": ("", "1961-03-09"),
    "surgery_date": ("2026-12-07", "2026-12-08"),
    "surgeon": ("Dr. Eva Lindqvist", "Dr. Jane Sample"),
    "site": ("downtown", "northside"),
    "status": ("", "planned"),
    "discharge_date": ("", "2026-12-09"),
    "follow_up": ("", "January 4, 10:30"),
    "side": ("left", "right", "both"),
    "walking_aid": ("walker", "cane"),
    "blood_thinner": ("yes", "no", "undecided"),
    # Not printed: one paper.
    "start_time": ("", "07:30"),
}
OTHERS = {
    "language": ("en", "es", "de"),
    "plan": ("discharge", "handout"),
    "revision": ("1", "2"),
    "paper": ("letter", "a4"),
    "size": ("normal", "large"),
}
ONE = {name: values[0] for name, values in {**CHOICES, **OTHERS}.items()}
PAPERS = st.fixed_dictionaries({name: st.sampled_from(values) for name, values in {**CHOICES, **OTHERS}.items()})
CHANGES = st.sampled_from([(name, value) for name, values in {**CHOICES, **OTHERS}.items() for value in values])


@cache
def library(revision: int) -> Library:
    loaded, problems = load(SAMPLES)
    assert loaded is not None, problems
    handouts = {key: replace(handout, revision=revision) for key, handout in loaded.handouts.items()}
    changed = {key: replace(handout, revision=revision) for key, handout in loaded.surgeon_handouts.items()}
    return replace(loaded, handouts=handouts, surgeon_handouts=changed)


def paper_and_id(chosen: dict[str, str]) -> tuple[object, str]:
    """Return everything that is read on the pages, and the packet id."""
    content = library(int(chosen["revision"]))
    entered = {name: EnteredValue(chosen[name], "form") for name in CHOICES if chosen[name]}
    # A surgeon's own instructions are in English only.
    language = "en" if chosen["surgeon"] == "Dr. Jane Sample" else chosen["language"]
    handout = content.handouts[PROCEDURE, language]
    how = PrintOptions(Paper(chosen["paper"]), PrintSize(chosen["size"]))
    case, problems = case_of(entered, handout, content, how, lambda: KEY, plan=chosen["plan"], include_drafts=True)
    assert case is not None, problems
    printed = fill_packet(content, replace(case, packet_id=NO_ID), plan=chosen["plan"], include_drafts=True)
    # Two patients may have one name: the record number and the date are part of the paper in every plan.
    read = [text for block in printed.blocks for text in texts(block)]
    return (read, printed.title, printed.header_footer, how, case.record_number, case.surgery_date), case.packet_id


@settings(max_examples=examples(60), deadline=None)
@given(PAPERS, CHANGES)
def test_an_id_changes_with_the_paper_and_only_with_it(chosen: dict[str, str], change: tuple[str, str]) -> None:
    paper, number = paper_and_id(chosen)
    other_paper, other_number = paper_and_id(chosen | {change[0]: change[1]})
    assert (paper == other_paper) is (number == other_number), change


def test_each_printed_fact_changes_the_id() -> None:
    """One change at a time; only what is not printed leaves the id as it is."""
    numbers = {paper_and_id(ONE)[1]}
    for name, values in {**CHOICES, **OTHERS}.items():
        for value in values[1:]:
            number = paper_and_id(ONE | {name: value})[1]
            if name == "start_time":
                assert number in numbers
            else:
                assert number not in numbers, (name, value)
                numbers.add(number)
