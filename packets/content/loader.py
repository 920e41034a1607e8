"""Load single files of a content folder, each once, and collect their problems."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from packets.content import build, library_checks, timings
from packets.content.allowed_slots import allowed_slots
from packets.content.clinic import build_clinic
from packets.content.file_index import FileIndex, list_files
from packets.content.lint import (
    case_kinds,
    clinic_words,
    emergency_signs,
    handout_rules,
    search_words,
    supporting_files,
    unfinished,
)
from packets.content.loaded_file import LoadedFile
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
from packets.model.handout import CommonPart, Handout, PacketPlan
from packets.model.language import Language
from packets.model.mail_settings import MailText
from packets.model.surgeon import Surgeon

T = TypeVar("T")
_TRANSLATES_HINT = "Write the language of the words that it translates."


class ContentLoader:
    """Load the files of one content folder and keep their problems."""

    def __init__(self, root: Path, today: dt.date | None) -> None:
        self.root = root
        self.today = today
        self.problems: list[Problem] = []
        self._clinic: Clinic | None = None
        self._clinic_record: ParsedRecord | None = None
        self._files: FileIndex | None = None
        self._languages: dict[str, Language | None] = {}
        self._handouts: dict[tuple[str, str], Handout | None] = {}
        self._common: dict[tuple[str, str], CommonPart | None] = {}
        self.loaded_files: list[LoadedFile] = []  # handouts and common parts, for checks that compare files
        self.instructions: list[tuple[str, ParsedRecord, str]] = []  # path, instructions for one procedure, language

    def display_path(self, name: str) -> str:
        return str(self.root / name)

    def raise_on_errors(self) -> None:
        errors = [problem for problem in self.problems if not problem.warning]
        if errors:
            raise InvalidInputError(*errors)

    def report_missing(self, name: str, why: str) -> None:
        self.problems.append(library_checks.missing_file(self.root, name, why))

    def files(self) -> FileIndex:
        if self._files is None:
            self._files, problems = list_files(self.root)
            self.problems += problems
        return self._files

    def _original(self, record: ParsedRecord, known: list[str], problems: ProblemCollector) -> str:
        """Return the language that a file translates; "" and a problem if there is no such original."""
        of = record.text("translates")
        others = sorted(set(known) - {record.text("language")})
        path = Path(problems.path)
        suffix = f".{record.text('language')}.yaml"
        if of in others and self._translates(path.with_name(f"{path.name.removesuffix(suffix)}.{of}.yaml")):
            problems.add("L32", "the original is a translation itself", record.at("translates"), _TRANSLATES_HINT)
            return ""
        if of and of not in others:
            hint = f"There are: {listed(others, 'and')}." if others else "Write the original first."
            problems.add("L31", f'there is no original in "{of}"', record.at("translates"), hint)
            return ""
        return of

    def _translates(self, path: Path) -> bool:
        """Return whether a file is a translation, without loading it: two could translate each other."""
        try:
            return bool(re.search(r"^translation:", path.read_text("utf-8"), re.MULTILINE))
        except (OSError, ValueError):
            return False

    def _check_translation(self, record: ParsedRecord, tag: str, problems: ProblemCollector) -> None:
        _check_same_name(record, "language", tag, "the file", problems)
        supporting_files.check_review(record, problems, self.today)

    def _parse(
        self, name: str, record: Record, translated: Record | None = None
    ) -> tuple[ParsedRecord | None, ProblemCollector]:
        """Parse a file; `translated` is the schema to use if the file is a translation."""
        display_path = self.display_path(name)
        parsed = parser.read_file(self.root / name, display_path)
        problems = ProblemCollector(display_path)
        problems.problems += parsed.problems
        keys = parsed.tree.entries if isinstance(parsed.tree, parser.Mapping) else ()
        if translated and any(key.text == "translation" for key, _ in keys):
            record = translated
        parsed_record = record.read(parsed.tree, problems) if parsed.tree is not None else None
        if parsed_record and record in (TRANSLATION, COMMON_TRANSLATION, LANGUAGE_FILE):
            unfinished.check_unfinished(parsed_record, problems)
        return parsed_record, problems

    def _finish(self, value: T, problems: ProblemCollector) -> T | None:
        self.problems += problems.problems
        return None if problems.failed else value

    def _remember(self, problems: ProblemCollector, record: ParsedRecord, value: Handout | CommonPart) -> None:
        """Remember a file for comparisons, unless a field could not be parsed or a text is still TODO."""
        if not problems.unwritten and not any(
            problem.code[0] in "YSTM" for problem in problems.problems if not problem.warning
        ):
            self.loaded_files.append(LoadedFile(problems.path, record, value, not problems.failed))

    def clinic(self) -> Clinic | None:
        record, problems = self._parse("clinic.yaml", CLINIC)
        value = None
        if record:
            value = build_clinic(record, problems)
            self._clinic_record = record
        self._clinic = self._finish(value, problems)
        return self._clinic

    def check_clinic_words(self, languages: Mapping[str, Language | None]) -> None:
        """Report what clinic.yaml does not say in one of the languages that are printed."""
        if self._clinic and self._clinic_record:
            problems = ProblemCollector(self.display_path("clinic.yaml"))
            clinic_words.check_clinic_words(self._clinic_record, self._clinic, languages, problems)
            self.problems += problems.problems

    def handout_record(self, procedure: str, tag: str) -> ParsedRecord | None:
        """Return the fields of a handout or translation, whose words are not checked; None if a field is wrong."""
        record, problems = self._parse(f"procedures/{procedure}/handout.{tag}.yaml", HANDOUT, TRANSLATION)
        if record:
            name = "translation" if record.record is TRANSLATION else "handout"
            _check_same_name(record, name, procedure, "the folder", problems)
            _check_same_name(record, "language", tag, "the file", problems)
        return self._finish(record, problems)

    def handout(self, procedure: str, tag: str) -> Handout | None:
        """Return a handout; a translation refers to its original."""
        if (procedure, tag) not in self._handouts:
            self._handouts[procedure, tag] = self._handout(procedure, tag)
        return self._handouts[procedure, tag]

    def _handout(self, procedure: str, tag: str) -> Handout | None:
        record, problems = self._parse(f"procedures/{procedure}/handout.{tag}.yaml", HANDOUT, TRANSLATION)
        value, language = None, self.language(tag) if record and tag in self.files().languages else None
        if record and record.record is TRANSLATION:
            _check_same_name(record, "translation", procedure, "the folder", problems)
            known = [lang for name, lang in self.files().handouts if name == procedure]
            original = self.handout(procedure, of) if (of := self._original(record, known, problems)) else None
            if original is not None:
                slots = allowed_slots(self._clinic, original.questions)
                from packets.content import translations

                value = translations.build_translated_handout(record, original, problems, slots)
                for name in original.ends_with:
                    if (name, tag) not in self.files().common:
                        self.report_missing(f"common/{name}.{tag}.yaml", "each packet ends with it")
                self._remember(problems, record, value)
            self._check_translation(record, tag, problems)
        elif record:
            value = build.build_handout(record, problems, self._clinic)
            _check_same_name(record, "handout", procedure, "the folder", problems)
            _check_same_name(record, "language", tag, "the file", problems)
            commons = {name for name, lang in self.files().common if lang == tag}
            handout_rules.check_handout(
                record, value, problems, commons, language, self.today, self._printed_by_commons
            )
            self._remember(problems, record, value)
        if record:
            search_words.check_synonyms(record, problems)
        if record and value:
            case_kinds.check_kind(record, value, language, problems)
            emergency_signs.check_own_signs(record, value, self._clinic, problems)
            if language:
                timings.check_handout_phrases(record, value, language, problems)
            case_kinds.check_block_words(record, value, language, problems)
        return self._finish(value, problems)

    def _printed_by_commons(self) -> set[str]:
        """Return what the common parts name after `from:`; their mistakes are reported where they are loaded."""
        files = (self.root / f"common/{name}.{tag}.yaml" for name, tag in self.files().common)
        texts = (file.read_text("utf-8", "replace") for file in files if file.is_file())
        return {name for text in texts for name in re.findall(r"\bfrom:\s*[\"']?(\w+)", text)}

    def common(self, name: str, tag: str) -> CommonPart | None:
        if (name, tag) not in self._common:
            self._common[name, tag] = self._common_part(name, tag)
        return self._common[name, tag]

    def _common_part(self, name: str, tag: str) -> CommonPart | None:
        record, problems = self._parse(f"common/{name}.{tag}.yaml", COMMON, COMMON_TRANSLATION)
        value = None
        if record and record.record is COMMON_TRANSLATION:
            _check_same_name(record, "translation", name, "the file", problems)
            known = [lang for part, lang in self.files().common if part == name]
            original = self.common(name, of) if (of := self._original(record, known, problems)) else None
            if original is not None:
                from packets.content import translations

                value = translations.build_translated_common_part(
                    record, original, problems, allowed_slots(self._clinic, None)
                )
                self._remember(problems, record, value)
            self._check_translation(record, tag, problems)
        elif record:
            value = build.build_common_part(record, problems, self._clinic)
            _check_same_name(record, "common", name, "the file", problems)
            _check_same_name(record, "language", tag, "the file", problems)
            supporting_files.check_common_part(record, value, problems, self.today)
            self._check_disclaimer(record, value, tag, problems)
            self._remember(problems, record, value)
        return self._finish(value, problems)

    def _check_disclaimer(self, record: ParsedRecord, value: CommonPart, tag: str, problems: ProblemCollector) -> None:
        home = self._clinic.language if self._clinic else tag
        other = value.id == supporting_files.DISCLAIMER and tag != home
        if other and (value.id, home) in self.files().common and (clinics := self.common(value.id, home)):
            supporting_files.check_same_disclaimer(value, clinics, record, problems)

    def plan(self, name: str) -> PacketPlan | None:
        record, problems = self._parse(f"packets/{name}.yaml", PACKET_PLAN)
        value = None
        if record:
            value = build.build_packet_plan(record, problems)
            _check_same_name(record, "packet", name, "the file", problems)
            supporting_files.check_packet_plan(record, value, problems, {common for common, _ in self.files().common})
        return self._finish(value, problems)

    def mail(self, tag: str) -> MailText | None:
        record, problems = self._parse(f"common/mail.{tag}.yaml", MAIL)
        value = None
        if record:
            value = build.build_mail_text(record)
            _check_same_name(record, "language", tag, "the file", problems)
            supporting_files.check_mail_text(record, problems)
        return self._finish(value, problems)

    def glossary(self, tag: str) -> dict[str, str]:
        """Return plain words by hard word in lowercase; empty if the language has no glossary."""
        if not (self.root / f"glossaries/{tag}.yaml").is_file():
            return {}
        record, problems = self._parse(f"glossaries/{tag}.yaml", GLOSSARY)
        if record:
            _check_same_name(record, "glossary", tag, "the file", problems)
        words: dict[str, str] = {}
        for entry in record.all("words", ParsedRecord) if record else ():
            hard, plain = entry.text("instead_of").casefold(), entry.text("say")
            if hard in words:
                problems.add("L17", f'"{hard}" is in the list twice', entry.at("instead_of"), "Delete one of the two.")
            if hard and plain:
                words[hard] = plain
        self.problems += problems.problems
        return words

    def surgeons(self, only: str | None = None) -> tuple[Surgeon, ...]:
        """Load every surgeon's file; `only` limits their instructions to one procedure."""
        from packets.content.lint import surgeon_languages
        from packets.content.surgeons import build_surgeon, check_name_clashes

        files = self.files()
        known = {procedure for procedure, _ in files.handouts}
        loaded = []
        for name in files.surgeons:
            record, problems = self._parse(f"surgeons/{name}.yaml", SURGEON)
            if record:
                _check_same_name(record, "surgeon", name, "the file", problems)
                tag, handout_of = record.text("language"), self._handout_lookup(record, problems)
                words = self.language(tag) if tag in files.languages else None
                value = build_surgeon(record, problems, handout_of, known, only, self._clinic, words, self.today)
                if not problems.failed:
                    self.instructions += [
                        (problems.path, instructions, value.language)
                        for instructions in record.all("procedures", ParsedRecord)
                    ]
                loaded.append((record, value, problems))
            else:  # the surgeon is unknown, so no packet may fall back to the clinic's words
                self.problems += problems.problems
        check_name_clashes(loaded)
        surgeon_languages.check_same_instructions(loaded, files.handouts, self._clinic.language if self._clinic else "")
        return tuple(value for _, value, problems in loaded if self._finish(value, problems) is not None)

    def _handout_lookup(self, record: ParsedRecord, problems: ProblemCollector) -> Callable[[str, str], Handout | None]:
        def handout_of(procedure: str, tag: str) -> Handout | None:
            if (procedure, tag) in self.files().handouts:
                return self.handout(procedure, tag)
            if tag:
                tags = sorted(lang for name, lang in self.files().handouts if name == procedure)
                message = f'there is no handout "{procedure}" in "{tag}"'
                problems.add("L23", message, record.at("language"), f"There is: {listed(tags, 'and')}.")
            return None

        return handout_of

    def language(self, tag: str) -> Language | None:
        if tag not in self._languages:
            self._languages[tag] = self._language(tag)
        return self._languages[tag]

    def _language(self, tag: str) -> Language | None:
        record, problems = self._parse(f"languages/{tag}.yaml", LANGUAGE_FILE)
        value = None
        if record:
            value = build.build_language(record)
            _check_same_name(record, "language", tag, "the file", problems)
            supporting_files.check_language(record, value, problems, self.today)
            home = self._clinic.language if self._clinic else tag
            if home != tag and home in self.files().languages and (clinics := self.language(home)):
                from packets.content.translations import report_untranslated

                report_untranslated(record, clinics.patterns.values(), home, problems)
                case_kinds.check_same_words(record, clinics, problems)
        return self._finish(value, problems)


def _check_same_name(record: ParsedRecord, name: str, expected: str, what: str, problems: ProblemCollector) -> None:
    written = record.text(name)
    if written and written != expected:
        message = f'"{written}" differs from the name of {what}, "{expected}"'
        problems.add("L01", message, record.at(name), "Make them the same.")
