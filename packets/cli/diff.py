"""Show what differs for a patient between two revisions of a handout."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
def command(old: Path, new: Path) -> None:
    """Show what two revisions of a handout, or of its translation, say differently, as a patient would read them.

    `-` is gone, `+` is new, `~` is changed: [-gone-] and {+new+} words. Remarks, line ends and the order of fields
    do not count.

    \b
    Example:
      git show HEAD:content/procedures/cervical-foraminotomy/handout.en.yaml > old.yaml
      packets diff old.yaml content/procedures/cervical-foraminotomy/handout.en.yaml
    """
    from packets.content.revision_diff import differences, read_revision

    before, after = read_revision(old), read_revision(new)
    found = list(differences(before.lines, after.lines))
    click.echo(f"Revision {before.revision} -> revision {after.revision}, {before.status} -> {after.status}")
    for line in found:
        click.echo(line)
    if not found:
        click.echo("A patient reads the same.")
    elif before.revision == after.revision:
        click.echo(
            "Note: the words differ and the revision is the same. If the meaning changed, add 1 to it.", err=True
        )
