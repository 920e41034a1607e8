"""Translate the blocks that have fields of their own, such as images, medicines and schedules."""

from __future__ import annotations

from msgspec.structs import replace

from packets.content import blocks, images
from packets.content.allowed_slots import AllowedSlots
from packets.content.problems import ProblemCollector, counted
from packets.content.schema.records import ParsedRecord
from packets.model.handout import TIMES_OF_DAY, Image, Medicines
from packets.model.regimen import Regimen


def check_optional_field(written: ParsedRecord, field: str, original: str, problems: ProblemCollector) -> None:
    """Report an optional field that only one of original and translation has."""
    if original and not written.has(field):
        problems.add("L30", f'"{field}" is not translated', written.place, f'The original says: "{original}"')
    elif not original and written.has(field):
        problems.add("L29", f'the original has no "{field}" here', written.at(field), "Delete the line.")


def translated_image(original: Image, written: ParsedRecord, problems: ProblemCollector) -> Image:
    words = written.get("image", ParsedRecord)
    if words is None:
        return original
    images.check_alt(words, original.file, problems)
    return replace(original, alt=words.text("alt"), caption=words.text("caption"))


def translated_medicines(
    original: Medicines, written: ParsedRecord, problems: ProblemCollector, slots: AllowedSlots
) -> Medicines:
    entries = written.all("medicines", ParsedRecord)
    if len(entries) != len(original.medicines):
        message = f"found {counted(len(entries), 'medicine')}; the original has {len(original.medicines)}"
        problems.add("T13", message, written.at("medicines"), "Keep the medicines of the original, in their order.")
        return original
    for entry, medicine in zip(entries, original.medicines, strict=True):
        check_optional_field(entry, "until", medicine.until, problems)
        check_optional_field(entry, "note", medicine.note, problems)
        if doses := entry.get("doses", ParsedRecord):
            for time, dose in zip(TIMES_OF_DAY, medicine.doses, strict=True):
                check_optional_field(doses, time, dose, problems)
    translated = blocks.read_block(written, problems, slots)
    if not isinstance(translated, Medicines):
        return original
    medicines = zip(original.medicines, translated.medicines, strict=True)
    return replace(
        original,
        medicines=tuple(replace(words, condition=medicine.condition) for medicine, words in medicines),
    )


def translated_regimen(original: Regimen, written: ParsedRecord, problems: ProblemCollector) -> Regimen:
    """Return the schedule with translated words; its steps, times and boxes are the original's."""
    words = written.get("schedule", ParsedRecord)
    if words is None:
        return original
    check_optional_field(words, "note", original.note, problems)
    check_optional_field(words, "ask", original.ask, problems)
    return replace(original, what=words.text("what"), note=words.text("note"), ask=words.text("ask"))
