"""Read from a packet whose it is, because a ledger has no names, and remember it while the server runs."""

from __future__ import annotations

import threading
from collections import OrderedDict
from pathlib import Path

from msgspec import Struct, field

from packets.batch.folder import SUPERSEDED
from packets.errors import VerificationError
from packets.values import HiddenFields
from packets.verify.extract_text import read_pages
from packets.web.packet_files import packet_file

MAX_KEPT = 50_000  # packets, with about 0.3 kB each


class PrintedPatients(HiddenFields, Struct, eq=False):
    """The patients of packets. A file is read again when it has changed: reading takes 2 ms, and a search reads all.

    `pdf_lock` is the lock of the PDF library.
    """

    pdf_lock: threading.Lock
    _known: OrderedDict[Path, tuple[tuple[int, int], str]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def patient(self, folder: Path, packet_id: str) -> str:
        """Return name and record number as the header of a packet prints them, "" if they cannot be read.

        A packet that was replaced is read from the folder of such packets.
        """
        file = packet_file(folder, packet_id) or packet_file(folder / SUPERSEDED, packet_id)
        try:
            stat = file.stat() if file else None
        except OSError:
            stat = None
        if file is None or stat is None:
            return ""
        stamp = stat.st_mtime_ns, stat.st_size
        with self._lock:
            known = self._known.get(file)
            if known and known[0] == stamp:
                self._known.move_to_end(file)
                return known[1]
        with self.pdf_lock:
            patient = _printed_patient(file, packet_id)
        if not patient:
            return ""  # not remembered: the next search reads the file again
        with self._lock:
            self._known[file] = stamp, patient
            while len(self._known) > MAX_KEPT:
                self._known.popitem(last=False)
        return patient

    def forget_deleted(self) -> None:
        """Forget the patients of packets that were deleted, as at the end of the retention period."""
        with self._lock:
            files = list(self._known)
        deleted = [file for file in files if not file.is_file()]
        with self._lock:
            for file in deleted:
                self._known.pop(file, None)


def _printed_patient(file: Path, packet_id: str) -> str:
    try:
        text = next(read_pages(file, 0, 1), "")
    except (OSError, VerificationError):
        return ""
    before, found, _ = text.partition(packet_id)
    return " ".join(before.split()[:-1]) if found else ""  # the last word is the label of the packet id
