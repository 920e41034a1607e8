"""Read a surgery schedule as rows of cells, as its profile says.

Nothing is guessed: the byte-order mark or the profile sets the encoding, the header must have the profile's columns,
and a file that breaks the rules of its format is refused.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec import Struct

from packets.case_input.damaged_text import MACINTOSH
from packets.content.problems import listed
from packets.content.schema.schedule_profile import DELIMITERS
from packets.errors import InvalidInputError, Problem
from packets.schedule.interface_case import CaseProblem
from packets.schedule.profile import ScheduleProfile
from packets.schedule.source_files import MAX_BYTES
from packets.values import HiddenFields

MAX_ROWS = 10_000
MAX_LINES = 10 * MAX_ROWS  # of a CSV file, with blank ones
ZIP_MARK = b"PK\x03\x04"  # an .xlsx is a zip
OLD_EXCEL_MARK = b"\xd0\xcf\x11\xe0"
_LINES = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")  # with line ends, as the csv module expects
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
WRONG_HEADER = "B12"
TEXT = "t"  # the kind of every cell of a CSV file; excel.py has more


class Cells(HiddenFields, Struct, frozen=True):
    """A row; `number` is as in a spreadsheet (the header is 1), `kinds` has one letter for each cell.

    `lines` are its first and last line in a CSV file. `mark` says how a person has marked it in an Excel file, such as
    "struck through". `problems` are what an interface's reader found wrong.
    """

    number: int
    texts: tuple[str, ...]
    kinds: str = ""
    lines: tuple[int, int] = (0, 0)
    mark: str = ""
    place: str = ""  # in the files of an interface: monday.json, entry 3
    problems: tuple[CaseProblem, ...] = ()
    source_time: str = ""  # the start, as an interface wrote it
    note: str = ""
    message: tuple[str, str] | None = None  # the sender's number of the case, and when the message was sent

    def kind(self, column: int) -> str:
        return self.kinds[column] if self.kinds else TEXT


class Table(HiddenFields, Struct, frozen=True):
    """A schedule whose header is checked; `rows` iterates over the rows below it."""

    display_path: str
    header: Mapping[str, int]  # our field -> index of its column
    headings: tuple[str, ...]
    rows: Callable[[], Iterator[Cells]]
    delimiter: str = ""  # "" for an Excel file
    left_out: tuple[tuple[str, int], ...] = ()  # cases of an interface that are no operations: what, and how many
    older: tuple[str, ...] = ()  # places of messages that a later one of the same case replaces

    def contains_a_row(self, text: str) -> bool:
        """Return whether a cell with several lines has enough delimiters to contain another row."""
        delimiters = [self.delimiter] if self.delimiter else DELIMITERS.values()
        return "\n" in text and any(text.count(delimiter) >= len(self.headings) - 1 for delimiter in delimiters)


def open_schedule(
    data: bytes, display_path: str, profile: ScheduleProfile, read_workbook: Callable[[bytes, str, str], bytes]
) -> Table:
    """Open a schedule. Raise InvalidInputError (B02 to B20, B61 to B65) without a path.

    Every row is read once to find these errors. `display_path` is how messages about rows name the schedule.
    `read_workbook` returns the rows of an Excel file as lines of JSON. The caller makes sure that a bad file cannot
    crash this process.
    """
    if len(data) > MAX_BYTES:
        hint = f"At most {MAX_BYTES // 1_000_000} MB are read. Export one day only."
        raise InvalidInputError(Problem("B02", "the schedule is too large", hint))
    if data.startswith(OLD_EXCEL_MARK):
        hint = "In Excel: Save as, Excel Workbook (.xlsx) or CSV UTF-8."
        raise InvalidInputError(Problem("B11", "this is an Excel file of the old format, or one with a password", hint))
    if data.startswith(ZIP_MARK):
        lines = read_workbook(data, profile.sheet, profile.hidden_rows)
        return _table(display_path, profile, lambda: _json_rows(lines))
    text = _decoded(data, profile)
    delimiter = profile.delimiter or _delimiter(text, profile)
    return _table(display_path, profile, lambda: _csv_rows(text, delimiter), delimiter)


def _json_rows(lines: bytes) -> Iterator[Cells]:
    for line in io.BytesIO(lines):
        number, kinds, texts, mark = json.loads(line)
        yield Cells(number, tuple(texts), kinds, mark=mark)


def _decoded(data: bytes, profile: ScheduleProfile) -> str:
    mark = next((name for mark, name in _BOMS if data.startswith(mark)), "")
    encoding = mark or profile.encoding
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        name = {"utf-8-sig": "utf-8"}.get(encoding, encoding)
        raise InvalidInputError(Problem("B03", f"line {row} is not {name} text", _encoding_hint(data, mark))) from None
    if not mark and encoding == "cp1252":
        _check_one_byte(data)
    if text.startswith("\ufeff"):
        hint = 'Save it again as "CSV UTF-8": two programs have each added a mark.'
        raise InvalidInputError(Problem("B65", "the file begins with two byte-order marks", hint))
    if re.match(r"\ufeff?\"?sep=", text, re.IGNORECASE):
        hint = "Delete this line. A schedule profile can say: delimiter: semicolon"
        raise InvalidInputError(
            Problem("B64", "line 1 names the delimiter for Excel (sep=) and is not the header", hint)
        )
    if "\0" in text:
        hint = 'Save it again as "CSV UTF-8".'
        row = text.count("\n", 0, text.index("\0")) + 1
        raise InvalidInputError(Problem("B03", f"line {row} contains a zero byte: this is not text", hint))
    return text


def _encoding_hint(data: bytes, mark: str) -> str:
    """Return what to do with a file that cannot be decoded; name an encoding only if it fits."""
    hint = 'Save it again as "CSV UTF-8".'
    if mark:
        return f"The file begins with the byte-order mark of another encoding. {hint}"
    if MACINTOSH.search(data):
        return f"It seems to have a Macintosh encoding, which is not supported. {hint}"
    for encoding in ("utf-8", "cp1252"):
        with contextlib.suppress(UnicodeDecodeError):
            data.decode(encoding)
            return f"{hint} If the program always writes {encoding}, say in its schedule profile: encoding: {encoding}"
    return hint


def _check_one_byte(data: bytes) -> None:
    """Raise InvalidInputError if a file is UTF-8 or Macintosh and not cp1252, which almost any bytes are valid in."""
    if data.isascii():
        return
    with contextlib.suppress(UnicodeDecodeError):
        data.decode("utf-8")
        message = "the file is UTF-8, and its schedule profile says cp1252: names would be printed wrong"
        raise InvalidInputError(Problem("B62", message, "Say in the schedule profile: encoding: utf-8"))
    if match := MACINTOSH.search(data):
        row = data.count(b"\n", 0, match.start()) + 1
        message = f"the file seems to have a Macintosh encoding, and its schedule profile says cp1252 (line {row})"
        hint = 'Save it as "CSV UTF-8", and say in the schedule profile: encoding: utf-8'
        raise InvalidInputError(Problem("B63", message, hint))


def _csv_rows(text: str, delimiter: str) -> Iterator[Cells]:
    """Yield the rows. Raise InvalidInputError (B04) for a misplaced quotation mark.

    Blanks before an opening quotation mark are skipped, because some programs write `1, "Doe, John"`.
    """
    lines = (match[0] for match in _LINES.finditer(text))  # io.StringIO would take four bytes per character
    reader = csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=True)
    number = 0
    while True:
        number += 1
        above = reader.line_num
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            message = f"a quotation mark in row {number} is not closed, or is in the middle of a cell"
            raise InvalidInputError(Problem("B04", message, 'Inside quotes, a quote is written twice: "".')) from None
        if number > MAX_LINES:  # `_table` refuses more than MAX_ROWS that are not blank
            message = f"the file has more than {MAX_LINES:,} rows, most of them blank"
            raise InvalidInputError(Problem("B20", message, "Delete the blank rows at the end, and export it again."))
        if any(cell.strip() for cell in cells):  # blank rows are counted, as in a spreadsheet
            yield Cells(number, tuple(cells), lines=(above + 1, reader.line_num))


def _delimiter(text: str, profile: ScheduleProfile) -> str:
    """Return the delimiter with which the header fits; if none or several, the one that yields most columns."""
    fits, columns = [], set(profile.columns.values())
    matches: dict[str, int] = {}
    for delimiter in DELIMITERS.values():
        try:
            first = next(_csv_rows(text, delimiter), None)
        except InvalidInputError:
            continue
        headings = tuple(cell.strip() for cell in first.texts) if first is not None else ()
        matches[delimiter] = len(columns.intersection(headings))
        if headings and not _mismatches(headings, profile):
            fits.append(delimiter)
    return fits[0] if len(fits) == 1 else max(matches, key=lambda name: matches[name], default=",")


def _table(
    display_path: str, profile: ScheduleProfile, rows: Callable[[], Iterator[Cells]], delimiter: str = ""
) -> Table:
    """Check the header, and read all rows once so that errors at the end are reported at once."""
    first: Cells | None = None
    count = 0
    for cells in rows():
        first = first or cells
        count += 1
        if count > MAX_ROWS + 1:
            hint = f"At most {MAX_ROWS:,} rows are read. Export one day only."
            raise InvalidInputError(Problem("B02", "the schedule is too long", hint))
    if first is None:
        raise InvalidInputError(Problem("B10", "the schedule is empty", "Export it again."))
    headings = tuple(cell.strip() for cell in first.texts)
    if any(Table(display_path, {}, headings, rows, delimiter).contains_a_row(heading) for heading in headings):
        lines = f"lines {first.lines[0]} to {first.lines[1]} of the file"
        message = f"a heading contains a line break, and what looks like the row below it ({lines})"
        raise InvalidInputError(Problem("B61", message, "Look for a stray quotation mark in the header."))
    mismatches = _mismatches(headings, profile)
    if mismatches:
        raise InvalidInputError(
            Problem(WRONG_HEADER, f'row {first.number} is not the header of "{profile.name}"', mismatches)
        )
    if count == 1:
        raise InvalidInputError(Problem("B10", "the schedule has a header and no rows", "Export it again."))
    header = {field: headings.index(column) for field, column in profile.columns.items() if column in headings}
    header_row = first.number

    def below() -> Iterator[Cells]:
        return (cells for cells in rows() if cells.number > header_row)

    return Table(display_path, header, headings, below, delimiter)


def _mismatches(headings: Sequence[str], profile: ScheduleProfile) -> str:
    """Return how this row differs from the profile's header, "" if it does not."""
    columns = set(profile.columns.values())
    needed = {column for field, column in profile.columns.items() if field not in profile.may_be_empty}
    lines = []
    missing = [column for column in profile.columns.values() if column in needed - set(headings)]
    if missing:
        lines.append(f"Missing: {listed(missing, 'and')}.")
    others = [] if profile.ignore_others else [heading for heading in headings if heading not in columns]
    if others:
        is_header = len(missing) < len(needed)  # otherwise it may be the row of a patient, whose cells are not shown
        named = [heading[:40] for heading in others if heading] if is_header else []
        unnamed = len(others) - len(named)
        named += [f"{unnamed} without a heading"] if unnamed and is_header else []
        lines.append(f"Unknown: {listed(named, 'and')}." if named else "None of its columns is known.")
        if is_header and not missing:
            lines.append("Correct or delete it. A schedule profile can also say: other_columns: ignored")
    twice = sorted({heading for heading in headings if headings.count(heading) > 1 and heading in columns})
    if twice:
        lines.append(f"Present twice: {listed(twice, 'and')}.")
    return "\n".join(lines)
