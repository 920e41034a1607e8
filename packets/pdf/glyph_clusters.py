"""Give the clusters of shaped text their codes and font objects in one file.

There are more clusters than two-byte codes, so a cluster has no fixed code. Content streams hold keys instead, which
become codes when the file is written. Pages without shaped text do not use this module.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

from packets.layout.fonts import SHAPED_FONTS
from packets.pdf.file_format import compressed_stream, stream
from packets.pdf.font_objects import Font, descriptor, root, tag, to_unicode

if TYPE_CHECKING:
    from packets.layout.scripts.shaping import Cluster
    from packets.pdf.content_stream import ContentStream

    ExtraGlyphs = Iterable[tuple[str, str | Cluster]]

OBJECTS = 5  # of one font
_DRAWN = re.compile(rb"<#([0-9a-f]+)#>")
_KEY = re.compile(rb"[0-9a-f]{24}")


def drawn(text: str, name: str) -> tuple[bytes, frozenset[tuple[str, Cluster]]]:
    """Return the keys of a text for the content stream, and the clusters that its file must embed."""
    from packets.layout.scripts import shaping

    clusters = shaping.clusters(text, name)
    return b"<#%s#>" % b"".join([shaping.key(name, cluster) for cluster in clusters]), _named(name, clusters)


@lru_cache(maxsize=1 << 10)
def _named(name: str, clusters: tuple[Cluster, ...]) -> frozenset[tuple[str, Cluster]]:
    return frozenset([(name, cluster) for cluster in clusters])


class GlyphCodeMap:
    """Number the clusters of one file from 1 in each font; a cluster keeps its code."""

    def __init__(self, glyphs: ExtraGlyphs = ()) -> None:
        self.clusters: dict[str, list[Cluster]] = {}
        self._codes: dict[bytes, bytes] = {}
        self.add(glyphs)

    def add(self, glyphs: ExtraGlyphs) -> None:
        shaped = [(name, cluster) for name, cluster in glyphs if name in SHAPED_FONTS and not isinstance(cluster, str)]
        if not shaped:
            return
        from packets.layout.scripts.shaping import key

        for name, cluster in sorted(shaped):
            cluster_key = key(name, cluster)
            if cluster_key not in self._codes:
                clusters_of_font = self.clusters.setdefault(name, [])
                clusters_of_font.append(cluster)
                self._codes[cluster_key] = b"%04X" % len(clusters_of_font)

    def source(self, content: ContentStream) -> bytes:
        """Return the PDF object of a content stream with the keys replaced by codes."""
        if not self._codes:
            return content.source
        return stream(zlib.compress(_DRAWN.sub(self._coded, content.raw)), b"/Filter/FlateDecode")

    def _coded(self, match: re.Match[bytes]) -> bytes:
        keys = _KEY.findall(match[1])
        if any(key not in self._codes for key in keys):
            return match[0]  # two-byte text that only looks like it
        return b"<%s>" % b"".join([self._codes[key] for key in keys])

    def __bool__(self) -> bool:
        return bool(self._codes)


@lru_cache(maxsize=32)
def font(name: str, clusters: tuple[Cluster, ...], first: int) -> Font:
    """Return the font objects; `first` is the number of the first one."""
    from packets.layout.scripts import composite_font, shaping

    data = composite_font.program(name, clusters)
    scale = 1000 / composite_font.units(name)
    subset = tag(zlib.crc32(b"".join([shaping.key(name, cluster) for cluster in clusters]))) + b"+" + name.encode()
    widths = b" ".join([b"%g" % (cluster.advance * scale) for cluster in clusters])
    descendant = (
        b"<</Type/Font/Subtype/CIDFontType2/BaseFont/%s/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)"
        b"/Supplement 0>>/FontDescriptor %d 0 R/CIDToGIDMap/Identity/DW 0/W[1[%s]]>>"
    ) % (subset, first + 2, widths)
    ascent, descent, box = composite_font.extent(name)
    font_descriptor = descriptor(
        subset, 4, [value * scale for value in box], ascent * scale, descent * scale, first + 3
    )
    texts = {code: cluster.text for code, cluster in enumerate(clusters, 1)}
    return Font(
        (root(subset, first + 1, first + 4), descendant, font_descriptor),
        (compressed_stream(data, more_entries=b"/Length1 %d" % len(data)), compressed_stream(to_unicode(texts))),
    )
