"""Write the packet as one HTML page, for the two peers that print HTML."""

from __future__ import annotations

from html import escape
from typing import Any

from makers.patients import svg

STYLE = """
@page { size: letter; margin: 58pt 58pt 56pt }
body { font: 12.5pt/18pt 'Atkinson Hyperlegible Next'; color: #121212; margin: 0 }
h1 { font-size: 26pt; line-height: 31pt; margin: 0 } .sub { font-size: 14.4pt; color: #454545 }
h2 { font-size: 17pt; line-height: 21pt; color: #0a3d61; border-top: 1.2pt solid; padding-top: 7pt; margin: 10pt 0 4pt }
.box h2 { font-size: 12.5pt; line-height: 18pt; border: 0; padding: 0; margin: 0 0 3pt } p { margin: 0 0 7.5pt } .small { font-size: 10.5pt }
h1, h2 { break-after: avoid }
dl { display: grid; grid-template-columns: 1fr 1fr; gap: 6pt 12pt; margin: 8pt 0 } dd { margin: 0; font-weight: bold }
dt, .note, th { font-size: 10.5pt; color: #454545 } ul, ol { margin: 0 0 7.5pt; padding-left: 17pt }
table { width: 100%; border-collapse: collapse; margin: 4pt 0 12pt } th { text-align: left; border-bottom: 1.4pt solid }
td, tbody th { padding: 5.6pt 8pt 5.6pt 0; border-bottom: .6pt solid #999; font-size: 12.5pt; text-align: left }
tbody th { font-weight: normal; width: 27% } td.when { font-weight: bold; width: 44% }
.box { border: 1.2pt solid #0a3d61; border-radius: 4pt; padding: 10.6pt; margin: 12.5pt 0; break-inside: avoid }
.booking { display: flex; gap: 12.5pt } .booking > div:first-child { flex: 1 } .code { width: 96pt; text-align: center }
.number { font-size: 22pt; line-height: 28pt; font-weight: bold } .code img { width: 96pt; height: 96pt }
.line { border-bottom: .7pt solid #666; height: 27pt } .disclaimer { background: #f1f1f1; padding: 10.6pt }
.one { display: grid; grid-template-columns: 45% 55%; margin: 9pt 0 } .break { break-before: page }
.tick { padding-left: 25pt; position: relative; margin-bottom: 6pt }
.tick::before { content: ''; position: absolute; left: 0; top: 3pt; width: 11pt; height: 11pt; border: 1.2pt solid #0a3d61 }
"""


def page(packet: dict[str, Any], head: str = "", style: str = "") -> str:
    body = "".join(map(_block, packet["blocks"]))
    language, title = packet["language"], escape(packet["title"])
    return (
        f"<!doctype html><html lang='{language}'><head><meta charset=utf-8><title>{title}</title>"
        f"<style>{STYLE}{style}</style></head><body>{head}{body}</body></html>"
    )


def _run(spans: list[list[Any]]) -> str:
    parts = []
    for text, strong, link in spans:
        shown = f"<b>{escape(text)}</b>" if strong else escape(text)
        parts.append(f"<a href='{escape(link)}'>{shown}</a>" if link else shown)
    return "".join(parts)


def _block(block: dict[str, Any]) -> str:
    match block["kind"]:
        case "title":
            return f"<h1>{escape(block['text'])}</h1><p class=sub>{escape(block['subtitle'])}</p>"
        case "heading":
            return f"<h2>{escape(block['text'])}</h2>"
        case "identifiers":
            pairs = (f"<div><dt>{escape(a)}</dt><dd>{escape(b)}</dd></div>" for a, b in block["pairs"])
            return f"<dl>{''.join(pairs)}</dl>"
        case "paragraph":
            return f"<p{' class=small' if block['small'] else ''}>{_run(block['spans'])}</p>"
        case "items":
            items = "".join(f"<li>{_run(item)}</li>" for item in block["items"])
            return f"<ol>{items}</ol>" if block["numbered"] else f"<ul>{items}</ul>"
        case "table":
            headings = "".join(f"<th scope=col>{escape(text)}</th>" for text in block["headings"])
            rows = "".join(
                f"<tr><th scope=row>{escape(a)}</th><td class=when>{escape(b)}</td><td>{escape(c)}</td></tr>"
                for a, b, c in block["rows"]
            )
            return f"<table><thead><tr>{headings}</tr></thead><tbody>{rows}</tbody></table>"
        case "box":
            return f"<div class=box><h2>{escape(block['label'])}</h2>{''.join(map(_block, block['blocks']))}</div>"
        case "booking":
            from urllib.parse import quote

            paragraphs = "".join(f"<p>{_run(spans)}</p>" for spans in block["paragraphs"])
            code = f"data:image/svg+xml,{quote(svg(block['symbol']))}"
            return (
                f"<div class='box booking'><div><h2>{escape(block['heading'])}</h2>{paragraphs}"
                f"<p class=number>{_run(block['number'])}</p></div><div class=code>"
                f"<img src='{code}' alt='{escape(block['alt'])}'><div class=note>{escape(block['caption'])}</div></div></div>"
            )
        case "fill-in":
            label, note = f"<b>{escape(block['label'])}</b>", f"<div class=note>{escape(block['note'])}</div>"
            if block["value"]:
                return f"<p>{label}<br>{escape(block['value'])}</p>"
            if block["lines"] == 1:
                return f"<div class=one><div>{label}{note}</div><div class=line></div></div>"
            return f"<div>{label}{note}</div>{'<div class=line></div>' * block['lines']}"
        case "tick":
            return f"<div class=tick>{_run(block['spans'])}</div>"
        case "disclaimer":
            return f"<div class=disclaimer>{''.join(f'<p>{_run(spans)}</p>' for spans in block['paragraphs'])}</div>"
        case _:
            return "<div class=break></div>"
