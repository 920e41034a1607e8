"""Restore a folder from a backup file."""

from __future__ import annotations

from pathlib import Path

import click

from packets.cli import options
from packets.errors import ExitCode

_PATH = click.Path(path_type=Path)


@click.command()
@click.argument("file", type=_PATH)
@click.option("-o", "--output", required=True, type=_PATH, metavar="FOLDER", help="A folder that does not exist yet.")
@options.quiet
def command(file: Path, output: Path, quiet: bool) -> int:
    """Restore a folder from a backup file that `packets backup` has written.

    Every file is compared with its checksum; the folder is complete or absent. Then check it: packets verify FOLDER. To
    go on with its batches you need the site key of the computer that made them.

    \b
    Example:
      packets restore monday.zip -o monday
    """
    from packets.batch.restore import restore

    contents = restore(file, output)
    if not quiet:
        files = options.counted(len(contents.files), "file", "files")
        click.echo(f"{output}: {files} as of {contents.written}, each as it was backed up")
    return ExitCode.OK
