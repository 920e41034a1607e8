"""Check the audit file of a ward server."""

from __future__ import annotations

import json
from pathlib import Path

import click

from packets.cli import options
from packets.errors import ExitCode


@click.group()
def command() -> None:
    """Check that nobody has changed the audit file of a ward server.

    \b
    Example:
      packets audit verify /var/lib/packets/days/audit.jsonl
    """


@command.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--hash", "known_hash", default="", metavar="HASH", help="The hash that an earlier check printed.")
@options.quiet
@options.as_json
def verify(file: Path, known_hash: str, quiet: bool, as_json: bool) -> int:
    """Find lines that were changed, removed, added or moved.

    Lines that were cut off at the end are found only with --hash: note the hash of each check somewhere else, and type
    the last one. The exit code is 6 if something is wrong.

    \b
    Example:
      packets audit verify /var/lib/packets/days/audit.jsonl
    """
    from packets.storage.audit_file import verify_audit

    report = verify_audit(file, known_hash.strip().lower())
    for problem in report.problems:
        click.echo(str(problem), err=True)
    if as_json:
        problems = [{"code": each.code, "line": each.line, "message": each.message} for each in report.problems]
        click.echo(json.dumps({"entries": report.entries, "hash": report.head, "problems": problems}, indent=2))
    elif not quiet and not report.problems:
        entries = options.counted(report.entries, "entry", "entries")
        click.echo(f"{file}: {entries}, each as it was written\nHash of the last line: {report.head or '(none)'}")
    return ExitCode.VERIFICATION_FAILED if report.problems else ExitCode.OK
