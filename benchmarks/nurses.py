"""Measure the web form with several nurses at once: from sending the form to having the picture of page 1.

The requests are those of a browser, without its drawing, which `benchmarks.page` includes: send the form, load the
page with the finished packet, load the picture of page 1.
"""

from __future__ import annotations

import datetime as dt
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT))

from commands import quartiles  # noqa: E402

from packets.resources import content_root  # noqa: E402
from packets.web.server import WebServer  # noqa: E402
from tests.web.client import Client  # noqa: E402

PACKETS = 10  # that each nurse makes


@contextmanager
def serving(content: Path) -> Iterator[WebServer]:
    with tempfile.TemporaryDirectory() as folder:
        key = Path(folder) / "site.key"
        key.write_text("5a" * 32)
        key.chmod(0o600)
        page = WebServer(content, key_file=key, now=lambda: dt.datetime(2026, 12, 1, tzinfo=dt.UTC))
        thread = threading.Thread(target=page.run)
        thread.start()
        try:
            yield page
        finally:
            page.close()
            thread.join()


def load_first_page(content: str) -> None:
    """Start the web form, load its first page and an empty form, and stop it, which waits for its preparations."""
    with serving(Path(content)) as page:
        assert entered(page).get("/").status in (200, 303)  # with one procedure, its form is the first page


def entered(page: WebServer) -> Client:
    """Return a client with an open session; only one launch link works at a time."""
    client = Client(page.port)
    assert client.come_in(page.link()).status == 303
    return client


def make_packets(client: Client, times: list[float], nurse: int) -> None:
    for number in range(PACKETS):
        began = time.perf_counter()
        shown = client.send(mrn=f"{nurse:04}{number:04}", patient_name=f"Rosa Sample {chr(65 + nurse)}")
        picture = shown.body.decode().partition('src="/packets/')[2].partition('"')[0]
        assert client.get(f"/packets/{picture}").headers["Content-Type"] == "image/png", shown.text
        times.append(time.perf_counter() - began)


def measure(nurses: int) -> dict[str, Any]:
    """Return the seconds of the first and tenth packet of a nurse (median of all nurses), of the median packet and of
    the one that only 5 % exceed."""
    times: list[list[float]] = [[] for _ in range(nurses)]
    with serving(content_root(None)) as page:
        time.sleep(2)  # nobody fills in the form faster
        clients = [entered(page) for _ in times]
        threads = [
            threading.Thread(target=make_packets, args=(client, each, nurse))
            for nurse, (client, each) in enumerate(zip(clients, times, strict=True))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    every = sorted(second for each in times for second in each)
    if len(every) != nurses * PACKETS:
        raise RuntimeError("a nurse's packet was not made: see the error above")
    first, tenth = (quartiles([each[place] for each in times])[1] for place in (0, PACKETS - 1))
    return {"first": first, "tenth": tenth, "median": quartiles(every)[1], "p95": every[int(0.95 * (len(every) - 1))]}
