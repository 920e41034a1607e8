"""Fill the table of medicines."""

from __future__ import annotations

from collections.abc import Iterable

from packets.fill import dates as words
from packets.fill.slot_values import SlotValues
from packets.model import handout as doc
from packets.model.filled_packet import Span, Spans, Table
from packets.model.language import Language


def medicine_table(
    medicines: Iterable[tuple[doc.Medicine, str]], block: doc.Medicines, language: Language, slots: SlotValues
) -> Table:
    """Return a table with a column for each time of day, and the empty rows below the medicines.

    Each medicine comes with the answers that it is for, which a rack copy prints, or "".
    """
    columns = [language.say("medicine"), *map(language.say, doc.TIMES_OF_DAY)]
    for column, time in enumerate(block.times, 1):
        if time:
            clock = slots.heading(time) if time.startswith("{") else words.time_of_day(time, language)
            columns[column] += f" {clock}"
    rows = [_row(medicine, label, language) for medicine, label in medicines]
    rows += [((),) * len(columns)] * block.empty_rows
    return Table(tuple(columns), tuple(rows), row_headers=True, grid=True)


def _row(medicine: doc.Medicine, label: str, language: Language) -> tuple[Spans, ...]:
    sentences = [medicine.purpose.rstrip(".") + "."]
    if medicine.until:
        sentences.append(language.say("medicine_until", until=medicine.until.rstrip(".")))
    if medicine.note:
        sentences.append(medicine.note)
    before = f"{label}: " if label else ""
    name = Span(before + medicine.medicine.rstrip(".") + ". ", strong=True)
    return ((name, Span(" ".join(sentences))), *((Span(dose),) if dose else () for dose in medicine.doses))
