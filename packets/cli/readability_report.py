"""Report how plain the words of the content are; fail only where the clinic has set limits."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from packets.content.lint.wrong_procedure import LoadedFile
from packets.content.loader import ContentLoader
from packets.content.readability import advice as readability_advice
from packets.content.readability.sentences import sentences
from packets.errors import ExitCode, InvalidInputError, Problem, UsageError
from packets.model.case import PlainLimits
from packets.model.handout import Handout

GRADED = "en"  # Flesch-Kincaid and SMOG count English syllables


def report(root: Path, wanted: Callable[[str], bool], as_json: bool) -> int:
    """Raises Misused where nothing is measured, and Refused, after the report, for what could not be read."""
    shelf = ContentLoader(root, None)
    clinic = shelf.clinic()
    names = shelf.files()
    for name, tag in names.handouts:
        shelf.handout(name, tag)
    for name, tag in names.common:
        shelf.common(name, tag)
    glossaries = {tag: shelf.glossary(tag) for tag in {tag for _, tag in (*names.handouts, *names.common)}}
    if clinic is None:
        raise InvalidInputError(*shelf.problems)
    files = [file for file in shelf.loaded_files if wanted(file.path)]
    told = [_scores_line(file, glossaries[file.value.language], clinic.plain) for file in files]
    unread = tuple(_unread(shelf, wanted))
    if not files and not unread:
        hint = "Handouts and common parts are: procedures/<id>/handout.<language>.yaml, common/<id>.<language>.yaml"
        raise UsageError(Problem("U44", "no words are measured there", hint, str(root)))
    if as_json:
        click.echo(json.dumps(told, indent=2))
    else:
        for each in told:
            for line in _lines(each):
                click.echo(line)
    if unread:
        raise InvalidInputError(*unread)
    return ExitCode.REFUSED if any(each["above"] for each in told) else ExitCode.OK


def _unread(loader: ContentLoader, wanted: Callable[[str], bool]) -> Iterator[Problem]:
    """The mistakes of wanted files that nothing could be measured of, and of the lists of hard words."""
    measured = {file.path for file in loader.loaded_files}
    for problem in loader.problems:
        is_glossary = Path(problem.path).parent.name == "glossaries"
        if not problem.warning and problem.path not in measured and (is_glossary or wanted(problem.path)):
            yield problem


def _scores_line(file: LoadedFile, glossary: dict[str, str], limits: PlainLimits) -> dict[str, Any]:
    graded = file.value.language == GRADED
    sections = [asdict(each) for each in readability_advice.score_readability(file, graded)]
    advice = sorted(readability_advice.advice(file, glossary), key=lambda each: (each.line, each.column, each.code))
    items = readability_advice.pemat(file) if graded and isinstance(file.value, Handout) else ()
    return {
        "file": file.path,
        "sections": sections,
        "advice": [asdict(each) for each in advice],
        "pemat": [asdict(item) for item in items],
        "above": list(_above(file, sections, limits)),
    }


def _above(file: LoadedFile, sections: list[dict[str, Any]], limits: PlainLimits) -> Iterator[str]:
    grade = sections[-1]["flesch_kincaid"] if sections else None
    if limits.most_grade is not None and grade is not None and grade > limits.most_grade:
        yield f"grade {grade} is above the clinic's {limits.most_grade}"
    if limits.most_words is not None:
        for _, scalars in readability_advice.sections(file):
            for sentence in (each for scalar in scalars for each in sentences(scalar)):
                if sentence.words > limits.most_words:
                    place = f"{sentence.place.line}:{sentence.place.column}"
                    yield f"{place}: a sentence of {sentence.words} words; the clinic's limit is {limits.most_words}"


def _lines(told: dict[str, Any]) -> Iterator[str]:
    yield told["file"]
    yield f"  {'grade':>5}  {'SMOG':>5}  {'words':>5}  {'sentences':>9}"
    for each in told["sections"]:
        grade = "-" if each["flesch_kincaid"] is None else f"{each['flesch_kincaid']:.1f}"
        few = "~" if each["sentences"] < readability_advice.ENOUGH else ""  # SMOG is not sure of it
        smog = "-" if each["smog"] is None else f"{few}{each['smog']:.1f}"
        heading = each["heading"] or "the whole file"
        yield f"  {grade:>5}  {smog:>5}  {each['words']:>5}  {each['sentences']:>9}  {heading}"
    for each in told["pemat"]:
        places = f" ({', '.join(each['places'])})" if each["places"] else ""
        yield f"  PEMAT-P {each['number']:>2}  {'yes' if each['good'] else 'no ':<3}  {each['about']}{places}"
    for each in told["advice"]:
        yield f"  {each['line']}:{each['column']}: {each['code']} {each['message']}. {each['hint']}"
    for each in told["above"]:
        yield f"  Above the limit: {each}"
