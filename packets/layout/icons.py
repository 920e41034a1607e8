"""Draw the icons of dates and callouts: the words beside each say the same, so they are artifacts.

Each is a path in a square of 24 units with y downward, filled by the even-odd rule.
"""

from __future__ import annotations

from packets.layout.page import Color
from packets.layout.pen import Pen

_K = 0.5523  # control points of a quarter circle, for a radius of 1


def _circle(x: float, y: float, radius: float) -> str:
    k = radius * _K
    return (
        f"{x + radius:g} {y:g} m "
        f"{x + radius:g} {y + k:.4g} {x + k:.4g} {y + radius:g} {x:g} {y + radius:g} c "
        f"{x - k:.4g} {y + radius:g} {x - radius:g} {y + k:.4g} {x - radius:g} {y:g} c "
        f"{x - radius:g} {y - k:.4g} {x - k:.4g} {y - radius:g} {x:g} {y - radius:g} c "
        f"{x + k:.4g} {y - radius:g} {x + radius:g} {y - k:.4g} {x + radius:g} {y:g} c h"
    )


def _polygon(*points: tuple[float, float]) -> str:
    (x, y), *rest = points
    return f"{x:g} {y:g} m " + " ".join(f"{a:g} {b:g} l" for a, b in rest) + " h"


def _octagon(inset: float) -> str:
    near, far, cut = inset, 24 - inset, 6.4 + inset * 0.42
    return _polygon(
        (near + cut, near), (far - cut, near), (far, near + cut), (far, far - cut),
        (far - cut, far), (near + cut, far), (near, far - cut), (near, near + cut),
    )  # fmt: skip


ICONS = {
    # a clock: when something usually happens
    "expectation": " ".join(
        (
            _circle(12, 12, 10.5),
            _circle(12, 12, 8.5),
            _polygon((11, 6), (13, 6), (13, 11.4), (16.6, 14.6), (15.3, 16.1), (11, 12.4)),
        )
    ),
    # a stop sign with an exclamation mark: what the surgeon orders, and an emergency
    "restriction": " ".join((_octagon(1), "10.6 5.8 2.8 8.2 re", _circle(12, 17.2, 1.7))),
    # a calendar
    "appointment": " ".join(
        (
            "2 4 20 18 re 4 9.5 16 10.5 re",
            "6.2 1.5 2.4 2.5 re 15.4 1.5 2.4 2.5 re",
            "6.5 12 3 2.4 re 10.5 12 3 2.4 re 14.5 12 3 2.4 re 6.5 15.8 3 2.4 re 10.5 15.8 3 2.4 re",
        )
    ),
}  # fmt: skip


def draw_icon(pen: Pen, name: str, x: float, top: float, size: float, color: Color) -> None:
    """Draw an icon whose upper left corner is at x, top. The caller has opened an artifact."""
    unit = size / 24
    pen.path(f"q {unit:.5g} 0 0 {-unit:.5g} {x:.7g} {top:.7g} cm\n{ICONS[name]} f* Q", color)
