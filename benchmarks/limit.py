"""The lower limit of a batch: read its finished packets with pdfium, and write each to the disk as a batch does.

python -m benchmarks.limit FOLDER PROCESSES
"""

from __future__ import annotations

import json
import multiprocessing
import resource
import sys
import tempfile
import time
from pathlib import Path

from packets.storage.files import write_whole
from packets.verify.extract_text import read


def read_and_write(paths: list[Path], folder: Path) -> None:
    for path in paths:
        data = path.read_bytes()
        read(data)
        write_whole(folder / path.name, data)


def main(source: Path, processes: int) -> None:
    paths = sorted(source.glob("????-????.pdf"))
    with tempfile.TemporaryDirectory(dir=source.parent) as folder:
        began = time.monotonic()
        shares = [
            multiprocessing.Process(target=read_and_write, args=(paths[first::processes], Path(folder)))
            for first in range(processes)
        ]
        for share in shares:
            share.start()
        for share in shares:
            share.join()
        seconds = time.monotonic() - began
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(json.dumps({"packets": len(paths), "seconds": seconds, "cpu": used.ru_utime + used.ru_stime}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
