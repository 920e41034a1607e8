"""Build one patient's case from entered values (options, a case file, a row, a form), or report all mistakes.

No message contains a value or an unknown field name: either could be patient data.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from packets.case_input.answers import read_answer
from packets.case_input.case_reader import FIELD_LABELS, WHITESPACE, CaseReader, EnteredValue
from packets.case_input.sites import site_ids
from packets.content.problems import ProblemCollector, listed
from packets.content.schema.case_file import CASE
from packets.content.schema.slots import MAY_BE_ASKED
from packets.content.yaml import parser
from packets.content.yaml.parser import Scalar
from packets.errors import InvalidInputError, Problem, UsageError, ordered
from packets.model.case import STATUS_QUESTION, Case, Clinic, DateOrder, Paper, PrintOptions, PrintSize
from packets.model.handout import Handout
from packets.model.packet_id import NO_ID
from packets.values import HiddenFields

_ALL_OPTIONAL = replace(CASE, fields=tuple(replace(field, required=False) for field in CASE.fields))


def read_case_file(source: Path | bytes | str, display_path: str = "") -> Mapping[str, EnteredValue]:
    """Return the fields of a case file, given by its path or its text; `display_path` is its name in messages.

    Raise InvalidInputError with every problem of the YAML.
    """
    if isinstance(source, Path):
        display_path = display_path or str(source)
        parsed = parser.read_file(source, display_path, private=True)
    else:
        display_path = display_path or "-"
        data = source.encode("utf-8", "surrogatepass") if isinstance(source, str) else source
        parsed = parser.read_bytes(data, display_path, private=True)
    problems = ProblemCollector(display_path, private=True)
    problems.problems += parsed.problems
    record = _ALL_OPTIONAL.read(parsed.tree, problems) if parsed.tree is not None else None
    if record is None or problems.failed:
        raise InvalidInputError(*problems.problems)
    return {
        name: EnteredValue(value.text, display_path, value.place.line, value.place.column)
        for name, value in record.values.items()
        if isinstance(value, Scalar)
    }


def case_at_clinic(
    entered: Mapping[str, EnteredValue], handout: Handout, clinic: Clinic
) -> tuple[Case | None, tuple[Problem, ...]]:
    """Return what `make_case` returns at this clinic; the id of the case is NO_ID if none was entered."""
    return make_case(entered, handout, lambda _number, _day: NO_ID, site_ids(clinic), clinic.date_order)


def make_case(
    entered: Mapping[str, EnteredValue],
    handout: Handout,
    packet_id: Callable[[str, dt.date], str],
    sites: tuple[str, ...] = (),
    date_order: DateOrder | None = None,
) -> tuple[Case | None, tuple[Problem, ...]]:
    """Return one patient's case for this handout, or None and all problems.

    `packet_id` returns the id for a record number and surgery date; it is called only if no id was entered. `sites` are
    the ids of the clinic's sites: a case is of one of them. `date_order` is the clinic's.
    """
    reader = CaseReader(entered, date_order)
    reader.report_unused(handout)
    name = reader.name("patient_name")
    record_number = reader.record_number()
    surgeon = reader.name("surgeon")
    surgery = reader.surgery_date()
    birth, discharge = reader.date("dob"), reader.date("discharge_date")
    reader.check_order(surgery, birth, discharge)
    follow_up = reader.words("follow_up")
    for question in handout.questions:
        if question.name in ("discharge_date", "follow_up") and question.name not in entered and not question.optional:
            reader.missing(question.name)
    answered = {
        question.name: read_answer(question, reader)
        for question in handout.staff_questions
        if question.name not in FIELD_LABELS
    }
    stage, site = reader.stage(), reader.site(sites)
    reader.check_contradictions(answered, stage, handout, surgery)
    reader.must_equal("procedure", handout.id)
    reader.must_equal("language", handout.language)
    number, replaces = reader.packet_id_value("packet_id"), reader.packet_id_list("replaces")
    if number in replaces:
        reader.problem("C20", "a packet cannot replace itself", "replaces", "Enter the id of the older packet.")
    reader.choice("large_print", ("yes", "no"))
    reader.choice("paper", tuple(paper.value for paper in Paper))
    if reader.problems or name is None or record_number is None or surgery is None or surgeon is None:
        return None, ordered(reader.problems)
    return Case(
        procedure=handout.id,
        patient_name=name,
        record_number=record_number,
        surgery_date=surgery,
        surgeon=surgeon,
        answers={question: answer for question, answer in answered.items() if answer is not None},
        packet_id=number or packet_id(record_number, surgery),
        language=handout.language,
        birth_date=birth,
        discharge_date=discharge,
        follow_up=follow_up,
        stage=stage,
        site=site,
        replaces=replaces,
    ), ()


def entered_print_options(entered: Mapping[str, EnteredValue], clinic: Clinic) -> PrintOptions:
    """Return paper and print size as entered, else the clinic's; `make_case` reports invalid values."""
    paper, large = (
        entered[name].text.strip(WHITESPACE) if name in entered else "" for name in ("paper", "large_print")
    )
    return PrintOptions(
        paper=Paper(paper) if paper in set(Paper) else clinic.paper,
        print_size={"yes": PrintSize.LARGE, "no": PrintSize.NORMAL}.get(large, clinic.print_size),
    )


class PartialCase(HiddenFields, Struct, frozen=True):
    """What was entered of a case; `answers` has the handout's own questions and the status."""

    answers: Mapping[str, str]
    surgery_date: dt.date | None = None
    surgeon: str = ""
    discharge_date: dt.date | None = None
    follow_up: str = ""


def read_partial_case(
    entered: Mapping[str, EnteredValue],
    handout: Handout,
    date_order: DateOrder | None,
    sites: tuple[str, ...] | None = None,
    required: str = "",
) -> PartialCase:
    """Return what was entered of a case, to show the texts and dates of a handout without making a packet.

    An answer typed by itself (--answer) must be to a question of the handout; a case file may have the other fields
    of a case too. `date_order` is the clinic's. `sites` are the clinic's, if one has to be chosen; `required` is a
    field that may not be missing.
    Raise UsageError, or InvalidInputError for a case file, with every mistake.
    """
    reader = CaseReader(entered, date_order)
    questions = {question.name: question for question in handout.questions}
    known = {*questions, *MAY_BE_ASKED, STATUS_QUESTION}
    for name, value in entered.items():
        if value.path == "--answer" and name not in known:
            reader.problem("C44", f'the handout "{handout.id}" has no such question', name, _asked(questions))
    reader.report_unused(handout, ignore=[problem.field for problem in reader.problems])
    if required and required not in entered:
        reader.missing(required)
    surgery = reader.surgery_date() if "surgery_date" in entered else None
    birth, discharge = reader.date("dob"), reader.date("discharge_date")
    reader.check_order(surgery, birth, discharge)
    surgeon = reader.name("surgeon") if "surgeon" in entered else None
    follow_up = reader.words("follow_up")
    own = [question for question in handout.questions if question.name not in FIELD_LABELS and question.name in entered]
    read = {question.name: read_answer(question, reader) for question in own}
    stage = reader.stage()
    reader.check_contradictions(read, stage, handout, surgery)
    if sites is not None:
        reader.site(sites)
    reader.must_equal("procedure", handout.id)
    if reader.problems:
        in_options = any(problem.path.startswith("--") for problem in reader.problems)
        raise (UsageError if in_options else InvalidInputError)(*ordered(reader.problems))
    given = {name: answer for name, answer in read.items() if answer is not None}
    given |= {STATUS_QUESTION: str(stage)} if stage else {}
    return PartialCase(given, surgery, surgeon or "", discharge, follow_up or "")


def _asked(names: Iterable[str]) -> str:
    return f"It asks: {listed(names, 'and')}."


def read_date(text: str, path: str, date_order: DateOrder | None) -> dt.date:
    """Parse a surgery date alone. Raise UsageError if it is invalid."""
    reader = CaseReader({"surgery_date": EnteredValue(text, path)}, date_order)
    day = reader.surgery_date()
    if day is None:
        raise UsageError(*reader.problems)
    return day
