"""Nothing of one patient is in another's file: every stream of every file, after many in random order."""

from __future__ import annotations

import datetime as dt
import io
import random
import re

import pikepdf

from packets.model.case import Print, PrintSize
from packets.model.filled_packet import FilledPacket
from packets.pdf.renderer import Renderer
from tests.samples import packet

PATIENTS = 40
_BEYOND = ("", "", "", "Ж", "ł", "ệ")  # some need another face, or more of it


def marked(number: int) -> FilledPacket:
    """A patient whose every value carries the patient's own mark."""
    mark = f"Q{number:03d}Q"
    return packet(
        ("discharge", "handout", "staff-sheet")[number % 3],
        patient_name=f"{mark}-{_BEYOND[number % 6]}name" * (1 + number % 4),
        record_number=f"{mark}rec",
        surgeon=f"Dr. {mark} surgeon",
        surgery_date=dt.date(2026, 1, 1) + dt.timedelta(days=37 * number),
        packet_id=f"{mark}-id",
        follow_up=f"{mark} follow-up " * (1 + number % 3),
        replaces=(f"{mark}-old",),
        answers={"collar": ("yes", "no", "undecided")[number % 3]},
    )


def everything(data: bytes) -> str:
    """The file's bytes, all its streams unpacked, all strings of all objects; two-byte codes read as text."""
    parts = [data]
    with pikepdf.open(io.BytesIO(data)) as pdf:
        for each in pdf.objects:
            parts.append(each.unparse(resolved=True))
            if isinstance(each, pikepdf.Stream):
                parts.append(each.read_bytes())
    raw = b"\n".join(parts)
    hexadecimal = b" ".join(bytes.fromhex(found.decode()) for found in re.findall(rb"<((?:[0-9A-Fa-f]{2})+)>", raw))
    return (raw + b" " + hexadecimal).replace(b"\0", b"").decode("latin-1")


def test_no_file_holds_a_mark_of_another_patient() -> None:
    press = Renderer()
    order = random.Random(5)
    numbers = [order.randrange(PATIENTS) for _ in range(3 * PATIENTS)]
    assert len(set(numbers)) > 30
    for number in numbers:
        print_options = Print(print_size=order.choice(list(PrintSize)))
        data, _ = press.render(marked(number), print_options)
        assert set(re.findall(r"Q(\d{3})Q", everything(data))) == {f"{number:03d}"}


def test_this_test_would_see_a_mark_wherever_it_stands() -> None:
    """In the ink of a page, in an alternative text, in the metadata."""
    text = everything(Renderer().render(marked(7), Print())[0])
    for wanted in ("Q007Q-name", "Q007Qrec", "Dr. Q007Q surgeon", "Q007Q-id", "<rdf:li xml:lang='x-default'>"):
        assert wanted in text
    assert text.count("Q007Q-id") > 5
