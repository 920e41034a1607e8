"""Test questions for a date with its time of day, from what a nurse types to the printed page."""

from __future__ import annotations

import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from packets.case_input.case_reader import CaseReader, EnteredValue
from packets.cli import main
from packets.cli.preview import sample_answers
from packets.content import library
from packets.errors import Problem
from packets.fill import dates
from packets.model.case import DateOrder
from packets.schedule.rows import Row
from packets.verify.extract_text import read, without_whitespace
from packets.web import forms
from packets.web.date_words import DateWords
from tests.batch.day import as_csv, patient
from tests.clock import now
from tests.content.knee import ANSWERS, content
from tests.effort import examples
from tests.samples import library as shipped
from tests.schedule.reader import ScheduleReader

KNEE = {"side": "left", **{name: value for name, value in ANSWERS.items() if name != "arrival_time"}}
PACKET = [
    *("packet", "total-knee", "--surgery-date", "2026-12-07", "--confirm-date", "2026-12-07"),
    *("--surgeon", "Dr. Jane Rivera", "--patient-name", "Rosa Martinez", "--mrn", "00418823", "--include-drafts"),
]
BEFORE = "Please arrive on Sunday, December 6, 2026, 6:30 PM."


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return the content with a handout that asks when the patient arrives: a day and a time."""
    root = content(tmp_path)
    for tag, old, new in (
        ("en", "arrive at {arrival_time}", "arrive on {arrival}"),
        ("es", "Llegue a las {arrival_time}", "Llegue el {arrival}"),
    ):
        path = root / "procedures" / "total-knee" / f"handout.{tag}.yaml"
        text = path.read_text("utf-8").replace("arrival_time: time", "arrival: date and time")
        assert old in text
        path.write_text(text.replace(old, new), "utf-8")
    return root


class Nurse:
    def __init__(self, root: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.root, self.pdf, self.capsys = root, folder / "packet.pdf", capsys
        self.key = folder / "site.key"
        self.key.write_text("ab" * 32)
        self.key.chmod(0o600)

    def make(self, arrival: str | None, *more: str) -> tuple[int, str]:
        """Make a packet and return the exit code with what is printed; an arrival of None is left out."""
        typed = {**KNEE, "arrival": arrival}
        words = [f"--answer={name}={value}" for name, value in typed.items() if value is not None]
        files = ["--site-key", str(self.key), "--content", str(self.root), "-o", str(self.pdf)]
        code = main.run([*PACKET, *words, *files, *more], now)
        printed = self.capsys.readouterr()
        return code, printed.out + printed.err

    def text(self) -> str:
        return " ".join(" ".join(read(self.pdf.read_bytes(), None)).split())


@pytest.fixture
def nurse(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Nurse:
    return Nurse(root, tmp_path, capsys)


@pytest.mark.parametrize(
    "typed",
    ["2026-12-06 6:30 PM", "2026-12-06 18:30", "2026-12-06T18:30", "2026-12-06, 6:30 p.m.", " 2026-12-06  18:30 "],
)
def test_each_way_to_write_it_prints_the_same(nurse: Nurse, typed: str) -> None:
    code, said = nurse.make(typed)
    assert code == 0, said
    assert BEFORE in nurse.text()


def test_a_translation_prints_it_in_its_language(nurse: Nurse) -> None:
    code, said = nurse.make("2026-12-06 18:30", "--language", "es")
    assert code == 0, said
    assert "Llegue el domingo, 6 de diciembre de 2026, 6:30 p. m. Su peso" in nurse.text()


def test_an_html_copy_marks_its_day(nurse: Nurse) -> None:
    copy = nurse.pdf.with_suffix(".html")
    code, said = nurse.make("2026-12-06 18:30", "--html", str(copy))
    assert code == 0, said
    assert '<time datetime="2026-12-06">Sunday, December 6, 2026</time>, 6:30' in copy.read_text("utf-8")


def test_two_arrivals_never_share_a_packet_id(nurse: Nurse) -> None:
    said = [
        nurse.make(arrival, "--json")[1] for arrival in ("2026-12-06 18:30", "2026-12-06 18:31", "2026-12-05 18:30")
    ]
    assert len({json.loads(words)["packet_id"] for words in said}) == 3


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        (None, 'C16 "arrival" is not answered\n    Type: --answer arrival="2026-12-07 06:30"'),
        (
            "2026-12-06",
            'C48 "arrival" is not a date with a time of day\n    Write the date and then the time: 2026-12-07 6:30 AM, '
            "or with two digits for the hour of 24: 2026-12-07 18:30",
        ),
        ("2026-12-06 6:30", 'C48 "arrival" is not a date with a time of day'),
        ("2026-12-06 25:00", 'C48 "arrival" is not a date with a time of day'),
        ("6:30 PM", 'C48 "arrival" is not a date with a time of day'),
        ("31/12/2026 6:30 PM", 'C46 "arrival" has the day first, and here the month comes first'),
        ("2026-12-06 6:30 PM tomorrow", 'C48 "arrival" is not a date with a time of day'),
        ("2026-11-31 18:30", 'C08 "arrival" is not in the calendar'),
        (
            "2026-12-08 06:30",
            "C43 the patient would arrive after the surgery has begun\n"
            "    Compare both times, and correct the one that is wrong.",
        ),
    ],
)
def test_what_is_not_one_moment_before_the_surgery_is_refused(nurse: Nurse, typed: str | None, message: str) -> None:
    code, said = nurse.make(typed)
    assert code == 2 and message in said, said
    assert not nurse.pdf.exists()


def test_an_optional_one_is_a_line_to_write_on(nurse: Nurse) -> None:
    path = nurse.root / "procedures/total-knee/handout.en.yaml"
    path.write_text(path.read_text("utf-8").replace("date and time", "date and time, optional"), "utf-8")
    code, said = nurse.make(None)
    assert code == 0, said
    assert "Please arrive on ____________. Your weight" in nurse.text()


def test_explain_says_what_is_asked(nurse: Nurse) -> None:
    assert main.run(["explain", "total-knee", "--surgery-date", "2026-12-07", "--content", str(nurse.root)], now) == 0
    assert "Asks arrival: date and time\n" in nurse.capsys.readouterr().out


def test_preview_has_a_made_up_arrival_on_the_day_of_surgery(root: Path) -> None:
    loaded, problems = library.load(root)
    assert loaded is not None, problems
    handout = loaded.handouts["total-knee", "en"]
    assert sample_answers(handout, "2026-12-07")["arrival"] == "2026-12-07 09:30"
    assert "arrival" not in sample_answers(handout, "12/07/2026"), "the surgery date is reported by itself"


def test_the_web_form_says_how_to_write_it(root: Path) -> None:
    loaded, problems = library.load(root)
    assert loaded is not None, problems
    handout = loaded.handouts["total-knee", "en"]
    american = DateWords(dt.date(2026, 11, 26), DateOrder.MONTH_FIRST)
    fields = {field.name: field for group in forms.groups(handout, (), {}, (), {}, american) for field in group.fields}
    assert fields["arrival"].hint == "Month/day/year, such as 12/07/2026 6:30 AM"
    assert fields["arrival"].label == "Arrival" and not fields["arrival"].date


def test_a_language_without_the_words_for_it_is_reported(root: Path) -> None:
    path = root / "languages/en.yaml"
    path.write_text(path.read_text("utf-8").replace('  date_at_time: "{date}, {time}"\n', ""), "utf-8")
    _, problems = library.load(root)
    (message,) = [str(problem) for problem in problems if problem.code == "M13" and "total-knee" in problem.path]
    assert (
        'handout.en.yaml:6:3: M13 the time of "arrival" needs the words "date_at_time" in languages/en.yaml' in message
    )


def test_an_editor_offers_the_kind() -> None:
    path = Path(__file__).resolve().parents[1] / "content" / "schema" / "handout.schema.json"
    questions = json.loads(path.read_text("utf-8"))["properties"]["asks"]["additionalProperties"]["anyOf"][0]["enum"]
    assert {"date and time", "date and time, optional"} <= set(questions)


# ---- schedules

COLUMNS = ("mrn", "patient_name", "dob", "procedure", "surgery_date", "surgeon", "collar", *KNEE, "arrival")
US = "".join(
    [
        "source: us\ndates: MM/DD/YYYY\ncolumns:\n",
        *(f"  {name}: {name}\n" for name in COLUMNS),
        "may_be_empty: [collar]\n",
    ]
)


def row(**changes: str) -> dict[str, str]:
    return {**patient(1, procedure="total-knee", collar=""), **KNEE, "arrival": "2026-12-06 18:30", **changes}


@pytest.fixture
def reader(root: Path, tmp_path: Path) -> ScheduleReader:
    return ScheduleReader(root, tmp_path / "schedules")


def test_a_column_of_its_name_answers_it(reader: ScheduleReader) -> None:
    (parsed,) = reader.rows(as_csv([row()]))
    assert parsed.case is not None, parsed.problems
    assert parsed.case.answers["arrival"] == "2026-12-06 18:30"


def test_the_date_is_written_as_the_profile_says(reader: ScheduleReader) -> None:
    reader.write_profile(US, "us")
    american = {"dob": "03/09/1961", "surgery_date": "12/07/2026", "class_day": "11/30/2026"}
    american["arrival"] = "12/06/2026 6:30 PM"
    (parsed,) = reader.rows(as_csv([row(**american)]), "us")
    assert parsed.case is not None, parsed.problems
    assert parsed.case.answers["arrival"] == "2026-12-06 18:30"
    (parsed,) = reader.rows(as_csv([row(**american | {"arrival": "2026-12-06 18:30"})]), "us")
    assert [problem.code for problem in parsed.problems] == ["B30"], "the profile has one format only"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"arrival": "2026-12-06"}, "B75 this is not a date with a time of day"),
        ({"arrival": "2026-12-06 6:30"}, 'C48 "arrival" is not a date with a time of day'),
        ({"arrival": "46362.77"}, "B75 this is not a date with a time of day"),
        ({"arrival": ""}, 'C16 "arrival" is not answered'),
        ({"arrival": "2026-12-07 08:00", "start_time": "07:30"}, "C43 the patient would arrive after the surgery"),
    ],
)
def test_a_wrong_cell_is_reported_in_its_column(reader: ScheduleReader, changes: dict[str, str], code: str) -> None:
    (parsed,) = reader.rows(as_csv([row(**changes)]))
    (problem,) = parsed.problems
    assert problem.column == "arrival" and f"{problem.code} {problem.message}".startswith(code)


def test_an_arrival_before_the_start_is_right(reader: ScheduleReader) -> None:
    (parsed,) = reader.rows(as_csv([row(arrival="2026-12-07 06:00", start_time="07:30")]))
    assert parsed.case is not None, parsed.problems


def excel(reader: ScheduleReader, value: object) -> Row:
    """Return the row of an Excel file with this arrival."""
    openpyxl: Any = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    cells: dict[str, object] = {**row(), "arrival": value}
    book.active.append(list(cells))
    book.active.append(list(cells.values()))
    for cell in book.active[2]:
        cell.number_format = "@" if isinstance(cell.value, str) else cell.number_format
    data = io.BytesIO()
    book.save(data)
    (parsed,) = reader.rows(data.getvalue())
    return parsed


def test_excels_own_date_with_a_time_is_read(reader: ScheduleReader) -> None:
    parsed = excel(reader, dt.datetime(2026, 12, 6, 18, 30))  # noqa: DTZ001  what openpyxl writes as a date
    assert parsed.case is not None, parsed.problems
    assert parsed.case.answers["arrival"] == "2026-12-06 18:30"


def test_excels_own_date_without_a_time_is_refused(reader: ScheduleReader) -> None:
    parsed = excel(reader, dt.date(2026, 12, 6))
    assert [problem.code for problem in parsed.problems] == ["B75"]


# ---- rules for every moment

MOMENTS = st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2100, 12, 31))  # noqa: DTZ001


def normalized(typed: str) -> str | None:
    reader = CaseReader({"arrival": EnteredValue(typed, "--answer")}, None)
    answer = reader.date_and_time("arrival")
    assert (answer is None) == bool(reader.problems)
    return answer


@settings(max_examples=examples(300))
@given(moment=MOMENTS)
def test_every_moment_is_read_alike_in_each_spelling(moment: dt.datetime) -> None:
    day, hour, half = f"{moment:%Y-%m-%d}", (moment.hour - 1) % 12 + 1, "AM" if moment.hour < 12 else "PM"
    in_words = dates.date_and_time(f"{day} {moment:%H:%M}", shipped().languages["en"]).replace(" ", " ")
    spellings = (f"{day} {moment:%H:%M}", f"{day}T{moment:%H:%M}", f"{day} {hour}:{moment:%M} {half}", in_words)
    assert {normalized(typed) for typed in spellings} == {f"{day} {moment:%H:%M}"}


@settings(max_examples=examples(300))
@given(one=MOMENTS, other=MOMENTS, tag=st.sampled_from(["en", "es", "de"]))
def test_two_moments_are_printed_alike_only_if_they_are_the_same(
    one: dt.datetime, other: dt.datetime, tag: str
) -> None:
    language = shipped().languages[tag]
    first, second = (dates.date_and_time(f"{moment:%Y-%m-%d %H:%M}", language) for moment in (one, other))
    assert (first == second) == (f"{one:%Y-%m-%d %H:%M}" == f"{other:%Y-%m-%d %H:%M}")
    assert first.startswith(dates.long_date(language, one.date()))
    assert without_whitespace(first).endswith(without_whitespace(dates.time_of_day(f"{one:%H:%M}", language)))


@settings(max_examples=examples(300))
@given(typed=st.text("0123456789:-/T APMapm.", max_size=22))
def test_whatever_is_typed_is_read_as_one_moment_or_refused(typed: str) -> None:
    if typed.strip() and (answer := normalized(typed)):
        assert f"{dt.datetime.strptime(answer, '%Y-%m-%d %H:%M'):%Y-%m-%d %H:%M}" == answer  # noqa: DTZ007


def test_a_tick_in_the_form_confirms_the_day_of_a_date_with_a_time() -> None:
    american = DateWords(dt.date(2026, 11, 26), DateOrder.MONTH_FIRST)
    unlikely = Problem("C49", "arrival is outside the range", field="arrival")
    assert forms.to_confirm([unlikely], {"arrival": "12/05/2026 6:30 PM"}, american) == (dt.date(2026, 12, 5),)
