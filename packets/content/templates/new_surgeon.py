"""The id of a surgeon and a handout in, a file of own instructions to begin with out: a draft that changes nothing."""

from __future__ import annotations

from collections.abc import Iterable

from packets.model.handout import Handout

_TEXT = """\
# yaml-language-server: $schema=../schema/surgeon.schema.json
# A starter. Change it line by line; `generate.py check` says what is wrong, and in which line.
# Every field: docs/content-reference.md. What a surgeon can change, and what the packet then says: docs/for-authors.md.
surgeon: {id}
language: {language}
revision: 1                         # add 1 whenever the meaning changes; it stands at the foot of every page
# The name exactly as it is printed, and typed for a packet.
name: {name}
# The same surgeon in other words, as schedules write them:
# aliases: ["{last}, {first}"]
# Other surgeons whose names look alike; no note is shown for them:
# not_meant: [Dr. Other {last}]
# The surgeon's own number instead of the clinic's, and the same with country code for the QR code:
# phone: 555-010-0199
# dial: "+1-555-010-0199"

procedures:
  - procedure: {procedure}
    # Notices instead of the handout's, with words for each answer. {notices}
    # notices:
    #   - id: {notice}
    #     says:
    #       - text: {name} asks you to wear it day and night.
    #     why: The reason; explain shows it.
    #     said_by: {name}
    #     said_on: 2026-11-20
    # Dates instead of the handout's (replaces:), or new ones (adds:, with label: and short:). {milestones}
    # An order is worded asks_you_to:, what is usual and an appointment label:. Where the handout's is of another kind,
    # say so with instead_of:. The date follows the words.
    # milestones:
    #   - replaces: {milestone}
    #     kind: {kind}
    #     label: Driving is usually safe
    #     between: 2 and 3 weeks
    #     why: The reason; explain shows it.
    #     said_by: {name}
    #     said_on: 2026-11-20
    review:
      status: draft                 # prints only with --include-drafts, marked; then approved, by, on, again_by
"""


def surgeon_starter(surgeon: str, handout: Handout) -> str:
    words = [word.capitalize() for word in surgeon.removeprefix("dr-").split("-")]
    return _TEXT.format(
        id=surgeon,
        language=handout.language,
        name=f"Dr. {' '.join(words)}",
        first=words[0].upper(),
        last=words[-1].upper(),
        procedure=handout.id,
        notices=_told(notice.id for notice in handout.notices),
        notice=handout.notices[0].id if handout.notices else "collar",
        milestones=_told(f"{milestone.id} ({milestone.kind})" for milestone in handout.milestones),
        milestone=handout.milestones[0].id if handout.milestones else "driving",
        kind=handout.milestones[0].kind if handout.milestones else "expectation",
    )


def _told(names: Iterable[str]) -> str:
    return f"It has: {', '.join(names) or 'none'}."
