"""Parse a schedule row into a case, or report everything wrong with it.

Problems name the row, the column and what to do, never the content of a cell.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

import msgspec
from msgspec import Struct

from packets.case_input.answers import EXAMPLES
from packets.case_input.case_fields import case_at_clinic, entered_print_options
from packets.case_input.case_reader import EnteredValue
from packets.case_input.plan_choice import NO_PLAN, WRONG_PLAN, plan_of, with_instructions
from packets.case_input.record_numbers import without_quotes
from packets.case_input.sites import site_ids
from packets.content.library import Library
from packets.content.packet_plans import usual_plans
from packets.content.problems import listed
from packets.errors import Problem
from packets.model.case import Case, PrintOptions
from packets.model.handout import Handout
from packets.model.question import AnswerKind
from packets.schedule.cells import CellError, cell_value
from packets.schedule.profile import CANCELLED, ScheduleProfile
from packets.schedule.table import TEXT, Cells, Table
from packets.schedule.typed_cells import TypedCells, with_typed
from packets.values import HiddenFields

# Fields that a cancelled row must have, so that its packet can be found.
_IDENTIFY_THE_CASE = ("mrn", "procedure", "surgery_date")
_MAIL = ("email", "email_consent", "email_confirmed")
_NOT_OF_THE_CASE = (*_MAIL, "room")
LINE_BREAK = "B60"
_MISSING = ("C01", "C16", "C90", NO_PLAN)  # a value that the case needs


class RowProblem(Struct, frozen=True):
    """A problem of a schedule row; `row` is numbered as in a spreadsheet, `column` is a heading of the schedule.

    `place` says where the row is in the files of an interface.
    """

    row: int
    column: str
    code: str
    message: str
    hint: str = ""
    warning: bool = False
    place: str = ""

    def __str__(self) -> str:
        where = f"row {self.row}" if self.row else "schedule"
        where += f" ({self.place})" if self.place else ""
        where += f", column {self.column}" if self.column else ""
        return f"{where}: {self.code} {self.message}" + (f"\n    {self.hint}" if self.hint else "")


class Cell(HiddenFields, Struct, frozen=True):
    """A cell as the file has it; a number, date or formula of Excel is not text."""

    text: str
    is_text: bool


class Row(HiddenFields, Struct, frozen=True):
    """A parsed row. A row without a case is refused (see `problems`) or cancelled.

    Even a refused row has its `record_number` and `name` if they can be read: another row may contradict them.
    """

    number: int
    case: Case | None
    print_options: PrintOptions | None
    plan: str  # "" without a case, or if it was not checked
    problems: tuple[RowProblem, ...]
    cancelled: bool = False
    record_number: str = ""
    name: str = ""
    procedure: str = ""
    surgery_date: dt.date | None = None
    start_time: str = ""
    room: str = ""
    mail: tuple[str, str, str] = ("", "", "")  # address, consent, confirmed
    place: str = ""  # in the files of an interface
    source_time: str = ""  # the start, as an interface wrote it
    note: str = ""  # of an interface's reader
    message: tuple[str, str] | None = None  # the sender's number of the case, and when the message was sent
    cells: Mapping[str, Cell] = msgspec.field(default_factory=dict)  # by our field


class ScheduleRows(HiddenFields, Struct, frozen=True):
    """The rows of a schedule; each iteration parses them again."""

    table: Table
    profile: ScheduleProfile
    library: Library
    typed: TypedCells = msgspec.field(default_factory=dict)
    plan: str | None = None  # for rows that name none; "": the one that fits; None: plans are not checked
    include_drafts: bool = False

    def __iter__(self) -> Iterator[Row]:
        for cells in self.table.rows():
            if typed := self.typed.get(cells.number):
                cells = with_typed(cells, self.table.header, typed)
            yield _RowReader(self, cells).row()


class _RowReader:
    """Parse one row and collect its problems."""

    def __init__(self, schedule_rows: ScheduleRows, cells: Cells) -> None:
        self.table, self.profile, self.library = schedule_rows.table, schedule_rows.profile, schedule_rows.library
        self.plan, self.include_drafts = schedule_rows.plan, schedule_rows.include_drafts
        self.cells = cells
        self.problems: list[RowProblem] = []

    def problem(self, code: str, message: str, hint: str = "", field: str = "") -> None:
        index = self.table.header.get(field)
        column = self.table.headings[index] if index is not None else self.profile.columns.get(field, "")
        self.problems.append(RowProblem(self.cells.number, column, code, message, hint, place=self.cells.place))

    def row(self) -> Row:
        values = self.values()
        if values is None:
            return Row(self.cells.number, None, None, "", tuple(self.problems))
        is_held = any(problem.field in ("", "status") for problem in self.cells.problems)
        cancelled = values.get("status", "").lower() in (CANCELLED, "canceled") and not is_held
        is_unreadable = any(not problem.field for problem in self.cells.problems)
        case, print_options, plan = (None, None, "") if cancelled or is_unreadable else self.case(values)
        if self.cells.mark and not cancelled and self.profile.marked_rows == "refused":
            hint = "Find out what that means: delete the row, set its status to cancelled, or remove the mark."
            self.problem("B66", f"the row is {self.cells.mark} in the Excel file", hint)
        if cancelled:
            self.problems = [
                problem
                for problem in self.problems
                if self.field(problem) in _IDENTIFY_THE_CASE or problem.code == LINE_BREAK
            ]
            self.check_procedure(values)
            if "surgery_date" in values and _day(values["surgery_date"]) is None:
                hint = "Without it, the packet of the cancelled surgery is not known."
                self.problem("B41", "this is not a date", hint, "surgery_date")
        order = {heading: index for index, heading in enumerate(self.table.headings)}
        problems = tuple(sorted(self.problems, key=lambda problem: (order.get(problem.column, -1), problem.code)))
        return Row(
            number=self.cells.number,
            case=case if not problems else None,
            print_options=print_options,
            plan=plan,
            problems=problems,
            cancelled=cancelled and not problems,
            record_number=values.get("mrn") or self.refused_number(),
            name=unicodedata.normalize("NFC", values.get("patient_name", "")),
            procedure=values.get("procedure", ""),
            surgery_date=_day(values.get("surgery_date", "")),
            start_time=values.get("start_time", ""),
            room=values.get("room", ""),
            mail=(values.get("email", ""), values.get("email_consent", ""), values.get("email_confirmed", "")),
            place=self.cells.place,
            source_time=self.cells.source_time,
            note=self.cells.note,
            message=self.cells.message,
            cells={
                field: Cell(self.cells.texts[index], self.cells.kind(index) == TEXT)
                for field, index in self.table.header.items()
            },
        )

    def refused_number(self) -> str:
        """Return the record number as typed; another row may have the same one."""
        index = self.table.header.get("mrn")
        return without_quotes(self.cells.texts[index]) if index is not None else ""

    def field(self, problem: RowProblem) -> str:
        return next((field for field, column in self.profile.columns.items() if column == problem.column), "")

    def values(self) -> dict[str, str] | None:
        """Return the fields that are filled in, or None if this is not a row of a patient."""
        for problem in self.cells.problems:
            self.problem(problem.code, problem.message, problem.hint, problem.field)
        unusable = {problem.field for problem in self.cells.problems}
        cells, columns = len(self.cells.texts), len(self.table.headings)
        if cells != columns:
            hint = "Look for an extra or missing comma or quotation mark in this row or the one above it."
            message = f"the row has {cells} cells, the header has {columns}"
            lines = sum(text.count("\n") for text in self.cells.texts) + 1
            if lines > 1:
                message += f"; it runs over {lines} lines of the file"
            self.problem("B35", message, hint)
            return None
        self.check_line_breaks()
        blank = {field for field, index in self.table.header.items() if not self.cells.texts[index].strip()}
        if {"mrn", "patient_name"} <= blank and not unusable:
            hint = "If it is a title or a total, delete it. Otherwise fill in the record number and the name."
            self.problem("B36", "the row has neither a record number nor a name", hint)
            return None
        values: dict[str, str] = {}
        for field, index in self.table.header.items():
            try:
                text = cell_value(self.cells, index, field, self.profile)
            except CellError as error:
                self.problem(error.code, error.message, error.hint, field)
                continue
            if text:
                values[field] = text
            elif unusable & {"", field}:
                continue  # already reported
            elif field not in self.profile.may_be_empty and field not in self.profile.questions:
                self.problem("B37", "the cell is blank", "Fill it in.", field)
        return values

    def check_line_breaks(self) -> None:
        """Refuse line breaks, because two stray quotation marks turn the rows between them into one cell.

        The profile can allow them in a column, but no cell may look as if it contained another row. An Excel file
        separates its rows, so only the latter is refused there.
        """
        used = set(self.table.header.values())
        for index, text in enumerate(self.cells.texts):
            heading, text = self.table.headings[index], text.strip().replace("\r", "\n")
            one_line = self.table.delimiter and heading not in self.profile.line_breaks
            if "\n" not in text or not (one_line or self.table.contains_a_row(text)):
                continue
            first, last = self.cells.lines
            message, hint = "the cell contains a line break", "Write it on one line."
            if last > first:
                inside = f"line {last} is" if last == first + 1 else f"lines {first + 1} to {last} are"
                message = f"the cell runs over several lines of the file: {inside} inside row {self.cells.number}"
                hint = "If there is another patient in it, delete the stray quotation marks."
                if not self.table.contains_a_row(text):
                    hint += " Otherwise write the cell on one line."
                    hint += "" if index in used else f' A schedule profile can also say: line_breaks: ["{heading}"]'
            elif self.table.contains_a_row(text):
                message += ", and what looks like another row"
                hint = "Move that into a separate row."
            self.problems.append(RowProblem(self.cells.number, heading, LINE_BREAK, message, hint))

    def case(self, values: Mapping[str, str]) -> tuple[Case | None, PrintOptions | None, str]:
        """Return the case, how it is printed, and its packet plan."""
        for field in ("email_consent", "email_confirmed"):
            if values.get(field, "no") not in ("yes", "no"):
                self.problem("B38", "this must be yes or no", "Write yes or no.", field)
        tag = values.get("language", self.library.clinic.language)
        if not self.check_procedure(values):
            return None, None, ""
        handout = self.library.handouts.get((values["procedure"], tag))
        if handout is None:
            tags = sorted(lang for name, lang in self.library.handouts if name == values["procedure"])
            self.problem("B40", "there is no handout in this language", f"There is: {listed(tags, 'and')}.", "language")
            return None, None, ""
        entered = {
            field: EnteredValue(text, self.table.display_path, self.cells.number)
            for field, text in values.items()
            if field not in _NOT_OF_THE_CASE
        }
        for field, answer in self.assumed_answers(handout):
            entered.setdefault(field, EnteredValue(answer, self.table.display_path, self.cells.number))
        # A schedule often has the side only in its own word for the procedure, which the profile has translated.
        words = (self.cells.texts[self.table.header["procedure"]], values.get("procedure_text", ""))
        text = " ; ".join(" ".join(part.split()) for part in words)
        entered["procedure_text"] = EnteredValue(text, self.table.display_path, self.cells.number)
        drafts = self.include_drafts
        changed = with_instructions(entered, handout, self.library, include_drafts=drafts)
        usual = usual_plans(changed, self.library.plans)
        if "plan" not in entered and (typed := self.plan or self.assumed_plan(usual)):
            entered["plan"] = EnteredValue(typed, "--plan" if self.plan else self.table.display_path)
        case, problems = case_at_clinic(entered, handout, self.library.clinic)
        plan, plan_problems = (
            ("", ()) if self.plan is None else plan_of(entered, handout, self.library, include_drafts=drafts)
        )
        for problem in (*problems, *plan_problems):
            self.add(problem, handout, usual)
        return case, entered_print_options(entered, self.library.clinic), plan

    def assumed_answers(self, handout: Handout) -> Iterator[tuple[str, str]]:
        """Yield each question of this handout with the answer that the profile of an interface assumes."""
        reported = {problem.field for problem in self.cells.problems}
        asked = {question.name for question in handout.questions} - reported
        for field, answer in self.profile.interface.when_missing.items() if self.profile.interface else ():
            if field in asked:
                yield field, answer

    def assumed_plan(self, usual: Sequence[str]) -> str:
        """Return the plan that the profile of an interface assumes where two fit the handout."""
        interface = self.profile.interface
        return interface.when_missing.get("plan", "") if interface and len(usual) > 1 else ""

    def check_procedure(self, values: Mapping[str, str]) -> bool:
        """Return whether the procedure exists, and report an unknown one; a blank or bad cell is already reported."""
        names = sorted({name for name, _ in self.library.handouts})
        if "procedure" in values and values["procedure"] not in names:
            hint = f"There are: {listed(names, 'and')}."
            self.problem("B39", "there is no procedure of this name", hint, "procedure")
        return values.get("procedure") in names

    def add(self, problem: Problem, handout: Handout, usual: Sequence[str]) -> None:
        """Add a problem of the case, unless the value is missing because its cell was already reported."""
        field, hint = problem.field, problem.hint
        if problem.code in _MISSING and field in {self.field(other) for other in self.problems}:
            return
        if problem.code == "C16":  # a question of the handout
            question = next(question for question in handout.questions if question.name == field)
            hint = f"Write {listed(question.choices)}." if question.choices else f"Write {EXAMPLES[question.kind]}."
            if question.kind is AnswerKind.YES_NO_UNDECIDED:
                hint += " What the surgeon has not said is undecided."
        if problem.code == "C05" and field in self.profile.questions:
            hint = "Leave the cell blank, or choose another procedure."
            self.problem("C04", f'the handout "{handout.id}" does not ask about "{field}"', hint, field)
            return
        if problem.code in (NO_PLAN, WRONG_PLAN):
            hint = f"Write {listed(usual)}."
        if problem.code == WRONG_PLAN and problem.path.startswith("--"):
            hint = "Leave --plan out. If rows of the schedule differ, give it a column plan."
        if problem.code == "C90":
            hint = f"Write {listed(site_ids(self.library.clinic))}."
        if problem.code in _MISSING and field not in self.table.header:
            where = "The schedule needs a column for it."
            if self.profile.interface:
                where = "Say in the schedule profile where it is (paths), or what to assume without it (when_missing)."
            hint = f"{where} {hint}"
        self.problem(problem.code, problem.message, hint, field)


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None
