"""The clinic's own handout, word for word: every sentence is printed unchanged, or its change is recorded."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from packets.content import library
from packets.model.condition import Condition
from packets.model.handout import CommonPart, Handout, Paragraph, Part, Show, Text
from packets.model.recovery import At, Between, By, Kind, Offset, Unit
from tests.content.folder import SHIPPED

SEED = Path(__file__).resolve().parents[1] / "seed" / "cervical-foraminotomy.txt"
PHONE = {"phone": "816-363-2500"}  # the only slot in the clinic's words
DISCLAIMER = (
    "This material is intended to give the patient an overview of surgical procedures and treatments and is not "
    "intended to replace the advice and guidance of a physician. Always consult with your doctor about the particular "
    "risks and benefits of your treatment."
)


@pytest.fixture(scope="module")
def shipped() -> library.Library:
    shipped, problems = library.load(SHIPPED)
    assert shipped is not None, "\n".join(map(str, problems))
    return shipped


@pytest.fixture(scope="module")
def handout(shipped: library.Library) -> Handout:
    return shipped.handouts["cervical-foraminotomy", "en"]


def sentences(text: str) -> list[str]:
    """Return the sentences of the lines, without bullets and with single spaces."""
    lines = [line.strip().removeprefix("• ") for line in text.splitlines()]
    return [" ".join(piece.split()) for line in lines for piece in re.split(r"(?<=[.?]) ", line) if piece.strip()]


def holds(condition: Condition | None, collar: str) -> bool:
    return condition is None or condition.holds({"collar": collar, "status": ""})


def lines(parts: tuple[Part, ...], handout: Handout, collar: str) -> list[str]:
    texts: list[str] = []
    for part in parts:
        assert not part.draft
        for block in part.blocks if holds(part.condition, collar) else ():
            if isinstance(block, Show):
                for notice in handout.notices:
                    texts += lines(notice.parts, handout, collar) if notice.id == block.what else []
                continue
            runs = [block.runs] if isinstance(block, Paragraph) else getattr(block, "items", ())
            for line in runs:
                texts.append("".join(run.text if isinstance(run, Text) else PHONE[run.name] for run in line))
    return texts


def printed(handout: Handout, common: list[CommonPart], collar: str) -> list[str]:
    texts = [handout.title]
    for section in handout.sections:
        texts += [section.heading, *lines(section.parts, handout, collar)]
    for part in common:
        texts += [part.heading, *lines(part.parts, handout, collar)]
    return [sentence for line in texts for sentence in sentences(line)]


def commons(shipped: library.Library, handout: Handout) -> list[CommonPart]:
    return [shipped.common[name, "en"] for name in handout.ends_with]


def test_the_seed_is_the_one_that_the_handout_names(handout: Handout) -> None:
    assert handout.provenance.sha256 == hashlib.sha256(SEED.read_bytes()).hexdigest()


def test_every_sentence_of_the_source_is_printed_in_order_or_its_change_is_recorded(
    shipped: library.Library, handout: Handout
) -> None:
    source = sentences(SEED.read_text("utf-8"))
    assert len(source) == 28
    printed_sentences = printed(handout, commons(shipped, handout), "undecided")
    corrected = {change.was: change.now for change in handout.provenance.changes if change.where == "who-needs-it"}
    expected = []
    for sentence in source:
        for was, now in corrected.items():
            sentence = sentence.replace(was, now)
        expected.append(sentence)
    assert printed_sentences == expected


@pytest.mark.parametrize("collar", ["yes", "no"])
def test_with_a_decision_only_the_sentence_about_the_collar_differs(
    shipped: library.Library, handout: Handout, collar: str
) -> None:
    undecided = printed(handout, commons(shipped, handout), "undecided")
    decided = printed(handout, commons(shipped, handout), collar)
    assert [(a, b) for a, b in zip(undecided, decided, strict=True) if a != b] == [
        (
            "The surgeon may advise you to wear a soft neck (cervical) collar.",
            {
                "yes": "Your surgeon has advised you to wear a soft neck (cervical) collar.",
                "no": "Your surgeon has not ordered a neck collar.",
            }[collar],
        )
    ]


def test_each_change_begins_at_the_words_of_the_source(handout: Handout) -> None:
    source = " ".join(SEED.read_text("utf-8").split())
    assert len(handout.provenance.changes) == 4
    for change in handout.provenance.changes:
        assert " ".join(change.was.split()) in source
        assert change.why and not change.confirmed_by


def test_the_wrong_operation_is_named_only_in_the_changes(shipped: library.Library, handout: Handout) -> None:
    english = [part for (_, tag), part in shipped.common.items() if tag == "en"]
    for collar in ("yes", "no", "undecided"):
        assert "fusion" not in " ".join(printed(handout, english, collar)).lower()
    assert "anterior cervical discectomy with fusion" in handout.provenance.changes[0].was


def test_the_milestones_are_those_of_the_source(handout: Handout) -> None:
    assert [(milestone.id, milestone.timing) for milestone in handout.milestones] == [
        ("home", At(Offset(1, Unit.DAY))),
        ("driving", Between(Offset(1, Unit.WEEK), Offset(2, Unit.WEEK))),
        ("light-work", By(Offset(4, Unit.WEEK))),
        ("heavy-work", Between(Offset(2, Unit.MONTH), Offset(3, Unit.MONTH))),
    ]
    source = sentences(SEED.read_text("utf-8"))
    for milestone in handout.milestones:
        assert milestone.quote in source
        assert milestone.kind is Kind.EXPECTATION  # the source says "usually" and "can"; nothing is an order


def test_the_disclaimer_is_verbatim_in_every_language(shipped: library.Library) -> None:
    assert DISCLAIMER in " ".join(SEED.read_text("utf-8").split())
    files = [part for (name, _), part in shipped.common.items() if name == "disclaimer"]
    assert {part.language for part in files} == set(shipped.languages) >= {tag for _, tag in shipped.handouts}
    for file in files:
        english = file.original or file  # the original of a translation is printed below it
        runs = [block.runs for part in english.parts for block in part.blocks if isinstance(block, Paragraph)]
        assert (Text(DISCLAIMER),) in runs


def test_check_of_the_shipped_content_only_reminds_of_what_awaits_a_clinician() -> None:
    _, problems = library.load(SHIPPED)
    assert all(problem.warning for problem in problems)
    codes = {problem.code for problem in problems}
    assert codes == {"R05", "R06", "R13"}
    ours = [problem.code for problem in problems if problem.path.endswith("cervical-foraminotomy/handout.en.yaml")]
    assert ours == ["R06"] * 4


def test_forms_say_nothing_about_care(shipped: library.Library) -> None:
    forms = [part for part in shipped.common.values() if part.review.status == "form"]
    assert {part.id for part in forms} == {"going-home", "staff-sheet"}
    for part in forms:
        assert not any(isinstance(block, Paragraph) for content in part.parts for block in content.blocks)


def test_each_file_names_its_schema_in_line_1() -> None:
    files = [path for path in SHIPPED.rglob("*.yaml") if "sources" not in path.parts]
    assert len(files) >= 9
    for path in files:
        first = path.read_text("utf-8").splitlines()[0]
        match = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
        assert match, path
        schema = (path.parent / match[1]).resolve()
        assert schema.is_file() and schema.parent == SHIPPED / "schema", path
