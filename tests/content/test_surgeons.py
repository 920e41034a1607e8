"""A surgeon's file as an author would write it, and every message of `check` about it."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest
from msgspec.structs import replace

from packets.content import library
from packets.errors import InvalidInputError
from packets.model.case import PrintOptions
from packets.model.recovery import Kind
from packets.model.surgeon import apply_instructions
from packets.pipeline import fill_packet, make_packet
from packets.verify.extract_text import read
from packets.verify.inspect import inspect
from tests.content.folder import HANDOUT, SHIPPED, Folder
from tests.content.test_translations import BOOKING, DISCLAIMER
from tests.content.test_translations import HANDOUT as SPANISH_HANDOUT
from tests.samples import case

S = "content/surgeons/ada-lark.yaml"
TRANSLATIONS = {
    "procedures/knee/handout.es.yaml": SPANISH_HANDOUT,
    "common/disclaimer.es.yaml": DISCLAIMER,
    "common/booking.es.yaml": BOOKING,
}
SURGEON = """\
surgeon: ada-lark
language: en
revision: 2
name: Dr. Ada Lark
aliases: ["LARK, ADA"]
procedures:
  - procedure: knee
    notices:
      - id: brace
        says:
          - if: brace is yes
            text: Dr. Ada Lark asks you to wear it at night too.
          - unless: brace is yes
            text: Ask about it.
        why: Nights count.
        said_by: Dr. Ada Lark
        said_on: 2026-11-02
    milestones:
      - replaces: walk
        kind: restriction
        instead_of: expectation
        asks_you_to: walk with crutches until
        at: 3 weeks
        why: Falls.
        said_by: Dr. Ada Lark
        said_on: 2026-11-02
      - adds: visit
        kind: appointment
        label: First visit
        short: Visit
        at: 10 days
        why: Stitches.
        said_by: Dr. Ada Lark
        said_on: 2026-11-02
    review:
      status: approved
      by: Dr. Ada Lark
      on: 2026-11-03
      again_by: 2028-11-03
"""


def test_a_time_of_day_that_the_surgeons_milestone_does_not_have_is_noted(folder: Folder) -> None:
    folder.change("    by: 2 weeks\n", "    by: 2 weeks\n    time: 9:00 AM\n")
    folder.write("surgeons/ada-lark.yaml", SURGEON)
    assert folder.check().startswith(
        f'{S}:23:13: M77 the handout\'s "walk" has a time of day, and this has none\n'
        '    Add time: "09:00" or the surgeon\'s own time. If no time is meant, ignore this note.'
    )
    folder.change("        at: 3 weeks\n", "        after: 3 weeks\n", "surgeons/ada-lark.yaml")
    assert (
        f'{S}:23:16: M77 the handout\'s "walk" has a time of day, and this has none\n'
        '    "after" cannot have a time of day. Write it in "asks_you_to", or use at: and time: instead. '
        "If no time is meant, ignore this note."
    ) in folder.check()
    folder.change("        after: 3 weeks\n", "        at: 3 weeks\n", "surgeons/ada-lark.yaml")
    folder.change("        at: 3 weeks\n", "        at: 3 weeks\n        time: 8:00 AM\n", "surgeons/ada-lark.yaml")
    assert "M77" not in folder.check()


WALK = "You can walk within two weeks."


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("      - show: brace\n", f"      - check: {WALK}\n      - show: brace\n"),
        (
            "      - show: brace\n",
            f'      - medicines: [{{medicine: A, for: Pain, doses: {{noon: "1"}}, note: {WALK}}}]\n'
            "      - show: brace\n",
        ),
        ("    says:\n", f"    says:\n      - text: {WALK}\n"),
    ],
)
def test_the_surgeons_time_follows_the_sentence_wherever_it_is(folder: Folder, old: str, new: str) -> None:
    before, _, after = SURGEON.partition("    notices:\n")
    folder.write("surgeons/ada-lark.yaml", before + "    milestones:\n" + after.partition("    milestones:\n")[2])
    folder.change(f"          {WALK}\n\n", "")
    folder.change(old, new)
    loaded, problems = library.load(folder.root)
    assert loaded is not None, problems
    patient = case(procedure="knee", surgeon="Dr. Ada Lark", answers={"brace": "yes"})
    texts = "\n".join(fill_packet(loaded, patient).texts())
    assert texts.index(WALK) < texts.index("This takes the place of the general advice above.")


def printed_words(folder: Folder, brace: str) -> str:
    patient = case(procedure="knee", surgeon="Dr. Ada Lark", answers={"brace": brace})
    return "\n".join(fill_packet(load(folder), patient).texts())


INSTEAD = "This takes the place of the general advice above."


def test_the_surgeons_time_also_follows_the_sentence_in_the_surgeons_own_notice(folder: Folder) -> None:
    folder.write(
        "surgeons/ada-lark.yaml", SURGEON.replace("text: Dr. Ada Lark asks you", f"text: {WALK} Dr. Ada asks you")
    )
    brace = printed_words(folder, "yes").partition("Your brace")[2].partition("After the surgery")[0]
    assert brace.index(WALK) < brace.index(INSTEAD)


@pytest.mark.parametrize(("brace", "times"), [("yes", 2), ("no", 1), ("undecided", 1)])
def test_the_surgeons_time_follows_the_sentence_only_where_this_patient_reads_it(
    folder: Folder, brace: str, times: int
) -> None:
    """With "undecided", the whole table is left out. The question of a schedule is not on the patient's pages."""
    rows = f"[{{if: brace is yes, cells: [{WALK}]}}, {{if: brace is no, cells: [Rest.]}}]"
    schedule = f"{{what: Drops, ask: {WALK}, steps: [{{from: day 0, through: day 6, times: 4 a day}}]}}"
    show = "      - show: brace\n"
    folder.change(show, f"      - table: {{columns: [When], rows: {rows}}}\n      - schedule: {schedule}\n{show}")
    folder.write("surgeons/ada-lark.yaml", SURGEON)
    words = printed_words(folder, brace)
    assert (words.count(WALK), words.count(INSTEAD)) == (times, times)


@pytest.fixture
def surgeon(folder: Folder) -> Folder:
    folder.write("surgeons/ada-lark.yaml", SURGEON)
    return folder


def change(folder: Folder, old: str, new: str) -> str:
    folder.change(old, new, "surgeons/ada-lark.yaml")
    return folder.check(dt.date(2026, 11, 24))


def load(folder: Folder) -> library.Library:
    loaded, problems = library.load(folder.root)
    assert loaded is not None, problems
    return loaded


def test_a_valid_file_has_no_problems_and_changes_what_it_names(surgeon: Folder) -> None:
    assert surgeon.check(dt.date(2026, 11, 24)) == ""
    handout = load(surgeon).handout_for("knee", "en", "Dr. Ada Lark")
    assert [(milestone.id, milestone.kind, milestone.label) for milestone in handout.milestones] == [
        ("visit", Kind.APPOINTMENT, "First visit (Dr. Ada Lark)"),
        ("walk", Kind.RESTRICTION, "Dr. Ada Lark asks you to walk with crutches until"),
        ("run", Kind.EXPECTATION, "Running"),
    ]
    assert handout.signature is not None and handout.signature.revision == 2


@pytest.mark.parametrize("name", ["Dr. Ada Lark", " dr.  ada\tLARK ", "Lark, Ada"])
def test_a_name_matches_without_regard_to_capitals_and_spaces(surgeon: Folder, name: str) -> None:
    assert load(surgeon).handout_for("knee", "en", name).signature is not None


@pytest.mark.parametrize("name", ["Dr. Ada Larke", "Ada Lark", "Dr Ada Lark", "A. Lark"])
def test_a_similar_name_does_not_match_and_gives_a_warning(surgeon: Folder, name: str) -> None:
    loaded = load(surgeon)
    assert loaded.handout_for("knee", "en", name) is loaded.handouts["knee", "en"]
    (note,) = library.surgeon_warnings(loaded, "knee", name)
    assert str(replace(note, path="--surgeon")) == (
        "--surgeon: C22 no surgeon's instructions are for exactly this name\n"
        '    Did you mean "Dr. Ada Lark" (surgeons/ada-lark.yaml)? Write the name so, or add it there under aliases or '
        "not_meant. The packet has the clinic's own words, dates and number."
    )
    assert name not in str(note).replace("Dr. Ada Lark", "")


def test_a_different_name_gives_no_warning(surgeon: Folder) -> None:
    surgeon.change('aliases: ["LARK, ADA"]', "not_meant: [Dr. Bea Lark]", "surgeons/ada-lark.yaml")
    loaded = load(surgeon)
    assert library.surgeon_warnings(loaded, "knee", "Dr. Jan Oak") == ()
    assert library.surgeon_warnings(loaded, "knee", "dr. bea lark") == ()
    assert library.surgeon_warnings(loaded, "knee", "Dr. Cid Lark") != ()


def test_a_procedure_without_instructions_gives_a_warning(surgeon: Folder) -> None:
    (note,) = library.surgeon_warnings(load(surgeon), "hip", "Dr. Ada Lark")
    assert str(replace(note, path="--surgeon")) == (
        '--surgeon: C23 surgeons/ada-lark.yaml has no instructions for "hip"\n'
        "    The packet has the clinic's own words, dates and number."
    )


def test_retired_instructions_are_not_printed_and_give_a_warning(surgeon: Folder) -> None:
    assert change(surgeon, "status: approved", "status: retired") == ""
    loaded = load(surgeon)
    assert loaded.handout_for("knee", "en", "Dr. Ada Lark").signature is None
    (note,) = library.surgeon_warnings(loaded, "knee", "Dr. Ada Lark")
    assert note.code == "C23"


def test_words_in_another_language_are_refused(surgeon: Folder) -> None:
    loaded = load(surgeon)
    handout = replace(loaded.handouts["knee", "en"], language="es")
    other = replace(loaded, handouts={("knee", "es"): handout})
    with pytest.raises(InvalidInputError) as caught:
        other.handout_for("knee", "es", "Dr. Ada Lark")
    assert str(caught.value.problems[0]) == (
        "R18 Dr. Ada Lark's instructions are not in this language\n"
        "    They are in English: surgeons/ada-lark.yaml. Print the packet in that language.\n"
        "    Or copy the file to surgeons/ada-lark-es.yaml, keep its name: and translate it."
    )


SPANISH = (
    SURGEON.replace("surgeon: ada-lark", "surgeon: ada-lark-es")
    .replace("language: en", "language: es")
    .replace("Dr. Ada Lark asks you to wear it at night too.", "La Dra. Lark le pide usarla también de noche.")
    .replace("Ask about it.", "Pregunte por ella.")
    .replace("walk with crutches until", "caminar con muletas hasta")
    .replace("label: First visit", "label: Primera cita")
)


@pytest.fixture
def spanish(surgeon: Folder) -> Folder:
    """Add Spanish words for the handout and for the surgeon's instructions."""
    for name, text in {**TRANSLATIONS, "surgeons/ada-lark-es.yaml": SPANISH}.items():
        surgeon.write(name, text)
    shutil.copy(SHIPPED / "languages" / "es.yaml", surgeon.root / "languages")
    return surgeon


def test_a_file_in_each_language_is_printed_in_its_language(spanish: Folder) -> None:
    assert {line.split()[1] for line in spanish.check().splitlines() if not line.startswith(" ")} <= {"R05"}
    labels = [
        milestone.label
        for tag in ("en", "es")
        for milestone in load(spanish).handout_for("knee", tag, "Lark, Ada").milestones
        if milestone.id == "walk"
    ]
    assert labels == [
        "Dr. Ada Lark asks you to walk with crutches until",
        "Dr. Ada Lark le pide caminar con muletas hasta",
    ]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("at: 3 weeks", "at: 4 weeks", 'L84 the dates of "knee" must be the same as in {S}\n    Compare walk in'),
        (
            "        kind: restriction\n        instead_of: expectation\n        asks_you_to",
            "        label",
            "L84 the dates",
        ),
        (
            "adds: visit",
            "adds: cita",
            'L84 the dates of "knee" must be the same as in {S}\n    Compare cita and visit in',
        ),
        ("aliases:", "phone: 816-363-2599\ndial: '+1-816-363-2599'\naliases:", "L84 the phone number must be the same"),
        (
            "procedure: knee\n",
            "procedure: knees\n",
            "L84 the procedures must be the same as in {S}\n    Compare knee in",
        ),
        (
            "SPANISH NOTICES",
            "",
            'L84 the notices of "knee" must be the same as in {S}\n    Compare brace in both files.',
        ),
    ],
)
def test_what_differs_between_the_languages_is_reported(spanish: Folder, old: str, new: str, message: str) -> None:
    if old == "SPANISH NOTICES":
        old = SPANISH[SPANISH.index("    notices:\n") : SPANISH.index("    milestones:\n")]
    spanish.change(old, new, "surgeons/ada-lark-es.yaml")
    assert message.format(S=S) in spanish.check()


def test_a_draft_in_one_language_is_no_reason_for_the_clinics_dates(spanish: Folder) -> None:
    review = SPANISH[SPANISH.index("      status: approved") :]
    spanish.change(review, "      status: draft\n", "surgeons/ada-lark-es.yaml")
    loaded = load(spanish)
    with pytest.raises(InvalidInputError) as caught:
        loaded.handout_for("knee", "es", "Dr. Ada Lark")
    assert str(caught.value.problems[0]) == (
        "R18 Dr. Ada Lark's instructions in this language await a clinician\n"
        "    They are in surgeons/ada-lark-es.yaml. Print the packet in another language, or with drafts."
    )
    assert loaded.handout_for("knee", "es", "Dr. Ada Lark", include_drafts=True).draft


def test_draft_instructions_print_only_with_include_drafts(surgeon: Folder) -> None:
    messages = change(surgeon, SURGEON[SURGEON.index("      status: approved") :], "      status: draft\n")
    assert messages == (
        f"{S}:36:15: R05 this text awaits a clinician\n"
        "    It prints only with --include-drafts, and then carries a mark."
    )
    loaded = load(surgeon)
    assert loaded.handout_for("knee", "en", "Dr. Ada Lark").signature is None
    assert loaded.handout_for("knee", "en", "Dr. Ada Lark", include_drafts=True).draft


MISTAKES = (
    ("replaces: walk", "replaces: wlak",
     f'{S}:19:19: M08 the handout "knee" has no milestone "wlak"\n    Did you mean "walk"?'),
    ("id: brace", "id: brase",
     f'{S}:9:13: L34 the handout "knee" has no notice "brase"\n    Did you mean "brace"?'),
    ("procedure: knee", "procedure: kne",
     f'{S}:7:16: L22 there is no procedure "kne"\n    Did you mean "knee"?'),
    ("adds: visit", "adds: run",
     f'{S}:27:15: L02 the handout "knee" has a milestone "run" already\n    To take its place, write: replaces: run'),
    ("        instead_of: expectation\n", "",
     f'{S}:20:15: M09 the handout\'s "walk" is an expectation; this makes it a restriction\n'
     "    If that is meant, write: instead_of: expectation"),
    ("        kind: restriction\n        instead_of: expectation\n        asks_you_to: walk with crutches until\n",
     "        kind: expectation\n        instead_of: restriction\n        label: Walk without crutches\n",
     f'{S}:21:21: M16 the handout\'s "walk" is an expectation\n    Delete the line.'),
    ("        kind: appointment\n", "        kind: appointment\n        instead_of: expectation\n",
     f'{S}:29:21: M16 "instead_of" belongs to "replaces"\n    Delete the line.'),
    ("            text: Ask about it.\n",
     "            text: Ask about it.\n          - text: Bring it along.\n            status: draft\n",
     f"{S}:16:21: R19 a part of a surgeon's notice has no status of its own\n"
     "    Set the status of the procedure's review to draft."),
    ("asks_you_to:", "label:",
     f'{S}:20:15: M10 an order is worded "asks you to": it needs "asks_you_to"\n    Write asks_you_to: instead.'),
    ("label: First visit", "asks_you_to: come",
     f'{S}:28:15: M10 an appointment is not an order: it needs "label"\n    Write label: instead.'),
    ("        why: Falls.\n", "",
     f'{S}:19:9: S02 a surgeon\'s milestone needs "why"\n'
     '    Add it with your own value. Example: why: Two patients of mine drove too early.'),
    ("said_on: 2026-11-02\n    milestones", "said_on: 2027-11-02\n    milestones",
     f'{S}:17:18: R09 "said_on" is in the future'),
    ("unless: brace is yes", "if: brace is no",
     f'{S}:11:11: L10 the notice says nothing when "brace" is undecided\n    Add a part: - if: brace is undecided'),
    ("name: Dr. Ada Lark\n", "name: Dr. Ada Lark\nphone: 555-010-0199\n",
     f'{S}:5:8: L68 "phone" needs "dial" as well\n    The QR code dials what is printed.'),
    ('["LARK, ADA"]', '["dr. ada lark"]',
     f'{S}:5:11: L33 "dr. ada lark" is taken ({S}:4)\n    One name leads to one surgeon. Delete one of the two.\n'
     "    For the same surgeon in another language, write the same name: in both files."),
    ("status: approved", "status: published",
     f"{S}:36:15: R12 a surgeon's own words cannot be published\n"
     "    Write approved with by, on and again_by, or draft."),
    ("language: en", "language: es",
     f'{S}:2:11: L23 there is no handout "knee" in "es"\n    There is: en.'),
)  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "messages"), MISTAKES, ids=[mistake[2].split()[1] + "-" + mistake[1][:12] for mistake in MISTAKES]
)
def test_a_mistake_in_a_surgeons_file_is_reported_at_its_place(
    surgeon: Folder, old: str, new: str, messages: str
) -> None:
    assert change(surgeon, old, new) == messages


def test_facts_that_contradict_another_part_are_a_mistake(surgeon: Folder) -> None:
    """The quoted sentence of a replaced milestone is no contradiction: the surgeon's words are right below it."""
    show = "      - show: brace\n"
    surgeon.change(show, "        states: {walk: by 2 weeks}\n" + show)
    assert surgeon.check() == ""
    surgeon.change("        text: Ask about it.\n", "        text: Ask about it.\n        states: {brace: open}\n")
    assert surgeon.check() == ""  # the notice is replaced as a loaded
    booking = "common/booking.en.yaml"
    surgeon.change("  - text: Call {phone}.\n", "  - text: Call {phone}.\n    states: {walk: by 2 weeks}\n", booking)
    assert surgeon.check() == (
        f'{S}:23:13: L27 "walk" is "at 3 weeks" here, but "by 2 weeks" at content/common/booking.en.yaml:7\n'
        "    One packet can print both. Make them the same, or give one a condition."
    )


def test_another_operation_is_found_in_a_surgeons_words(surgeon: Folder) -> None:
    hip = HANDOUT.replace("handout: knee", "handout: hip").replace("Knee Sample", "Hip Sample")
    surgeon.write("procedures/hip/handout.en.yaml", hip)
    surgeon.change("why: Falls.", "why: As after a hip sample.", "surgeons/ada-lark.yaml")
    assert surgeon.check() == ""
    surgeon.change("wear it at night too.", "wear it, as after a hip sample.", "surgeons/ada-lark.yaml")
    assert surgeon.check() == (
        f'{S}:12:64: L26 "hip sample" is another operation (hip)\n'
        "    Is it the right operation? If it is meant, declare it: may_name: - operation: hip"
    )


def test_a_file_with_a_mistake_stops_each_packet(surgeon: Folder) -> None:
    surgeon.change("replaces: walk", "replaces: wlak", "surgeons/ada-lark.yaml")
    with pytest.raises(InvalidInputError) as caught:
        library.load_for_packet(Path("content"), "knee", "en", ("discharge",))
    assert [problem.code for problem in caught.value.problems] == ["M08"]


@pytest.mark.parametrize(
    "broken",
    ["", "surgeon: [ada-lark\n", SURGEON.replace("why: Falls.", "why: Mine: they fell."), "- surgeon: ada-lark\n"],
    ids=["an empty file", "a bracket", "a colon in a text", "a list"],
)
def test_a_file_that_cannot_be_read_stops_every_packet(surgeon: Folder, broken: str) -> None:
    """Its surgeon is unknown, so no patient may get the clinic's words instead."""
    surgeon.write("surgeons/ada-lark.yaml", broken)
    loaded, problems = library.load(surgeon.root)
    assert loaded is None and any(problem.path == S for problem in problems)
    with pytest.raises(InvalidInputError) as refused:
        library.load_for_packet(surgeon.root, "knee", "en", ["discharge"])
    assert {problem.path for problem in refused.value.problems} == {S}


def test_a_surgeons_file_with_another_ending_is_a_mistake(surgeon: Folder) -> None:
    (surgeon.root / "surgeons" / "ada-lark.yaml").rename(surgeon.root / "surgeons" / "ada-lark.yml")
    with pytest.raises(InvalidInputError) as refused:
        library.load_for_packet(surgeon.root, "knee", "en", ["discharge"])
    assert [problem.code for problem in refused.value.problems] == ["L19"]


def test_a_replaced_milestone_keeps_its_place_among_those_of_its_day(surgeon: Folder) -> None:
    loaded, problems = library.load(surgeon.root)
    assert loaded is not None, problems
    handout, (ada,) = loaded.handouts["knee", "en"], loaded.surgeons
    (instructions,) = ada.procedures
    (walk,) = (item for item in handout.milestones if item.id == "walk")
    same_day = replace(instructions.milestones[0], id="stairs", override=None)
    both = replace(handout, milestones=(walk, same_day))
    changed = apply_instructions(both, ada, instructions, loaded.languages["en"])
    assert [item.id for item in changed.milestones] == ["visit", "walk", "stairs"]


def test_an_order_names_one_day(surgeon: Folder) -> None:
    assert change(surgeon, "        at: 3 weeks\n", "        until: 3 weeks\n") == (
        f'{S}:23:16: M11 after "until" there must be one day\n'
        '    Write the day with at: 3 weeks, or leave "until" out: "until" prints its own word.'
    )


def test_a_surgeons_order_with_by_is_refused(surgeon: Folder) -> None:
    assert change(surgeon, "        at: 3 weeks\n", "        by: 3 weeks\n") == (
        f'{S}:23:13: M12 an order cannot have "by": "Do not drive by March 7" would be read as its opposite\n'
        "    If that is its last day, write until: 3 weeks. If it begins then, write after: 3 weeks"
    )


def test_a_surgeons_notice_keeps_the_condition_of_the_handouts_notice(surgeon: Folder) -> None:
    surgeon.change("    label: Your brace\n", "    label: Your brace\n    if: brace is not no\n")
    assert change(surgeon, "          - unless: brace is yes", "          - if: brace is undecided") == ""
    loaded = load(surgeon)
    for answer, prints in {"yes": True, "undecided": True, "no": False}.items():
        patient = case(procedure="knee", surgeon="Dr. Ada Lark", answers={"brace": answer})
        assert ("Your brace" in list(fill_packet(loaded, patient).texts())) is prints


def test_a_surgeons_notice_says_something_whenever_it_prints(surgeon: Folder) -> None:
    surgeon.change("    label: Your brace\n", "    label: Your brace\n    if: brace is not no\n")
    assert change(
        surgeon, "          - unless: brace is yes", "          - if: brace is yes and status is planned"
    ) == (f'{S}:11:11: L10 the notice says nothing when "brace" is undecided\n    Add a part: - if: brace is undecided')


def test_a_surgeons_order_names_its_last_day(surgeon: Folder) -> None:
    surgeon.change("asks_you_to: walk with crutches until", "asks_you_to: walk with crutches", "surgeons/ada-lark.yaml")
    surgeon.change("        at: 3 weeks\n", "        until: 3 weeks\n", "surgeons/ada-lark.yaml")
    patient = case(procedure="knee", surgeon="Dr. Ada Lark", answers={"brace": "yes"})
    packet = make_packet(load(surgeon), patient, PrintOptions())
    text = " ".join(" ".join(read(packet.pdf.data)).split())
    assert (
        "Dr. Ada Lark asks you to walk with crutches until the end of Monday, December 28, 2026 "
        "(until 3 weeks after surgery)." in text
    )
    assert inspect(packet.pdf.data, surgeon.root) == packet.pdf.pages
