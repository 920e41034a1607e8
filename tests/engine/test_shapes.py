"""When a shape serves, when a new one is made, and what happens to letters beyond the base set."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from packets.domain import filled
from packets.domain.case import Paper, Print, Profile
from packets.domain.filled import FilledPacket
from packets.layout.engine import personal
from packets.layout.engine import press as engine
from packets.layout.engine.press import Press
from packets.layout.fonts import MissingGlyph
from packets.layout.pieces import Bookmark, Columns, Stack, TextPiece
from packets.layout.tagging.tree import Elem
from packets.layout.text import Lines
from packets.output.readback import read, squeezed
from packets.output.verify import prove
from tests.engine.cases import packets
from tests.instruments import verapdf
from tests.reference_renderer import document
from tests.samples import LONGEST, NAMES, packet


def shapes(press: Press) -> int:
    return len(press._shapes)


def test_patients_of_one_kind_share_a_shape() -> None:
    press = Press()
    for number in range(20):
        day = dt.date(2026, 1, 1) + dt.timedelta(days=17 * number)
        press.printed(
            packet(patient_name=f"Sample Number {number}", surgery_date=day, packet_id=f"SAMP-{number}"), Print()
        )
    assert shapes(press) <= 3


def test_what_takes_other_room_or_says_other_words_has_a_shape_of_its_own() -> None:
    press = Press()
    plain = packet()
    said = [plain, packet(patient_name=LONGEST), packet(answers={"collar": "no"}), packet("handout")]
    foot = replace(plain.furniture, bottom_left="Another foot")
    said.append(replace(plain, furniture=foot))
    for count, one in enumerate(said, 1):
        press.printed(one, Print())
        assert shapes(press) == count
    press.printed(plain, Print(profile=Profile.LARGE))
    assert shapes(press) == len(said) + 1


def test_a_block_that_nobody_marked_as_personal_is_told_by_its_words() -> None:
    """A shape cannot give one packet's constant words to another: every word of them is part of its key."""
    press = Press()
    plain = packet()
    for word in ("first", "second"):
        secret = filled.Paragraph((filled.Span(f"The {word} patient's own words"),))
        one = replace(plain, blocks=(*plain.blocks[:2], secret, *plain.blocks[2:]))
        data, pages = press.printed(one, Print())
        prove(data, one, pages)
    assert shapes(press) == 2


def test_a_full_store_only_costs_time(monkeypatch: pytest.MonkeyPatch) -> None:
    large = Press()
    monkeypatch.setattr(engine, "_SHAPES", 1)
    monkeypatch.setattr(engine, "_BLOCKS", 2)
    small = Press()
    for _ in range(2):
        for name in NAMES.values():
            one = packet(patient_name=name)
            assert small.printed(one, Print()) == large.printed(one, Print())


@pytest.mark.parametrize("kind", ["Vietnamese", "Polish", "Cyrillic", "Greek"])
def test_letters_beyond_the_base_set_come_out_right(kind: str) -> None:
    press = Press()
    plain, _ = press.printed(packet(), Print())
    one = packet(patient_name=NAMES[kind])
    data, pages = press.printed(one, Print())
    prove(data, one, pages)
    assert squeezed(NAMES[kind]) in squeezed(read(data)[0])
    assert press.printed(packet(), Print())[0] == plain, "the next patient's file has grown"


def test_a_letter_that_no_face_has_is_refused() -> None:
    with pytest.raises(MissingGlyph) as caught:
        Press().printed(packet(patient_name="กขค"), Print())
    assert set(caught.value.characters) == set("กขค")


@pytest.mark.system("verapdf")
def test_verapdf_finds_no_failure_after_many_patients_nor_in_what_reportlab_draws(tmp_path: Path) -> None:
    press = Press()
    paths = []
    for number, name in enumerate([*NAMES.values(), LONGEST]):
        for plan in ("discharge", "handout", "staff-sheet"):
            one = packet(plan, patient_name=name, surgeon=name, follow_up=name, replaces=("SAMP-OLD2",))
            paths.append(tmp_path / f"{plan}-{number}.pdf")
            paths[-1].write_bytes(press.printed(one, Print())[0])
    looks = (Print(), Print(Paper.A4), Print(profile=Profile.LARGE), Print(Paper.A4, Profile.LARGE))
    for number, (look, language) in enumerate(product(looks, ("en", "es"))):
        one = packet(drafts=True, language=language, patient_name=[*NAMES.values()][number])
        for kind, draw in (("engine", press.printed), ("witness", document.draw)):
            paths.append(tmp_path / f"{kind}-{number}.pdf")
            paths[-1].write_bytes(draw(one, look)[0])
    verdicts = verapdf.validate(paths)
    assert len(verdicts) == 2 * len(paths) >= 80
    assert {key: verdict.failures for key, verdict in verdicts.items() if not verdict.passed} == {}


def test_every_field_of_what_is_told_by_hand_is_told() -> None:
    """A new field of these must be thought of in engine.personal (and here), or two shapes would be taken for one."""
    assert Elem.__slots__ == ("role", "children", "alt", "attributes", "language")
    assert Bookmark.__slots__ == ("title", "level")
    assert Lines.__slots__ == ("spans", "style", "lines")  # a style's colours and margins stand in the pieces' places
    assert TextPiece.__slots__ == ("lines", "where", "before", "after", "keep_next", "bookmark", "label")
    assert Stack.__slots__ == ("pieces", "before", "after", "keep_next")
    columns = ("columns", "before", "after", "keep_next", "rule", "pad", "middle", "writing")
    assert Columns.__slots__ == columns


@given(packets(), packets())
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_a_block_with_its_own_words_put_back_is_the_block(one: FilledPacket, other: FilledPacket) -> None:
    """What a mold takes out and puts in again are a block's own words, and all of them."""
    for block in one.blocks:
        if (found := personal.own(block)) is not None:
            said, words = found
            assert personal.value(personal.rewritten(block, iter(words))) == personal.value(block)
            others = tuple(f"other {place}" for place in range(len(words)))
            assert personal.own(personal.rewritten(block, iter(others))) == (said, others)


def test_a_mold_holds_no_word_of_the_patient_it_was_made_for() -> None:
    press = Press()
    for plan in ("discharge", "handout", "staff-sheet"):
        press.printed(packet(plan, patient_name="Qx Marked", surgeon="Qx Marked", packet_id="QXMARKED"), Print())
    trees = [*press._molds._first._young.values()]
    assert len(trees) > 3
    assert "Qx" not in said(trees) and "QXM" not in said(trees)


def said(of: object, seen: set[int] | None = None) -> str:
    """All texts and bytes that can be reached from an object."""
    seen = set() if seen is None else seen
    if id(of) in seen:
        return ""
    seen.add(id(of))
    if isinstance(of, str):
        return of + "\n"
    if isinstance(of, bytes):
        return of.replace(b"\0", b"").decode("latin-1") + "\n"
    if isinstance(of, dict):
        return said((*of, *of.values()), seen)
    if isinstance(of, list | tuple | set | frozenset):
        return "".join(said(part, seen) for part in of)
    names = [*getattr(of, "__slots__", ()), *getattr(of, "__dict__", {})]
    return "".join(said(getattr(of, name, None), seen) for name in names)
