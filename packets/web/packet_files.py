"""Serve the packets of a folder, and read from them whose they are: a ledger holds no names."""

from __future__ import annotations

from pathlib import Path

from flask import Response, abort, request

from packets.batch.folder import SUPERSEDED
from packets.errors import VerificationError
from packets.model.packet_id import is_packet_id
from packets.storage.audit_file import Action
from packets.verify.extract_text import read_pages
from packets.web.audit import record


def packet_file(folder: Path, packet_id: str) -> Path | None:
    """Return the file of a packet, None if the folder has none."""
    if not is_packet_id(packet_id):
        return None
    file = folder / f"{packet_id}.pdf"
    return file if file.is_file() else None


def open_packet(folder: Path, packet_id: str) -> Response:
    """Return the PDF of a packet to open in the browser, and record that it was opened.

    Raise what `pdf_response` raises, or AuditError.
    """
    answer = pdf_response(folder, packet_id)
    if request.method == "GET":
        record(Action.OPENED, packet_id)
    return answer


def pdf_response(folder: Path, packet_id: str) -> Response:
    """Return the PDF of a packet to open in the browser. Abort if the folder has none (404) or it is gone (410)."""
    file = packet_file(folder, packet_id)
    if file is None:
        abort(404)
    return file_response(file)


def file_response(file: Path) -> Response:
    """Return a PDF to open in the browser. Abort if it is gone (410)."""
    try:
        data = file.read_bytes()
    except OSError:
        abort(410)
    return send_pdf(data, file.name)


def send_pdf(data: bytes, file_name: str, *, save: bool = False) -> Response:
    """Return a PDF to open in the browser, or to save under this name."""
    answer = Response(data, content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'{"attachment" if save else "inline"}; filename="{file_name}"'
    return answer


def printed_patient(folder: Path, packet_id: str) -> str:
    """Return name and record number as the header of a packet prints them, "" if they cannot be read.

    A packet that was replaced is read from the folder of such packets. The caller holds the lock of the PDF library.
    """
    file = packet_file(folder, packet_id) or packet_file(folder / SUPERSEDED, packet_id)
    if file is None:
        return ""
    try:
        text = next(read_pages(file, 0, 1), "")
    except (OSError, VerificationError):
        return ""
    before, found, _ = text.partition(packet_id)
    return " ".join(before.split()[:-1]) if found else ""  # the last word is the label of the packet id
