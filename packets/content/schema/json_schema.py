"""Build the JSON Schema of a file kind (draft 7, which the YAML language server reads)."""

from __future__ import annotations

import json
from typing import Any

from packets.content.schema import timing
from packets.content.schema.case_file import RawValue
from packets.content.schema.field_types import (
    CalendarDate,
    Choice,
    Integer,
    MarkedUpText,
    Pattern,
    PlainText,
    SingleLine,
    TimeZone,
)
from packets.content.schema.files import FILES
from packets.content.schema.part_fields import ConditionText
from packets.content.schema.records import NAME, Field, FieldType, FreeFields, ListOf, Record

Schema = dict[str, Any]


def file_schema(name: str) -> str:
    """The text of content/schema/<name>.schema.json."""
    record = FILES[name]
    head = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$comment": "Made by python -m packets.cli.generated_files from packets/content/schema/files.py; do not edit.",
        "title": record.noun,
        "description": _plain(record.doc),
    }
    return json.dumps({**head, **_of(record)}, ensure_ascii=False, indent=2) + "\n"


def _of(kind: FieldType) -> Schema:
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
        case Pattern() | TimeZone() | ConditionText() | timing.After() | timing.Span():
            return {"type": "string", "pattern": f"^({kind.pattern})$"}
        case Integer():
            return {"type": "integer", "minimum": kind.minimum, "maximum": kind.maximum}
        case CalendarDate():
            return {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
        case RawValue():
            # An editor reads 0012345 as a number and true as yes or no; the reader takes all of them for text.
            return {"type": ["string", "number", "boolean"]}
        case SingleLine():
            return {"type": "string", "minLength": 1, "maxLength": kind.max_length}
        case PlainText() | MarkedUpText():
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
