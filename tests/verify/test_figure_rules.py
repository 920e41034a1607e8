"""Test what verification says about the pictures that it finds on the pages."""

from __future__ import annotations

import pytest

from packets.model.filled_packet import Figure, Letterhead
from packets.model.picture import Picture, Pixels
from packets.verify.figures import FoundFigure, figure_problems

PHOTO = Picture(3, 2, "a photo", pixels=Pixels(3, 2, False, b""))
BLOCKS = (
    Figure(PHOTO, "A room with a chair.", "A chair with arms."),
    Figure(Picture(10, 10, "a drawing"), "One heel slides.", "Slide your heel."),
)
ROOM, HEEL = FoundFigure("A room with a chair.", ((3, 2),)), FoundFigure("One heel slides.", ((0, 0),))
TEXTS = ["...Achairwitharms.", "Slideyourheel...."]
ORDER = "V24 the alternative texts of the pictures are not those of the packet, in its order"
FIRST = "V25 figure 1 is not drawn on page 1 with its caption"
SECOND = "V25 figure 2 is not drawn on page 2 with its caption"
WRONG = {
    "in another order": ([[HEEL], [ROOM]], TEXTS, [ORDER]),
    "one is missing": ([[ROOM], []], TEXTS, [ORDER]),
    "one is there twice": ([[ROOM], [HEEL, HEEL]], TEXTS, [ORDER]),
    "another photo": ([[FoundFigure(ROOM.alt, ((4, 2),))], [HEEL]], TEXTS, [FIRST]),
    "two photos in one": ([[FoundFigure(ROOM.alt, ((3, 2), (3, 2)))], [HEEL]], TEXTS, [FIRST]),
    "a photo in place of the drawing": ([[ROOM], [FoundFigure(HEEL.alt, ((3, 2),))]], TEXTS, [SECOND]),
    "an empty frame": ([[ROOM], [FoundFigure(HEEL.alt, ())]], TEXTS, [SECOND]),
    "captions on other pages": ([[ROOM], [HEEL]], TEXTS[::-1], [FIRST, SECOND]),
}


def problems(found: list[list[FoundFigure]], texts: list[str]) -> list[str]:
    return [str(problem) for problem in figure_problems(found, texts, BLOCKS)]


def test_the_pictures_of_the_packet_are_accepted() -> None:
    assert problems([[ROOM], [HEEL]], TEXTS) == problems([[ROOM, HEEL]], ["".join(TEXTS)]) == []


@pytest.mark.parametrize("wrong", WRONG)
def test_wrong_pictures_are_found(wrong: str) -> None:
    found, texts, expected = WRONG[wrong]
    assert problems(found, texts) == expected


def test_the_logo_is_drawn_and_has_the_name_of_the_clinic() -> None:
    blocks = (Letterhead("Sample Spine Clinic", ("100 Main Street",), PHOTO), *BLOCKS)

    def with_logo(logo: FoundFigure) -> list[str]:
        return [str(problem) for problem in figure_problems([[logo, ROOM], [HEEL]], TEXTS, blocks)]

    assert with_logo(FoundFigure("Sample Spine Clinic", ((3, 2),))) == []
    assert with_logo(FoundFigure("Another Clinic", ((3, 2),))) == [ORDER]
    assert with_logo(FoundFigure("Sample Spine Clinic", ())) == [FIRST]
    without_logo = (Letterhead("Sample Spine Clinic", ()), *BLOCKS)
    assert list(figure_problems([[ROOM], [HEEL]], TEXTS, without_logo)) == []
