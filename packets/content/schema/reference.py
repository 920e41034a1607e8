"""Build the reference page docs/content-reference.md from the schemas of the author's files."""

from __future__ import annotations

from collections.abc import Iterator

from packets.content.schema.block_fields import RowOfCells
from packets.content.schema.file_kinds import FILES
from packets.content.schema.question_fields import QuestionType
from packets.content.schema.records import Field, FieldType, FreeFields, ListOf, Record
from packets.content.schema.slots import SLOTS

_TEXT = """\
## Text

These marks work inside `text: |`, and nothing else does:

| You write | It prints |
| --- | --- |
| an empty line | a new paragraph; lines without one between them are joined |
| `- ` at the start of a line | a bullet |
| `1. ` at the start of a line | a step; continue with 2., 3. |
| `24\\. ` or `\\- ` at the start of a line | 24. or -, as the beginning of a sentence |
| `**words**` | **words** |
| `[our page](https://example.org/knee)` | our page (example.org/knee), as a link |
| `[our office](tel:+1-816-363-2500)` | our office (+1-816-363-2500), as a link |
| `{surgeon}` | the value; the slots are listed below |

A list needs an empty line above it. A long entry continues on the next line, indented by two spaces.
Everything else prints as you type it, such as `<` and `&` in `temperature < 101` and `AT&T`, and a `*` after a word.
Other marks of Markdown and HTML are refused everywhere: `# heading`, `> words`, `| a | b |`, `---`, `*words*`,
`_words_`, `` `words` ``, other links, pictures in brackets, `<b>`, `&nbsp;`, `[[words]]`, `{{words}}`, `[ ]`. The
message says what to write instead. A single `{` that opens no slot cannot be printed; write a bracket of another kind.
`check:` takes bold words, slots and links, no lists. The headings of sections and callouts and the subheadings take
slots, but no name except the surgeon's, because a PDF reader lists the headings beside the pages. Labels and notes take
words only.
A link goes to `https://` or `tel:`, with at most 80 characters. Its address is printed after the words, because nobody
can click on paper; once only if the words are the address. There are no slots in it: an address never has patient
data.

| Slot | Prints |
| --- | --- |
"""

_CONDITIONS = """\
## Conditions

`if:` and `unless:` of a part, a section, a notice, a milestone, a row of a table or a medicine take one comparison, or
up to four joined by `and` or by `or`:

| You write | It holds if the answer is |
| --- | --- |
| `collar is yes` | yes |
| `collar is not yes` | another one |
| `collar is one of yes, undecided` | yes or undecided |
| `collar is yes and status is performed` | both hold |
| `collar is yes or splint is yes` | at least one holds |

`and` and `or` cannot be mixed: write several parts. `status` is `planned` or `performed`; if the case does not say,
`status is not performed` holds. A notice must say something for every combination of answers. A table is left out if
none of its rows is printed.
"""

_PICTURES = """\
## Pictures

`image:` prints an SVG drawing or a PNG file with a caption. The file is beside the content file that names it, and
its name has only letters, digits, `-` and `_`. The width is a part of the width of the text, because one handout
prints on two papers and in two sizes.

- **Drawings (SVG)** print sharp in every size: paths, lines, rectangles, circles, ellipses and polygons, in groups,
  with plain colors, dashes and transforms. From Inkscape, save as Plain SVG; from Illustrator, choose Presentation
  Attributes.
- **Not in a drawing**: text, gradients, transparency, clipping, markers, copies (`<use>`), style sheets, scripts,
  links, a DOCTYPE. The message names the line and what to do.
- **Words belong in the caption**, where they are translated and read aloud. A letter that must be in the drawing
  becomes a shape (in Inkscape: Path, Object to Path).
- **Photos (PNG)** have at most 12 million pixels and 8 million bytes. What is transparent prints white. Below 150
  dots per inch, `check` warns. A JPEG must be converted to PNG.
- **`alt`** says what the picture shows to people who cannot see it: who, in which position, does what.
- A picture is the same for every patient, so `alt` and `caption` take no slots. It never leaves its caption, and a
  new drawing needs a new `revision`, as new words do.

"""

_YAML = """\
## What to know about YAML

- A file is UTF-8 text. Indent with spaces, never with tabs.
- `key: value`, with a space after the colon. A list has one `- entry` per line.
- A long or marked-up text goes below `text: |`, indented. There, every character is safe.
- A value on the line of its key needs "quotes" if it begins with one of `* & ! % @ { [ # "` or with a backquote, or if
  it holds `: ` or ` #`.
- Every value is text: `no` stays no, `0012345` keeps its zeros, `22:22` stays as it is.
- Not used here, and refused: anchors `&`, aliases `*`, tags `!`, merge keys `<<`, blocks with `>`, second documents.
- Text after `#` is a comment for people who read the file. It is never printed.
"""


def reference_page() -> str:
    """Return the page in Markdown."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "<!-- Generated by python -m packets.cli.generated_files; do not edit. -->"
    yield "# Content reference"
    yield ""
    yield "Every file of `content/`, field by field. How to write a new procedure: [for-authors.md](for-authors.md)."
    yield "An editor with YAML support completes and checks while you type: line 1 of each file names its schema."
    yield ""
    yield _YAML
    yield _TEXT.rstrip("\n")
    for slot, doc in SLOTS.items():
        yield f"| `{{{slot}}}` | {doc} |"
    yield ""
    yield _CONDITIONS.rstrip("\n")
    yield ""
    yield _PICTURES.rstrip("\n")
    for name, record in FILES.items():
        yield ""
        yield f"## {name.capitalize()} file"
        yield ""
        yield record.doc
        yield from _table(record)
        for inner in nested_records(record):
            yield ""
            yield f"### {inner.noun.removeprefix('a ').removeprefix('the ').capitalize()}"
            yield from _table(inner)


def _table(record: Record) -> Iterator[str]:
    yield ""
    yield "| Field | Required | Takes | Meaning | Example |"
    yield "| --- | --- | --- | --- | --- |"
    for field in record.fields:
        cells = (f"`{field.name}`", _required(field, record), _takes(field.kind), _cell(field.doc), _example(field))
        yield f"| {' | '.join(cells)} |"
    for group in record.groups:
        yield ""
        yield f"Exactly one of {', '.join(f'`{name}`' for name in group.names)} is required."
    for names in record.at_most_one:
        yield ""
        yield f"Only one of {' and '.join(f'`{name}`' for name in names)} is allowed."
    if record.others is not None:
        yield ""
        yield "Further fields are answers to the handout's own questions."


def _required(field: Field, record: Record) -> str:
    if any(field.name in group.names for group in record.groups):
        return "one of"
    return "yes" if field.required else ""


def _takes(kind: FieldType) -> str:
    if isinstance(kind, ListOf) and isinstance(kind.of, Record):
        return f"list of: {kind.of.noun.removeprefix('a ')}"
    if isinstance(kind, FreeFields):
        return f"for each id: {kind.of.noun}" if isinstance(kind.of, Record) else "name: answer lines"
    if isinstance(kind, Record):
        return f"the fields of {kind.noun}"
    return _cell(kind.takes)


def _example(field: Field) -> str:
    return f"`{field.example}`" if field.example and "\n" not in field.example else ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def nested_records(record: Record) -> Iterator[Record]:
    """Yield the records nested in this one, each once, in reading order."""
    seen: list[Record] = []

    def walk(kind: FieldType) -> None:
        if isinstance(kind, ListOf | FreeFields):
            walk(kind.of)
        elif isinstance(kind, QuestionType | RowOfCells):
            walk(kind.record)
        elif isinstance(kind, Record) and kind not in seen:
            seen.append(kind)
            for field in kind.fields:
                walk(field.kind)

    for field in record.fields:
        walk(field.kind)
    yield from seen
