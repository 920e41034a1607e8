"""Take the table of a file kind, give its JSON Schema (draft 7, which the YAML language server reads)."""

from __future__ import annotations

import json
from typing import Any

from packets.content import formats, timing
from packets.content.kinds import Choice, Day, Form, Line, Prose, TimeZone, Whole, Words
from packets.content.schema import NAME, Field, FreeFields, Kind, ListOf, Record

Schema = dict[str, Any]


def file_schema(name: str) -> str:
    """The text of content/schema/<name>.schema.json."""
    record = formats.FILES[name]
    head = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$comment": "Made by python -m packets.app.generated from packets/content/formats.py; do not edit.",
        "title": record.noun,
        "description": _plain(record.doc),
    }
    return json.dumps({**head, **_of(record)}, ensure_ascii=False, indent=2) + "\n"


def _of(kind: Kind) -> Schema:
    match kind:
        case Record():
            return _record(kind)
        case ListOf():
            return {"type": "array", "items": _of(kind.of), "minItems": kind.least, "maxItems": kind.most}
        case FreeFields():
            return {
                "type": "object",
                "properties": {name: _of(each) for name, each in kind.fixed.items()},
                "required": list(kind.fixed),
                "additionalProperties": _of(kind.of),
                "propertyNames": {"pattern": f"^({NAME})$"},
            }
        case Choice():
            return {"enum": list(kind.words)}
        case Form() | TimeZone() | formats.If() | timing.After() | timing.Span():
            return {"type": "string", "pattern": f"^({kind.pattern})$"}
        case Whole():
            return {"type": "integer", "minimum": kind.least, "maximum": kind.most}
        case Day():
            return {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
        case formats.Entry():
            # An editor reads 0012345 as a number and true as yes or no; the reader takes all of them for text.
            return {"type": ["string", "number", "boolean"]}
        case Line():
            return {"type": "string", "minLength": 1, "maxLength": kind.longest}
        case Words() | Prose():
            return {"type": "string", "minLength": 1}
        case _:
            raise TypeError(type(kind).__name__)


def _record(record: Record) -> Schema:
    schema: Schema = {
        "type": "object",
        "properties": {field.name: _field(field) for field in record.fields},
        "required": [field.name for field in record.fields if field.required],
        "additionalProperties": record.others is not None and _of(record.others),
    }
    rules: list[Schema] = [{"oneOf": [{"required": [name]} for name in group.names]} for group in record.groups]
    rules += [{"not": {"required": list(names)}} for names in record.at_most_one]
    if rules:
        schema["allOf"] = rules
    return schema


def _field(field: Field) -> Schema:
    schema = {**_of(field.kind), "description": _plain(field.doc)}
    if field.example and "\n" not in field.example:
        schema["examples"] = [field.example.strip('"')]
    return schema


def _plain(doc: str) -> str:
    return doc.replace("`", '"')
