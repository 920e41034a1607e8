"""Test that no file holds another patient's data: read every stream of many files rendered in random order."""

from __future__ import annotations

import datetime as dt
import io
import random
import re

import pikepdf

from packets.model.case import PrintOptions, PrintSize
from packets.model.filled_packet import FilledPacket
from packets.pdf.renderer import Renderer
from tests.samples import packet

PATIENTS = 40
_EXTRA_LETTERS = ("", "", "", "Ж", "ł", "ệ")  # some need another font, or more glyphs of the same font


def marked(number: int) -> FilledPacket:
    """Return a packet in which every value of the patient contains the patient's mark, such as Q007Q."""
    mark = f"Q{number:03d}Q"
    return packet(
        ("discharge", "handout", "staff-sheet")[number % 3],
        patient_name=f"{mark}-{_EXTRA_LETTERS[number % 6]}name" * (1 + number % 4),
        record_number=f"{mark}rec",
        surgeon=f"Dr. {mark} surgeon",
        surgery_date=dt.date(2026, 1, 1) + dt.timedelta(days=37 * number),
        packet_id=f"{mark}-id",
        follow_up=f"{mark} follow-up " * (1 + number % 3),
        replaces=(f"{mark}-old",),
        answers={"collar": ("yes", "no", "undecided")[number % 3]},
    )


def all_text(data: bytes) -> str:
    """Return all text of a file: its bytes, its decompressed streams, and the strings of its objects as text."""
    parts = [data]
    with pikepdf.open(io.BytesIO(data)) as pdf:
        for item in pdf.objects:
            parts.append(item.unparse(resolved=True))
            if isinstance(item, pikepdf.Stream):
                parts.append(item.read_bytes())
    raw = b"\n".join(parts)
    from_hex = b" ".join(bytes.fromhex(digits.decode()) for digits in re.findall(rb"<((?:[0-9A-Fa-f]{2})+)>", raw))
    return (raw + b" " + from_hex).replace(b"\0", b"").decode("latin-1")


def test_no_file_holds_another_patients_mark() -> None:
    renderer = Renderer()
    order = random.Random(5)
    numbers = [order.randrange(PATIENTS) for _ in range(3 * PATIENTS)]
    assert len(set(numbers)) > 30
    for number in numbers:
        print_options = PrintOptions(print_size=order.choice(list(PrintSize)))
        data, _ = renderer.render(marked(number), print_options)
        assert set(re.findall(r"Q(\d{3})Q", all_text(data))) == {f"{number:03d}"}


def test_a_mark_is_found_on_the_page_in_alternative_text_and_in_metadata() -> None:
    """The test above would miss a mark that `all_text` does not see."""
    text = all_text(Renderer().render(marked(7), PrintOptions())[0])
    for expected in ("Q007Q-name", "Q007Qrec", "Dr. Q007Q surgeon", "Q007Q-id", "<rdf:li xml:lang='x-default'>"):
        assert expected in text
    assert text.count("Q007Q-id") > 5
