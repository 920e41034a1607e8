"""300 patients, a relay that fails for 15 in 100 mails, and a sender that is killed 30 times: who got what.

python benchmarks/mail_kills.py [SEED]
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(CHECKOUT))

from tests.mail.kills import sender_and_relay  # noqa: E402


def main(seed: int) -> None:
    place = Path(tempfile.mkdtemp(prefix="packets-mail-"))
    try:
        print(sender_and_relay(place, CHECKOUT / "content", patients=300, kills=30, faults=0.15, seed=seed))
    finally:
        shutil.rmtree(place)


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 1)
