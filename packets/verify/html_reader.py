"""Read an HTML copy back with the standard library's parser, and report what no copy may have.

This module does not know the packet or how the file was written. It knows the few elements and attributes that a copy
may have: a script, a style, an address or a text anywhere else is reported.
"""

from __future__ import annotations

from collections.abc import Sequence
from html.parser import HTMLParser

from msgspec import Struct, field

from packets.values import HiddenFields

TEXT_ELEMENTS = frozenset({"h1", "h2", "h3", "p", "li", "dt", "dd", "th", "td", "figcaption", "title", "style"})
INLINE_ELEMENTS = frozenset({"strong", "a", "time", "span"})
# Read as items, so that rows and lists keep their parts, and boxes and rows their kind.
GROUP_ELEMENTS = frozenset({"ul", "ol", "table", "tr", "section"})
CONTAINER_ELEMENTS = frozenset(
    {"html", "head", "body", "main", "article", "header", "footer", "div", "dl", "thead", "tbody", "figure"}
)
_CLASS = ("class",)
_LANGUAGE = ("lang", "dir")
ATTRIBUTES = {
    **dict.fromkeys(("html", "article"), _LANGUAGE),
    **dict.fromkeys(("body", "p", "figure", "span", "dl"), _CLASS),
    "section": (*_CLASS, *_LANGUAGE),
    "div": (*_CLASS, "tabindex"),
    **dict.fromkeys(("table", "td", "tr"), (*_CLASS, "role")),
    **dict.fromkeys(("thead", "tbody"), ("role",)),
    "th": ("scope", "role"),
    "a": ("href", "title"),
    "time": ("datetime",),
    "meta": ("charset", "http-equiv", "name", "content"),
    "svg": (*_CLASS, "role", "aria-label", "viewbox"),
    "path": ("d", "fill", "fill-rule", "transform"),
    "img": ("src", "alt", "width", "height"),
}
_STROKE = ("stroke", "stroke-width", "stroke-linecap", "stroke-linejoin", "stroke-miterlimit", "stroke-dasharray")
ATTRIBUTES["path"] += _STROKE
VALUES = {
    "class": frozenset(
        {
            *("large", "letterhead", "clinic", "side", "subtitle", "identifiers", "small", "dates", "day", "interval"),
            *("kind", "line", "scroll", "grid", "number", "check", "draft", "together", "turn-page", "fill-in", "note"),
            *("expectation", "restriction", "appointment", "notice", "disclaimer", "content"),
            *("callout emergency", "callout call", "callout note"),
            *("full", "half", "third", "code", "qr", "box", "ends-step"),
        }
    ),
    "role": frozenset({"img", "table", "rowgroup", "row", "cell", "columnheader", "rowheader"}),
    "tabindex": frozenset({"0"}),
}


class Run(HiddenFields, Struct, frozen=True):
    """A part of a text, and what is special about it."""

    text: str
    strong: bool = False
    link: str = ""
    link_title: str = ""


class ReadTime(HiddenFields, Struct, frozen=True):
    """A date of a text: its words, and the value for programs."""

    words: str
    value: str


class ReadItem(HiddenFields, Struct, frozen=True):
    """A text, a picture, or the beginning of a box, a list, a table or a row, in reading order.

    `role` is the element's name, with the scope of a header cell or the kind of a box or row: "th col",
    "section callout emergency". `drawn` is the source text of a picture.
    """

    role: str
    language: str  # with its direction: "es ltr"
    runs: tuple[Run, ...] = ()
    times: tuple[ReadTime, ...] = ()
    drawn: str = ""

    @property
    def text(self) -> str:
        return "".join(run.text for run in self.runs)


class _OpenElement(HiddenFields, Struct):
    """An element that is open. A text collects its runs and dates."""

    tag: str
    role: str
    language: str
    run: Run = Run("")
    runs: list[Run] = field(default_factory=list)
    time: tuple[str, int] | None = None  # the value of an open <time>, and where its words begin
    times: list[tuple[str, int, int]] = field(default_factory=list)
    label: str = ""
    drawn: list[str] = field(default_factory=list)

    def text(self) -> str:
        return "".join(run.text for run in self.runs)


class HtmlReader(HTMLParser):
    """Collect the items, the metadata, and the numbers of the lines with something that no copy may have."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.items: list[ReadItem] = []
        self.metadata: list[tuple[tuple[str, str], ...]] = []
        self.title = self.style = self.language = ""
        self.unexpected: set[int] = set()  # line numbers
        self._open: list[_OpenElement] = []
        self._inline: list[tuple[str, Run]] = []  # open elements inside a text, and the run to go on with afterwards
        self._is_declared = False

    def read(self, data: bytes) -> None:
        try:
            self.feed(data.decode("utf-8"))
        except UnicodeDecodeError:
            self.unexpected.add(1)
            return
        self.close()
        if self._open or not self._is_declared:
            self._report()

    def _report(self) -> None:
        self.unexpected.add(self.getpos()[0])

    def handle_decl(self, decl: str) -> None:
        if decl != "DOCTYPE html" or self._open:
            self._report()
        self._is_declared = True

    def handle_comment(self, data: str) -> None:
        self._report()

    def unknown_decl(self, data: str) -> None:
        self._report()

    def handle_pi(self, data: str) -> None:
        self._report()

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if len(values) != len(attrs) or values.keys() - set(ATTRIBUTES.get(tag, ())):
            self._report()
        if any(value not in VALUES.get(name, (value,)) for name, value in values.items()):
            self._report()
        if tag in INLINE_ELEMENTS:
            self._start_inline(tag, values)
        elif tag == "path":
            self._draw()
        elif tag == "meta":
            self.metadata.append(tuple(values.items()))
        elif tag == "img":
            self._add(ReadItem("img", self._language(), (Run(values.get("alt", "")),), drawn=values.get("src", "")))
        elif tag in TEXT_ELEMENTS or tag in CONTAINER_ELEMENTS or tag in GROUP_ELEMENTS or tag == "svg":
            self._start(tag, values)
        else:
            self._report()

    def handle_startendtag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)  # HTML ignores the slash

    def handle_endtag(self, tag: str) -> None:
        if tag in INLINE_ELEMENTS:
            self._end_inline(tag)
        elif not self._open or self._open[-1].tag != tag or self._inline:
            self._report()
        else:
            self._end(self._open.pop())

    def handle_data(self, data: str) -> None:
        current = self._open[-1] if self._open else None
        if current is not None and current.tag in TEXT_ELEMENTS:
            run = current.run
            current.runs.append(Run(data, run.strong, run.link, run.link_title))
        elif data.strip():
            self._report()

    # ---- elements

    def _language(self) -> str:
        return self._open[-1].language if self._open else ""

    def _start(self, tag: str, values: dict[str, str]) -> None:
        if self._open and self._open[-1].tag in (*TEXT_ELEMENTS, "svg"):
            self._report()  # a text inside a text
        language = self._language()
        if "lang" in values or "dir" in values:
            language = f"{values.get('lang', '')} {values.get('dir', '')}"
        kind = values.get("scope" if tag == "th" else "class", "") if tag in ("th", "tr", "section") else ""
        role = f"{tag} {kind}".rstrip()
        self._open.append(_OpenElement(tag, role, language, label=values.get("aria-label", "")))
        if tag == "html":
            self.language = language
        if tag in GROUP_ELEMENTS:
            self._add(ReadItem(role, language))
        elif tag == "svg":
            self._open[-1].drawn.append(self.get_starttag_text() or "")

    def _end(self, ended: _OpenElement) -> None:
        if ended.tag == "title":
            self.title = ended.text()
        elif ended.tag == "style":
            self.style = ended.text()
        elif ended.tag == "svg":
            self._add(ReadItem("svg", ended.language, (Run(ended.label),), drawn="".join([*ended.drawn, "</svg>"])))
        elif ended.tag in TEXT_ELEMENTS:
            text = ended.text()
            times = tuple(ReadTime(text[start:end], value) for value, start, end in ended.times)
            self._add(ReadItem(ended.role, ended.language, merged(ended.runs), times))

    def _draw(self) -> None:
        if self._open and self._open[-1].tag == "svg":
            self._open[-1].drawn.append(self.get_starttag_text() or "")
        else:
            self._report()

    def _add(self, item: ReadItem) -> None:
        self.items.append(item)

    def _start_inline(self, tag: str, values: dict[str, str]) -> None:
        current = self._open[-1] if self._open else None
        if current is None or current.tag not in TEXT_ELEMENTS:
            self._report()
            return
        before = current.run
        self._inline.append((tag, before))
        if tag == "strong":
            current.run = Run("", True, before.link, before.link_title)
        elif tag == "a":
            current.run = Run("", before.strong, values.get("href", ""), values.get("title", ""))
        elif tag == "time":
            if current.time is not None:
                self._report()
            current.time = (values.get("datetime", ""), len(current.text()))

    def _end_inline(self, tag: str) -> None:
        if not self._inline or self._inline[-1][0] != tag:
            self._report()
            return
        current = self._open[-1]
        _, current.run = self._inline.pop()
        if tag == "time" and current.time is not None:
            value, start = current.time
            current.times.append((value, start, len(current.text())))
            current.time = None


def merged(runs: Sequence[Run]) -> tuple[Run, ...]:
    """Return the runs with neighbors of the same kind joined, without empty ones."""
    joined: list[Run] = []
    for run in runs:
        if joined and (joined[-1].strong, joined[-1].link, joined[-1].link_title) == (
            run.strong,
            run.link,
            run.link_title,
        ):
            joined[-1] = Run(joined[-1].text + run.text, run.strong, run.link, run.link_title)
        elif run.text:
            joined.append(run)
    return tuple(joined)
