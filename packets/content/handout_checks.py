"""Take a handout's fields and its value, report what does not hold together in it."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Collection, Iterable

from packets.content import checks, quoted_times, wordings
from packets.content import named_sources as sources
from packets.content.formats import ALWAYS_ASKED, ANSWERS, CASE, MAY_BE_ASKED, STATUS_QUESTION
from packets.content.notes import Notes, did_you_mean, listed
from packets.content.schema import Found, Located
from packets.content.timing import days
from packets.content.yamlsource import Place
from packets.domain.document import Answer, Handout, Part, Show, Status
from packets.domain.wording import MORE_FORMS, Language


def check(
    found: Found,
    value: Handout,
    notes: Notes,
    commons: Collection[str],
    language: Language | None,
    today: dt.date | None,
) -> None:
    """`commons` are the ids of the common parts in the handout's language; `language` has its words."""
    _asks(found, notes)
    _ids(found, notes)
    _conditions_of_handout(found, value, notes)
    _shows_of_handout(found, value, notes)
    _notices(found, value, notes)
    _ends_with(found, notes, commons)
    _order(found, value, notes)
    _quotes(found, value, notes)
    _units(found, value, notes, language)
    quoted_times.check(found, value, notes, language)
    _changes(found, value, notes)
    sources.check(found, value, notes)
    checks.review(found, notes, today)
    if value.review.status is Status.FORM:
        hint = "It speaks of care. Write published, draft, approved or retired."
        written = found.get("review", Found)
        notes.add("R12", "a handout cannot be a form", written.at("status") if written else found.place, hint)
    checks.drafts(found, notes)


def _asks(found: Found, notes: Notes) -> None:
    asks = found.get("asks", dict) or {}
    taken = {field.name for field in CASE.fields} - {"collar"}
    for name, located in asks.items():
        answer = located.value
        if name in ALWAYS_ASKED:
            continue
        if name in MAY_BE_ASKED:
            if answer != MAY_BE_ASKED[name]:
                notes.add(
                    "L16",
                    f'"{name}" is answered by a {MAY_BE_ASKED[name].value}',
                    located.place,
                    f"Write: {name}: {MAY_BE_ASKED[name].value}",
                )
        elif name in taken or name == STATUS_QUESTION:
            notes.add("L16", f'"{name}" is known of every case', located.place, "Delete the line.")
        elif answer != Answer.CHOICE:
            hint = f"Write: {name}: {Answer.CHOICE.value}"
            notes.add("L16", "a question of the handout's own takes yes, no or undecided", located.place, hint)


def _questions(found: Found) -> dict[str, tuple[str, ...]]:
    asks = found.get("asks", dict) or {}
    return {name: ANSWERS for name, located in asks.items() if located.value == Answer.CHOICE}


def _ids(found: Found, notes: Notes) -> None:
    for names in (("sections", "notices"), ("milestones",)):
        first: dict[str, Place] = {}
        for name in names:
            for each in found.all(name, Found):
                each_id = each.text("id")
                if each_id and each_id in first:
                    message = f'the id "{each_id}" is taken (line {first[each_id].line})'
                    notes.add("L02", message, each.at("id"), "Give it another one.")
                first.setdefault(each_id, each.at("id"))
    first_end: set[object] = set()
    for entry in found.all("ends_with", Located):
        if entry.value in first_end:
            notes.add("L17", f'"{entry.value}" stands in the list twice', entry.place, "Delete one of the two.")
        first_end.add(entry.value)


def _conditions_of_handout(found: Found, value: Handout, notes: Notes) -> None:
    if found.get("asks", dict) is None:
        return
    questions = _questions(found)
    for part, written in _with_parts(found, value):
        checks.conditions(part.condition, written, questions, notes)
    used = {part.condition.question for part, _ in _with_parts(found, value) if part.condition}
    asks = found.get("asks", dict) or {}
    for name in questions:
        if name not in used:
            hint = f"Add a part with if: {name} is yes, or delete the question."
            notes.add("L08", f'nothing depends on the answer to "{name}"', asks[name].place, hint)


def _with_parts(found: Found, value: Handout) -> Iterable[tuple[Part, Found]]:
    for section, written in zip(value.sections, found.all("sections", Found), strict=True):
        yield from zip(section.parts, written.all("parts", Found), strict=True)
    for notice, written in zip(value.notices, found.all("notices", Found), strict=True):
        yield from zip(notice.parts, written.all("says", Found), strict=True)


def _shows_of_handout(found: Found, value: Handout, notes: Notes) -> None:
    known = (*checks.MADE, *(notice.id for notice in value.notices))
    for part, written in _with_parts(found, value):
        checks.show(part, written, known, notes)
        if any(block == Show("milestones") for block in part.blocks) and not value.milestones:
            notes.add("L04", "there are no milestones to show", written.at("show"), "Add them, or delete the part.")


def _notices(found: Found, value: Handout, notes: Notes) -> None:
    if found.get("asks", dict) is None:
        return
    questions = _questions(found)
    shown = {
        written.text("show")
        for section in found.all("sections", Found)
        for written in section.all("parts", Found)
        if not any(written.has(name) for name in ("if", "unless", "status"))
    }
    for notice, written in zip(value.notices, found.all("notices", Found), strict=True):
        if notice.id and notice.id not in shown:
            hint = f"Add a part to a section: - show: {notice.id}"
            notes.add("L09", f'no section shows the notice "{notice.id}"', written.at("id"), hint)
        asked = {part.condition.question for part in notice.parts if part.condition} & set(questions)
        for question in sorted(asked):
            open_ = [answer for answer in questions[question] if not says_something(notice.parts, question, answer)]
            if open_:
                hint = f"Add a part: - if: {question} is {open_[0]}"
                message = f'the notice says nothing when "{question}" is {listed(open_)}'
                notes.add("L10", message, written.at("says"), hint)
        if not asked and not any(part.condition is None and not part.draft for part in notice.parts):
            notes.add("L10", "the notice may say nothing", written.at("says"), "Add a part without a condition.")


def says_something(parts: Iterable[Part], question: str, answer: str) -> bool:
    for part in parts:
        condition = part.condition
        if part.draft:
            continue
        if condition is None:
            return True
        if condition.question == question and (condition.answer == answer) is condition.holds:
            return True
    return False


def _ends_with(found: Found, notes: Notes, commons: Collection[str]) -> None:
    entries = found.all("ends_with", Located)
    for entry in entries:
        if entry.value not in commons:
            hint = did_you_mean(str(entry.value), commons, f"There are: {listed(sorted(commons), 'and')}.")
            notes.add("L03", f'there is no common part "{entry.value}" in this language', entry.place, hint)
    if found.get("ends_with", tuple) is not None and checks.DISCLAIMER not in {entry.value for entry in entries}:
        hint = f"Write it like this: ends_with: [{checks.DISCLAIMER}, {checks.BOOKING}]"
        notes.add("L05", "a handout must end with the disclaimer", found.at("ends_with"), hint)


def _order(found: Found, value: Handout, notes: Notes) -> None:
    written = [each for each in found.all("milestones", Found)]
    timed = [
        (tuple(days(offset) for offset in milestone.timing.offsets), each)
        for milestone, each in zip(value.milestones, written, strict=True)
        if _timed(each)
    ]
    for (before, _), (after, each) in itertools.pairwise(timed):
        if after < before:
            hint = "Put the milestones in order of time; the table and the timeline show them in this order."
            notes.add("M04", "this milestone is earlier than the one above it", each.place, hint)


def _timed(written: Found) -> bool:
    return any(name in written.values for name in ("at", "by", "between"))


def _quotes(found: Found, value: Handout, notes: Notes) -> None:
    texts = wordings.printed(value)
    for milestone, written in zip(value.milestones, found.all("milestones", Found), strict=True):
        if milestone.quote and not any(milestone.quote in text for text in texts):
            hint = "Copy the sentence from the section that says it, letter by letter."
            notes.add("M06", "the quote does not stand in the text", written.at("quote"), hint)


def _units(found: Found, value: Handout, notes: Notes, language: Language | None) -> None:
    """A quote about weeks cannot be the source of a time in months; told by the words of the language file."""
    if language is None:
        return
    for milestone, written in zip(value.milestones, found.all("milestones", Found), strict=True):
        if not _timed(written):
            continue
        quote = milestone.quote.casefold()
        for unit in sorted({offset.unit for offset in milestone.timing.offsets}):
            names = (f"one_{unit}", f"many_{unit}s", *(name for name in MORE_FORMS if name.endswith(f"_{unit}s")))
            patterns = [language.patterns[name] for name in names if name in language.patterns]
            words = [pattern.replace("{count}", "").strip().casefold() for pattern in patterns]
            if quote and all(words) and not any(word in quote for word in words):
                hint = "Compare the time with the source again."
                notes.add("M07", f'the quote says nothing of "{words[1]}"', written.at("quote"), hint, warning=True)


def _changes(found: Found, value: Handout, notes: Notes) -> None:
    written_provenance = found.get("provenance", Found)
    if written_provenance is None:
        return
    places = {
        **{section.id: wordings.section_texts(value, section) for section in value.sections},
        **{notice.id: wordings.paragraphs(notice.parts) for notice in value.notices},
    }
    written_changes = written_provenance.all("changes", Found)
    for change, written in zip(value.provenance.changes, written_changes, strict=True):
        if change.where and change.where not in places:
            hint = did_you_mean(change.where, places, f"There are: {listed(places, 'and')}.")
            notes.add("L12", f'there is no section or notice "{change.where}"', written.at("where"), hint)
        elif change.now and change.where and not any(change.now in text for text in places[change.where]):
            hint = "Copy the words as they are printed now, letter by letter."
            notes.add("L13", f'these words do not stand in "{change.where}"', written.at("now"), hint)
        if change.was and change.was == change.now:
            notes.add("L13", "the words are the same as before", written.at("now"), "Delete the change.")
        confirmed = (written.has("confirmed_by"), written.has("confirmed_on"))
        if any(confirmed) and not all(confirmed):
            missing = "confirmed_on" if confirmed[0] else "confirmed_by"
            notes.add("R07", f'a confirmed change needs "{missing}" as well', written.place)
        if not any(confirmed):
            hint = "Once confirmed, add confirmed_by: and confirmed_on: to it."
            notes.add("R06", f'a change in "{change.where}" awaits a clinician', written.place, hint, warning=True)
