"""Read a case from a case file, from options and from answers; every command that draws a handout uses these."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from msgspec.structs import replace

from packets.cli import options
from packets.errors import InvalidInputError, Problem, UsageError

if TYPE_CHECKING:
    from packets.case_input.case_reader import EnteredValue

F = TypeVar("F", bound=Callable[..., Any])

ANSWER = "--answer"


def answers(text: str) -> Callable[[F], F]:
    """Add the option --answer with this help; it can be used more than once."""
    return click.option(ANSWER, "answers", multiple=True, metavar="QUESTION=VALUE", help=text)


def case_file(text: str) -> Callable[[F], F]:
    """Add the option --case with this help."""
    return click.option("--case", "case_file", metavar="FILE", help=text)


def typed_answers(answers: Iterable[str], fields: Mapping[str, EnteredValue]) -> dict[str, EnteredValue]:
    """Return the answers typed after --answer.

    Raise UsageError without an equals sign (U02), or if a field is entered twice, here or in `fields` (U03).
    """
    from packets.case_input.case_reader import EnteredValue

    typed: dict[str, EnteredValue] = {}
    for answer in answers:
        question, equals, value = answer.partition("=")
        if not equals:
            hint = "Type the question, an equals sign and the value: --answer collar=yes"
            raise UsageError(Problem("U02", "this answer has no equals sign", hint, ANSWER))
        question = question.strip().replace("-", "_")
        if question in fields or question in typed:
            raise UsageError(Problem("U03", "this field is entered twice", "Leave one of them out.", ANSWER))
        typed[question] = EnteredValue(value, ANSWER)
    return typed


def entered_values(
    options_typed: Mapping[str, tuple[str, str | None]], answers: Iterable[str], case_file: str | None
) -> dict[str, EnteredValue]:
    """Combine options, answers and the case file. Raise UsageError if a field is entered twice.

    `options_typed` has the option of each field and what was typed after it.
    """
    from packets.case_input.case_fields import read_case_file
    from packets.case_input.case_reader import EnteredValue

    fields = {
        field: EnteredValue(value, option) for field, (option, value) in options_typed.items() if value is not None
    }
    fields |= typed_answers(answers, fields)
    if case_file is None:
        return fields
    source = options.standard_input("--case") if case_file == "-" else Path(case_file)
    in_file = read_case_file(source, case_file)
    duplicates = sorted(fields.keys() & in_file.keys())
    if duplicates:
        hint = "Leave it out in one of them."
        message = "is entered in the case file and as an option"
        raise UsageError(*(Problem("U04", f"{field} {message}", hint, fields[field].path) for field in duplicates))
    return {**fields, **in_file}


def procedure_of(entered: Mapping[str, EnteredValue], command: str) -> str:
    """Return the procedure. Raise UsageError (U05) if it is missing."""
    if "procedure" in entered:
        return entered["procedure"].text.strip()
    hint = f"Type its id, such as: {command} cervical-foraminotomy. `list` shows all procedures."
    raise UsageError(Problem("U05", "the procedure is missing", hint, "PROCEDURE"))


def text_of(entered: Mapping[str, EnteredValue], field: str) -> str | None:
    """Return what was entered for a field, None if nothing was."""
    return entered[field].text.strip() if field in entered else None


@contextmanager
def hide_case_values(entered: Mapping[str, EnteredValue], case_file: str | None) -> Iterator[None]:
    """Keep values of a case file out of error messages, even the name of an unknown procedure."""
    from packets.case_input.case_reader import field_label

    try:
        yield
    except UsageError as error:
        fields = {"PROCEDURE": "procedure", "--language": "language", "--plan": "plan"}
        (problem, *_) = error.problems
        entry = entered.get(fields.get(problem.path, ""))
        if case_file is None or entry is None or entry.path != case_file:
            raise
        field = fields[problem.path]
        hint = problem.hint.splitlines()[-1] if problem.hint else ""
        raise InvalidInputError(
            Problem(
                "U07",
                f"there is no such {field_label(field).removeprefix('the ')}",
                hint,
                entry.path,
                entry.line,
                entry.column,
                field,
            )
        ) from None


def placed(problem: Problem, entered: Mapping[str, EnteredValue]) -> Problem:
    """Return the problem with the place where its field was entered."""
    entry = entered[problem.field]
    return replace(problem, path=entry.path, line=entry.line, column=entry.column)


def refusal(problems: tuple[Problem, ...], case_file: str | None) -> UsageError | InvalidInputError:
    """Return InvalidInputError if the case file is wrong, UsageError if an option is."""
    in_file = case_file is not None and any(problem.path == case_file for problem in problems)
    return InvalidInputError(*problems) if in_file else UsageError(*problems)
