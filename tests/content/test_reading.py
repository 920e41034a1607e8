"""Reading one revision of a file alone, for `diff`."""

from __future__ import annotations

from pathlib import Path

import pytest

from packets.content.revision_diff import read_revision
from packets.errors import InvalidInputError
from tests.content.folder import Folder


def test_a_file_that_is_not_a_handout_is_reported_in_one_line(folder: Folder) -> None:
    with pytest.raises(InvalidInputError) as refused:
        read_revision(Path("content/common/booking.en.yaml"))
    assert str(refused.value) == (
        "content/common/booking.en.yaml: L39 this file is not a handout\n    It begins with handout: or translation:"
    )


def test_a_handout_whose_first_field_is_misspelled_is_read_as_one(folder: Folder) -> None:
    folder.change("handout: knee", "handuot: knee")
    with pytest.raises(InvalidInputError) as refused:
        read_revision(Path("content/procedures/knee/handout.en.yaml"))
    assert 'handout.en.yaml:1:1: S07 a handout has no field "handuot"' in str(refused.value)


def test_a_changed_note_below_a_line_and_a_changed_question_for_the_staff_are_lines_of_diff(folder: Folder) -> None:
    folder.change(
        "      - show: brace\n", "      - show: brace\n      - fill_in: Visit\n        note: Ask your nurse\n"
    )
    folder.change("    label: Walking\n", "    label: Walking\n    ask: When can you walk?\n")
    folder.change("    label: Your brace\n", "    label: Your brace\n    ask: Do you wear a brace?\n")
    lines = read_revision(Path("content/procedures/knee/handout.en.yaml")).lines
    assert {"[note] Ask your nurse", "[ask] When can you walk?", "[ask] Do you wear a brace?"} <= set(lines)
