"""Check that an HTML copy says exactly what it should, or raise VerificationError with everything that is wrong.

The copy is read with another parser than it was written with, and compared with the filled packet item by item: each
text with its role and language, each link, each cell in its row, each date, each picture. Nothing may be added.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from itertools import islice

from msgspec.structs import replace

from packets.errors import Problem, VerificationError
from packets.html.html_document import metadata, style
from packets.model.filled_packet import FilledPacket
from packets.verify.html_expected import IDENTIFIERS, ExpectedItem, expected_items, language_of
from packets.verify.html_pictures import is_picture, is_qr_code
from packets.verify.html_reader import HtmlReader, ReadItem, Run


def verify_html(data: bytes, packets: Sequence[FilledPacket]) -> None:
    """Check a copy of a packet, or of a packet and its translation.

    Raise VerificationError (V50 to V59); its problems name parts of the packet and lines of the file, never the text.
    """
    reader = HtmlReader()
    reader.read(data)
    expected = [tuple(expected_items(packet)) for packet in packets]
    everything = [item for items in expected for item in items]
    problems = [*_structure(reader, packets[0]), *_differences(reader.items, everything)]
    if not problems:
        shown = iter(reader.items)
        for packet, items in zip(packets, expected, strict=True):
            pairs = list(zip(islice(shown, len(items)), items, strict=True))
            problems += [*_picture_problems(pairs), *_date_problems(pairs, packet)]
    if problems:
        raise VerificationError(*dict.fromkeys(problems))


def _structure(reader: HtmlReader, packet: FilledPacket) -> Iterator[Problem]:
    for line in sorted(reader.unexpected):
        yield Problem("V50", f"line {line} of the HTML copy has an element, attribute or text that no copy may have")
    same = (reader.title, reader.language) == (packet.title, language_of(packet.language))
    if not same or reader.style != style() or tuple(reader.metadata) != metadata():
        yield Problem("V51", "the HTML copy has another title, style, security policy or language")


def _differences(read: Sequence[ReadItem], expected: Sequence[ExpectedItem]) -> Iterator[Problem]:
    """Compare what can be read, in order: role, language and text, then what is special in the text."""
    wanted = [(item.role, item.language, _with_plain_spaces(item.text)) for item in expected]
    found = [(item.role, item.language, _with_plain_spaces(item.text)) for item in read]
    for kind, start, end, other_start, other_end in SequenceMatcher(None, wanted, found, False).get_opcodes():
        if kind == "equal":
            for item, shown in zip(expected[start:end], read[other_start:other_end], strict=True):
                if _comparable(item.runs) != _comparable(shown.runs):
                    yield Problem("V54", f"a link or bold text of {item.part} is different in the HTML copy")
            continue
        for item in expected[start:end]:
            if item.part == IDENTIFIERS:
                yield Problem("V52", f"the HTML copy does not show {IDENTIFIERS} in its header")
            else:
                yield Problem("V53", f"a text or cell of {item.part} is missing or different in the HTML copy")
        if other_end - other_start > end - start:
            yield Problem("V55", "the HTML copy shows something that is not the packet's")


def _comparable(runs: Iterable[Run]) -> list[Run]:
    return [replace(run, text=_with_plain_spaces(run.text)) for run in runs]


def _with_plain_spaces(text: str) -> str:
    return text.replace("\u00a0", " ")


Pairs = Sequence[tuple[ReadItem, ExpectedItem]]


def _date_problems(pairs: Pairs, packet: FilledPacket) -> Iterator[Problem]:
    """Check that each day of the patient is marked, and only those, and that each date of the packet is there."""
    days = {_with_plain_spaces(printed.words): printed.day for printed in packet.days}
    with_year = {words: day for words, day in days.items() if str(day.year) in words}
    for shown, item in pairs:
        in_item = with_year if item.role in ("h2", "h3") else days
        marked = [(_with_plain_spaces(time.words), time.value) for time in shown.times]
        if marked != [time for text in item.personal for time in _days_in(_with_plain_spaces(text), in_item)]:
            yield Problem("V56", f"a date of {item.part} is not marked as the day that it names in the HTML copy")
    for number, date in enumerate(dict.fromkeys(packet.dates), 1):
        places = [shown for shown, _ in pairs if _with_plain_spaces(date) in _with_plain_spaces(shown.text)]
        if not places:
            yield Problem("V58", f"date {number} of the packet is not in the HTML copy")
        elif days and not any(shown.times for shown in places):  # a rack copy has intervals only
            yield Problem("V56", f"date {number} of the packet is not marked as a date in the HTML copy")


def _days_in(text: str, days: Mapping[str, dt.date]) -> list[tuple[str, str]]:
    """Return each day that a text names, with its value for programs, in order."""
    found: list[tuple[int, str]] = []
    for words in sorted(days, key=len, reverse=True):
        start = text.find(words)
        while start >= 0:
            end = start + len(words)
            if not (text[:start][-1:].isdigit() or text[end:][:1].isdigit()):
                found.append((start, words))
                text = text[:start] + "\0" * len(words) + text[end:]
            start = text.find(words, end)
    return [(words, days[words].isoformat()) for _, words in sorted(found)]


def _picture_problems(pairs: Pairs) -> Iterator[Problem]:
    for shown, item in pairs:
        if item.picture is not None and not is_picture(shown, item.picture):
            yield Problem("V57", f"the picture of {item.part} is different in the HTML copy")
        elif item.qr_payload and not is_qr_code(shown.drawn, item.qr_payload):
            yield Problem("V59", f"the QR code of {item.part} is different in the HTML copy")
