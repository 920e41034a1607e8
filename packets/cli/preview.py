"""Save the pages of a sample patient's packet as pictures, once or each time a file changes."""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec.structs import replace

from packets.cli import case_options, options
from packets.errors import PacketsError, Problem
from packets.model.handout import Handout, Medicines
from packets.model.question import AnswerKind

if TYPE_CHECKING:
    from packets.case_input.case_reader import EnteredValue

POLL_S = 0.3
SAMPLE_DATE = "2026-12-07"
SAMPLE_ID = "SAMP-LE2Z"
_FIRST_TIME, _STEP, _LAST_TIME = 9 * 60 + 30, 30, 23 * 60 + 30  # of sample times, in minutes of the day
_REFUSED_TIMES = ("C43", "C50", "C51", "C52")  # codes for times in the wrong order
_TIME_KINDS = (AnswerKind.TIME, AnswerKind.DATE_TIME)
_SAMPLES = {AnswerKind.NAME: "Sample Name", AnswerKind.TEXT: "Sample text", AnswerKind.NUMBER: "70"}


@click.command()
@click.argument("procedure", required=False)
@case_options.case_file("A case as a YAML file. What it leaves out is an example.")
@click.option("--language", metavar="TAG", help="Such as en; default: the clinic's (clinic.yaml).")
@click.option("--surgery-date", metavar="DATE", help=f"Of the sample patient.  [default: {SAMPLE_DATE}]")
@case_options.answers("Default: an example.")
@options.plan
@click.option("--width", "width_px", default=900, show_default=True, type=click.IntRange(100, 4000), help="In pixels.")
@click.option("--watch", is_flag=True, help="Repeat each time a content file is saved, until Ctrl-C.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=Path("preview"),
    show_default=True,
    metavar="FOLDER",
    help="The folder for the pictures.",
)
@options.site
@options.print_options
@options.content
def command(
    procedure: str | None,
    case_file: str | None,
    language: str | None,
    surgery_date: str | None,
    answers: tuple[str, ...],
    plan: str | None,
    width_px: int,
    watch: bool,
    output: Path,
    site: str | None,
    large_print: bool,
    paper: str | None,
    content: Path | None,
) -> None:
    """Save each page of a sample patient's packet as a PNG picture, drafts included.

    \b
    Example:
      packets preview cervical-foraminotomy --answer collar=yes --watch
      packets preview --case sample-case.yaml
    """
    from packets.resources import content_root

    root = content_root(content)
    in_options = {
        "procedure": ("PROCEDURE", procedure),
        "surgery_date": ("--surgery-date", surgery_date),
        "language": ("--language", language),
        "site": ("--site", site),
        "plan": ("--plan", plan),
        "paper": ("--paper", paper),
        "large_print": ("--large-print", "yes" if large_print else None),
    }
    if not watch:
        entered = case_options.entered_values(in_options, answers, case_file)
        for file in pictures(root, entered, case_file, width_px, output):
            click.echo(str(file))
        return
    previous: object = None
    while True:
        if (now := snapshot(root)) != previous:
            previous = now
            try:
                entered = case_options.entered_values(in_options, answers, case_file)
                names = [file.name for file in pictures(root, entered, case_file, width_px, output)]
                click.echo(f"{output}: {options.counted(len(names), 'page', 'pages')}")
            except PacketsError as error:  # the author is still typing
                click.echo(str(error), err=True)
        time.sleep(POLL_S)


def sample_answers(handout: Handout, surgery_date: str) -> dict[str, str]:
    """Return a made-up answer to each question of the handout that is not optional."""
    answers = {}
    times = _sample_times(handout)
    for question in handout.questions:
        if question.optional or question.name in ("surgery_date", "surgeon"):
            continue
        if question.kind in (AnswerKind.DATE, AnswerKind.DATE_TIME):  # an invalid surgery date is reported by itself
            with contextlib.suppress(ValueError, OverflowError):
                day = dt.date.fromisoformat(surgery_date)
                is_day = question.kind is AnswerKind.DATE
                answers[question.name] = (
                    (day + dt.timedelta(days=1)).isoformat() if is_day else f"{day} {times[question.name]}"
                )
        elif question.kind is AnswerKind.TIME:
            answers[question.name] = times[question.name]
        elif question.choices:
            answers[question.name] = "undecided" if "undecided" in question.choices else question.choices[0]
        else:
            answers[question.name] = _SAMPLES[question.kind]
    return answers


def _sample_times(handout: Handout) -> dict[str, str]:
    """Return an example answer to each question for a time, in the order in which the handout has the times."""
    asked = [question.name for question in handout.questions if question.kind in _TIME_KINDS]
    uses: list[tuple[object, str, int]] = [  # the times of one day or table, a question or HH:MM, and hours before it
        (item.sort_key, item.known_by if item.known_by in asked else item.asked_time or item.time, item.hours_before)
        for item in handout.milestones
    ]
    blocks = [block for section in handout.sections for part in section.parts for block in part.blocks]
    uses += [(id(block), time, 0) for block in blocks if isinstance(block, Medicines) for time in block.times]
    as_written = {written.strip("{}") for _, written, hours in uses if not hours}
    uses += [(None, name, 0) for name in asked]
    minutes: dict[str, int] = {}
    earliest = dict.fromkeys(asked, 0)
    for _, group in itertools.groupby(uses, lambda use: use[0]):
        latest = 0
        for _, written, hours in group:
            name = written.strip("{}")
            if name in asked:
                earliest[name] = max(earliest[name], latest + 60 * hours + _STEP)
                if hours and name in as_written:  # its own line decides
                    continue
                sample = max(_FIRST_TIME + _STEP * len(minutes), earliest[name])
                latest = max(latest, minutes.setdefault(name, min(sample, _LAST_TIME)) - 60 * hours)
            elif written:
                latest = max(latest, int(written[:2]) * 60 + int(written[3:]))
    return {name: f"{minute // 60:02}:{minute % 60:02}" for name, minute in minutes.items()}


def _with_hint(problem: Problem, examples: Sequence[str]) -> Problem:
    """Say in the hint for a refused time that the preview made up one of the times, and how to type another."""
    if problem.code not in _REFUSED_TIMES or not examples:
        return problem
    name = problem.field if problem.field in examples else examples[0]
    hint = f'{problem.hint}\nThe preview made up "{name}". Type: {case_options.ANSWER} {name}=TIME'
    return replace(problem, hint=hint)


def snapshot(root: Path) -> tuple[tuple[str, int, int], ...]:
    """Return name, time and size of every content file, except files that are being replaced right now."""
    files = []
    for path in sorted(root.rglob("*.yaml")):
        try:
            status = path.stat()
        except OSError:
            continue
        files.append((str(path), status.st_mtime_ns, status.st_size))
    return tuple(files)


def pictures(
    root: Path, typed: Mapping[str, EnteredValue], case_file: str | None, width_px: int, output: Path
) -> Iterator[Path]:
    """Write a picture of each page, and remove those of an earlier run that had more pages."""
    from packets.case_input.case_fields import entered_print_options
    from packets.case_input.case_reader import EnteredValue
    from packets.case_input.plan_choice import plan_of
    from packets.content.library import load_for_packet
    from packets.content.packet_plans import usual_plans
    from packets.pipeline import case_of, make_packet
    from packets.storage.files import explained, remove, write_whole
    from packets.verify.page_images import picture

    procedure = case_options.procedure_of(typed, "preview")
    with case_options.hide_case_values(typed, case_file):
        typed_plan = case_options.text_of(typed, "plan")
        plans = (typed_plan,) if typed_plan else ()
        library = load_for_packet(root, procedure, case_options.text_of(typed, "language"), plans, usual=True)
    (((_, tag), handout),) = library.handouts.items()
    sample = {
        "patient_name": "Sample Patient",
        "mrn": "SAMPLE-0001",
        "surgery_date": SAMPLE_DATE,
        "surgeon": "Dr. Sample Surgeon",
        "plan": usual_plans(handout, library.plans)[0],
        "packet_id": SAMPLE_ID,
        **sample_answers(handout, case_options.text_of(typed, "surgery_date") or SAMPLE_DATE),
    }
    entered = {**{name: EnteredValue(value, case_options.ANSWER) for name, value in sample.items()}, **typed}
    print_options = entered_print_options(entered, library.clinic)
    plan, plan_problems = plan_of(entered, handout, library, include_drafts=True)
    case, problems = case_of(
        entered,
        handout,
        library,
        print_options,
        lambda: b"",
        plan=plan,
        plan_problems=plan_problems,
        include_drafts=True,
    )
    if case is None:
        made_up = sample.keys() - typed.keys()
        examples = [
            question.name for question in handout.questions if question.kind in _TIME_KINDS and question.name in made_up
        ]
        raise case_options.refusal(tuple(_with_hint(problem, examples) for problem in problems), case_file)
    packet = make_packet(library, case, print_options, plan=plan, include_drafts=True)
    with explained(output, output.parent):
        output.mkdir(parents=True, exist_ok=True)
    written = [output / f"{handout.id}.{tag}-{page}.png" for page in range(1, packet.pdf.pages + 1)]
    for page, file in enumerate(written, 1):
        write_whole(file, picture(packet.pdf.data, page, width_px=width_px))
    for old in output.glob(f"{handout.id}.{tag}-*.png"):
        if old not in written:
            remove(old)
    yield from written
