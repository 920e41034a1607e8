"""Take the content folder, give the library of everything in it, or what one packet needs of it."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from packets.content.lint import supporting_files
from packets.content.loader import ContentLoader
from packets.content.problems import listed
from packets.errors import InvalidInputError, Problem, UsageError, ordered
from packets.model.case import Clinic
from packets.model.handout import CommonPart, Handout, PacketPlan, Status
from packets.model.language import Language
from packets.model.mail_settings import MailText
from packets.model.surgeon import Surgeon, apply_instructions, similar_surgeons

K = TypeVar("K")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Library:
    """Content that has passed every check."""

    clinic: Clinic
    handouts: Mapping[tuple[str, str], Handout]  # by procedure and language
    common: Mapping[tuple[str, str], CommonPart]  # by id and language
    plans: Mapping[str, PacketPlan]
    languages: Mapping[str, Language]
    mails: Mapping[str, MailText] = field(default_factory=dict)  # by language; not read for a packet alone
    staff: Library | None = None  # of a translation: what the staff sheet is made of, in the original's language
    surgeons: tuple[Surgeon, ...] = ()
    own: Mapping[tuple[str, str, str], Handout] = field(default_factory=dict)  # by procedure, language, surgeon's id

    def handout_for(self, procedure: str, language: str, surgeon: str, *, include_drafts: bool = False) -> Handout:
        """The handout of this surgeon's patients: with the surgeon's own instructions, where there are some.

        Raises Refused where these have no words in the language: nothing falls back to the clinic's own unsaid.
        """
        handout = self.handouts[procedure, language]
        named = self.surgeon(surgeon)
        own = named.own(procedure) if named else None
        if named is None or own is None or own.review.status is Status.RETIRED:
            return handout
        if own.review.status is Status.DRAFT and not include_drafts:
            return handout
        found = self.own.get((procedure, language, named.id))
        if found is None:
            message = f"{named.name}'s instructions are not in this language"
            language_name = self.language_name(named.language)
            hint = f"They are in {language_name}: surgeons/{named.id}.yaml. Print the packet in that language."
            raise InvalidInputError(Problem("R18", message, hint, field="surgeon"))
        return found

    def surgeon(self, name: str) -> Surgeon | None:
        return next((each for each in self.surgeons if each.called(name)), None)

    def language_name(self, tag: str) -> str:
        return self.languages[tag].name if tag in self.languages else tag


@dataclass(frozen=True, slots=True)
class CatalogEntry:
    """One line of the catalog."""

    id: str
    title: str
    language: str
    revision: int
    status: Status
    by: str
    on: dt.date | None
    again_by: dt.date | None


def load(root: Path, today: dt.date | None = None) -> tuple[Library | None, tuple[Problem, ...]]:
    """Everything, and every problem and warning of every file; no library while there is an error.

    With `today`, approvals that have run out are errors too.
    """
    shelf = ContentLoader(root, today)
    clinic = shelf.clinic()
    names = shelf.names()
    handouts = {key: shelf.handout(*key) for key in names.handouts}
    common = {key: shelf.common(*key) for key in names.common}
    plans = {name: shelf.plan(name) for name in names.plans}
    languages = {tag: shelf.language(tag) for tag in names.languages}
    mails = {tag: shelf.mail(tag) for tag in names.mails}
    surgeons = shelf.surgeons()
    shelf.check_whole(names, plans.values())
    shelf.check_retired(handouts.values(), plans.values(), common.values())
    shelf.check_words(plans.values())
    for path in sorted((root / "glossaries").glob("*.yaml")):
        shelf.glossary(path.stem)
    for (_, tag), handout in handouts.items():
        shelf.check_drafts(handout, [part for (_, lang), part in common.items() if lang == tag], languages.get(tag))
    problems = ordered(shelf.problems)
    if clinic is None or any(not problem.warning for problem in problems):
        return None, problems
    whole = (_there(handouts), _there(common), _there(plans), _there(languages), _there(mails))
    return Library(clinic, *whole, None, surgeons, _own(surgeons, whole[0], whole[3])), problems


def load_clinic(root: Path) -> Clinic:
    """Read clinic.yaml alone. Raises Refused."""
    shelf = ContentLoader(root, None)
    clinic = shelf.clinic()
    shelf.stop_if_refused()
    assert clinic is not None  # noqa: S101  otherwise there are problems
    return clinic


def load_for_packet(root: Path, procedure: str, language: str | None, plans: Iterable[str]) -> Library:
    """What one packet needs: a broken file elsewhere does not stop it.

    Raises Misused for an unknown or retired procedure, language or plan, Refused with every problem of the files read.
    """
    shelf = ContentLoader(root, None)
    clinic = shelf.clinic()
    names = shelf.names()
    shelf.stop_if_refused()
    tag = language or (clinic.language if clinic else "")
    _known(procedure, sorted({name for name, _ in names.handouts}), "procedure", "PROCEDURE")
    _known(
        tag,
        sorted(lang for name, lang in names.handouts if name == procedure),
        "language",
        "--language",
        f' for "{procedure}"',
    )
    plans = tuple(plans)
    for name in plans:
        _known(name, sorted(names.plans), "packet plan", "--plan")
    handout = shelf.handout(procedure, tag)
    if handout is not None and handout.review.status is Status.RETIRED:
        available = sorted({name for name, _ in names.handouts} - {procedure})
        hint = f"There are: {listed(available, 'and')}." if available else ""
        raise UsageError(
            Problem("L21", f'the handout "{procedure}" is retired: it is not printed any more', hint, "PROCEDURE")
        )
    read_plans = {name: shelf.plan(name) for name in plans}
    wanted = {supporting_files.BOOKING, *(handout.ends_with if handout else ())}
    original = handout.original if handout else None
    staff_plans = [name for name, plan in read_plans.items() if plan and plan.staff and original]
    for name, plan in read_plans.items():
        if name in staff_plans:
            continue
        wanted |= {entry.removeprefix("common/") for entry in (plan.shows if plan else ()) if "/" in entry}
    common = {}
    for name in sorted(wanted):
        if (name, tag) in names.common:
            common[name, tag] = shelf.common(name, tag)
        else:
            shelf.missing(f"common/{name}.{tag}.yaml", "a packet needs it")
    languages = {}
    if tag in names.languages:
        languages[tag] = shelf.language(tag)
    else:
        shelf.missing(f"languages/{tag}.yaml", "it has the words around the content")
    surgeons = shelf.surgeons(procedure)
    shelf.check_retired([handout], read_plans.values(), common.values())
    shelf.check_drafts(handout, common.values(), languages.get(tag))
    shelf.stop_if_refused()
    assert clinic is not None and handout is not None  # noqa: S101  otherwise there are problems
    staff = load_for_packet(root, procedure, original.language, staff_plans) if original and staff_plans else None
    handouts, words = {(procedure, tag): handout}, _there(languages)
    own = _own(surgeons, handouts, words)
    return Library(clinic, handouts, _there(common), _there(read_plans), words, {}, staff, surgeons, own)


def _own(
    surgeons: Iterable[Surgeon], handouts: Mapping[tuple[str, str], Handout], words: Mapping[str, Language]
) -> dict[tuple[str, str, str], Handout]:
    """Built once, so that the engine knows them again by their identity."""
    return {
        (own.procedure, surgeon.language, surgeon.id): apply_instructions(
            handout, surgeon, own, words[surgeon.language]
        )
        for surgeon in surgeons
        for own in surgeon.procedures
        if (handout := handouts.get((own.procedure, surgeon.language)))
    }


def catalog(root: Path) -> tuple[tuple[CatalogEntry, ...], tuple[Problem, ...]]:
    """Each handout for the `list` command, and the problems of those that cannot be listed."""
    shelf = ContentLoader(root, None)
    shelf.clinic()
    handouts = [shelf.handout(*key) for key in shelf.names().handouts]
    entries = tuple(
        CatalogEntry(
            handout.id,
            handout.title,
            handout.language,
            handout.revision,
            handout.review.status,
            handout.review.by,
            handout.review.on,
            handout.review.again_by,
        )
        for handout in handouts
        if handout is not None
    )
    return entries, ordered(problem for problem in shelf.problems if not problem.warning)


def expired_approvals(root: Path, library: Library, today: dt.date) -> tuple[Problem, ...]:
    """Approvals in the library that have run out; a packet is still made, and the screen says so."""
    found = []
    for (name, tag), handout in library.handouts.items():
        found.append((f"procedures/{name}/handout.{tag}.yaml", handout.review))
    for (name, tag), part in library.common.items():
        found.append((f"common/{name}.{tag}.yaml", part.review))
    for surgeon in library.surgeons:
        found += [(f"surgeons/{surgeon.id}.yaml", procedure.review) for procedure in surgeon.procedures]
    return ordered(
        Problem(
            "R04",
            f"the approval ran out on {review.again_by.isoformat()}",
            "A clinician should review the text.",
            str(root / path),
            warning=True,
        )
        for path, review in found
        if review.again_by and review.again_by < today
    )


def surgeon_warnings(library: Library, procedure: str, name: str) -> tuple[Problem, ...]:
    """Notes for the screen where a surgeon's own instructions may be meant and are not printed; without the name."""
    named = library.surgeon(name)
    printed = "The packet has the clinic's own words, dates and number."
    if named is not None:
        own = named.own(procedure)
        if own is not None and own.review.status is not Status.RETIRED:
            return ()
        message = f'surgeons/{named.id}.yaml has no instructions for "{procedure}"'
        return (Problem("C23", message, printed, field="surgeon", warning=True),)
    near = similar_surgeons(library.surgeons, name)
    if not near:
        return ()
    meant = listed(f'"{each.name}" (surgeons/{each.id}.yaml)' for each in near)
    hint = f"Did you mean {meant}? Write the name so, or add it there under aliases or not_meant. {printed}"
    message = "no surgeon's instructions are for exactly this name"
    return (Problem("C22", message, hint, field="surgeon", warning=True),)


def _there(values: Mapping[K, T | None]) -> dict[K, T]:
    return {key: value for key, value in values.items() if value is not None}


def _known(word: str, known: list[str], noun: str, path: str, behind: str = "") -> None:
    """Raise Misused unless the word is known."""
    if word in known:
        return
    near = difflib.get_close_matches(word.lower().replace("_", "-"), known, 3, 0.5)
    near = [each for each in near if len(each) > 3]  # of short words, such as languages, every one is near
    hints = [f"Did you mean {listed(f'{chr(34)}{each}{chr(34)}' for each in near)}?"] if near else []
    hints.append(f"There are: {listed(known, 'and')}." if known else "There is none yet.")
    code = {"procedure": "L22", "language": "L23"}.get(noun, "L24")
    raise UsageError(Problem(code, f'there is no {noun} "{word[:60]}"{behind}', "\n".join(hints), path))
