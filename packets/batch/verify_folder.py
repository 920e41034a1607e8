"""Verify that every file of a batch folder is unchanged, byte for byte."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

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


def verify_folder(path: Path, ledger: Ledger) -> tuple[int, tuple[Problem, ...]]:
    """Return the number of packets, and a problem (D07, D08, D85, W85) for each file that is not as it was made.

    A packet that was mailed and purged may be missing, and so may a superseded file.
    """
    folder, problems = Folder(path), list[Problem]()
    packets = {packet.id: packet for packet in ledger.packets()}
    purged = set(ledger.get_meta("purged").split())
    ready = [
        packet
        for packet in packets.values()
        if packet.state in LIVE and packet.sha256 and not (packet.id in purged and not is_there(folder.file(packet)))
    ]
    for packet in ready:
        what = f"the file of packet {packet.id}"
        problems += _compare(folder.file(packet), packet.sha256, what, _AGAIN.format("this packet"))
        if digest := ledger.html_sha256(packet.id):
            what = f"the HTML copy of packet {packet.id}"
            hint = "Run the same batch command again with --html: it makes this copy again"
            problems += _compare(folder.html(packet), digest, what, hint)
    for packet in packets.values():
        if packet.state not in LIVE:
            problems += _verify_void(folder, packet)
    for file in folder.packet_files():
        if file.stem not in packets:
            hint = "Move it out of this folder: the patient is not known"
            problems.append(Problem("D08", "this packet was not made in this folder", hint, str(file)))
    problems += _print_runs(path, ledger)
    for name, digest in zip((MANIFEST, PROBLEMS), ledger.get_meta(LISTS).split(), strict=False):
        if digest != "-" or is_there(path / name):
            problems += _compare(path / name, digest, name, _AGAIN.format("this list"))
    return len(ready), tuple(problems)


def unverified_lists(ledger: Ledger) -> str:
    """Return a sentence about what `verify_folder` cannot check, or ""."""
    if ledger.get_meta(LISTS):
        return ""
    return f"{MANIFEST} and {PROBLEMS} are not checked: the last run did not finish, or an earlier version wrote them"


def _compare(file: Path, digest: str, what: str, hint: str) -> Iterator[Problem]:
    try:
        current = digest_of(file)
    except WriteError as error:
        yield from error.problems
        return
    if current != digest:
        yield Problem("D07", f"{what} {'has changed since it was made' if current else 'is missing'}", hint, str(file))


def _verify_void(folder: Folder, packet: Packet) -> Iterator[Problem]:
    """Verify a superseded or cancelled packet; one that was never finished has no digest to compare with."""
    if is_there(folder.file(packet)):
        hint = "Run the same batch command again: it moves this file to superseded/"
        message = f"packet {packet.id} is void, and its file is still with the others"
        yield Problem("D85", message, hint, str(folder.file(packet)))
    file = folder.path / SUPERSEDED / folder.file(packet).name
    if packet.sha256 and is_there(file):
        hint = "Delete it or restore it from a backup: it is void and only kept for the record"
        yield from _compare(file, packet.sha256, f"the superseded file of packet {packet.id}", hint)


def _print_runs(path: Path, ledger: Ledger) -> Iterator[Problem]:
    hint = _AGAIN.format("the print run")
    for name, meta in ((PRINT_RUN, "print_run"), (CHANGES, "changes")):
        digest = ledger.get_meta(meta).partition(" ")[0]
        if is_there(path / name) and digest:
            yield from _compare(path / name, digest, "the print run", hint)
    for file in sorted(path.iterdir()):
        if FROM.fullmatch(file.name):  # the ledger has the digest of the last one only
            try:
                with reading(file):
                    intact = digest_matches(file.read_bytes())
            except WriteError as error:
                yield from error.problems
                continue
            if not intact:
                yield Problem("D07", "the print run has changed since it was made", hint, str(file))
