"""Write a document's metadata: its XMP packet and its information dictionary."""

from __future__ import annotations

from functools import lru_cache
from html import escape

from msgspec import Struct

from packets.pdf.file_format import text_string
from packets.values import HiddenFields

PRODUCER = "packets"


class Metadata(HiddenFields, Struct, frozen=True, eq=False):
    """`archival` adds the claim to be PDF/A, which an encrypted file may not make."""

    title: str
    language: str
    author: str = ""
    archival: bool = True


_UA_EXTENSION = (
    "<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType='Resource'>"
    "<pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>"
    "<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>"
    "<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType='Resource'>"
    "<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>"
    "<pdfaProperty:category>internal</pdfaProperty:category>"
    "<pdfaProperty:description>Part of ISO 14289 that the file follows</pdfaProperty:description>"
    "</rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas>"
)
_NAMESPACES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "pdf": "http://ns.adobe.com/pdf/1.3/",
    "pdfuaid": "http://www.aiim.org/pdfua/ns/id/",
    "pdfaid": "http://www.aiim.org/pdfa/ns/id/",
    "pdfaExtension": "http://www.aiim.org/pdfa/ns/extension/",
    "pdfaSchema": "http://www.aiim.org/pdfa/ns/schema#",
    "pdfaProperty": "http://www.aiim.org/pdfa/ns/property#",
}


def xmp(metadata: Metadata) -> bytes:
    """Return the XMP packet (ISO 16684-1), with the claims to be PDF/UA-1 and PDF/A-2a."""
    before, after = _around_title(metadata.language, metadata.author, metadata.archival)
    return before + escape(metadata.title).encode() + after


@lru_cache(maxsize=16)
def _around_title(language: str, author: str, archival: bool) -> tuple[bytes, bytes]:
    title = "\0"  # replaced below; no text has it
    parts = [
        "<dc:format>application/pdf</dc:format>",
        f"<dc:title><rdf:Alt><rdf:li xml:lang='x-default'>{title}</rdf:li></rdf:Alt></dc:title>",
        f"<dc:language><rdf:Bag><rdf:li>{escape(language)}</rdf:li></rdf:Bag></dc:language>",
        f"<pdf:Producer>{PRODUCER}</pdf:Producer>",
        "<pdfuaid:part>1</pdfuaid:part>",
    ]
    if author:
        parts.append(f"<dc:creator><rdf:Seq><rdf:li>{escape(author)}</rdf:li></rdf:Seq></dc:creator>")
    if archival:
        parts += ["<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>", _UA_EXTENSION]
    spaces = " ".join(f"xmlns:{prefix}='{uri}'" for prefix, uri in _NAMESPACES.items())
    packet = (
        "<?xpacket begin='\ufeff' id='W5M0MpCehiHzreSzNTczkc9d'?><x:xmpmeta xmlns:x='adobe:ns:meta/'>"
        f"<rdf:RDF {spaces}><rdf:Description rdf:about=''>{''.join(parts)}</rdf:Description></rdf:RDF></x:xmpmeta>"
        "<?xpacket end='w'?>"
    )
    before, _, after = packet.encode().partition(title.encode())
    return before, after


def information(metadata: Metadata) -> bytes:
    """Return the information dictionary (ISO 32000-1 14.3.3)."""
    author = b"/Author" + text_string(metadata.author) if metadata.author else b""
    return b"<</Title%s/Producer(%s)%s>>" % (text_string(metadata.title), PRODUCER.encode("ascii"), author)
