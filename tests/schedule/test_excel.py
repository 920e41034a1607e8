"""Test which Excel files are read, which are refused, and the message of each refusal."""

from __future__ import annotations

import datetime as dt
import io
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from packets.errors import InvalidInputError
from packets.schedule.source_files import MAX_BYTES
from tests.batch.day import CHECKOUT, HEADER, patient
from tests.schedule.reader import PATIENT, ScheduleReader

openpyxl: Any = pytest.importorskip("openpyxl")


def workbook(rows: list[list[Any]], change: Any = None) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    if change:
        change(book, sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_cells(**changes: Any) -> list[list[Any]]:
    row = {**PATIENT, **changes}
    return [list(HEADER), [row[field] for field in HEADER]]


def test_dates_of_an_excel_file_are_read(reader: ScheduleReader) -> None:
    day = dt.datetime(2026, 12, 7)  # noqa: DTZ001  what openpyxl writes as a date
    (row,) = reader.rows(workbook(with_cells(surgery_date=day, dob=dt.date(1951, 3, 9))))
    assert row.case is not None and row.number == 2
    assert (row.case.surgery_date, row.case.birth_date) == (dt.date(2026, 12, 7), dt.date(1951, 3, 9))
    assert row.case.record_number == "00000001"


def marked(change: Any) -> bytes:
    rows = [list(HEADER), *([patient(number)[field] for field in HEADER] for number in range(1, 7))]
    return workbook(rows, lambda _, sheet: change(sheet))


def styled(number: int, **style: Any) -> Any:
    def change(sheet: Any) -> None:
        for cell in sheet[number]:
            for name, value in style.items():
                setattr(cell, name, value)

    return change


def comment(sheet: Any) -> None:
    sheet["B4"].comment = openpyxl.comments.Comment("CANCELLED per Dr R", "Nurse")


def partly_struck(sheet: Any) -> None:
    from openpyxl.cell.rich_text import CellRichText, TextBlock
    from openpyxl.cell.text import InlineFont

    sheet["B4"].value = CellRichText(TextBlock(InlineFont(strike=True), "Old Name"), " New Name")


FONT, FILL = openpyxl.styles.Font, openpyxl.styles.PatternFill


def all_but_the_first_cell_struck(sheet: Any) -> None:
    styled(4, font=FONT(strike=True))(sheet)
    sheet["A4"].font = FONT()


@pytest.mark.parametrize(
    ("change", "mark"),
    [
        (styled(4, font=FONT(strike=True, color="FFFF0000")), "struck through"),
        (all_but_the_first_cell_struck, "struck through"),
        (styled(4, fill=FILL("solid", fgColor="FFBFBFBF")), "filled with gray"),
        (styled(4, font=FONT(color="FF999999")), "gray"),
        (styled(4, font=FONT(color="FFFFFFFF")), "white"),
        (comment, "with a comment"),
        (partly_struck, "struck through"),
    ],
)
def test_a_marked_row_is_refused(reader: ScheduleReader, change: Any, mark: str) -> None:
    data = marked(change)
    assert reader.problems(data) == (
        f"row 4: B66 the row is {mark} in the Excel file\n"
        "    Find out what that means: delete the row, set its status to cancelled, or remove the mark."
    )
    assert [row.number for row in reader.rows(data) if row.case is not None] == [2, 3, 5, 6, 7]
    plain = (reader.root / "sources" / "plain.yaml").read_text("utf-8").replace("source: plain", "source: marks")
    reader.write_profile(plain + "marked_rows: read\n", "marks")
    assert reader.problems(data, "marks") == ""


def test_stripes_colors_and_a_struck_cancelled_row_are_not_marks(reader: ScheduleReader) -> None:
    def stripes(sheet: Any) -> None:
        sheet["B1"].comment = openpyxl.comments.Comment("Name", "Nurse")
        for number in (3, 5, 7):
            styled(number, fill=FILL("solid", fgColor="FFD9D9D9"))(sheet)
        styled(4, font=FONT(color="FF1F4E79"), fill=FILL("solid", fgColor="FFFFFF00"))(sheet)

    assert reader.problems(marked(stripes)) == ""
    rows = [[*HEADER, "status"], [*(PATIENT[field] for field in HEADER), "cancelled"]]
    (row,) = reader.rows(workbook(rows, lambda _, sheet: styled(2, font=FONT(strike=True))(sheet)))
    assert row.cancelled and row.problems == ()


def test_a_record_number_stored_as_a_number_needs_a_format_with_zeros(
    reader: ScheduleReader,
) -> None:
    def zeros(_: Any, sheet: Any) -> None:
        sheet["A2"].number_format = "00000000"

    (row,) = reader.rows(workbook(with_cells(mrn=418823), zeros))
    assert row.case is not None and row.case.record_number == "00418823"
    assert reader.problems(workbook(with_cells(mrn=418823))) == (
        "row 2, column mrn: B25 the spreadsheet has stored this record number as a number; leading zeros may be lost\n"
        "    Format the column as text (or as 00000000), and check whether leading zeros are missing."
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"surgery_date": 46363},
            "surgery_date: B28 this is a spreadsheet's serial number, not a date\n    Format the cell as a date.",
        ),
        (
            {"surgery_date": dt.datetime(2026, 12, 7, 7, 30)},  # noqa: DTZ001
            "surgery_date: B27 the date has a time of day\n    Format the cell as a date, without a time.",
        ),
        (
            {"surgeon": dt.date(2026, 12, 7)},
            "surgeon: B24 the spreadsheet has turned this into a date or time\n"
            "    Format the cell as text and type it again.",
        ),
        (
            {"patient_name": '="Ada"&" Abel"'},
            "patient_name: B21 the cell is a formula\n"
            "    Put the value itself into the cell (in Excel: Paste as values).",
        ),
        (
            {"patient_name": "Ada_x000D_Abel"},
            "patient_name: C03 the patient's name contains the control character U+000D\n"
            "    Delete it and type the words again.",
        ),
        (
            {"collar": "#N/A"},
            "collar: B22 the cell shows a spreadsheet error\n    Put the value itself into the cell.",
        ),
    ],
)
def test_a_cell_changed_by_excel_is_refused(reader: ScheduleReader, changes: dict[str, Any], message: str) -> None:
    assert reader.problems(workbook(with_cells(**changes))) == f"row 2, column {message}"


def test_hidden_rows_several_sheets_and_distant_cells_are_refused(reader: ScheduleReader) -> None:
    def hide(_: Any, sheet: Any) -> None:
        sheet.row_dimensions[2].hidden = True

    def second(book: Any, _: Any) -> None:
        book.create_sheet("Notes").append(["x", "y"])

    def far(_: Any, sheet: Any) -> None:
        sheet["ZZ2"] = "x"

    assert reader.problems(workbook(with_cells(), hide)) == (
        "monday.csv: B17 row 2 is hidden\n"
        "    Show or delete it, or say in the schedule profile what hidden rows mean: hidden_rows: skipped"
    )
    assert reader.problems(workbook(with_cells(), second)) == (
        "monday.csv: B71 the Excel file has 2 sheets\n"
        "    Delete all but one, or name it in the schedule profile: sheet: NAME"
    )
    assert reader.problems(workbook(with_cells(), far)) == (
        "monday.csv: B16 row 2 has more than 200 columns\n"
        "    There is something far to the right of the table. Delete it."
    )
    plain = (reader.root / "sources/plain.yaml").read_text("utf-8")
    reader.write_profile(plain.replace("source: plain", "source: ours") + "hidden_rows: read\nsheet: Sheet\n")
    assert len(reader.rows(workbook(with_cells(), hide), "ours")) == 1
    assert len(reader.rows(workbook(with_cells(), second), "ours")) == 1
    reader.write_profile(plain.replace("source: plain", "source: ours") + "hidden_rows: skipped\nsheet: Monday\n")
    assert reader.problems(workbook(with_cells()), "ours") == (
        "monday.csv: B18 the Excel file has no sheet Monday\n"
        "    Give a sheet this name, or correct the name in the schedule profile."
    )


def bad_files() -> Iterator[tuple[str, bytes]]:
    import zipfile

    intact = workbook(with_cells())

    def with_parts(change: dict[str, bytes]) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(intact)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
            for name in old.namelist():
                new.writestr(name, change.get(name, old.read(name)))
            for name in change.keys() - set(old.namelist()):
                new.writestr(name, change[name])
        return out.getvalue()

    yield (
        "B15 the Excel file is too large when unpacked\n    Copy the rows",
        with_parts({"xl/media/big.bin": bytes(101_000_000)}),
    )
    sheet = b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    row = b"<row>" + b"".join(b"<c><v>%d</v></c>" % n for n in range(100)) + b"</row>"
    yield (
        "B19 the Excel file needs more memory or time than a schedule can need\n    Copy the rows",
        with_parts({"xl/worksheets/sheet1.xml": sheet + b"<sheetData>" + row * 4000 + b"</sheetData></worksheet>"}),
    )
    entities = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">%s]><worksheet>&z;</worksheet>'
    chain = b"".join(b'<!ENTITY %c "&%c;&%c;&%c;&%c;">' % (c, *[c - 1] * 4) for c in range(98, 123))
    yield (
        "B14 the Excel file cannot be read\n    Save it again",
        with_parts({"xl/worksheets/sheet1.xml": entities % chain}),
    )
    yield "B14 the Excel file cannot be read\n    Save it again", intact[: len(intact) // 2]


@pytest.mark.slow
def test_a_hostile_or_damaged_excel_file_is_refused(reader: ScheduleReader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("packets.batch.preflight.WORKBOOK_MEMORY_BYTES", 250 << 20)
    for message, data in bad_files():
        assert len(data) < MAX_BYTES
        assert reader.problems(data).startswith(f"monday.csv: {message} ")


def test_without_openpyxl_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    from packets.schedule.excel import read_workbook

    monkeypatch.setitem(__import__("sys").modules, "openpyxl", None)
    with pytest.raises(InvalidInputError) as caught:
        read_workbook(workbook(with_cells()), "", "refused")
    assert str(caught.value) == (
        "B13 this installation cannot read Excel files\n"
        "    Save the schedule as CSV UTF-8, or type: "
        f'"{sys.executable}" -m pip install -e "{CHECKOUT}[xlsx]"'
    )  # fmt: skip
