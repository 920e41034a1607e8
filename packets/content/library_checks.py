"""Report what no single file shows: missing files, retired parts in use, texts that contradict each other."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

from packets.content.file_index import FileIndex
from packets.content.lint import supporting_files
from packets.content.loaded_file import LoadedFile
from packets.content.problems import did_you_mean, listed
from packets.content.schema.records import ParsedRecord
from packets.content.schema.slots import FILL_IN_FROM
from packets.errors import Problem
from packets.model.case import Clinic
from packets.model.handout import CommonPart, Handout, PacketPlan, Status
from packets.model.language import Language
from packets.model.mail_settings import Attachments
from packets.model.question import FIXED_CHOICES


def missing_file(root: Path, name: str, why: str) -> Problem:
    """Return the problem of a missing file, with the command that writes a starter of it."""
    folder, _, file = name.partition("/")
    starter = {"languages": "language", "packets": "plan", "procedures": "procedure"}.get(folder)
    words = f"new {starter} {file.removesuffix('.yaml').partition('/')[0]} --content {root}"
    hint = f"To write a starter of it, type: {words}" if starter else ""
    return Problem("L20", f"the file is missing: {why}", hint, str(root / name))


def missing_files(
    root: Path, files: FileIndex, handouts: Iterable[Handout | None], plans: Iterable[PacketPlan | None]
) -> Iterator[Problem]:
    """Report files that a language lacks, and a folder without handouts or plans."""
    parts = {supporting_files.BOOKING: "the booking box of every packet prints it"}
    patients = {supporting_files.BOOKING}
    for plan in filter(None, plans):
        for entry in plan.shows:
            if "/" in entry:
                if not plan.staff:
                    patients.add(entry.removeprefix("common/"))
                parts.setdefault(entry.removeprefix("common/"), f'the packet plan "{plan.id}" shows it')
    if not files.handouts:
        yield missing_file(root, "procedures/<id>/handout.en.yaml", "there are no handouts")
    if not files.plans:
        yield missing_file(root, "packets/discharge.yaml", "there are no packet plans")
    translated = {tag for _, tag in files.handouts} - {
        handout.language for handout in handouts if handout and handout.original is None
    }
    for tag in sorted({tag for _, tag in files.handouts}):
        if tag not in files.languages:
            yield missing_file(root, f"languages/{tag}.yaml", "it has the words around the content")
        for name, why in sorted(parts.items()):
            # A part that exists in no language is reported where the plan names it.
            if tag in translated and name not in patients:
                continue  # the staff sheet is in the original's language
            if (name, tag) not in files.common and (
                name == supporting_files.BOOKING or name in {n for n, _ in files.common}
            ):
                yield missing_file(root, f"common/{name}.{tag}.yaml", why)


def retired_parts(
    root: Path,
    handouts: Iterable[Handout | None],
    plans: Iterable[PacketPlan | None],
    common: Iterable[CommonPart | None],
) -> Iterator[Problem]:
    """Report a retired common part that a handout or packet plan still uses."""
    used = {name for handout in handouts if handout for name in handout.ends_with} | _common_parts_of_plans(plans)
    for part in common:
        if part and part.review.status is Status.RETIRED and part.id in used:
            path = root / f"common/{part.id}.{part.language}.yaml"
            hint = "Remove it from ends_with: and from the packet plans."
            yield Problem("L25", f'the part "{part.id}" is retired, but still used', hint, str(path))


def mails_without_attached_pages(
    root: Path, clinic: Clinic | None, plans: Iterable[PacketPlan | None]
) -> Iterator[Problem]:
    """Report plans with attached PDFs if the clinic's mails carry only the HTML copy, which has no such pages."""
    if (
        clinic
        and clinic.mail
        and clinic.mail.attach is Attachments.HTML
        and any(plan and plan.attach for plan in plans)
    ):
        hint = "Write attach: both or attach: pdf in the mail: block, or remove attach: from the packet plans."
        message = "mails carry only the HTML copy, which does not have the PDFs that packet plans attach"
        yield Problem("I44", message, hint, str(root / "clinic.yaml"))


def contradicting_texts(
    loaded: Sequence[LoadedFile],
    instructions: Collection[tuple[str, ParsedRecord, str]],
    plans: Iterable[PacketPlan | None],
    procedures: Collection[str],
) -> Iterator[Problem]:
    """Compare the texts of several files: the name of another operation, facts that contradict each other.

    `instructions` are a surgeon's for one procedure: path, record, language. `procedures` are the ids of all handouts.
    """
    from packets.content.lint.contradictions import handout_contradictions, surgeon_contradictions
    from packets.content.lint.wrong_procedure import wrong_operations

    yield from wrong_operations(loaded, procedures, [(path, record) for path, record, _ in instructions])
    shown = _common_parts_of_plans(plans)
    for file in loaded:
        if isinstance(file.value, Handout) and file.valid:
            used = {*shown, *file.value.ends_with, supporting_files.BOOKING}
            commons = tuple(
                part
                for part in loaded
                if isinstance(part.value, CommonPart)
                and part.valid
                and part.value.id in used
                and part.value.language == file.value.language
            )
            yield from handout_contradictions(file, commons)
            for path, record, tag in instructions:
                if (record.text("procedure"), tag) == (file.value.id, file.value.language):
                    yield from surgeon_contradictions(record, path, file, commons)


def unknown_fill_ins(loaded: Sequence[LoadedFile]) -> Iterator[Problem]:
    """Report each `from:` of a common part that names neither a value of every case nor a question of any handout."""
    handouts = [file.value for file in loaded if isinstance(file.value, Handout)]
    asked = {
        question.name for handout in handouts for question in handout.questions if question.kind not in FIXED_CHOICES
    }
    known = (*FILL_IN_FROM, *sorted(asked - set(FILL_IN_FROM)))
    for file in loaded:
        for part in file.record.all("parts", ParsedRecord) if isinstance(file.value, CommonPart) else ():
            source = part.text("from")
            if source and source not in known:
                place, hint = part.at("from"), did_you_mean(source, known, f"It can be {listed(known)}.")
                yield Problem("L78", f'no handout asks "{source}"', hint, file.path, place.line, place.column)


def unreviewed_texts(
    root: Path, handout: Handout | None, common: Iterable[CommonPart | None], words: Language | None
) -> Iterator[Problem]:
    """Report an unreviewed text that would print with a reviewed translation, which carries no draft mark."""
    if handout is None or handout.original is None or handout.review.status is Status.DRAFT:
        return
    drafts = [
        f"common/{part.id}.{part.language}.yaml"
        for part in common
        if part and part.original and part.review.status is Status.DRAFT
    ]
    if words and words.draft:
        drafts.append(f"languages/{words.tag}.yaml")
    for name in drafts:
        message = f'the translated handout "{handout.id}" is not a draft, but this text is'
        yield Problem("L74", message, "Have it reviewed, or make the handout a draft.", str(root / name))


def _common_parts_of_plans(plans: Iterable[PacketPlan | None]) -> set[str]:
    """Return the ids of the common parts that packet plans show."""
    return {entry.removeprefix("common/") for plan in plans if plan for entry in plan.shows if "/" in entry}
