"""Write texts as HTML: escaped, with links, bold words, and the patient's dates as <time>."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from html import escape

from packets.model.filled_packet import PrintedDay, Span, Spans


class DateMarker:
    """Find the packet's days in a text, by the words in which they are printed."""

    def __init__(self, days: Iterable[PrintedDay]) -> None:
        self._days: dict[str, dt.date] = {_with_plain_spaces(printed.words): printed.day for printed in days}
        longest_first = sorted(self._days, key=len, reverse=True)
        # No digit before or after: "Friday, January 1" is not in "Friday, January 15".
        pattern = "|".join(re.escape(words).replace(r"\ ", "[ \u00a0]") for words in longest_first)
        self._pattern = re.compile(rf"(?<!\d)(?:{pattern})(?!\d)") if pattern else None

    @classmethod
    def with_year(cls, days: Iterable[PrintedDay]) -> DateMarker:
        """Return a marker for texts of the handout that may name a day of another year."""
        return cls(printed for printed in days if str(printed.day.year) in printed.words)

    def marked(self, text: str) -> str:
        """Return the text as HTML, each day in a <time> element.

        A day has no no-break spaces in it, so that a narrow screen breaks it between words.
        """
        if self._pattern is None:
            return text_of(text)
        pieces, position = [], 0
        for match in self._pattern.finditer(text):
            pieces.append(text_of(text[position : match.start()]))
            words = _with_plain_spaces(match[0])
            pieces.append(f'<time datetime="{self._days[words].isoformat()}">{text_of(words)}</time>')
            position = match.end()
        return "".join([*pieces, text_of(text[position:])])


def _with_plain_spaces(words: str) -> str:
    return words.replace("\u00a0", " ")


def text_of(text: str) -> str:
    return escape(text, quote=False)


def attribute(text: str) -> str:
    return f'"{escape(text)}"'


def spans(runs: Spans, dates: DateMarker) -> str:
    return "".join(_span(run, dates) for run in runs if run.text)


def _span(run: Span, dates: DateMarker) -> str:
    text = dates.marked(run.text) if run.personal else text_of(run.text)
    if run.strong:
        text = f"<strong>{text}</strong>"
    if run.link:
        title = f" title={attribute(run.link_title)}" if run.link_title else ""
        text = f"<a href={attribute(run.link)}{title}>{text}</a>"
    return text
