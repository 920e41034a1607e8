"""Kill a sender at random moments while its relay fails at random, and count the outcomes."""

from __future__ import annotations

import datetime as dt
import os
import random
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from packets.mail.states import WAITING, MailState
from tests.batch.day import CHECKOUT
from tests.mail.conftest import authority_in
from tests.mail.day import START, MailDay, mailed
from tests.mail.faults import FAILURES, Relay

# Failures that concern one mail and need no long wait.
_STEPS = ("RCPT", "DATA", "body", "dot", "250,", "QUIT")
FAILURES_OF_ONE_MAIL = tuple(
    failure for failure in FAILURES if failure.split(" ")[0] in _STEPS and "silence" not in failure
)


@dataclass(frozen=True)
class Outcomes:
    """Numbers of patients: `twice` got two mails; `lost` are recorded as sent but not delivered, or still pending."""

    patients: int
    kills: int
    twice: int
    lost: int
    states: Counter[str]

    def __str__(self) -> str:
        states = ", ".join(f"{count} {state}" for state, count in sorted(self.states.items()))
        return f"{self.patients} patients, {self.kills} kill -9: {self.twice} twice, {self.lost} lost; {states}"


def sender_and_relay(place: Path, content: Path, patients: int, kills: int, failure_rate: float, seed: int) -> Outcomes:
    authority = authority_in(place)
    day = MailDay(place, content, authority.settings(1, deadline_hours=720, per_minute=600))
    day.make([mailed(number) for number in range(1, patients + 1)])
    assert len(day.queue().new) == patients
    chance = random.Random(seed)

    def choose(recipient: str) -> str:
        return chance.choice(FAILURES_OF_ONE_MAIL) if recipient and chance.random() < failure_rate else "none"

    killed = 0
    with Relay(choose, authority.relay()) as relay:
        for start in range(10 * patients):
            before = relay.connections
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.mail.kills", str(place), str(content), str(relay.port), str(start)],
                env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
            )
            if killed < kills:
                while process.poll() is None and relay.connections == before:
                    time.sleep(0.001)
                time.sleep(chance.uniform(0, 0.6))
                if process.poll() is None:
                    killed += 1
                process.kill()
            process.wait()
            day.clock.now = START + dt.timedelta(minutes=61 * (start + 1))
            if killed >= kills and process.returncode == 0 and not set(day.states_of_mail()) & set(map(str, WAITING)):
                break
    received = Counter(mail.recipients[0] for mail in relay.accepted)
    messages = day.messages()
    states = {f"person{number}@sample.example": mail.state for number, mail in enumerate(messages, 1)}
    lost = sum(
        ((state is MailState.SENT) and not received[to]) or state in (*WAITING, MailState.SENDING, MailState.COMMITTING)
        for to, state in states.items()
    )
    lost += sum(received[to] > 0 and state not in (MailState.SENT, MailState.UNKNOWN) for to, state in states.items())
    twice = sum(count > 1 for count in received.values())
    return Outcomes(patients, killed, twice, lost, Counter(str(state) for state in states.values()))


def main(place: str, content: str, port: str, start: str) -> None:
    """Run the sender once, with the clock `start` times 61 minutes after the first run."""
    from tests.mail.conftest import Authority

    authority = Authority(None, Path(place) / "ca.pem")  # type: ignore[arg-type]
    settings = authority.settings(int(port), deadline_hours=720, per_minute=600)
    day = MailDay(Path(place), Path(content), settings)
    day.clock.now = START + dt.timedelta(minutes=61 * int(start))
    day.send()


if __name__ == "__main__":
    main(*sys.argv[1:])
