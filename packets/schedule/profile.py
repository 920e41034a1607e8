"""Load a schedule profile: how the schedules of one program are read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec import Struct

from packets.case_input.sites import site_ids
from packets.content.library import Library
from packets.content.lint.unfinished import check_unfinished
from packets.content.problems import ProblemCollector, did_you_mean, listed
from packets.content.schema.records import ParsedRecord, ParsedValue
from packets.content.schema.schedule_profile import COLUMNS, DELIMITERS, REQUIRED_COLUMNS, SCHEDULE_PROFILE
from packets.content.yaml import parser
from packets.errors import InvalidInputError, Problem, UsageError
from packets.model.case import DateOrder, Stage
from packets.model.question import AnswerKind
from packets.schedule.interface_case import InterfaceProfile
from packets.schedule.interface_profile import check_format, headings_of, interface_profile

PLAIN = "plain"
CANCELLED = "cancelled"
_YES_NO = ("yes", "no")


class ScheduleProfile(Struct, frozen=True):
    """A parsed content/sources/<name>.yaml. `columns` and `words` are by our field; `dates` is such as MM/DD/YYYY."""

    name: str
    columns: Mapping[str, str]
    may_be_empty: frozenset[str]
    words: Mapping[str, Mapping[str, str]]
    dates: str
    delimiter: str | None  # None: the one that fits the header
    encoding: str
    last_name_first: bool  # names are written as LAST, FIRST
    record_number_digits: int | None
    ignore_others: bool
    sheet: str
    hidden_rows: str  # "refused", "skipped" or "read"
    marked_rows: str  # "refused" or "read"
    line_breaks: frozenset[str]  # headings of unused columns whose cells may have several lines
    answer_kinds: Mapping[str, AnswerKind]  # of the questions that all handouts answer in the same way
    interface: InterfaceProfile | None = None  # None: a table
    date_order: DateOrder | None = None  # the clinic's, where `dates` is YYYY-MM-DD

    @property
    def questions(self) -> tuple[str, ...]:
        """Return the fields that are questions of a handout."""
        return tuple(field for field in self.columns if field not in COLUMNS)


def names(root: Path) -> tuple[str, ...]:
    """Return the names of all profiles."""
    return tuple(sorted(path.stem for path in (root / "sources").glob("*.yaml")))


def load_profile(root: Path, name: str, library: Library) -> ScheduleProfile:
    """Load a profile. Raise UsageError (B09) for an unknown name, InvalidInputError with every mistake of the file."""
    profiles = names(root)
    if name not in profiles:
        available = f"There are: {listed(profiles, 'and')}." if profiles else "There is none yet."
        hint = did_you_mean(name, profiles, available)
        raise UsageError(Problem("B09", "there is no schedule profile of this name", hint, "--profile"))
    path = root / "sources" / f"{name}.yaml"
    parsed = parser.read_file(path)
    problems = ProblemCollector(str(path))
    problems.problems += parsed.problems
    record = SCHEDULE_PROFILE.read(parsed.tree, problems) if parsed.tree is not None else None
    profile = _build(record, problems, library, name) if record is not None else None
    if record is not None:
        check_unfinished(record, problems)
    if profile is None or problems.failed:
        raise InvalidInputError(*problems.problems)
    return profile


def _build(record: ParsedRecord, problems: ProblemCollector, library: Library, name: str) -> ScheduleProfile:
    if record.text("source", name) != name:
        problems.add("L01", "this differs from the name of the file", record.at("source"), "Make them the same.")
    format_name = check_format(record, problems)
    if format_name != "table":
        return _interface(record, format_name, problems, library, name)
    columns = _columns(record, problems, library, name)
    asked = questions_of(library) if name == PLAIN else frozenset[str]()
    question_columns = {
        field: field for field in sorted(asked) if field not in columns and field not in columns.values()
    }
    _check_dates(record, problems)
    return ScheduleProfile(
        name=name,
        columns=columns | question_columns,
        may_be_empty=frozenset((*_may_be_empty(record, problems, columns), *question_columns)),
        words=_words(record, problems, columns, library),
        dates=record.text("dates"),
        delimiter=DELIMITERS.get(record.text("delimiter")),
        encoding=record.text("encoding", "utf-8"),
        last_name_first=record.text("patient_names") == "last, first",
        record_number_digits=record.get("record_number_digits", int),
        ignore_others=record.text("other_columns") == "ignored",
        sheet=record.text("sheet"),
        hidden_rows=record.text("hidden_rows", "refused"),
        marked_rows=record.text("marked_rows", "refused"),
        line_breaks=frozenset(_line_breaks(record, problems, columns)),
        answer_kinds=_answer_kinds(library),
        date_order=library.clinic.date_order,
    )


def _interface(
    record: ParsedRecord, format_name: str, problems: ProblemCollector, library: Library, name: str
) -> ScheduleProfile:
    """Return the profile of an interface: its fields are read as a table whose headings say where they come from."""
    questions = questions_of(library)
    known = {field: field for field in (*COLUMNS, *questions)}
    words = _words(record, problems, known, library)
    interface = interface_profile(record, format_name, words, questions, library, problems)
    columns = headings_of(interface)
    return ScheduleProfile(
        name=name,
        columns=columns,
        may_be_empty=frozenset(columns) - set(REQUIRED_COLUMNS),
        words={field: meanings for field, meanings in words.items() if field != "status"},
        dates="YYYY-MM-DD",
        delimiter=None,
        encoding="utf-8",
        last_name_first=False,
        record_number_digits=record.get("record_number_digits", int),
        ignore_others=True,
        sheet="",
        hidden_rows="refused",
        marked_rows="refused",
        line_breaks=frozenset(),
        answer_kinds=_answer_kinds(library),
        interface=interface,
    )


def questions_of(library: Library) -> frozenset[str]:
    """Return the questions of all handouts: they can be columns, as the usual fields are."""
    return frozenset(
        question.name
        for handout in library.handouts.values()
        for question in handout.questions
        if question.name not in COLUMNS
    )


def _answer_kinds(library: Library) -> dict[str, AnswerKind]:
    kinds: dict[str, set[AnswerKind]] = {}
    for handout in library.handouts.values():
        for question in handout.questions:
            kinds.setdefault(question.name, set()).add(question.kind)
    return {name: kind for name, (kind, *others) in kinds.items() if not others}


def _columns(profile: ParsedRecord, problems: ProblemCollector, library: Library, name: str) -> dict[str, str]:
    record = profile.get("columns", ParsedRecord)
    if record is None:
        return {}
    fields = {*COLUMNS, *questions_of(library)}
    columns: dict[str, str] = {}
    for field, heading in record.values.items():
        if name == PLAIN and field not in fields and field == heading:
            continue  # a question that no handout of this library asks; each is a column of its own name
        if field not in fields:
            hint = did_you_mean(field, fields, f"There are: {listed(sorted(fields), 'and')}.")
            problems.add("B06", f'no field and no question of a handout is called "{field}"', record.at(field), hint)
        elif heading in columns.values():
            problems.add("B70", "two fields are read from this column", record.at(field), "Delete one of the two.")
        else:
            columns[field] = str(heading)
    return columns


def _check_dates(record: ParsedRecord, problems: ProblemCollector) -> None:
    letters = sorted(part[0] for part in "".join(c if c.isalpha() else " " for c in record.text("dates")).split())
    if letters and letters != ["D", "M", "Y"]:
        problems.add("B08", "a date has one year, one month and one day", record.at("dates"), "Such as: MM/DD/YYYY")


def _may_be_empty(record: ParsedRecord, problems: ProblemCollector, columns: Mapping[str, str]) -> list[str]:
    fields = []
    for entry in record.all("may_be_empty", ParsedValue):
        field = str(entry.value)
        if field in REQUIRED_COLUMNS:
            problems.add("B69", f"every row needs {field}", entry.place, "Delete this entry.")
        elif field not in columns and columns:
            problems.add("B67", f'no column is named for "{field}"', entry.place, "Name it under columns.")
        else:
            fields.append(field)
    return fields


def _line_breaks(record: ParsedRecord, problems: ProblemCollector, columns: Mapping[str, str]) -> Iterator[str]:
    for entry in record.all("line_breaks", ParsedValue):
        if entry.value in columns.values():
            hint = "Delete this entry: only the cells of columns that are not used may have several lines."
            problems.add("B68", "this column is used", entry.place, hint)
        yield str(entry.value)


def _words(
    record: ParsedRecord, problems: ProblemCollector, columns: Mapping[str, str], library: Library
) -> dict[str, dict[str, str]]:  # fmt: skip
    words: dict[str, dict[str, str]] = {}
    for entry in record.all("words", ParsedRecord):
        field, theirs, ours = entry.text("in"), entry.text("theirs"), entry.text("ours")
        if field not in columns and columns and field:
            problems.add("B67", f'no column is named for "{field}"', entry.at("in"), "Name it under columns.")
            continue
        allowed = _allowed(field, library)
        if allowed is not None and ours not in allowed:
            hint = did_you_mean(ours, allowed, f"There are: {listed(allowed, 'and')}.")
            problems.add("B05", f'{field} cannot be "{ours[:60]}"', entry.at("ours"), hint)
        if words.get(field, {}).get(theirs, ours) != ours:
            problems.add("B07", "this word has two meanings", entry.at("theirs"), "Delete one of the two.")
        words.setdefault(field, {})[theirs] = ours
    return words


def _allowed(field: str, library: Library) -> tuple[str, ...] | None:
    """Return the allowed values of a field; None if any text is allowed."""
    if field in questions_of(library):
        choices = {choice: None for handout in library.handouts.values() for choice in handout.choices.get(field, ())}
        return tuple(choices) or None
    match field:
        case "procedure":
            return tuple(sorted({name for name, _ in library.handouts}))
        case "language":
            return tuple(sorted({tag for _, tag in library.handouts}))
        case "site":
            return site_ids(library.clinic)
        case "plan":
            return tuple(sorted(name for name, plan in library.plans.items() if not plan.staff))
        case "status":
            return (*(stage.value for stage in Stage), CANCELLED)
        case "large_print" | "email_consent" | "email_confirmed":
            return _YES_NO
        case _:
            return None
