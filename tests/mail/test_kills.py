"""Test that a sender killed at any moment mails nobody twice and loses no mail, even if the relay fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mail.kills import FAILURES_OF_ONE_MAIL, sender_and_relay


@pytest.mark.slow
def test_a_killed_sender_mails_nobody_twice_and_loses_no_mail(tmp_path: Path, mail_content: Path) -> None:
    assert len(FAILURES_OF_ONE_MAIL) >= 16
    outcomes = sender_and_relay(tmp_path, mail_content, patients=24, kills=5, failure_rate=0.5, seed=3)
    assert (outcomes.twice, outcomes.lost) == (0, 0), outcomes
    assert outcomes.kills == 5
    assert outcomes.states["sent"] > 6
    assert outcomes.states["unknown"] > 0
    assert outcomes.states.total() == 24
