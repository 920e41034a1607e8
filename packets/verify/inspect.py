"""Check a finished PDF on its own, and return its number of pages.

Only the file and the content that it was made from are known here.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from msgspec.structs import replace

from packets.content.library import Library, load
from packets.errors import Problem, VerificationError
from packets.fill import dates as words
from packets.fill.recovery_dates import row_date
from packets.model import filled_packet
from packets.model.filled_packet import FilledPacket
from packets.model.handout import Handout
from packets.model.language import Language
from packets.model.packet_id import is_packet_id
from packets.model.recovery import Milestone
from packets.pdf.file_id import digest_matches
from packets.verify import schedule_dates
from packets.verify.extract_text import read, without_whitespace
from packets.verify.inspect_print_run import is_print_run, print_run_problems
from packets.verify.proof import first_pages, header_footer, verify_packet, verify_pair


def inspect(
    data: bytes,
    root: Path,
    *,
    password: str | None = None,
    expected: FilledPacket | None = None,
    staff_copy: FilledPacket | None = None,
    unchecked: Callable[[str], object] = lambda _label: None,
) -> int:
    """Return the number of pages. Raise VerificationError (V01 to V28, V85).

    With `expected`, also compare the whole text with that packet and its translation. Otherwise call `unchecked` with
    the label of each date that was entered: only the case says which day it is.
    """
    texts = [without_whitespace(text) for text in read(data, password)]
    if not digest_matches(data):
        raise VerificationError(Problem("V02", "the file has changed since it was made"))
    library, _ = load(root)
    if library is None:
        raise VerificationError(
            Problem("V15", "the content has mistakes, so the dates cannot be computed again", "Type: check")
        )
    if expected is None and is_print_run(texts):
        problems = tuple(print_run_problems(texts, library, _problems))
        if problems:
            raise VerificationError(*problems)
        return len(texts)
    staff_pages = [_is_staff_page(text, library) for text in texts]
    sides = [[text for text, whose in zip(texts, staff_pages, strict=True) if whose is side] for side in (False, True)]
    if expected is not None:
        if staff_copy is not None:
            expected, staff_copy = (
                _with_blank_pages(packet, pages, library)
                for packet, pages in zip((expected, staff_copy), sides, strict=True)
            )
        _prove(data, expected, staff_copy, staff_pages, password)
    if all(staff_pages):
        raise VerificationError(Problem("V22", "the file has only the pages in the second language"))
    found = [problem for side in sides if side for problem in _problems(side, library)]
    if any(staff_pages) and not found:
        found += _same_patient(sides, library)
    if found:
        raise VerificationError(*found)
    if expected is None:
        for label in _entered_dates(sides[0], library):
            unchecked(label)
    return len(texts)


def _entered_dates(texts: list[str], library: Library) -> Iterator[str]:
    """Yield the label of each printed date that was entered in place of an interval."""
    language = _language(texts[0], len(texts), library)
    handout = _handout(texts[0], language, library) if language else None
    if language is None or handout is None:
        return
    everything, language = "".join(texts), language.for_kind(handout.kind)
    yield from (item.label for item in handout.milestones if _is_known_date(item, everything, language))


def _is_staff_page(text: str, library: Library) -> bool:
    return any(
        without_whitespace(language.say("staff_copy") + " · ") in text for language in library.languages.values()
    )


def _with_blank_pages(packet: FilledPacket, texts: list[str], library: Library) -> FilledPacket:
    """Add the blank pages that keep two languages aligned, if the file has them."""
    words = library.languages[packet.language].say("blank_page")
    blank = without_whitespace(words)
    blocks: list[filled_packet.Block] = []
    done = 0

    def add_blank_pages(until: int) -> None:
        nonlocal done
        for number in range(done, until):
            shown = sum(len(without_whitespace(part)) for _, part in header_footer(packet, number + 1, len(texts)))
            if blank in texts[number] and len(texts[number]) == shown + len(blank):
                blocks.append(filled_packet.Paragraph((filled_packet.Span(words),)))
        done = max(done, until)

    for block, page in zip(packet.blocks, first_pages(packet, texts), strict=True):
        add_blank_pages(page)
        blocks.append(block)
    add_blank_pages(len(texts))
    return replace(packet, blocks=tuple(blocks))


def _prove(
    data: bytes, expected: FilledPacket, staff_copy: FilledPacket | None, staff_pages: list[bool], password: str | None
) -> None:
    if any(staff_pages) is (staff_copy is None):
        there = "has pages in a second language" if any(staff_pages) else "has no pages in a second language"
        hint = "Type the language of these: --with en" if any(staff_pages) else "Leave --with out."
        raise VerificationError(Problem("V22", f"the file {there}", hint))
    if staff_copy is None:
        verify_packet(data, expected, len(staff_pages), password=password)
    else:
        verify_pair(data, expected, staff_copy, staff_pages, password=password)


def _same_patient(sides: list[list[str]], library: Library) -> Iterator[Problem]:
    """Check that the headers of both languages name the same patient, packet and side of the operation."""
    if _header_values(sides[0], library) != _header_values(sides[1], library):
        yield Problem("V19", "the pages in the second language are another patient's, or another packet's")


def _header_values(texts: list[str], library: Library) -> dict[str, str] | None:
    """Return what the header of page 1 says, with the side as its id in the content; None for a rack copy."""
    language = _language(texts[0], len(texts), library)
    handout = _handout(texts[0], language, library) if language else None
    match = _header(language, handout).match(texts[0]) if language else None
    if match is None or handout is None:
        return None
    sides = handout.side.options if handout.side else ()
    ids = {without_whitespace(option.words): option.id for option in sides}
    return {name: ids.get(words, words) if name == "side" else words for name, words in match.groupdict().items()}


def _problems(texts: list[str], library: Library) -> Iterator[Problem]:
    language = _language(texts[0], len(texts), library)
    if language is None:
        yield Problem("V09", "page 1 has no line that says which page of how many it is")
        return
    for number, text in enumerate(texts, 1):
        page_of = language.say("page_of", page=str(number), pages=str(len(texts)))
        if without_whitespace(page_of) not in text:
            yield Problem("V10", f'page {number} does not say "{page_of}"')
    handout = _handout(texts[0], language, library)
    if handout is None:
        message = "the title and revision at the bottom of page 1 are not those of a handout in the content"
        yield Problem("V11", message, "It may have been made from an older revision, which is no longer here.")
        return
    footer = _footer(handout, language)
    language = language.for_kind(handout.kind)
    for number, text in enumerate(texts, 1):
        if not footer.search(text):
            yield Problem("V12", f"page {number} has another title or revision than page 1")
    yield from _identifiers(texts, handout, language)
    yield from _dates(texts, handout, language)


def is_of(texts: Iterable[str], handout: Handout, language: Language, surgery: dt.date) -> bool:
    """Return whether each page has this handout's title and revisions in its footer, and its dates if it prints any."""
    pages, footer = [without_whitespace(text) for text in texts], _footer(handout, language)
    language = language.for_kind(handout.kind)
    pages = [page for page in pages if without_whitespace(language.say("staff_copy") + " · ") not in page]
    everything = "".join(pages)
    wrong = _wrong_dates(everything, handout, language, surgery)
    return bool(pages) and all(footer.search(page) for page in pages) and next(wrong, None) is None


def _language(page: str, pages: int, library: Library) -> Language | None:
    for language in library.languages.values():
        if without_whitespace(language.say("page_of", page="1", pages=str(pages))) in page:
            return language
    return None


def _footer(handout: Handout, language: Language) -> re.Pattern[str]:
    """Return a pattern of the footer; revision 1 does not match "revision 12" or a surgeon's revision."""
    text = language.say("footer", title=handout.title, language=language.name, revision=str(handout.revision))
    if signature := handout.signature:
        revision = str(signature.revision)
        text += " · " + language.say("footer_surgeon", surgeon=signature.surgeon, revision=revision)
        return re.compile(re.escape(without_whitespace(text)) + r"(?!\d)")
    prepared = re.escape(without_whitespace(language.for_kind(handout.kind).say("footer_prepared_before")))
    signed = _pattern(language, "footer_surgeon", surgeon="(?:.{1,130}?)", revision="\\d").pattern
    return re.compile(re.escape(without_whitespace(text)) + rf"(?!\d|·(?!{prepared}){signed})")


def _handout(page: str, language: Language, library: Library) -> Handout | None:
    """Return the handout named in the footer; of several matches the one with the longest title."""
    with_instructions = [handout for (_, tag, _), handout in library.surgeon_handouts.items() if tag == language.tag]
    handouts = [*with_instructions, *(handout for (_, tag), handout in library.handouts.items() if tag == language.tag)]
    matches = [handout for handout in handouts if _footer(handout, language).search(page)]
    return max(matches, key=lambda handout: len(handout.title), default=None)


def _identifiers(texts: list[str], handout: Handout, language: Language) -> Iterator[Problem]:
    """Check that every page has the header of page 1, with a valid packet id; on a rack copy, that none has one."""
    header = _header(language, handout)
    if _is_rack_copy(texts[0], handout, language):
        for number, text in enumerate(texts, 1):
            if header.match(text):
                yield Problem("V14", f"page {number} does not show the identifiers of page 1")
        return
    first = header.match(texts[0])
    if first is None or not is_packet_id(first["packet"]):
        side = ", the side of the operation" if handout.side else ""
        yield Problem("V13", f"page 1 does not begin with a name, a record number{side} and a valid packet id")
        return
    for number, text in enumerate(texts, 1):
        if not text.startswith(first[0]):
            yield Problem("V14", f"page {number} does not show the identifiers of page 1")


def _header(language: Language, handout: Handout | None) -> re.Pattern[str]:
    """Return a pattern of the header; for a handout that asks for the side, with one of its choices."""
    header = _pattern(language, "header", patient="(?P<patient>.{1,200}?)", record_number="(?P<number>.{1,40}?)")
    packet = _pattern(language, "header_packet", packet="(?P<packet>[0-9A-Z]{4}-[0-9A-Z]{4})")
    options = handout.side.options if handout and handout.side else ()
    sides = "|".join(re.escape(without_whitespace(option.words)) for option in options)
    return re.compile(header.pattern + (f"·(?P<side>{sides})" if sides else "") + packet.pattern)


def _is_rack_copy(page: str, handout: Handout, language: Language) -> bool:
    """Return whether a page 1 belongs to no patient; a handout may itself have the words of the subtitle."""
    is_patients = _header(language, handout).match(page)
    return not is_patients and without_whitespace(language.say("rack_subtitle")) in page


def _pattern(language: Language, name: str, **slots: str) -> re.Pattern[str]:
    """Return a language's pattern as a regular expression for text without white space."""
    marked = without_whitespace(language.say(name, **{slot: f"\x00{slot}\x00" for slot in slots}))
    parts = re.split("\x00(\\w+)\x00", marked)
    return re.compile("".join(slots[part] if index % 2 else re.escape(part) for index, part in enumerate(parts)))


def _dates(texts: list[str], handout: Handout, language: Language) -> Iterator[Problem]:
    """Compute the dates again from the printed surgery date, if the packet prints dates."""
    everything = "".join(texts)
    if _is_rack_copy(texts[0], handout, language):
        return
    if not (_prints_milestones(everything, language) or schedule_dates.prints_steps(everything, handout, language)):
        return
    surgery_dates = list(_surgery_dates(texts[0], language))
    if not surgery_dates:
        yield Problem("V16", "page 1 does not show the surgery date")
        return
    # A patient's or surgeon's name could look like a date, so take the date that gives the fewest problems.
    yield from min((list(_wrong_dates(everything, handout, language, surgery)) for surgery in surgery_dates), key=len)


def _prints_milestones(everything: str, language: Language) -> bool:
    return without_whitespace(language.say("recovery_dates")) in everything


def _wrong_dates(everything: str, handout: Handout, language: Language, surgery: dt.date) -> Iterator[Problem]:
    yield from schedule_dates.wrong_steps(everything, handout, language, surgery)
    for milestone in handout.milestones if _prints_milestones(everything, language) else ():
        if milestone.condition and not _is_printed(milestone, everything, language):
            continue  # it is for patients with other answers
        if _is_known_date(milestone, everything, language):
            continue  # only the case says which day it is
        if not _shows_dates(milestone, everything, language, surgery):
            yield Problem("V17", f'the date of "{milestone.id}" does not follow from the surgery date')


def _shows_dates(milestone: Milestone, everything: str, language: Language, surgery: dt.date) -> bool:
    """Return whether the table of dates has the dates of a milestone; where the time was asked, any time will do."""
    if milestone.asked_time and not milestone.time:
        lines = words.row_date(language, milestone.timing, surgery)
    else:
        lines = row_date(milestone, language, surgery)
    return without_whitespace(" ".join(lines)) in everything


def _is_known_date(milestone: Milestone, everything: str, language: Language) -> bool:
    """Return whether the table has a date from an answer in place of this milestone's time."""
    if not milestone.known_by:
        return False
    return without_whitespace(f"{milestone.label} {language.say('interval_known')}") in everything


def _is_printed(milestone: Milestone, everything: str, language: Language) -> bool:
    texts = (milestone.label, words.interval(language, milestone.timing))
    return all(without_whitespace(text) in everything for text in texts)


def _surgery_dates(page: str, language: Language) -> Iterator[dt.date]:
    months = "|".join(map(re.escape, language.months))
    date = _pattern(
        language,
        "long_date",
        weekday="(?:" + "|".join(map(re.escape, language.weekdays)) + ")",
        month=f"(?P<month>{months})",
        day=r"(?P<day>\d{1,2})",
        year=r"(?P<year>\d{4})",
    ).pattern
    for match in re.finditer(re.escape(without_whitespace(language.say("surgery_date"))) + date, page):
        with suppress(ValueError):
            yield dt.date(int(match["year"]), language.months.index(match["month"]) + 1, int(match["day"]))
