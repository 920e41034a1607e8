"""Build small PDFs that are known to be valid or broken, to test the instruments on."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from packets.resources import PACKAGE

SQUARE = "/Figure <</MCID 0>> BDC 100 100 50 50 re f EMC"

_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"
 xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">A sheet</rdf:li></rdf:Alt></dc:title>
<pdfuaid:part>1</pdfuaid:part><pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource"><pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType><pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289</pdfaProperty:description></rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>"""

_CMAP = b"""2 beginbfchar <0001> <0160> <0002> <00660069> endbfchar
2 beginbfrange <0010> <0012> <0041> <0020> <0021> [<0078> <0079>] endbfrange"""


def sheet(content: str = SQUARE, roles: Sequence[str] = ("Figure",), form: str = "") -> pikepdf.Pdf:
    """Return a PDF of one page whose structure tree has one element per role; element n owns mark n.

    Without text it is valid PDF/UA-1 and PDF/A-2a. With text only its tree is valid, because /F1 (Helvetica in
    WinAnsi) and /F2 (a Type0 font) are not embedded. `form` is the content of the form XObject /X1.
    """
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(612, 792)).obj
    page.Contents = pdf.make_stream(content.encode("latin-1"))
    page.StructParents = 0
    page.Tabs = Name.S
    if "Tf" in content + form:
        page.Resources = Dictionary(Font=_fonts(pdf))
    if form:
        stream = pdf.make_stream(form.encode("latin-1"), Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 612, 792])
        page.Resources.XObject = Dictionary(X1=stream)
    root = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot, ParentTreeNextKey=1))
    document = pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name.Document, P=root, K=Array()))
    for mcid, role in enumerate(roles):
        element = Dictionary(Type=Name.StructElem, S=Name(f"/{role}"), P=document, Pg=page, K=mcid)
        if role == "Figure":
            element.Alt = String("A black square")
            element.A = Dictionary(O=Name.Layout, BBox=[100, 100, 150, 150], Placement=Name.Block)
        document.K.append(pdf.make_indirect(element))
    root.K = document
    root.ParentTree = pdf.make_indirect(Dictionary(Nums=[0, pdf.make_indirect(Array(list(document.K)))]))
    _catalog(pdf, root)
    return pdf


def saved(pdf: pikepdf.Pdf) -> bytes:
    """Return the bytes of the file, written with object streams."""
    out = io.BytesIO()
    pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


def _fonts(pdf: pikepdf.Pdf) -> Dictionary:
    simple = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding)
    composite = Dictionary(Type=Name.Font, Subtype=Name.Type0, BaseFont=Name.Sample, ToUnicode=pdf.make_stream(_CMAP))
    composite[Name.Encoding] = Name("/Identity-H")
    return Dictionary(F1=pdf.make_indirect(simple), F2=pdf.make_indirect(composite))


def _catalog(pdf: pikepdf.Pdf, root: pikepdf.Object) -> None:
    profile = pdf.make_stream((PACKAGE / "pdf/srgb.icc").read_bytes(), N=3)
    pdf.Root.StructTreeRoot = root
    pdf.Root.MarkInfo = Dictionary(Marked=True)
    pdf.Root.Lang = String("en-US")
    pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    pdf.Root.Metadata = pdf.make_stream(_XMP.encode(), Type=Name.Metadata, Subtype=Name.XML)
    pdf.Root.OutputIntents = Array(
        [
            Dictionary(
                Type=Name.OutputIntent,
                S=Name.GTS_PDFA1,
                OutputConditionIdentifier=String("sRGB"),
                Info=String("sRGB"),
                DestOutputProfile=profile,
            )
        ]
    )
