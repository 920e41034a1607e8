"""Define how a question is written under `asks:` of a handout, and its words in a translation."""

from __future__ import annotations

from msgspec import Struct, field

from packets.content.problems import ProblemCollector, did_you_mean, listed, quoted
from packets.content.schema.case_file import CASE
from packets.content.schema.field_types import SingleLine, TrueFalse
from packets.content.schema.records import Field, FieldType, FreeFields, ParsedRecord, Record, scalar
from packets.content.schema.schedule_profile import COLUMNS
from packets.content.schema.slots import SLOTS
from packets.content.yaml import parser
from packets.content.yaml.parser import Node, Scalar
from packets.model.case import STATUS_QUESTION
from packets.model.question import AnswerKind, Option, Question

KINDS = tuple(kind for kind in AnswerKind if kind is not AnswerKind.CHOICES)
MAY_BE_OPTIONAL = (
    AnswerKind.DATE,
    AnswerKind.TIME,
    AnswerKind.DATE_TIME,
    AnswerKind.NAME,
    AnswerKind.TEXT,
    AnswerKind.NUMBER,
)
_NO_IDS = frozenset({"and", "or", "not", "is", "one", "of"})  # words of conditions
_ASK = SingleLine(160)

# Names of case fields, schedule columns, slots, and fields and ids of the web form: questions cannot have them.
_FORM = ("csrf", "include_drafts", "confirm_dates", "email_again", "site", "do", "handed_out", "viewport")
_ANCHORS = ("actions", "case", "changed", "dates", "made", "main", "make", "more", "print", "problems")
RESERVED_NAMES = (
    {field.name for field in CASE.fields} | set(COLUMNS) | set(SLOTS) | {*_FORM, *_ANCHORS} | {STATUS_QUESTION}
) - {"collar"}

_WORDS = SingleLine(60)

QUESTION = Record(
    "a question with choices",
    (
        Field("ask", _ASK, "The question, as the nurse and the staff sheet ask it.", True, "Which knee?"),
        Field(
            "choices",
            FreeFields(_WORDS, {}),
            "At least two: the id of each, which conditions and schedules use (`side is left`), and its printed words.",
            True,
            "{left: left knee, right: right knee}",
        ),
        Field(
            "laterality",
            TrueFalse(),
            "`true` for the side of the operation: the words of the answer are then printed below the title, in the "
            "header of every page and on the staff sheet. The text names the side only by the slot (`{side}`).",
            example="true",
        ),
    ),
)

QUESTION_WORDS = Record(
    "a translated question",
    (
        Field("ask", _ASK, "The question in this language.", True, "¿Qué rodilla?"),
        Field(
            "choices",
            FreeFields(_WORDS, {}),
            "The ids of the original with the words of this language.",
            True,
            "{left: rodilla izquierda, right: rodilla derecha}",
        ),
    ),
    absent=frozenset({"laterality"}),
)


class QuestionType(FieldType, Struct, frozen=True):
    """A kind of answer such as `time` or `text, optional`, or the fields of a question with choices.

    The value is a `Question` without a name.
    """

    takes: str = f"{listed([f'`{kind}`' for kind in KINDS])}, or the fields `ask:` and `choices:`"
    record: Record = field(default=QUESTION)

    def read(self, node: Node, problems: ProblemCollector) -> Question | None:
        if isinstance(node, parser.Mapping):
            record = self.record.read(node, problems)
            return _with_choices(record, problems) if isinstance(record, ParsedRecord) else None
        value = scalar(node, problems, "a kind of answer")
        return None if value is None else _of_kind(value, problems)


def _of_kind(value: Scalar, problems: ProblemCollector) -> Question | None:
    kind, comma, option = value.text.rpartition(",")
    optional = bool(comma) and option.strip() == "optional"
    words = kind.strip() if optional else value.text
    if words not in KINDS:
        hint = did_you_mean(
            words, KINDS, f"It can be {listed(KINDS)}. For choices of your own, write ask: and choices:"
        )
        problems.add("S06", f"{quoted(value, problems)} is not an allowed value", value.place, hint)
        return None
    if optional and words not in MAY_BE_OPTIONAL:
        hint = f"Delete the word optional; write {AnswerKind.YES_NO_UNDECIDED} if the answer may not be known yet."
        problems.add("L45", "this question cannot be optional: text depends on its answer", value.place, hint)
        return None
    return Question("", AnswerKind(words), optional)


def _with_choices(record: ParsedRecord, problems: ProblemCollector) -> Question | None:
    if record.get("choices", dict) is None:
        return None
    words = {option.id: option.words for option in options(record)}
    # A choice with a mistake, which is reported, still has its id: conditions that name it are right.
    choices = tuple(Option(key.text, words.get(key.text, "")) for key, _ in _entries(record))
    if len(choices) < 2:
        hint = "Write at least two: choices: {left: left knee, right: right knee}"
        problems.add("L40", "a question needs at least two choices", record.at("choices"), hint)
    for key, _ in _entries(record):
        if key.text in _NO_IDS:
            problems.add("S10", f'"{key.text}" cannot be the id of a choice', key.place, "Choose another word.")
    seen: dict[str, str] = {}
    for option in choices:
        if option.words and option.words.casefold() in seen:
            message = f'"{option.id}" has the same words as "{seen[option.words.casefold()]}"'
            problems.add("L41", message, _place(record, option.id), "Write words that tell the two apart.")
        seen.setdefault(option.words.casefold(), option.id)
    laterality = record.get("laterality", bool) or False
    return Question("", AnswerKind.CHOICES, False, record.text("ask"), choices, laterality)


def options(record: ParsedRecord) -> tuple[Option, ...]:
    """Return the choices of a question or of its translation."""
    written = record.get("choices", dict) or {}
    return tuple(Option(name, str(entry.value)) for name, entry in written.items())


def _entries(record: ParsedRecord) -> tuple[tuple[Scalar, Node], ...]:
    node = record.nodes.get("choices")
    return tuple(node.entries) if isinstance(node, parser.Mapping) else ()


def _place(record: ParsedRecord, choice: str) -> parser.Place:
    return next((key.place for key, _ in _entries(record) if key.text == choice), record.at("choices"))
