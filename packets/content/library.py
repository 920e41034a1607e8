"""Load the library from a content folder: all of it, or what one packet needs."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeVar

from msgspec import Struct, field

from packets.content import library_checks
from packets.content.file_index import FileIndex
from packets.content.lint import supporting_files
from packets.content.loader import ContentLoader
from packets.content.packet_plans import usual_plans
from packets.content.problems import listed
from packets.errors import InvalidInputError, Problem, UsageError, ordered
from packets.model.case import Clinic
from packets.model.handout import CommonPart, Handout, PacketPlan, Status
from packets.model.language import Language
from packets.model.mail_settings import MailText
from packets.model.surgeon import Surgeon, apply_instructions, similar_surgeons

K = TypeVar("K")
T = TypeVar("T")


class Library(Struct, frozen=True):
    """Content that has passed every check."""

    clinic: Clinic
    handouts: Mapping[tuple[str, str], Handout]  # by procedure and language
    common: Mapping[tuple[str, str], CommonPart]  # by id and language
    plans: Mapping[str, PacketPlan]
    languages: Mapping[str, Language]
    mails: Mapping[str, MailText] = field(default_factory=dict)  # by language; not read for a packet alone
    staff: Library | None = None  # for a translation: what the staff sheet needs, in the original's language
    surgeons: tuple[Surgeon, ...] = ()
    surgeon_handouts: Mapping[tuple[str, str, str], Handout] = field(default_factory=dict)  # + the surgeon's id
    test_data: bool = False  # take test messages, and mark every packet as test data

    def handout_for(self, procedure: str, language: str, surgeon: str, *, include_drafts: bool = False) -> Handout:
        """Return the handout for this surgeon's patients, with the surgeon's instructions if there are any.

        Raise InvalidInputError (R18) if these are in another language: the clinic's words are no substitute.
        """
        handout = self.handouts[procedure, language]
        named = self.surgeon(surgeon, language)
        instructions = named.instructions(procedure) if named else None
        if named is None or instructions is None or instructions.review.status is Status.RETIRED:
            return handout
        if instructions.review.status is Status.DRAFT and not include_drafts:
            if self._approved_elsewhere(named, procedure):
                message = f"{named.name}'s instructions in this language await a clinician"
                hint = f"They are in surgeons/{named.id}.yaml. Print the packet in another language, or with drafts."
                raise InvalidInputError(Problem("R18", message, hint, field="surgeon"))
            return handout
        changed = self.surgeon_handouts.get((procedure, language, named.id))
        if changed is None:
            message = f"{named.name}'s instructions are not in this language"
            language_name = self.language_name(named.language)
            hint = f"They are in {language_name}: surgeons/{named.id}.yaml. Print the packet in that language."
            hint += f"\nOr copy the file to surgeons/{named.id}-{language}.yaml, keep its name: and translate it."
            raise InvalidInputError(Problem("R18", message, hint, field="surgeon"))
        return changed

    def surgeon(self, name: str, language: str = "") -> Surgeon | None:
        """Return the surgeon's file in this language, or else in another one."""
        files = [surgeon for surgeon in self.surgeons if surgeon.called(name)]
        return next((surgeon for surgeon in files if surgeon.language == language), files[0] if files else None)

    def _approved_elsewhere(self, named: Surgeon, procedure: str) -> bool:
        """Return whether this surgeon's instructions are approved in another language."""
        files = [surgeon for surgeon in self.surgeons if surgeon is not named and surgeon.called(named.name)]
        found = [instructions for surgeon in files if (instructions := surgeon.instructions(procedure))]
        return any(instructions.review.status is Status.APPROVED for instructions in found)

    def language_name(self, tag: str) -> str:
        return self.languages[tag].name if tag in self.languages else tag


def load(root: Path, today: dt.date | None = None) -> tuple[Library | None, tuple[Problem, ...]]:
    """Load and check every file; return no library if there is an error.

    With `today`, expired approvals are errors too.
    """
    loader = ContentLoader(root, today)
    clinic = loader.clinic()
    files = loader.files()
    handouts = {key: loader.handout(*key) for key in files.handouts}
    common = {key: loader.common(*key) for key in files.common}
    plans = {name: loader.plan(name) for name in files.plans}
    languages = {tag: loader.language(tag) for tag in files.languages}
    mails = {tag: loader.mail(tag) for tag in files.mails}
    surgeons = loader.surgeons()
    loader.problems += library_checks.missing_files(root, files, handouts.values(), plans.values())
    loader.problems += library_checks.retired_parts(root, handouts.values(), plans.values(), common.values())
    loader.problems += library_checks.unknown_fill_ins(loader.loaded_files)
    loader.problems += library_checks.mails_without_attached_pages(root, clinic, plans.values())
    procedures = {name for name, _ in files.handouts}
    loader.problems += library_checks.contradicting_texts(
        loader.loaded_files, loader.instructions, plans.values(), procedures
    )
    loader.check_clinic_words({tag: languages.get(tag) for _, tag in files.handouts})
    for path in sorted((root / "glossaries").glob("*.yaml")):
        loader.glossary(path.stem)
    for (_, tag), handout in handouts.items():
        parts = [part for (_, lang), part in common.items() if lang == tag]
        loader.problems += library_checks.unreviewed_texts(root, handout, parts, languages.get(tag))
    problems = ordered(loader.problems)
    if clinic is None or any(not problem.warning for problem in problems):
        return None, problems
    present = (_without_none(handouts), _without_none(common), _without_none(plans), _without_none(languages))
    reviewed = {tag: mail for tag, mail in _without_none(mails).items() if not mail.draft}
    return Library(
        clinic, *present, reviewed, None, surgeons, _surgeon_handouts(surgeons, present[0], present[3])
    ), problems


def load_valid(root: Path) -> Library:
    """Load the whole library. Raise InvalidInputError with every mistake."""
    library, problems = load(root)
    if library is None:
        raise InvalidInputError(*(problem for problem in problems if not problem.warning))
    return library


def load_clinic(root: Path) -> Clinic:
    """Load only clinic.yaml. Raise InvalidInputError if it has an error."""
    loader = ContentLoader(root, None)
    clinic = loader.clinic()
    loader.raise_on_errors()
    assert clinic is not None  # noqa: S101  otherwise there are problems
    return clinic


def load_language(root: Path, tag: str) -> Language | None:
    """Load one language file; None if it does not exist or has an error, which `check` reports."""
    loader = ContentLoader(root, None)
    return loader.language(tag) if tag in loader.files().languages else None


def load_for_packet(
    root: Path, procedure: str, language: str | None, plans: Iterable[str], *, usual: bool = False
) -> Library:
    """Load what one packet needs; errors in other files do not stop it. With `usual`, also load the usual plans.

    Raise UsageError for an unknown or retired procedure, language or plan, InvalidInputError for errors in the files.
    """
    loader = ContentLoader(root, None)
    clinic = loader.clinic()
    files = loader.files()
    loader.raise_on_errors()
    tag = language or (clinic.language if clinic else "")
    require_known(procedure, sorted({name for name, _ in files.handouts}), "procedure", "PROCEDURE")
    require_known(
        tag,
        sorted(lang for name, lang in files.handouts if name == procedure),
        "language",
        "--language",
        f' for "{procedure}"',
    )
    plans = tuple(plans)
    for name in plans:
        require_known(name, sorted(files.plans), "packet plan", "--plan")
    handout = loader.handout(procedure, tag)
    if handout is not None and handout.review.status is Status.RETIRED:
        raise UsageError(_retired_problem(procedure, files))
    surgeons = loader.surgeons(procedure)
    if usual and handout is not None:
        instructions = [item for surgeon in surgeons for item in surgeon.procedures if surgeon.language == tag]
        plans = tuple(dict.fromkeys((*usual_plans(handout, files.plans, instructions), *plans)))
        require_known(plans[0], sorted(files.plans), "packet plan", "--plan")
    read_plans = {name: loader.plan(name) for name in plans}
    needed = {supporting_files.BOOKING, *(handout.ends_with if handout else ())}
    original = handout.original if handout else None
    staff_plans = [name for name, plan in read_plans.items() if plan and plan.staff and original]
    for name, plan in read_plans.items():
        if name in staff_plans:
            continue
        needed |= {entry.removeprefix("common/") for entry in (plan.shows if plan else ()) if "/" in entry}
    missing = sorted(name for name in needed if (name, tag) not in files.common)
    for name in missing:
        loader.report_missing(f"common/{name}.{tag}.yaml", "a packet needs it")
    common = {(name, tag): loader.common(name, tag) for name in sorted(needed.difference(missing))}
    languages = {}
    if tag in files.languages:
        languages[tag] = loader.language(tag)
    else:
        loader.report_missing(f"languages/{tag}.yaml", "it has the words around the content")
    loader.check_clinic_words(languages)
    loader.problems += library_checks.retired_parts(root, [handout], read_plans.values(), common.values())
    loader.problems += library_checks.unreviewed_texts(root, handout, common.values(), languages.get(tag))
    loader.raise_on_errors()
    assert clinic is not None and handout is not None  # noqa: S101  otherwise there are problems
    staff = load_for_packet(root, procedure, original.language, staff_plans) if original and staff_plans else None
    handouts, words = {(procedure, tag): handout}, _without_none(languages)
    changed = _surgeon_handouts(surgeons, handouts, words)
    return Library(
        clinic, handouts, _without_none(common), _without_none(read_plans), words, {}, staff, surgeons, changed
    )


def _retired_problem(procedure: str, files: FileIndex) -> Problem:
    available = sorted({name for name, _ in files.handouts} - {procedure})
    hint = f"There are: {listed(available, 'and')}." if available else ""
    return Problem("R10", f'the handout "{procedure}" is retired and is no longer printed', hint, "PROCEDURE")


def _surgeon_handouts(
    surgeons: Iterable[Surgeon], handouts: Mapping[tuple[str, str], Handout], words: Mapping[str, Language]
) -> dict[tuple[str, str, str], Handout]:
    """Build the handouts with surgeons' instructions, once for all packets."""
    return {
        (instructions.procedure, surgeon.language, surgeon.id): apply_instructions(
            handout, surgeon, instructions, words[surgeon.language].for_kind(handout.kind)
        )
        for surgeon in surgeons
        for instructions in surgeon.procedures
        if (handout := handouts.get((instructions.procedure, surgeon.language)))
    }


def expired_approvals(root: Path, library: Library, today: dt.date, surgeon: str | None = None) -> tuple[Problem, ...]:
    """Return a warning for each expired approval; it does not stop the packet.

    `surgeon` is the name of the packet's surgeon; None means the packets of all surgeons.
    """
    reviews = []
    for (name, tag), handout in library.handouts.items():
        reviews.append((f"procedures/{name}/handout.{tag}.yaml", handout.review))
    for (name, tag), part in library.common.items():
        reviews.append((f"common/{name}.{tag}.yaml", part.review))
    for file in library.surgeons:
        if surgeon is None or file.called(surgeon):
            reviews += [(f"surgeons/{file.id}.yaml", procedure.review) for procedure in file.procedures]
    return ordered(
        Problem(
            "R04",
            f"the approval ran out on {review.again_by.isoformat()}",
            "A clinician should review the text.",
            str(root / path),
            warning=True,
        )
        for path, review in reviews
        if review.again_by and review.again_by < today
    )


def surgeon_warnings(library: Library, procedure: str, name: str) -> tuple[Problem, ...]:
    """Warn if a surgeon's instructions may be meant but are not printed. The typed name is not quoted."""
    named = library.surgeon(name)
    printed = "The packet has the clinic's own words, dates and number."
    if named is not None:
        instructions = named.instructions(procedure)
        if instructions is not None and instructions.review.status is not Status.RETIRED:
            return ()
        message = f'surgeons/{named.id}.yaml has no instructions for "{procedure}"'
        return (Problem("C23", message, printed, field="surgeon", warning=True),)
    similar = similar_surgeons(library.surgeons, name)
    if not similar:
        return ()
    meant = listed(f'"{surgeon.name}" (surgeons/{surgeon.id}.yaml)' for surgeon in similar)
    hint = f"Did you mean {meant}? Write the name so, or add it there under aliases or not_meant. {printed}"
    message = "no surgeon's instructions are for exactly this name"
    return (Problem("C22", message, hint, field="surgeon", warning=True),)


def _without_none(values: Mapping[K, T | None]) -> dict[K, T]:
    return {key: value for key, value in values.items() if value is not None}


def require_known(word: str, known: list[str], noun: str, path: str, suffix: str = "") -> None:
    """Raise UsageError unless the word is known."""
    if word in known:
        return
    similar = difflib.get_close_matches(word.lower().replace("_", "-"), known, 3, 0.5)
    similar = [other for other in similar if len(other) > 3]  # short words such as language tags all look similar
    hints = [f"Did you mean {listed(f'{chr(34)}{other}{chr(34)}' for other in similar)}?"] if similar else []
    hints.append(f"There are: {listed(known, 'and')}." if known else "There is none yet.")
    code = {"procedure": "L22", "language": "L23"}.get(noun, "L24")
    raise UsageError(Problem(code, f'there is no {noun} "{word[:60]}"{suffix}', "\n".join(hints), path))
