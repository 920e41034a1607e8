"""Render every kind of packet once, for all tests of this folder."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from packets.fill.packet import fill
from packets.model.case import Case, Paper, PrintOptions, PrintSize, Stage
from packets.model.clinic_contact import Emergency, Phone
from packets.model.filled_packet import FilledPacket
from packets.verified_pdf import RenderedPdf, render
from tests.effort import is_quick
from tests.samples import LONGEST, NAMES, case, handout, library, packet

PRINT_OPTIONS = [PrintOptions(paper, print_size) for paper in Paper for print_size in PrintSize]
Variants = dict[str, tuple[FilledPacket, RenderedPdf, Path]]


SITE = "https://clinic.example.org/appointments/request"


CONTACT = {
    "name": "Sample Spine Clinic",
    "phones": (
        Phone("office", "816-363-2500", "+1-816-363-2500", (("", "Office"),), (("", "8 am to 5 pm"),)),
        Phone("after_hours", "816-363-2599", "+1-816-363-2599", (("", "Nights and weekends"),)),
    ),
    "emergency": Emergency("911", (("", ("You cannot breathe", "You cannot move your arms or legs")),)),
    "address": ("100 Main Street", "Springfield, MO 65801"),
    "website": "https://clinic.example.org",
    "hours": (("", "Open Monday to Friday"),),
    "site": "northside",
    "site_name": "Northside",
}


def filled_with(plan: str, person: Case | None, **of_the_clinic: Any) -> FilledPacket:
    content = library()
    commons = {name: part for (name, tag), part in content.common.items() if tag == "en"}
    english = content.languages["en"]
    clinic = replace(content.clinic, **of_the_clinic)
    return fill(handout(), content.plans[plan], commons, clinic, english, person)


@pytest.fixture(scope="session")
def variants(tmp_path_factory: pytest.TempPathFactory) -> Variants:
    """Render every kind of packet that the shipped content allows, in every print size; fewer with --quick."""
    filled: dict[str, FilledPacket] = {
        "collar yes": packet(),
        "collar no": packet(answers={"collar": "no"}),
        "collar undecided": packet(answers={"collar": "undecided"}),
        "all fields": packet(
            birth_date=dt.date(1961, 3, 9),
            discharge_date=dt.date(2026, 12, 8),
            follow_up="Tuesday, December 22, 2026 at 10:15 AM",
            stage=Stage.PLANNED,
            replaces=("4B9D-FDP8",),
        ),
        "handout": packet("handout"),
        "staff sheet": packet("staff-sheet", patient_name=LONGEST, surgeon=LONGEST),
        "rack copy": filled_with("handout", None),
        "booking on the web": filled_with("discharge", case(), booking_url=SITE),
        "several phones, an emergency and a site": filled_with("discharge", case(), **CONTACT),
    }
    filled |= {f"name {kind}": packet(patient_name=name) for kind, name in NAMES.items()}
    if is_quick():
        filled = {name: filled[name] for name in ("collar yes", "all fields", "booking on the web", "rack copy")}
    folder = tmp_path_factory.mktemp("variants")
    variants: Variants = {}
    for name, variant in filled.items():
        for print_options in PRINT_OPTIONS:
            key = f"{name}, {print_options.paper}, {print_options.print_size}"
            pdf = render(variant, print_options)
            path = folder / f"{len(variants)}.pdf"
            path.write_bytes(pdf.data)
            variants[key] = (variant, pdf, path)
    return variants
