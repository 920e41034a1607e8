"""Answer the questions of a handout in Chromium, with axe-core for accessibility."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.content.knee import content
from tests.web.conftest import Serve
from tests.web.test_browser import Tab, axe, browser  # noqa: F401  a fixture
from tests.web.test_packet import words_of

pytestmark = pytest.mark.browser


def test_a_nurse_chooses_the_side_and_types_the_other_answers(browser: Any, serve: Serve, tmp_path: Path) -> None:  # noqa: F811
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    tab = Tab(context, serve(content(tmp_path)))
    tab.on.goto(f"{tab.origin}/procedures/total-knee")
    assert axe(tab.on) == []
    for label, text in {
        "Patient’s name": "Rosa Sample",
        "Record number": "00418823",
        "Surgery date": "2026-12-07",
        "Surgeon": "Dr. Jane Sample",
        "Arrival time": "6:30 AM",
        "Weight kg": "72.5",
        "Class day": "2026-11-30",
        "Helper": "Ana Rivera",
    }.items():
        tab.box(label).fill(text)
    for question in ("Blood thinner", "Allergy"):
        tab.on.get_by_role("group", name=question).get_by_role("radio", name="No").check()
    tab.press("Make")
    assert axe(tab.on) == []
    assert "“Which knee was operated on?” is not answered" in tab.words()
    tab.on.get_by_role("link", name="is not answered").click()
    assert tab.on.evaluate("document.activeElement.id") == "side-left", "the link leads to the question"
    tab.on.keyboard.press("ArrowDown")
    assert tab.on.get_by_role("radio", name="Right knee").is_checked()
    assert not tab.on.get_by_role("radio", name="Left knee").is_checked(), "never two sides"
    tab.press("Make")
    words = words_of(tab.pdf())
    assert "rightknee" in words and "leftknee" not in words and "bothknees" not in words
    context.close()
