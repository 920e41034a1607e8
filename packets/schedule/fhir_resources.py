"""Read FHIR R4 files: a resource, a Bundle or NDJSON, and resolve the references between resources.

FHIR R4 2.6.2 (JSON), 3.1.7 (resolving references in Bundles).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NoReturn

from msgspec import Struct

from packets.errors import InvalidInputError, Problem
from packets.values import HiddenFields

Json = Mapping[str, Any]
MAX_DEPTH = 50
_COMPLETE = ("searchset", "collection", "batch", "transaction", "message", "document")
_RESTFUL = re.compile(r"(?:^|/)([A-Z][A-Za-z]+)/[^/#]+(?:/_history/[^/]+)?$")
_AGAIN = "Export it again, and send the answer as it is."


class Resource(HiddenFields, Struct, frozen=True):
    """A resource, where it was found, and its fullUrl in a Bundle ("" elsewhere)."""

    place: str
    full_url: str
    content: Json

    @property
    def type(self) -> str:
        return text(self.content, "resourceType")

    @property
    def id(self) -> str:
        return text(self.content, "id")


def text(value: object, name: str) -> str:
    """Return a string element, "" if it is absent or something else."""
    found = value.get(name) if isinstance(value, Mapping) else None
    return found if isinstance(found, str) else ""


def each(value: object, name: str) -> list[Json]:
    """Return the objects of an element that may repeat."""
    found = value.get(name) if isinstance(value, Mapping) else None
    entries = found if isinstance(found, list) else [found]
    return [entry for entry in entries if isinstance(entry, Mapping)]


def resources(data: bytes, name: str) -> Iterator[Resource]:
    """Yield the resources of a file, those of a Bundle one by one. Raise InvalidInputError (B80, B81)."""
    try:
        content = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInputError(Problem("B80", "FHIR files are UTF-8, and this one is not", _AGAIN, name)) from None
    if name.lower().endswith((".ndjson", ".jsonl")):
        for number, line in enumerate(content.split("\n"), 1):
            if line.strip():
                yield from _resources(_parsed(line, f"{name}, line {number}"), f"{name}, line {number}")
    else:
        yield from _resources(_parsed(content, name), name)


def _resources(content: Json, place: str) -> Iterator[Resource]:
    if text(content, "resourceType") != "Bundle":
        yield Resource(place, "", content)
        return
    if text(content, "type") not in _COMPLETE:
        _refuse("B81", "this kind of Bundle has no current resources", place)
    if any(text(link, "relation") == "next" for link in each(content, "link")):
        _refuse("B81", "the Bundle has a next page, so cases are missing from it", place)
    for number, entry in enumerate(each(content, "entry"), 1):
        resource = entry.get("resource")
        where = f"{place}, entry {number}"
        if not isinstance(resource, Mapping):
            _refuse("B81", "the entry has no resource", where)
        if text(resource, "resourceType") == "Bundle":
            _refuse("B80", "a Bundle is inside another one", where)
        yield Resource(where, text(entry, "fullUrl"), resource)


def _refuse(code: str, message: str, place: str) -> NoReturn:
    raise InvalidInputError(Problem(code, message, _AGAIN, place))


def _parsed(content: str, place: str) -> Json:
    """Parse JSON strictly: no duplicate keys, no NaN, bounded depth. Numbers stay text."""
    try:
        value = json.loads(
            content,
            object_pairs_hook=_without_duplicates,
            parse_constant=_refuse_constant,
            parse_float=str,
            parse_int=str,
        )
    except RecursionError:
        _refuse("B80", "the JSON is nested too deeply", place)
    except json.JSONDecodeError as error:
        line = f"line {error.lineno}, column {error.colno}"
        _refuse("B80", f"this is not JSON ({line})", place)
    except _ForbiddenJsonError as error:
        _refuse("B80", str(error), place)
    if not isinstance(value, Mapping) or not text(value, "resourceType"):
        _refuse("B80", "this is not a FHIR resource: it has no resourceType", place)
    if _depth(value) > MAX_DEPTH:
        _refuse("B80", "the JSON is nested too deeply", place)
    return value


class _ForbiddenJsonError(ValueError):
    pass


def _without_duplicates(pairs: Sequence[tuple[str, Any]]) -> Json:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _ForbiddenJsonError("a name occurs twice in a JSON object")
    return found


def _refuse_constant(_name: str) -> NoReturn:
    raise _ForbiddenJsonError("NaN and Infinity are not JSON")


def _depth(value: object) -> int:
    depth, level = 0, [value]
    while level:
        depth += 1
        level = [
            inner
            for outer in level
            if isinstance(outer, (Mapping, list))
            for inner in (outer.values() if isinstance(outer, Mapping) else outer)
        ]
    return depth


class UnresolvedError(LookupError):
    """A reference that does not lead to exactly one resource; the text says why."""


class ResourceIndex:
    """Find resources by reference, within the files that were read."""

    def __init__(self, found: Sequence[Resource]) -> None:
        self._by_url: dict[str, list[Resource]] = {}
        self._by_id: dict[tuple[str, str], list[Resource]] = {}
        for resource in found:
            if resource.full_url:
                self._by_url.setdefault(resource.full_url, []).append(resource)
            self._by_id.setdefault((resource.type, resource.id), []).append(resource)

    def resolve(self, reference: object, source: Resource, kind: str) -> Resource:
        """Return the resource of type `kind` that a Reference names. Raise UnresolvedError.

        Only its `reference` counts: a `display` can be anything.
        """
        target = text(reference, "reference")
        if not target:
            raise UnresolvedError(f"the reference to the {kind} has no target")
        if target.startswith("#"):
            inside = [part for part in each(source.content, "contained") if f"#{text(part, 'id')}" == target]
            return self._only([Resource(source.place, "", part) for part in inside], kind)
        target = target.split("/_history/")[0]
        if ":" in target:
            return self._only(self._by_url.get(target, []), kind)
        base = source.full_url.removesuffix(f"{source.type}/{source.id}")
        if base != source.full_url and (with_base := self._by_url.get(base + target)):
            return self._only(with_base, kind)
        resource_type, _, resource_id = target.partition("/")
        return self._only(self._by_id.get((resource_type, resource_id), []), kind)

    def type_of(self, reference: object, source: Resource) -> str:
        """Return the type of the resource that a reference names, "" if that is not known."""
        target = text(reference, "reference")
        if named := _RESTFUL.search(target):
            return named[1]
        inside = [part for part in each(source.content, "contained") if f"#{text(part, 'id')}" == target]
        types = {text(part, "resourceType") for part in inside} | {found.type for found in self._by_url.get(target, [])}
        return types.pop() if len(types) == 1 else text(reference, "type")

    def _only(self, found: Sequence[Resource], kind: str) -> Resource:
        distinct: list[Resource] = []
        for resource in found:
            if resource.type == kind and all(resource.content != other.content for other in distinct):
                distinct.append(resource)
        if len(distinct) != 1:
            how_many = f"{len(distinct)} different resources" if distinct else "no resource in these files"
            raise UnresolvedError(f"the reference to the {kind} leads to {how_many}")
        return distinct[0]
