"""The id of a new procedure in, a commented handout to begin with out."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import click

from packets.app.commands import options
from packets.errors import CannotWrite, Misused, Problem


@click.command()
@click.argument("kind", type=click.Choice(["procedure"]))
@click.argument("name", metavar="ID")
@click.option(
    "--source", type=click.Path(path_type=Path), metavar="FILE", help="The clinic's text; its sha256 is kept."
)
@options.content
@options.quiet
def command(kind: str, name: str, source: Path | None, content: Path | None, quiet: bool) -> None:
    """Write a commented starter for a new procedure: a draft that passes `check`.

    \b
    Example:
      packets new procedure knee-arthroscopy --content my-content --source knee.txt
    """
    from packets.content.starter import starter
    from packets.output.files import write_whole
    from packets.resources import PACKAGE, content_root

    if not re.fullmatch("[a-z][a-z0-9]*(-[a-z0-9]+)*", name):
        hint = "Use small letters and digits, words joined by dashes: knee-arthroscopy"
        raise Misused(Problem("U20", "this is not an id for a procedure", hint, "ID"))
    root = content_root(content)
    if root.is_relative_to(PACKAGE):
        hint = "Copy it and work on the copy: --content my-content"
        raise Misused(Problem("U21", "the installed content is not changed", hint, "--content"))
    file = root / "procedures" / name / "handout.en.yaml"
    if file.exists():
        raise Misused(Problem("U22", f'there is a procedure "{name}" already', f"Change it: {file}", "ID"))
    sha256 = ""
    if source is not None:
        try:
            sha256 = hashlib.sha256(source.read_bytes()).hexdigest()
        except OSError:
            raise Misused(
                Problem("U23", "this file cannot be read", "Type the file of the clinic's text.", "--source")
            ) from None
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError:
        raise CannotWrite(Problem("U24", "the folder cannot be made", "", str(file.parent))) from None
    write_whole(file, starter(name, source.name if source else "", sha256).encode("utf-8"))
    if not quiet:
        click.echo(f"{file}: written. Next: generate.py preview {name} --watch --content {root}")
