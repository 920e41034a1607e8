"""Change a schedule as a spreadsheet does: nothing is made until a person has confirmed it."""

from __future__ import annotations

import json

import pytest

from tests.batch.day import Day, Row, patient

NOTHING = "Nothing was made. If the charts agree with this schedule, add --confirm-changes\n"


@pytest.fixture
def rows() -> list[Row]:
    return [patient(number) for number in range(1, 5)]


def test_lost_zeros_stop_the_run_until_they_are_confirmed(day: Day, rows: list[Row]) -> None:
    """All packets were made again once, with record numbers that no patient has."""
    day.write([*rows, patient(5, mrn="77001")])
    day.run()
    before, ids = day.bytes(), day.ids()
    damaged = [row | {"mrn": row["mrn"].lstrip("0")} for row in rows]
    damaged[3]["status"] = "cancelled"  # its packet would stay in the print run
    day.write([*damaged, patient(5, mrn="77001")])
    for options in ((), ("--dry-run",)):
        outcome = day.run(*options)
        assert outcome.code == 4 and outcome.out == ""
        assert (
            outcome.err
            == "".join(
                f"row {row}, column mrn: Q86 this is the record number of packet {ids[row]} without its leading zeros\n"
                "    Excel does this to a CSV file. Compare with the chart.\n"
                for row in (2, 3, 4, 5)
            )
            + NOTHING
        )
        assert day.bytes() == before
    answer = json.loads(day.run("--json", "--dry-run").out)
    assert answer["stopped"] is True and [problem["code"] for problem in answer["problems"][:4]] == ["Q86"] * 4
    confirmed = day.run("--confirm-changes")
    assert confirmed.code == 0 and "3 new" in confirmed.out
    day.write([*damaged[:3], patient(5, mrn="77001")])
    assert day.run().code == 0, "packets that exist are not asked about again"


def test_a_shorter_number_beside_the_longer_one_is_another_patient(day: Day, rows: list[Row]) -> None:
    day.write(rows)
    day.run()
    day.write([*rows, patient(9, mrn="1")])
    assert day.run("--dry-run").code == 0


def test_a_date_that_a_spreadsheet_changed_stops_the_run(day: Day, rows: list[Row]) -> None:
    day.write(rows)
    day.run()
    ids = day.ids()
    day.write([rows[0] | {"surgery_date": "2026-07-12"}, rows[1] | {"surgery_date": "2022-12-06"}, *rows[2:]])
    outcome = day.run("--confirm-date", "2026-07-12", "--confirm-date", "2022-12-06")
    assert outcome.code == 4
    assert (
        outcome.err
        == "".join(
            f"row {row}, column surgery_date: Q87 the surgery date is that of packet {ids[row]} {change}\n"
            "    Excel does this to a CSV file. Compare with the chart.\n"
            for row, change in ((2, "with day and month exchanged"), (3, "moved by 1,462 days"))
        )
        + NOTHING
    )


def test_other_dates_or_other_patients_in_most_rows_stop_the_run(day: Day, rows: list[Row]) -> None:
    day.write(rows)
    day.run()
    day.write([*(row | {"surgery_date": "2026-12-08"} for row in rows[:3]), rows[3]])
    outcome = day.run()
    assert outcome.code == 4
    assert outcome.err == (
        "schedule: Q88 the procedure or the surgery date of 3 of the 4 packets has changed\n"
        f"    Use the schedule and the folder of the same day, or compare the dates with the charts.\n{NOTHING}"
    )
    day.write([*(row | {"surgery_date": "2026-12-08"} for row in rows[:2]), *rows[2:]])
    assert day.run("--dry-run").code == 0, "two operations were postponed"
    day.write([patient(number, surgery_date="2026-12-08") for number in range(11, 15)])
    outcome = day.run()
    assert outcome.code == 4
    assert outcome.err == (
        "schedule: Q89 none of the 4 packets of this folder is in this schedule\n"
        f"    Use the schedule and the folder of the same day.\n{NOTHING}"
    )
