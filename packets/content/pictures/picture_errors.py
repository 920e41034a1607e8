"""Define what can be wrong with a picture, before the place of its name in a content file is known."""

from __future__ import annotations

from msgspec import Struct


class PictureProblem(Struct, frozen=True):
    code: str
    message: str
    hint: str


class PictureError(Exception):
    """The picture cannot be used."""

    def __init__(self, *problems: PictureProblem) -> None:
        super().__init__(*problems)
        self.problems = problems
