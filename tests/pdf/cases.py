"""Hypothesis strategies for the renderer's tests: packets of fictional patients, and print options."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import strategies as st

from packets.model.case import Paper, PrintOptions, PrintSize, Stage
from packets.model.filled_packet import FilledPacket
from packets.model.packet_id import packet_id
from tests.samples import NAMES, packet

# Letters of the base set, letters beyond it, letters of another font, and spaces and hyphens where a line can break.
LETTERS = "aeinorstlmÀéñößABCDWXYZ ’-.ąłřşžħŋ<&{ЖиПяΔωệấ"
PEOPLE = st.one_of(
    st.sampled_from(sorted(NAMES.values())),
    st.text(LETTERS, min_size=1, max_size=120).map(" ".join([]).join).filter(lambda name: name.strip() == name),
)
PRINT_OPTIONS = st.builds(PrintOptions, st.sampled_from(Paper), st.sampled_from(PrintSize))
PLANS = st.sampled_from(("discharge", "handout", "staff-sheet"))
DAYS = st.dates(dt.date(2024, 1, 1), dt.date(2034, 12, 31))


@st.composite
def packets(draw: st.DrawFn, plan: str | None = None) -> FilledPacket:
    """Draw a filled packet of this plan, or of any plan."""
    day = draw(DAYS)
    record = draw(st.text("0123456789ABC-", min_size=1, max_size=24))
    nights = draw(st.integers(0, 9))
    optional: dict[str, Any] = {
        "birth_date": draw(st.none() | st.dates(dt.date(1920, 1, 1), dt.date(2023, 1, 1))),
        "discharge_date": draw(st.none() | st.just(day + dt.timedelta(days=nights))),
        "follow_up": draw(st.none() | PEOPLE),
        "stage": draw(st.none() | st.sampled_from(Stage)),
        "replaces": draw(st.just(()) | st.just((packet_id(b"sample", record, "x", day, b""),))),
    }
    language = draw(st.sampled_from(("en", "es")))
    chosen = plan or draw(PLANS)
    if chosen == "staff-sheet":
        language = "en"  # staff here read English
    return packet(
        chosen,
        drafts=True,  # no translation of this procedure is approved
        language=language,
        patient_name=draw(PEOPLE),
        record_number=record,
        surgery_date=day,
        surgeon=draw(PEOPLE),
        answers={"collar": draw(st.sampled_from(("yes", "no", "undecided")))},
        packet_id=packet_id(b"sample", record, "cervical-foraminotomy", day, b""),
        **optional,
    )
