"""A sender killed at any moment mails nobody twice and loses no mail, even if the relay fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mail.kills import OF_A_MAIL, sender_and_relay


@pytest.mark.slow
def test_a_killed_sender_mails_nobody_twice_and_loses_no_mail(tmp_path: Path, mail_content: Path) -> None:
    assert len(OF_A_MAIL) >= 16
    account = sender_and_relay(tmp_path, mail_content, patients=24, kills=5, faults=0.5, seed=3)
    assert (account.twice, account.lost) == (0, 0), account
    assert account.kills == 5
    assert account.states["sent"] > 6
    assert account.states["unknown"] > 0
    assert account.states.total() == 24
