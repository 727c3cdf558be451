"""The command `rectify-xl` as a whole process, which tells at its end what memory it and its processes took.

    python benchmarks/our_run.py FIGURES run DIR --workers 2 ...

Writes into the file FIGURES as JSON: the largest MiB of the `parent`, of a `copy` of it that worked beside it, and of a
`worker` that read files (`copy` is 0 where none was larger than a worker); and the seconds that went by while the
`marked` copies were made. Ends as the command does.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

from rectify_xl.cli import main
from rectify_xl.receiving.guarded.process import ReaderProcess
from rectify_xl.runs.workspace import Workspace

WORKERS = [0.0]
MARKED = [0.0]


def told_at_its_end(process: ReaderProcess) -> None:
    """`ReaderProcess.end`, which first asks what the process took at most."""
    if process.is_alive():
        lines = Path(f"/proc/{process._process.pid}/status").read_text(encoding="utf-8").splitlines()
        WORKERS.extend(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))
    _END(process)


def timed(place: Workspace, *given: Any) -> tuple[str, ...]:
    """`Workspace.send_back`, with the time it takes."""
    start = time.perf_counter()
    made = _SEND_BACK(place, *given)
    MARKED.append(time.perf_counter() - start)
    return made


_END, _SEND_BACK = ReaderProcess.end, Workspace.send_back
ReaderProcess.end = told_at_its_end  # type: ignore[method-assign]
Workspace.send_back = timed  # type: ignore[method-assign, assignment]

if __name__ == "__main__":
    try:
        main(sys.argv[2:])
    finally:
        parent, child = (resource.getrusage(kind).ru_maxrss / 1024 for kind in (0, resource.RUSAGE_CHILDREN))
        worker = max(WORKERS)
        copy = child if child > worker + 1 else 0.0
        told = {"parent": parent, "copy": copy, "worker": worker, "marked": sum(MARKED)}
        Path(sys.argv[1]).write_text(json.dumps(told), encoding="utf-8")
