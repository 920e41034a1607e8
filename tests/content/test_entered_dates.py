"""Test how a typed date is read: in every form, in the clinic's order, and never as another day."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packets.case_input.entered_dates import DateError, read_entered_date, written
from packets.model.case import DateOrder
from packets.model.english_dates import MONTHS, WEEKDAYS
from tests.samples import CONTENT

US, EUROPE = DateOrder.MONTH_FIRST, DateOrder.DAY_FIRST
DAY = dt.date(2026, 12, 7)


def result(text: str, order: DateOrder | None) -> dt.date | str:
    """Return the day, or the code of the error."""
    try:
        return read_entered_date(text, order)
    except DateError as error:
        return error.code


@pytest.mark.parametrize("order", [US, EUROPE, None])
@pytest.mark.parametrize(
    "text",
    [
        "2026-12-07",
        "Dec 7 2026",
        "dec 7, 2026",
        "Dec. 7, 2026",
        "December 7, 2026",
        "DECEMBER 7TH, 2026",
        "Monday, December 7, 2026",
        "Mon Dec 7 2026",
        "Mon., Dec. 7, 2026",
        "7 December 2026",
        "7 Dec 2026",
        "7-Dec-2026",
        "7. December 2026",
    ],
)
def test_a_month_in_words_is_read_in_every_clinic(text: str, order: DateOrder | None) -> None:
    assert result(text, order) == DAY


@pytest.mark.parametrize(
    ("text", "us", "europe", "unknown"),
    [
        ("12/07/2026", DAY, dt.date(2026, 7, 12), "C45"),
        ("12-7-2026", DAY, dt.date(2026, 7, 12), "C45"),
        ("12.07.2026", DAY, dt.date(2026, 7, 12), "C45"),
        ("12/25/2026", dt.date(2026, 12, 25), "C46", dt.date(2026, 12, 25)),
        ("25/12/2026", "C46", dt.date(2026, 12, 25), dt.date(2026, 12, 25)),
        ("12/12/2026", dt.date(2026, 12, 12), dt.date(2026, 12, 12), dt.date(2026, 12, 12)),
        ("02/30/2026", "C08", "C08", "C08"),
        ("31/02/2026", "C08", "C08", "C08"),
        ("0/7/2026", "C08", "C08", "C08"),
        ("12/7/26", "C09", "C09", "C09"),
        ("12/07-2026", "C07", "C07", "C07"),
        ("2026-02-30", "C08", "C08", "C08"),
        ("Feb 30 2026", "C08", "C08", "C08"),
        ("Tuesday, December 7, 2026", "C47", "C47", "C47"),
        ("Someday, December 7, 2026", "C07", "C07", "C07"),
        ("Ju 7 2026", "C07", "C07", "C07"),
        ("Dec 7", "C07", "C07", "C07"),
        ("today", "C07", "C07", "C07"),
        ("46363", "C07", "C07", "C07"),
        ("2026-12-07 07:30", "C10", "C10", "C10"),
    ],
)
def test_numbers_are_read_in_the_clinics_order_only(
    text: str, us: dt.date | str, europe: dt.date | str, unknown: dt.date | str
) -> None:
    assert [result(text, order) for order in (US, EUROPE, None)] == [us, europe, unknown]


def test_three_letters_of_each_month_and_weekday_are_enough() -> None:
    for number, month in enumerate(MONTHS, 1):
        for length in range(3, len(month) + 1):
            assert result(f"{month[:length]} 1 2026", None) == dt.date(2026, number, 1)
    for number, weekday in enumerate(WEEKDAYS, 7):
        assert result(f"{weekday[:3]} Dec {number} 2026", None) == dt.date(2026, 12, number)


@given(day=st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31)), order=st.sampled_from([US, EUROPE, None]))
def test_what_the_form_types_is_read_as_the_same_day(day: dt.date, order: DateOrder | None) -> None:
    assert result(written(day, order), order) == day


@given(day=st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31)), wrong=st.sampled_from([US, EUROPE]))
def test_without_an_order_a_date_is_never_read_as_another_day(day: dt.date, wrong: DateOrder) -> None:
    assert result(written(day, wrong), None) in (day, "C45")


def test_the_shipped_clinic_writes_the_month_first() -> None:
    assert "date_order: mdy" in (CONTENT / "clinic.yaml").read_text("utf-8")
