"""Fill a handout for one patient, or for a rack copy without a patient."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import assert_never

from msgspec import Struct, field
from msgspec.structs import replace

from packets.fill import dates as words
from packets.fill import document_info, regimen_tables
from packets.fill.case_conditions import CaseConditions, Row
from packets.fill.clinic_texts import ClinicContact
from packets.fill.image_blocks import figure
from packets.fill.medicines import medicine_table
from packets.fill.printed_answers import rack_milestones, side
from packets.fill.recovery_dates import RecoveryDates, interval_of, recovery_dates, when
from packets.fill.slot_values import SlotValues
from packets.model import filled_packet
from packets.model import handout as doc
from packets.model.applicable import milestones_for
from packets.model.case import Case, Clinic
from packets.model.condition import Condition
from packets.model.language import Language
from packets.model.regimen import Regimen
from packets.model.text_direction import isolated


def fill(
    handout: doc.Handout,
    plan: doc.PacketPlan,
    commons: Mapping[str, doc.CommonPart],
    clinic: Clinic,
    language: Language,
    case: Case | None,
    *,
    include_drafts: bool = False,
    rack: Mapping[str, str] | None = None,
) -> filled_packet.FilledPacket:
    """Return one patient's packet, or without a case the rack copy, which holds no personal value.

    `rack` has the answers that all readers of a rack copy share, such as {"side": "left"}.
    Raise InvalidInputError if the handout is retired or is a draft that was not asked for.
    """
    document_info.check_status(handout, include_drafts)
    conditions = CaseConditions.of(handout, case, rack or {})
    if any(milestone.depends_on_answers for milestone in handout.milestones):
        applicable = milestones_for(handout, case) if case else rack_milestones(handout, conditions.answers)
        handout = replace(handout, milestones=applicable)
    dates = recovery_dates(handout, language, case.surgery_date if case else None)
    contact = ClinicContact(clinic, language, handout.emergency_signs)
    answers = case.answers if case else rack or {}
    slots = SlotValues(handout, clinic, language, case, answers, dates.surgery_date, contact)
    filling = _Filler(handout, plan, commons, clinic, language, case, conditions, include_drafts, dates, contact, slots)
    blocks = tuple(filling.packet())
    return filled_packet.FilledPacket(
        language=language.tag,
        title=document_info.pdf_title(handout, plan, language, case, conditions.answers),
        packet_id=case.packet_id if case else "",
        blocks=blocks,
        header_footer=document_info.header_footer(handout, language, case, conditions.answers),
        dates=tuple(slots.dates),
        days=(*dates.days, *slots.days(), *regimen_tables.printed_days(handout.regimens, language, filling.surgery)),
        left_out=tuple(filling.left_out),
        attached=plan.attach,
    )


class _Filler(Struct):
    """The state of one call of `fill`; collects the drafts left out."""

    handout: doc.Handout
    plan: doc.PacketPlan
    commons: Mapping[str, doc.CommonPart]
    clinic: Clinic
    language: Language
    case: Case | None
    conditions: CaseConditions
    include_drafts: bool
    recovery: RecoveryDates
    contact: ClinicContact
    slots: SlotValues
    left_out: list[str] = field(default_factory=list)

    def say(self, pattern: str, **values: str) -> str:
        return self.language.say(pattern, **values)

    @property
    def surgery(self) -> dt.date | None:
        return self.case.surgery_date if self.case else None

    def isolated(self, value: str) -> str:
        return isolated(value, self.language.tag)

    def packet(self) -> Iterator[filled_packet.Block]:
        for entry in self.plan.shows:
            match entry:
                case "title":
                    yield from self.contact.letterhead()
                    yield filled_packet.Title(
                        self.handout.title, self.say(self.subtitle()), side(self.handout, self.conditions.answers)
                    )
                    yield from self.asked_on_rack()
                    if self.handout.draft:
                        yield filled_packet.DraftMark(self.say("draft_mark"))
                case "identifiers":
                    yield from self.identifiers()
                    if "booking" in self.plan.shows:
                        yield self.contact.help_strip(*self.booking_text())
                case "dates" | "countdown":
                    yield from self.recovery_dates()
                case "notices":
                    for notice in self.handout.notices:
                        if self.holds(notice.condition):
                            yield filled_packet.NoticeBox(notice.label, tuple(self.notice(notice)))
                case "booking" if "identifiers" not in self.plan.shows:
                    yield from self.contact.emergency()
                    yield self.booking()
                case "booking":  # the help strip has the rest
                    if self.clinic.emergency is not None:
                        yield from self.common(self.commons["booking"])
                case "sections":
                    for section in self.handout.sections:
                        if self.holds(section.condition):
                            yield filled_packet.Heading(self.slots.heading(section.heading))
                            yield from self.for_answers(section.condition, self.parts(section.parts, section.id))
                case "ends":
                    for common in self.handout.ends_with:
                        if common == "disclaimer":
                            yield self.small(self.commons[common])
                            if original := self.commons[common].original:  # the clinic's original text, below ours
                                yield self.small(original)
                        elif common != "booking" or "booking" not in self.plan.shows:
                            yield from self.common(self.commons[common])
                case "about":
                    yield self.about()
                    yield from self.contact.about()
                case "new page":
                    yield filled_packet.NewPage()
                case _:
                    yield from self.common(self.commons[entry.removeprefix("common/")])

    def subtitle(self) -> str:
        if self.case is None:
            return "rack_subtitle"
        if self.plan.staff:
            return "staff_subtitle"
        return "handout_subtitle" if self.plan.id == "handout" else "packet_subtitle"

    def asked_on_rack(self) -> Iterator[filled_packet.Block]:
        """Yield the question about the side with a box for each choice, on a rack copy for every side."""
        question = self.handout.side
        if question is None or question.name in self.conditions.answers:
            return
        yield filled_packet.Paragraph((filled_packet.Span(question.text, strong=True),))
        for option in question.options:
            yield filled_packet.CheckItem((filled_packet.Span(option.words),))

    # ---- blocks with the patient's values

    def identifiers(self) -> Iterator[filled_packet.Block]:
        case = self.case
        if case is None:
            return
        surgery_date = self.recovery.surgery_date
        self.slots.dates.append(surgery_date)
        isolated = self.isolated
        pairs = [
            (self.say("patient"), isolated(case.patient_name)),
            (self.say("record_number"), isolated(case.record_number)),
        ]
        if case.birth_date:
            pairs.append((self.say("birth_date"), words.plain_date(self.language, case.birth_date)))
        pairs += [(self.say("surgeon"), isolated(case.surgeon)), (self.say("surgery_date"), surgery_date)]
        if self.clinic.site:
            pairs.append((self.say("site"), isolated(self.clinic.site_name)))
        yield filled_packet.Identifiers(tuple(pairs))
        for replaced_id in case.replaces:
            replaces = self.say("about_replaces", packet=replaced_id)
            yield filled_packet.Paragraph((filled_packet.Span(replaces, strong=True, personal=True),))

    def recovery_dates(self) -> Iterator[filled_packet.Block]:
        if not self.handout.milestones:
            return
        yield filled_packet.Heading(self.say("recovery_times" if self.case is None else "recovery_dates"))
        yield from self.date_table()

    def date_table(self) -> Iterator[filled_packet.Block]:
        dates = self.recovery.countdown if "countdown" in self.plan.shows else self.recovery.table
        if dates:
            self.slots.dates.extend(f"{row.when} {row.more}".rstrip() for row in dates.rows if row.when)
            yield dates

    def override_note(self, milestone_id: str) -> filled_packet.Paragraph:
        """Return a surgeon's milestone, to be printed below the handout's own sentence."""
        milestone = next(item for item in self.handout.milestones if item.id == milestone_id)
        self.slots.dates.append(dates := when(milestone, self.language, self.surgery))
        counted = interval_of(milestone, self.language, self.surgery)
        text = document_info.override_note(self.handout, milestone, self.language, dates, counted)
        return filled_packet.Paragraph((filled_packet.Span(text, strong=True, personal=True),))

    def notice(self, notice: doc.Notice) -> Iterator[filled_packet.Paragraph | filled_packet.ListBlock]:
        if label := self.conditions.label(notice.condition):
            yield filled_packet.Paragraph((filled_packet.Span(label, strong=True),))
        for block in self.parts(notice.parts, notice.id):
            if isinstance(block, filled_packet.DraftMark):
                yield filled_packet.Paragraph((filled_packet.Span(block.text, strong=True),))
            elif isinstance(block, filled_packet.NoticeBox):  # a part of a rack copy for one answer
                yield filled_packet.Paragraph((filled_packet.Span(block.label, strong=True),))
                yield from block.blocks
            elif isinstance(block, filled_packet.Paragraph | filled_packet.ListBlock):
                yield block
            else:
                raise TypeError(f"a notice cannot hold {type(block).__name__}")

    def booking(self) -> filled_packet.Booking:
        return self.contact.booking(*self.booking_text())

    def booking_text(self) -> tuple[str, tuple[filled_packet.Spans, ...]]:
        part = self.commons["booking"]
        blocks = self.parts(part.parts, part.id)
        return part.heading, tuple(b.spans for b in blocks if isinstance(b, filled_packet.Paragraph))

    # ---- parts written by the author

    def common(self, part: doc.CommonPart) -> Iterator[filled_packet.Block]:
        if part.heading:
            yield filled_packet.Heading(part.heading)
        yield from self.parts(part.parts, part.id)

    def small(self, part: doc.CommonPart) -> filled_packet.Disclaimer:
        paragraphs = self.parts(part.parts, part.id)
        language = "" if part.language == self.language.tag else part.language
        return filled_packet.Disclaimer(
            tuple(b.spans for b in paragraphs if isinstance(b, filled_packet.Paragraph)), language
        )

    def about(self) -> filled_packet.Paragraph:
        handout = self.handout
        lines = [
            self.say("about_source", source=document_info.sources(handout.provenance)),
            self.say("about_revision", language=self.language.name, revision=str(handout.revision)),
        ]
        if signature := handout.signature:
            revision = str(signature.revision)
            lines.append(self.say("about_surgeon", surgeon=signature.surgeon, revision=revision))
        if handout.milestones or handout.regimens:
            lines.append(self.say("about_interval"))
        return filled_packet.Paragraph((filled_packet.Span(" ".join(lines)),), small=True)

    def parts(self, parts: tuple[doc.Part, ...], where: str) -> Iterator[filled_packet.Block]:
        for number, part in enumerate(parts, 1):
            if not self.holds(part.condition):
                continue
            if part.draft and not self.include_drafts:
                self.left_out.append(f"{where}, part {number}")
                continue
            rows = part.conditions_of_all_rows
            if rows and not any(map(self.holds, rows)):
                continue  # a table without rows for this patient
            printed = [filled for block in part.blocks for filled in self.block(block)]
            blocks: list[filled_packet.Block] = []
            if part.draft:
                blocks.append(filled_packet.DraftMark(self.say("draft_mark")))
            blocks += [filled_packet.Together(tuple(printed))] if part.keep_together and printed else printed
            yield from self.for_answers(part.condition, blocks)

    def show(self, what: str) -> Iterator[filled_packet.Block]:
        match what:
            case "milestones":
                yield from self.date_table()
            case "booking":
                yield self.booking()
            case "teach-back":  # each question with this packet's answer
                yield from self.asked_side()
                yield from self.recovery.asked
                for placed in self.handout.regimens:
                    if all(map(self.holds, placed.conditions)) and (self.include_drafts or not placed.draft):
                        yield regimen_tables.asked(placed.regimen, self.language, self.surgery, self.slots.dates)
                for notice in self.handout.notices:
                    if self.holds(notice.condition):
                        yield from self.teach_back(notice)
            case _:
                notice = next(item for item in self.handout.notices if item.id == what)
                if self.holds(notice.condition):
                    yield from self.for_answers(notice.condition, self.parts(notice.parts, notice.id))

    def holds(self, condition: Condition | None) -> bool:
        return self.conditions.holds(condition)

    def for_answers(
        self, condition: Condition | None, blocks: Iterable[filled_packet.Block]
    ) -> Iterable[filled_packet.Block]:
        return self.conditions.for_answers(condition, blocks)

    def printed_rows(self, rows: Iterable[Row]) -> Iterator[tuple[Row, str]]:
        return self.conditions.printed_rows(rows)

    def row(self, row: doc.TableRow, label: str) -> tuple[filled_packet.Spans, ...]:
        first, *others = map(self.slots.spans, row.cells)
        return ((filled_packet.Span(f"{label}: ", strong=True), *first) if label else first, *others)

    def block(self, block: doc.Block) -> Iterator[filled_packet.Block]:
        match block:
            case doc.Paragraph() | doc.Bullets() | doc.Steps():
                yield self.slots.text_block(block)
            case doc.Subheading(text):
                yield filled_packet.Heading(self.slots.heading(text), level=3)
            case doc.Callout():
                inner = tuple(map(self.slots.text_block, block.blocks))
                yield filled_packet.Callout(block.kind, self.slots.heading(block.heading), inner)
            case doc.Table():
                rows = tuple(self.row(row, label) for row, label in self.printed_rows(block.rows))
                if rows:
                    yield filled_packet.Table(block.columns, rows, block.row_headers)
            case doc.Image():
                yield figure(block)
            case doc.Medicines():
                medicines = tuple(self.printed_rows(block.medicines))
                if medicines or block.empty_rows:
                    yield medicine_table(medicines, block, self.language, self.slots)
            case Regimen():
                yield from regimen_tables.printed(block, self.language, self.surgery, self.slots.dates)
            case doc.PageBreak():
                yield filled_packet.TurnPage()
            case doc.Check():
                yield filled_packet.CheckItem(self.slots.spans(block.runs))
            case doc.FillIn():
                value = self.slots.known(block.source) if block.source else None
                if value:
                    yield filled_packet.FillIn(block.label, value, block.lines, "")
                else:
                    yield filled_packet.FillIn(block.label, "", block.lines, block.note)
            case doc.OverrideNote(milestone, conditions):
                applies = milestone in {item.id for item in self.handout.milestones}
                if applies and any(map(self.holds, conditions)):
                    condition = conditions[0] if len(set(conditions)) == 1 else None
                    yield from self.for_answers(condition, (self.override_note(milestone),))
            case doc.Todo(what):
                yield filled_packet.Paragraph((filled_packet.Span(self.say("todo", what=what), strong=True),))
            case doc.Show(what):
                yield from self.show(what)
            case _:
                assert_never(block)

    def asked_side(self) -> Iterator[filled_packet.CheckItem]:
        if (question := self.handout.side) and self.case is not None:
            answer = filled_packet.Span(side(self.handout, self.conditions.answers), personal=True)
            yield filled_packet.CheckItem((filled_packet.Span(question.text + " ", strong=True), answer))

    def teach_back(self, notice: doc.Notice) -> Iterator[filled_packet.CheckItem]:
        question = filled_packet.Span((notice.ask or notice.label) + " ", strong=True)
        for block in self.notice(notice):
            for spans in block.items if isinstance(block, filled_packet.ListBlock) else (block.spans,):
                yield filled_packet.CheckItem((question, *spans))
