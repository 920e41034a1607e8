"""Test the print run: where packets start, blank pages, the run sheet, sorting, and printing again after a jam."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pypdfium2
import pytest
from msgspec.structs import replace

from packets.batch import print_run_pages
from packets.batch.print_run_pages import Entry, Expected, RunSheet, run_sheets, verify_pages
from packets.errors import VerificationError
from packets.model.case import PrintOptions
from packets.verified_pdf import RenderedPdf
from packets.verify.extract_text import read
from tests.batch.day import Day, patient
from tests.batch.test_batch import texts

BLANK = "This page is blank on purpose."


def ids_on(pages: list[str]) -> list[str]:
    """Return the packet id on each page, or "" for a page of the run sheet."""
    matches = [re.search(r"Packet ([2-9A-Z]{4}-[2-9A-Z]{4})", page) for page in pages]
    return [match[1] if match else "" for match in matches]


def packet_order(ids: list[str]) -> list[str]:
    """Return each packet id once, in the order of the pages."""
    return [name for index, name in enumerate(ids) if name and (index == 0 or ids[index - 1] != name)]


def test_each_packet_starts_on_the_front_of_a_sheet(day: Day) -> None:
    day.write([patient(1), patient(2, large_print="yes"), patient(3, patient_name="Nguyễn Thị Minh Khai"), patient(4)])
    day.run()
    pages = texts(day.folder / "print-run.pdf")
    names = ids_on(pages)
    assert len(pages) % 2 == 0 and len(pages) == day.manifest()["print_run"]["pages"]
    counts = {packet["packet_id"]: packet["pages"] for packet in day.manifest()["packets"]}
    assert len(set(counts.values())) > 1, "the test needs packets with odd and even page counts"
    for name, count in counts.items():
        first = names.index(name)
        assert first % 2 == 0 and f"Page 1 of {count}" in pages[first]
        assert names[first : first + count] == [name] * count
        if count % 2:
            blank = pages[first + count]
            assert BLANK in blank and name in blank and "Page " not in blank
            assert patient(1)["mrn"][:6] in blank
    assert packet_order(names) == list(day.ids().values())


def test_the_run_sheet_comes_first_and_names_no_patient(day: Day) -> None:
    rows = [patient(number) for number in range(1, 5)]
    day.write(rows)
    day.run()
    pages = texts(day.folder / "print-run.pdf")
    assert "Run sheet" in pages[0]
    assert BLANK in pages[1]
    sheet = 2
    for packet in day.manifest()["packets"]:
        last = sheet + (packet["pages"] + 1) // 2 - 1
        assert re.search(rf"{packet['packet_id']}\s+{packet['pages']}\s+{sheet}.{last}", pages[0]), packet
        assert ids_on(pages)[2 * sheet - 2] == packet["packet_id"]
        sheet = last + 1
    for row in rows:
        assert row["patient_name"] not in pages[0] and row["mrn"] not in pages[0]


def test_a_one_sided_print_run_has_no_blank_pages_and_says_one_side(day: Day) -> None:
    day.write([patient(1), patient(2, large_print="yes"), patient(3)])
    day.run()
    two_sided = day.bytes()["print-run.pdf"]
    outcome = day.run("--one-sided")
    file = day.folder / "print-run.pdf"
    pages = texts(file)
    counts = [packet["pages"] for packet in day.manifest()["packets"]]
    assert any(count % 2 for count in counts), "the test needs a packet with an odd page count"
    assert not any(BLANK in page for page in pages) and len(pages) == 1 + sum(counts)
    assert f"{file}: 3 packets, {len(pages)} pages on {len(pages)} sheets" in outcome.out
    assert day.manifest()["print_run"]["sheets"] == len(pages)
    assert "Print on one side of the paper." in pages[0] and "both sides" not in pages[0]
    sheet = 2
    for name, count in zip(day.ids().values(), counts, strict=True):
        assert re.search(rf"{name}\s+{count}\s+{sheet}.{sheet + count - 1}", pages[0])
        assert ids_on(pages)[sheet - 1 : sheet - 1 + count] == [name] * count
        sheet += count
    import pikepdf

    with pikepdf.open(file) as pdf:
        assert str(pdf.Root.ViewerPreferences.Duplex) == "/Simplex"
    one_sided, last = day.bytes()["print-run.pdf"], day.ids()[4]
    outcome = day.run("--from", last)  # after a jam, printed one-sided again
    assert (outcome.code, outcome.err) == (0, "") and day.bytes()["print-run.pdf"] == one_sided
    assert not any(BLANK in page for page in texts(day.folder / f"print-run-from-{last}.pdf"))
    assert day.run().code == 0 and day.bytes()["print-run.pdf"] == two_sided


def test_a_print_run_that_lacks_rows_says_that_it_is_not_complete(day: Day) -> None:
    day.write([patient(1), patient(2)])
    day.run()
    assert "Not complete" not in texts(day.folder / "print-run.pdf")[0]
    for bad, words in (
        ([3], "1 row of the schedule could not be made and is"),
        ([3, 4], "2 rows of the schedule could not be made and are"),
    ):
        day.write([patient(1), patient(2), *(patient(number, collar="") for number in bad)])
        assert day.run().code == 3
        run_sheet = " ".join(texts(day.folder / "print-run.pdf")[0].split())
        assert f"Not complete: {words} not in this print run. See problems.csv." in run_sheet


def page_texts(sheets: Iterable[RenderedPdf]) -> list[list[str]]:
    return [list(read(sheet.data)) for sheet in sheets]


def test_sheet_numbers_include_a_long_run_sheet() -> None:
    (sheet,) = run_sheets([Entry("7KQ4-M2F4", 3)] * 100, PrintOptions(), RunSheet())
    assert sheet.pages > 4
    first = -(-sheet.pages // 2) + 1
    assert f"100 packets on sheets {first} to {first + 199}." in read(sheet.data)[0]


def test_a_very_long_run_sheet_is_split_into_parts() -> None:
    sheets = list(run_sheets([Entry("7KQ4-M2F4", 4)] * 700, PrintOptions(), RunSheet()))
    first = sum(-(-sheet.pages // 2) for sheet in sheets) + 1
    parts = page_texts(sheets)
    assert len(parts) == 3
    for number, (pages, count) in enumerate(zip(parts, (300, 300, 100), strict=True), 1):
        assert f"{count} packets on sheets {first} to {first + 2 * count - 1}." in pages[0]
        assert f"Run sheet, part {number} of 3" in pages[0]
        first += 2 * count


def test_a_run_of_one_packet_and_a_run_of_none(day: Day) -> None:
    assert (
        "1 packet on sheets 2 to 2."
        in page_texts(run_sheets([Entry("7KQ4-M2F4", 2)], PrintOptions(), RunSheet()))[0][0]
    )
    day.write([patient(1, collar="")])
    assert day.run().code == 3
    assert day.manifest()["print_run"] is None
    assert not (day.folder / "print-run.pdf").exists()


@pytest.mark.parametrize(
    ("by", "order"),
    [("schedule", [2, 3, 4, 5]), ("time", [5, 3, 2, 4]), ("room", [3, 2, 5, 4]), ("surgeon", [5, 3, 2, 4])],
)
def test_packets_are_sorted_by_the_chosen_column(day: Day, by: str, order: list[int]) -> None:
    day.write(
        [
            patient(1, start_time="09:00", room="OR 10", surgeon="Dr. B"),
            patient(2, start_time="07:30", room="OR 2", surgeon="Dr. B"),
            patient(3, start_time="", room="", surgeon="Dr. C"),
            patient(4, start_time="07:00", room="OR 10", surgeon="Dr. A"),
        ]
    )
    if by == "room":
        order = [3, 5, 2, 4]  # by time within a room
    assert day.run("--sort", by).code == 0
    ids = day.ids()
    assert packet_order(ids_on(texts(day.folder / "print-run.pdf"))) == [ids[row] for row in order]


@pytest.mark.parametrize("by", ["time", "room", "surgeon"])
def test_sorting_keeps_the_packets_of_each_day_together(day: Day, by: str) -> None:
    late = {"start_time": "13:00", "room": "OR 9", "surgeon": "Dr. Z"}
    early = {"start_time": "07:00", "room": "OR 1", "surgeon": "Dr. A"}
    tuesday = {"surgery_date": "2026-12-08"}
    day.write([patient(1, **early, **tuesday), patient(2, **late), patient(3, **late, **tuesday), patient(4, **early)])
    assert day.run("--sort", by).code == 0
    ids = day.ids()
    assert packet_order(ids_on(texts(day.folder / "print-run.pdf"))) == [ids[row] for row in (5, 3, 2, 4)]


def test_printing_again_starts_at_the_given_packet(day: Day) -> None:
    day.write([patient(number) for number in range(1, 5)])
    day.run()
    ids = list(day.ids().values())
    print_run = (day.folder / "print-run.pdf").read_bytes()
    outcome = day.run("--from", ids[2][:6].lower())
    assert outcome.code == 0
    file = day.folder / f"print-run-from-{ids[2]}.pdf"
    assert f"{file}: 2 packets" in outcome.out
    assert packet_order(ids_on(texts(file))) == ids[2:]
    assert (day.folder / "print-run.pdf").read_bytes() == print_run
    for dry in ([], ["--dry-run"]):
        outcome = day.run("--from", "0000", *dry)
        assert (outcome.code, outcome.err) == (
            2,
            "--from: Q20 no packet of this print run begins with this id\n"
            "    Look at the run sheet, or at the top of a page\n",
        )


def test_printing_again_keeps_the_order_of_the_last_run(day: Day) -> None:
    """After a jam, nobody remembers to repeat --sort; in another order, packets would be missed without notice."""
    rooms = ("OR 3", "OR 1", "OR 2", "OR 4")
    rows = [patient(number, room=room) for number, room in enumerate(rooms, 1)]
    day.write(rows)
    day.run("--sort", "room")
    ids, print_run = day.ids(), (day.folder / "print-run.pdf").read_bytes()
    outcome = day.run("--from", ids[4])
    assert (outcome.code, outcome.err) == (0, "")
    assert packet_order(ids_on(texts(day.folder / f"print-run-from-{ids[4]}.pdf"))) == [ids[4], ids[2], ids[5]]
    assert (day.folder / "print-run.pdf").read_bytes() == print_run

    note = (
        "Note: schedule: Q14 the print run is not the one that was made last, and packets that were never printed "
        "may come before this one\n    Compare its run sheet with the paper, or print the whole run.\n"
    )
    assert day.run("--from", ids[4], "--sort", "schedule").err == note
    day.write([patient(5, room="OR 0"), *rows])  # this packet was never printed
    assert day.run("--from", ids[4]).err == note


def test_the_print_run_can_be_written_to_another_folder(day: Day, tmp_path: Path) -> None:
    day.write([patient(1)])
    target = tmp_path / "tray" / "run.pdf"
    assert day.run("--print-run", str(target)).code == 5  # the folder does not exist
    target.parent.mkdir()
    assert day.run("--print-run", str(target)).code == 0
    assert ids_on(texts(target)).count(day.ids()[2]) >= 2
    assert day.manifest()["print_run"]["file"] == str(target)


def test_the_print_run_never_overwrites_another_file_of_the_folder(day: Day) -> None:
    day.write([patient(1)])
    day.run()
    before = day.bytes()
    for name in ("ledger.db", "ledger.db-wal", day.packets()[0], "manifest.json", "print-run.pdf", ".packets.lock"):
        outcome = day.run("--only-changed", "--print-run", str(day.folder / name))
        assert (outcome.code, outcome.err) == (
            2,
            "--print-run: U29 another file of this folder has this name\n"
            "    Leave --print-run out, or type another name.\n",
        )
    assert day.bytes() == before and day.run().code == 0
    assert day.run("--print-run", str(day.folder / "ward3.pdf")).code == 0


def test_a_circular_link_as_print_run_is_reported_and_the_packets_are_kept(day: Day) -> None:
    day.write([patient(1)])
    loop = day.place / "loop.pdf"
    loop.symlink_to(loop)
    outcome = day.run("--print-run", str(loop))
    assert outcome.code == 5
    assert outcome.err.endswith(
        f"{loop}: W10 cannot be written: Too many levels of symbolic links\n"
        "    A symbolic link leads back to itself: delete it, or type another path\n"
    )
    assert len(day.packets()) == 1


def test_an_intact_print_run_is_not_written_again(day: Day) -> None:
    day.write([patient(1), patient(2)])
    day.run()
    file = day.folder / "print-run.pdf"
    before = file.stat().st_ino
    day.run()
    assert file.stat().st_ino == before
    file.write_bytes(file.read_bytes()[:-1])
    damaged = day.bytes()["print-run.pdf"]
    day.run()
    assert day.bytes()["print-run.pdf"] != damaged


def test_the_file_is_valid_and_asks_for_two_sided_printing(day: Day) -> None:
    day.write([patient(1), patient(2, patient_name="Žofie Нова")])
    day.run()
    file = day.folder / "print-run.pdf"
    if shutil.which("qpdf"):
        checked = subprocess.run(["qpdf", "--check", str(file)], capture_output=True, text=True)
        assert checked.returncode == 0 and "WARNING" not in checked.stdout + checked.stderr
    import pikepdf

    with pikepdf.open(file) as pdf:
        preferences = pdf.Root.ViewerPreferences
        assert (str(preferences.Duplex), str(preferences.PrintScaling)) == ("/DuplexFlipLongEdge", "/None")
        assert str(pdf.docinfo.Title) == "Run sheet"
        for page in pdf.pages:
            for font in page.resources.get("/Font", {}).values():
                descendant = font.DescendantFonts[0] if "/DescendantFonts" in font else font
                assert {"/FontFile2", "/FontFile3"} & set(descendant.FontDescriptor.keys()), "a font is not embedded"


def test_pages_look_the_same_as_in_the_packet_files(day: Day) -> None:
    day.write([patient(1, patient_name="Žofie Nguyễn Нова"), patient(2, large_print="yes")])
    day.run()
    print_run = pypdfium2.PdfDocument(day.folder / "print-run.pdf")
    names = ids_on(texts(day.folder / "print-run.pdf"))
    compared = 0
    for name in day.ids().values():
        packet = pypdfium2.PdfDocument(day.folder / f"{name}.pdf")
        for number in range(len(packet)):
            pictures = [
                d[n].render(scale=0.7).to_pil() for d, n in ((packet, number), (print_run, names.index(name) + number))
            ]
            assert pictures[0].tobytes() == pictures[1].tobytes(), (name, number)
            compared += 1
        packet.close()
    print_run.close()
    assert compared > 5


def test_verification_of_the_print_run_reports_each_kind_of_error(day: Day) -> None:
    day.write([patient(1)])
    day.run()
    file, name = day.folder / "print-run.pdf", day.ids()[2]
    pages = day.manifest()["packets"][0]["pages"]
    expected = Expected(name, pages, "Bruno Abel", "00000001", BLANK if pages % 2 else "")
    assert len(verify_pages(file, 2, [expected])) == 1
    for wrong, page, message in (
        (replace(expected, name="Ada Abel"), 3, "V42 {}, does not show the name"),
        (replace(expected, record_number="00000002"), 3, "V42 {}, does not show the record number"),
        (replace(expected, packet_id="2222-2222"), 3, "V42 {}, does not show the packet id"),
        (replace(expected, pages=90), 3 + pages + pages % 2, "V41 {}, is missing or empty"),
        (replace(expected, pages=pages - 1), 2 + pages, "V43 {}, is not the blank page that it should be"),
    ):
        with pytest.raises(VerificationError) as caught:
            verify_pages(file, 2, [replace(wrong, blank=expected.blank or BLANK)])
        where = f"page {page} of the print run, of packet {wrong.packet_id}"
        hint = "\n    Do not print anything. Report this as an error in Packets"
        assert str(caught.value) == message.format(where) + hint


def test_a_packet_file_changed_during_the_run_is_not_printed(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    day.write([patient(1), patient(2)])
    write = print_run_pages.write

    def write_after_change(*arguments: object) -> object:
        packet = day.folder / day.packets()[0]
        packet.write_bytes(packet.read_bytes() + b" ")
        return write(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(print_run_pages, "write", write_after_change)
    outcome = day.run()
    assert outcome.code == 6
    assert "D07 the file of packet" in outcome.err and "has changed since it was made" in outcome.err
