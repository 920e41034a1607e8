"""Take the pictures of "A knee replacement, step by step" in docs/for-authors.md again.

    .venv/bin/python -m tools.guide_pictures

Each step of that section adds its YAML to the handout of the step before it. The picture of a step is page 1 if it adds
dates, or else the page that prints its first heading.
"""

from __future__ import annotations

import datetime as dt
import io
import itertools
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from packets.cli.preview import SAMPLE_ID, sample_answers
from packets.content.library import Library, load_for_packet
from packets.model.case import Case, PrintOptions
from packets.pipeline import BuiltPacket, make_packet
from packets.verify.extract_text import without_whitespace
from packets.verify.page_images import picture

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "samples" / "library"
GUIDE = ROOT / "docs" / "for-authors.md"
KNEE = "total-knee-replacement"
SECTION = re.compile(r"^## A knee replacement, step by step\n(.*?)(?=^## )", re.MULTILINE | re.DOTALL)
STEP = re.compile(r"^```yaml\n(.*?)^```\n+!\[[^\]]*\]\(pictures/([a-z0-9-]+\.png)\)", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^    heading: (.*)$", re.MULTILINE)
KEY = re.compile(r"^([a-z_]+):", re.MULTILINE)
WIDTH_PX = 480
# Pictures of finished samples: the file, then procedure, language and packet plan.
FINISHED = {
    "knee-in-spanish.png": (KNEE, "es", "discharge"),
    "knee-before.png": ("knee-replacement-before", "en", "pre-op"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """The YAML that a step adds, the handout after it, and the name of its picture."""

    added: str
    handout: str
    picture: str


def steps(guide: str) -> Iterator[Step]:
    """Yield the steps of the guide, each with the whole handout so far."""
    section = SECTION.search(guide)
    if section is None:
        raise ValueError("the guide has no section about the knee")
    handout = ""
    for added, name in STEP.findall(section[1]):
        handout = add(handout, added) if handout else added
        yield Step(added, handout, name)


def add(handout: str, added: str) -> str:
    """Append the lines below each top-level key of `added` to those of the handout; a new key goes before the end."""
    blocks = _blocks(handout)
    for key, lines in _blocks(added).items():
        if key in blocks:
            blocks[key] = blocks[key].rstrip("\n") + "\n" + lines.partition("\n")[2] + "\n"
        else:
            before = list(blocks).index("ends_with")
            blocks = dict([*list(blocks.items())[:before], (key, lines + "\n"), *list(blocks.items())[before:]])
    return "".join(blocks.values())


def _blocks(text: str) -> dict[str, str]:
    """Split a file into its top-level keys and their lines; comments above the first key stay with it."""
    starts = [match.start() for match in KEY.finditer(text)]
    bounds = [0, *starts[1:], len(text)]
    blocks = [text[first:last] for first, last in itertools.pairwise(bounds)]
    return {KEY.findall(block)[0]: block for block in blocks}


def content_with(handout: str, folder: Path) -> Path:
    """Return a copy of the samples without surgeons, in which the knee has only this handout, in English."""
    content = folder / "content"
    shutil.copytree(SAMPLES, content, ignore=shutil.ignore_patterns("surgeons", "handout.*.yaml"))
    for original in SAMPLES.glob("procedures/*/handout.*.yaml"):
        if original.parent.name != KNEE:
            shutil.copy(original, content / "procedures" / original.parent.name)
    (content / "procedures" / KNEE / "handout.en.yaml").write_text(handout, "utf-8")
    return content


def packet(content: Path, procedure: str = KNEE, language: str = "en", plan: str = "discharge") -> BuiltPacket:
    """Make the packet of a made-up patient, with an example as the answer to each question."""
    library: Library = load_for_packet(content, procedure, language, (plan,))
    answers = sample_answers(library.handouts[procedure, language], "2026-12-07")
    answers.pop("discharge_date", None)
    case = Case(
        procedure=procedure,
        patient_name="Sample Patient",
        record_number="SAMPLE-0001",
        surgery_date=dt.date(2026, 12, 7),
        surgeon="Dr. Sample Surgeon",
        answers=answers | ({"blood_thinner": "yes"} if "blood_thinner" in answers else {}),
        packet_id=SAMPLE_ID,
        language=language,
        site="downtown",
    )
    return make_packet(library, case, PrintOptions(), plan=plan, include_drafts=True)


def page_of(made: BuiltPacket, added: str) -> int:
    """Return page 1 for a step that adds dates, or else the first page that prints its first heading."""
    heading = None if "milestones:" in added else HEADING.search(added)
    words = without_whitespace(heading[1].strip('"')) if heading else ""
    pages = (number for number, text in enumerate(made.pdf.texts, 1) if words in text)
    return next(pages, 1)


def write(made: BuiltPacket, page: int, file: Path, width_px: int = WIDTH_PX) -> None:
    """Write a page as a small picture of 32 colors."""
    large = Image.open(io.BytesIO(picture(made.pdf.data, page, width_px=2 * width_px))).convert("RGB")
    height = round(large.height * width_px / large.width)
    small = large.resize((width_px, height), Image.Resampling.LANCZOS)
    small.quantize(32, dither=Image.Dither.NONE).save(file, optimize=True)


def main() -> None:
    pictures = ROOT / "docs" / "pictures"
    for step in steps(GUIDE.read_text("utf-8")):
        with tempfile.TemporaryDirectory() as folder:
            made = packet(content_with(step.handout, Path(folder)))
        write(made, page_of(made, step.added), pictures / step.picture)
    for name, (procedure, language, plan) in FINISHED.items():
        write(packet(SAMPLES, procedure, language, plan), 1, pictures / name)


if __name__ == "__main__":
    main()
