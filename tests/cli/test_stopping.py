"""Test Ctrl-C once, twice and three times, with real signals."""

from __future__ import annotations

import signal

import pytest

from packets.cli.signals import graceful_shutdown


def test_the_second_ctrl_c_stops_mail_at_any_point() -> None:
    with graceful_shutdown() as stop:
        assert not stop()
        signal.raise_signal(signal.SIGINT)
        assert stop()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def test_a_batch_stops_between_steps_and_not_inside_a_lock() -> None:
    with graceful_shutdown(anywhere=False) as stop:
        signal.raise_signal(signal.SIGINT)
        assert stop()
        signal.raise_signal(signal.SIGINT)  # nothing is raised here: a lock could be open
        with pytest.raises(KeyboardInterrupt):
            stop()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def test_the_old_signal_handlers_are_restored() -> None:
    before = signal.getsignal(signal.SIGINT)
    with graceful_shutdown():
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before
