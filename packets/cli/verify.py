"""Check that finished PDFs are complete, unchanged and consistent."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from os.path import isdir  # works for names that are too long, for which Path.is_dir raises
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from packets.cli import case_options, options
from packets.cli.packet import load_staff_library
from packets.errors import ExitCode, InvalidInputError, PacketsError, Problem, UsageError, ordered, os_error_reason

if TYPE_CHECKING:
    from packets.model.filled_packet import FilledPacket

HTML, BRAILLE = "an HTML", "a braille"
COPIES = {".html": HTML, ".htm": HTML, ".brf": BRAILLE}


@click.command()
@click.argument(
    "paths", nargs=-1, required=True, type=click.Path(readable=False, path_type=Path), metavar="FILE|FOLDER..."
)
@case_options.case_file("Also check that the file is this case's packet; `-` reads standard input.")
@case_options.answers("With --case: an answer that the case file lacks.")
@click.option("--with", "with_language", metavar="TAG", help="With --case: the language of the pages for staff.")
@click.option("--plan", metavar="discharge|pre-op|handout", help="With --case: the plan that the PDF was made with.")
@click.option(
    "--password-file", type=click.Path(path_type=Path), metavar="FILE", help="The password of an encrypted PDF."
)
@options.drafts
@options.content
@options.quiet
@options.as_json
def command(
    paths: tuple[Path, ...],
    case_file: str | None,
    answers: tuple[str, ...],
    with_language: str | None,
    plan: str | None,
    password_file: Path | None,
    include_drafts: bool,
    content: Path | None,
    quiet: bool,
    as_json: bool,
) -> int:
    """Check that finished PDFs are complete, unchanged and consistent.

    For a PDF: no byte has changed since it was made; every page shows the same two identifiers, packet id and revision;
    all pages are there, in order; the recovery dates follow from the printed surgery date. With --case, every word is
    compared with this case too; an HTML or braille copy can only be checked so. For a batch folder: every file is the
    one that was made, in superseded/ too. For a print run: every packet on its run sheet. The exit code is 6 if a check
    fails.

    \b
    Example:
      packets verify packet.pdf
      packets verify --case case.yaml packet.pdf packet.html
      packets verify monday
    """
    from packets.pdf.encrypt import read_password
    from packets.resources import content_root

    if answers and not case_file:
        hint = "Add --case FILE with the other values of the packet."
        raise UsageError(Problem("U13", "an answer can only be compared with a case", hint, case_options.ANSWER))
    root = content_root(content)
    password = read_password(password_file) if password_file else None
    expected, staff_copy = (
        _expected(root, case_file, answers, plan, include_drafts, with_language) if case_file else (None, None)
    )
    results: list[dict[str, Any]] = []
    failed: ExitCode | None = None  # of a folder that cannot be checked
    for path in paths:
        if isdir(path):  # noqa: PTH112
            try:
                results.append(_folder(path, quiet or as_json))
            except PacketsError as error:  # check the other paths too
                click.echo(str(error), err=True)
                failed = failed or error.exit_code
                results.append(
                    {"file": str(path), "packets": 0, "problems": [_as_json(problem) for problem in error.problems]}
                )
            continue
        unchecked: list[str] = []
        result = _file(path, root, password, expected, staff_copy, unchecked)
        results.append(
            {"file": str(path), "pages": result.pages, "problems": [_as_json(problem) for problem in result.problems]}
            | ({"unchecked": unchecked} if unchecked else {})
        )
        if not as_json:
            _report(path, result, unchecked, quiet, matches_case=expected is not None)
    if as_json:
        click.echo(json.dumps(results, indent=2))
    return failed or (ExitCode.VERIFICATION_FAILED if any(result["problems"] for result in results) else ExitCode.OK)


class _FileResult(NamedTuple):
    pages: int  # 0 for a copy, or after a problem
    problems: tuple[Problem, ...]


def _file(
    path: Path,
    root: Path,
    password: str | None,
    expected: FilledPacket | None,
    staff_copy: FilledPacket | None,
    unchecked: list[str],
) -> _FileResult:
    """Check one file; add to `unchecked` the label of each date that only the case can confirm."""
    from packets.verify.inspect import inspect

    kind = COPIES.get(path.suffix.lower())
    try:
        if kind:
            _check_copy(kind, _bytes(path), [packet for packet in (expected, staff_copy) if packet])
            return _FileResult(0, ())
        pages = inspect(
            _bytes(path),
            root,
            password=password,
            expected=expected,
            staff_copy=staff_copy,
            unchecked=unchecked.append,
        )
    except PacketsError as error:
        return _FileResult(0, error.problems)
    return _FileResult(pages, ())


def _report(path: Path, result: _FileResult, unchecked: Sequence[str], quiet: bool, *, matches_case: bool) -> None:
    for label in unchecked:
        message = f'the date of "{label}" was entered for this patient and cannot be checked without the case'
        click.echo(f"Note: {path}: {message}\n    Type: verify --case FILE {path}", err=True)
    for problem in result.problems:
        click.echo(f"{path}: {problem}", err=True)
    if not result.problems and not quiet:
        pages = options.counted(result.pages, "page", "pages")
        checked = f"complete and unchanged, {pages}" if result.pages else "complete"
        click.echo(f"{path}: {checked}" + (", matches the case" if matches_case else ""))


def _folder(path: Path, quiet: bool) -> dict[str, Any]:
    """Check a batch folder: each file is the one that was made, none is missing, and none is extra."""
    from packets.batch.folder import locked_ledger
    from packets.batch.verify_folder import unverified_lists, verify_folder

    with locked_ledger(path, options.clock()) as ledger:
        packets, problems = verify_folder(path, ledger)
        note = unverified_lists(ledger)
    for problem in problems:
        click.echo(str(problem), err=True)
    if not problems and not quiet:
        click.echo(f"{path}: {options.counted(packets, 'packet', 'packets')}, each unchanged")
    if note and not quiet:
        click.echo(f"Note: {note}", err=True)
    return {"file": str(path), "packets": packets, "problems": [_as_json(problem) for problem in problems]}


def _check_copy(kind: str, data: bytes, packets: Sequence[FilledPacket]) -> None:
    """Compare a copy with the packet and its translation. Raise UsageError or VerificationError."""
    from packets.braille.liblouis import find_liblouis
    from packets.verify.braille_proof import verify_braille
    from packets.verify.html_proof import verify_html

    if not packets:
        hint = "Add --case FILE. To check all copies of a batch, type its folder."
        raise InvalidInputError(Problem("V26", f"{kind} copy can only be compared with its case", hint))
    if kind == HTML:
        verify_html(data, packets)
    else:
        verify_braille(data, packets, find_liblouis(os.environ))


def _as_json(problem: Problem) -> dict[str, str]:
    return {"code": problem.code, "message": problem.message}


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        hint = "Type the path of a finished file, or of the folder of a batch"
        raise InvalidInputError(Problem("V20", f"the file cannot be read: {os_error_reason(error)}", hint)) from None


def _expected(
    root: Path,
    case_file: str,
    answers: tuple[str, ...],
    plan: str | None,
    include_drafts: bool,
    with_language: str | None,
) -> tuple[FilledPacket, FilledPacket | None]:
    """Fill the case's packet and its staff copy without rendering them. The packet id is the one in the case file."""
    from packets.case_input.case_fields import case_at_clinic
    from packets.case_input.plan_choice import plan_of
    from packets.content.library import load_for_packet
    from packets.pipeline import fill_packet, fill_staff_copy

    entered = case_options.entered_values({"plan": ("--plan", plan)}, answers, case_file)
    for field in ("procedure", "packet_id"):
        if field not in entered:
            hint = f"Add the line {field}: with its value."
            raise InvalidInputError(
                Problem("V21", f"the case file lacks the {field.replace('_', ' ')}", hint, case_file)
            )
    procedure = case_options.procedure_of(entered, "verify")
    with case_options.hide_case_values(entered, case_file):
        typed_plan = case_options.text_of(entered, "plan")
        plans = (typed_plan,) if typed_plan else ()
        library = load_for_packet(root, procedure, case_options.text_of(entered, "language"), plans, usual=True)
        (handout,) = library.handouts.values()
        chosen, plan_problems = plan_of(entered, handout, library, include_drafts=include_drafts)
        staff_library = load_staff_library(library, root, chosen, with_language) if with_language and chosen else None
    case, problems = case_at_clinic(entered, handout, library.clinic)
    if case is None or plan_problems:
        raise case_options.refusal(ordered((*problems, *plan_problems)), case_file)
    packet = fill_packet(library, case, plan=chosen, include_drafts=include_drafts)
    if staff_library is None:
        return packet, None
    return packet, fill_staff_copy(staff_library, case, plan=chosen, include_drafts=include_drafts)
