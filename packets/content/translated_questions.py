"""Translate the questions of a handout: the question and the words of each choice."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from packets.content.lint import translation_facts
from packets.content.problems import ProblemCollector, did_you_mean, listed
from packets.content.schema.question_fields import options
from packets.content.schema.records import ParsedRecord
from packets.content.yaml.parser import Mapping
from packets.model.question import Option, Question


def translated_questions(
    record: ParsedRecord, originals: tuple[Question, ...], language: str, problems: ProblemCollector
) -> tuple[Question, ...]:
    """Return the original's questions in the words of a translation; report missing and extra ones (L29, L30)."""
    written = record.get("asks", dict) or {}
    with_words = [question.name for question in originals if question.options]
    for name, entry in written.items():
        if name not in with_words:
            otherwise = f"There are: {listed(with_words, 'and')}." if with_words else "Delete it."
            hint = did_you_mean(name, with_words, otherwise)
            problems.add("L29", f'the original has no question "{name}" with words', entry.place, hint)
    return tuple(
        _question(
            question, written[question.name].value if question.name in written else None, record, language, problems
        )
        if question.options
        else question
        for question in originals
    )


def _question(
    question: Question, written: object, record: ParsedRecord, language: str, problems: ProblemCollector
) -> Question:
    if not isinstance(written, ParsedRecord):
        if _is_absent(record, question.name):
            choices = ", ".join(f"{option.id}: …" for option in question.options)
            hint = f"Add it below asks: {question.name}: with ask: and choices: {{{choices}}}"
            problems.add("L30", f'the question "{question.name}" is not translated', record.at("asks"), hint)
        return question
    words = {option.id: option.words for option in options(written)}
    _check_ids(question, words, written, problems)
    translated = replace(
        question,
        text=written.text("ask"),
        options=tuple(Option(option.id, words.get(option.id, option.words)) for option in question.options),
    )
    pairs = [(question.text, translated.text, written.at("ask"))]
    pairs += [
        (option.words, words[option.id], written.at("choices")) for option in question.options if option.id in words
    ]
    for before, after, place in pairs:
        if before and after:
            translation_facts.compare(before, language, after, record.text("language"), place, problems)
    return translated


def _is_absent(record: ParsedRecord, name: str) -> bool:
    """Return whether the question is really absent; one with a mistake is already reported."""
    node = record.nodes.get("asks")
    return not (isinstance(node, Mapping) and name in {key.text for key, _ in node.entries})


def _check_ids(question: Question, words: Iterable[str], written: ParsedRecord, problems: ProblemCollector) -> None:
    if not written.has("choices") or written.get("choices", dict) is None:
        return
    for option in question.options:
        if option.id not in words:
            hint = f'Add it to choices: {option.id}: … The original says: "{option.words}"'
            message = f'the choice "{option.id}" of "{question.name}" is not translated'
            problems.add("L30", message, written.at("choices"), hint)
    for name in words:
        if name not in question.choices:
            hint = f"There are: {listed(question.choices, 'and')}. The ids stay as in the original."
            problems.add("L29", f'the original has no choice "{name}" here', written.at("choices"), hint)
    seen: set[str] = set()
    for option in options(written):
        if option.words.casefold() in seen:
            message = f'"{option.id}" has the same words as another choice'
            problems.add("L41", message, written.at("choices"), "Write words that tell the two apart.")
        seen.add(option.words.casefold())
