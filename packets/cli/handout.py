"""Make a blank copy of a handout for the rack, with intervals and lines to write dates on."""

from __future__ import annotations

import json
from pathlib import Path

import click

from packets.cli import options


@click.command()
@click.argument("procedure")
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
    """
    from packets.case_input.sites import check_site_option
    from packets.content.library import load_for_packet
    from packets.model.case import Paper, Print, PrintSize
    from packets.pipeline import make_rack_copy
    from packets.resources import content_root
    from packets.storage.files import write_whole

    library = load_for_packet(content_root(content), procedure, language, ("handout",))
    ((_, tag),) = library.handouts
    clinic = library.clinic
    print_options = Print(
        Paper(paper) if paper else clinic.paper, PrintSize.LARGE if large_print else clinic.print_size
    )
    site = check_site_option(clinic, site)
    rack_copy = make_rack_copy(library, procedure, tag, print_options, site=site, include_drafts=include_drafts)
    write_whole(output, rack_copy.pdf.data)
    options.note_left_out(rack_copy.left_out)
    if as_json:
        click.echo(json.dumps({"file": str(output), "pages": rack_copy.pdf.pages, "sha256": rack_copy.pdf.sha256}))
    elif not quiet:
        click.echo(f"{output}: rack copy, {options.pages(rack_copy.pdf.pages)}")
