"""The guide for nurses quotes the labels that the web form shows."""

from __future__ import annotations

import re
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
GUIDE = CHECKOUT / "docs/for-nurses.md"


def quoted_labels() -> set[str]:
    """Return what the section about the web form prints in bold."""
    section = GUIDE.read_text("utf-8").partition("## The web form")[2].partition("\n## ")[0]
    return {" ".join(label.split()) for label in re.findall(r"\*\*(.+?)\*\*", section, re.S)}


def test_every_label_in_the_guide_is_in_the_web_form() -> None:
    web = CHECKOUT / "packets/web"
    texts = [path.read_text("utf-8") for path in (*web.glob("templates/*.html"), web / "forms.py")]
    labels_on_page = {
        " ".join(label.split()) for text in texts for label in re.findall(r"""[>"]([^<>"{}]+)(?=[<"])""", text)
    }
    labels = quoted_labels()
    assert len(labels) > 15
    assert labels - labels_on_page == set()
