"""Serve the packets of a folder."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

from flask import Response, abort, request

from packets.batch.ledger_copy import ledger_copy
from packets.batch.packet_ledger import State
from packets.errors import PacketsError
from packets.model.packet_id import is_packet_id
from packets.storage.audit_file import Action
from packets.web.audit import record


def packet_file(folder: Path, packet_id: str) -> Path | None:
    """Return the file of a packet, None if the folder has none."""
    if not is_packet_id(packet_id):
        return None
    file = folder / f"{packet_id}.pdf"
    return file if file.is_file() else None


def can_be_opened(folder: Path, packet_id: str, state: State) -> bool:
    """Return whether a packet is ready and its file is there: that of a void packet may be left."""
    return state is State.READY and packet_file(folder, packet_id) is not None


def open_packet(folder: Path, packet_id: str, clock: Callable[[], dt.datetime]) -> Response:
    """Return the PDF of a packet to open in the browser, and record that it was opened.

    Raise what `pdf_response` raises, or AuditError.
    """
    answer = pdf_response(folder, packet_id, clock)
    if request.method == "GET":
        record(Action.OPENED, packet_id)
    return answer


def pdf_response(folder: Path, packet_id: str, clock: Callable[[], dt.datetime]) -> Response:
    """Return the PDF of a packet to open in the browser.

    Abort if the folder has none (404), or if it is gone or the ledger does not say that it is ready (410): the file of
    a void packet may be left if it could not be deleted.
    """
    file = packet_file(folder, packet_id)
    if file is None:
        abort(404)
    try:
        with ledger_copy(folder, clock) as ledger:
            is_ready = any(packet.id == packet_id and packet.state is State.READY for packet in ledger.packets())
    except PacketsError:
        abort(410, f"The ledger cannot be read, so nobody knows whether packet {packet_id} is valid. Call IT now.")
    if not is_ready:
        abort(410, f"Packet {packet_id} is not valid: it was withdrawn, replaced or cancelled, or never finished.")
    return file_response(file)


def file_response(file: Path) -> Response:
    """Return a PDF to open in the browser. Abort if it is gone (410)."""
    try:
        data = file.read_bytes()
    except OSError:
        abort(410, "The file was moved or deleted, or cannot be read. Go back, and load that page again.")
    return send_pdf(data, file.name)


def send_pdf(data: bytes, file_name: str, *, save: bool = False) -> Response:
    """Return a PDF to open in the browser, or to save under this name."""
    answer = Response(data, content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'{"attachment" if save else "inline"}; filename="{file_name}"'
    return answer
