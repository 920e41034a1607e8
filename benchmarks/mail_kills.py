"""Kill a sender 30 times while it mails 300 patients through a relay that fails for 15 of 100 mails; count the outcomes.

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
    folder = Path(tempfile.mkdtemp(prefix="packets-mail-"))
    try:
        print(sender_and_relay(folder, CHECKOUT / "content", patients=300, kills=30, failure_rate=0.15, seed=seed))
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 1)
