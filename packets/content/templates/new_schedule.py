"""Write the starter files of a packet plan and of a schedule profile."""

from __future__ import annotations

from packets.content.loader import ContentLoader
from packets.content.schema.schedule_profile import COLUMNS
from packets.content.templates.template_file import fill_template

_HAVE_THEIR_PLACE = ("booking", "disclaimer")


def plan_starter(loader: ContentLoader, plan: str) -> str:
    """Return a patient's packet plan that passes every check, with the common parts of the clinic's language."""
    clinic = loader.clinic()
    loader.raise_on_errors()
    home = clinic.language if clinic else ""
    plans = [known for name in loader.files().plans if (known := loader.plan(name))]
    staff = {entry.removeprefix("common/") for known in plans if known.staff for entry in known.shows}
    parts = sorted({name for name, tag in loader.files().common if tag == home} - {*_HAVE_THEIR_PLACE, *staff})
    lines = [f"  - common/{name}" for name in parts] or [
        "  # - common/going-home           # a part from the folder common/"
    ]
    return fill_template("plan.yaml", id=plan, commons="\n".join(lines))


def source_starter(loader: ContentLoader, source: str) -> str:
    """Return a schedule profile to complete, with the questions of all handouts."""
    loader.clinic()
    loader.raise_on_errors()
    handouts = [handout for key in sorted(loader.files().handouts) if (handout := loader.handout(*key))]
    names = sorted(
        {question.name for handout in handouts for question in handout.questions if question.name not in COLUMNS}
    )
    lines = [f"  # {name}: {name.upper().replace('_', ' ')}" for name in names] or ["  # collar: COLLAR"]
    procedure = handouts[0].id if handouts else "knee-arthroscopy"
    return fill_template("source.yaml", id=source, questions="\n".join(lines), procedure=procedure)
