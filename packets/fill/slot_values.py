"""Fill the placeholders of a text with the values of a patient and the clinic."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from itertools import pairwise

from msgspec import Struct, field
from msgspec.structs import replace

from packets.fill import dates as words
from packets.fill.clinic_texts import ClinicContact
from packets.fill.printed_answers import answer_words
from packets.model import filled_packet
from packets.model import handout as doc
from packets.model.case import Case, Clinic
from packets.model.heading import heading_runs
from packets.model.language import Language
from packets.model.question import FIXED_CHOICES, AnswerKind, Question
from packets.model.text_direction import isolated
from packets.values import HiddenFields

_AS_ENTERED = ("patient_name", "record_number", "surgeon", "packet_id", "follow_up")
_CASE_VALUES = ("surgery_date", "surgeon", "discharge_date", "follow_up")  # answers that are fields of the case


class SlotValues(HiddenFields, Struct, frozen=True):
    """The values for one packet; each date that they print is added to `dates`."""

    handout: doc.Handout
    clinic: Clinic
    language: Language
    case: Case | None
    answers: Mapping[str, str]  # without a case, those that all readers of a rack copy share
    surgery_date: str  # in words
    contact: ClinicContact
    dates: list[str] = field(default_factory=list)

    def days(self) -> Iterator[filled_packet.PrintedDay]:
        """Yield the days that were entered, besides the surgery date, in the form in which each is printed."""
        if self.case is None:
            return
        if birth_date := self.case.birth_date:
            yield filled_packet.PrintedDay(words.plain_date(self.language, birth_date), birth_date)
        entered = [self.case.discharge_date] if self.case.discharge_date else []
        for question in self.handout.questions:
            if question.kind in (AnswerKind.DATE, AnswerKind.DATE_TIME) and question.name in self.case.answers:
                written, _, _ = self.case.answers[question.name].partition(" ")
                entered.append(dt.date.fromisoformat(written))
        for day in entered:
            yield filled_packet.PrintedDay(words.long_date(self.language, day), day)

    def text_block(
        self, block: doc.Paragraph | doc.Bullets | doc.Steps
    ) -> filled_packet.Paragraph | filled_packet.ListBlock:
        if isinstance(block, doc.Paragraph):
            return filled_packet.Paragraph(self.spans(block.runs))
        return filled_packet.ListBlock(tuple(map(self.spans, block.items)), numbered=isinstance(block, doc.Steps))

    def spans(self, runs: tuple[doc.Run, ...]) -> filled_packet.Spans:
        spans = [self._span(run) for run in runs]
        for place, (run, following) in enumerate(pairwise(runs)):
            if isinstance(following, doc.Text) and following.text.startswith(".") and self._is_time(run):
                # "a las 6:30 a. m." ends the sentence
                spans[place] = replace(spans[place], text=spans[place].text.removesuffix("."))
        return tuple(spans)

    def heading(self, heading: str) -> str:
        """Return the words of a heading with the values of its slots."""
        return filled_packet.joined(self.spans(heading_runs(heading)))

    def _is_time(self, run: doc.Run) -> bool:
        return isinstance(run, doc.Slot) and any(
            question.name == run.name and question.kind in (AnswerKind.TIME, AnswerKind.DATE_TIME)
            for question in self.handout.questions
        )

    def _span(self, run: doc.Run) -> filled_packet.Span:
        if isinstance(run, doc.Text):
            if run.link:
                return self.contact.linked(run.text, run.link, strong=run.strong)
            return filled_packet.Span(run.text, run.strong)
        if run.name == "phone" or run.name.startswith("phone."):
            return self.contact.numbered(run.name, strong=run.strong)
        # An unknown value becomes a visible line to write on.
        personal = run.name not in doc.CLINIC_SLOTS
        return filled_packet.Span(self.value(run.name) or self.language.say("blank"), run.strong, personal=personal)

    def value(self, name: str) -> str | None:
        """Return what a placeholder prints; None for a value that is not known. Raise KeyError for an unknown name."""
        if name in ("clinic", "site"):
            return self._isolated(self.clinic.name if name == "clinic" else self.clinic.site_name)
        if name == "procedure":
            return self.handout.title
        own = (question for question in self.handout.questions if question.name == name and name not in _CASE_VALUES)
        if question := next(own, None):
            return self._answer(question)
        case = self.case
        if case is None:
            surgeon = self.answers.get("surgeon") if name == "surgeon" else None
            return self._isolated(surgeon) if surgeon else None
        if name in _AS_ENTERED:
            entered: str | None = getattr(case, name)
            return self._isolated(entered) if entered else entered
        match name:
            case "surgery_date":
                printed = self.surgery_date
            case "discharge_date" if case.discharge_date:
                printed = words.long_date(self.language, case.discharge_date)
            case "discharge_date":
                return None
            case _:
                raise KeyError(name)
        self.dates.append(printed)
        return printed

    def known(self, name: str) -> str | None:
        """Return what is printed instead of lines to write on; None if it is not known, or the handout does not ask."""
        asked = any(question.name == name and question.kind not in FIXED_CHOICES for question in self.handout.questions)
        return self.value(name) if asked or name in _CASE_VALUES else None

    def _answer(self, question: Question) -> str | None:
        """Return the printed answer to a question of the handout's own; None if it is optional and not answered."""
        if question.name not in self.answers:
            return None
        printed = answer_words(question, self.answers[question.name], self.language)
        if question.kind in (AnswerKind.DATE, AnswerKind.DATE_TIME):
            self.dates.append(printed)
        return printed

    def _isolated(self, value: str) -> str:
        return isolated(value, self.language.tag)
