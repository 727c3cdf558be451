"""Breaks a weekly run at every write, in forks of this one process, and tells what was left and what the next run made.

    python tests/fault_driver.py WORKSPACE_BEFORE SCRATCH [EVERY [CHILDREN]]

WORKSPACE_BEFORE holds a run of an earlier day and something new in its inbox. With CHILDREN the runs have child
processes as large ones do; what breaks this process's step so-and-so may break theirs too. Prints one JSON line a
broken run.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import sqlite3
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from rectify_xl import files
from rectify_xl.excel.marked import copy_or_reason
from rectify_xl.model import Return
from rectify_xl.receiving import engine
from rectify_xl.receiving.intake import Source
from rectify_xl.runs import child_process, pipeline, read_options, run_lock, unchanged, weekly, workspace

DAY = date(2005, 5, 26)
KILLED = 9
ERRORS = (errno.ENOSPC, errno.EIO)
Tree = dict[str, Any]


def tree(folder: Path) -> Tree:
    """Every file below a folder but the inbox: bytes by path, of a memory what it says."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): _content(path) for path in found if "收件" not in path.parts}


def _content(path: Path) -> Any:
    if path.suffix == ".sqlite":
        with closing(sqlite3.connect(path)) as held:  # while it is open no run merges the log of its memory
            return list(held.iterdump())
    return path.read_bytes() if not path.name.endswith(("-wal", "-shm", "-journal")) else b""


def run(folder: Path) -> None:
    """The weekly run, its files read in this process: what is broken here is writing."""
    pipeline.run_workspace(folder, as_of=DAY)


def marked_here(wanted: Sequence[tuple[Source, Return]], *, send_by: date, lang: str) -> list[bytes | str]:
    """Marked copies made in this process."""
    return [copy_or_reason(Path(source.path).read_bytes(), held, send_by=send_by, lang=lang) for source, held in wanted]


def steps_of(folder: Path) -> list[str]:
    """The steps of a run that nothing breaks."""
    steps: list[str] = []
    files.at = lambda step, path: steps.append(f"{step} {path.relative_to(folder).as_posix()}")
    run(folder)
    files.at = lambda step, path: None
    return steps


def breaking(at: int, strike: Callable[[Path], object]) -> Callable[[str, Path], None]:
    """What `files.at` becomes: strikes at the step number `at`, leaving half a file where one was to be written."""
    left = iter(range(at, -1, -1))

    def reached(step: str, path: Path) -> None:
        if next(left, -1) == 0:
            if step == "write":
                path.write_bytes(b"PK half")
            strike(path)

    return reached


def killed(folder: Path, at: int) -> int:
    """Runs in a fork that is killed at a step; its exit status."""
    child = os.fork()
    if not child:
        files.at = breaking(at, lambda path: os._exit(KILLED))
        run(folder)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def failed(folder: Path, at: int) -> int:
    """Runs into a full disk or an error of the disk at a step; its error number."""
    number = ERRORS[at % len(ERRORS)]

    def strike(path: Path) -> None:
        raise OSError(number, os.strerror(number), str(path))

    files.at = breaking(at, strike)
    try:
        run(folder)
    except OSError as error:
        return error.errno or 0
    finally:
        files.at = lambda step, path: None
    return 0


def _is_passing(name: str) -> bool:
    """Whether a name is one that a killed run may leave: of a half-written file, its lock, or SQLite's own notes."""
    return name.startswith((files.TEMPORARY_PREFIX, ".rectify_xl.lock")) or name.endswith(("-wal", "-shm", "-journal"))


def _wait_for_children(folder: Path) -> None:
    """Until the children of a killed run have ended with it: they hold its lock as long as they live."""
    with run_lock.locked(folder, "run", DAY):
        pass


def told(folder: Path, before: Tree, after: Tree, status: int, *, again: bool) -> dict[str, Any]:
    """What stands there after a broken run, and whether another makes good what is missing."""
    _wait_for_children(folder)
    found = tree(folder)
    left = {name: data for name, data in found.items() if not _is_passing(Path(name).name)}
    torn = [name for name, data in left.items() if data not in (before.get(name), after.get(name))]
    lost = [name for name in before if name not in left]
    if again:
        run(folder)
    made = tree(folder)
    differs = sorted(name for name in made.keys() | after.keys() if made.get(name) != after.get(name)) if again else []
    memory = [name for name in torn if name.endswith(".sqlite")]
    half = [name for name in found if Path(name).name.startswith(files.TEMPORARY_PREFIX)]
    return {"status": status, "torn": sorted(set(torn) - set(memory)), "lost": lost, "differs": differs, "half": half}


def main(start: Path, scratch: Path, every: int = 1, children: int = 0) -> None:
    """Every step of the run once killed, once failed."""
    if children:
        weekly._FILES_WORTH_A_CHILD = weekly._ITEMS_WORTH_A_CHILD = 1
        assert child_process._has_one_thread()
    read_options.read_all = partial(engine.read_all, guard=False)  # type: ignore[assignment]
    workspace.marked_copies = marked_here  # type: ignore[attr-defined]
    unchanged._SETTLED = float("inf")  # what the system notes of a file is another thing in every copy of the folder
    whole = shutil.copytree(start, scratch / "whole")
    before = tree(start)
    steps = steps_of(whole)
    after = tree(whole)
    for at in range(0, len(steps), every):
        for way in (killed, failed):
            folder = shutil.copytree(start, scratch / f"{way.__name__}-{at}")
            status = way(folder, at)
            again = way is killed or at % (4 * every) == 0
            found = told(folder, before, after, status, again=again)
            print(json.dumps({"way": way.__name__, "step": steps[at], **found}, ensure_ascii=False), flush=True)
            shutil.rmtree(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), *(int(given) for given in sys.argv[3:]))
