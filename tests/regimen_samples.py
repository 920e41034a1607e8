"""A handout with a schedule of eye drops, and its Spanish words: sample text, not clinical content."""

from __future__ import annotations

from pathlib import Path

from tests.block_samples import write_content

COLLAR = "      - if: collar is yes\n        text: Wear it.\n"
SPANISH_COLLAR = "      - text: Úselo.\n"
DROPS = """\
      - text: Use the drops for 3 weeks.
      - schedule:
          what: Sampledrop eye drops
          note: Shake the bottle first.
          quote: Use the drops for 3 weeks.
          ask: How do you use your drops this week?
          steps:
            - {from: day 0, through: day 6, times: 4 a day}
            - {from: day 7, through: day 9, times: none}
            - {from: day 10, through: day 20, times: 1 a day}
          boxes: yes
"""
SPANISH_DROPS = """\
      - text: Use las gotas durante 3 semanas.
      - schedule:
          what: Gotas Sampledrop
          note: Agite primero el frasco.
          ask: ¿Cómo usa las gotas esta semana?
"""
PARTS = DROPS + COLLAR
SPANISH = SPANISH_DROPS + SPANISH_COLLAR


def write_schedule(root: Path, parts: str = PARTS, spanish: str = "") -> Path:
    """Write a content folder whose only handout has these parts, also in Spanish if given."""
    return write_content(root, parts, spanish)


def steps(*lines: str, more: str = "") -> str:
    """Return the parts of a handout with a schedule of these steps."""
    written = "".join(f"            - {{{line}}}\n" for line in lines)
    return f"      - schedule:\n          what: Drops\n          steps:\n{written}{more}" + COLLAR
