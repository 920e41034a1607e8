"""Check the content files and print every mistake."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import click
from msgspec.structs import asdict

from packets.cli import options
from packets.errors import ExitCode, Problem, UsageError


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@click.option("--plain", is_flag=True, help="Report readability instead of mistakes.")
@options.content
@options.quiet
@options.as_json
def command(paths: tuple[Path, ...], plain: bool, content: Path | None, quiet: bool, as_json: bool) -> int:
    """Check the content files and report every mistake.

    With PATHs, only mistakes in these files or folders are shown. The exit code is 4 if there is a mistake. Corrections
    that a clinician still has to approve are listed, but are not mistakes.

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

        return report(root, lambda path: not paths or _is_below(Problem("", "", path=path), paths, root), as_json)
    library, problems = load(root, options.clock()().date())
    if library is not None:
        problems = (*problems, *unprintable_characters(library, root, missing))
    shown = [problem for problem in problems if not paths or _is_below(problem, paths, root)]
    errors = sum(not problem.warning for problem in shown)
    if as_json:
        click.echo(json.dumps([asdict(problem) for problem in shown], indent=2))
    else:
        for problem in shown:
            click.echo(str(problem))
        if not quiet:
            click.echo(_summary(errors, len(shown) - errors))
    return ExitCode.INVALID_INPUT if errors else ExitCode.OK


def _check_paths(paths: Iterable[Path], root: Path) -> None:
    """Raise UsageError for a mistyped path, which must not end in "No mistakes"."""
    inside = root.resolve()
    for path in paths:
        candidates = [base.resolve() for base in (path, root / path) if base.exists()]
        if not candidates:
            hint = f"Type a path below the content folder {root}, such as procedures"
            raise UsageError(Problem("U10", "there is no such file or folder", hint, str(path)))
        if not any(place == inside or inside in place.parents for place in candidates):
            hint = f"The content folder is {root}. To check another one, type: check --content FOLDER"
            raise UsageError(Problem("U11", "this is not in the content folder", hint, str(path)))


def relative_to_cwd(root: Path) -> Path:
    """Return the path relative to the current folder if possible, as one would type it."""
    here = Path.cwd()
    return root.relative_to(here) if root.is_absolute() and root.is_relative_to(here) else root


def _is_below(problem: Problem, paths: Iterable[Path], root: Path) -> bool:
    place = Path(problem.path).resolve()
    for path in paths:
        for base in (path, root / path):
            resolved = base.resolve()
            if place == resolved or resolved in place.parents:
                return True
    return False


def _summary(errors: int, warnings: int) -> str:
    if not errors and not warnings:
        return "No mistakes."
    mistakes = options.counted(errors, "mistake", "mistakes") if errors else "No mistakes"
    return f"{mistakes}. {options.counted(warnings, 'note', 'notes')} to review." if warnings else f"{mistakes}."
