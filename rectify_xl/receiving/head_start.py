"""How many reader processes to start for so many files, and their start while the rest of the program is loaded."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path

from rectify_xl.facts.fact_files import read_toml
from rectify_xl.receiving.guarded.pool import start_ahead

# So many files are given to a process at once.
CHUNK = 25
# Starting a process costs about as much as reading this many files.
FILES_WORTH_A_PROCESS = 60


def worker_count(workers: int | None, files: int) -> int:
    """The number of processes that read so many files: `workers` if given."""
    if workers is not None:
        return max(1, workers)
    return 1 if files < FILES_WORTH_A_PROCESS else max(1, min(os.cpu_count() or 1, files // CHUNK))


def processes_for(files: int, workers: int | None) -> int:
    """The number of processes to start for so many files: none for which there would be no chunk."""
    return min(worker_count(workers, files), -(-files // CHUNK))


def begin(folder: str | Path, workers: int | None = None) -> None:
    """Starts the processes that will read what came into a workspace's 收件 since its last run; waits for nothing.

    It guesses by the files' times: a run starts processes that are missing, and ends those that are not needed.
    """
    names = read_toml("workspace.toml")
    with suppress(OSError):
        since = _modified_at(Path(folder, names["memory"]))
        most = max(worker_count(workers, 1_000_000) * CHUNK, FILES_WORTH_A_PROCESS)  # more need not be counted
        files = sum(1 for _ in islice(_changed_since(Path(folder, names["inbox"]), since), most))
        if files:
            start_ahead(processes_for(files, workers))


def _modified_at(path: Path) -> float:
    return path.stat().st_mtime if path.exists() else 0.0


def _changed_since(folder: Path, since: float) -> Iterator[str]:
    """The files below a folder that were made or changed after a time."""
    for parent, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(parent, name)  # noqa: PTH118 - a name may hold bytes that are not UTF-8
            status = os.lstat(path)
            if max(status.st_mtime, status.st_ctime) > since:
                yield path
