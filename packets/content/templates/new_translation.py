"""Write the starter file of a translation: the original's structure, with TODO for each of its texts."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from packets.content.loader import ContentLoader
from packets.content.problems import did_you_mean, listed
from packets.content.schema.translation_files import COMMON_TRANSLATION, TRANSLATION
from packets.content.templates.copied_words import commented, copied_fields
from packets.content.templates.template_file import fill_template
from packets.content.yaml import parser
from packets.errors import InvalidInputError, Problem, UsageError
from packets.model.handout import CommonPart, Handout

_WRITTEN_APART = ("language", "revision", "names", "review")


def translation_file(loader: ContentLoader, name: str, language: str) -> str:
    """Return where the translation of a handout or common part belongs. Raise UsageError for an unknown one (L22)."""
    files = loader.files()
    if any(name == handout for handout, _ in files.handouts):
        return f"procedures/{name}/handout.{language}.yaml"
    if any(name == part for part, _ in files.common):
        return f"common/{name}.{language}.yaml"
    known = sorted({handout for handout, _ in files.handouts})
    hint = did_you_mean(name, known, f"There are: {listed(known, 'and')}." if known else "There is none yet.")
    raise UsageError(Problem("L22", f'there is no procedure "{name}"', hint, "ID"))


def translation_starter(loader: ContentLoader, name: str, language: str) -> str:
    """Return a translation to complete. Raise InvalidInputError if the original has mistakes."""
    original, path = _original(loader, name)
    tree = parser.read_file(loader.root / path).tree
    assert isinstance(tree, parser.Mapping)  # noqa: S101  it was loaded just now
    is_handout = isinstance(original, Handout)
    record = TRANSLATION if is_handout else COMMON_TRANSLATION
    lines = copied_fields(tree, record, _WRITTEN_APART)
    if isinstance(original, Handout):
        lines.append("")
        names = ", ".join(original.names)
        lines += [*commented([original.provenance.source]), "source: TODO"]
        lines += [*commented([f"Other names in this language (here: {names or 'none'})."]), "# names: []"]
    return fill_template(
        "translation.yaml",
        schema="../../schema/translation.schema.json" if is_handout else "../schema/common-translation.schema.json",
        original=path,
        id=name,
        language=language,
        translates=original.language,
        translates_revision=str(original.revision),
        words="\n".join(_with_empty_lines(lines)),
    )


def _with_empty_lines(lines: list[str]) -> Iterator[str]:
    """Put an empty line before each list of the file, and between the entries of the sections and the like."""
    for above, line in pairwise(["", *lines]):
        starts_list = line.endswith(":") and not line.startswith((" ", "#"))
        if above and (starts_list or (line.startswith("  - id:") and not above.endswith("s:"))):
            yield ""
        yield line


def common_parts_to_translate(loader: ContentLoader, language: str) -> list[str]:
    """Return the common parts that a patient's packet in this language needs and that are not there."""
    files = loader.files()
    clinic_language = _clinic_language(loader)
    plans = [plan for plan in map(loader.plan, files.plans) if plan and not plan.staff]
    handouts = [loader.handout(*key) for key in files.handouts if key[1] == clinic_language]
    needed = {entry.removeprefix("common/") for plan in plans for entry in plan.shows if entry.startswith("common/")}
    needed |= {"booking", *(name for handout in handouts if handout for name in handout.ends_with)}
    return sorted(
        name for name in needed if (name, clinic_language) in files.common and (name, language) not in files.common
    )


def _clinic_language(loader: ContentLoader) -> str:
    clinic = loader.clinic()
    loader.raise_on_errors()
    assert clinic is not None  # noqa: S101  otherwise there are problems
    return clinic.language


def _original(loader: ContentLoader, name: str) -> tuple[Handout | CommonPart, str]:
    """Return what is translated, and its file: in the clinic's language, or else the one that is no translation."""
    clinic_language = _clinic_language(loader)
    files = loader.files()
    is_handout = any(name == handout for handout, _ in files.handouts)
    tags = {tag for known, tag in (files.handouts if is_handout else files.common) if known == name}
    for tag in sorted(tags, key=lambda tag: tag != clinic_language):
        original = loader.handout(name, tag) if is_handout else loader.common(name, tag)
        if original is not None and original.original is None:
            return original, translation_file(loader, name, tag)
    raise InvalidInputError(*(problem for problem in loader.problems if not problem.warning))
