"""Check the content folder and print every mistake in its files."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import click

from packets.cli import options
from packets.errors import ExitCode, Problem, UsageError


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@click.option("--plain", is_flag=True, help="Report how plain the words are, instead of mistakes.")
@options.content
@options.quiet
@options.as_json
def command(paths: tuple[Path, ...], plain: bool, content: Path | None, quiet: bool, as_json: bool) -> int:
    """Check the content files and report every mistake.

    With PATHs, only what concerns these files or folders is shown. Exit code 4 when there is a mistake; corrections
    that await a clinician are shown and are no mistake.

    \b
    Example:
      packets check
      packets check --content my-content procedures/knee/handout.en.yaml
      packets check --plain procedures/lumbar-laminectomy
    """
    from packets.content.library import load
    from packets.content.lint.printable import unprintable_characters
    from packets.layout.fonts import missing
    from packets.resources import content_root

    root = relative_to_cwd(content_root(content))
    _check_paths(paths, root)
    if plain:
        from packets.cli.readability_report import report

        return report(root, lambda path: not paths or _concerns(Problem("", "", path=path), paths, root), as_json)
    library, problems = load(root, options.clock()().date())
    if library is not None:
        problems = (*problems, *unprintable_characters(library, root, missing))
    shown = [problem for problem in problems if not paths or _concerns(problem, paths, root)]
    errors = sum(not problem.warning for problem in shown)
    if as_json:
        click.echo(json.dumps([asdict(problem) for problem in shown], indent=2))
    else:
        for problem in shown:
            click.echo(str(problem))
        if not quiet:
            click.echo(_summary(errors, len(shown) - errors))
    return ExitCode.REFUSED if errors else ExitCode.OK


def _check_paths(paths: Iterable[Path], root: Path) -> None:
    """A slip in a path must not read as "No mistakes"."""
    inside = root.resolve()
    for path in paths:
        places = [base.resolve() for base in (path, root / path) if base.exists()]
        if not places:
            raise UsageError(Problem("U10", "there is no such file or folder", "", str(path)))
        if not any(place == inside or inside in place.parents for place in places):
            hint = f"It checks {root}. For another folder type: check --content FOLDER"
            raise UsageError(Problem("U11", "this is not part of the content", hint, str(path)))


def relative_to_cwd(root: Path) -> Path:
    """The folder as somebody here would type it."""
    here = Path.cwd()
    return root.relative_to(here) if root.is_absolute() and root.is_relative_to(here) else root


def _concerns(problem: Problem, paths: Iterable[Path], root: Path) -> bool:
    place = Path(problem.path).resolve()
    for path in paths:
        for base in (path, root / path):
            whole = base.resolve()
            if place == whole or whole in place.parents:
                return True
    return False


def _summary(errors: int, warnings: int) -> str:
    if not errors and not warnings:
        return "No mistakes."
    mistakes = f"{errors} mistake{'s' if errors != 1 else ''}" if errors else "No mistakes"
    waiting = f"{warnings} note{'s' if warnings != 1 else ''} for a person to look at"
    return f"{mistakes}. {waiting}." if warnings else f"{mistakes}."
