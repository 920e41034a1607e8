"""Read the rows of an Excel file as lines of JSON: [number, kinds, texts, mark].

A hostile or broken file can make any reader crash or run out of memory, so call `read_workbook` in a separate process
with limits (see `packets.batch.preflight`).
"""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import zipfile
from collections.abc import Sequence
from typing import Any

from packets.errors import InvalidInputError, Problem
from packets.schedule.excel_marks import marks

# Kinds of cells besides text, one letter each.
DATE, TIME, NUMBER, FORMULA, ERROR, DATE_TIME = "dhnfex"
MAX_ENTRIES = 1000
MAX_UNZIPPED = 100_000_000
MAX_COLUMNS = 200
_ZEROS = re.compile(r"0+")


def read_workbook(data: bytes, sheet: str, hidden_rows: str) -> bytes:
    """Return every row that is not blank. Raise InvalidInputError (B13 to B18, B71) that names no file."""
    try:
        from openpyxl import load_workbook
    except ImportError:
        from packets.resources import how_to_install

        hint = f"Save the schedule as CSV UTF-8, or type: {how_to_install('xlsx')}"
        raise InvalidInputError(Problem("B13", "this installation cannot read Excel files", hint)) from None
    _check_zip(data)
    try:
        book = load_workbook(io.BytesIO(data), data_only=False, keep_links=False, rich_text=True)
    except MemoryError:
        raise
    except Exception:  # its parsers raise many kinds; all mean that the file is broken
        raise _broken() from None
    worksheet = _sheet(book.worksheets, sheet)
    rows: list[tuple[int, list[tuple[str, str]]]] = []
    filled: list[tuple[int, list[Any]]] = []
    for cells in worksheet.iter_rows():
        row = [_read(cell) for cell in cells]
        while row and not row[-1][1].strip():
            row.pop()
        if not row:
            continue
        number: int = cells[0].row
        if len(row) > MAX_COLUMNS:
            hint = "There is something far to the right of the table. Delete it."
            raise InvalidInputError(Problem("B16", f"row {number} has more than {MAX_COLUMNS} columns", hint))
        if worksheet.row_dimensions[number].hidden:
            if hidden_rows == "refused":
                hint = "Show or delete it, or say in the schedule profile what hidden rows mean: hidden_rows: skipped"
                raise InvalidInputError(Problem("B17", f"row {number} is hidden", hint))
            if hidden_rows == "skipped":
                continue
        rows.append((number, row))
        filled.append((number, [cell for cell in cells if cell.value is not None]))
    width = len(rows[0][1]) if rows else 0
    marked = marks(filled)
    return b"".join(_line(number, row, width, marked.get(number, "")) for number, row in rows)


def _line(number: int, row: list[tuple[str, str]], width: int, mark: str) -> bytes:
    """Return a row, padded to the length of the header: some programs leave out blank cells at the end."""
    row = row + [("t", "")] * (width - len(row))
    return json.dumps([number, "".join(kind for kind, _ in row), [text for _, text in row], mark]).encode() + b"\n"


def _broken() -> InvalidInputError:
    return InvalidInputError(Problem("B14", "the Excel file cannot be read", "Save it again as .xlsx or CSV UTF-8."))


def _check_zip(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        raise _broken() from None
    if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNZIPPED:
        hint = "Copy the rows into a new workbook and save that."
        raise InvalidInputError(Problem("B15", "the Excel file is too large when unpacked", hint))


def _sheet(sheets: Sequence[Any], name: str) -> Any:
    if name:
        for sheet in sheets:
            if sheet.title == name:
                return sheet
        hint = "Give a sheet this name, or correct the name in the schedule profile."
        raise InvalidInputError(Problem("B18", f"the Excel file has no sheet {name}", hint))
    filled = [sheet for sheet in sheets if sheet.max_row > 1 or sheet.max_column > 1 or sheet["A1"].value is not None]
    if len(filled) > 1:
        hint = "Delete all but one, or name it in the schedule profile: sheet: NAME"
        raise InvalidInputError(Problem("B71", f"the Excel file has {len(filled)} sheets", hint))
    return filled[0] if filled else sheets[0]


def _read(cell: Any) -> tuple[str, str]:
    """Return the kind and text of a cell. Values that Excel may have changed have their own kinds."""
    value = cell.value
    if value is None:
        return "t", ""
    if cell.data_type == "f":
        return FORMULA, "="
    if cell.data_type == "e":
        return ERROR, "#"
    if isinstance(value, dt.datetime):
        if value.time() == dt.time():
            return DATE, value.date().isoformat()
        return DATE_TIME, value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, dt.date):
        return DATE, value.isoformat()
    if isinstance(value, dt.time):
        return TIME, value.isoformat("minutes")
    if isinstance(value, bool):
        return "t", "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return _number(value, str(cell.number_format))
    from openpyxl.utils.escape import unescape

    return "t", str(unescape(str(value)))  # a line break may be stored as _x000D_


def _number(value: int | float, number_format: str) -> tuple[str, str]:
    """Return a number as text if its format (00000000) says how many digits it has: then no zero is lost."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    if isinstance(value, int) and value >= 0 and _ZEROS.fullmatch(number_format) and len(number_format) > 1:
        return "t", str(value).zfill(len(number_format))
    return NUMBER, str(value)
