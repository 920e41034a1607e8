"""Write a commented starter file for a new procedure or surgeon."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import click

from packets.cli import options
from packets.errors import InvalidInputError, Problem, UsageError, WriteError


@click.command()
@click.argument("kind", type=click.Choice(["procedure", "surgeon"]))
@click.argument("name", metavar="ID")
@click.option(
    "--source", type=click.Path(path_type=Path), metavar="FILE", help="The clinic's text; its SHA-256 is recorded."
)
@options.content
@options.quiet
def command(kind: str, name: str, source: Path | None, content: Path | None, quiet: bool) -> None:
    """Write a commented starter file for a procedure or a surgeon's instructions: a draft that passes `check`.

    \b
    Example:
      packets new procedure knee-arthroscopy --content my-content --source knee.txt
      packets new surgeon jane-sample --content my-content
    """
    from packets.resources import PACKAGE, content_root
    from packets.storage.files import write_whole

    if not re.fullmatch("[a-z][a-z0-9]*(-[a-z0-9]+)*", name):
        example = "knee-arthroscopy" if kind == "procedure" else "jane-sample"
        hint = f"Use lower-case letters and digits, with dashes between words: {example}"
        raise UsageError(Problem("U41", f"this is not a valid id for a {kind}", hint, "ID"))
    root = content_root(content)
    if root.is_relative_to(PACKAGE):
        hint = "Copy the folder and change the copy: --content my-content"
        raise UsageError(Problem("U42", "the installed content cannot be changed", hint, "--content"))
    files = {"procedure": f"procedures/{name}/handout.en.yaml", "surgeon": f"surgeons/{name}.yaml"}
    file = root / files[kind]
    if file.exists():
        raise UsageError(Problem("U43", f'the {kind} "{name}" already exists', f"Change it: {file}", "ID"))
    text = _procedure(name, source) if kind == "procedure" else _surgeon(name, source, root)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError:
        raise WriteError(Problem("U24", "the folder cannot be created", "", str(file.parent))) from None
    write_whole(file, text.encode("utf-8"))
    if not quiet:
        next_command = f"preview {name} --watch" if kind == "procedure" else "check"
        click.echo(f"{file}: written. Next: generate.py {next_command} --content {root}")


def _procedure(name: str, source: Path | None) -> str:
    from packets.content.templates.new_procedure import starter

    if source is None:
        return starter(name)
    try:
        sha256 = hashlib.sha256(source.read_bytes()).hexdigest()
    except OSError:
        raise UsageError(
            Problem("U23", "this file cannot be read", "Type the file of the clinic's text.", "--source")
        ) from None
    return starter(name, source.name, sha256)


def _surgeon(name: str, source: Path | None, root: Path) -> str:
    from packets.content.library import load
    from packets.content.templates.new_surgeon import surgeon_starter

    if source is not None:
        hint = "Leave --source out. The file names its source with said_by and said_on."
        raise UsageError(Problem("U26", "a surgeon's file has no source", hint, "--source"))
    library, problems = load(root)
    if library is None:
        raise InvalidInputError(*(problem for problem in problems if not problem.warning))
    handouts = [handout for handout in library.handouts.values() if handout.language == library.clinic.language]
    return surgeon_starter(name, max(handouts, key=lambda handout: len(handout.milestones)))
