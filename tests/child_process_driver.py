"""A weekly run that has child processes at any size, in a process with no other thread.

    python tests/child_process_driver.py WORKSPACE DAY [SPOILED]

SPOILED names the method of the workspace or its archive that breaks in a child, and how: draft_results:raise,
keep:kill. Prints how many children were forked.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from rectify_xl.runs import child_process, pipeline, weekly
from rectify_xl.runs.archive import Archive
from rectify_xl.runs.workspace import Workspace

WAYS: dict[str, Callable[[], object]] = {
    "raise": lambda: (_ for _ in ()).throw(OSError(28, "full")),
    "kill": lambda: os.kill(os.getpid(), signal.SIGKILL),
}


def spoil(method: str, way: str) -> None:
    """Lets a method do half its work and then break, wherever it is called but in this very process."""
    owner = Archive if hasattr(Archive, method) else Workspace
    whole, original = getattr(owner, method), os.getpid()

    def spoiled(*given: Any, **named: Any) -> Any:
        done = whole(*given, **named)
        return done if os.getpid() == original else WAYS[way]()

    setattr(owner, method, spoiled)


def main(folder: str, day: str, spoiled: str = "") -> None:
    weekly._FILES_WORTH_A_CHILD = weekly._ITEMS_WORTH_A_CHILD = 1
    made, fork = [], os.fork

    def counted() -> int:
        made.append(pid := fork())
        return pid

    os.fork = counted
    if spoiled:
        spoil(*spoiled.split(":"))
    pipeline.run_workspace(Path(folder), as_of=date.fromisoformat(day))
    print(len(made))


if __name__ == "__main__":
    assert child_process._has_one_thread()
    main(*sys.argv[1:])
