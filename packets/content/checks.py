"""Take a file's fields and its value, report what does not hold together: names, conditions, quotes, reviews."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence

from packets.content import wordings
from packets.content.formats import STAGES, STATUS_QUESTION
from packets.content.notes import Notes, did_you_mean, listed
from packets.content.schema import Found, Located
from packets.domain.case import Clinic
from packets.domain.document import (
    CommonPart,
    Condition,
    PacketPlan,
    Paragraph,
    Part,
    Show,
    Status,
)
from packets.domain.mail import GREETING_SLOTS, TEXT_SLOTS
from packets.domain.wording import MORE_FORMS, PATTERNS, Language

DISCLAIMER = "disclaimer"
BOOKING = "booking"
MADE = ("milestones", BOOKING)
MADE_FOR_STAFF = (*MADE, "teach-back")
PATIENTS_NEED = ("title", "identifiers", "booking", "ends", "about")
STAFF_NEED = ("title", "identifiers")


def common(found: Found, value: CommonPart, notes: Notes, today: dt.date | None) -> None:
    for part, written in zip(value.parts, found.all("parts", Found), strict=True):
        conditions(part.condition, written, {}, notes)
        show(part, written, MADE_FOR_STAFF, notes)
    if value.id in (BOOKING, DISCLAIMER):
        _words_only(found, value, notes)
    _locked(found, value, notes)
    review(found, notes, today)
    drafts(found, notes)


def _locked(found: Found, value: CommonPart, notes: Notes) -> None:
    """Words that nobody changes by the way: a lock that is left out, or does not fit, is a mistake."""
    if not value.parts or not found.get("parts", tuple):
        return
    digest = wordings.digest(value)
    if found.has("locked"):
        if found.text("locked") not in ("", digest):
            hint = (
                "Take the change back: only the clinic changes these words. "
                f"If it did, add 1 to revision and write: locked: {digest}"
            )
            notes.add("L35", f'the words of "{value.id}" are not those that are locked', found.at("parts"), hint)
    elif value.id == DISCLAIMER:
        hint = f"Once the clinic has read them, write: locked: {digest}"
        notes.add("L35", "the words of the disclaimer are not locked", found.at("parts"), hint)


def same_disclaimer(value: CommonPart, clinics: CommonPart, found: Found, notes: Notes) -> None:
    """Where it is no translation, below which the clinic's words are printed: it must say them itself."""
    said, wanted = wordings.paragraphs(value.parts), wordings.paragraphs(clinics.parts)
    if not any(said[at : at + len(wanted)] == wanted for at in range(len(said))):
        hint = "Let it be a translation (translation: disclaimer), or add the clinic's words as they stand."
        message = f"this disclaimer does not hold the clinic's own words (common/{value.id}.{clinics.language}.yaml)"
        notes.add("L36", message, found.at("parts"), hint)


def _words_only(found: Found, value: CommonPart, notes: Notes) -> None:
    """The booking box and the disclaimer's box hold paragraphs, and are on every packet."""
    for part, written in zip(value.parts, found.all("parts", Found), strict=True):
        if part.condition or written.has("status") or not all(isinstance(block, Paragraph) for block in part.blocks):
            hint = "Write it as text: without a list, without if, unless and status."
            notes.add("L14", f'the part "{value.id}" can hold plain paragraphs only', written.place, hint)
    if value.id == DISCLAIMER and value.heading:
        notes.add("L14", "the disclaimer is printed without a heading", found.at("heading"), "Delete the line.")
    if found.has("review") and value.review.status in (Status.DRAFT, Status.RETIRED):
        hint = "Every packet prints it; a clinician must approve it first."
        notes.add("L25", f'the part "{value.id}" cannot be {value.review.status}', found.at("review"), hint)


def plan(found: Found, value: PacketPlan, notes: Notes, commons: Collection[str]) -> None:
    """`commons` are the ids of the common parts in the clinic's language."""
    for entry in found.all("shows", Located):
        name = str(entry.value)
        if name.startswith("common/") and name.removeprefix("common/") not in commons:
            hint = did_you_mean(name.removeprefix("common/"), commons, f"There are: {listed(sorted(commons), 'and')}.")
            notes.add("L03", f'there is no common part "{name.removeprefix("common/")}"', entry.place, hint)
    seen: set[str] = set()
    for entry in found.all("shows", Located):
        if entry.value in seen and entry.value != "new page":
            notes.add("L17", f'"{entry.value}" stands in the list twice', entry.place, "Delete one of the two.")
        seen.add(str(entry.value))
    need = PATIENTS_NEED if found.text("for") == "patients" else STAFF_NEED
    for name in need if found.get("shows", tuple) else ():
        if name not in value.shows:
            who = "a patient's packet" if need is PATIENTS_NEED else "a sheet for staff"
            notes.add("L11", f'{who} must show "{name}"', found.at("shows"), f"Add a line: - {name}")


def clinic(found: Found, value: Clinic, notes: Notes) -> None:
    same_number(value.phone, value.dial, found, notes)


def same_number(phone: str, dial: str, found: Found, notes: Notes) -> None:
    phone, dial = ("".join(filter(str.isdigit, text)) for text in (phone, dial))
    if phone and dial and not dial.endswith(phone.lstrip("0")):
        hint = "The QR code would call another number than the one printed beside it."
        notes.add("L15", '"phone" and "dial" are different numbers', found.at("dial"), hint)


def language(found: Found, value: Language, notes: Notes, today: dt.date | None) -> None:
    words = found.get("words", Found)
    review(found, notes, today)
    for name in MORE_FORMS:
        form = name.partition("_")[0]
        if form in dict(value.plurals) and name not in value.patterns:
            notes.add("L38", f'the form "{form}" has a rule, but no "{name}"', found.at("words"), f"Add it: {name}: …")
        elif name in value.patterns and form not in dict(value.plurals) and words:
            hint = f"Add it below plurals: {form}: with CLDR's rule."
            notes.add("L38", f'no rule says which numbers take "{name}"', words.at(name), hint)
    for name, text in value.patterns.items():
        place = words.at(name) if words else None
        used = set(_slots(text))
        for slot in sorted(PATTERNS[name] - used):
            if slot == "count" and value.is_of_one_number(name.partition("_")[0]):
                continue  # two weeks can be one word
            notes.add("L18", f'"{name}" lacks {{{slot}}}', place, f"Write {{{slot}}} where its value belongs.")
        for slot in sorted(used - PATTERNS[name]):
            known = sorted(PATTERNS[name])
            otherwise = f"It can use: {listed((f'{{{each}}}' for each in known), 'and')}." if known else "It uses none."
            hint = did_you_mean(slot, known, otherwise)
            notes.add("L18", f'"{name}" has no slot "{slot}"', place, hint)
    for name in ("months", "short_months", "weekdays"):
        seen: set[object] = set()
        for entry in found.all(name, Located):
            if entry.value in seen:
                notes.add("L17", f'"{entry.value}" stands in the list twice', entry.place, "Each name differs.")
            seen.add(entry.value)


def mail(found: Found, notes: Notes) -> None:
    for name, usable in (("greeting", GREETING_SLOTS), ("text", TEXT_SLOTS), ("password", frozenset[str]())):
        for slot in sorted(set(_slots(found.text(name))) - usable):
            otherwise = f"It can use: {listed((f'{{{each}}}' for each in sorted(usable)), 'and')}." if usable else ""
            hint = did_you_mean(slot, sorted(usable), otherwise or "It uses none.")
            notes.add("L18", f'"{name}" has no slot "{slot}"', found.at(name), hint)


def review(found: Found, notes: Notes, today: dt.date | None) -> None:
    """The review's own fields; with `today`, also whether an approval has run out."""
    written = found.get("review", Found)
    if written is None:
        return
    approved = written.text("status") == Status.APPROVED
    for name in ("by", "on", "again_by"):
        if approved and not written.has(name):
            example = "Dr. Jane Rivera" if name == "by" else "2026-11-30"
            notes.add("R03", f'an approved text needs "{name}"', written.place, f"Add a line: {name}: {example}")
    again_by, on = written.get("again_by", dt.date), written.get("on", dt.date)
    if again_by and on and again_by <= on:
        notes.add("R08", "again_by is not after the day of approval", written.at("again_by"))
    if approved and today and on and on > today:
        notes.add("R09", "the day of approval is in the future", written.at("on"))
    if today and again_by and again_by < today:
        hint = "A clinician reviews the text; then enter the new name and dates."
        notes.add("R04", f"the approval ran out on {again_by.isoformat()}", written.at("again_by"), hint)
    if written.text("status") == Status.DRAFT:
        hint = "It prints only with --include-drafts, and then carries a mark."
        notes.add("R05", "this text awaits a clinician", written.at("status"), hint, warning=True)


def drafts(found: Found, notes: Notes) -> None:
    for part in _all_parts(found):
        if part.has("status"):
            hint = "It prints only with --include-drafts, and then carries a mark."
            notes.add("R05", "this part awaits a clinician", part.at("status"), hint, warning=True)


def _all_parts(found: Found) -> Iterable[Found]:
    for section in found.all("sections", Found):
        yield from section.all("parts", Found)
    for notice in found.all("notices", Found):
        yield from notice.all("says", Found)
    yield from found.all("parts", Found)


def conditions(
    condition: Condition | None, written: Found, questions: dict[str, tuple[str, ...]], notes: Notes
) -> None:
    if condition is None:
        return
    known = {**questions, STATUS_QUESTION: STAGES}
    place = written.at("if" if condition.holds else "unless")
    if condition.question not in known:
        hint = did_you_mean(condition.question, known, f"There are: {listed(known, 'and')}.")
        notes.add("L06", f'nobody is asked "{condition.question}"', place, hint)
    elif condition.answer not in known[condition.question]:
        legal = known[condition.question]
        hint = did_you_mean(condition.answer, legal, f"It is {listed(legal)}.")
        notes.add("L07", f'"{condition.answer}" is no answer to "{condition.question}"', place, hint)


def show(part: Part, written: Found, known: Sequence[str], notes: Notes) -> None:
    for block in part.blocks:
        if isinstance(block, Show) and block.what not in known:
            otherwise = f"There are: {listed(known, 'and')}." if known else "Write text: here."
            hint = did_you_mean(block.what, known, otherwise)
            notes.add("L04", f'there is no "{block.what}" to show here', written.at("show"), hint)


def _slots(pattern: str) -> list[str]:
    """The slots of a language's pattern; a brace without its partner counts as one that nothing knows."""
    names: list[str] = []
    rest = pattern
    while "{" in rest or "}" in rest:
        before, brace, after = rest.partition("{")
        if not brace or "}" in before or "}" not in after:
            return [*names, rest.strip()[:20]]
        name, _, rest = after.partition("}")
        names.append(name)
    return names
