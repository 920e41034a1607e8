"""Verify that every file of a batch folder is unchanged, byte for byte."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from packets.batch.folder import CHANGES, FROM, MANIFEST, PRINT_RUN, PROBLEMS, SUPERSEDED, Folder, digest_of
from packets.batch.packet_ledger import LIVE, Ledger, Packet
from packets.errors import Problem, WriteError
from packets.pdf.file_id import digest_matches
from packets.storage.files import is_there, reading

LISTS = "lists"  # ledger metadata: the digests of manifest.json and problems.csv
_AGAIN = "Run the same batch command again: it makes {} again"


def lists_written(path: Path) -> str:
    """Return the digests of the two lists, for the ledger; "-" for a missing one."""
    return " ".join(digest_of(path / name) or "-" for name in (MANIFEST, PROBLEMS))


class ExpectedFile(Struct, frozen=True):
    """A file whose checksum the ledger has; `name` is its path in the folder, `what` and `hint` are for messages."""

    name: str
    sha256: str
    required: bool
    what: str
    hint: str


def expected_files(ledger: Ledger) -> Iterator[ExpectedFile]:
    """Yield the files that the folder must or may have.

    A packet that was mailed and purged may be missing, and so may a superseded file or a print run.
    """
    purged = set(ledger.get_meta("purged").split())
    for packet in ledger.packets():
        if packet.state in LIVE and packet.sha256:
            required, hint = packet.id not in purged, _AGAIN.format("this packet")
            yield ExpectedFile(f"{packet.id}.pdf", packet.sha256, required, f"the file of packet {packet.id}", hint)
            if digest := ledger.html_sha256(packet.id):
                what = f"the HTML copy of packet {packet.id}"
                hint = "Run the same batch command again with --html: it makes this copy again"
                yield ExpectedFile(f"{packet.id}.html", digest, required, what, hint)
        elif packet.sha256:
            hint = "Delete it or restore it from a backup: it is void and only kept for the record"
            what = f"the superseded file of packet {packet.id}"
            yield ExpectedFile(f"{SUPERSEDED}/{packet.id}.pdf", packet.sha256, False, what, hint)
    for name, meta in ((PRINT_RUN, "print_run"), (CHANGES, "changes")):
        if digest := ledger.get_meta(meta).partition(" ")[0]:
            yield ExpectedFile(name, digest, False, "the print run", _AGAIN.format("the print run"))
    for name, digest in zip((MANIFEST, PROBLEMS), ledger.get_meta(LISTS).split(), strict=False):
        yield ExpectedFile(name, digest, digest != "-", name, _AGAIN.format("this list"))


def verify_folder(path: Path, ledger: Ledger) -> tuple[int, tuple[Problem, ...]]:
    """Return the number of packets, and a problem (D07, D08, D85, W85) for each file that is not as it was made."""
    folder, problems = Folder(path), list[Problem]()
    packets = {packet.id: packet for packet in ledger.packets()}
    for expected in expected_files(ledger):
        if expected.required or is_there(path / expected.name):
            problems += _compare(path / expected.name, expected)
    for packet in packets.values():
        if packet.state not in LIVE and is_there(folder.file(packet)):
            problems.append(not_moved(packet, folder.file(packet)))
    for file in folder.packet_files():
        if file.stem not in packets:
            hint = "Move it out of this folder: the patient is not known"
            problems.append(Problem("D08", "this packet was not made in this folder", hint, str(file)))
    problems += _print_runs_from_a_packet_on(path)
    purged = set(ledger.get_meta("purged").split())
    ready = [
        packet
        for packet in packets.values()
        if packet.state in LIVE and packet.sha256 and not (packet.id in purged and not is_there(folder.file(packet)))
    ]
    return len(ready), tuple(problems)


def unverified_lists(ledger: Ledger) -> str:
    """Return a sentence about what `verify_folder` cannot check, or ""."""
    if ledger.get_meta(LISTS):
        return ""
    return f"{MANIFEST} and {PROBLEMS} are not checked: the last run did not finish, or an earlier version wrote them"


def _compare(file: Path, expected: ExpectedFile) -> Iterator[Problem]:
    try:
        current = digest_of(file)
    except WriteError as error:
        yield from error.problems
        return
    if current != expected.sha256:
        yield changed(expected, str(file), is_missing=not current)


def changed(expected: ExpectedFile, path: str, *, is_missing: bool) -> Problem:
    """Return the problem (D07) of a file that is not the one that was made."""
    how = "is missing" if is_missing else "has changed since it was made"
    return Problem("D07", f"{expected.what} {how}", expected.hint, path)


def not_moved(packet: Packet, file: Path) -> Problem:
    """Return the problem (D85) of a void packet whose file is not in superseded/."""
    hint = "Run the same batch command again: it moves this file to superseded/"
    return Problem("D85", f"packet {packet.id} is void, and its file is still with the others", hint, str(file))


def _print_runs_from_a_packet_on(path: Path) -> Iterator[Problem]:
    """Yield the print runs that were changed; the ledger has the digest of the last one only."""
    for file in sorted(path.iterdir()):
        if FROM.fullmatch(file.name):
            try:
                with reading(file):
                    intact = digest_matches(file.read_bytes())
            except WriteError as error:
                yield from error.problems
                continue
            if not intact:
                yield Problem(
                    "D07", "the print run has changed since it was made", _AGAIN.format("the print run"), str(file)
                )
