"""Show how two revisions of a handout differ for a patient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from packets.cli import case_options
from packets.errors import Problem, UsageError

if TYPE_CHECKING:
    from packets.case_input.case_fields import PartialCase
    from packets.case_input.case_reader import EnteredValue
    from packets.content.revision_diff import Revision
    from packets.model.handout import Handout


@click.command()
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@case_options.case_file("A case as a YAML file: only what this patient reads, with its answers and dates.")
@case_options.answers("Only what a patient with this answer reads; repeatable.")
def command(old: Path, new: Path, case_file: str | None, answers: tuple[str, ...]) -> None:
    """Show how two revisions of a handout, or of its translation, differ for a patient.

    A line marked `-` was removed, `+` was added, and `~` was changed: [-removed-] and {+added+} words. Comments, line
    ends and the order of fields are ignored. With answers, texts for other answers are left out, placeholders show the
    answer, and with a surgery date each milestone shows its dates.

    \b
    Example:
      git show HEAD:content/procedures/cervical-foraminotomy/handout.en.yaml > old.yaml
      packets diff old.yaml content/procedures/cervical-foraminotomy/handout.en.yaml
      packets diff old.yaml new.yaml --answer collar=yes \\
        --answer surgery_date=2026-12-07
    """
    from packets.content.revision_diff import differences, read_revision

    entered = case_options.entered_values({}, answers, case_file)
    before, after = read_revision(old), read_revision(new)
    changes = list(differences(_lines(before, after, entered), _lines(after, before, entered)))
    click.echo(f"Revision {before.revision} -> revision {after.revision}, {before.status} -> {after.status}")
    for line in changes:
        click.echo(line)
    if not changes:
        click.echo("No difference for a patient.")
    elif before.revision == after.revision:
        click.echo(
            "Note: the text differs but the revision is the same. If the meaning changed, add 1 to it.", err=True
        )


def _lines(revision: Revision, other: Revision, entered: Mapping[str, EnteredValue]) -> Sequence[str]:
    """Return what the patient reads; an answer to a question that only the other revision asks is left out."""
    from packets.case_input.case_fields import read_partial_case
    from packets.content.revision_diff import Reader, handout_lines

    if not entered:
        return revision.lines
    if revision.handout is None:
        hint = "Compare two revisions of the original, or leave the answers out."
        option = next(iter(entered.values())).path
        raise UsageError(Problem("U15", "a translation has no conditions and no times of its own", hint, option))
    asked = {question.name for question in revision.handout.questions}
    only_other = {question.name for question in other.handout.questions} - asked if other.handout else set()
    partial = read_partial_case({k: v for k, v in entered.items() if k not in only_other}, revision.handout, None)
    return list(
        handout_lines(
            revision.handout, Reader(partial.answers, _words(partial, revision.handout), partial.surgery_date)
        )
    )


def _words(partial: PartialCase, handout: Handout) -> dict[str, str]:
    """Return what each placeholder shows: dates as 2026-12-07, because it is for an author."""
    questions = {question.name: question for question in handout.questions}
    words = {
        name: questions[name].words(answer) if questions[name].options else answer
        for name, answer in partial.answers.items()
        if name in questions
    }
    for name in ("surgery_date", "surgeon", "discharge_date", "follow_up"):
        if value := getattr(partial, name):
            words[name] = str(value)
    return words
