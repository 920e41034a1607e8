"""Test how rows with conflicting or similar names, record numbers and birth dates are refused or reported."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packets.schedule.name_conflicts import _keys, _within_one_edit
from tests.batch.day import Day, patient


def test_similar_names_on_one_day_are_reported_and_their_packets_made(day: Day) -> None:
    day.write(
        [
            patient(1, patient_name="Anna Keller"),
            patient(2, patient_name="Anne Keller"),
            patient(3, patient_name="KELLER ANNA"),
            patient(4, patient_name="Joao Silva"),
            patient(5, patient_name="João Sliva"),
            patient(6, patient_name="Anna Kellermann"),
            patient(7, patient_name="Anna Keller", surgery_date="2026-12-08"),
        ]
    )
    outcome = day.run()
    assert outcome.code == 0
    ids = day.ids()
    assert len(ids) == 7
    assert outcome.err == (
        "Note: row 2: Q10 patients of the same day have the same or nearly the same name: "
        f"packets {ids[2]}, {ids[3]}, {ids[4]}\n"
        "    When handing them over, check name and record number of each.\n"
        "Note: row 5: Q10 patients of the same day have the same or nearly the same name: "
        f"packets {ids[5]}, {ids[6]}\n"
        "    When handing them over, check name and record number of each.\n"
    )


def test_a_name_with_and_without_a_middle_name_is_similar(day: Day) -> None:
    """One list has an initial, a second given name or Jr. that another list leaves out."""
    names = ("Rosa Martinez", "ROSA M. MARTINEZ", "Martinez, Rosa Maria", "John Smith", "SMITH, JOHN, JR", "Rosa Smith")
    day.write([patient(number, patient_name=name) for number, name in enumerate(names, 1)])
    outcome, ids = day.run(), day.ids()
    groups = [line.rpartition("packets ")[2] for line in outcome.err.splitlines() if "Q10" in line]
    assert groups == [f"{ids[2]}, {ids[3]}, {ids[4]}", f"{ids[5]}, {ids[6]}"]


def test_names_that_sound_similar_are_reported(day: Day) -> None:
    names = ("Mohammed Ali", "Muhammad Aly", "Catherine Meyer", "KATHRYN B. MAIER", "Rosa Smith", "Sean Smyth")
    day.write([patient(number, patient_name=name) for number, name in enumerate(names, 1)])
    outcome, ids = day.run(), day.ids()
    groups = [line.rpartition("packets ")[2] for line in outcome.err.splitlines() if "Q10" in line]
    assert groups == [f"{ids[2]}, {ids[3]}", f"{ids[4]}, {ids[5]}"]


def test_twins_are_reported(day: Day) -> None:
    same = "2001-05-06"
    day.write(
        [
            patient(1, patient_name="Ana Garcia", dob=same),
            patient(2, patient_name="GARCIA, LUISA", dob=same),
            patient(3, patient_name="Luis Costa", dob=same),
            patient(4, patient_name="Eva Garcia", dob="2001-05-07"),
            patient(5, patient_name="Zoe Garcia", dob=same, surgery_date="2026-12-08"),
        ]
    )
    outcome, ids = day.run(), day.ids()
    assert outcome.code == 0
    assert outcome.err == (
        "Note: row 2: Q60 patients of the same day have the same date of birth and a name in common, as twins have: "
        f"packets {ids[2]}, {ids[3]}\n"
        "    When handing them over, check name and record number of each.\n"
    )


@pytest.mark.parametrize(
    "number",
    [
        "\uff10\uff10\uff10\uff10\uff10\uff10\uff10\uff11",
        '"00000001"',
        "\u201c00000001\u201d",
        "'00000001",
        "0000-0001",
    ],
)
def test_record_numbers_are_compared_in_any_spelling(day: Day, number: str) -> None:
    day.write([patient(1), patient(2, mrn=number)])
    assert day.run().code == 3
    conflicts = [(row, code) for row, _, code in day.codes() if code == "Q01"]
    assert conflicts == [(2, "Q01"), (3, "Q01")] and day.ids() == {}


def test_a_name_that_may_be_a_placeholder_is_reported_and_its_packet_made(day: Day) -> None:
    day.write([patient(1, patient_name="Maria NULL"), patient(2, follow_up="NULL"), patient(3, surgeon="TBD")])
    outcome = day.run()
    assert outcome.code == 3 and list(day.ids()) == [2]
    assert day.codes() == [(2, "patient_name", "C69"), (3, "follow_up", "C65"), (4, "surgeon", "C65")]
    assert "Note: row 2, column patient_name: C69 the patient's name has a word that programs write" in outcome.err


def test_one_record_number_with_two_names_is_refused(day: Day) -> None:
    day.write([patient(1), patient(2, mrn="00000001"), patient(3)])
    outcome = day.run()
    assert outcome.code == 3
    assert outcome.err == (
        "row 2, column mrn: Q01 the same record number has another name in row 3\n"
        "    Find out whose number it is. None of these rows is made.\n"
        "row 3, column mrn: Q01 the same record number has another name in row 2\n"
        "    Find out whose number it is. None of these rows is made.\n"
    )
    assert list(day.ids()) == [4]


def test_a_row_that_conflicts_with_an_invalid_row_is_refused(day: Day) -> None:
    day.write([patient(1), patient(2, mrn="00000001", collar="")])
    day.run()
    assert day.codes() == [(2, "mrn", "Q01"), (3, "collar", "C16"), (3, "mrn", "Q01")]
    assert day.ids() == {}


def test_one_record_number_with_two_birth_dates_is_refused(day: Day) -> None:
    day.write([patient(1), patient(1, dob="1977-01-01", surgery_date="2026-12-14")])
    outcome = day.run()
    assert outcome.err.startswith(
        "row 2, column mrn: Q02 the same record number has another date of birth in row 3\n"
        "    Find out which is right. None of these rows is made.\n"
    )


def test_two_rows_for_one_patient_and_time_are_refused(day: Day) -> None:
    day.write([patient(1), patient(1), patient(2)])
    outcome = day.run()
    assert outcome.code == 3
    assert outcome.err.startswith(
        "row 2, column mrn: Q03 the same patient is scheduled for the same time in row 3\n"
        "    Delete one, mark one as cancelled, or give both their start times. None of these rows is made.\n"
    )
    assert list(day.ids()) == [4]


def test_a_patient_with_surgery_on_two_days_gets_two_packets(day: Day) -> None:
    day.write([patient(1), patient(1, surgery_date="2026-12-21", patient_name="BRUNO ABEL")])
    assert day.run().code == 0
    assert len(set(day.ids().values())) == 2


def edits(name: str) -> Iterator[str]:
    """Yield the name with each single deletion, insertion, substitution and transposition."""
    for index in range(len(name)):
        yield name[:index] + name[index + 1 :]
        yield name[:index] + "x" + name[index:]
        yield name[:index] + "x" + name[index + 1 :]
        yield name[:index] + name[index : index + 2][::-1] + name[index + 2 :]


@given(st.text("abcde ", min_size=2, max_size=9), st.data())
def test_names_within_one_edit_share_a_key(name: str, data: st.DataObject) -> None:
    name = " ".join(name.split())
    if len(name) < 2:
        return
    other = " ".join(data.draw(st.sampled_from(list(edits(name)))).split())
    if other and _within_one_edit(name, other):
        assert not _keys(name).isdisjoint(_keys(other))


@pytest.mark.parametrize(
    ("one", "other", "similar"),
    [
        ("anna keller", "anne keller", True),
        ("anna keller", "ana keller", True),
        ("anna keller", "anan keller", True),
        ("anna keller", "anna keller", True),
        ("anna keller", "anne kellner", False),
        ("anna keller", "hanna kellerr", False),
        ("ab", "ba", True),
        ("abc", "cba", False),
    ],
)
def test_one_edit_is_a_typing_mistake(one: str, other: str, similar: bool) -> None:
    assert _within_one_edit(one, other) is _within_one_edit(other, one) is similar
