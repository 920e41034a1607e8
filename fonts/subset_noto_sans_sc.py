"""Noto Sans SC as the npm package holds it in, the part of it that is shipped out: `subset_noto_sans_sc.py IN OUT`."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import uharfbuzz


def table(codec: str, rows: Iterable[int], cells: Iterable[int]) -> Iterator[str]:
    places = [bytes([row, cell]) for cell in cells for row in rows]
    yield from (sign for place in places if len(sign := place.decode(codec, "ignore")) == 1)


signs = {*table("gb2312", range(0xA1, 0xF8), range(0xA1, 0xFF))}
signs |= {*table("big5", range(0xA4, 0xC7), [*range(0x40, 0x7F), *range(0xA1, 0xFF)])}  # its first level
codes = {ord(sign) for sign in signs if ord(sign) >= 0x2E80}
codes |= {0x20, *range(0x3000, 0x3030), *range(0xFF01, 0xFF5F)}
wanted = uharfbuzz.SubsetInput()
wanted.unicode_set.update(codes)
dropped = wanted.sets(uharfbuzz.SubsetInputSets.DROP_TABLE_TAG)
for tag in (b"GSUB", b"GPOS", b"GDEF", b"BASE", b"vhea", b"vmtx", b"STAT"):
    dropped.add(int.from_bytes(tag, "big"))
wanted.flags = uharfbuzz.SubsetFlags.NO_HINTING
face = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(sys.argv[1]))
Path(sys.argv[2]).write_bytes(uharfbuzz.subset(face, wanted).blob.data)
