"""Messages for facts without a source, sources without a fact, and todos."""

from __future__ import annotations

import pytest

from tests.content.folder import Folder

H = "content/procedures/knee/handout.en.yaml"
SOURCES = """\
  sources:
    - id: walking
      title: Walking
      publisher: CDC
      url: https://www.cdc.gov/walking
      seen: the page, on 2026-11-22
      rights: Work of the US government
"""
OLD = "  sha256: 3fd3c6ff3c64237a84547f0378eaeabcc5b675cf8f19d2bed081fdd2aa60c62b\n"
TEXT = "          You can run within two to three months.\n"
RESTS = TEXT + "        rests_on:\n          - source: walking\n            took: When people run.\n"


@pytest.fixture
def sourced(folder: Folder) -> Folder:
    folder.change(OLD, SOURCES)
    folder.change(TEXT, RESTS)
    return folder


def test_a_text_with_its_source_is_accepted(sourced: Folder) -> None:
    assert sourced.check() == ""


def test_a_text_without_a_source_is_refused(sourced: Folder) -> None:
    sourced.change(RESTS, TEXT)
    assert sourced.check() == (
        f"{H}:13:15: R16 this text does not name its source\n"
        "    Add rests_on: with the source and what was taken; source: ours if it states no fact.\n"
        f'{H}:39:11: R17 nothing rests on the source "walking"\n'
        "    Delete it."
    )


def test_an_unknown_source_is_reported_with_a_suggestion(sourced: Folder) -> None:
    sourced.change("source: walking", "source: wlking")
    assert f'{H}:18:21: R15 there is no source "wlking"\n    Did you mean "walking"?' in sourced.check()


def test_a_handout_has_one_source_or_several(sourced: Folder) -> None:
    sourced.change("  sources:\n", OLD + "  sources:\n")
    assert "S05 provenance needs exactly one of sha256 or sources; found sha256 and sources" in sourced.check()


def test_a_todo_in_a_published_handout_is_refused(folder: Folder) -> None:
    folder.change("      - show: brace\n", "      - show: brace\n      - todo: Say when to drive.\n")
    assert folder.check() == (
        f"{H}:18:15: R13 TODO for the clinician: Say when to drive.\n"
        f"{H}:18:15: R14 only a draft can have a todo\n"
        "    Write the words in its place, or make the handout a draft."
    )


def test_a_todo_in_a_draft_is_listed(folder: Folder) -> None:
    folder.change("      - show: brace\n", "      - show: brace\n      - todo: Say when to drive.\n")
    folder.change("status: published", "status: draft")
    messages = folder.check()
    assert messages.startswith(f"{H}:18:15: R13 TODO for the clinician: Say when to drive.\n") and "R14" not in messages
