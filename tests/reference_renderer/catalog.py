"""Turn a drawn canvas and its structure tree into a tagged document: catalog, structure objects, XMP, output intent.

PDF/UA-1 (ISO 14289-1) and PDF/A-2a (ISO 19005-2).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from reportlab.pdfbase.pdfdoc import (
    PDFArray,
    PDFDictionary,
    PDFDocument,
    PDFName,
    PDFObject,
    PDFStream,
    PDFString,
    PDFZCompress,
)

from packets import pdf
from packets.layout.structure_tree import Elem
from packets.pdf import structure
from packets.pdf.metadata import PRODUCER, Metadata, xmp
from tests.reference_renderer.canvas import CanvasPen
from tests.reference_renderer.writer import write


class _Source(PDFObject):
    """An object whose bytes are set after all objects have their numbers."""

    __RefOnly__ = 1

    def __init__(self) -> None:
        self.source = b""

    def format(self, document: PDFDocument) -> bytes:
        return self.source


def finish(pen: CanvasPen, root: Elem, metadata: Metadata) -> bytes:
    """Return the bytes of the file, which contain no date and no random number."""
    document = pen.canvas._doc
    for font in document.delayedFonts:
        font.addObjects(document)
    for key, link in enumerate(pen.link_objects, len(pen.pages)):
        link.dict["StructParent"] = key
    document.Outlines.prepare(document, pen.canvas)
    catalog = PDFDictionary(
        {
            "Type": PDFName("Catalog"),
            "Pages": document.Reference(document.Pages),
            "Outlines": document.Reference(document.Outlines),
            "PageMode": PDFName("UseOutlines"),
            "Lang": PDFString(metadata.language),
            "MarkInfo": PDFDictionary({"Marked": "true"}),
            # Print at actual size: if a driver scaled the page, lines would move and the QR code would shrink.
            "ViewerPreferences": PDFDictionary({"DisplayDocTitle": "true", "PrintScaling": PDFName("None")}),
            "Metadata": document.Reference(_xmp(metadata)),
            "StructTreeRoot": _structure(document, pen, root),
        }
    )
    if metadata.archival:
        catalog.dict["OutputIntents"] = PDFArray([_output_intent(document)])
    info = {"Title": PDFString(metadata.title), "Producer": PDFString(PRODUCER)}
    if metadata.author:
        info["Author"] = PDFString(metadata.author)
    return write(document, document.Reference(catalog), document.Reference(PDFDictionary(info)))


# ---- structure objects (ISO 32000-1 14.7)


def _structure(document: PDFDocument, pen: CanvasPen, root: Elem) -> PDFObject:
    parents_of = {elem: parent for elem, parent in structure.walk(root) if structure.is_drawn(elem)}
    objects = {elem: _Source() for elem in parents_of}
    top = _Source()
    top_number = _number(document, top)
    numbers = {elem: _number(document, source) for elem, source in objects.items()}
    pages = [_number(document, page) for page in document.Pages.pages]
    links = [_number(document, link) for link in pen.link_objects]
    for elem, source in objects.items():
        parent = parents_of[elem]
        source.source = structure.element(elem, numbers[parent] if parent else top_number, numbers, pages, links, pen)
    top.source = structure.tree_root(numbers[root], numbers, pen)
    return document.Reference(top)


def _number(document: PDFDocument, obj: PDFObject) -> int:
    reference = document.Reference(obj)
    return int(document.idToObjectNumberAndVersion[reference.name][0])


# ---- metadata


def _xmp(metadata: Metadata) -> PDFStream:
    stream = PDFStream(PDFDictionary({"Type": PDFName("Metadata"), "Subtype": PDFName("XML")}))
    stream.content = xmp(metadata)
    return stream


@cache
def _srgb() -> bytes:
    return (Path(pdf.__file__).parent / "srgb.icc").read_bytes()


def _output_intent(document: PDFDocument) -> PDFDictionary:
    profile = PDFStream(PDFDictionary({"N": 3}), _srgb(), [PDFZCompress])
    return PDFDictionary(
        {
            "Type": PDFName("OutputIntent"),
            "S": PDFName("GTS_PDFA1"),
            "OutputConditionIdentifier": PDFString("sRGB"),
            "Info": PDFString("sRGB IEC61966-2.1"),
            "DestOutputProfile": document.Reference(profile),
        }
    )
