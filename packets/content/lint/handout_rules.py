"""Check a handout: ids, conditions, notices, milestones, quotes, changes and reviews."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable

from packets.content import printed_text
from packets.content.lint import (
    conditions,
    exceptions,
    provenance,
    question_rules,
    quoted_frequencies,
    quoted_times,
    quotes,
    same_day,
    supporting_files,
)
from packets.content.problems import ProblemCollector, did_you_mean, listed
from packets.content.schema.condition_text import condition_of
from packets.content.schema.records import ParsedRecord, ParsedValue
from packets.content.schema.timing import SURGERY_DAY
from packets.content.timings import (
    check_before_surgery,
    check_known_date,
    check_time_of_day,
    check_times_of_doses,
    check_timing,
    time_field,
    warn_of_order_on_one_day,
)
from packets.content.yaml.parser import Place
from packets.model.condition import Condition
from packets.model.handout import BEFORE_SURGERY, Handout, Notice, Part, Section, Show, Status
from packets.model.language import MORE_FORMS, Language
from packets.model.recovery import Milestone


def check_handout(
    record: ParsedRecord,
    value: Handout,
    problems: ProblemCollector,
    commons: Collection[str],
    language: Language | None,
    today: dt.date | None,
    printed_by_commons: Callable[[], Collection[str]] = tuple,
) -> None:
    """Check a handout; `commons` are the ids of the common parts in its language, `language` its language file.

    `printed_by_commons` returns the questions whose answers a common part prints.
    """
    question_rules.check_questions(record, value, problems, printed_by_commons)
    if value.side is not None:
        from packets.content.lint import side_words

        side_words.check_choices(record, value, problems)
        side_words.check_sides(record, value, problems)
    _check_ids(record, problems)
    _check_conditions(record, value, problems)
    _check_shows(record, value, problems)
    _check_notices(record, value, problems)
    _check_ends_with(record, problems, commons)
    _check_order(record, value, problems)
    quotes.check_quotes(record, value, problems)
    exceptions.check_exceptions(record, value, problems)
    same_day.check_last_days(record, value, problems)
    _check_units(record, value, problems, language)
    _check_times(record, value, problems)
    quoted_times.check_quoted_times(record, value, problems, language)
    quoted_frequencies.check_quoted_frequencies(record, problems, language)
    _check_changes(record, value, problems)
    provenance.check_provenance(record, value, problems)
    supporting_files.check_review(record, problems, today)
    if value.review.status is Status.FORM:
        hint = "A handout is about care. Write published, draft, approved or retired."
        written = record.get("review", ParsedRecord)
        problems.add("R12", "a handout cannot be a form", written.at("status") if written else record.place, hint)
    supporting_files.warn_of_drafts(record, problems)


def _check_ids(record: ParsedRecord, problems: ProblemCollector) -> None:
    for names in (("sections", "notices"), ("milestones",)):
        first: dict[str, Place] = {}
        for name in names:
            for entry in record.all(name, ParsedRecord):
                entry_id = entry.text("id")
                if entry_id and entry_id in first:
                    message = f'the id "{entry_id}" is taken (line {first[entry_id].line})'
                    problems.add("L02", message, entry.at("id"), "Give it another one.")
                first.setdefault(entry_id, entry.at("id"))
    seen: set[object] = set()
    for part_id in record.all("ends_with", ParsedValue):
        if part_id.value in seen:
            problems.add("L17", f'"{part_id.value}" is in the list twice', part_id.place, "Delete one of the two.")
        seen.add(part_id.value)


def _check_conditions(record: ParsedRecord, value: Handout, problems: ProblemCollector) -> None:
    if record.get("asks", dict) is None:
        return
    questions = value.choices
    for condition, written in _conditions(record, value):
        conditions.check_condition(condition, written, questions, problems)
    for section, written in zip(value.sections, record.all("sections", ParsedRecord), strict=True):
        conditions.check_section(section, written, questions, problems)
        conditions.check_subheadings(section, written, questions, problems)


def _conditions(record: ParsedRecord, value: Handout) -> Iterable[tuple[Condition | None, ParsedRecord]]:
    """Yield the condition of each section, notice, part and milestone, and where it is written."""
    owners: tuple[Section | Notice, ...] = (*value.sections, *value.notices)
    written_owners = (*record.all("sections", ParsedRecord), *record.all("notices", ParsedRecord))
    yield from ((owner.condition, written) for owner, written in zip(owners, written_owners, strict=True))
    for part, written in _with_parts(record, value):
        yield from conditions.written_conditions(part, written)
    written_milestones = record.all("milestones", ParsedRecord)
    for milestone, written in zip(value.milestones, written_milestones, strict=True):
        yield milestone.condition, written


def _with_parts(record: ParsedRecord, value: Handout) -> Iterable[tuple[Part, ParsedRecord]]:
    for section, written in zip(value.sections, record.all("sections", ParsedRecord), strict=True):
        yield from zip(section.parts, written.all("parts", ParsedRecord), strict=True)
    for notice, written in zip(value.notices, record.all("notices", ParsedRecord), strict=True):
        yield from zip(notice.parts, written.all("says", ParsedRecord), strict=True)


def _check_shows(record: ParsedRecord, value: Handout, problems: ProblemCollector) -> None:
    known = (*supporting_files.SHOWABLE, *(notice.id for notice in value.notices))
    for part, written in _with_parts(record, value):
        supporting_files.check_show(part, written, known, problems)
        if any(block == Show("milestones") for block in part.blocks) and not value.milestones:
            problems.add("L04", "there are no milestones to show", written.at("show"), "Add them, or delete the part.")


def _check_notices(record: ParsedRecord, value: Handout, problems: ProblemCollector) -> None:
    if record.get("asks", dict) is None:
        return
    questions = value.choices
    for notice, written in zip(value.notices, record.all("notices", ParsedRecord), strict=True):
        if notice.id and not _is_shown(notice, record):
            hint = f"Add a part to a section: - show: {notice.id}"
            problems.add("L09", f'no section shows the notice "{notice.id}"', written.at("id"), hint)
        conditions.check_notice(notice.parts, notice.condition, written, questions, problems)


def _is_shown(notice: Notice, record: ParsedRecord) -> bool:
    """Return whether a section shows the notice whenever it says something."""
    return any(
        written.text("show") == notice.id
        and not written.has("status")
        and {condition_of(section), condition_of(written)} <= {None, notice.condition}
        for section in record.all("sections", ParsedRecord)
        for written in section.all("parts", ParsedRecord)
    )


def _check_ends_with(record: ParsedRecord, problems: ProblemCollector, commons: Collection[str]) -> None:
    entries = record.all("ends_with", ParsedValue)
    for entry in entries:
        if entry.value not in commons:
            hint = did_you_mean(str(entry.value), commons, f"There are: {listed(sorted(commons), 'and')}.")
            problems.add("L03", f'there is no common part "{entry.value}" in this language', entry.place, hint)
    if record.get("ends_with", tuple) is not None and supporting_files.DISCLAIMER not in {
        entry.value for entry in entries
    }:
        hint = f"Write it like this: ends_with: [{supporting_files.DISCLAIMER}, {supporting_files.BOOKING}]"
        problems.add("L05", "a handout must end with the disclaimer", record.at("ends_with"), hint)


def _check_order(record: ParsedRecord, value: Handout, problems: ProblemCollector) -> None:
    written = record.all("milestones", ParsedRecord)
    timed = [(milestone, entry) for milestone, entry in zip(value.milestones, written, strict=True) if _has_time(entry)]
    for index, (milestone, entry) in enumerate(timed):
        above = [other for other, _ in timed[:index]]
        is_on_earlier_day = bool(above) and milestone.sort_key < above[-1].sort_key
        if is_on_earlier_day or any(_is_earlier_that_day(milestone, other, value.choices) for other in above):
            hint = "Put the milestones in order of time; the table shows them in this order."
            problems.add("M04", "this milestone is earlier than one above it", entry.place, hint)


def _is_earlier_that_day(milestone: Milestone, other: Milestone, questions: conditions.Questions) -> bool:
    """Return whether both have a time on the same day, the other one a later time, and one patient can read both."""
    if milestone.sort_key != other.sort_key or not milestone.time or milestone.time >= other.time:
        return False
    return conditions.can_hold_together((milestone.condition, other.condition), questions)


def _has_time(written: ParsedRecord) -> bool:
    return time_field(written) is not None


def _check_units(record: ParsedRecord, value: Handout, problems: ProblemCollector, language: Language | None) -> None:
    """Warn of a quote without the unit of its milestone, such as weeks, by the words of the language file."""
    if language is None:
        return
    for milestone, written in zip(value.milestones, record.all("milestones", ParsedRecord), strict=True):
        if not _has_time(written):
            continue
        quote = milestone.quote.casefold()
        for unit in sorted({offset.unit for offset in milestone.timing.offsets}):
            names = (f"one_{unit}", f"many_{unit}s", *(name for name in MORE_FORMS if name.endswith(f"_{unit}s")))
            patterns = [language.patterns[name] for name in names if name in language.patterns]
            words = [pattern.replace("{count}", "").strip().casefold() for pattern in patterns]
            if quote and len(words) > 1 and all(words) and not any(word in quote for word in words):
                needed = words[1] if any(offset.count for offset in milestone.timing.offsets) else SURGERY_DAY
                hint = "Compare the time with the source again."
                problems.add("M07", f'the quote does not mention "{needed}"', written.at("quote"), hint, warning=True)


def _check_times(record: ParsedRecord, value: Handout, problems: ProblemCollector) -> None:
    written = record.all("milestones", ParsedRecord)
    for milestone, entry in zip(value.milestones, written, strict=True):
        check_timing(entry, milestone.kind, problems)
        check_time_of_day(entry, value.questions, problems)
        check_known_date(entry, value.questions, problems)
        warn_of_order_on_one_day(entry, milestone.kind, problems)
        if value.kind == BEFORE_SURGERY:
            check_before_surgery(entry, problems)
    for _, part in _with_parts(record, value):
        check_times_of_doses(part, value.questions, problems)


def _check_changes(record: ParsedRecord, value: Handout, problems: ProblemCollector) -> None:
    written_provenance = record.get("provenance", ParsedRecord)
    if written_provenance is None:
        return
    places = {
        **{section.id: printed_text.section_texts(value, section) for section in value.sections},
        **{notice.id: printed_text.paragraphs(notice.parts) for notice in value.notices},
    }
    written_changes = written_provenance.all("changes", ParsedRecord)
    for change, written in zip(value.provenance.changes, written_changes, strict=True):
        if change.where and change.where not in places:
            hint = did_you_mean(change.where, places, f"There are: {listed(places, 'and')}.")
            problems.add("L12", f'there is no section or notice "{change.where}"', written.at("where"), hint)
        elif change.now and change.where and not any(change.now in text for text in places[change.where]):
            hint = "Copy the words as they are printed now, character by character."
            problems.add("L13", f'these words are not in "{change.where}"', written.at("now"), hint)
        if change.was and change.was == change.now:
            problems.add("L66", "the words are the same as before", written.at("now"), "Delete the change.")
        confirmed = (written.has("confirmed_by"), written.has("confirmed_on"))
        if any(confirmed) and not all(confirmed):
            missing = "confirmed_on" if confirmed[0] else "confirmed_by"
            problems.add("R07", f'a confirmed change needs "{missing}" as well', written.place)
        if not any(confirmed):
            hint = "Once confirmed, add confirmed_by: and confirmed_on: to it."
            problems.add("R06", f'a change in "{change.where}" awaits a clinician', written.place, hint, warning=True)
