"""Write the packets of a batch as documents for a record system."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from packets.cli import options
from packets.errors import ExitCode

_PATH = click.Path(path_type=Path)


@click.command()
@click.argument("folder", type=_PATH)
@click.option(
    "--as", "form", required=True, type=click.Choice(["mdm", "fhir"]), help="HL7 v2 MDM messages, or FHIR R4 Bundles."
)
@click.option("-o", "--output", required=True, type=_PATH, metavar="FOLDER", help="Where the files go.")
@click.option("--schedule", type=_PATH, metavar="FILE", help="The schedule that the batch was made from.")
@options.schedule_profile
@options.site_key
@options.content
@options.quiet
@options.as_json
def command(
    folder: Path,
    form: str,
    output: Path,
    schedule: Path | None,
    profile: str | None,
    site_key: Path | None,
    content: Path | None,
    quiet: bool,
    as_json: bool,
) -> int:
    """Write the packets of a batch as documents for a record system: one file each, named by its packet id.

    Run it again after each batch: only new packets, replacements and void ones are written. Sending the files is up to
    your interface engine.

    \b
    Example:
      packets export monday --as mdm --schedule monday.csv -o outgoing
    """
    from packets.export.exporter import ExportContext, export
    from packets.storage.site_key import site_key as read_site_key

    root, library = options.load_library(content)
    key = read_site_key(site_key, os.environ, library.clinic.site_folder)
    context = ExportContext(folder, root, library, key, options.clock(), schedule, profile)
    result = export(context, form, output)
    for problem in result.problems:
        click.echo(str(problem), err=True)
    if as_json:
        files = [{"packet_id": packet, "kind": kind, "file": name} for packet, kind, name in result.files]
        problems = [{"code": each.code, "message": each.message, "hint": each.hint} for each in result.problems]
        click.echo(json.dumps({"files": files, "unchanged": result.unchanged, "problems": problems}, indent=2))
    elif not quiet:
        kinds = [kind for _, kind, _ in result.files]
        counts = [f"{kinds.count(name)} {name}" for name in ("new", "replacement", "void")]
        click.echo(f"{output}: {', '.join(counts)}; {result.unchanged} exported before.")
    return ExitCode.SOME_ROWS_FAILED if result.problems else ExitCode.OK
