"""Write HL7 v2 scheduling messages for tests."""

from __future__ import annotations

SEGMENTS = {
    "MSH": "MSH|^~\\&|OPTIME|HOSP|PACKETS|HOSP|20261206153000||SIU^S12^SIU_S12|M1|P|2.5||||||UNICODE UTF-8",
    "SCH": "SCH|36996|77001|||||||||^^^20261207073000",
    "PID": "PID|1||00418823^^^HOSP^MR~123-45-6789^^^USSSA^SS||Muster^Änne^B^^^^L||19610309|F",
    "RGS": "RGS|1",
    "AIS": "AIS|1||CERVFORAM^Cervical foraminotomy^L|20261207073000",
    "AIL": "AIL|1||OR^OR 4",
    "AIP": "AIP|1||4411^Rivera^Jane^^^Dr.|SURGEON^Surgeon\rAIP|2||4412^Other^Ann^^^Dr.|ANES",
}


def siu(*, end: str = "\r", encoding: str = "utf-8", **segments: str) -> bytes:
    """Return a message of a planned operation; `segments` replace those of the same name, "" leaves one out."""
    chosen = {**SEGMENTS, **segments}
    lines = [line for text in chosen.values() if text for line in text.split("\r")]
    return (end.join(lines) + end).encode(encoding)


def changed(segment: str, old: str, new: str) -> dict[str, str]:
    """Return the change of one segment, for `siu`."""
    assert old in SEGMENTS[segment]
    return {segment: SEGMENTS[segment].replace(old, new)}
