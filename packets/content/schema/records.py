"""Parse a YAML tree into records according to a schema, and report all mistakes at once.

A schema is a `Record` of `Field`s. The same schemas define the editor's JSON Schema (json_schema.py) and the reference
page for authors (reference.py). A record that names its class in packets/model builds it (`ParsedRecord.build`).
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import ClassVar, TypeVar

from msgspec import Struct

from packets.content.problems import ProblemCollector, did_you_mean, listed, quoted
from packets.content.yaml import parser
from packets.content.yaml.parser import Node, Place, Scalar

T = TypeVar("T")
NAME = "[a-z][a-z0-9_]{0,39}"  # of a field or a question


class ParsedValue(Struct, frozen=True):
    """A value from a list or from free fields, with its place."""

    value: object
    place: Place


class ParsedRecord(Struct, frozen=True):
    """The valid fields of one record; a missing or bad field is absent and already reported."""

    record: Record
    place: Place
    values: Mapping[str, object]
    nodes: Mapping[str, Node]

    def get(self, name: str, kind: type[T]) -> T | None:
        """Return the value of a field, or None if it is absent or bad; KeyError means a misspelled name in our code."""
        self._check(name)
        value = self.values.get(name)
        return value if isinstance(value, kind) else None

    def all(self, name: str, kind: type[T]) -> tuple[T, ...]:
        """Return the valid entries of a list field."""
        self._check(name)
        value = self.values.get(name, ())
        return tuple(entry for entry in value if isinstance(entry, kind)) if isinstance(value, tuple) else ()

    def text(self, name: str, default: str = "") -> str:
        return self.get(name, str) or default

    def _check(self, name: str) -> None:
        if name in self.values or name in self.record.absent:
            return
        if all(field.name != name for field in self.record.fields):
            raise KeyError(f"{self.record.noun} has no field {name!r}")

    def at(self, name: str) -> Place:
        """Return the place of a field, or of the record if the author left the field out."""
        self._check(name)
        node = self.nodes.get(name)
        return node.place if node else self.place

    def has(self, name: str) -> bool:
        """Return whether the author wrote the field, valid or not."""
        self._check(name)
        return name in self.nodes

    def build(self, model: type[T], **computed: object) -> T:
        """Build the class that the schema names; `computed` are the parameters for the fields in `Record.computed`.

        A missing or bad field takes the default of the class, or else the empty value of its type.
        """
        if model is not self.record.model:
            raise TypeError(f"{self.record.noun} does not build {model.__name__}")
        required = _parameters(model)  # type: ignore[arg-type]
        arguments = dict(computed)
        for field in self.record.fields:
            if field.name in self.record.computed:
                continue
            if field.name in self.values:
                arguments[field.parameter] = _model_value(self.values[field.name])
            elif required[field.parameter]:
                arguments[field.parameter] = field.kind.empty
        return model(**arguments)


@lru_cache(maxsize=100)
def _parameters(model: Callable[..., object]) -> dict[str, bool]:
    """Return the parameters of a class, and whether each is required."""
    parameters = inspect.signature(model).parameters.values()
    return {parameter.name: parameter.default is parameter.empty for parameter in parameters}


def _model_value(value: object) -> object:
    """Return a parsed value without its places: lists as tuples, free fields as pairs, records as their classes."""
    if isinstance(value, ParsedRecord):
        assert value.record.model is not None  # noqa: S101  Record has checked it
        return value.build(value.record.model)
    if isinstance(value, ParsedValue):
        return value.value
    if isinstance(value, tuple):
        return tuple(_model_value(entry) for entry in value)
    if isinstance(value, dict):
        return tuple((name, _model_value(entry)) for name, entry in value.items())
    return value


class FieldType:
    """What a field takes. `read` returns the value, or None after reporting a problem."""

    takes: str  # the expected value, for messages and the reference page
    empty: ClassVar[object] = ""  # what a model gets for a missing or bad field, which is already reported

    def read(self, node: Node, problems: ProblemCollector) -> object:
        raise NotImplementedError


def scalar(node: Node, problems: ProblemCollector, takes: str) -> Scalar | None:
    """Return the scalar, or None after reporting that it is a list, a block of fields or empty."""
    if not isinstance(node, Scalar):
        kind = "a list" if isinstance(node, parser.Sequence) else "fields"
        hint = ""
        if node.flow:
            bracket = "[" if isinstance(node, parser.Sequence) else "{"
            hint = f'A value that begins with {bracket} needs "quotes".'
        problems.add("S03", f"expected {takes}, found {kind}", node.place, hint)
        return None
    if parser.REPLACED in node.text:
        return None
    if not node.style and node.text in ("~", "null", "Null", "NULL"):
        problems.add("S04", f"expected {takes}, found nothing", node.place, 'If the word is meant, put it in "quotes".')
        return None
    if not node.text.strip():
        hint = "Fill it in, or delete the line."
        if node.comment() and not node.style:
            hint = 'What follows # is not read. Put a value that begins with # in "quotes".'
        problems.add("S04", f"expected {takes}, found nothing", node.place, hint)
        return None
    return node


class ListOf(FieldType, Struct, frozen=True):
    """A list; plain values are returned as `ParsedValue`, records as `ParsedRecord`."""

    of: FieldType
    min_items: int = 1
    max_items: int = 200
    hint: str = ""  # for a wrong number of entries
    empty: ClassVar[object] = ()

    @property
    def takes(self) -> str:  # type: ignore[override]
        count = f"{self.min_items} entries, each " if self.min_items == self.max_items else ""
        return f"a list: {count}{self.of.takes}"

    def read(self, node: Node, problems: ProblemCollector) -> tuple[object, ...] | None:
        if not isinstance(node, parser.Sequence):
            hint = 'Write each entry on a line of its own, as "- entry".'
            problems.add("S03", f"expected a list, found {node_kind(node)}", node.place, hint)
            return None
        if not self.min_items <= len(node.items) <= self.max_items:
            hint = "Add an entry, or delete the list." if not node.items else ""
            number = (
                f"exactly {self.min_items}"
                if self.min_items == self.max_items
                else f"{self.min_items} to {self.max_items}"
            )
            problems.add("S13", f"expected {number} entries, found {len(node.items)}", node.place, self.hint or hint)
            return None
        entries = [(self.of.read(item, problems), item.place) for item in node.items]
        return tuple(
            value if isinstance(value, ParsedRecord) else ParsedValue(value, place)
            for value, place in entries
            if value is not None
        )


def node_kind(node: Node) -> str:
    if isinstance(node, parser.Sequence):
        return "a list"
    if isinstance(node, parser.Mapping):
        return "fields"
    return "text" if node.text.strip() else "nothing"


class FreeFields(FieldType, Struct, frozen=True):
    """Fields that the author names; `fixed` ones are required. The value is a dict of `ParsedValue` by name."""

    of: FieldType
    fixed: Mapping[str, FieldType]

    @property
    def takes(self) -> str:  # type: ignore[override]
        return f"fields, each {self.of.takes}"

    def read(self, node: Node, problems: ProblemCollector) -> dict[str, ParsedValue] | None:
        if not isinstance(node, parser.Mapping):
            problems.add(
                "S03", f"expected fields, found {node_kind(node)}", node.place, "Write them as name: value lines."
            )
            return None
        values: dict[str, ParsedValue] = {}
        for key, value in node.entries:
            if not re.fullmatch(NAME, key.text):
                problems.add(
                    "S10",
                    f"{quoted(key, problems)} is not a name for a field",
                    key.place,
                    "Use small letters, digits and _ only, a letter first.",
                )
                continue
            read = self.fixed.get(key.text, self.of).read(value, problems)
            if read is not None:
                values[key.text] = ParsedValue(read, key.place)
        names = {key.text for key, _ in node.entries}
        for name, kind in self.fixed.items():
            if name not in names:
                problems.add("S02", f'"{name}" is missing', node.place, f"Add a line: {name}: {kind.takes}")
        return values


class Field(Struct, frozen=True):
    name: str
    kind: FieldType
    doc: str
    required: bool = False
    example: str = ""
    builds: str = ""  # the parameter of the record's class, if it has another name

    @property
    def parameter(self) -> str:
        return self.builds or self.name


class OneOf(Struct, frozen=True):
    """Exactly one of these fields is required."""

    names: tuple[str, ...]
    code: str = "S05"
    hint: str = ""  # if none is there
    several: str = ""


class Record(FieldType, Struct, frozen=True):
    """A block of fields; `noun` is what a message calls it: "a handout has no field …"."""

    noun: str
    fields: tuple[Field, ...]
    doc: str = ""
    groups: tuple[OneOf, ...] = ()
    at_most_one: tuple[tuple[str, ...], ...] = ()
    others: FieldType | None = None  # what further fields take, where the author may name some
    absent: frozenset[str] = frozenset()  # fields of related schemas that this one does not have; they read as empty
    model: type | None = None  # the class that `ParsedRecord.build` builds: each field is one of its parameters,
    computed: frozenset[str] = frozenset()  # except these, which build.py reads

    def __post_init__(self) -> None:
        """Raise TypeError for a field that the class does not take: what the author wrote would be dropped."""
        for field in self.fields:
            if self.model is None or field.name in self.computed:
                continue
            if field.parameter not in _parameters(self.model):
                raise TypeError(f"{self.noun}: {self.model.__name__} has no parameter {field.parameter!r}")
            kind = field.kind.of if isinstance(field.kind, ListOf) else field.kind
            if isinstance(kind, Record) and kind.model is None:
                raise TypeError(f"{self.noun}: {kind.noun} names no class")

    @property
    def takes(self) -> str:  # type: ignore[override]
        return self.noun

    def names(self) -> frozenset[str]:
        """Return the names of the fields in the schema."""
        return frozenset(field.name for field in self.fields)

    def read(self, node: Node, problems: ProblemCollector) -> ParsedRecord | None:
        if not isinstance(node, parser.Mapping):
            hint = f"Write it as lines like this: {self.fields[0].name}: …"
            problems.add("S01", f"expected the fields of {self.noun}, found {node_kind(node)}", node.place, hint)
            return None
        fields = {entry.name: entry for entry in self.fields}
        values: dict[str, object] = {}
        nodes: dict[str, Node] = {}
        for key, value in node.entries:
            kind = fields[key.text].kind if key.text in fields else self.others
            if kind is None or not re.fullmatch(NAME, key.text):
                self.report_unknown(key, fields, problems)
                continue
            nodes[key.text] = value
            read = kind.read(value, problems)
            if read is not None:
                values[key.text] = read
        for entry in self.fields:
            if entry.required and entry.name not in nodes:
                hint = f"Add it with your own value. Example: {entry.name}: {entry.example}"
                if not entry.example:
                    hint = f"Add it: {entry.name}: …"
                problems.add("S02", f'{self.noun} needs "{entry.name}"', node.place, hint)
        self.check_groups(nodes, node.place, problems)
        return ParsedRecord(self, node.place, values, nodes)

    @property
    def empty(self) -> object:  # type: ignore[override]
        return ParsedRecord(self, Place(1, 1), {}, {}).build(self.model) if self.model else None

    def report_unknown(self, key: Scalar, fields: Mapping[str, Field], problems: ProblemCollector) -> None:
        if problems.full or parser.REPLACED in key.text:
            return
        name = "such field" if problems.private else f'field "{key.text[:40]}"'
        otherwise = f"It can have: {listed(fields, 'and')}."
        problems.add("S07", f"{self.noun} has no {name}", key.place, did_you_mean(key.text, fields, otherwise))

    def check_groups(self, nodes: Mapping[str, Node], place: Place, problems: ProblemCollector) -> None:
        for group in self.groups:
            present = [name for name in group.names if name in nodes]
            if len(present) != 1:
                found = f"found {listed(present, 'and')}" if present else "found none"
                where = nodes[present[1]].place if present else place
                hint = group.several if present else group.hint
                message = f"{self.noun} needs exactly one of {listed(group.names)}; {found}"
                problems.add(group.code, message, where, hint)
        for names in self.at_most_one:
            present = [name for name in names if name in nodes]
            if len(present) > 1:
                message = f"{self.noun} can have only one of {listed(names)}; found {listed(present, 'and')}"
                problems.add("S05", message, nodes[present[1]].place)
