"""Compare our readers with other people's: python-hl7, hl7apy and fhirclient read the same values from sound files."""

from __future__ import annotations

import json

import hl7
import hl7apy.parser
import pytest
from fhirclient.models.appointment import Appointment
from fhirclient.models.patient import Patient
from hypothesis import given
from hypothesis import strategies as st

from packets.schedule.fhir_cases import spoken_name
from packets.schedule.hl7v2_messages import Message, messages
from tests.schedule.siu import changed, siu
from tests.schedule.test_fhir import APPOINTMENT, PATIENT, SAMPLES

# Letters and the characters that HL7 v2 escapes; python-hl7 decodes the escapes only when asked to.
NAMES = st.text(st.sampled_from("abcÄéñŁ \u0416|^~&\\'-"), min_size=1, max_size=12).filter(
    lambda text: text.strip() == text and text != '""'
)
ESCAPES = {"\\": "\\E\\", "|": "\\F\\", "^": "\\S\\", "&": "\\T\\", "~": "\\R\\"}


@given(NAMES, NAMES)
def test_python_hl7_reads_the_same_names(family: str, given_name: str) -> None:
    written = ["".join(ESCAPES.get(char, char) for char in text) for text in (family, given_name)]
    data = siu(**changed("PID", "Muster^Änne", "^".join(written)))
    (ours,) = messages(data, "a.hl7")
    theirs = hl7.parse(data.decode())
    assert isinstance(ours, Message)
    read = [ours.first("PID", 5), ours.first("PID", 5, 2)]
    assert read == [family, given_name]
    assert read == [theirs.unescape(str(theirs.segment("PID")[5][0][part][0])) for part in (0, 1)]


@pytest.mark.parametrize("path", ["SCH-2", "PID-3", "PID-7", "AIS-3", "AIP-3", "AIL-3", "MSH-7"])
def test_hl7apy_reads_the_same_fields(path: str) -> None:
    segment, field = path.split("-")
    (ours,) = messages(siu(), "a.hl7")
    theirs = hl7apy.parser.parse_message(siu().decode(), find_groups=False)
    assert isinstance(ours, Message)
    repetitions = [getattr(part, f"{segment.lower()}_{field}")[0] for part in getattr(theirs, segment.lower())]
    assert ours.all(segment, int(field))[0] == repetitions[0].to_er7()


def test_fhirclient_reads_the_same_patient_and_start() -> None:
    """fhirclient is generated from FHIR R4 4.0.1, and refuses elements that the standard does not have."""
    appointment, patient = Appointment(APPOINTMENT), Patient(PATIENT)
    assert appointment.start.as_json() == APPOINTMENT["start"]
    official = next(name for name in patient.name if name.use == "official")
    assert spoken_name(PATIENT["name"][0]) == " ".join([*official.given, official.family])


@pytest.mark.parametrize("name", ["patient-example.json", "patient-example-infant-twin-1.json"])
def test_fhirclient_reads_the_same_names_from_the_official_examples(name: str) -> None:
    content = json.loads((SAMPLES / name).read_bytes())
    for ours, theirs in zip(content["name"], Patient(content).name, strict=True):
        assert spoken_name(ours) == " ".join(filter(None, [*theirs.given, theirs.family or ""]))
