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
