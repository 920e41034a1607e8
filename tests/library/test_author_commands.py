"""Test the commands new, preview and diff as an author types them."""

from __future__ import annotations

import hashlib
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from tests.cli.conftest import Type, type_  # noqa: F401  a fixture
from tests.content.folder import SHIPPED

HANDOUT = Path("content/procedures/cervical-foraminotomy/handout.en.yaml")


@pytest.fixture
def content(type_: Type) -> Path:  # noqa: F811
    shutil.copytree(SHIPPED, "content")
    return Path("content")


def change(old: str, new: str) -> None:
    text = HANDOUT.read_text("utf-8")
    assert text.count(old) >= 1
    HANDOUT.write_text(text.replace(old, new), "utf-8")


def test_a_starter_passes_check_and_prints_as_a_draft(type_: Type, content: Path) -> None:  # noqa: F811
    ran = type_("new", "procedure", "sample-knee", "--content", "content")
    file = "content/procedures/sample-knee/handout.en.yaml"
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == f"{file}: written. Next: packets preview sample-knee --watch --content content\n"
    ran = type_("check", "--content", "content", file)
    assert ran.code == 0 and ran.out.count("R13 TODO for the clinician") == 3
    ran = type_("handout", "sample-knee", "--content", "content", "--include-drafts", "-o", "rack.pdf")
    assert ran.code == 0
    assert type_("handout", "sample-knee", "--content", "content", "-o", "rack.pdf").code == 4


def test_the_commented_examples_of_a_starter_are_valid(type_: Type, content: Path) -> None:  # noqa: F811
    """The examples in its comments pass `check` too."""
    type_("new", "procedure", "sample-knee", "--content", "content", "--quiet")
    file = content / "procedures/sample-knee/handout.en.yaml"
    text = file.read_text("utf-8")
    for remark, field in (
        ("      # - text: |", "      - text: |"),
        ("      #     Most people", "          Most people"),
        ("# milestones:", "milestones:"),
        *((f"#   {'  ' * deep}{name}", f"  {'  ' * deep}{name}") for deep, name in (
            (0, "- id: home"), (1, "label: Most"), (1, "at: 1 day"), (1, "quote:"), (1, "ask: When")
        )),
    ):  # fmt: skip
        assert text.count(remark) == 1, remark
        text = text.replace(remark, field)
    file.write_text(text, "utf-8")
    ran = type_("check", "--content", "content", str(file))
    codes = re.findall(r"^\S+: ([A-Z]\d\d) (?!TODO)", ran.out, re.MULTILINE)
    assert sorted(codes) == ["R05", "R16", "R17"]  # the text has no source yet


def test_a_starter_keeps_the_sha256_of_the_source(type_: Type, content: Path) -> None:  # noqa: F811
    Path('sample "knee".txt').write_text("Sample.\n", "utf-8")
    ran = type_("new", "procedure", "sample-knee", "--content", "content", "--source", 'sample "knee".txt')
    assert ran.code == 0
    text = (content / "procedures/sample-knee/handout.en.yaml").read_text("utf-8")
    sha256 = hashlib.sha256(b"Sample.\n").hexdigest()
    assert f'source: "Clinic text sample \\"knee\\".txt"\n  sha256: {sha256}\n' in text
    assert type_("check", "--content", "content", "procedures/sample-knee").code == 0


MISUSES = {
    "an id with a blank": (
        ("Sample Knee",),
        2,
        "ID: U41 this is not a valid id for a procedure\n"
        "    Use lower-case letters and digits, with dashes between words: knee-arthroscopy\n",
    ),
    "one that is there": (
        ("cervical-foraminotomy",),
        2,
        f'ID: U43 the procedure "cervical-foraminotomy" already exists\n    Change it: {HANDOUT}\n',
    ),
    "a source that is not there": (
        ("sample-knee", "--source", "missing.txt"),
        2,
        "--source: U23 this file cannot be read\n    Type the file of the clinic's text.\n",
    ),
}


@pytest.mark.parametrize(("words", "code", "message"), MISUSES.values(), ids=MISUSES)
def test_a_starter_is_refused_for(
    type_: Type,  # noqa: F811
    content: Path,
    words: tuple[str, ...],
    code: int,
    message: str,
) -> None:
    before = HANDOUT.read_bytes()
    ran = type_("new", "procedure", *words, "--content", "content")
    assert (ran.code, ran.out, ran.err) == (code, "", message)
    assert HANDOUT.read_bytes() == before


def test_the_installed_content_is_never_changed(
    type_: Type,  # noqa: F811
    content: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("packets.resources.PACKAGE", Path("content"))
    ran = type_("new", "procedure", "sample-knee", "--content", "content")
    assert (ran.code, ran.err) == (
        2,
        "--content: U42 the installed content cannot be changed\n"
        "    Copy the folder and change the copy: --content my-content\n",
    )


def test_a_folder_that_cannot_be_created_is_reported(type_: Type, content: Path) -> None:  # noqa: F811
    problem = "W02 part of this path is a file, not a folder\n    Type the path of a folder\n"
    Path("empty").mkdir()
    Path("empty/procedures").write_text("", "utf-8")
    ran = type_("new", "procedure", "sample-knee", "--content", "empty")
    assert (ran.code, ran.err) == (5, f"empty/procedures/sample-knee: {problem}")
    ran = type_("preview", "cervical-foraminotomy", "--content", "content", "-o", "empty/procedures")
    assert (ran.code, ran.err) == (5, f"empty/procedures: {problem}")


def test_preview_writes_each_page_and_deletes_old_ones(type_: Type, content: Path) -> None:  # noqa: F811
    Path("preview").mkdir()
    Path("preview/cervical-foraminotomy.en-9.png").write_bytes(b"old")
    Path("preview/lumbar-laminectomy.en-9.png").write_bytes(b"another's")
    ran = type_("preview", "cervical-foraminotomy", "--content", "content", "--width", "400", "--answer", "collar=yes")
    assert (ran.code, ran.err) == (0, "")
    files = ran.out.split()
    assert len(files) >= 3 and files[0] == "preview/cervical-foraminotomy.en-1.png"
    assert sorted(path.name for path in Path("preview").iterdir()) == sorted(
        [*(Path(file).name for file in files), "lumbar-laminectomy.en-9.png"]
    )
    for file in files:
        with Image.open(file) as image:
            assert abs(image.width - 400) <= 1
            assert len(set(image.convert("L").tobytes())) > 10  # the page is not blank


def test_preview_shows_a_draft(type_: Type, content: Path) -> None:  # noqa: F811
    assert type_("preview", "lumbar-laminectomy", "--content", "content", "--width", "200").code == 0


def test_preview_refuses_an_invalid_answer(type_: Type, content: Path) -> None:  # noqa: F811
    ran = type_("preview", "cervical-foraminotomy", "--content", "content", "--answer", "collar=maybe")
    assert ran.code == 2 and ran.err.startswith("--answer: C17 ")
    assert not Path("preview").exists()


def test_watch_renders_again_at_each_save_and_survives_a_mistake(content: Path) -> None:
    program = str(SHIPPED.parent / "generate.py")
    command = [sys.executable, program, "preview", "cervical-foraminotomy", "--watch", "--width", "150"]
    watch = subprocess.Popen(
        [*command, "--content", "content"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1
    )
    try:
        assert watch.stdout is not None and watch.stderr is not None
        assert watch.stdout.readline().startswith("preview: ")
        time.sleep(0.05)  # the file gets another timestamp
        change("title: Cervical Foraminotomy", "titel: Cervical Foraminotomy")
        assert "S02" in watch.stderr.readline()
        first = Path("preview/cervical-foraminotomy.en-1.png").read_bytes()
        change("titel: Cervical Foraminotomy", "title: Another Title")
        assert watch.stdout.readline().startswith("preview: ")
        assert Path("preview/cervical-foraminotomy.en-1.png").read_bytes() != first
        watch.send_signal(signal.SIGINT)
        assert watch.wait() == 130
    finally:
        watch.kill()
        watch.communicate()


def test_diff_shows_the_text_as_a_patient_reads_it(type_: Type, content: Path) -> None:  # noqa: F811
    shutil.copy(HANDOUT, "old.yaml")
    change("within a week or two", "within two weeks")
    change("between: 1 and 2 weeks", "by: 2 weeks")
    change("          - If there is evidence of severe weakness\n", "")
    change("# in order of time", "# sorted")
    change("text: Your surgeon has not ordered a neck collar.", "text: You need no collar.")
    change("now: Your surgeon has not ordered a neck collar.", "now: You need no collar.")
    ran = type_("diff", "old.yaml", str(HANDOUT))
    assert ran.code == 0
    assert ran.out == (
        "Revision 1 -> revision 1, published -> published\n"
        "~ [collar is no] [-Your surgeon has not ordered a neck-] {+You need no+} collar.\n"
        "~ [date] Driving is usually safe: [-1 week to-] {+by+} 2 weeks after surgery (expectation)\n"
        "# Who needs a Cervical Foraminotomy?\n"
        "- - If there is evidence of severe weakness\n"
        "# What Happens After the Surgery?\n"
        "~ In most cases, patients can leave the hospital the day after surgery. Patients are usually safe to drive "
        "within [-a week or two.-] {+two weeks.+} They can get back to light work by four weeks. They can take part in "
        "heavier work and sports within two to three months after the surgery.\n"
    )
    assert ran.err == ("Note: the text differs but the revision is the same. If the meaning changed, add 1 to it.\n")


def test_diff_of_comments_only_is_empty(type_: Type, content: Path) -> None:  # noqa: F811
    shutil.copy(HANDOUT, "old.yaml")
    change("# in order of time", "# sorted")
    ran = type_("diff", "old.yaml", str(HANDOUT))
    assert ran.out == "Revision 1 -> revision 1, published -> published\nNo difference for a patient.\n"
    assert ran.err == ""


def test_diff_shows_a_translation(type_: Type, content: Path) -> None:  # noqa: F811
    spanish = HANDOUT.with_name("handout.es.yaml")
    text = spanish.read_text("utf-8")
    Path("old.yaml").write_text(text, "utf-8")
    text = text.replace("con mucho cuidado y con comodidad", "con cuidado").replace(
        "label: Su collarín", "label: Collar"
    )
    spanish.write_text(text.replace("revision: 1", "revision: 2", 1), "utf-8")
    ran = type_("diff", "old.yaml", str(spanish))
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == (
        "Revision 1 -> revision 2, draft -> draft\n"
        "~ [box] [-Su collarín-] {+Collar+}\n"
        "# ¿Qué pasa después de la cirugía?\n"
        "~ Le enseñaremos a mover el cuello con [-mucho cuidado y con comodidad.-] {+cuidado.+}\n"
    )


def test_diff_of_a_file_with_a_mistake_reports_it(type_: Type, content: Path) -> None:  # noqa: F811
    shutil.copy(HANDOUT, "old.yaml")
    change("title: Cerv", "titel: Cerv")
    ran = type_("diff", "old.yaml", str(HANDOUT))
    assert ran.code == 4 and ran.out == ""
    assert f'{HANDOUT}:5:1: S07 a handout has no field "titel"' in ran.err
