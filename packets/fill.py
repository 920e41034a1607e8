"""A handout, a plan, the clinic, a language and one patient's case (or none) in, a FilledPacket out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from packets import frame
from packets import language as words
from packets.domain import document as doc
from packets.domain import filled
from packets.domain.case import Case, Clinic
from packets.domain.once import once
from packets.domain.recovery import Kind, Milestone
from packets.domain.wording import Language

_AS_ENTERED = ("patient_name", "record_number", "surgeon", "packet_id", "follow_up")
_SUBTITLES = {"handout": "handout_subtitle", "staff-sheet": "staff_subtitle"}

# What a year of patients has in common is made once; the engine knows it again by its identity.
_title = lru_cache(maxsize=64)(filled.Title)
_heading = lru_cache(maxsize=256)(filled.Heading)
_box = lru_cache(maxsize=256)(filled.Box)
_small = lru_cache(maxsize=64)(filled.Small)
_booking = lru_cache(maxsize=64)(filled.Booking)
_paragraph = lru_cache(maxsize=64)(filled.Paragraph)
_tick = lru_cache(maxsize=64)(filled.Tick)
_NEW_PAGE = filled.NewPage()


@lru_cache(maxsize=64)
def _strong(text: str) -> filled.Span:
    return filled.Span(text, strong=True)


def fill(
    handout: doc.Handout,
    plan: doc.PacketPlan,
    commons: Mapping[str, doc.CommonPart],
    clinic: Clinic,
    language: Language,
    case: Case | None,
    *,
    include_drafts: bool = False,
) -> filled.FilledPacket:
    """One patient's packet; without a case the rack copy, which is nobody's and holds no personal value.

    Raises Refused when the handout is a draft that was not asked for, or is retired.
    """
    frame.check_status(handout, include_drafts)
    filling = _Filling(handout, plan, commons, clinic, language, case, include_drafts)
    blocks = tuple(filling.packet())
    return filled.FilledPacket(
        language=language.tag,
        title=frame.pdf_title(handout, plan, language, case),
        packet_id=case.packet_id if case else "",
        blocks=blocks,
        furniture=frame.furniture(handout, language, case),
        dates=tuple(filling.dates),
        left_out=tuple(filling.left_out),
    )


@dataclass(slots=True)
class _Filling:
    """One run of `fill`; collects the dates it prints and the draft parts it leaves out."""

    handout: doc.Handout
    plan: doc.PacketPlan
    commons: Mapping[str, doc.CommonPart]
    clinic: Clinic
    language: Language
    case: Case | None
    include_drafts: bool
    dates: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def say(self, pattern: str, **values: str) -> str:
        return self.language.say(pattern, **values)

    def packet(self) -> Iterator[filled.Block]:
        for entry in self.plan.shows:
            match entry:
                case "title":
                    yield _title(self.handout.title, self.say(self.subtitle()))
                    if self.handout.draft:
                        yield filled.DraftMark(self.say("draft_mark"))
                case "identifiers":
                    yield from self.identifiers()
                case "dates":
                    yield from self.recovery_dates()
                case "notices":
                    yield from map(self.box, self.handout.notices)
                case "booking":
                    yield self.booking()
                case "sections":
                    for section in self.handout.sections:
                        yield _heading(section.heading)
                        yield from self.parts(section.parts, section.id)
                case "ends":
                    for common in self.handout.ends_with:
                        if common == "disclaimer":
                            yield self.disclaimer(self.commons[common])
                            if original := self.commons[common].original:  # the clinic's own words, beside ours
                                yield self.disclaimer(original)
                        elif common != "booking" or "booking" not in self.plan.shows:
                            yield from self.common(self.commons[common])
                case "about":
                    yield self.about()
                case "new page":
                    yield _NEW_PAGE
                case _:
                    yield from self.common(self.commons[entry.removeprefix("common/")])

    def subtitle(self) -> str:
        return "rack_subtitle" if self.case is None else _SUBTITLES.get(self.plan.id, "packet_subtitle")

    # ---- the patient's own blocks

    def identifiers(self) -> Iterator[filled.Block]:
        case = self.case
        if case is None:
            return
        surgery_date = words.long_date(self.language, case.surgery_date)
        self.dates.append(surgery_date)
        pairs = [(self.say("patient"), case.patient_name), (self.say("record_number"), case.record_number)]
        if case.birth_date:
            pairs.append((self.say("birth_date"), words.plain_date(self.language, case.birth_date)))
        pairs += [(self.say("surgeon"), case.surgeon), (self.say("surgery_date"), surgery_date)]
        yield filled.Identifiers(tuple(pairs))
        if case.replaces:
            replaces = self.say("about_replaces", packet=case.replaces)
            yield filled.Paragraph((filled.Span(replaces, strong=True, personal=True),))

    def recovery_dates(self) -> Iterator[filled.Block]:
        if not self.handout.milestones:
            return
        yield _heading(self.say("recovery_times" if self.case is None else "recovery_dates"))
        yield once((self.handout, self.language), ("timeline", self.day), self.timeline)
        yield from self.date_tables()

    def timeline(self) -> filled.Timeline:
        points = [filled.Point(0, 0, self.short(None), self.say("surgery"))]
        told = [self.say("timeline_point", label=self.say("surgery"), when=self.long(None))]
        for milestone in self.handout.milestones:
            first, last = self.days(milestone)
            points.append(filled.Point(first, last, self.short(milestone), milestone.short))
            told.append(self.say("timeline_point", label=milestone.label, when=self.long(milestone)))
        return filled.Timeline(tuple(points), self.say("timeline_alt", points="; ".join(told)))

    def days(self, milestone: Milestone) -> tuple[int, int]:
        """Days after surgery, for the drawing; a month of the rack copy counts 30 days there."""
        if self.case is not None:
            surgery = self.case.surgery_date
            days = [(day - surgery).days for day in milestone.dates(surgery)]
        else:
            days = [
                offset.count * {"day": 1, "week": 7, "month": 30}[offset.unit] for offset in milestone.timing.offsets
            ]
        return days[0], days[-1]

    def short(self, milestone: Milestone | None) -> str:
        if self.case is None:
            return words.short_interval(self.language, milestone.timing) if milestone else ""
        if milestone is None:
            return words.short_date(self.language, self.case.surgery_date)
        return words.short_when(self.language, milestone.timing, self.case.surgery_date)

    def long(self, milestone: Milestone | None) -> str:
        if self.case is None:
            return words.interval(self.language, milestone.timing) if milestone else self.say("blank")
        if milestone is None:
            return words.long_date(self.language, self.case.surgery_date)
        return words.when(self.language, milestone.timing, self.case.surgery_date)

    @property
    def day(self) -> object:
        return self.case and self.case.surgery_date

    def date_tables(self) -> Iterator[filled.Block]:
        """One table for each kind of statement, so that what is usual never reads as an order."""
        tables = once((self.handout, self.language), ("tables", self.day), lambda: tuple(self.new_date_tables()))
        for table in tables:
            self.dates += [row.when for row in table.rows if row.when]
            yield table

    def new_date_tables(self) -> Iterator[filled.DateTable]:
        for kind in Kind:
            milestones = [milestone for milestone in self.handout.milestones if milestone.kind is kind]
            if milestones:
                when = self.say("table_when" if self.case else "write_date")
                heads = (self.say(f"table_what_{kind}"), when, self.say("table_interval"))
                yield filled.DateTable(heads, tuple(map(self.date_row, milestones)))

    def date_row(self, milestone: Milestone) -> filled.DateRow:
        when = self.long(milestone) if self.case else ""
        return filled.DateRow(milestone.label, when, words.interval(self.language, milestone.timing))

    def instead(self, name: str) -> filled.Paragraph:
        """Below the handout's own sentence, which is printed as it stands."""
        milestone = next(each for each in self.handout.milestones if each.id == name)
        self.dates.append(when := self.long(milestone))
        interval = words.interval(self.language, milestone.timing)
        text = frame.instead(self.handout, milestone, self.language, when, interval)
        return filled.Paragraph((filled.Span(text, strong=True, personal=True),))

    def box(self, notice: doc.Notice) -> filled.Box:
        return _box(notice.label, tuple(self.notice(notice)))

    def notice(self, notice: doc.Notice) -> Iterator[filled.Paragraph | filled.Items]:
        for block in self.parts(notice.parts, notice.id):
            if isinstance(block, filled.DraftMark):
                yield _paragraph((_strong(block.text),))
            elif isinstance(block, filled.Paragraph | filled.Items):
                yield block
            else:
                raise TypeError(f"a notice cannot hold {type(block).__name__}")

    def booking(self) -> filled.Booking:
        part, clinic = self.commons["booking"], self.clinic
        spans = tuple(b.spans for b in self.parts(part.parts, part.id) if isinstance(b, filled.Paragraph))
        kind, values = (
            ("web", {"site": clinic.booking_url}) if clinic.booking_url else ("call", {"phone": clinic.phone})
        )
        return _booking(
            heading=part.heading,
            paragraphs=spans,
            number=self.phone(strong=True),
            qr_payload=clinic.booking_link,
            qr_alt=self.say(f"qr_alt_{kind}", **values),
            qr_caption=self.say(f"qr_caption_{kind}"),
            site=self.site(),
        )

    def phone(self, *, strong: bool) -> filled.Span:
        return once(
            (self.language,),
            ("phone", strong, self.clinic.phone, self.clinic.dial),
            lambda: self.new_phone(strong),
        )

    def new_phone(self, strong: bool) -> filled.Span:
        clinic = self.clinic
        return filled.Span(clinic.phone, strong, clinic.phone_link, self.say("call_link", phone=clinic.phone))

    def site(self) -> filled.Span | None:
        return once((self.language,), ("site", self.clinic.booking_url), self.new_site)

    def new_site(self) -> filled.Span | None:
        url = self.clinic.booking_url
        shown = url.removeprefix("https://").rstrip("/")
        return filled.Span(shown, link=url, link_title=self.say("web_link", site=shown)) if url else None

    # ---- the author's parts

    def common(self, part: doc.CommonPart) -> Iterator[filled.Block]:
        if part.heading:
            yield _heading(part.heading)
        yield from self.parts(part.parts, part.id)

    def disclaimer(self, part: doc.CommonPart) -> filled.Small:
        paragraphs = self.parts(part.parts, part.id)
        language = "" if part.language == self.language.tag else part.language
        return _small(tuple(b.spans for b in paragraphs if isinstance(b, filled.Paragraph)), language)

    def about(self) -> filled.Paragraph:
        return once((self.handout, self.language), "about", self.new_about)

    def new_about(self) -> filled.Paragraph:
        handout = self.handout
        lines = [
            self.say("about_source", source=frame.sources(handout.provenance)),
            self.say("about_revision", language=self.language.name, revision=str(handout.revision)),
        ]
        if own := handout.signature:
            lines.append(self.say("about_surgeon", surgeon=own.surgeon, revision=str(own.revision)))
        if handout.milestones:
            lines.append(self.say("about_interval"))
        return filled.Paragraph((filled.Span(" ".join(lines)),), small=True)

    def parts(self, parts: tuple[doc.Part, ...], where: str) -> Iterator[filled.Block]:
        if once((parts,), "for all", lambda: all(map(doc.for_all, parts))):
            clinic = self.clinic
            printed = ("parts", clinic.name, clinic.phone, clinic.dial)
            common = (parts, self.handout, self.language)
            yield from once(common, printed, lambda: tuple(self.new_parts(parts, where)))
        else:
            yield from self.new_parts(parts, where)

    def new_parts(self, parts: tuple[doc.Part, ...], where: str) -> Iterator[filled.Block]:
        for number, part in enumerate(parts, 1):
            if not self.holds(part.condition):
                continue
            if part.draft and not self.include_drafts:
                self.left_out.append(f"{where}, part {number}")
                continue
            if part.draft:
                yield filled.DraftMark(self.say("draft_mark"))
            for block in self.known(part):
                if isinstance(block, tuple):
                    yield from block
                else:
                    yield from self.new_block(block)

    def known(self, part: doc.Part) -> tuple[doc.Block | tuple[filled.Block, ...], ...]:
        """The blocks of a part, those that are the same for every patient filled."""
        clinic = self.clinic
        printed = ("part", clinic.name, clinic.phone, clinic.dial)
        return once((part, self.handout, self.language), printed, lambda: tuple(map(self.filled_for_all, part.blocks)))

    def filled_for_all(self, block: doc.Block) -> doc.Block | tuple[filled.Block, ...]:
        return block if doc.of_the_case(block) else tuple(self.new_block(block))

    def holds(self, condition: doc.Condition | None) -> bool:
        """A rack copy is nobody's: what a surgeon decides is undecided on it."""
        if condition is None:
            return True
        if condition.question == "status":
            answer = str(self.case.stage) if self.case and self.case.stage else ""
        else:
            answer = self.case.answers[condition.question] if self.case else "undecided"
        return (answer == condition.answer) is condition.holds

    def new_block(self, block: doc.Block) -> Iterator[filled.Block]:
        match block:
            case doc.Paragraph():
                yield filled.Paragraph(self.spans(block.runs))
            case doc.Bullets() | doc.Steps():
                yield filled.Items(tuple(map(self.spans, block.items)), numbered=isinstance(block, doc.Steps))
            case doc.Check():
                yield filled.Tick(self.spans(block.runs))
            case doc.FillIn():
                value = self.value(block.source) if block.source else None
                yield filled.FillIn(block.label, value or "", block.lines, "" if value else block.note)
            case doc.Instead(milestone):
                yield self.instead(milestone)
            case doc.Todo(what):
                yield filled.Paragraph((filled.Span(self.say("todo", what=what), strong=True),))
            case doc.Show("milestones"):
                yield from self.date_tables()
            case doc.Show("booking"):
                yield self.booking()
            case doc.Show("teach-back"):
                yield from self.teach_back()
            case doc.Show(what):
                notice = next(notice for notice in self.handout.notices if notice.id == what)
                yield from self.parts(notice.parts, notice.id)

    def teach_back(self) -> Iterator[filled.Block]:
        """Each question with this packet's own answer."""
        yield from once((self.handout, self.language), ("asked", self.day), lambda: tuple(self.asked_of_dates()))
        for notice in self.handout.notices:
            asked = _strong((notice.ask or notice.label) + " ")
            for block in self.notice(notice):
                answers = block.items if isinstance(block, filled.Items) else (block.spans,)
                for spans in answers:
                    yield _tick((asked, *spans))

    def asked_of_dates(self) -> Iterator[filled.Tick]:
        for milestone in self.handout.milestones:
            question = milestone.ask or milestone.label
            answer = f"{self.long(milestone)} ({words.interval(self.language, milestone.timing)})"
            yield filled.Tick((filled.Span(question + " ", strong=True), filled.Span(answer, personal=True)))

    def spans(self, runs: tuple[doc.Run, ...]) -> filled.Spans:
        return tuple(self.span(run) for run in runs)

    def span(self, run: doc.Run) -> filled.Span:
        if isinstance(run, doc.Text):
            return filled.Span(run.text, run.strong)
        if run.name == "phone":
            return self.phone(strong=run.strong)
        # A value that is not known stays a visible line to write on.
        personal = run.name not in doc.OF_THE_CLINIC
        return filled.Span(self.value(run.name) or self.say("blank"), run.strong, personal=personal)

    def value(self, name: str) -> str | None:
        if name == "clinic":
            return self.clinic.name
        if name == "procedure":
            return self.handout.title
        case = self.case
        if case is None:
            return None
        if name in _AS_ENTERED:
            entered: str | None = getattr(case, name)
            return entered
        match name:
            case "surgery_date":
                day = case.surgery_date
            case "discharge_date" if case.discharge_date:
                day = case.discharge_date
            case "discharge_date":
                return None
            case _:
                raise KeyError(name)
        printed = words.long_date(self.language, day)
        self.dates.append(printed)
        return printed
