"""Find the content streams of a patient in a file that `document.finish` wrote."""

from __future__ import annotations

from msgspec import Struct

from packets.pdf import file_format
from packets.values import HiddenFields


class OwnFile(HiddenFields, Struct, frozen=True):
    prefix: bytes  # equal in all files of a template: see `document.FilePrefix`
    content_streams: dict[int, bytes]  # of the patient, by object number


def split(data: bytes) -> OwnFile | None:
    """Return the parts of a file; None if another program wrote it, as pikepdf writes joined files."""
    cross_reference = file_format.read_cross_reference(data)
    if cross_reference is None:
        return None
    information, offsets = cross_reference
    streams: dict[int, bytes] = {}
    number = information - 2  # the object before the XMP packet, which comes before the information dictionary
    while not file_format.is_object_stream(source := file_format.read_object(data, number, offsets)):
        if not source:
            return None  # a print run
        streams[number] = source
        number -= 1
    return OwnFile(data[: offsets[number + 1]], streams)
