"""Read a PDF that a packet plan attaches, and report everything that could not be printed or read aloud safely."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from packets.content.problems import ProblemCollector, did_you_mean
from packets.content.schema.records import ParsedRecord, ParsedValue
from packets.model.attached_pdf import AttachedPdf
from packets.model.case import PAPER_SIZES

MAX_BYTES, MAX_PAGES = 500_000, 8
_TOLERANCE = 3.0  # points
_EXPORT = "Export it again from the document that it was made from, as a tagged PDF."
# What a page needs is copied; a file with any of these does more than show pages.
_ACTIVE = ("/JavaScript", "/JS", "/Launch", "/EmbeddedFile", "/EmbeddedFiles", "/AcroForm", "/XFA", "/RichMedia", "/AA")
_ACTIVE_KINDS = frozenset(
    {
        *("/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE", "/Rendition", "/Movie", "/Sound"),
        *("/EmbeddedFile", "/Filespec", "/Widget", "/RichMedia"),
    }
)

FoundProblem = tuple[str, str, str]  # code, message, hint


def read_attached(record: ParsedRecord, problems: ProblemCollector) -> tuple[AttachedPdf, ...]:
    """Return the files that are beside the plan and have no mistake; report the others."""
    found: list[AttachedPdf] = []
    for entry in record.all("attach", ParsedValue):
        name = str(entry.value)
        path = Path(problems.path).parent / name
        if not path.is_file() or path.resolve().parent != path.parent.resolve():
            there = sorted(file.name for file in path.parent.glob("*.pdf"))
            hint = did_you_mean(name, there, "Copy it into the folder of this file.")
            problems.add("I31", "there is no PDF of this name here", entry.place, hint)
            continue
        try:
            with path.open("rb") as file:
                data = file.read(MAX_BYTES + 1)
        except OSError:
            problems.add("I32", f"{name}: the file cannot be read", entry.place, "Correct its permissions.")
            continue
        attached, found_problems = _examine(name, data)
        for code, message, hint in found_problems:
            problems.add(code, f"{name}: {message}", entry.place, hint)
        if not found_problems and attached:
            found.append(attached)
    return tuple(found)


@lru_cache(maxsize=8)
def _examine(name: str, data: bytes) -> tuple[AttachedPdf | None, tuple[FoundProblem, ...]]:
    import pikepdf

    if len(data) > MAX_BYTES:
        return None, (_too_long(f"it has more than {MAX_BYTES // 1000} kB"),)
    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            if pdf.is_encrypted:
                return None, (("I33", "the PDF is encrypted or protected", "Save it without any protection."),)
            if not 0 < len(pdf.pages) <= MAX_PAGES:
                return None, (_too_long(f"it has {len(pdf.pages)} pages, which is too many"),)
            found_problems = tuple(_problems(pdf))
            box = [float(value) for value in pdf.pages[0].mediabox]
            return AttachedPdf(name, data, len(pdf.pages), box[2], box[3]), found_problems
    except pikepdf.PasswordError:
        return None, (("I33", "the PDF is encrypted or protected", "Save it without any protection."),)
    except (pikepdf.PdfError, TypeError, ValueError, KeyError, AttributeError, IndexError):
        return None, (("I32", "this is not a readable PDF", _EXPORT),)


def _too_long(message: str) -> FoundProblem:
    return "I34", message, f"At most {MAX_PAGES} pages and {MAX_BYTES // 1000} kB are attached to every packet."


def _problems(pdf: Any) -> Iterator[FoundProblem]:
    pages = list(pdf.pages)
    if not _is_tagged(pdf, pages):
        yield "I35", "the PDF is not tagged, so a screen reader cannot read it", _EXPORT
    elif not str(pdf.Root.get("/Lang", "")):
        yield "I36", "the PDF does not say its language", "Set the language of the document, and export it again."
    if any(map(_is_undescribed_figure, _dictionaries(pdf))):
        hint = "Describe each picture in the document that it was made from, and export it again."
        yield "I45", "a picture has no alternative text", hint
    if _is_active(pdf):
        hint = "Export it without scripts, forms, buttons and embedded files. Only what a page shows can be printed."
        yield "I37", "the PDF has a script, a form, an action or an embedded file", hint
    elif not all(map(_is_described_link, _annotations(pages))):
        hint = "Give each link a description, or remove the links."
        yield "I38", "the PDF has a note, or a link that has no description or leads to a named destination", hint
    if not all(_is_embedded(font) for font in _fonts(pages)):
        yield "I39", "a font is not embedded", "Embed all fonts when you export it."
    if not any(all(_has_size(page, *size) for page in pages) for size in PAPER_SIZES.values()):
        hint = "All pages must be upright, and of one size: Letter or A4."
        yield "I40", "the pages are not all upright Letter or A4", hint


def _is_tagged(pdf: Any, pages: Sequence[Any]) -> bool:
    root = pdf.Root
    tree = root.get("/StructTreeRoot")
    is_marked = bool(root.get("/MarkInfo", {}).get("/Marked", False))
    return bool(is_marked and tree and "/K" in tree and "/ParentTree" in tree) and all(
        "/StructParents" in page.obj for page in pages
    )


def _is_undescribed_figure(entries: Any) -> bool:
    is_figure = str(entries.get("/S", "")) == "/Figure" and "/P" in entries
    return is_figure and not any(str(entries.get(key, "")).strip() for key in ("/Alt", "/ActualText"))


def _is_active(pdf: Any) -> bool:
    """Return whether the file has a script, form, action or embedded file, also in an object that no page uses."""
    import pikepdf

    if not isinstance(pdf.Root.get("/OpenAction", pikepdf.Array()), pikepdf.Array):
        return True
    for entries in _dictionaries(pdf):
        kinds = {str(entries.get(key, "")) for key in ("/S", "/Type", "/Subtype")}
        if any(key in entries for key in _ACTIVE) or kinds & _ACTIVE_KINDS:
            return True
    return False


def _dictionaries(pdf: Any) -> Iterator[Any]:
    """Yield every dictionary of the file, including those inside others."""
    import pikepdf

    waiting: list[Any] = list(pdf.objects)
    while waiting:
        item = waiting.pop()
        if isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
            yield item
            waiting += [value for _, value in item.items() if _is_direct(value)]
        elif isinstance(item, pikepdf.Array):
            waiting += [value for value in item if _is_direct(value)]


def _is_direct(value: Any) -> bool:
    """Return whether a value is written inside another object; indirect ones are among `pdf.objects`."""
    import pikepdf

    return isinstance(value, pikepdf.Dictionary | pikepdf.Array) and not value.is_indirect


def _annotations(pages: Sequence[Any]) -> Iterator[Any]:
    for page in pages:
        yield from page.obj.get("/Annots", [])


def _is_described_link(annotation: Any) -> bool:
    import pikepdf

    action = annotation.get("/A", {})
    destination = annotation.get("/Dest", action.get("/D"))
    has_place = destination is None or isinstance(destination, pikepdf.Array)
    is_link = str(annotation.get("/Subtype")) == "/Link" and str(action.get("/S", "/GoTo")) in ("/URI", "/GoTo")
    return is_link and has_place and "/Contents" in annotation and "/StructParent" in annotation


def _fonts(pages: Sequence[Any]) -> Iterator[Any]:
    """Yield every font of the pages, and of the forms on them."""
    seen: set[tuple[int, int]] = set()

    def of(resources: Any) -> Iterator[Any]:
        yield from resources.get("/Font", {}).values()
        for drawn in resources.get("/XObject", {}).values():
            if drawn.objgen not in seen:
                seen.add(drawn.objgen)
                yield from of(drawn.get("/Resources", {}))

    for page in pages:
        yield from of(page.resources)


def _is_embedded(font: Any) -> bool:
    if str(font.get("/Subtype")) == "/Type3":
        return True
    if "/DescendantFonts" in font:
        return all(_is_embedded(descendant) for descendant in font.DescendantFonts)
    descriptor = font.get("/FontDescriptor", {})
    return any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3"))


def _has_size(page: Any, width: float, height: float) -> bool:
    box, crop = ([float(value) for value in shown] for shown in (page.mediabox, page.cropbox))
    same = all(abs(value - wanted) <= _TOLERANCE for value, wanted in zip(box, (0, 0, width, height), strict=True))
    return same and box == crop and int(page.obj.get("/Rotate", 0)) == 0
