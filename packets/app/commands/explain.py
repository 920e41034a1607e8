"""A procedure and a surgery date in, how each recovery date came about out."""

from __future__ import annotations

import json
from pathlib import Path

import click

from packets.app.commands import options


@click.command()
@click.argument("procedure")
@click.option("--surgery-date", required=True, metavar="DATE", help="Such as 2026-12-07.")
@click.option("--language", metavar="TAG", help="Such as en; default: the clinic's (clinic.yaml).")
@options.content
@options.as_json
def command(procedure: str, surgery_date: str, language: str | None, content: Path | None, as_json: bool) -> None:
    """Show for each recovery date the source sentence, the rule and the arithmetic.

    \b
    Example:
      packets explain cervical-foraminotomy --surgery-date 2026-12-31
    """
    from packets.content.case_fields import read_date
    from packets.content.library import load_for
    from packets.explain import explain
    from packets.language import long_date
    from packets.resources import content_root

    surgery = read_date(surgery_date, "--surgery-date")
    library = load_for(content_root(content), procedure, language, ())
    (handout,), (words,) = library.handouts.values(), library.languages.values()
    milestones = explain(handout, surgery, words)
    if as_json:
        shown = [
            {
                "id": each.id,
                "label": each.label,
                "kind": each.kind,
                "quote": each.quote,
                "rule": each.rule,
                "steps": each.steps,
                "dates": [date.isoformat() for date in each.dates],
                "printed": each.printed,
            }
            for each in milestones
        ]
        click.echo(json.dumps({"surgery_date": surgery.isoformat(), "milestones": shown}, indent=2))
        return
    day = long_date(words, surgery).replace("\u00a0", " ")
    click.echo(f"{handout.title}, {words.name}, revision {handout.revision}")
    click.echo(f"Day 0, the day of surgery: {day}")
    for each in milestones:
        click.echo(f"\n{each.label} ({each.kind})")
        click.echo(f'  Source   "{each.quote}"')
        click.echo(f"  Rule     {each.rule}")
        for step in each.steps:
            click.echo(f"  Count    {step}")
        click.echo(f"  Printed  {each.printed}")
