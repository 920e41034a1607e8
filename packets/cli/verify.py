"""Check that finished PDFs are intact and show one patient on every page."""

from __future__ import annotations

import json
from os.path import isdir  # of a name that is too long too, where Path.is_dir raises
from pathlib import Path
from typing import Any

import click

from packets.cli import options
from packets.cli.packet import private, twin_of
from packets.errors import ExitCode, InvalidInputError, PacketsError, Problem


@click.command()
@click.argument(
    "paths", nargs=-1, required=True, type=click.Path(readable=False, path_type=Path), metavar="FILE|FOLDER..."
)
@click.option("--case", "case_file", metavar="FILE", help="Prove as well that the PDF is this case's packet.")
@click.option("--with", "with_language", metavar="TAG", help="With --case: the language of the twin pages.")
@click.option("--plan", default="discharge", show_default=True, help="With --case: what the PDF was made as.")
@click.option("--password-file", type=click.Path(path_type=Path), metavar="FILE", help="For an encrypted PDF.")
@options.drafts
@options.content
@options.quiet
@options.as_json
def command(
    paths: tuple[Path, ...],
    case_file: str | None,
    with_language: str | None,
    plan: str,
    password_file: Path | None,
    include_drafts: bool,
    content: Path | None,
    quiet: bool,
    as_json: bool,
) -> int:
    """Read PDFs back and check that they are whole and consistent.

    Of each file: no byte has changed since it was made; the same two identifiers, packet id and revision are on every
    page; the pages are all there, in order; the recovery dates follow from the surgery date that is printed. With
    --case also: every word is what this case's packet says. Of the folder of a batch: every file is the one that was
    made, byte for byte, in superseded/ as well. Of a print run: every packet that its run sheet lists. Exit code 6 when
    one is not.

    \b
    Example:
      packets verify packet.pdf
      packets verify --case case.yaml packet.pdf
      packets verify monday
    """
    from packets.pdf.encrypt import read_password
    from packets.resources import content_root
    from packets.verify.inspect import inspect

    root = content_root(content)
    password = read_password(password_file) if password_file else None
    expected, twin = _expected(root, case_file, plan, include_drafts, with_language) if case_file else (None, None)
    results: list[dict[str, Any]] = []
    failed: ExitCode | None = None  # of a folder that could not be looked at
    for path in paths:
        if isdir(path):  # noqa: PTH112
            try:
                results.append(_folder(path, quiet or as_json))
            except PacketsError as error:  # the other paths go on
                click.echo(str(error), err=True)
                failed = failed or error.exit_code
                results.append({"file": str(path), "packets": 0, "problems": [_shown(each) for each in error.problems]})
            continue
        problems: tuple[Problem, ...] = ()
        pages = 0
        try:
            pages = inspect(_bytes(path), root, password=password, expected=expected, twin=twin)
        except PacketsError as error:
            problems = error.problems
        results.append({"file": str(path), "pages": pages, "problems": [_shown(problem) for problem in problems]})
        if not as_json:
            for problem in problems:
                click.echo(f"{path}: {problem}", err=True)
            if not problems and not quiet:
                click.echo(f"{path}: whole, {options.pages(pages)}" + (", and this case's" if expected else ""))
    if as_json:
        click.echo(json.dumps(results, indent=2))
    return failed or (ExitCode.NOT_PROVED if any(result["problems"] for result in results) else ExitCode.OK)


def _folder(path: Path, quiet: bool) -> dict[str, Any]:
    """A batch's folder: each of its files is the one that was made, and none is missing or a stranger."""
    from packets.batch.folder import open_ledger
    from packets.batch.verify_folder import unverified_lists, verify_folder
    from packets.storage.lock import FolderLock

    now = options.clock()()
    with FolderLock(path, now):
        ledger = open_ledger(path, lambda: now)
        try:
            packets, problems = verify_folder(path, ledger)
            note = unverified_lists(ledger)
        finally:
            ledger.close()
    for problem in problems:
        click.echo(str(problem), err=True)
    if not problems and not quiet:
        click.echo(f"{path}: {packets} packet{'s' if packets != 1 else ''}, each as it was made")
    if note and not quiet:
        click.echo(f"Note: {note}", err=True)
    return {"file": str(path), "packets": packets, "problems": [_shown(problem) for problem in problems]}


def _shown(problem: Problem) -> dict[str, str]:
    return {"code": problem.code, "message": problem.message}


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidInputError(Problem("V20", f"the file cannot be read: {error.strerror}")) from None


def _expected(root: Path, case_file: str, plan: str, include_drafts: bool, with_language: str | None) -> Any:
    """The packet of the case and its twin, filled but not drawn; the packet id is the one in the case file."""
    from packets.case_input.case_fields import make_case, read_case_file
    from packets.content.library import load_for_packet
    from packets.pipeline import fill_packet, fill_twin

    entered = read_case_file(options.standard_input("--case") if case_file == "-" else Path(case_file), case_file)
    for field in ("procedure", "packet_id"):
        if field not in entered:
            hint = f"Add a line {field}: to it."
            raise InvalidInputError(
                Problem("V21", f"the case file does not say the {field.replace('_', ' ')}", hint, case_file)
            )
    language = entered["language"].text if "language" in entered else None
    with private(entered, case_file):
        library = load_for_packet(root, entered["procedure"].text.strip(), language, (plan,))
        twin = twin_of(library, root, plan, with_language) if with_language else None
    (handout,) = library.handouts.values()
    case, problems = make_case(entered, handout, lambda _number, _day: "")
    if case is None:
        raise InvalidInputError(*problems)
    packet = fill_packet(library, case, plan=plan, include_drafts=include_drafts)
    return packet, fill_twin(twin, case, plan=plan, include_drafts=include_drafts) if twin else None
