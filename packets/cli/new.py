"""Write commented starter files, which authors complete."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from packets.cli import options
from packets.errors import Problem, UsageError

if TYPE_CHECKING:
    from packets.content.loader import ContentLoader

_EXAMPLES = {
    "procedure": "knee-arthroscopy",
    "surgeon": "jane-sample",
    "translation": "knee-arthroscopy",
    "plan": "second-visit",
    "source": "our-export",
}
_KINDS = ("procedure", "translation", "language", "surgeon", "plan", "source")


@click.command()
@click.argument("kind", type=click.Choice(_KINDS))
@click.argument("name", metavar="ID")
@click.argument("language", metavar="[LANGUAGE]", required=False)
@click.option(
    "--source", type=click.Path(path_type=Path), metavar="FILE", help="The clinic's text; its SHA-256 is recorded."
)
@options.content
@options.quiet
def command(
    kind: str, name: str, language: str | None, source: Path | None, content: Path | None, quiet: bool
) -> None:  # fmt: skip
    """Write a commented starter file: a procedure, its translation, a language, a surgeon's instructions, a packet plan
    or the profile of a schedule. Nothing is overwritten, and `check` says what is still to be written.

    \b
    Example:
      packets new procedure knee-arthroscopy --content my-content --source knee.txt
      packets new language fr --content my-content
      packets new translation knee-arthroscopy fr --content my-content
      packets new surgeon jane-sample --content my-content
      packets new plan second-visit --content my-content
      packets new source our-export --content my-content
    """
    from packets.resources import PACKAGE, content_root

    _check_words(kind, name, language, source)
    root = content_root(content)
    if root.is_relative_to(PACKAGE):
        hint = "Copy the folder and change the copy: --content my-content"
        raise UsageError(Problem("U42", "the installed content cannot be changed", hint, "--content"))
    files = _files(kind, name, language or "", source, root)
    for file, text in files.items():
        _write(root / file, text)
    if not quiet:
        for file in files:
            click.echo(f"{root / file}: written.{_next(kind, name, root) if file == list(files)[-1] else ''}")


def _check_words(kind: str, name: str, language: str | None, source: Path | None) -> None:
    """Raise UsageError for a missing, extra or malformed argument."""
    from packets.content.schema.field_types import LANGUAGE_TAG

    tag = name if kind == "language" else language
    if kind != "language" and not re.fullmatch("[a-z][a-z0-9]*(-[a-z0-9]+)*", name):
        hint = f"Use lower-case letters and digits, with dashes between words: {_EXAMPLES[kind]}"
        raise UsageError(Problem("U41", f"this is not a valid id for a {kind}", hint, "ID"))
    if kind == "translation" and language is None:
        hint = f"Type the language after the procedure: new translation {name} es"
        raise UsageError(Problem("U45", "the language is missing", hint, "LANGUAGE"))
    if kind != "translation" and language is not None:
        raise UsageError(Problem("U45", f"a {kind} takes no second word", "Leave it out.", "LANGUAGE"))
    if tag is not None and not re.fullmatch(LANGUAGE_TAG, tag):
        hint = "Write it like this: es, vi or pt-BR"
        raise UsageError(Problem("U41", "this is not a language", hint, "ID" if kind == "language" else "LANGUAGE"))
    if source is not None and kind == "surgeon":
        hint = "Leave --source out. The file names its source with said_by and said_on."
        raise UsageError(Problem("U26", "a surgeon's file has no source", hint, "--source"))
    if source is not None and kind != "procedure":
        hint = "Leave --source out. Only a procedure records the clinic's text."
        raise UsageError(Problem("U26", f"a {kind} has no source", hint, "--source"))


def _files(kind: str, name: str, language: str, source: Path | None, root: Path) -> dict[str, str]:
    """Return the text of each file by its path in the content folder. Raise UsageError (U43) if one is there."""
    from packets.content.loader import ContentLoader
    from packets.content.templates import new_language, new_schedule, new_translation

    loader = ContentLoader(root, None)
    match kind:
        case "procedure":
            file = f"procedures/{name}/handout.en.yaml"
            _refuse_existing(root / file, f'the procedure "{name}"')
            return {file: _procedure(name, source)}
        case "surgeon":
            file = f"surgeons/{name}.yaml"
            _refuse_existing(root / file, f'the surgeon "{name}"')
            return {file: _surgeon(name, root)}
        case "plan":
            file = f"packets/{name}.yaml"
            _refuse_existing(root / file, f'the plan "{name}"')
            return {file: new_schedule.plan_starter(loader, name)}
        case "source":
            file = f"sources/{name}.yaml"
            _refuse_existing(root / file, f'the source "{name}"')
            return {file: new_schedule.source_starter(loader, name)}
        case "language":
            file = f"languages/{name}.yaml"
            _refuse_existing(root / file, f'the language "{name}"')
            parts = new_translation.common_parts_to_translate(loader, name)
            files = {file: new_language.language_starter(loader, name)}
            return files | _translations(loader, parts, name)
        case "translation":
            file = new_translation.translation_file(loader, name, language)
            _refuse_existing(root / file, f'the translation of "{name}"')
            return _translations(loader, [name], language)
        case _:
            raise ValueError(f"no starter file for a {kind}")


def _translations(loader: ContentLoader, names: list[str], language: str) -> dict[str, str]:
    from packets.content.templates.new_translation import translation_file, translation_starter

    return {translation_file(loader, name, language): translation_starter(loader, name, language) for name in names}


def _refuse_existing(file: Path, what: str) -> None:
    if file.exists():
        raise UsageError(Problem("U43", f"{what} already exists", f"Change it: {file}", "ID"))


def _write(file: Path, text: str) -> None:
    from packets.storage.files import explained, write_whole

    with explained(file.parent, file.parent.parent):
        file.parent.mkdir(parents=True, exist_ok=True)
    write_whole(file, text.encode("utf-8"))


def _next(kind: str, name: str, root: Path) -> str:
    commands = {"procedure": f"preview {name} --watch", "source": f"batch SCHEDULE --profile {name}"}
    program = click.get_current_context().find_root().info_name
    return f" Next: {program} {commands.get(kind, 'check')} --content {root}"


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


def _surgeon(name: str, root: Path) -> str:
    from packets.content.templates.new_surgeon import surgeon_starter

    _, library = options.load_library(root)
    handouts = [handout for handout in library.handouts.values() if handout.language == library.clinic.language]
    return surgeon_starter(name, max(handouts, key=lambda handout: len(handout.milestones)))
