"""Define what can be wrong with a picture, before the place of its name in a content file is known."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    code: str
    message: str
    hint: str
    warning: bool = False


class PictureError(Exception):
    """The picture cannot be used."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(*faults)
        self.faults = faults
