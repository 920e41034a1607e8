"""Write a document as an HL7 v2 message: MDM^T02 (new), T10 (replacement) or T11 (cancelled), HL7 2.5.1 chapter 9.

The PDF is in one OBX segment of type ED. TXA-12 is the packet id, by which receivers replace and cancel documents.
"""

from __future__ import annotations

import base64
import binascii

from packets.export.record_document import Document
from packets.model.export_settings import ExportSettings
from packets.schedule.hl7v2_messages import Message, messages

SUFFIX = ".hl7"
_ESCAPES = str.maketrans({"\\": "\\E\\", "|": "\\F\\", "^": "\\S\\", "&": "\\T\\", "~": "\\R\\"})
_DOCUMENTED, _CANCELLED = "DO", "CA"  # TXA-17, HL7 table 0271
_AVAILABLE = "AV"  # TXA-19, HL7 table 0273


def event_of(document: Document) -> str:
    if document.is_void:
        return "T11"
    return "T10" if document.replaces else "T02"


def write(document: Document, settings: ExportSettings) -> bytes:
    """Return the message, in UTF-8, with a CR after each segment."""
    event, time = event_of(document), f"{document.written:%Y%m%d%H%M%S%z}"
    name = _escaped(document.patient_name)
    born = f"{document.birth_date:%Y%m%d}" if document.birth_date else ""
    kind = f"{_escaped(settings.document_type)}^{_escaped(settings.document_name)}^L"
    status = _CANCELLED if document.is_void else _DOCUMENTED
    segments = [
        _segment(
            "MSH",
            "^~\\&",
            "PACKETS",
            _escaped(settings.facility),
            _escaped(settings.receiver),
            _escaped(settings.receiving_facility),
            time,
            "",
            f"MDM^{event}^MDM_T01" if document.is_void else f"MDM^{event}^MDM_T02",
            f"{document.packet_id}-{event}",
            "P",
            "2.5.1",
            *[""] * 5,
            "UNICODE UTF-8",
        ),
        _segment("EVN", event, time),
        _segment("PID", "1", "", f"{_escaped(document.record_number)}^^^{_escaped(settings.authority)}^MR", "",
                 f"{name}^^^^^^D", "", born),
        _segment("PV1", "1", "U"),
        _segment("TXA", "1", _escaped(settings.document_type), "AP", time, "", time, "", "", "", "", "",
                 f"{document.packet_id}^PACKETS", f"{document.replaces}^PACKETS" if document.replaces else "", "", "",
                 f"{document.packet_id}.pdf", status, "", _AVAILABLE),
    ]  # fmt: skip
    if not document.is_void:
        content = base64.b64encode(document.pdf).decode("ascii")
        data = f"^application^pdf^Base64^{content}"
        segments.append(_segment("OBX", "1", "ED", kind, "", data, *[""] * 5, "F"))
    return ("\r".join(segments) + "\r").encode("utf-8")


def _segment(*fields: str) -> str:
    return "|".join(fields).rstrip("|")


def _escaped(text: str) -> str:
    return text.translate(_ESCAPES)


def is_read_back(data: bytes, document: Document) -> bool:
    """Return whether the message has exactly this document: packet id, record number, and the PDF byte for byte."""
    found = list(messages(data, "export"))
    if len(found) != 1 or not isinstance(found[0], Message):
        return False
    message = found[0]
    pdfs = [message.part(text, 5) for text in message.all("OBX", 5)]
    try:
        decoded = [base64.b64decode(text, validate=True) for text in pdfs]
    except binascii.Error:
        return False
    return (
        message.first("TXA", 12) == document.packet_id
        and message.first("TXA", 13) == document.replaces
        and message.first("PID", 3) == document.record_number
        and message.first("PID", 5) == document.patient_name
        and message.first("MSH", 9, 2) == event_of(document)
        and decoded == ([] if document.is_void else [document.pdf])
    )
