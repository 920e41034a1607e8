"""Test what a nurse reads about each held packet: why it is held, and what to do."""

from __future__ import annotations

import pytest

from packets.cli.mail_output import print_held
from packets.mail.holds import HOLDS, Hold

CORRECT = "Correct the row of the schedule, make its packets again, and queue the mails again."
CALL = "Call the patient."
COMPARE = "Compare the surgery date with the chart. If it is right, hand the packet over on paper."
NEVER_SENT = f"""\
H01 no consent to e-mail is recorded. {CORRECT}
H02 no address is recorded. {CORRECT}
H03 the address is not confirmed. {CORRECT}
H04 the address is not exactly one e-mail address. {CORRECT}
H05 the operation is not recorded as performed. {CORRECT}
H06 the packet's file is missing or has changed; run the batch again. Make the packet again.
H07 the packet has a password; hand it over in person. Hand the packet over in person.
H08 there is no e-mail text in this language. Hand the packet over on paper.
H09 it is unknown whether the earlier mail was delivered; resolve it first. \
Find out what became of the earlier mail, and resolve it.
H10 an earlier mail is still queued or being sent. Wait until the earlier mail has gone out, or cancel it.
H17 the content has changed since the packet was made, or was a draft; make the packet again. \
Make the packet again with the current content.
H18 the e-mail text in this language has no words for what is attached (clinic.yaml, attach:). \
Hand the packet over on paper, and ask for text_html and text_both in the e-mail text.
H19 the packet's HTML copy is missing or has changed; run the batch again. Make the packet again.
H70 the operation is recorded as performed, but its date is in the future. {CORRECT}
H71 every recovery date in the packet has passed. {COMPARE}
H72 the operation is more than 30 days ago or more than 180 days ahead. {COMPARE}
H85 its row was corrected in the web form, and the schedule says something else. Hand the packet over on paper, or \
correct the schedule, run the batch and queue the mails again.
"""
SENT_IF_A_PERSON_DECIDES = f"""\
H11 more than one patient has this address. {CALL}
H12 the patient's earlier mail went to another address. {CALL}
H13 the operation was rescheduled after the packet was mailed. {CALL}
H14 the packet was changed after it was mailed. {CALL}
H15 a packet for this operation was mailed from another folder. {CALL}
H16 the earlier mail was rejected, cancelled or too late. {CALL}
H80 another operation of this patient on the same day was mailed, or its mail is queued. {CALL}
H81 the address mixes letters of two alphabets; some look like others. {CALL}
H82 the address is nearly that of a major provider, such as gmial.com. {CALL}
H83 the address contains the name of another patient in this schedule. {CALL}
H84 most addresses contain the name of another row's patient: the column may have shifted. \
Compare the addresses with the names. Correct the schedule, run the batch and queue the mails again.
"""


@pytest.mark.parametrize(
    ("can_override", "table"), [(False, NEVER_SENT), (True, SENT_IF_A_PERSON_DECIDES)], ids=["never sent", "overridden"]
)
def test_each_held_packet_is_listed_with_the_reason_and_what_to_do(
    can_override: bool, table: str, capsys: pytest.CaptureFixture[str]
) -> None:
    codes = [code for code, rule in HOLDS.items() if rule.can_override is can_override]
    print_held(Hold("2222-2222", 7, code) for code in codes)
    expected = "".join(f"2222-2222  is held. row 7: {line}\n" for line in table.splitlines())
    assert capsys.readouterr().err == expected


def test_a_packet_of_the_web_form_is_listed_without_a_row(capsys: pytest.CaptureFixture[str]) -> None:
    print_held([Hold("2222-2222", 0, "H02")])
    assert capsys.readouterr().err == f"2222-2222  is held. H02 no address is recorded. {CORRECT}\n"
