"""Test that an internal error that mixes up patients stops the run and leaves no file."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from msgspec.structs import replace

from packets import pipeline, verified_pdf
from packets.batch import preflight, print_run_pages, task
from packets.batch import print_run as batch_print_run
from packets.batch.task import PacketTask, TaskResult, run_task
from packets.case_input import case_fields
from packets.errors import VerificationError
from packets.pdf.extract import ExtractedPages
from packets.pdf.merge import PdfMerger
from packets.schedule import rows
from tests.batch.day import Day, patient


class InProcessExecutor(Executor):
    """Run tasks in this process, so that tests can inject errors."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except BaseException as error:
            future.set_exception(error)
        return future


class SwappingExecutor(Executor):
    """Swap the results of each two consecutive tasks."""

    def __init__(self) -> None:
        self.waiting: tuple[Future[Any], Any] | None = None

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        result = fn(*args, **kwargs)
        if self.waiting is None:
            self.waiting = (future, result)
        else:
            other, earlier = self.waiting
            future.set_result(earlier)
            other.set_result(result)
            self.waiting = None
        return future


# Errors in filling, reading and rendering. Each must stop the whole run and leave no finished file.


def cached_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fill every packet with the first patient's name."""
    first: list[str] = []
    fill = pipeline.fill_packet

    def stale(library: Any, case: Any, **options: Any) -> Any:
        first.append(case.patient_name)
        return fill(library, replace(case, patient_name=first[0]), **options)

    monkeypatch.setattr("packets.batch.task.fill_packet", stale)
    monkeypatch.setattr("packets.batch.preflight.fill_packet", stale)


def cached_case(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read every row with the first record number."""
    first: list[str] = []
    make = case_fields.case_at_clinic

    def stale(*arguments: Any) -> Any:
        case, problems = make(*arguments)
        if case is None:
            return case, problems
        first.append(case.record_number)
        return replace(case, record_number=first[0]), problems

    monkeypatch.setattr("packets.schedule.rows.case_at_clinic", stale)


def cached_pdf(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give every packet the first patient's pages."""
    results: list[Any] = []
    make = pipeline.build_filled

    def stale(*arguments: Any, **options: Any) -> Any:
        results.append(make(*arguments, **options))
        return results[0]

    monkeypatch.setattr("packets.batch.task.build_filled", stale)


def stale_header_footer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw the first patient's header and footer on every packet."""
    from packets.pdf import renderer

    header_footers: list[Any] = []
    render = renderer.render

    def stale(packet: Any, *arguments: Any, **options: Any) -> Any:
        header_footers.append(packet.header_footer)
        return render(replace(packet, header_footer=header_footers[0]), *arguments, **options)

    monkeypatch.setattr(renderer, "render", stale)


def test_the_errors_are_injected_into_functions_that_are_used() -> None:
    """If one of these functions moves, the tests below would inject errors that have no effect."""
    assert vars(task)["build_filled"] is pipeline.build_filled and vars(pipeline)["render"] is verified_pdf.render
    assert vars(task)["fill_packet"] is vars(preflight)["fill_packet"] is pipeline.fill_packet
    assert vars(rows)["case_at_clinic"] is case_fields.case_at_clinic
    assert vars(batch_print_run)["run_pages"] is print_run_pages


@pytest.mark.parametrize(
    ("inject", "code"),
    [(cached_name, "V30"), (cached_case, "V30"), (cached_pdf, "V30"), (stale_header_footer, "V0")],
)
def test_an_error_that_mixes_up_patients_stops_the_run(
    day: Day, monkeypatch: pytest.MonkeyPatch, inject: Callable[[pytest.MonkeyPatch], None], code: str
) -> None:
    day.write([patient(number) for number in range(5)])
    with monkeypatch.context() as patch:
        inject(patch)
        with pytest.raises(VerificationError) as caught:
            day.call(InProcessExecutor())
    assert caught.value.exit_code == 6
    assert all(problem.code.startswith(code) for problem in caught.value.problems)
    assert_no_file_is_left(day)


def assert_no_file_is_left(day: Day) -> None:
    assert sorted(file.name for file in day.folder.iterdir() if not file.name.startswith("ledger")) == [".packets.lock"]
    assert day.run().code == 0  # without the error, all packets are made
    assert len(day.packets()) == 5


def previous_file(packet_task: PacketTask) -> TaskResult:
    """Return the file of the previous task."""
    result = run_task(packet_task)
    earlier, previous_file.result = getattr(previous_file, "result", result), result  # type: ignore[attr-defined]
    return replace(result, data=earlier.data, sha256=earlier.sha256)


def other_row(packet_task: PacketTask) -> TaskResult:
    return replace(run_task(packet_task), row=packet_task.row + 1)


@pytest.mark.parametrize(
    ("worker", "message"),
    [
        (previous_file, "the file is not the one that was verified"),
        (other_row, "the result belongs to another row"),
    ],
)
def test_a_worker_that_mixes_up_its_results_stops_the_run(
    day: Day, worker: Callable[[PacketTask], TaskResult], message: str
) -> None:
    day.write([patient(number) for number in range(5)])
    with pytest.raises(VerificationError) as caught:
        day.call(InProcessExecutor(), worker)
    (problem,) = caught.value.problems
    assert (problem.code, problem.message) == ("V31", message)
    assert problem.hint == "Nothing of this run was kept. Report this as an error in Packets"
    assert_no_file_is_left(day)


def test_swapped_futures_stop_the_run(day: Day) -> None:
    day.write([patient(number) for number in range(5)])
    with pytest.raises(VerificationError) as caught:
        day.call(SwappingExecutor())
    assert "the result belongs to another row" in str(caught.value)
    assert_no_file_is_left(day)


def test_a_packet_made_from_other_answers_stops_the_run(day: Day) -> None:
    day.write([patient(number) for number in range(5)])

    def with_collar(packet_task: PacketTask) -> TaskResult:
        return run_task(replace(packet_task, case=replace(packet_task.case, answers={"collar": "yes"})))

    with pytest.raises(VerificationError, match="V31 the packet does not show what the schedule and the content say"):
        day.call(InProcessExecutor(), with_collar)
    assert_no_file_is_left(day)


def test_a_worker_of_another_version_fails_its_rows(day: Day) -> None:
    day.write([patient(1)])
    report = day.call(
        InProcessExecutor(), lambda packet_task: run_task(replace(packet_task, program="0.0.0 other fonts"))
    )
    assert report.failed == 1
    assert day.codes() == [(2, "", "E05")]


# Errors in the print run.


def swapped_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    write = print_run_pages.write

    def wrong(file: Any, sheet: Any, print_options: Any, blank: Any, sides: Any, parts: Any, call: Any) -> Any:
        first, second, *rest = parts
        return write(file, sheet, print_options, blank, sides, [second, first, *rest], call)

    monkeypatch.setattr(print_run_pages, "write", wrong)


def missing_page(monkeypatch: pytest.MonkeyPatch) -> None:
    append = PdfMerger.append
    calls: list[int] = []

    def wrong(self: PdfMerger, extracted: ExtractedPages) -> None:
        calls.append(1)
        append(self, replace(extracted, pages=extracted.pages[:-1]) if len(calls) == 4 else extracted)

    monkeypatch.setattr(PdfMerger, "append", wrong)


def duplicate_page(monkeypatch: pytest.MonkeyPatch) -> None:
    append = PdfMerger.append
    calls: list[int] = []

    def wrong(self: PdfMerger, extracted: ExtractedPages) -> None:
        calls.append(1)
        append(self, replace(extracted, pages=(*extracted.pages, extracted.pages[0])) if len(calls) == 4 else extracted)

    monkeypatch.setattr(PdfMerger, "append", wrong)


def swapped_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    append = PdfMerger.append

    def wrong(self: PdfMerger, extracted: ExtractedPages) -> None:
        pages = extracted.pages
        append(self, replace(extracted, pages=(*pages[1::-1], *pages[2:])))  # the last one may be the blank page

    monkeypatch.setattr(PdfMerger, "append", wrong)


@pytest.mark.parametrize(
    ("inject", "message"),
    [
        (swapped_parts, "V42 page 3 of the print run, of packet {first}, does not show the name"),
        (missing_page, "V44 the print run does not begin on the front of a sheet"),
        (duplicate_page, "V44 the print run does not begin on the front of a sheet"),
        (swapped_pages, "V45 the pages of packet {first} have a different text in the print run"),
    ],
)
def test_a_print_run_with_wrong_pages_stops_the_run(
    day: Day, monkeypatch: pytest.MonkeyPatch, inject: Callable[[pytest.MonkeyPatch], None], message: str
) -> None:
    day.write([patient(number) for number in range(5)])
    with monkeypatch.context() as patch:
        inject(patch)
        with pytest.raises(VerificationError) as caught:
            day.call(InProcessExecutor())
    assert_no_file_is_left(day)
    assert day.run().code == 0
    assert str(caught.value) == (
        f"{message.format(first=day.ids()[2])}\n    Do not print anything. Report this as an error in Packets"
    )


def test_of_a_run_that_is_stopped_no_packet_is_kept_if_one_cannot_be_deleted(
    day: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    day.write([patient(number) for number in range(3)])
    with monkeypatch.context() as patch:
        swapped_parts(patch)
        swap = print_run_pages.write

        def write(*arguments: Any) -> Any:
            for name in day.packets():
                (day.folder / name).with_suffix(".html").mkdir()  # a folder in place of a copy
            return swap(*arguments)

        patch.setattr(print_run_pages, "write", write)
        with pytest.raises(VerificationError):
            day.call(InProcessExecutor())
    assert day.packets() == []
    assert "3 made again, 0 unchanged" in day.run().out


def test_the_command_exits_with_6(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    day.write([patient(number) for number in range(5)])
    with monkeypatch.context() as patch:
        swapped_parts(patch)
        outcome = day.run()
    assert outcome.code == 6
    assert "V42 page 3 of the print run, of packet" in outcome.err
    assert_no_file_is_left(day)


def test_the_pages_of_two_packets_show_different_names(day: Day, tmp_path: Path) -> None:
    """The tests above depend on it."""
    day.write([patient(1), patient(2)])
    day.run()
    pages = []
    for name in day.ids().values():
        document = pypdfium2.PdfDocument(day.folder / f"{name}.pdf")
        pages.append(document[0].get_textpage().get_text_range())
        document.close()
    assert patient(1)["patient_name"] in pages[0] and patient(1)["patient_name"] not in pages[1]
