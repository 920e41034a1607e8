"""Measure a ward server with many nurses at once: from Make to the picture of page 1, and its memory.

    python benchmarks/ward.py --nurses 20 --packets 100 --think 3

Each nurse makes packets for other patients and waits between two of them, about `--think` seconds: a minute of
thinking, scaled down. The server is its own process behind its Unix socket; nginx would add about a millisecond.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT))

from commands import quartiles  # noqa: E402

from tests.clock import PROGRAM  # noqa: E402
from tests.web.ward import HOST, WardClient  # noqa: E402


def memory_mb(process: int) -> float:
    status = Path(f"/proc/{process}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1000  # type: ignore[index]


def work(client: WardClient, packets: int, think: float, nurse: int, times: list[float]) -> None:
    client.open()
    pause = random.Random(nurse)
    for number in range(packets):
        time.sleep(pause.uniform(0.5, 1.5) * think)
        began = time.perf_counter()
        name = f"Rosa Sample {chr(65 + nurse % 26)}{chr(97 + number % 26)}"
        shown = client.send(mrn=f"{nurse:04}{number:04}", patient_name=name)
        picture = shown.body.decode().partition('src="/packets/')[2].partition('"')[0]
        assert client.get(f"/packets/{picture}").headers["Content-Type"] == "image/png", shown.text
        times.append(time.perf_counter() - began)
        client.answers.clear()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nurses", type=int, default=20)
    parser.add_argument("--packets", type=int, default=100, help="that each nurse makes")
    parser.add_argument("--think", type=float, default=3.0, help="seconds between two packets of a nurse")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ward-") as name:
        folder = Path(name)
        (folder / "days").mkdir()
        users = "".join(f"  - {{user: nurse{number}, role: nurse}}\n" for number in range(given.nurses))
        (folder / "ward.yaml").write_text(
            f"socket: {folder}/packets.sock\nhosts: [{HOST}]\nuser_header: X-Remote-User\nusers:\n{users}"
            f"days: {folder}/days\nsite_key: {folder}/site.key\n"
        )
        (folder / "site.key").write_text("5a" * 32)
        (folder / "site.key").chmod(0o600)
        command = [sys.executable, PROGRAM, "serve", "--ward", str(folder / "ward.yaml")]
        process = subprocess.Popen(command, env={**os.environ, "HOME": name})
        try:
            measure(folder, process.pid, given)
        finally:
            process.terminate()
            process.wait(90)


def measure(folder: Path, server: int, given: argparse.Namespace) -> None:
    while not (folder / "packets.sock").exists():
        time.sleep(0.1)
    time.sleep(3)
    times: list[list[float]] = [[] for _ in range(given.nurses)]
    clients = [WardClient(0, path=folder / "packets.sock", user=f"nurse{number}") for number in range(given.nurses)]
    threads = [
        threading.Thread(target=work, args=(client, given.packets, given.think, nurse, each), daemon=True)
        for nurse, (client, each) in enumerate(zip(clients, times, strict=True))
    ]
    began, shown = time.perf_counter(), 0
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        time.sleep(0.5)
        made = sum(map(len, times))
        if made >= shown:
            print(f"{made:5} packets: {memory_mb(server):4.0f} MB", flush=True)
            shown += max(1, given.nurses * given.packets // 10)
    every = sorted(second for each in times for second in each)
    seconds = time.perf_counter() - began
    print(f"{given.nurses} nurses, {len(every)} packets in {seconds:.0f} s, {memory_mb(server):.0f} MB at the end")
    print(f"median {quartiles(every)[1]:.2f} s, 95th percentile {every[int(0.95 * (len(every) - 1))]:.2f} s")


if __name__ == "__main__":
    main()
