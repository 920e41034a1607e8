"""Write the starter file of a surgeon: a draft of the surgeon's instructions that changes nothing yet."""

from __future__ import annotations

from collections.abc import Iterable

from packets.content.templates.template_file import fill_template
from packets.model.handout import Handout


def surgeon_starter(surgeon: str, handout: Handout) -> str:
    """Return a surgeon's file to begin with; its comments name the notices and milestones of the handout."""
    words = [word.capitalize() for word in surgeon.removeprefix("dr-").split("-")]
    return fill_template(
        "surgeon.yaml",
        id=surgeon,
        language=handout.language,
        name=f"Dr. {' '.join(words)}",
        first=words[0].upper(),
        last=words[-1].upper(),
        procedure=handout.id,
        notices=_id_list(notice.id for notice in handout.notices),
        notice=handout.notices[0].id if handout.notices else "collar",
        milestones=_id_list(f"{milestone.id} ({milestone.kind})" for milestone in handout.milestones),
        milestone=handout.milestones[0].id if handout.milestones else "driving",
        kind=handout.milestones[0].kind if handout.milestones else "expectation",
    )


def _id_list(names: Iterable[str]) -> str:
    return f"It has: {', '.join(names) or 'none'}."
