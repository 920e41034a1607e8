"""Test the three draft handouts: every fact has a source, and what has no source is printed as a to-do."""

from __future__ import annotations

import pytest

from packets.content import library
from packets.errors import InvalidInputError
from packets.fill import packet as fill_packet
from packets.model import filled_packet
from packets.model.handout import Handout, Paragraph, Status, Todo
from packets.model.question import AnswerKind
from tests.content.folder import SHIPPED

DRAFTS = {
    "anterior-cervical-discectomy-fusion": "collar",
    "lumbar-laminectomy": "brace",
    "lumbar-microdiscectomy": "brace",
}
GOVERNMENT = {"NIAMS, NIH", "NINDS, NIH", "NLM, NIH", "AHRQ", "CDC"}


@pytest.fixture(scope="module")
def shipped() -> library.Library:
    content, problems = library.load(SHIPPED)
    assert content is not None, "\n".join(map(str, problems))
    return content


@pytest.fixture(params=DRAFTS)
def draft(shipped: library.Library, request: pytest.FixtureRequest) -> Handout:
    return shipped.handouts[request.param, "en"]


def test_each_new_handout_is_a_draft_without_milestones(draft: Handout) -> None:
    assert draft.review.status is Status.DRAFT
    assert draft.milestones == ()


def test_each_draft_asks_for_a_collar_or_brace_and_has_warning_signs(draft: Handout) -> None:
    assert [question.name for question in draft.questions if question.kind is AnswerKind.YES_NO_UNDECIDED] == [
        DRAFTS[draft.id]
    ]
    assert [notice.id for notice in draft.notices] == [DRAFTS[draft.id]]
    assert draft.sections[-1].id == "warning-signs"


def test_each_text_rests_on_government_sources(draft: Handout) -> None:
    parts = [part for section in draft.sections for part in section.parts]
    assert sum(any(isinstance(block, Paragraph) for block in part.blocks) for part in parts) >= 8
    for source in draft.provenance.sources:  # R15 and R16 would report a text without one
        assert source.publisher in GOVERNMENT
        assert "2026" in source.seen and "US government" in source.rights


def test_no_source_is_the_licensed_encyclopedia(draft: Handout) -> None:
    for source in draft.provenance.sources:
        assert "/ency/" not in source.url and "ADAM" not in source.seen


def test_check_lists_every_todo(draft: Handout) -> None:
    _, problems = library.load(SHIPPED)
    printed = [problem.message for problem in problems if problem.code == "R13" and f"/{draft.id}/" in problem.path]
    todos = [
        block.what
        for section in draft.sections
        for part in section.parts
        for block in part.blocks
        if isinstance(block, Todo)
    ]
    assert len(todos) >= 4
    assert printed == [f"TODO for the clinician: {todo}" for todo in todos]


def packet(shipped: library.Library, draft: Handout, include_drafts: bool) -> filled_packet.FilledPacket:
    return fill_packet.fill(
        draft,
        shipped.plans["discharge"],
        {name: part for (name, tag), part in shipped.common.items() if tag == "en"},
        shipped.clinic,
        shipped.languages["en"],
        None,
        include_drafts=include_drafts,
    )


def test_a_draft_is_printed_only_with_include_drafts_and_is_marked(shipped: library.Library, draft: Handout) -> None:
    with pytest.raises(InvalidInputError, match="R11"):
        packet(shipped, draft, False)
    packet_with_draft = packet(shipped, draft, True)
    texts = list(packet_with_draft.texts())
    mark = "DRAFT: not yet reviewed by a clinician"
    assert mark in texts and packet_with_draft.header_footer.bottom_left.startswith(mark)
    assert any(text.startswith("TODO for the clinician: Say when most patients go home") for text in texts)


def test_without_milestones_no_page_mentions_dates(shipped: library.Library, draft: Handout) -> None:
    texts = " ".join(packet(shipped, draft, True).texts())
    assert "Recovery times" not in texts and "Dates are counted" not in texts


def test_the_page_names_each_source(shipped: library.Library, draft: Handout) -> None:
    texts = " ".join(packet(shipped, draft, True).texts())
    assert "Source: Our own words, with facts from texts of the US government: " in texts
    for source in draft.provenance.sources:
        assert f"{source.title} ({source.publisher})" in texts
