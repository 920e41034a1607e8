"""Make one patient's packet from options or a case file."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec.structs import replace

from packets.cli import case_options, options
from packets.errors import Problem, UsageError

if TYPE_CHECKING:
    from packets.case_input.case_reader import EnteredValue
    from packets.content.library import Library
    from packets.model.case import Case
    from packets.verified_pdf import RenderedPdf

# The case field of each option.
FIELDS = {
    "PROCEDURE": "procedure",
    "--patient-name": "patient_name",
    "--mrn": "mrn",
    "--dob": "dob",
    "--surgery-date": "surgery_date",
    "--surgeon": "surgeon",
    "--collar": "collar",
    "--language": "language",
    "--site": "site",
    "--discharge-date": "discharge_date",
    "--follow-up": "follow_up",
    "--status": "status",
    "--plan": "plan",
    "--start-time": "start_time",
    "--procedure-text": "procedure_text",
    "--packet-id": "packet_id",
    "--replaces": "replaces",
    "--large-print": "large_print",
    "--paper": "paper",
}


@click.command()
@click.argument("procedure", required=False)
@case_options.case_file("The case as a YAML file; `-` reads standard input.")
@click.option("--patient-name", metavar="NAME", help="As it should appear on the packet.")
@click.option("--mrn", metavar="NUMBER", help="Record number, with leading zeros.")
@click.option("--dob", metavar="DATE", help="Date of birth, such as 1961-03-09.")
@click.option("--surgery-date", metavar="DATE", help="Such as 2026-12-07; recovery dates are counted from it.")
@click.option("--surgeon", metavar="NAME", help='Such as "Dr. Jane Rivera".')
@click.option("--collar", metavar="yes|no|undecided", help="Whether the surgeon ordered a collar.")
@case_options.answers("The answer to another question of the handout.")
@click.option("--language", metavar="TAG", help="Such as en; default: the clinic's (clinic.yaml).")
@click.option(
    "--with", "with_language", metavar="TAG", help="Print each page in this language too, for staff, on the back."
)
@click.option("--site", metavar="SITE", help="Where the patient is treated, if the clinic has several sites.")
@click.option("--discharge-date", metavar="DATE", help="The discharge date; without it, a line to write on.")
@click.option("--follow-up", metavar="TEXT", help="The follow-up appointment; without it, a line to write on.")
@click.option("--status", metavar="planned|performed", help="Whether the operation was performed.")
@click.option(
    "--start-time", metavar="TIME", help="Of the surgery; not printed. The time of arrival is compared with it."
)
@click.option(
    "--procedure-text", metavar="TEXT", help="As scheduled: LEFT TKA. Not printed; the side is compared with it."
)
@click.option("--packet-id", metavar="ID", help="Default: computed from the case and the site key.")
@click.option("--replaces", metavar="ID", help="The packet that this one replaces; separate several with commas.")
@options.plan
@click.option("--staff-sheet", type=click.Path(path_type=Path), metavar="FILE", help="Also write the staff sheet.")
@click.option(
    "--html", type=click.Path(path_type=Path), metavar="FILE", help="Also write a copy as one HTML file, for screens."
)
@click.option(
    "--braille",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Also write a braille copy (BRF); needs liblouis.",
)
@click.option(
    "--password-file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Encrypt the PDF with the password on its first line.",
)
@options.site_key
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
    staff_sheet: Path | None,
    html: Path | None,
    braille: Path | None,
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
    from packets.case_input.plan_choice import plan_of
    from packets.content.library import load_for_packet
    from packets.pipeline import case_of, check_dates, copy_notes, make_braille, make_html, make_packet
    from packets.resources import content_root
    from packets.storage.files import write_whole
    from packets.storage.site_key import site_key as read_site_key

    case_path = Path(case_file) if case_file not in (None, "-") else None
    outputs = {"-o": output, "--staff-sheet": staff_sheet, "--html": html, "--braille": braille}
    _check_outputs(outputs, case_path, password_file, site_key)
    if password_file is not None:
        _check_no_open_copy(outputs, printer)
    liblouis = None
    if braille:
        from packets.braille.liblouis import find_liblouis

        liblouis = find_liblouis(os.environ)
    options.check_printer(printer, one_sided, copies)
    typed |= {"procedure": procedure, "large_print": "yes" if large_print else None, "paper": paper}
    in_options = {field: (option, typed[field]) for option, field in FIELDS.items()}
    entered = case_options.entered_values(in_options, answers, case_file)
    procedure = case_options.procedure_of(entered, "packet")
    root = content_root(content)
    typed_plan = case_options.text_of(entered, "plan")
    plans = [name for name in (typed_plan, staff_sheet and "staff-sheet") if name]
    language = entered["language"].text if "language" in entered else None
    with case_options.hide_case_values(entered, case_file):
        library = load_for_packet(root, procedure, language, plans, usual=True)
        (handout,) = library.handouts.values()
        plan, plan_problems = plan_of(entered, handout, library, include_drafts=include_drafts)
        staff_library = load_staff_library(library, root, plan, with_language) if with_language and plan else None
    print_options = entered_print_options(entered, library.clinic)
    case, problems = case_of(
        entered,
        handout,
        library,
        print_options,
        lambda: read_site_key(site_key, os.environ, library.clinic.site_folder),
        plan=plan,
        plan_problems=plan_problems,
        include_drafts=include_drafts,
        staff_library=staff_library,
    )
    if case is None:
        raise case_options.refusal(problems, case_file)
    today = library.clinic.date(options.clock()())
    if date_problems := check_dates(
        library, case, today, entered, confirmed, plan=plan, include_drafts=include_drafts
    ):  # fmt: skip
        raise case_options.refusal(date_problems, case_file)
    password = _password(password_file) if password_file else None
    packet = make_packet(
        library,
        case,
        print_options,
        plan=plan,
        include_drafts=include_drafts,
        password=password,
        staff_library=staff_library,
    )
    sheet = None
    if staff_sheet:
        sheet = make_packet(
            library, case, print_options, plan="staff-sheet", include_drafts=include_drafts, password=password
        )
    copy = make_html(packet, print_options) if html else b""
    cells = make_braille(packet, liblouis) if liblouis else b""
    sheet_data = sheet.pdf.data if sheet else b""
    for file, data in ((output, packet.pdf.data), (staff_sheet, sheet_data), (html, copy), (braille, cells)):
        if file is not None:
            write_whole(file, data)
    options.note_left_out(packet.left_out)
    _warn_about_case(library, root, case, entered, today)
    if html or braille:
        options.warn(copy_notes(packet.filled[0].attached))
    others = {"staff_sheet": staff_sheet, "html": html, "braille": braille}
    if as_json:
        click.echo(
            json.dumps(_result(output, case, packet.pdf) | {name: str(file) for name, file in others.items() if file})
        )
    elif not quiet:
        _report(output, case, packet.pdf, others)
    if printer is not None:
        options.send_to_printer(output, printer, case.packet_id, copies, one_sided)


def _warn_about_case(
    library: Library, root: Path, case: Case, entered: Mapping[str, EnteredValue], today: dt.date
) -> None:
    from packets.case_input.follow_up import follow_up_warnings
    from packets.case_input.person_names import name_notes
    from packets.content.library import expired_approvals, surgeon_warnings

    notes = (
        *surgeon_warnings(library, case.procedure, case.surgeon),
        *name_notes(case),
        *follow_up_warnings(case, library.languages.values()),
    )
    options.warn(case_options.placed(note, entered) for note in notes)
    options.warn(expired_approvals(root, library, today, case.surgeon))


def _password(file: Path) -> str:
    from packets.pdf.encrypt import read_password

    return read_password(file)


def _result(output: Path, case: Case, pdf: RenderedPdf) -> dict[str, object]:
    return {"file": str(output), "packet_id": case.packet_id, "pages": pdf.pages, "sha256": pdf.sha256}


def _report(output: Path, case: Case, pdf: RenderedPdf, others: Mapping[str, Path | None]) -> None:
    click.echo(f"{output}: packet {case.packet_id}, {options.counted(pdf.pages, 'page', 'pages')}, checked")
    descriptions = {
        "staff_sheet": "staff sheet",
        "html": "HTML copy, checked",
        "braille": "braille copy, read back; no braille reader has checked it",
    }
    for name, file in others.items():
        if file is not None:
            click.echo(f"{file}: {descriptions[name]}")


def load_staff_library(library: Library, root: Path, plan: str, language: str) -> Library:
    """Load the library of the staff's language. Raise UsageError."""
    from packets.content.library import load_for_packet

    ((procedure, tag),) = library.handouts
    if language == tag:
        hint = "Type a language other than the packet's, or leave --with out."
        raise UsageError(Problem("U27", "the packet is already in this language", hint, "--with"))
    try:
        return load_for_packet(root, procedure, language, (plan,))
    except UsageError as error:
        raise UsageError(*(replace(problem, path="--with") for problem in error.problems)) from None


def _check_no_open_copy(outputs: Mapping[str, Path | None], printer: str | None) -> None:
    """Raise UsageError if an encrypted packet would also be printed, or copied to a file that anyone can read."""
    if printer is not None:
        hint = "To print it, make the packet without a password. Encrypt only the copy that you send."
        raise UsageError(Problem("U12", "an encrypted packet cannot be printed", hint, "--print"))
    for option, kind in (("--html", "an HTML"), ("--braille", "a braille")):
        if outputs[option] is not None:
            hint = "Leave one of them out: anyone who has the file can read it."
            raise UsageError(Problem("U18", f"{kind} copy cannot have a password", hint, option))


def _check_outputs(outputs: Mapping[str, Path | None], *inputs: Path | None) -> None:
    """Raise UsageError if an output would overwrite another or an input, or WriteError if one cannot be written.

    `outputs` has the file of each option.
    """
    from packets.storage.files import check_destination, resolve_path

    options_of: dict[Path, str] = {}
    for option, target in outputs.items():
        if target is None:
            continue
        other = options_of.setdefault(resolve_path(target), option)
        if other != option:
            raise UsageError(
                Problem("U01", f"{other} and {option} cannot be the same file", "Type another file name.", option)
            )
        if any(file is not None and resolve_path(file) == resolve_path(target) for file in inputs):
            raise UsageError(
                Problem("U08", "this is an input file and would be overwritten", "Type another name.", option)
            )
    for target in filter(None, outputs.values()):
        check_destination(target)
