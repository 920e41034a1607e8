"""Store what a nurse typed about a packet's mail in a file beside the packet, and read it back.

A web outbox has no schedule. Its entry files hold what a schedule row holds, for the few packets that wait to be
mailed, and only their owner can read them.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct
from msgspec.structs import asdict

from packets.errors import InvalidInputError, Problem
from packets.model.case import Case, Stage
from packets.storage.files import remove, write_whole
from packets.values import HiddenFields

_FILE_NAME = re.compile(r"[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}\.json")


class WebEntry(HiddenFields, Struct, frozen=True):
    """All values as text, like the cells of a row; `at` is UTC in ISO 8601."""

    at: str
    patient_name: str
    mrn: str
    procedure: str
    surgery_date: str
    surgeon: str
    language: str
    status: str
    email: str
    email_consent: str
    email_confirmed: str
    site: str = ""  # entries written before clinics could have sites have none

    @property
    def mail(self) -> tuple[str, str, str]:
        return (self.email, self.email_consent, self.email_confirmed)

    def case(self, packet_id: str) -> Case:
        """Return the case, without the answers to its questions: a mail does not need them."""
        return Case(
            procedure=self.procedure,
            patient_name=self.patient_name,
            record_number=self.mrn,
            surgery_date=dt.date.fromisoformat(self.surgery_date),
            surgeon=self.surgeon,
            answers={},
            packet_id=packet_id,
            language=self.language,
            stage=Stage(self.status) if self.status else None,
            site=self.site,
        )


def new_entry(case: Case, address: str, at: str) -> WebEntry:
    """Return the entry of a patient who consents, with a confirmed address."""
    return WebEntry(
        at=at,
        patient_name=case.patient_name,
        mrn=case.record_number,
        procedure=case.procedure,
        surgery_date=case.surgery_date.isoformat(),
        surgeon=case.surgeon,
        language=case.language,
        status=str(case.stage or ""),
        email=address,
        email_consent="yes",
        email_confirmed="yes",
        site=case.site,
    )


def write_entry(folder: Path, packet_id: str, entry: WebEntry) -> None:
    write_whole(_path(folder, packet_id), json.dumps(asdict(entry), indent=2).encode())


def read_entry(folder: Path, packet_id: str) -> WebEntry | None:
    """Return the entry of a packet, or None if it has none. Raise InvalidInputError (X35) if it is damaged."""
    try:
        values = {"site": ""} | json.loads(_path(folder, packet_id).read_bytes())
        entry = WebEntry(**{name: values[name] for name in WebEntry.__struct_fields__})
        if not all(isinstance(getattr(entry, name), str) for name in WebEntry.__struct_fields__):
            raise TypeError
        entry.case(packet_id)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError):
        hint = f"Make the packet again and mail it, or delete {packet_id}.json: then it is not mailed."
        message = f"the entry of packet {packet_id} cannot be read"
        raise InvalidInputError(Problem("X35", message, hint, str(folder))) from None
    return entry


def remove_entry(folder: Path, packet_id: str) -> None:
    remove(_path(folder, packet_id))


def entries_older_than(folder: Path, at: str) -> Iterator[str]:
    """Yield the ids of packets whose entries were written before `at`."""
    for file in sorted(folder.iterdir()):
        if _FILE_NAME.fullmatch(file.name):
            entry = read_entry(folder, file.stem)
            if entry is not None and entry.at < at:
                yield file.stem


def _path(folder: Path, packet_id: str) -> Path:
    return folder / f"{packet_id}.json"
