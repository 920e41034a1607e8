"""Follow "A knee replacement, step by step" in docs/for-authors.md: each step is correct and agrees with the sample."""

from __future__ import annotations

import re
import struct
from pathlib import Path

import pytest

from packets.content.library import load
from tools import guide_pictures

GUIDE = guide_pictures.GUIDE.read_text("utf-8")
STEPS = list(guide_pictures.steps(GUIDE))
SAMPLE = (guide_pictures.SAMPLES / "procedures" / guide_pictures.KNEE / "handout.en.yaml").read_text("utf-8")


def test_the_guide_has_a_picture_for_each_step() -> None:
    assert len(STEPS) >= 6
    section = guide_pictures.SECTION.search(GUIDE)
    assert section
    assert section[1].count("```yaml\n") == len(STEPS), "a step has no picture below it"
    names = re.findall(r"\]\(pictures/([^)]+)\)", section[1])
    assert sorted(names) == sorted([*(step.picture for step in STEPS), *guide_pictures.FINISHED])
    for name in names:
        data = (guide_pictures.ROOT / "docs" / "pictures" / name).read_bytes()
        width, height = struct.unpack(">II", data[16:24])
        assert data.startswith(b"\x89PNG") and width == guide_pictures.WIDTH_PX and height > width
        assert len(data) < 60_000, name


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.picture)
def test_the_lines_of_a_step_are_those_of_the_sample(step: guide_pictures.Step) -> None:
    sample = iter(SAMPLE.splitlines())
    for line in step.added.splitlines():
        assert not line or line in sample, f"not in the sample, or in another order: {line}"


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.picture)
def test_the_handout_of_each_step_has_no_mistakes_and_prints(step: guide_pictures.Step, tmp_path: Path) -> None:
    content = guide_pictures.content_with(step.handout, tmp_path)
    library, problems = load(content)
    assert library is not None and {problem.code for problem in problems} <= {"R05"}, [*map(str, problems)]
    made = guide_pictures.packet(content)
    assert 1 <= guide_pictures.page_of(made, step.added) <= made.pdf.pages
