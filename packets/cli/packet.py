"""Make one patient's packet from options or a case file."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from packets.cli import options
from packets.errors import InvalidInputError, Problem, UsageError

if TYPE_CHECKING:
    from packets.content.library import Library

# Option, and the field of a case that it enters.
FIELDS = {
    "--patient-name": "patient_name",
    "--mrn": "mrn",
    "--dob": "dob",
    "--surgery-date": "surgery_date",
    "--surgeon": "surgeon",
    "--collar": "collar",
    "--language": "language",
    "--discharge-date": "discharge_date",
    "--follow-up": "follow_up",
    "--status": "status",
    "--packet-id": "packet_id",
    "--replaces": "replaces",
}


@click.command()
@click.argument("procedure", required=False)
@click.option("--case", "case_file", metavar="FILE", help="The case as a YAML file; `-` reads standard input.")
@click.option("--patient-name", metavar="NAME", help="As it should be printed.")
@click.option("--mrn", metavar="NUMBER", help="Record number, as it should be printed.")
@click.option("--dob", metavar="DATE", help="Date of birth, such as 1961-03-09.")
@click.option("--surgery-date", metavar="DATE", help="Such as 2026-12-07: day 0 of every recovery date.")
@click.option("--surgeon", metavar="NAME", help='Such as "Dr. Jane Rivera".')
@click.option("--collar", metavar="yes|no|undecided", help="What the surgeon has ordered.")
@click.option("--answer", "answers", multiple=True, metavar="QUESTION=VALUE", help="Another question of the handout.")
@click.option("--language", metavar="TAG", help="Such as en; default: the clinic's (clinic.yaml).")
@click.option("--with", "with_language", metavar="TAG", help="Behind each page its twin in this language, for staff.")
@click.option("--discharge-date", metavar="DATE", help="The discharge date; without it, a line to fill in.")
@click.option("--follow-up", metavar="TEXT", help="The follow-up appointment; without it, a line to fill in.")
@click.option("--status", metavar="planned|performed", help="Where the operation stands.")
@click.option("--packet-id", metavar="ID", help="Default: made from the case and this site's key.")
@click.option("--replaces", metavar="ID", help="The packet that this one makes void; several with commas.")
@click.option("--plan", default="discharge", show_default=True, metavar="discharge|handout", help="What to print.")
@click.option("--staff-sheet", type=click.Path(path_type=Path), metavar="FILE", help="Write the staff sheet as well.")
@click.option("--password-file", type=click.Path(path_type=Path), metavar="FILE", help="Encrypt: its first line.")
@click.option("--site-key", type=click.Path(path_type=Path), metavar="FILE", help="Default: in your own settings.")
@options.printer_options
@options.print_options
@options.drafts
@options.confirm_date
@options.content
@options.quiet
@options.as_json
@options.output
def command(
    procedure: str | None,
    case_file: str | None,
    answers: tuple[str, ...],
    with_language: str | None,
    plan: str,
    staff_sheet: Path | None,
    password_file: Path | None,
    site_key: Path | None,
    printer: str | None,
    copies: int,
    one_sided: bool,
    large_print: bool,
    paper: str | None,
    include_drafts: bool,
    confirmed: frozenset[dt.date],
    content: Path | None,
    quiet: bool,
    as_json: bool,
    output: Path,
    **typed: str | None,
) -> None:
    """Make one patient's packet as a PDF.

    \b
    Examples:
      packets packet cervical-foraminotomy --surgery-date 2026-12-07 \\
        --surgeon "Dr. Jane Rivera" --collar yes \\
        --patient-name "Rosa Martinez" --mrn 00418823 -o packet.pdf
      packets packet --case case.yaml --large-print -o packet.pdf
      packets packet --case case.yaml --language es --with en \\
        --include-drafts -o packet.pdf
    """
    from packets.case_input.case_fields import entered_print_options
    from packets.case_input.person_names import name_notes
    from packets.content.follow_up import follow_up_warnings
    from packets.content.library import expired_approvals, load_for_packet, surgeon_warnings
    from packets.pdf.encrypt import read_password
    from packets.pipeline import case_of, check_dates, make_packet
    from packets.resources import content_root
    from packets.storage.files import write_whole
    from packets.storage.site_key import site_key as read_site_key

    case_path = Path(case_file) if case_file not in (None, "-") else None
    _check_outputs(output, staff_sheet, case_path, password_file, site_key)
    if printer is not None and password_file is not None:
        hint = "Make the packet without a password to print it; lock the copy that is sent."
        raise UsageError(Problem("U12", "a locked packet cannot be printed", hint, "--print"))
    options.check_printer(printer, one_sided, copies)
    entered = _entered(procedure, case_file, answers, typed, large_print, paper)
    procedure = _procedure(procedure, entered)
    root = content_root(content)
    plans = (plan, "staff-sheet") if staff_sheet else (plan,)
    language = entered["language"].text if "language" in entered else None
    with private(entered, case_file):
        library = load_for_packet(root, procedure, language, plans)
        twin = twin_of(library, root, plan, with_language) if with_language else None
    (handout,) = library.handouts.values()
    print_options = entered_print_options(entered, library.clinic)
    case, problems = case_of(
        entered,
        handout,
        library,
        print_options,
        lambda: read_site_key(site_key, os.environ, library.clinic.site_folder),
        plan=plan,
        include_drafts=include_drafts,
        twin=twin,
    )
    if case is None:
        raise _refusal(problems, case_file)
    today = library.clinic.date(options.clock()())
    if wrong := check_dates(library, case, today, entered, confirmed, include_drafts=include_drafts):
        raise _refusal(wrong, case_file)
    password = read_password(password_file) if password_file else None
    made = make_packet(
        library, case, print_options, plan=plan, include_drafts=include_drafts, password=password, twin=twin
    )
    sheet = None
    if staff_sheet:
        sheet = make_packet(
            library, case, print_options, plan="staff-sheet", include_drafts=include_drafts, password=password
        )
    write_whole(output, made.pdf.data)
    if sheet and staff_sheet:
        write_whole(staff_sheet, sheet.pdf.data)
    options.note_left_out(made.left_out)
    notes = (
        *surgeon_warnings(library, case.procedure, case.surgeon),
        *name_notes(case),
        *follow_up_warnings(case, library.languages.values()),
    )
    options.warn(_placed(note, entered) for note in notes)
    options.warn(expired_approvals(root, library, today))
    if as_json:
        result = {"file": str(output), "packet_id": case.packet_id, "pages": made.pdf.pages, "sha256": made.pdf.sha256}
        click.echo(json.dumps(result | ({"staff_sheet": str(staff_sheet)} if staff_sheet else {})))
    elif not quiet:
        click.echo(f"{output}: packet {case.packet_id}, {options.pages(made.pdf.pages)}, checked")
        if staff_sheet:
            click.echo(f"{staff_sheet}: staff sheet")
    if printer is not None:
        options.send_to_printer(output, printer, case.packet_id, copies, one_sided)


def twin_of(library: Library, root: Path, plan: str, language: str) -> Library:
    """What the twin pages are made of. Raises Misused."""
    from packets.content.library import load_for_packet

    ((procedure, tag),) = library.handouts
    if language == tag:
        hint = "Type another language than the packet's, or leave --with out."
        raise UsageError(Problem("U27", "the packet is in this language already", hint, "--with"))
    try:
        return load_for_packet(root, procedure, language, (plan,))
    except UsageError as error:
        raise UsageError(*(replace(problem, path="--with") for problem in error.problems)) from None


@contextmanager
def private(entered: Mapping[str, Any], case_file: str | None) -> Iterator[None]:
    """A case file is a patient's: no message repeats what stands in it, not even a procedure that does not exist."""
    try:
        yield
    except UsageError as error:
        fields = {"PROCEDURE": "procedure", "--language": "language"}
        (problem, *_) = error.problems
        at = entered.get(fields.get(problem.path, ""))
        if case_file is None or at is None or at.path != case_file:
            raise
        field = fields[problem.path]
        hint = problem.hint.splitlines()[-1] if problem.hint else ""
        raise InvalidInputError(
            Problem("U07", f"there is no such {field}", hint, at.path, at.line, at.column, field)
        ) from None


def _check_outputs(output: Path, staff_sheet: Path | None, *read: Path | None) -> None:
    """Neither file may replace the other, or one that is read; and both places must be there before one is written."""
    from packets.storage.files import check_destination, resolve_path

    if staff_sheet is not None and resolve_path(staff_sheet) == resolve_path(output):
        hint = "The staff sheet is not part of the patient's copy: give it a file of its own."
        raise UsageError(Problem("U01", "the packet and the staff sheet cannot be one file", hint, "--staff-sheet"))
    for written, option in ((output, "-o"), (staff_sheet, "--staff-sheet")):
        if written is None:
            continue
        if any(file is not None and resolve_path(file) == resolve_path(written) for file in read):
            raise UsageError(
                Problem("U08", "this is an input file and would be overwritten", "Type another name.", option)
            )
        check_destination(written)


def _entered(
    procedure: str | None,
    case_file: str | None,
    answers: Iterable[str],
    typed: Mapping[str, str | None],
    large_print: bool,
    paper: str | None,
) -> dict[str, Any]:
    """What was typed and what the case file says; the same thing said twice is refused."""
    from packets.case_input.case_fields import EnteredValue, read_case_file

    found = {
        field: EnteredValue(value, option)
        for option, field in FIELDS.items()
        if (value := typed.get(field)) is not None
    }
    if procedure is not None:
        found["procedure"] = EnteredValue(procedure, "PROCEDURE")
    if large_print:
        found["large_print"] = EnteredValue("yes", "--large-print")
    if paper is not None:
        found["paper"] = EnteredValue(paper, "--paper")
    for answer in answers:
        question, equals, value = answer.partition("=")
        if not equals:
            hint = "Type the question, an equals sign and the value: --answer collar=yes"
            raise UsageError(Problem("U02", "this answer has no equals sign", hint, "--answer"))
        question = question.strip().replace("-", "_")
        if question in found:
            raise UsageError(Problem("U03", "the same thing is entered twice", "Leave one of them out.", "--answer"))
        found[question] = EnteredValue(value, "--answer")
    if case_file is None:
        return found
    source = options.standard_input("--case") if case_file == "-" else Path(case_file)
    filed = read_case_file(source, case_file)
    twice = sorted(found.keys() & filed.keys())
    if twice:
        hint = "Leave it out in one of the two places."
        message = "is entered in the case file and as an option"
        raise UsageError(*(Problem("U04", f"{field} {message}", hint, found[field].path) for field in twice))
    return {**found, **filed}


def _procedure(procedure: str | None, entered: Mapping[str, Any]) -> str:
    if "procedure" in entered:
        return str(entered["procedure"].text).strip()
    hint = "Type its id, such as: packet cervical-foraminotomy. `list` shows them all."
    raise UsageError(Problem("U05", "the procedure is missing", hint, "PROCEDURE"))


def _placed(problem: Problem, entered: Mapping[str, Any]) -> Problem:
    at = entered[problem.field]
    return replace(problem, path=at.path, line=at.line, column=at.column)


def _refusal(problems: tuple[Problem, ...], case_file: str | None) -> UsageError | InvalidInputError:
    """What was typed wrongly is a matter of the command line, what a file says is not."""
    in_file = case_file is not None and any(problem.path == case_file for problem in problems)
    return InvalidInputError(*problems) if in_file else UsageError(*problems)
