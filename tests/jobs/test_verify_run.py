"""`verify` of a print run on its own, and of everything in the folder of a batch."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf

from packets.app import cli
from packets.output.seal import sealed
from tests.jobs.day import Day, Outcome, patient


def verify(day: Day, *paths: Path) -> Outcome:
    from contextlib import redirect_stderr, redirect_stdout

    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = cli.run(["verify", *map(str, paths), "--content", str(day.content)])
    return Outcome(int(code), out.getvalue(), err.getvalue())


def test_a_finished_print_run_is_intact_on_its_own(day: Day, tmp_path: Path) -> None:
    day.write([patient(1), patient(2, large_print="yes"), patient(3)])
    day.run("--only-changed")
    day.run("--from", day.ids()[3])
    runs = sorted(day.folder.glob("print-run*.pdf"))
    assert len(runs) == 3
    for run in runs:
        pages = len(pikepdf.open(run).pages)
        assert verify(day, run) == Outcome(0, f"{run}: whole, {pages} pages\n", "")
    data = bytearray(runs[0].read_bytes())
    data[len(data) // 2] ^= 1
    altered = tmp_path / "altered.pdf"
    altered.write_bytes(data)
    assert verify(day, altered) == Outcome(6, "", f"{altered}: V02 the file has changed since it was made\n")


def test_a_print_run_with_a_page_dropped_or_a_packet_missing_is_not(day: Day, tmp_path: Path) -> None:
    day.write([patient(1), patient(2)])
    day.run()
    pages = day.manifest()["packets"][0]["pages"]
    packet = day.ids()[2]

    def without(first: int, count: int) -> Outcome:
        with pikepdf.open(day.folder / "print-run.pdf") as pdf:
            del pdf.pages[first : first + count]
            out = io.BytesIO()
            pdf.save(out)
        cut = tmp_path / "cut.pdf"
        cut.write_bytes(sealed(out.getvalue()))
        return verify(day, cut)

    outcome = without(3, 1)
    assert outcome.code == 6
    assert f"V09 packet {packet}: page 1 has no line that says which page of how many it is" in outcome.err
    outcome = without(2, pages + pages % 2)
    assert outcome.err == (
        f"{tmp_path / 'cut.pdf'}: V85 the pages are not those of the packets that the run sheet lists, in its order\n"
    )
