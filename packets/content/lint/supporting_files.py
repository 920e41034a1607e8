"""Check common parts, packet plans, clinic.yaml, language files and mail texts; rules that handouts share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence

from packets.content import build, printed_text
from packets.content.lint import conditions
from packets.content.problems import ProblemCollector, did_you_mean, listed
from packets.content.schema.records import ParsedRecord, ParsedValue
from packets.model.handout import CommonPart, PacketPlan, Paragraph, Part, Show, Status
from packets.model.language import MORE_FORMS, PATTERNS, Language
from packets.model.mail_settings import GREETING_SLOTS, TEXT_SLOTS

DISCLAIMER = "disclaimer"
BOOKING = "booking"
SHOWABLE = ("milestones", BOOKING)
SHOWABLE_TO_STAFF = (*SHOWABLE, "teach-back")
REQUIRED_FOR_PATIENTS = ("title", "identifiers", "booking", "ends", "about")
REQUIRED_FOR_STAFF = ("title", "identifiers")


def check_common_part(
    record: ParsedRecord, value: CommonPart, problems: ProblemCollector, today: dt.date | None
) -> None:
    for part, written in zip(value.parts, record.all("parts", ParsedRecord), strict=True):
        for condition, place in conditions.written_conditions(part, written):
            conditions.check_condition(condition, place, {}, problems)
        check_show(part, written, SHOWABLE_TO_STAFF, problems)
    if value.id in (BOOKING, DISCLAIMER):
        _check_words_only(record, value, problems)
    _check_lock(record, value, problems)
    check_review(record, problems, today)
    warn_of_drafts(record, problems)


def _check_lock(record: ParsedRecord, value: CommonPart, problems: ProblemCollector) -> None:
    """Report locked words that were changed, and a disclaimer without a lock."""
    if not value.parts or not record.get("parts", tuple):
        return
    digest = printed_text.digest(value)
    if record.has("locked"):
        if record.text("locked") not in ("", digest):
            hint = (
                "Undo the change: only the clinic changes these words. "
                f"If it did, add 1 to revision and write: locked: {digest}"
            )
            problems.add("L35", f'the words of "{value.id}" differ from the locked words', record.at("parts"), hint)
    elif value.id == DISCLAIMER:
        hint = f"Once the clinic has read them, write: locked: {digest}"
        problems.add("L75", "the words of the disclaimer are not locked", record.at("parts"), hint)


def check_same_disclaimer(
    value: CommonPart, clinics: CommonPart, record: ParsedRecord, problems: ProblemCollector
) -> None:
    """Report a disclaimer in another language, not a translation, that lacks the clinic's own words."""
    texts, required = printed_text.paragraphs(value.parts), printed_text.paragraphs(clinics.parts)
    if not any(texts[start : start + len(required)] == required for start in range(len(texts))):
        hint = "Make it a translation (translation: disclaimer), or add the clinic's words unchanged."
        message = f"this disclaimer does not contain the clinic's own words (common/{value.id}.{clinics.language}.yaml)"
        problems.add("L36", message, record.at("parts"), hint)


def _check_words_only(record: ParsedRecord, value: CommonPart, problems: ProblemCollector) -> None:
    """Check the booking box and the disclaimer: only paragraphs, always printed."""
    for part, written in zip(value.parts, record.all("parts", ParsedRecord), strict=True):
        plain = all(isinstance(block, Paragraph) for block in part.blocks) and not part.keep_together
        if part.condition or written.has("status") or not plain:
            hint = "Write it as text: without a list, without if, unless and status."
            problems.add("L14", f'the part "{value.id}" can hold plain paragraphs only', written.place, hint)
    if value.id == DISCLAIMER and value.heading:
        problems.add("L67", "the disclaimer is printed without a heading", record.at("heading"), "Delete the line.")
    if record.has("review") and value.review.status in (Status.DRAFT, Status.RETIRED):
        hint = "Every packet prints it; a clinician must approve it first."
        problems.add("L73", f'the part "{value.id}" cannot be {value.review.status}', record.at("review"), hint)


def check_packet_plan(
    record: ParsedRecord, value: PacketPlan, problems: ProblemCollector, commons: Collection[str]
) -> None:
    """Check a packet plan; `commons` are the ids of the common parts in the clinic's language."""
    for entry in record.all("shows", ParsedValue):
        name = str(entry.value)
        if name.startswith("common/") and name.removeprefix("common/") not in commons:
            hint = did_you_mean(name.removeprefix("common/"), commons, f"There are: {listed(sorted(commons), 'and')}.")
            problems.add("L03", f'there is no common part "{name.removeprefix("common/")}"', entry.place, hint)
    seen: set[str] = set()
    for entry in record.all("shows", ParsedValue):
        if entry.value in seen and entry.value != "new page":
            problems.add("L17", f'"{entry.value}" is in the list twice', entry.place, "Delete one of the two.")
        seen.add(str(entry.value))
    required = REQUIRED_FOR_PATIENTS if record.text("for") == "patients" else REQUIRED_FOR_STAFF
    for name in required if record.get("shows", tuple) else ():
        if name not in value.shows:
            who = "a patient's packet" if required is REQUIRED_FOR_PATIENTS else "a sheet for staff"
            problems.add("L11", f'{who} must show "{name}"', record.at("shows"), f"Add a line: - {name}")


def check_phone_and_dial(record: ParsedRecord, problems: ProblemCollector) -> None:
    """Report a number without its dialed form or the reverse (L68), and two different numbers (L15)."""
    if record.has("phone") != record.has("dial"):
        given, missing = ("phone", "dial") if record.has("phone") else ("dial", "phone")
        hint = "The QR code dials what is printed."
        problems.add("L68", f'"{given}" needs "{missing}" as well', record.at(given), hint)
    check_same_number(record.text("phone"), record.text("dial"), record, problems)


def check_same_number(
    phone: str, dial: str, record: ParsedRecord, problems: ProblemCollector, field: str = "phone"
) -> None:
    """Report a printed number, written in `field`, that differs from the one under `dial`."""
    phone, dial = ("".join(filter(str.isdigit, text)) for text in (phone, dial))
    if phone and dial and not dial.endswith(phone.lstrip("0")):
        hint = "The QR code would call another number than the one printed beside it."
        problems.add("L15", f'"{field}" and "dial" are different numbers', record.at("dial"), hint)


def check_language(record: ParsedRecord, value: Language, problems: ProblemCollector, today: dt.date | None) -> None:
    words = record.get("words", ParsedRecord)
    check_review(record, problems, today)
    for name in MORE_FORMS:
        form = name.partition("_")[0]
        if form in dict(value.plurals) and name not in value.patterns:
            problems.add(
                "L38", f'the form "{form}" has a rule, but no "{name}"', record.at("words"), f"Add it: {name}: …"
            )
        elif name in value.patterns and form not in dict(value.plurals) and words:
            hint = f"Add it below plurals: {form}: with CLDR's rule."
            problems.add("L38", f'no rule says which numbers take "{name}"', words.at(name), hint)
    if words:
        _check_slots(words, value, problems)
    for kind in build.kinds_of_case(record).values():
        _check_slots(kind, value, problems)
    for name in ("months", "short_months", "weekdays", "short_weekdays"):
        seen: set[object] = set()
        for entry in record.all(name, ParsedValue):
            if entry.value in seen:
                problems.add("L17", f'"{entry.value}" is in the list twice', entry.place, "Each name differs.")
            seen.add(entry.value)


def _check_slots(words: ParsedRecord, language: Language, problems: ProblemCollector) -> None:
    """Report each phrase that lacks a slot, or uses one that it cannot have."""
    for name, text in ((name, str(text)) for name, text in words.values.items()):
        place = words.at(name)
        used = set(_slots(text))
        for slot in sorted(PATTERNS[name] - used):
            if slot == "count" and language.is_of_one_number(name.partition("_")[0]):
                continue  # "two weeks" can be one word
            problems.add("L18", f'"{name}" lacks {{{slot}}}', place, f"Write {{{slot}}} where its value belongs.")
        for slot in sorted(used - PATTERNS[name]):
            known = sorted(PATTERNS[name])
            otherwise = (
                f"It can use: {listed((f'{{{allowed}}}' for allowed in known), 'and')}." if known else "It uses none."
            )
            hint = did_you_mean(slot, known, otherwise)
            problems.add("L72", f'"{name}" has no slot "{slot}"', place, hint)


def check_mail_text(record: ParsedRecord, problems: ProblemCollector) -> None:
    review = record.get("review", ParsedRecord)
    if review and review.text("status") == Status.DRAFT:
        hint = "Until it is reviewed, no mail in this language goes out (H08)."
        problems.add("R05", "this e-mail text awaits a translator", review.at("status"), hint, warning=True)
    texts = dict.fromkeys(("text", "text_html", "text_both"), TEXT_SLOTS)
    for name, slots in {"greeting": GREETING_SLOTS, **texts, "password": frozenset[str]()}.items():
        for slot in sorted(set(_slots(record.text(name))) - slots):
            otherwise = (
                f"It can use: {listed((f'{{{allowed}}}' for allowed in sorted(slots)), 'and')}." if slots else ""
            )
            hint = did_you_mean(slot, sorted(slots), otherwise or "It uses none.")
            problems.add("L72", f'"{name}" has no slot "{slot}"', record.at(name), hint)


def check_review(record: ParsedRecord, problems: ProblemCollector, today: dt.date | None) -> None:
    """Check the fields of the review; with `today`, also whether the approval has expired."""
    written = record.get("review", ParsedRecord)
    if written is None:
        return
    approved = written.text("status") == Status.APPROVED
    for name in ("by", "on", "again_by"):
        if approved and not written.has(name):
            example = "Dr. Jane Rivera" if name == "by" else "2026-11-30"
            problems.add("R03", f'an approved text needs "{name}"', written.place, f"Add a line: {name}: {example}")
    again_by, on = written.get("again_by", dt.date), written.get("on", dt.date)
    if again_by and on and again_by <= on:
        problems.add("R08", "again_by is not after the day of approval", written.at("again_by"))
    if approved and today and on and on > today:
        problems.add("R09", "the day of approval is in the future", written.at("on"))
    if today and again_by and again_by < today:
        hint = "A clinician reviews the text; then enter the new name and dates."
        problems.add("R04", f"the approval ran out on {again_by.isoformat()}", written.at("again_by"), hint)
    if written.text("status") == Status.DRAFT:
        hint = "It prints only with --include-drafts, and then carries a mark."
        problems.add("R05", "this text awaits a clinician", written.at("status"), hint, warning=True)


def warn_of_drafts(record: ParsedRecord, problems: ProblemCollector) -> None:
    for part in _all_parts(record):
        if part.has("status"):
            hint = "It prints only with --include-drafts, and then carries a mark."
            problems.add("R05", "this part awaits a clinician", part.at("status"), hint, warning=True)


def _all_parts(record: ParsedRecord) -> Iterable[ParsedRecord]:
    for section in record.all("sections", ParsedRecord):
        yield from section.all("parts", ParsedRecord)
    for notice in record.all("notices", ParsedRecord):
        yield from notice.all("says", ParsedRecord)
    yield from record.all("parts", ParsedRecord)


def check_show(part: Part, written: ParsedRecord, known: Sequence[str], problems: ProblemCollector) -> None:
    for block in part.blocks:
        if isinstance(block, Show) and block.what not in known:
            otherwise = f"There are: {listed(known, 'and')}." if known else "Write text: here."
            hint = did_you_mean(block.what, known, otherwise)
            problems.add("L04", f'there is no "{block.what}" to show here', written.at("show"), hint)


def _slots(pattern: str) -> list[str]:
    """Return the slots of a language's pattern; an unbalanced brace counts as an unknown slot."""
    names: list[str] = []
    rest = pattern
    while "{" in rest or "}" in rest:
        before, brace, after = rest.partition("{")
        if not brace or "}" in before or "}" not in after:
            return [*names, rest.strip()[:20]]
        name, _, rest = after.partition("}")
        names.append(name)
    return names
