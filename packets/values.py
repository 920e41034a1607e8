"""Define what the values of this package have in common.

They are `msgspec.Struct`s: like frozen dataclasses, but the classes are made in C. With 200 dataclasses, every process
would start a tenth of a second later.
"""

from __future__ import annotations


class HiddenFields:
    """The base of a value with patient data: `repr` names its class only, so no log and no traceback shows the data."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"
