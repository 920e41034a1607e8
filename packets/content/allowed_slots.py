"""Find the slots that the texts of a file may use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from packets.content.schema.slots import FILL_IN_FROM, MAY_BE_ASKED, SLOTS
from packets.model.case import Clinic
from packets.model.question import FIXED_CHOICES, AnswerKind, Question

# A PDF reader lists the headings of a file beside its pages, so they name neither the patient nor another person.
_NOT_IN_HEADINGS = frozenset({"patient_name", "record_number", "packet_id", "follow_up"})
_REASON_IN_HEADINGS = "A heading is also a bookmark of the file. Write this slot in the text below the heading."


class AllowedSlots(Struct, frozen=True):
    """The slots that the texts of a file may use, and for each other slot the reason why not.

    `fill_in_from` are the values that `fill_in: from:` may name; None allows the questions of any handout too.
    """

    names: frozenset[str]
    reasons: Mapping[str, str]
    fill_in_from: tuple[str, ...] | None = FILL_IN_FROM
    not_in_headings: frozenset[str] = _NOT_IN_HEADINGS

    @property
    def in_headings(self) -> AllowedSlots:
        """Return the slots that a heading may use."""
        refused = {name for name in self.not_in_headings if name in self.names}
        reasons = {**self.reasons, **dict.fromkeys(refused, _REASON_IN_HEADINGS)}
        return AllowedSlots(type(self.names)(self.names - refused), reasons, self.fill_in_from)


class _WithAnyPhone(frozenset[str]):
    """Names of slots, and `phone.` with any id."""

    def __contains__(self, name: object) -> bool:
        return frozenset.__contains__(self, name) or str(name).startswith("phone.")


def allowed_slots(clinic: Clinic | None, questions: Iterable[Question] | None) -> AllowedSlots:
    """Return the slots for the questions that a handout asks; None for a common part, which any handout can print."""
    asked = None if questions is None else {question.name: question.kind for question in questions}
    own = {name: kind for name, kind in (asked or {}).items() if name not in SLOTS}
    printed = [name for name, kind in own.items() if kind not in FIXED_CHOICES]
    reasons = {
        name: f"Its answers have no words to print. Write a part for each: if: {name} is yes"
        for name, kind in own.items()
        if kind in FIXED_CHOICES
    }
    if clinic is not None and not clinic.name:
        reasons["clinic"] = "clinic.yaml has no name. Add one there, or leave {clinic} out."
    names = frozenset((*SLOTS, *printed))
    if clinic is None:  # clinic.yaml has a mistake, or is that of another folder
        names = _WithAnyPhone(names)
    else:
        names |= {f"phone.{phone}" for phone in clinic.phone_ids}
        if not clinic.sites:
            reasons["site"] = "clinic.yaml has no sites."
        for phone in {phone.id for site in clinic.sites for phone in site.phones} - clinic.phone_ids:
            reasons[f"phone.{phone}"] = f'Not every site has the phone "{phone}": add it to the others in clinic.yaml.'
    for name, answer in MAY_BE_ASKED.items():
        if asked is None:
            reasons[name] = f"Not every handout asks for it. Write a part like this: fill_in: …, from: {name}"
        elif name not in asked:
            reasons[name] = f"It is not always known. Add a line under asks: {name}: {answer.value}"
    words = {name for name, kind in own.items() if kind in (AnswerKind.NAME, AnswerKind.TEXT)}
    sources = None if asked is None else (*FILL_IN_FROM, *printed)
    return AllowedSlots(type(names)(names - set(reasons)), reasons, sources, _NOT_IN_HEADINGS | words)
