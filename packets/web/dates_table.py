"""Compute the table of dates that the form of a packet shows beside the surgery date."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from packets.case_input.case_reader import field_label
from packets.content.library import Library
from packets.errors import InvalidInputError, Problem, UsageError
from packets.fill.dates import long_date
from packets.fill.explain import intervals
from packets.model.handout import Handout
from packets.web import forms
from packets.web.case_words import case_words
from packets.web.packet_service import PacketService, single_handout


def dates_table(service: PacketService, library: Library, typed: Mapping[str, str]) -> dict[str, object]:
    """Return the dates of this surgery and surgeon, or the intervals alone until a valid date is typed."""
    handout, language = single_handout(library)
    staff_words = case_words(service.english(), handout.kind)
    day_0 = staff_words.say("Surgery, day 0")
    values: dict[str, object] = {"language": language.tag, "surgery": "", "day_0": day_0, "problems": ()}
    surgery_date = typed.get("surgery_date", "")
    try:
        handout = with_instructions(service, library, typed)
    except InvalidInputError as error:
        return values | {"problems": staff_words.problems(error.problems), "rows": ()}
    if surgery_date.strip():
        try:
            surgery, explained = service.dates(library, handout, surgery_date)
        except UsageError as error:
            values["problems"] = staff_words.problems(error.problems)
        else:
            before: list[tuple[str, str, str]] = []
            after: list[tuple[str, str, str]] = []
            for date in explained:
                rows = before if date.dates[0] < surgery else after
                rows.append((_label(date.label, date.condition, date.known_by), date.printed, date.rule))
            return values | {"surgery": long_date(language, surgery), "before": before, "rows": after}
    times = [
        (_label(label, condition, known_by), "", time)
        for label, condition, known_by, time in intervals(handout, language)
    ]
    return values | {"rows": times}


def date_problems(service: PacketService, library: Library, typed: Mapping[str, str]) -> tuple[Problem, ...]:
    """Return why the typed surgery date is refused; none if it can be read."""
    try:
        service.dates(library, single_handout(library)[0], typed.get("surgery_date", ""))
    except UsageError as error:
        return tuple(replace(problem, field="surgery_date") for problem in error.problems)
    return ()


def with_instructions(service: PacketService, library: Library, typed: Mapping[str, str]) -> Handout:
    """Return the handout with the surgeon's instructions. Raise InvalidInputError."""
    return service.handout(library, typed.get("surgeon", ""), include_drafts=forms.DRAFTS in typed)


def _label(label: str, condition: str, known_by: str) -> str:
    """Return what a date is for, with what the nurse's answers decide about it."""
    decided = [f"only if {condition.replace('_', ' ')}"] if condition else []
    decided += [f"or {field_label(known_by)}, if it is known"] if known_by else []
    return f"{label} ({'; '.join(decided)})" if decided else label
