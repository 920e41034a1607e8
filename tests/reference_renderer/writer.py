"""Write a reportlab document as a PDF 1.7 file with object streams and a cross-reference stream.

reportlab's own writer omits the end of line before `endstream`, which PDF/A requires (ISO 19005-2 6.1.7.1), and
writes the current time into the file. This writer follows ISO 32000-1 7.5.7 and 7.5.8.
"""

from __future__ import annotations

import zlib

from reportlab.pdfbase import pdfdoc
from reportlab.pdfbase.pdfdoc import PDFDocument, PDFObjectReference, PDFStream

_HEADER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
_OBJECTS_PER_STREAM = 200  # a reader has to decompress a whole object stream to get one object
ID_PLACEHOLDER = b"/ID[<" + b"0" * 32 + b"><" + b"0" * 32 + b">]"


def write(document: PDFDocument, root: PDFObjectReference, info: PDFObjectReference) -> bytes:
    """Return the whole file. Its id is `ID_PLACEHOLDER`, to be replaced by a digest of the rest."""
    streams: list[tuple[int, bytes]] = []
    objects: list[tuple[int, bytes]] = []
    number = 0
    # Formatting may register further objects, which get the next numbers.
    while (number := number + 1) in document.numberToId:
        obj = document.idToObject[document.numberToId[number]]
        if isinstance(obj, PDFStream):
            streams.append((number, _stream(obj, document)))
        else:
            objects.append((number, pdfdoc.format(obj, document, toplevel=1)))
    root_source, info_source = root.format(document), info.format(document)

    body = bytearray(_HEADER)
    entries: dict[int, bytes] = {0: b"\0" + (0).to_bytes(4, "big") + b"\xff\xff"}
    for start in range(0, len(objects), _OBJECTS_PER_STREAM):
        chunk = objects[start : start + _OBJECTS_PER_STREAM]
        for index, (inner, _) in enumerate(chunk):
            entries[inner] = b"\2" + number.to_bytes(4, "big") + index.to_bytes(2, "big")
        streams.append((number, _object_stream(chunk)))
        number += 1
    for outer, source in streams:
        entries[outer] = b"\1" + len(body).to_bytes(4, "big") + b"\0\0"
        body += b"%d 0 obj\n%s\nendobj\n" % (outer, source)
    entries[number] = b"\1" + len(body).to_bytes(4, "big") + b"\0\0"
    table = zlib.compress(b"".join(entries[key] for key in range(number + 1)))
    start = len(body)
    body += b"%d 0 obj\n<</Type/XRef/Size %d/W[1 4 2]/Root %s/Info %s%s/Filter/FlateDecode/Length %d>>\n" % (
        number,
        number + 1,
        root_source,
        info_source,
        ID_PLACEHOLDER,
        len(table),
    )
    body += b"stream\n%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % (table, start)
    return bytes(body)


def _stream(stream: PDFStream, document: PDFDocument) -> bytes:
    source = stream.format(document)
    return bytes(source.removesuffix(b"endstream\n")) + b"\nendstream"


def _object_stream(objects: list[tuple[int, bytes]]) -> bytes:
    numbers_and_offsets, offset = [], 0
    for number, source in objects:
        numbers_and_offsets.append(b"%d %d" % (number, offset))
        offset += len(source) + 1
    first = b" ".join(numbers_and_offsets) + b"\n"
    packed = zlib.compress(first + b"\n".join(source for _, source in objects))
    return b"<</Type/ObjStm/N %d/First %d/Filter/FlateDecode/Length %d>>\nstream\n%s\nendstream" % (
        len(objects),
        len(first),
        len(packed),
        packed,
    )
