"""Show how two revisions of a handout differ for a patient."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
def command(old: Path, new: Path) -> None:
    """Show how two revisions of a handout, or of its translation, differ for a patient.

    A line marked `-` was removed, `+` was added, and `~` was changed: [-removed-] and {+added+} words. Comments, line
    ends and the order of fields are ignored.

    \b
    Example:
      git show HEAD:content/procedures/cervical-foraminotomy/handout.en.yaml > old.yaml
      packets diff old.yaml content/procedures/cervical-foraminotomy/handout.en.yaml
    """
    from packets.content.revision_diff import differences, read_revision

    before, after = read_revision(old), read_revision(new)
    changes = list(differences(before.lines, after.lines))
    click.echo(f"Revision {before.revision} -> revision {after.revision}, {before.status} -> {after.status}")
    for line in changes:
        click.echo(line)
    if not changes:
        click.echo("No difference for a patient.")
    elif before.revision == after.revision:
        click.echo(
            "Note: the text differs but the revision is the same. If the meaning changed, add 1 to it.", err=True
        )
