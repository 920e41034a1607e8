"""Write a document as a FHIR R4 transaction Bundle of one DocumentReference with the PDF inside.

The subject is named by the record number, never by a guessed id. The transaction creates the document only if the
server does not have its identifier yet (FHIR R4 3.1.0.8.1, ifNoneExist).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import uuid
from typing import Any
from urllib.parse import quote

from packets.export.record_document import Document
from packets.model.export_settings import ExportSettings

SUFFIX = ".json"


def write(document: Document, settings: ExportSettings) -> bytes:
    """Return the Bundle as JSON."""
    resource = _document_reference(document, settings)
    token = quote(f"{settings.packet_system}|{document.packet_id}", safe=":/")
    if document.is_void:
        request = {"method": "PUT", "url": f"DocumentReference?identifier={token}"}
    else:
        request = {"method": "POST", "url": "DocumentReference", "ifNoneExist": f"identifier={token}"}
    full_url = uuid.uuid5(uuid.NAMESPACE_URL, f"{settings.packet_system}|{document.packet_id}").urn
    bundle = {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [{"fullUrl": full_url, "resource": resource, "request": request}],
    }
    return (json.dumps(bundle, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def _document_reference(document: Document, settings: ExportSettings) -> dict[str, Any]:
    identifier = {"system": settings.packet_system, "value": document.packet_id}
    codings = [{"code": settings.document_type, "display": settings.document_name}]
    if settings.loinc:
        codings.insert(0, {"system": "http://loinc.org", "code": settings.loinc})
    attachment: dict[str, Any] = {
        "contentType": "application/pdf",
        "language": document.language,
        "title": document.title,
        "creation": document.written.isoformat(timespec="seconds"),
    }
    if not document.is_void:
        attachment |= {
            "data": base64.b64encode(document.pdf).decode("ascii"),
            "size": len(document.pdf),
            "hash": base64.b64encode(hashlib.sha1(document.pdf, usedforsecurity=False).digest()).decode("ascii"),
        }
    resource: dict[str, Any] = {
        "resourceType": "DocumentReference",
        "masterIdentifier": identifier,
        "identifier": [identifier],
        "status": "entered-in-error" if document.is_void else "current",
        "docStatus": "entered-in-error" if document.is_void else "final",
        "type": {"coding": codings, "text": settings.document_name},
        "subject": {
            "type": "Patient",
            "identifier": {"system": settings.system, "value": document.record_number},
        },
        "date": document.written.isoformat(timespec="seconds"),
        "description": document.title,
        "content": [{"attachment": attachment}],
    }
    if document.replaces:
        target = {"identifier": {"system": settings.packet_system, "value": document.replaces}}
        resource["relatesTo"] = [{"code": "replaces", "target": {"type": "DocumentReference", **target}}]
    return resource


def is_read_back(data: bytes, document: Document) -> bool:
    """Return whether the Bundle has exactly this document: packet id, record number, and the PDF byte for byte."""
    (entry,) = json.loads(data)["entry"]
    resource = entry["resource"]
    try:
        pdfs = [
            base64.b64decode(content["attachment"]["data"], validate=True)
            for content in resource["content"]
            if "data" in content["attachment"]
        ]
    except binascii.Error:
        return False
    replaced = [relation["target"]["identifier"]["value"] for relation in resource.get("relatesTo", ())]
    return (
        resource["masterIdentifier"]["value"] == document.packet_id
        and resource["subject"]["identifier"]["value"] == document.record_number
        and replaced == ([document.replaces] if document.replaces else [])
        and (resource["status"] == "entered-in-error") is document.is_void
        and pdfs == ([] if document.is_void else [document.pdf])
    )
