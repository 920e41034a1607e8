"""Cases at random for the engine's tests: sample people of any name, any order, date, look and plan."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import strategies as st

from packets.model.case import Paper, Print, PrintSize, Stage
from packets.model.filled_packet import FilledPacket
from packets.model.packet_id import packet_id
from tests.samples import NAMES, packet

# Letters of the base set, letters beyond it, letters of another face, spaces and hyphens to break at.
LETTERS = "aeinorstlmÀéñößABCDWXYZ ’-.ąłřşžħŋ<&{ЖиПяΔωệấ"
PEOPLE = st.one_of(
    st.sampled_from(sorted(NAMES.values())),
    st.text(LETTERS, min_size=1, max_size=120).map(" ".join([]).join).filter(lambda name: name.strip() == name),
)
LOOKS = st.builds(Print, st.sampled_from(Paper), st.sampled_from(PrintSize))
PLANS = st.sampled_from(("discharge", "handout", "staff-sheet"))
DAYS = st.dates(dt.date(2024, 1, 1), dt.date(2034, 12, 31))


@st.composite
def packets(draw: st.DrawFn, plan: str | None = None) -> FilledPacket:
    day = draw(DAYS)
    record = draw(st.text("0123456789ABC-", min_size=1, max_size=24))
    later = draw(st.integers(0, 9))
    more: dict[str, Any] = {
        "birth_date": draw(st.none() | st.dates(dt.date(1920, 1, 1), dt.date(2023, 1, 1))),
        "discharge_date": draw(st.none() | st.just(day + dt.timedelta(days=later))),
        "follow_up": draw(st.none() | PEOPLE),
        "stage": draw(st.none() | st.sampled_from(Stage)),
        "replaces": draw(st.just(()) | st.just((packet_id(b"sample", record, "x", day, b""),))),
    }
    language = draw(st.sampled_from(("en", "es")))
    shown = plan or draw(PLANS)
    if shown == "staff-sheet":
        language = "en"  # staff here read English
    return packet(
        shown,
        drafts=True,  # no translation of this procedure is approved
        language=language,
        patient_name=draw(PEOPLE),
        record_number=record,
        surgery_date=day,
        surgeon=draw(PEOPLE),
        answers={"collar": draw(st.sampled_from(("yes", "no", "undecided")))},
        packet_id=packet_id(b"sample", record, "cervical-foraminotomy", day, b""),
        **more,
    )
