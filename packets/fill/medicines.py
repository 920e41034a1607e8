"""Fill the table of medicines."""

from __future__ import annotations

from collections.abc import Iterable

from packets.model import handout as doc
from packets.model.filled_packet import Span, Spans, Table
from packets.model.language import Language


def medicine_table(medicines: Iterable[tuple[doc.Medicine, str]], empty_rows: int, language: Language) -> Table:
    """Return a table with a column for each time of day, and the empty rows below the medicines.

    Each medicine comes with the answers that it is for, which a rack copy prints, or "".
    """
    columns = ("medicine", *doc.TIMES_OF_DAY)
    rows = [_row(medicine, label, language) for medicine, label in medicines]
    rows += [((),) * len(columns)] * empty_rows
    return Table(tuple(map(language.say, columns)), tuple(rows), row_headers=True, grid=True)


def _row(medicine: doc.Medicine, label: str, language: Language) -> tuple[Spans, ...]:
    words = [medicine.purpose.rstrip(".") + "."]
    if medicine.until:
        words.append(language.say("medicine_until", until=medicine.until.rstrip(".")))
    if medicine.note:
        words.append(medicine.note)
    before = f"{label}: " if label else ""
    name = Span(before + medicine.medicine.rstrip(".") + ". ", strong=True)
    return ((name, Span(" ".join(words))), *((Span(dose),) if dose else () for dose in medicine.doses))
