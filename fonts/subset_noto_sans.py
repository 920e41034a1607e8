"""Cut Noto Sans from the npm package down to the part that is shipped: `subset_noto_sans.py IN OUT`."""

import sys
from pathlib import Path

import uharfbuzz

# Latin, combining marks, Greek, Cyrillic, punctuation and currency; no Devanagari, no symbols.
RANGES = (
    (0x0020, 0x058F),
    (0x1AB0, 0x1AFF),
    (0x1D00, 0x214F),
    (0x2C60, 0x2C7F),
    (0x2DE0, 0x2DFF),
    (0xA640, 0xA69F),
    (0xA700, 0xA7FF),
    (0xAB30, 0xAB6F),
    (0xFE20, 0xFE2F),
)
# Kerning and ligatures are left out: the other Latin faces are set without them, and widths of words add up.
FEATURES = ("ccmp", "locl", "mark", "mkmk")


def tag(name: str) -> int:
    return int.from_bytes(name.encode("ascii"), "big")


face = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(sys.argv[1]))
wanted = uharfbuzz.SubsetInput()
wanted.unicode_set.update(code for code in face.unicodes if any(first <= code <= last for first, last in RANGES))
features = wanted.sets(uharfbuzz.SubsetInputSets.LAYOUT_FEATURE_TAG)
features.clear()
features.update(map(tag, FEATURES))
wanted.sets(uharfbuzz.SubsetInputSets.DROP_TABLE_TAG).add(tag("STAT"))
wanted.flags = uharfbuzz.SubsetFlags.NO_HINTING
Path(sys.argv[2]).write_bytes(uharfbuzz.subset(face, wanted).blob.data)
