"""Check a print run on its own: the run sheet lists every packet, and each packet's pages are complete and in order."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby

from msgspec.structs import replace

from packets.content.library import Library
from packets.errors import Problem
from packets.verify.extract_text import without_whitespace

RUN_SHEET = "Run sheet"
_ID = "[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}"
_SUBTITLES = ("For the person at the printer", "Changed and new packets only")


def is_print_run(texts: Sequence[str]) -> bool:
    """Return whether these pages, without white space, begin with a run sheet, which belongs to no patient."""
    return any(without_whitespace(f"{RUN_SHEET} {subtitle}") in texts[0] for subtitle in _SUBTITLES)


def print_run_problems(
    texts: Sequence[str], library: Library, check: Callable[[list[str], Library], Iterable[Problem]]
) -> Iterator[Problem]:
    """Yield what `check` finds on the pages of each packet, and V85 if the run sheet does not list these packets."""
    headers = [
        without_whitespace(language.say("header_packet", packet="\0")) for language in library.languages.values()
    ]
    blanks = {without_whitespace(language.say("blank_page")) for language in library.languages.values()}
    packets = [_packet_of(text, headers) for text in texts]
    first = next((number for number, packet in enumerate(packets) if packet), len(texts))
    listed = [packet for text in texts[:first] for packet in re.findall(_ID, text)]
    printed = []
    for packet, numbers in groupby(range(first, len(texts)), packets.__getitem__):
        pages = [texts[number] for number in numbers]
        printed.append(packet)
        if len(pages) > 1 and _fills_last_sheet(pages, blanks):
            pages.pop()
        for problem in check(pages, library):
            yield replace(problem, message=f"packet {packet or '(without an id)'}: {problem.message}")
    if listed != printed:
        yield Problem("V85", "the pages are not those of the packets that the run sheet lists, in its order")


def _fills_last_sheet(pages: Sequence[str], blanks: Iterable[str]) -> bool:
    """Return whether the last page says only that it is blank, below the header of the first page."""
    return any(blank in pages[-1] and pages[0].startswith(pages[-1].replace(blank, "")) for blank in blanks)


def _packet_of(text: str, headers: Iterable[str]) -> str:
    """Return the packet id in the header of a page, or "" if it has none."""
    for header in headers:
        before, _, after = header.partition("\0")
        found = re.search(re.escape(before) + f"({_ID})" + re.escape(after), text)
        if found:
            return found[1]
    return ""
