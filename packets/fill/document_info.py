"""Fill what surrounds the text: PDF title, header, footer, sources; and refuse drafts and retired handouts."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from packets.errors import InvalidInputError, Problem
from packets.fill.printed_answers import side
from packets.model import filled_packet
from packets.model import handout as doc
from packets.model.case import Case, Stage
from packets.model.filled_packet import FilledPacket
from packets.model.language import Language
from packets.model.recovery import Kind, Milestone
from packets.model.source_text import Provenance


def check_status(handout: doc.Handout, include_drafts: bool) -> None:
    """Raise InvalidInputError if the handout is retired (R10) or a draft that was not asked for (R11)."""
    status = handout.review.status
    if status is doc.Status.RETIRED:
        hint = "`list` shows the procedures that are printed."
        raise InvalidInputError(Problem("R10", f'the handout "{handout.id}" is retired and is no longer printed', hint))
    if status is doc.Status.DRAFT and not include_drafts:
        raise InvalidInputError(
            Problem(
                "R11",
                f'the handout "{handout.id}" is a draft that no clinician has approved',
                "To print it with a DRAFT mark, add --include-drafts.",
            )
        )


def pdf_title(
    handout: doc.Handout, plan: doc.PacketPlan, language: Language, case: Case | None, answers: Mapping[str, str]
) -> str:
    if case is None:
        return ", ".join(filter(None, (language.say("rack_pdf_title", title=handout.title), side(handout, answers))))
    pattern = "staff_pdf_title" if plan.staff else "pdf_title"
    return ", ".join(filter(None, (language.say(pattern, packet=case.packet_id), side(handout, answers))))


def header_footer(
    handout: doc.Handout, language: Language, case: Case | None, answers: Mapping[str, str]
) -> filled_packet.HeaderFooter:
    footer = language.say("footer", title=handout.title, language=language.name, revision=str(handout.revision))
    if signature := handout.signature:
        revision = str(signature.revision)
        footer += " · " + language.say("footer_surgeon", surgeon=signature.surgeon, revision=revision)
    if case is not None and case.stage is Stage.PLANNED:
        footer += " · " + language.say("footer_prepared_before")
    if handout.draft:
        footer = language.say("draft_mark") + " · " + footer
    top_left, top_right = side(handout, answers), ""
    if case is not None:
        top_left = header(handout, language, case)
        top_right = language.say("header_packet", packet=case.packet_id)
    return filled_packet.HeaderFooter(top_left, top_right, footer, language.patterns["page_of"])


def marked_as_test_data(packet: FilledPacket, language: Language) -> FilledPacket:
    """Say below the title and in the footer of each page that this is no patient's packet."""
    words = language.say("test_mark") if "test_mark" in language.patterns else "TEST"
    after_title = next((n for n, block in enumerate(packet.blocks, 1) if isinstance(block, filled_packet.Title)), 0)
    mark = filled_packet.DraftMark(words)
    footer = replace(packet.header_footer, bottom_left=f"{words} · {packet.header_footer.bottom_left}")
    blocks = (*packet.blocks[:after_title], mark, *packet.blocks[after_title:])
    return replace(packet, blocks=blocks, header_footer=footer)


def header(handout: doc.Handout, language: Language, case: Case) -> str:
    """Return the beginning of every page: name and record number, and the side of the operation if it is asked."""
    identifiers = language.say("header", patient=case.patient_name, record_number=case.record_number)
    return " · ".join(filter(None, (identifiers, side(handout, case.answers))))


def override_note(handout: doc.Handout, milestone: Milestone, language: Language, when: str, interval: str) -> str:
    """Return a surgeon's milestone as a sentence, to be printed below the handout's sentence that it replaces."""
    pattern = "surgeon_asks_when" if milestone.kind is Kind.RESTRICTION else "surgeon_says_when"
    statement = language.say(pattern, label=milestone.label, when=when, interval=interval)
    draft = handout.signature is not None and handout.signature.review.status is doc.Status.DRAFT
    mark = [language.say("draft_mark") + "."] if draft else []
    return " ".join([*mark, statement, language.say("surgeon_instead")])


def sources(provenance: Provenance) -> str:
    """Return the source, followed by the titles and publishers that facts were taken from."""
    named = "; ".join(f"{source.title} ({source.publisher})" for source in provenance.sources)
    return f"{provenance.source}: {named}" if named else provenance.source
