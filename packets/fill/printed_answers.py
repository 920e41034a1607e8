"""Write the answers to a handout's questions in words of a language, and the side of the operation."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import assert_never

from msgspec.structs import replace

from packets.errors import InvalidInputError, Problem
from packets.fill import dates as words
from packets.model import filled_packet
from packets.model.condition import Condition, combinations
from packets.model.handout import Handout
from packets.model.language import Language
from packets.model.question import AnswerKind, Question
from packets.model.recovery import Milestone
from packets.model.text_direction import isolated


def answer_words(question: Question, answer: str, language: Language) -> str:
    """Return a normalized answer as it is printed."""
    match question.kind:
        case AnswerKind.CHOICES:
            return question.words(answer)
        case AnswerKind.DATE:
            return words.long_date(language, dt.date.fromisoformat(answer))
        case AnswerKind.TIME:
            return words.time_of_day(answer, language)
        case AnswerKind.DATE_TIME:
            return words.date_and_time(answer, language)
        case AnswerKind.NUMBER:
            whole, _, fraction = answer.partition(".")
            pattern = "decimal_number"
            if fraction and pattern in language.patterns:
                return language.say(pattern, whole=whole, fraction=fraction)
            return answer
        case AnswerKind.NAME | AnswerKind.TEXT | AnswerKind.YES_NO | AnswerKind.YES_NO_UNDECIDED:
            return isolated(answer, language.tag)
        case _:
            assert_never(question.kind)


def side(handout: Handout, answers: Mapping[str, str]) -> str:
    """Return the words for the side of the operation; "" if the handout does not ask for it or it is not known."""
    question = handout.side
    return question.words(answers[question.name]) if question is not None and question.name in answers else ""


def rack_answers(handout: Handout, given: Mapping[str, str]) -> dict[str, str]:
    """Return the answers that a rack copy has: `given`, else undecided where a question can be."""
    undecided = {question.name: "undecided" for question in handout.questions if "undecided" in question.choices}
    return {**undecided, "status": "", **given}


def rack_label(handout: Handout, condition: Condition, known: Mapping[str, str]) -> str:
    """Return each open question with the choices for which a text is printed on a rack copy.

    `known` are the answers that all of its readers share. Raise InvalidInputError (R30) if no words say it: the text
    would be for the wrong patients.
    """
    questions = [
        question
        for question in handout.questions
        if question.name in condition.questions and question.name not in known
    ]
    allowed = [
        answers
        for answers in combinations({question.name: question.choices for question in questions})
        if condition.holds({**known, **answers})
    ]
    choices = {question.name: {answers[question.name] for answers in allowed} for question in questions}
    labels = []
    for question in questions:
        if choices[question.name] == set(question.choices):
            continue
        if not question.options:
            hint = "Change the question to: yes, no or undecided. The rack copy then prints the part for undecided."
            raise _no_label(handout, f'no answer is known for "{question.name}"', hint)
        words = [option.words for option in question.options if option.id in choices[question.name]]
        labels.append(f"{question.text} {' / '.join(words)}")
    if len(allowed) != math.prod(map(len, choices.values())):
        hint = "Write several parts, one for each answer."
        raise _no_label(handout, f'its condition is "{condition}"', hint)
    return "; ".join(labels)


def rack_milestones(handout: Handout, known: Mapping[str, str]) -> tuple[Milestone, ...]:
    """Return the milestones of a rack copy, those for some patients with the answers that they are for."""
    milestones = []
    for milestone in handout.milestones:
        if milestone.condition is None:
            milestones.append(milestone)
        elif milestone.condition.may_hold(known):
            label = rack_label(handout, milestone.condition, known)
            milestones.append(replace(milestone, label=f"{label}: {milestone.label}") if label else milestone)
    return tuple(milestones)


def _no_label(handout: Handout, reason: str, hint: str) -> InvalidInputError:
    return InvalidInputError(
        Problem("R30", f'the rack copy of "{handout.id}" cannot say whom a part is for: {reason}', hint)
    )


def labeled(label: str, blocks: Sequence[filled_packet.Block]) -> Iterator[filled_packet.Block]:
    """Yield a part of a rack copy for one answer in a box; with lines to write on, below its label."""
    texts = [block for block in blocks if isinstance(block, filled_packet.Paragraph | filled_packet.ListBlock)]
    if len(texts) == len(blocks):
        yield filled_packet.NoticeBox(label, tuple(texts))
        return
    yield filled_packet.Paragraph((filled_packet.Span(label, strong=True),))
    yield from blocks
