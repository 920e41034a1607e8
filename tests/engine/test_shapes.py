"""When a shape serves, when a new one is made, and what happens to letters beyond the base set."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from packets.domain import filled
from packets.domain.case import Print, Profile
from packets.layout.engine import press as engine
from packets.layout.engine.press import Press
from packets.layout.fonts import MissingGlyph
from packets.layout.pieces import Bookmark, Columns, Stack, TextPiece
from packets.layout.tagging.tree import Elem
from packets.layout.text import Lines
from packets.output.readback import read, squeezed
from packets.output.verify import prove
from tests.instruments import verapdf
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
        Press().printed(packet(patient_name="王小明"), Print())
    assert set(caught.value.characters) == set("王小明")


def test_verapdf_finds_no_failure_after_many_patients(tmp_path: Path) -> None:
    press = Press()
    paths = []
    for number, name in enumerate([*NAMES.values(), LONGEST]):
        for plan in ("discharge", "handout", "staff-sheet"):
            one = packet(plan, patient_name=name, surgeon=name, follow_up=name, replaces="SAMP-OLD2")
            paths.append(tmp_path / f"{plan}-{number}.pdf")
            paths[-1].write_bytes(press.printed(one, Print())[0])
    verdicts = verapdf.validate(paths)
    assert len(verdicts) == 2 * len(paths) >= 60
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
