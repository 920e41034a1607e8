"""List the handouts of the content folder."""

from __future__ import annotations

import json
from pathlib import Path

import click

from packets.cli import options
from packets.errors import ExitCode


@click.command(name="list")
@options.content
@options.as_json
def command(content: Path | None, as_json: bool) -> int:
    """List procedures, languages, status and review dates.

    \b
    Example:
      packets list
    """
    from packets.content.catalog import catalog
    from packets.resources import content_root

    entries, problems = catalog(content_root(content))
    if as_json:
        listed = [
            {
                "procedure": entry.id,
                "title": entry.title,
                "names": entry.names,
                "synonyms": entry.synonyms,
                "specialty": entry.specialty or None,
                "language": entry.language,
                "revision": entry.revision,
                "status": str(entry.status),
                "approved_by": entry.by,
                "review_again_by": entry.again_by.isoformat() if entry.again_by else None,
            }
            for entry in entries
        ]
        click.echo(json.dumps(listed, indent=2))
    else:
        rows = [("PROCEDURE", "LANGUAGE", "REVISION", "STATUS", "REVIEW AGAIN BY", "TITLE")]
        for entry in entries:
            again = entry.again_by.isoformat() if entry.again_by else "-"
            rows.append((entry.id, entry.language, str(entry.revision), str(entry.status), again, entry.title))
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        for row in rows:
            click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    for problem in problems:
        click.echo(str(problem), err=True)
    return ExitCode.INVALID_INPUT if problems else ExitCode.OK
