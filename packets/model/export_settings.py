"""Define how a clinic's packets are written for its record system."""

from __future__ import annotations

from msgspec import Struct


class ExportSettings(Struct, frozen=True):
    """The `export:` block of content/clinic.yaml."""

    authority: str  # PID-3.4
    system: str  # FHIR identifier system of the record numbers
    packet_system: str  # FHIR identifier system of the packet ids
    facility: str  # MSH-4
    document_type: str
    document_name: str
    receiver: str = ""  # MSH-5
    receiving_facility: str = ""  # MSH-6
    loinc: str = ""
