"""Build the reference page docs/content-reference.md from the schemas of the author's files."""

from __future__ import annotations

from collections.abc import Iterator

from packets.content.schema.files import FILES
from packets.content.schema.records import Field, FieldType, FreeFields, ListOf, Record
from packets.content.schema.slots import SLOTS

_TEXT = """\
## Text

Inside `text: |` these marks count, and nothing else:

| You write | It prints |
| --- | --- |
| an empty line | a new paragraph; lines without one between them are joined |
| `- ` at the start of a line | a bullet |
| `1. ` at the start of a line | a step; count on 2., 3. |
| `24\\. ` or `\\- ` at the start of a line | 24. or -, as the beginning of a sentence |
| `**words**` | **words** |
| `{surgeon}` | the value; the slots are listed below |

A list needs an empty line above it. A long entry goes on in the next line, indented by two spaces.
Everything else prints as you type it: `<`, `&`, `#`, `*`, `_`, `[[` and `]]`. `{{` prints `{{`: two braces are text.
A single `{` that opens no slot cannot be printed; write a bracket of another kind.
`check:` takes bold words and slots, no lists. Headings, labels and notes take words only.

| Slot | Prints |
| --- | --- |
"""

_YAML = """\
## What to know about YAML

- A file is UTF-8 text. Indent with spaces, never with tabs.
- `key: value`, with a space after the colon. A list is one `- entry` on each line.
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
    yield "<!-- Made by python -m packets.cli.generated_files from packets/content/schema/files.py; do not edit. -->"
    yield "# Content reference"
    yield ""
    yield "Every file of `content/`, field by field. How to write a new procedure: [for-authors.md](for-authors.md)."
    yield "An editor with YAML support completes and checks while you type: line 1 of each file names its schema."
    yield ""
    yield _YAML
    yield _TEXT.rstrip("\n")
    for slot, doc in SLOTS.items():
        yield f"| `{{{slot}}}` | {doc} |"
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
    yield "| Field | Must | Takes | Meaning | Example |"
    yield "| --- | --- | --- | --- | --- |"
    for field in record.fields:
        cells = (f"`{field.name}`", _must(field, record), _takes(field.kind), _cell(field.doc), _example(field))
        yield f"| {' | '.join(cells)} |"
    for group in record.groups:
        yield ""
        yield f"Exactly one of {', '.join(f'`{name}`' for name in group.names)} must be there."
    for names in record.at_most_one:
        yield ""
        yield f"Only one of {' and '.join(f'`{name}`' for name in names)} can be there."
    if record.others is not None:
        yield ""
        yield "Further fields are answers to the handout's own questions."


def _must(field: Field, record: Record) -> str:
    if any(field.name in group.names for group in record.groups):
        return "one of"
    return "yes" if field.required else ""


def _takes(kind: FieldType) -> str:
    if isinstance(kind, ListOf) and isinstance(kind.of, Record):
        return f"list of: {kind.of.noun.removeprefix('a ')}"
    if isinstance(kind, FreeFields):
        return "name: answer lines"
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
        if isinstance(kind, ListOf):
            walk(kind.of)
        elif isinstance(kind, Record) and kind not in seen:
            seen.append(kind)
            for field in kind.fields:
                walk(field.kind)

    for field in record.fields:
        walk(field.kind)
    yield from seen
