"""Write a folder with its batches into one backup file."""

from __future__ import annotations

from pathlib import Path

import click

from packets.cli import options
from packets.errors import ExitCode

_PATH = click.Path(path_type=Path)


@click.command()
@click.argument("folder", type=_PATH)
@click.option("-o", "--output", required=True, type=_PATH, metavar="FILE", help="The backup, such as monday.zip.")
@options.quiet
def command(folder: Path, output: Path, quiet: bool) -> int:
    """Write the folder of a batch, or the folder that has all of them, into one file.

    A batch may be running, and a server too. The backup has a checksum of each file, and is complete or absent.
    It holds the patients' packets: keep it where only you can read it. The site key is not in it.

    \b
    Example:
      packets backup monday -o monday.zip
    """
    from packets.batch.backup import back_up

    report = back_up(folder, output, options.clock())
    for problem in report.problems:
        click.echo(str(problem), err=True)
    for path in report.left_out:
        click.echo(f"Note: {path} is not in the backup: it is a link, or was begun while the backup was made", err=True)
    if not quiet:
        files = options.counted(len(report.files), "file", "files")
        click.echo(f"{output}: {files}, {report.size / 1e6:,.1f} MB")
    return ExitCode.VERIFICATION_FAILED if report.problems else ExitCode.OK
