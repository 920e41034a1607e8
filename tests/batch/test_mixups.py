"""No patient gets another's sheet: rows that speak against each other, names that are alike, and faults of ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from packets import pipeline, verified_pdf
from packets.batch import preflight, print_run_pages, task
from packets.batch import print_run as batch_print_run
from packets.batch.task import PacketTask, TaskResult, run_task
from packets.case_input import case_fields
from packets.errors import VerificationError
from packets.pdf.merge import ExtractedPages, PdfMerger
from packets.schedule import rows
from packets.schedule.name_conflicts import _keys, _within_one_edit
from tests.batch.day import Day, patient


class Here(Executor):
    """Works in this process, so that a fault can be planted in it."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except BaseException as error:
            future.set_exception(error)
        return future


class Swapping(Executor):
    """Gives each second caller the answer of the one before, and the other way round."""

    def __init__(self) -> None:
        self.waiting: tuple[Future[Any], Any] | None = None

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        answer = fn(*args, **kwargs)
        if self.waiting is None:
            self.waiting = (future, answer)
        else:
            other, earlier = self.waiting
            future.set_result(earlier)
            other.set_result(answer)
            self.waiting = None
        return future


# Rows.


def test_the_same_or_nearly_the_same_name_on_one_day_is_made_and_reported(day: Day) -> None:
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


def test_a_name_with_and_without_its_middle_is_nearly_the_same(day: Day) -> None:
    """What one list has, another leaves out: an initial, a second given name, Jr."""
    names = ("Rosa Martinez", "ROSA M. MARTINEZ", "Martinez, Rosa Maria", "John Smith", "SMITH, JOHN, JR", "Rosa Smith")
    day.write([patient(number, patient_name=name) for number, name in enumerate(names, 1)])
    outcome, ids = day.run(), day.ids()
    told = [line.rpartition("packets ")[2] for line in outcome.err.splitlines() if "Q10" in line]
    assert told == [f"{ids[2]}, {ids[3]}, {ids[4]}", f"{ids[5]}, {ids[6]}"]


def test_names_that_sound_alike_are_reported(day: Day) -> None:
    names = ("Mohammed Ali", "Muhammad Aly", "Catherine Meyer", "KATHRYN B. MAIER", "Rosa Smith", "Sean Smyth")
    day.write([patient(number, patient_name=name) for number, name in enumerate(names, 1)])
    outcome, ids = day.run(), day.ids()
    told = [line.rpartition("packets ")[2] for line in outcome.err.splitlines() if "Q10" in line]
    assert told == [f"{ids[2]}, {ids[3]}", f"{ids[4]}, {ids[5]}"]


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
def test_another_spelling_of_a_record_number_finds_its_second_name(day: Day, number: str) -> None:
    day.write([patient(1), patient(2, mrn=number)])
    assert day.run().code == 3
    found = [(row, code) for row, _, code in day.codes() if code == "Q01"]
    assert found == [(2, "Q01"), (3, "Q01")] and day.ids() == {}


def test_a_name_that_may_be_no_name_is_made_and_reported(day: Day) -> None:
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


def test_a_bad_row_speaks_against_a_good_one_too(day: Day) -> None:
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


def test_one_patient_on_two_days_gets_two_packets(day: Day) -> None:
    day.write([patient(1), patient(1, surgery_date="2026-12-21", patient_name="BRUNO ABEL")])
    assert day.run().code == 0
    assert len(set(day.ids().values())) == 2


def edits(name: str) -> Iterator[str]:
    for place in range(len(name)):
        yield name[:place] + name[place + 1 :]
        yield name[:place] + "x" + name[place:]
        yield name[:place] + "x" + name[place + 1 :]
        yield name[:place] + name[place : place + 2][::-1] + name[place + 2 :]


@given(st.text("abcde ", min_size=2, max_size=9), st.data())
def test_whoever_differs_by_one_slip_shares_a_key(name: str, data: st.DataObject) -> None:
    name = " ".join(name.split())
    if len(name) < 2:
        return
    other = " ".join(data.draw(st.sampled_from(list(edits(name)))).split())
    if other and _within_one_edit(name, other):
        assert not _keys(name).isdisjoint(_keys(other))


@pytest.mark.parametrize(
    ("one", "other", "slip"),
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
def test_one_slip(one: str, other: str, slip: bool) -> None:
    assert _within_one_edit(one, other) is _within_one_edit(other, one) is slip


# Faults of ours: each must stop the whole run and leave nothing under a final name.


def cached_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """The filling remembers the first patient's name."""
    first: list[str] = []
    fill = pipeline.fill_packet

    def stale(library: Any, case: Any, **options: Any) -> Any:
        first.append(case.patient_name)
        return fill(library, replace(case, patient_name=first[0]), **options)

    monkeypatch.setattr("packets.batch.task.fill_packet", stale)
    monkeypatch.setattr("packets.batch.preflight.fill_packet", stale)


def cached_case(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading the schedule remembers the first record number."""
    first: list[str] = []
    make = case_fields.make_case

    def stale(*arguments: Any) -> Any:
        case, problems = make(*arguments)
        if case is None:
            return case, problems
        first.append(case.record_number)
        return replace(case, record_number=first[0]), problems

    monkeypatch.setattr("packets.schedule.rows.make_case", stale)


def cached_pdf(monkeypatch: pytest.MonkeyPatch) -> None:
    """The making gives everybody the first patient's pages."""
    made: list[Any] = []
    make = pipeline.build_filled

    def stale(*arguments: Any, **options: Any) -> Any:
        made.append(make(*arguments, **options))
        return made[0]

    monkeypatch.setattr("packets.batch.task.build_filled", stale)


def stale_furniture(monkeypatch: pytest.MonkeyPatch) -> None:
    """The drawing keeps head and foot of the packet before."""
    from packets.pdf import renderer

    kept: list[Any] = []
    run_task = renderer.render

    def stale(packet: Any, *arguments: Any, **options: Any) -> Any:
        kept.append(packet.header_footer)
        return run_task(replace(packet, header_footer=kept[0]), *arguments, **options)

    monkeypatch.setattr(renderer, "render", stale)


def test_the_faults_are_where_they_are_planted() -> None:
    """If somebody moves these names, the faults below would be planted where nobody works."""
    assert vars(task)["build_filled"] is pipeline.build_filled and vars(pipeline)["render"] is verified_pdf.render
    assert vars(task)["fill_packet"] is vars(preflight)["fill_packet"] is pipeline.fill_packet
    assert vars(rows)["make_case"] is case_fields.make_case and vars(batch_print_run)["paper"] is print_run_pages


@pytest.mark.parametrize(
    ("plant", "code"),
    [(cached_name, "V30"), (cached_case, "V30"), (cached_pdf, "V30"), (stale_furniture, "V0")],
)
def test_a_fault_that_mixes_patients_up_stops_the_run(
    day: Day, monkeypatch: pytest.MonkeyPatch, plant: Callable[[pytest.MonkeyPatch], None], code: str
) -> None:
    day.write([patient(number) for number in range(5)])
    with monkeypatch.context() as patch:
        plant(patch)
        with pytest.raises(VerificationError) as caught:
            day.call(Here())
    assert caught.value.exit_code == 6
    assert all(problem.code.startswith(code) for problem in caught.value.problems)
    assert_nothing_is_left(day)


def assert_nothing_is_left(day: Day) -> None:
    assert sorted(file.name for file in day.folder.iterdir() if not file.name.startswith("ledger")) == [".packets.lock"]
    assert day.run().code == 0  # and without the fault everything is made
    assert len(day.packets()) == 5


def last_bytes(job: PacketTask) -> TaskResult:
    """A worker that answers with the file of the job before."""
    result = run_task(job)
    earlier, last_bytes.kept = getattr(last_bytes, "kept", result), result  # type: ignore[attr-defined]
    return replace(result, data=earlier.data, sha256=earlier.sha256)


def other_row(job: PacketTask) -> TaskResult:
    return replace(run_task(job), row=job.row + 1)


@pytest.mark.parametrize(
    ("worker", "message"),
    [
        (last_bytes, "the file is not the one that was verified"),
        (other_row, "the result belongs to another row"),
    ],
)
def test_a_worker_that_mixes_its_answers_up_stops_the_run(
    day: Day, worker: Callable[[PacketTask], TaskResult], message: str
) -> None:
    day.write([patient(number) for number in range(5)])
    with pytest.raises(VerificationError) as caught:
        day.call(Here(), worker)
    (problem,) = caught.value.problems
    assert (problem.code, problem.message) == ("V31", message)
    assert problem.hint == "Nothing of this run was kept. Report this as a fault of packets"
    assert_nothing_is_left(day)


def test_swapped_futures_stop_the_run(day: Day) -> None:
    day.write([patient(number) for number in range(5)])
    with pytest.raises(VerificationError) as caught:
        day.call(Swapping())
    assert "the result belongs to another row" in str(caught.value)
    assert_nothing_is_left(day)


def test_an_answer_made_from_other_content_stops_the_run(day: Day) -> None:
    day.write([patient(number) for number in range(5)])

    def other(job: PacketTask) -> TaskResult:
        return run_task(replace(job, case=replace(job.case, answers={"collar": "yes"})))

    with pytest.raises(VerificationError, match="V31 the packet does not show what the schedule and the content say"):
        day.call(Here(), other)
    assert_nothing_is_left(day)


def test_a_worker_of_another_version_fails_its_rows(day: Day) -> None:
    day.write([patient(1)])
    report = day.call(Here(), lambda job: run_task(replace(job, program="0.0.0 other faces")))
    assert report.failed == 1
    assert day.codes() == [(2, "", "E05")]


# Faults in putting the print run together.


def swapped_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    write = print_run_pages.write

    def wrong(file: Any, sheet: Any, print_options: Any, blank: Any, sides: Any, parts: Any, call: Any) -> Any:
        first, second, *rest = parts
        return write(file, sheet, print_options, blank, sides, [second, first, *rest], call)

    monkeypatch.setattr(print_run_pages, "write", wrong)


def lost_page(monkeypatch: pytest.MonkeyPatch) -> None:
    append = PdfMerger.append
    calls: list[int] = []

    def wrong(self: PdfMerger, loose: ExtractedPages) -> None:
        calls.append(1)
        append(self, replace(loose, pages=loose.pages[:-1]) if len(calls) == 4 else loose)

    monkeypatch.setattr(PdfMerger, "append", wrong)


def page_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    append = PdfMerger.append
    calls: list[int] = []

    def wrong(self: PdfMerger, loose: ExtractedPages) -> None:
        calls.append(1)
        append(self, replace(loose, pages=(*loose.pages, loose.pages[0])) if len(calls) == 4 else loose)

    monkeypatch.setattr(PdfMerger, "append", wrong)


def pages_turned(monkeypatch: pytest.MonkeyPatch) -> None:
    append = PdfMerger.append
    monkeypatch.setattr(PdfMerger, "append", lambda self, loose: append(self, replace(loose, pages=loose.pages[::-1])))


@pytest.mark.parametrize("plant", [swapped_parts, lost_page, page_twice, pages_turned])
def test_a_print_run_with_pages_out_of_place_stops_the_run(
    day: Day, monkeypatch: pytest.MonkeyPatch, plant: Callable[[pytest.MonkeyPatch], None]
) -> None:
    day.write([patient(number) for number in range(5)])
    with monkeypatch.context() as patch:
        plant(patch)
        with pytest.raises(VerificationError) as caught:
            day.call(Here())
    assert {problem.code for problem in caught.value.problems} <= {"V41", "V42", "V43", "V44", "V45"}
    assert_nothing_is_left(day)


def test_the_command_line_ends_with_6(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    day.write([patient(number) for number in range(5)])
    with monkeypatch.context() as patch:
        swapped_parts(patch)
        outcome = day.run()
    assert outcome.code == 6
    assert "V42 page 3 of the print run, of packet" in outcome.err
    assert_nothing_is_left(day)


def test_the_pages_really_are_different_people(day: Day, tmp_path: Path) -> None:
    """What the tests above lean on: pages of two packets are told apart by what they show."""
    day.write([patient(1), patient(2)])
    day.run()
    pages = []
    for name in day.ids().values():
        document = pypdfium2.PdfDocument(day.folder / f"{name}.pdf")
        pages.append(document[0].get_textpage().get_text_range())
        document.close()
    assert patient(1)["patient_name"] in pages[0] and patient(1)["patient_name"] not in pages[1]
