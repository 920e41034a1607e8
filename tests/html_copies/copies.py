"""Make the HTML copies that the tests check: every sample, and a content folder in a right-to-left language."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from packets.content import library
from packets.errors import VerificationError
from packets.model.filled_packet import FilledPacket
from packets.pipeline import fill_packet
from packets.verified_html import render_html
from packets.verify.html_proof import verify_html
from tests.layout.test_script_content import write_content
from tests.pages.variants import RUN_SHEET, Variant, build, one_print_of_each
from tests.samples import case

VARIANTS = [each for each in one_print_of_each() if each.kind != RUN_SHEET]


@cache
def sample_copy(variant: Variant) -> tuple[tuple[FilledPacket, ...], bytes]:
    """Return what a variant was made from, and its verified copy."""
    filled = build(variant).filled
    return filled, render_html(filled, variant.print_options)


def arabic_packet(folder: Path) -> FilledPacket:
    """Return a packet whose content is made-up Arabic."""
    loaded, problems = library.load(write_content(folder / "content", "ar"))
    assert loaded is not None, problems
    return fill_packet(loaded, case(language="ar"), plan="discharge", include_drafts=True)


def refusal(data: bytes | str, *packets: FilledPacket) -> list[str]:
    """Return the lines of the refusal of a copy, or nothing if it is accepted."""
    try:
        verify_html(data.encode() if isinstance(data, str) else data, packets)
    except VerificationError as error:
        return str(error).splitlines()
    return []
