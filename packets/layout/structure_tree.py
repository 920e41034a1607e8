"""Define the structure tree, built with the boxes: its reading order does not depend on the order of drawing."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct, field

from packets.values import HiddenFields

# Roles and attributes of ISO 32000-1 14.8.4 and 14.8.5; `attributes` maps an owner to PDF source text.


class Elem(HiddenFields, Struct, eq=False):
    """A structure element (ISO 32000-1 14.7.2); its children are elements and slots in reading order."""

    role: str
    children: list[Elem | Slot] = field(default_factory=list)
    alt: str = ""
    alt_is_shared: bool = False  # the same for all patients whose pages are laid out alike
    attributes: dict[str, dict[str, str]] = field(default_factory=dict)
    language: str = ""  # if it is not the document's

    def add(self, role: str, *, alt: str = "", alt_is_shared: bool = False, **attributes: dict[str, str]) -> Elem:
        child = Elem(role, alt=alt, alt_is_shared=alt_is_shared, attributes=dict(attributes))
        self.children.append(child)
        return child

    def slot(self) -> Slot:
        slot = Slot(self)
        self.children.append(slot)
        return slot

    @property
    def personal_alt(self) -> str:
        """Return the alternative text if it may be one patient's."""
        return "" if self.alt_is_shared else self.alt

    def slots(self) -> Iterator[Slot]:
        for child in self.children:
            if isinstance(child, Slot):
                yield child
            else:
                yield from child.slots()


class Slot(HiddenFields, Struct, eq=False):
    """A child of an element that refers to page content; drawing adds the references."""

    elem: Elem
    marks: list[tuple[int, int]] = field(default_factory=list)  # (page index, MCID)
    annotations: list[tuple[int, int]] = field(default_factory=list)  # (page index, annotation number)
