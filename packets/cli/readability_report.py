"""Report how readable the content is; fail only if it exceeds the clinic's limits."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
from msgspec.structs import asdict

from packets.content.loaded_file import LoadedFile
from packets.content.loader import ContentLoader
from packets.content.readability import advice as readability_advice
from packets.content.readability.sentences import sentences
from packets.errors import ExitCode, InvalidInputError, Problem, UsageError
from packets.model.case import PlainLimits
from packets.model.handout import Handout

GRADED = "en"  # Flesch-Kincaid and SMOG count English syllables


def report(root: Path, is_selected: Callable[[str], bool], as_json: bool) -> int:
    """Print the report.

    Raise UsageError (U44) if nothing was measured. After the report, raise InvalidInputError for unreadable files.
    """
    loader = ContentLoader(root, None)
    clinic = loader.clinic()
    names = loader.files()
    for name, tag in names.handouts:
        loader.handout(name, tag)
    for name, tag in names.common:
        loader.common(name, tag)
    glossaries = {tag: loader.glossary(tag) for tag in {tag for _, tag in (*names.handouts, *names.common)}}
    if clinic is None:
        raise InvalidInputError(*loader.problems)
    files = [file for file in loader.loaded_files if is_selected(file.path)]
    scores = [_scores_line(file, glossaries[file.value.language], clinic.plain) for file in files]
    unread = tuple(_unread(loader, is_selected))
    if not files and not unread:
        hint = "Handouts and common parts are in procedures/<id>/handout.<language>.yaml, common/<id>.<language>.yaml"
        raise UsageError(Problem("U44", "there is no handout or common part to measure", hint, str(root)))
    if as_json:
        click.echo(json.dumps(scores, indent=2))
    else:
        for file_scores in scores:
            for line in _lines(file_scores):
                click.echo(line)
    if unread:
        raise InvalidInputError(*unread)
    return ExitCode.INVALID_INPUT if any(file_scores["above"] for file_scores in scores) else ExitCode.OK


def _unread(loader: ContentLoader, is_selected: Callable[[str], bool]) -> Iterator[Problem]:
    """Yield the mistakes of selected files that could not be measured, and of the glossaries."""
    measured = {file.path for file in loader.loaded_files}
    for problem in loader.problems:
        is_glossary = Path(problem.path).parent.name == "glossaries"
        if not problem.warning and problem.path not in measured and (is_glossary or is_selected(problem.path)):
            yield problem


def _scores_line(file: LoadedFile, glossary: dict[str, str], limits: PlainLimits) -> dict[str, Any]:
    graded = file.value.language == GRADED
    sections = [asdict(section) for section in readability_advice.score_readability(file, graded)]
    advice = sorted(
        readability_advice.advice(file, glossary), key=lambda advice: (advice.line, advice.column, advice.code)
    )
    items = readability_advice.pemat(file) if graded and isinstance(file.value, Handout) else ()
    return {
        "file": file.path,
        "sections": sections,
        "advice": [asdict(entry) for entry in advice],
        "pemat": [asdict(item) for item in items],
        "above": list(_exceeded_limits(file, sections, limits)),
    }


def _exceeded_limits(file: LoadedFile, sections: list[dict[str, Any]], limits: PlainLimits) -> Iterator[str]:
    grade = sections[-1]["flesch_kincaid"] if sections else None
    if limits.most_grade is not None and grade is not None and grade > limits.most_grade:
        yield f"grade {grade} is above the clinic's {limits.most_grade}"
    if limits.most_words is not None:
        for _, scalars in readability_advice.sections(file):
            for sentence in (sentence for scalar in scalars for sentence in sentences(scalar)):
                if sentence.words > limits.most_words:
                    place = f"{sentence.place.line}:{sentence.place.column}"
                    yield f"{place}: a sentence of {sentence.words} words; the clinic's limit is {limits.most_words}"


def _lines(scores: dict[str, Any]) -> Iterator[str]:
    yield scores["file"]
    yield f"  {'grade':>5}  {'SMOG':>5}  {'words':>5}  {'sentences':>9}"
    for section in scores["sections"]:
        grade = "-" if section["flesch_kincaid"] is None else f"{section['flesch_kincaid']:.1f}"
        few = "~" if section["sentences"] < readability_advice.SMOG_SENTENCES else ""
        smog = "-" if section["smog"] is None else f"{few}{section['smog']:.1f}"
        heading = section["heading"] or "the whole file"
        yield f"  {grade:>5}  {smog:>5}  {section['words']:>5}  {section['sentences']:>9}  {heading}"
    for item in scores["pemat"]:
        places = f" ({', '.join(item['places'])})" if item["places"] else ""
        yield f"  PEMAT-P {item['number']:>2}  {'yes' if item['good'] else 'no ':<3}  {item['about']}{places}"
    for advice in scores["advice"]:
        yield f"  {advice['line']}:{advice['column']}: {advice['code']} {advice['message']}. {advice['hint']}"
    for excess in scores["above"]:
        yield f"  Above the limit: {excess}"
