"""Explain how each recovery date of a procedure was computed."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec.structs import replace

from packets.cli import case_options, options
from packets.content.schema.slots import ALWAYS_ASKED, MAY_BE_ASKED
from packets.model.applicable import DISCHARGE_DATE, possible_milestones
from packets.model.handout import Handout
from packets.model.question import FIXED_CHOICES

if TYPE_CHECKING:
    from packets.fill.explain import Explanation
    from packets.model.language import Language
    from packets.model.recovery import SurgeonOverride


@click.command()
@click.argument("procedure", required=False)
@case_options.case_file("A case as a YAML file: its surgery date, surgeon, language and answers.")
@click.option("--surgery-date", metavar="DATE", help="Such as 2026-12-07.")
@click.option("--surgeon", metavar="NAME", help="The surgeon, whose instructions may change the dates.")
@case_options.answers("Only the dates for this answer; repeatable.")
@click.option("--language", metavar="TAG", help="Such as en; default: the clinic's (clinic.yaml).")
@options.content
@options.as_json
def command(
    procedure: str | None,
    case_file: str | None,
    surgery_date: str | None,
    surgeon: str | None,
    answers: tuple[str, ...],
    language: str | None,
    content: Path | None,
    as_json: bool,
) -> None:
    """Explain each recovery date: its source, the rule and the arithmetic.

    The source is a sentence of the handout, or the surgeon's instructions, with who gave them, when and why. Drafts are
    shown too. With answers, also in a case file, only the dates for these answers are shown.

    \b
    Example:
      packets explain cervical-foraminotomy --surgery-date 2026-12-31
      packets explain cervical-foraminotomy --surgery-date 2026-12-31 --surgeon "Dr. Sample"
      packets explain cervical-foraminotomy --surgery-date 2026-12-31 --answer collar=yes
      packets explain --case case.yaml
    """
    from packets.case_input.case_fields import read_partial_case
    from packets.content.library import load_for_packet, load_language, surgeon_warnings
    from packets.fill.dates import long_date
    from packets.fill.explain import explain, explain_regimens
    from packets.resources import content_root

    in_options = {
        "procedure": ("PROCEDURE", procedure),
        "surgery_date": ("--surgery-date", surgery_date),
        "surgeon": ("--surgeon", surgeon),
        "language": ("--language", language),
    }
    entered = case_options.entered_values(in_options, answers, case_file)
    procedure = case_options.procedure_of(entered, "explain")
    with case_options.hide_case_values(entered, case_file):
        library = load_for_packet(content_root(content), procedure, case_options.text_of(entered, "language"), ())
    (handout,), (language_data,) = library.handouts.values(), library.languages.values()
    partial = read_partial_case(entered, handout, library.clinic.date_order, required="surgery_date")
    surgery = partial.surgery_date
    assert surgery is not None  # noqa: S101  it is required
    handout = library.handout_for(procedure, handout.language, partial.surgeon, include_drafts=True)
    options.warn(case_options.placed(note, entered) for note in surgeon_warnings(library, procedure, partial.surgeon))
    answered = dict(partial.answers)
    if partial.discharge_date:
        answered[DISCHARGE_DATE] = partial.discharge_date.isoformat()
    placed = handout.regimens
    if answered:
        placed = tuple(item for item in placed if item.may_hold(answered))
        handout = replace(handout, milestones=possible_milestones(handout, answered, surgery))
    language_data = language_data.for_kind(handout.kind)
    milestones = explain(handout, surgery, language_data)
    steps = explain_regimens(placed, surgery, language_data)
    if as_json:
        click.echo(json.dumps(_result(handout, surgery, milestones, steps), indent=2))
        return
    day_0 = _day_0(load_language(content_root(content), "en"), handout.kind)
    day = long_date(language_data, surgery).replace("\u00a0", " ")
    for line in _heading(handout, language_data, f"Day 0, {day_0}: {day}"):
        click.echo(line)
    if not milestones and not steps:
        click.echo("\nThe handout gives no times, so its packets print no recovery dates.")
    for milestone in (*milestones, *steps):
        for line in _lines(milestone):
            click.echo(line)


def _result(
    handout: Handout, surgery: dt.date, milestones: Sequence[Explanation], steps: Sequence[Explanation]
) -> dict[str, object]:
    """Return what --json prints."""
    rows = [
        {
            "id": milestone.id,
            "label": milestone.label,
            "kind": milestone.kind,
            "from": milestone.override.file if milestone.override else "handout",
            "surgeon_override": _override(milestone.override, milestone.instead_of) if milestone.override else None,
            "quote": milestone.quote,
            "rule": milestone.rule,
            "steps": milestone.steps,
            "dates": [date.isoformat() for date in milestone.dates],
            "printed": milestone.printed,
        }
        | ({"if": milestone.condition} if milestone.condition else {})
        | ({"time": milestone.time} if milestone.time else {})
        | ({"instead_when": milestone.known_by, "is_known": bool(milestone.known)} if milestone.known_by else {})
        for milestone in milestones
    ]
    questions = dict(questions_with_words(handout))
    result: dict[str, object] = {"surgery_date": surgery.isoformat(), "milestones": rows}
    result |= {"asks": questions} if questions else {}
    return result | ({"schedule_steps": [_step(step) for step in steps]} if steps else {})


def _heading(handout: Handout, language: Language, day_0: str) -> Iterator[str]:
    yield f"{handout.title}, {language.name}, revision {handout.revision}"
    if signature := handout.signature:
        status = signature.review.status
        yield f"With the instructions of {signature.surgeon}, revision {signature.revision} ({status})"
    yield day_0
    for name, words in questions_with_words(handout):
        yield f"Asks {name}: {words}"


def _lines(milestone: Explanation) -> Iterator[str]:
    yield f"\n{milestone.label} ({milestone.kind})"
    if override := milestone.override:
        yield f"  Source   {override.file}: said by {override.said_by} on {override.said_on}"
        yield f"  Reason   {override.why}"
        if milestone.instead_of:
            yield f"  Instead  of the handout's: {milestone.instead_of}"
    elif milestone.quote:
        yield f'  Source   "{milestone.quote}"'
    else:
        yield "  Source   the schedule in the handout"
    if milestone.condition:
        yield f"  Only if  {milestone.condition}"
    yield f"  Rule     {milestone.rule}"
    yield from (f"  Count    {step}" for step in milestone.steps)
    if milestone.known:
        yield f"  Instead  {milestone.known}"
    elif milestone.known_by:
        yield f"  Instead  the date of {milestone.known_by}, if it is known"
    if milestone.time:
        yield f"  Time     {milestone.time}"
    yield f"  Printed  {milestone.printed}"


def _day_0(english: Language | None, kind: str) -> str:
    """Return what the day is called for this kind of case: the day of the procedure."""
    words = english.case_kinds.get(kind, english) if english else None
    pattern = "the_surgery_day"
    return words.say(pattern) if words and pattern in words.patterns else "the day of surgery"


def questions_with_words(handout: Handout) -> Iterator[tuple[str, str]]:
    """Yield each question whose answer is printed, with its choices or the kind of its answer."""
    for question in handout.questions:
        if question.name in (*ALWAYS_ASKED, *MAY_BE_ASKED) or question.kind in FIXED_CHOICES:
            continue
        words = ", ".join(f"{option.id} ({option.words})" for option in question.options)
        kind = f"{question.kind}, optional" if question.optional else str(question.kind)
        yield question.name, f"{question.text} {words}" if words else kind


def _step(step: Explanation) -> dict[str, object]:
    row: dict[str, object] = {
        "label": step.label,
        "quote": step.quote,
        "rule": step.rule,
        "steps": step.steps,
        "dates": [date.isoformat() for date in step.dates],
        "printed": step.printed,
    }
    return row | ({"if": step.condition} if step.condition else {})


def _override(override: SurgeonOverride, instead_of: str) -> dict[str, str]:
    said_on = override.said_on.isoformat() if override.said_on else ""
    return {"why": override.why, "said_by": override.said_by, "said_on": said_on, "instead_of": instead_of}
