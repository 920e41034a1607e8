"""A procedure and a surgery date in, how each recovery date came about out."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from packets.app.commands import options

if TYPE_CHECKING:
    from packets.domain.recovery import Own


@click.command()
@click.argument("procedure")
@click.option("--surgery-date", required=True, metavar="DATE", help="Such as 2026-12-07.")
@click.option("--surgeon", metavar="NAME", help="Whose patients' dates, where the surgeon has own instructions.")
@click.option("--language", metavar="TAG", help="Such as en; default: the clinic's (clinic.yaml).")
@options.content
@options.as_json
def command(
    procedure: str, surgery_date: str, surgeon: str | None, language: str | None, content: Path | None, as_json: bool
) -> None:
    """Show for each recovery date where it comes from, the rule and the arithmetic.

    It comes from a sentence of the handout, or from the surgeon's own instructions: then who said it, when and why.
    Those that are a draft are shown as well.

    \b
    Example:
      packets explain cervical-foraminotomy --surgery-date 2026-12-31
      packets explain cervical-foraminotomy --surgery-date 2026-12-31 --surgeon "Dr. Sample"
    """
    from packets.content.case_fields import read_date
    from packets.content.library import load_for, on_surgeon
    from packets.explain import explain
    from packets.language import long_date
    from packets.resources import content_root

    surgery = read_date(surgery_date, "--surgery-date")
    library = load_for(content_root(content), procedure, language, ())
    ((_, tag),), (words,) = library.handouts, library.languages.values()
    handout = library.handout_for(procedure, tag, surgeon or "", include_drafts=True)
    options.warn(replace(note, path="--surgeon") for note in on_surgeon(library, procedure, surgeon or ""))
    milestones = explain(handout, surgery, words)
    if as_json:
        shown = [
            {
                "id": each.id,
                "label": each.label,
                "kind": each.kind,
                "from": each.own.file if each.own else "handout",
                "own": _own(each.own, each.instead_of) if each.own else None,
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
    if own := handout.signature:
        click.echo(f"With the own instructions of {own.surgeon}, revision {own.revision} ({own.review.status})")
    click.echo(f"Day 0, the day of surgery: {day}")
    if not milestones:
        click.echo("\nThe handout gives no times, so its packets print no recovery dates.")
    for each in milestones:
        click.echo(f"\n{each.label} ({each.kind})")
        if each.own:
            click.echo(f"  Source   {each.own.file}: said by {each.own.said_by} on {each.own.said_on}")
            click.echo(f"  Reason   {each.own.why}")
            if each.instead_of:
                click.echo(f"  Instead  of the handout's: {each.instead_of}")
        else:
            click.echo(f'  Source   "{each.quote}"')
        click.echo(f"  Rule     {each.rule}")
        for step in each.steps:
            click.echo(f"  Count    {step}")
        click.echo(f"  Printed  {each.printed}")


def _own(own: Own, instead_of: str) -> dict[str, str]:
    said_on = own.said_on.isoformat() if own.said_on else ""
    return {"why": own.why, "said_by": own.said_by, "said_on": said_on, "instead_of": instead_of}
