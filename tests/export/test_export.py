"""Documents for the record system: one for each packet, replaced and cancelled with it, never twice."""

from __future__ import annotations

import base64
import hashlib
import json
import random
import signal
import time

import hl7
import hl7apy.parser
import pytest
from fhirclient.models.bundle import Bundle
from msgspec.structs import replace

from packets.batch.packet_ledger import Paper
from packets.batch.papers import hand_over
from packets.errors import ExitCode, InvalidInputError
from packets.export import fhir_bundle, mdm
from packets.export.record_document import Document
from packets.model.export_settings import ExportSettings
from tests.batch.day import patient
from tests.clock import NOW
from tests.export.conftest import ExportDay

SETTINGS = ExportSettings(
    "HOSP", "urn:oid:1", "https://example.org/packets", "HOSP", "DCINSTR", "Discharge instructions"
)
DOCUMENT = Document("4V2Q-DDCR", "00418823", "Änne B Muster", None, "Cervical Foraminotomy", "en", NOW, b"%PDF-1.7 x")


def test_each_packet_becomes_one_mdm_message(day: ExportDay) -> None:
    day.write([patient(1, patient_name="Änne O'Neil & Söhne^Ltd|~\\"), patient(2)])
    assert day.run("--quiet").code == ExitCode.SOME_ROWS_FAILED  # a name with ^ is refused
    day.write([patient(1, patient_name="Änne O'Neil"), patient(2)])
    assert day.run("--quiet").code == ExitCode.OK
    ran = day.export("mdm")
    assert (ran.code, ran.err) == (ExitCode.OK, "")
    assert ran.out == f"{day.out}: 2 new, 0 replacement, 0 void; 0 exported before.\n"
    ids = day.ids()
    assert set(day.files()) == {f"{packet}.hl7" for packet in ids.values()}
    data = day.files()[f"{ids[2]}.hl7"]
    pdf = (day.folder / f"{ids[2]}.pdf").read_bytes()
    theirs = hl7.parse(data.decode())
    assert str(theirs.segment("MSH")[9]) == "MDM^T02^MDM_T02"
    assert str(theirs.segment("PID")[3]) == "00000001^^^HOSP^MR"
    assert str(theirs.segment("PID")[5][0][0]) == "Änne O'Neil"
    assert str(theirs.segment("TXA")[12]) == f"{ids[2]}^PACKETS"
    kind, subtype, encoding, content = (str(theirs.segment("OBX")[5][0][part][0]) for part in (1, 2, 3, 4))
    assert (kind, subtype, encoding) == ("application", "pdf", "Base64")
    assert base64.b64decode(content) == pdf
    strict = hl7apy.parser.parse_message(data.decode(), validation_level=2)
    assert strict.msh.msh_9.msh_9_2.to_er7() == "T02"
    assert strict.validate()


def test_each_packet_becomes_one_fhir_transaction(day: ExportDay) -> None:
    day.write([patient(1)])
    day.run("--quiet")
    assert day.export("fhir").code == ExitCode.OK
    (packet,) = day.ids().values()
    bundle = json.loads(day.files()[f"{packet}.json"])
    Bundle(bundle)  # fhirclient refuses what FHIR R4 does not have
    (entry,) = bundle["entry"]
    resource = entry["resource"]
    assert entry["request"]["ifNoneExist"] == f"identifier=https://example.org/packets%7C{packet}"
    assert resource["subject"]["identifier"] == {"system": "urn:oid:1.2.36.146.595.217.0.1", "value": "00000001"}
    attachment = resource["content"][0]["attachment"]
    pdf = (day.folder / f"{packet}.pdf").read_bytes()
    assert base64.b64decode(attachment["data"]) == pdf and attachment["size"] == len(pdf)
    assert base64.b64decode(attachment["hash"]) == hashlib.sha1(pdf).digest()  # noqa: S324  FHIR R4 says SHA-1


@pytest.mark.parametrize("form", ["mdm", "fhir"])
def test_only_what_is_new_is_written_again(day: ExportDay, form: str) -> None:
    day.write([patient(1), patient(2)])
    day.run("--quiet")
    day.export(form)
    for path in day.out.iterdir():
        path.unlink()  # the engine has taken them
    again = day.export(form)
    assert again.out == f"{day.out}: 0 new, 0 replacement, 0 void; 2 exported before.\n"
    assert day.files() == {}
    day.write([patient(1), patient(2), patient(3)])
    day.run("--quiet")
    day.export(form)
    assert len(day.files()) == 1


def test_a_changed_packet_replaces_its_document_and_a_cancelled_one_voids_it(day: ExportDay) -> None:
    day.write([patient(1)])
    day.run("--quiet")
    day.export("mdm")
    first = day.ids()[2]
    day.write([patient(1, surgery_date="2026-12-08")])
    day.run("--quiet")
    assert "0 new, 1 replacement, 0 void" in day.export("mdm").out
    second = day.ids()[2]
    message = hl7.parse(day.files()[f"{second}.hl7"].decode())
    assert str(message.segment("MSH")[9][0][1]) == "T10"
    assert [str(message.segment("TXA")[field]) for field in (12, 13)] == [f"{second}^PACKETS", f"{first}^PACKETS"]
    day.write([patient(1, surgery_date="2026-12-08", status="cancelled")])
    day.run("--quiet")
    assert "0 new, 0 replacement, 1 void" in day.export("mdm").out
    void = hl7.parse(day.files()[f"{second}-void.hl7"].decode())
    assert str(void.segment("MSH")[9]) == "MDM^T11^MDM_T01"
    assert str(void.segment("TXA")[12]) == f"{second}^PACKETS" and str(void.segment("TXA")[17]) == "CA"
    assert str(void.segment("PID")[3]) == "00000001^^^HOSP^MR"
    assert "0 new, 0 replacement, 0 void" in day.export("mdm").out


def test_a_replacement_and_a_void_document_in_fhir(day: ExportDay) -> None:
    day.write([patient(1)])
    day.run("--quiet")
    day.export("fhir")
    first = day.ids()[2]
    day.write([patient(1, surgery_date="2026-12-08")])
    day.run("--quiet")
    day.export("fhir")
    second = day.ids()[2]
    (entry,) = json.loads(day.files()[f"{second}.json"])["entry"]
    (relation,) = entry["resource"]["relatesTo"]
    assert relation["code"] == "replaces" and relation["target"]["identifier"]["value"] == first
    day.write([patient(1, surgery_date="2026-12-08", status="cancelled")])
    day.run("--quiet")
    day.export("fhir")
    bundle = json.loads(day.files()[f"{second}-void.json"])
    Bundle(bundle)
    (entry,) = bundle["entry"]
    assert entry["request"]["method"] == "PUT" and entry["resource"]["status"] == "entered-in-error"
    assert "data" not in entry["resource"]["content"][0]["attachment"]


def test_an_altered_packet_is_not_exported_and_the_others_are(day: ExportDay) -> None:
    day.write([patient(1), patient(2)])
    day.run("--quiet")
    file = day.folder / f"{day.ids()[2]}.pdf"
    file.write_bytes(file.read_bytes() + b"%")
    ran = day.export("mdm")
    assert ran.code == ExitCode.SOME_ROWS_FAILED
    assert ran.err == (
        f"{file}: D07 the file of packet {day.ids()[2]} has changed since it was made, or is missing\n"
        "    Run the same batch command again: it makes this packet again\n"
    )
    assert set(day.files()) == {f"{day.ids()[3]}.hl7"}


def test_a_packet_with_cells_that_were_typed_in_the_form_is_not_exported(day: ExportDay) -> None:
    day.write([patient(1, collar="maybe"), patient(2)])
    day.call(typed={2: {"collar": "yes"}})
    ran = day.export("mdm")
    assert ran.code == ExitCode.SOME_ROWS_FAILED
    assert ran.err == (
        f"{day.folder}: Z06 packet {day.ids()[2]} was made from cells that were typed in the web form (row 2)\n"
        "    Correct the schedule, run the batch with it, and export again.\n"
    )
    assert set(day.files()) == {f"{day.ids()[3]}.hl7"}


def test_a_void_packet_without_its_patient_is_named(day: ExportDay) -> None:
    day.write([patient(1), patient(2)])
    day.run("--quiet")
    day.export("mdm")
    lost = day.ids()[2]
    day.write([patient(1, status="cancelled"), patient(2)])
    day.run("--quiet")
    day.write([patient(2)])
    day.run("--quiet")
    ran = day.export("mdm")
    assert f"Z05 packet {lost} is void, and its patient is not in the schedule" in ran.err
    assert "Cancel the document in the record system by hand." in ran.err


def test_settings_and_key_are_needed(day: ExportDay) -> None:
    day.write([patient(1)])
    day.run("--quiet")
    clinic = day.content / "clinic.yaml"
    text = clinic.read_text("utf-8")
    clinic.write_text(text.partition("\nexport:")[0], "utf-8")
    assert day.export("mdm").err == (
        "clinic.yaml: Z01 there are no settings for exports\n"
        "    Add an export: block to content/clinic.yaml; docs/hospital-systems.md shows one.\n"
    )
    clinic.write_text(text, "utf-8")
    day.key.write_text("6b" * 32)
    assert "D02 this folder was created with another site key" in day.export("mdm").err
    assert day.files() == {}


@pytest.mark.parametrize("writer", [mdm, fhir_bundle])
@pytest.mark.parametrize("change", ["packet", "number", "pdf", "replaced"])
def test_a_file_of_another_document_does_not_read_back(writer: object, change: str) -> None:
    """Z02 cannot be caused from outside: this shows that the check would find each difference."""
    others = {
        "packet": replace(DOCUMENT, packet_id="7KQ4-M2F4"),
        "number": replace(DOCUMENT, record_number="00418824"),
        "pdf": replace(DOCUMENT, pdf=b"%PDF-1.7 y"),
        "replaced": replace(DOCUMENT, replaces="7KQ4-M2F4"),
    }
    data = writer.write(DOCUMENT, SETTINGS)  # type: ignore[attr-defined]
    assert writer.is_read_back(data, DOCUMENT)  # type: ignore[attr-defined]
    assert not writer.is_read_back(data, others[change])  # type: ignore[attr-defined]


@pytest.mark.slow
def test_a_kill_at_any_moment_leaves_whole_files_and_loses_none(day: ExportDay) -> None:
    day.write([patient(number) for number in range(1, 61)])
    assert day.run("--quiet").code == ExitCode.OK
    moments = random.Random(1)
    for _ in range(8):
        running = day.start_export("mdm")
        time.sleep(0.3 + moments.random() * 0.5)
        running.send_signal(signal.SIGKILL)
        running.communicate()
        for name, data in day.files().items():
            if name.endswith(".hl7"):
                assert (
                    base64.b64decode(str(hl7.parse(data.decode()).segment("OBX")[5][0][4][0]))
                    == (day.folder / name.replace(".hl7", ".pdf")).read_bytes()
                )
    assert day.export("mdm").code == ExitCode.OK
    assert {name for name in day.files() if name.endswith(".hl7")} == {f"{packet}.hl7" for packet in day.ids().values()}


def test_what_became_of_the_papers_is_exported_too(day: ExportDay) -> None:
    day.write([patient(1), patient(2)])
    day.run("--quiet")
    assert day.export("mdm").code == ExitCode.OK and "handed-over.csv" not in day.files()
    packet = day.ids()[2]
    hand_over(day.folder, packet, Paper.TO_RELATIVE, "=nurse1", lambda: NOW)
    hand_over(day.folder, packet, Paper.TAKEN_BACK, "nurse2", lambda: NOW)
    assert day.export("mdm").out == f"{day.out}: 0 new, 0 replacement, 0 void; 2 exported before.\n"
    assert day.files()["handed-over.csv"].decode("utf-8-sig").splitlines() == [
        "packet_id,what,by,at (UTC)",
        f"{packet},handed over to a relative,'=nurse1,2026-12-08T09:00:00+00:00",
        f"{packet},taken back,nurse2,2026-12-08T09:00:00+00:00",
    ]
    with pytest.raises(InvalidInputError, match="D13 no packet of this day has this id"):
        hand_over(day.folder, "GWHN-MWSR", Paper.TO_PATIENT, "nurse1", lambda: NOW)
    day.write([patient(1, status="cancelled"), patient(2)])
    day.run("--quiet")
    with pytest.raises(InvalidInputError, match=r"D14 packet .* is no longer valid, and must not be handed over"):
        hand_over(day.folder, packet, Paper.TO_PATIENT, "nurse1", lambda: NOW)
