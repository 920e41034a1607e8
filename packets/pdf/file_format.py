"""Write the parts that every PDF file is made of: strings, streams, objects, object streams and the cross-reference.

Section numbers are those of ISO 32000-1.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Sequence
from struct import Struct

from packets.pdf import file_id

HEADER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
_XREF_ENTRY = Struct(">BIH")  # field widths 1, 4 and 2
_pack_xref_entry = _XREF_ENTRY.pack  # raises struct.error beyond 4 GiB
FREE_ENTRY = _pack_xref_entry(0, 0, 0xFFFF)  # of object 0
_ESCAPED = re.compile(rb"[()\\\r]")
_END_OF_FILE = re.compile(
    rb"\d+ 0 obj\n<</Type/XRef/Size \d+/W\[1 4 2\]/Root \d+ 0 R/Info (\d+) 0 R/Filter/FlateDecode/Length \d+"
    rb"/ID\[<\w{32}><\w{32}>\]>>stream\n"
)


def text_string(text: str) -> bytes:
    """Return a text string in UTF-16 (7.9.2.2)."""
    return b"<" + ("\ufeff" + text).encode("utf-16-be").hex().encode() + b">"


def literal(data: bytes) -> bytes:
    """Return a literal string (7.3.4.2)."""
    return b"(" + _ESCAPED.sub(_escape, data) + b")"


def _escape(match: re.Match[bytes]) -> bytes:
    return b"\\r" if match[0] == b"\r" else b"\\" + match[0]


def references(numbers: Iterable[int]) -> bytes:
    return b" ".join(b"%d 0 R" % number for number in numbers)


def stream_body(data: bytes) -> bytes:
    """Return what follows the dictionary of a stream."""
    return b"stream\n%s\nendstream" % data


def stream(data: bytes, entries: bytes = b"", more_entries: bytes = b"") -> bytes:
    """Return a stream of `data` as it is; the entries go into its dictionary, before and after the length."""
    return b"<<%s/Length %d%s>>%s" % (entries, len(data), more_entries, stream_body(data))


def compressed_stream(data: bytes, entries: bytes = b"", more_entries: bytes = b"") -> bytes:
    return stream(zlib.compress(data, 9), entries + b"/Filter/FlateDecode", more_entries)


def indirect_object(number: int, body: bytes) -> bytes:
    return b"%d 0 obj\n%s\nendobj\n" % (number, body)


def object_stream(objects: Sequence[tuple[int, bytes]]) -> tuple[bytes, bytes]:
    """Return the entries of an object stream's dictionary, and its data (7.5.7)."""
    table, offset = [], 0
    for number, body in objects:
        table.append(b"%d %d" % (number, offset))
        offset += len(body)
    head = b" ".join(table) + b"\n"
    entries = b"/Type/ObjStm/N %d/First %d" % (len(objects), len(head))
    return entries, b"".join([head, *[body for _, body in objects]])


def entry_in_file(offset: int) -> bytes:
    """Return the cross-reference entry of an object that begins at `offset`."""
    return _pack_xref_entry(1, offset, 0)


def entry_in_stream(holder: int, index: int) -> bytes:
    """Return the cross-reference entry of an object in the object stream `holder`."""
    return _pack_xref_entry(2, holder, index)


def end_of_file(number: int, xref: bytes, offset: int, root: int, information: int) -> bytes:
    """Return the cross-reference stream (7.5.8), which is the last object, and the end of the file behind it.

    `xref` is compressed and has the entries of all objects up to this one, `number`. The identifier is
    `file_id.ID_PLACEHOLDER`.
    """
    entries = b"/Type/XRef/Size %d/W[1 4 2]/Root %d 0 R/Info %d 0 R/Filter/FlateDecode" % (
        number + 1,
        root,
        information,
    )
    return indirect_object(number, stream(xref, entries, file_id.ID_PLACEHOLDER)) + b"startxref\n%d\n%%%%EOF\n" % offset


# ---- reading a file that was written with these functions


def read_cross_reference(data: bytes) -> tuple[int, list[int]] | None:
    """Return the number of the information dictionary, and the offset of each object that is in no object stream.

    Return None for the file of another program.
    """
    start = re.match(rb"startxref\s+(\d{1,10})\s", data[data.rfind(b"startxref") :])
    end = start and _END_OF_FILE.match(data, int(start[1]))
    if end is None:
        return None
    entries = zlib.decompressobj().decompress(data[end.end() :])
    return int(end[1]), [offset for _, offset, _ in _XREF_ENTRY.iter_unpack(entries)]


def read_object(data: bytes, number: int, offsets: Sequence[int]) -> bytes:
    """Return the source of an object; b"" unless the one with the next number follows it."""
    before, after = indirect_object(number, b"|").split(b"|")
    if not (data.startswith(before, offsets[number]) and data.endswith(after, 0, offsets[number + 1])):
        return b""
    return data[offsets[number] + len(before) : offsets[number + 1] - len(after)]


def is_object_stream(source: bytes) -> bool:
    return source.startswith(b"<</Type/ObjStm")
