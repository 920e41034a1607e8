"""Write one HTML file that needs nothing else: no script, no other file, no font."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from packets.html.html_blocks import BlockWriter, language_attributes
from packets.html.inline import attribute, text_of
from packets.model.filled_packet import FilledPacket


@cache
def style() -> str:
    """Return the style sheet, the same for every packet."""
    return (Path(__file__).with_name("copy.css")).read_text("utf-8")


@cache
def metadata() -> tuple[tuple[tuple[str, str], ...], ...]:
    """Return the attributes of each <meta> element, the same for every packet.

    The policy forbids scripts and requests, except for what a link opens. Telephones and browsers do not turn other
    numbers into links, send no address of this file to the clinic's web site, and do not index a file that somebody
    put on a web server.
    """
    digest = base64.b64encode(hashlib.sha256(style().encode()).digest()).decode("ascii")
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    return (
        (("charset", "utf-8"),),
        (("http-equiv", "Content-Security-Policy"), ("content", policy)),
        (("name", "viewport"), ("content", "width=device-width, initial-scale=1")),
        (("name", "referrer"), ("content", "no-referrer")),
        (("name", "robots"), ("content", "noindex, nofollow, noarchive")),
        (("name", "format-detection"), ("content", "telephone=no, date=no, address=no, email=no")),
    )


def html_document(packets: Sequence[FilledPacket], *, large_print: bool) -> bytes:
    """Return a packet as HTML, followed by its translation if there is one."""
    return "\n".join(_lines(packets, large_print)).encode()


def _lines(packets: Sequence[FilledPacket], large_print: bool) -> Iterator[str]:
    first = packets[0]
    yield "<!DOCTYPE html>"
    yield f"<html {language_attributes(first.language)}>"
    yield "<head>"
    for attributes in metadata():
        yield f"<meta {' '.join(f'{name}={attribute(value)}' for name, value in attributes)}>"
    yield f"<title>{text_of(first.title)}</title>"
    yield f"<style>{style()}</style>"
    yield "</head>"
    yield '<body class="large">' if large_print else "<body>"
    yield "<main>"
    for packet in packets:
        yield from _article(packet)
    yield "</main>"
    yield "</body>"
    yield "</html>\n"


def _article(packet: FilledPacket) -> Iterator[str]:
    texts = packet.header_footer
    yield f"<article {language_attributes(packet.language)}>"
    header = "".join(f"<p>{text_of(text)}</p>" for text in (texts.top_left, texts.top_right) if text)
    if header:
        yield f"<header><div>{header}</div></header>"
    yield '<div class="content">'
    yield from BlockWriter(packet).blocks(packet.blocks)
    yield "</div>"
    yield f"<footer><p>{text_of(texts.bottom_left)}</p></footer>"
    yield "</article>"
