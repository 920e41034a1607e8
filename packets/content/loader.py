"""Read single files of a content folder, each once, and keep every problem on the way."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from packets.content import build
from packets.content.file_index import FileIndex, list_files
from packets.content.lint import handout_rules, supporting_files
from packets.content.problems import ProblemCollector, listed
from packets.content.schema.clinic_file import CLINIC
from packets.content.schema.common_file import COMMON
from packets.content.schema.glossary_file import GLOSSARY
from packets.content.schema.handout_file import HANDOUT
from packets.content.schema.language_file import LANGUAGE_FILE
from packets.content.schema.mail_files import MAIL
from packets.content.schema.packet_file import PACKET_PLAN
from packets.content.schema.records import ParsedRecord, Record
from packets.content.schema.surgeon_file import SURGEON
from packets.content.schema.translation_files import COMMON_TRANSLATION, TRANSLATION
from packets.content.yaml import parser
from packets.errors import InvalidInputError, Problem
from packets.model.case import Clinic
from packets.model.handout import CommonPart, Handout, PacketPlan, Status
from packets.model.language import Language
from packets.model.mail_settings import MailText
from packets.model.surgeon import Surgeon

if TYPE_CHECKING:
    from packets.content.lint.wrong_procedure import LoadedFile

T = TypeVar("T")
_UNUSABLE = "Write the language of the words that it translates."


class ContentLoader:
    """Reads files of one content folder and keeps their problems."""

    def __init__(self, root: Path, today: dt.date | None) -> None:
        self.root = root
        self.today = today
        self.problems: list[Problem] = []
        self._clinic: Clinic | None = None
        self._names: FileIndex | None = None
        self._languages: dict[str, Language | None] = {}
        self._handouts: dict[tuple[str, str], Handout | None] = {}
        self._common: dict[tuple[str, str], CommonPart | None] = {}
        self._kept: list[tuple[str, ParsedRecord, Handout | CommonPart, bool]] = []
        self._own: list[
            tuple[str, ParsedRecord, str]
        ] = []  # of surgeons: path, what is said of one procedure, language

    def shown(self, name: str) -> str:
        return str(self.root / name)

    def stop_if_refused(self) -> None:
        errors = [problem for problem in self.problems if not problem.warning]
        if errors:
            raise InvalidInputError(*errors)

    def missing(self, name: str, why: str) -> None:
        self.problems.append(Problem("L20", f"the file is missing: {why}", "", self.shown(name)))

    def names(self) -> FileIndex:
        if self._names is None:
            self._names, problems = list_files(self.root)
            self.problems += problems
        return self._names

    def check_whole(self, names: FileIndex, plans: Iterable[PacketPlan | None]) -> None:
        """What no single file shows: a language that lacks words or a part, a folder without handouts or plans."""
        parts = {supporting_files.BOOKING: "the booking box of every packet prints it"}
        patients = {supporting_files.BOOKING}
        for plan in filter(None, plans):
            for entry in plan.shows:
                if "/" in entry:
                    if not plan.staff:
                        patients.add(entry.removeprefix("common/"))
                    parts.setdefault(entry.removeprefix("common/"), f'the packet plan "{plan.id}" shows it')
        if not names.handouts:
            self.missing("procedures/<id>/handout.en.yaml", "there is no handout at all")
        if not names.plans:
            self.missing("packets/discharge.yaml", "there is no packet plan at all")
        translated = {tag for _, tag in names.handouts} - {
            handout.language for handout in self._handouts.values() if handout and handout.original is None
        }
        for tag in sorted({tag for _, tag in names.handouts}):
            if tag not in names.languages:
                self.missing(f"languages/{tag}.yaml", "it has the words around the content")
            for name, why in sorted(parts.items()):
                # A part that is there in no language at all is reported where the plan names it.
                if tag in translated and name not in patients:
                    continue  # staff get their sheet in the original's language
                if (name, tag) not in names.common and (
                    name == supporting_files.BOOKING or name in {n for n, _ in names.common}
                ):
                    self.missing(f"common/{name}.{tag}.yaml", why)

    def check_retired(
        self,
        handouts: Iterable[Handout | None],
        plans: Iterable[PacketPlan | None],
        common: Iterable[CommonPart | None],
    ) -> None:
        """A common part that is retired must not be asked for any more."""
        wanted = {name for handout in handouts if handout for name in handout.ends_with}
        wanted |= {entry.removeprefix("common/") for plan in plans if plan for entry in plan.shows if "/" in entry}
        for part in common:
            if part and part.review.status is Status.RETIRED and part.id in wanted:
                shown = self.shown(f"common/{part.id}.{part.language}.yaml")
                hint = "Take it out of ends_with: and out of the packet plans."
                message = f'the part "{part.id}" is retired, but still used'
                self.problems.append(Problem("L25", message, hint, shown))

    @property
    def read(self) -> list[LoadedFile]:
        """Handouts and common parts, for what only several files show; one packet needs none of it."""
        from packets.content.lint.wrong_procedure import LoadedFile

        return [LoadedFile(*each) for each in self._kept]

    def check_words(self, plans: Iterable[PacketPlan | None]) -> None:
        """What the words of several files say together: another's operation, facts that contradict each other."""
        from packets.content.lint.contradictions import contradictions, surgeon_contradictions
        from packets.content.lint.wrong_procedure import wrong_operations

        read = self.read
        self.problems += wrong_operations(read, [(path, own) for path, own, _ in self._own])
        shown = {entry.removeprefix("common/") for plan in plans if plan for entry in plan.shows if "/" in entry}
        for file in read:
            if isinstance(file.value, Handout) and file.sound:
                wanted = {*shown, *file.value.ends_with, supporting_files.BOOKING}
                commons = tuple(
                    each
                    for each in read
                    if isinstance(each.value, CommonPart)
                    and each.sound
                    and each.value.id in wanted
                    and each.value.language == file.value.language
                )
                self.problems += contradictions(file, commons)
                for path, own, tag in self._own:
                    if (own.text("procedure"), tag) == (file.value.id, file.value.language):
                        self.problems += surgeon_contradictions(own, path, file, commons)

    def _original(self, record: ParsedRecord, known: list[str], problems: ProblemCollector) -> str:
        """The language that a translation translates; "" where there is none."""
        of = record.text("translates")
        others = sorted(set(known) - {record.text("language")})
        path = Path(problems.path)
        suffix = f".{record.text('language')}.yaml"
        if of in others and self._translates(path.with_name(f"{path.name.removesuffix(suffix)}.{of}.yaml")):
            problems.add("L32", "the original is a translation itself", record.at("translates"), _UNUSABLE)
            return ""
        if of and of not in others:
            hint = f"There are: {listed(others, 'and')}." if others else "Write the original first."
            problems.add("L31", f'there is no original in "{of}"', record.at("translates"), hint)
            return ""
        return of

    def _translates(self, path: Path) -> bool:
        """Whether a file is a translation, told before it is read: two could translate each other for ever."""
        try:
            return bool(re.search(r"^translation:", path.read_text("utf-8"), re.MULTILINE))
        except (OSError, ValueError):
            return False

    def _check_translation(self, record: ParsedRecord, tag: str, problems: ProblemCollector) -> None:
        _matches(record, "language", tag, "the file", problems)
        supporting_files.check_review(record, problems, self.today)

    def check_drafts(
        self, handout: Handout | None, common: Iterable[CommonPart | None], words: Language | None
    ) -> None:
        """A translation that prints without a mark cannot stand beside words that nobody has reviewed."""
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
            hint = "Have them reviewed, or let the handout be a draft."
            self.problems.append(Problem("L25", message, hint, self.shown(name)))

    def _read(
        self, name: str, record: Record, translated: Record | None = None
    ) -> tuple[ParsedRecord | None, ProblemCollector]:
        """`translated` is the table for a file that says what it translates."""
        shown = self.shown(name)
        parsed = parser.read_file(self.root / name, shown)
        notes = ProblemCollector(shown)
        notes.problems += parsed.problems
        keys = parsed.tree.entries if isinstance(parsed.tree, parser.Mapping) else ()
        if translated and any(key.text == "translation" for key, _ in keys):
            record = translated
        found = record.read(parsed.tree, notes) if parsed.tree is not None else None
        return found, notes

    def _done(self, value: T, problems: ProblemCollector) -> T | None:
        self.problems += problems.problems
        return None if problems.failed else value

    def _keep(self, problems: ProblemCollector, record: ParsedRecord, value: Handout | CommonPart) -> None:
        """A file with an unreadable field is left out; one with a mistake of another kind can still be compared."""
        if not any(problem.code[0] in "YSTM" for problem in problems.problems if not problem.warning):
            self._kept.append((problems.path, record, value, not problems.failed))

    def clinic(self) -> Clinic | None:
        found, notes = self._read("clinic.yaml", CLINIC)
        value = None
        if found:
            value = build.build_clinic(found)
            supporting_files.check_clinic(found, value, notes)
        self._clinic = self._done(value, notes)
        return self._clinic

    def handout(self, procedure: str, tag: str) -> Handout | None:
        """The file is read once; that of a translation has its original in it."""
        if (procedure, tag) not in self._handouts:
            self._handouts[procedure, tag] = self._handout(procedure, tag)
        return self._handouts[procedure, tag]

    def _handout(self, procedure: str, tag: str) -> Handout | None:
        found, notes = self._read(f"procedures/{procedure}/handout.{tag}.yaml", HANDOUT, TRANSLATION)
        value = None
        if found and found.record is TRANSLATION:
            _matches(found, "translation", procedure, "the folder", notes)
            known = [lang for name, lang in self.names().handouts if name == procedure]
            original = self.handout(procedure, of) if (of := self._original(found, known, notes)) else None
            if original is not None:
                usable = build.allowed_slots(self._clinic, frozenset(ask.name for ask in original.asks))
                from packets.content import translations

                value = translations.build_translated_handout(found, original, notes, usable)
                for name in original.ends_with:
                    if (name, tag) not in self.names().common:
                        self.missing(f"common/{name}.{tag}.yaml", "each packet ends with it")
                self._keep(notes, found, value)
            self._check_translation(found, tag, notes)
        elif found:
            value = build.build_handout(found, notes, self._clinic)
            _matches(found, "handout", procedure, "the folder", notes)
            _matches(found, "language", tag, "the file", notes)
            commons = {name for name, lang in self.names().common if lang == tag}
            language = self.language(tag) if tag in self.names().languages else None
            handout_rules.check_handout(found, value, notes, commons, language, self.today)
            self._keep(notes, found, value)
        return self._done(value, notes)

    def common(self, name: str, tag: str) -> CommonPart | None:
        if (name, tag) not in self._common:
            self._common[name, tag] = self._common_part(name, tag)
        return self._common[name, tag]

    def _common_part(self, name: str, tag: str) -> CommonPart | None:
        found, notes = self._read(f"common/{name}.{tag}.yaml", COMMON, COMMON_TRANSLATION)
        value = None
        if found and found.record is COMMON_TRANSLATION:
            _matches(found, "translation", name, "the file", notes)
            known = [lang for each, lang in self.names().common if each == name]
            original = self.common(name, of) if (of := self._original(found, known, notes)) else None
            if original is not None:
                from packets.content import translations

                value = translations.build_translated_common_part(
                    found, original, notes, build.allowed_slots(self._clinic, None)
                )
                self._keep(notes, found, value)
            self._check_translation(found, tag, notes)
        elif found:
            value = build.build_common_part(found, notes, self._clinic)
            _matches(found, "common", name, "the file", notes)
            _matches(found, "language", tag, "the file", notes)
            supporting_files.check_common_part(found, value, notes, self.today)
            self._check_disclaimer(found, value, tag, notes)
            self._keep(notes, found, value)
        return self._done(value, notes)

    def _check_disclaimer(self, record: ParsedRecord, value: CommonPart, tag: str, problems: ProblemCollector) -> None:
        home = self._clinic.language if self._clinic else tag
        other = value.id == supporting_files.DISCLAIMER and tag != home
        if other and (value.id, home) in self.names().common and (clinics := self.common(value.id, home)):
            supporting_files.check_same_disclaimer(value, clinics, record, problems)

    def plan(self, name: str) -> PacketPlan | None:
        found, notes = self._read(f"packets/{name}.yaml", PACKET_PLAN)
        value = None
        if found:
            value = build.build_packet_plan(found)
            _matches(found, "packet", name, "the file", notes)
            supporting_files.check_packet_plan(found, value, notes, {common for common, _ in self.names().common})
        return self._done(value, notes)

    def mail(self, tag: str) -> MailText | None:
        found, notes = self._read(f"common/mail.{tag}.yaml", MAIL)
        value = None
        if found:
            value = build.build_mail_text(found)
            _matches(found, "language", tag, "the file", notes)
            supporting_files.check_mail_text(found, notes)
        return self._done(value, notes)

    def glossary(self, tag: str) -> dict[str, str]:
        """Hard words, in small letters, and plain ones; empty where nobody has written a list for the language."""
        if not (self.root / f"glossaries/{tag}.yaml").is_file():
            return {}
        found, notes = self._read(f"glossaries/{tag}.yaml", GLOSSARY)
        if found:
            _matches(found, "glossary", tag, "the file", notes)
        self.problems += notes.problems
        words = found.all("words", ParsedRecord) if found else ()
        return {word.text("instead_of").casefold(): word.text("say") for word in words if word.text("say")}

    def surgeons(self, only: str | None = None) -> tuple[Surgeon, ...]:
        """All of them, since only they say whose they are; with `only`, what they say of that procedure."""
        from packets.content.surgeons import build_surgeon, check_name_clashes

        names = self.names()
        known = {procedure for procedure, _ in names.handouts}
        read = []
        for name in names.surgeons:
            found, notes = self._read(f"surgeons/{name}.yaml", SURGEON)
            if found:
                _matches(found, "surgeon", name, "the file", notes)
                value = build_surgeon(
                    found, notes, self._of_surgeon(found, notes), known, only, self._clinic, self.today
                )
                if not notes.failed:
                    self._own += [(notes.path, each, value.language) for each in found.all("procedures", ParsedRecord)]
                read.append((found, value, notes))
            else:  # nobody knows whose file it is: no surgeon's patient may get the clinic's words instead
                self.problems += notes.problems
        check_name_clashes(read)
        return tuple(value for _, value, notes in read if self._done(value, notes) is not None)

    def _of_surgeon(self, record: ParsedRecord, problems: ProblemCollector) -> Callable[[str, str], Handout | None]:
        def handout_of(procedure: str, tag: str) -> Handout | None:
            if (procedure, tag) in self.names().handouts:
                return self.handout(procedure, tag)
            if tag:
                tags = sorted(lang for name, lang in self.names().handouts if name == procedure)
                message = f'there is no handout "{procedure}" in "{tag}"'
                problems.add("L23", message, record.at("language"), f"There is: {listed(tags, 'and')}.")
            return None

        return handout_of

    def language(self, tag: str) -> Language | None:
        if tag not in self._languages:
            self._languages[tag] = self._language(tag)
        return self._languages[tag]

    def _language(self, tag: str) -> Language | None:
        found, notes = self._read(f"languages/{tag}.yaml", LANGUAGE_FILE)
        value = None
        if found:
            value = build.build_language(found)
            _matches(found, "language", tag, "the file", notes)
            supporting_files.check_language(found, value, notes, self.today)
            home = self._clinic.language if self._clinic else tag
            if home != tag and home in self.names().languages and (clinics := self.language(home)):
                from packets.content.translations import report_untranslated

                report_untranslated(found, clinics.patterns.values(), home, notes)
        return self._done(value, notes)


def _matches(record: ParsedRecord, name: str, expected: str, what: str, problems: ProblemCollector) -> None:
    written = record.text(name)
    if written and written != expected:
        message = f'"{written}" differs from the name of {what}, "{expected}"'
        problems.add("L01", message, record.at(name), "Make them the same.")
