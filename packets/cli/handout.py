"""Make a blank copy of a handout for the rack, with intervals and lines to write dates on."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import click

from packets.cli import case_options, options
from packets.content.schema.slots import MAY_BE_ASKED
from packets.errors import Problem, UsageError
from packets.model.handout import Handout


@click.command()
@click.argument("procedure")
@case_options.answers("An answer that is the same for everyone who takes a copy, such as side=left.")
@click.option("--language", metavar="TAG", help="Such as en; default: the clinic's (clinic.yaml).")
@options.site
@options.print_options
@options.drafts
@options.content
@options.quiet
@options.as_json
@options.output
def command(
    procedure: str,
    answers: tuple[str, ...],
    language: str | None,
    site: str | None,
    large_print: bool,
    paper: str | None,
    include_drafts: bool,
    content: Path | None,
    quiet: bool,
    as_json: bool,
    output: Path,
) -> None:
    """Make a blank copy of a handout for the rack, with lines to write dates on.

    \b
    Example:
      packets handout cervical-foraminotomy --paper a4 -o rack-copy.pdf
      packets handout total-knee-replacement --content samples/library \\
        --site downtown --answer side=left -o left-knee.pdf
    """
    from packets.case_input.case_fields import read_partial_case
    from packets.case_input.sites import check_site_option
    from packets.content.library import load_for_packet, surgeon_warnings
    from packets.model.case import Paper, PrintOptions, PrintSize
    from packets.pipeline import make_rack_copy
    from packets.resources import content_root
    from packets.storage.files import write_whole

    library = load_for_packet(content_root(content), procedure, language, ("handout",))
    (((_, tag), handout),) = library.handouts.items()
    typed = case_options.typed_answers(answers, {})
    _check_shared(typed, handout)
    shared = read_partial_case(typed, handout, library.clinic.date_order)
    clinic = library.clinic
    print_options = PrintOptions(
        Paper(paper) if paper else clinic.paper, PrintSize.LARGE if large_print else clinic.print_size
    )
    site = check_site_option(clinic, site)
    rack_copy = make_rack_copy(
        library,
        procedure,
        tag,
        print_options,
        site=site,
        surgeon=shared.surgeon,
        answers=shared.answers,
        include_drafts=include_drafts,
    )
    write_whole(output, rack_copy.pdf.data)
    options.note_left_out(rack_copy.left_out)
    options.warn(case_options.placed(note, typed) for note in surgeon_warnings(library, procedure, shared.surgeon))
    if as_json:
        click.echo(json.dumps({"file": str(output), "pages": rack_copy.pdf.pages, "sha256": rack_copy.pdf.sha256}))
    elif not quiet:
        click.echo(f"{output}: rack copy, {options.counted(rack_copy.pdf.pages, 'page', 'pages')}")


def _check_shared(names: Iterable[str], handout: Handout) -> None:
    """Raise UsageError (U14) for an answer that belongs to one patient: a rack copy shows no name."""
    personal = {
        question.name for question in handout.questions if not question.choices and question.name != "surgeon"
    } | set(MAY_BE_ASKED)
    hint = f"For one patient, type: packet {handout.id} --plan handout, with the patient's name and record number."
    message = "belongs to one patient and cannot be on a rack copy"
    problems = [Problem("U14", f'"{name}" {message}', hint, case_options.ANSWER) for name in names if name in personal]
    if problems:
        raise UsageError(*problems)
