"""Work that a copy of this process does beside it, where copying is cheap and safe."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread, active_count
from time import monotonic, sleep

WasDone = Callable[[], bool]
# How long (seconds) a thread that has ended may still be counted by the system.
_MOMENT = 0.2
_KILL = getattr(signal, "SIGKILL", signal.SIGTERM)


def _never() -> bool:
    return False


@contextmanager
def done_beside(work: Callable[[], object], *, is_worth: bool = True) -> Iterator[WasDone]:
    """Has a copy of this process do some work meanwhile; gives what waits for it and tells whether it was done.

    Where that is False (nothing was begun, it failed, or it was killed) the caller does the work itself and meets the
    trouble itself: so the work may be left at any point and begun again, and changes nothing that others look at. What
    it changes in memory is lost. On leaving, whatever still runs is ended. Only Linux copies a process so cheaply.
    """
    if sys.platform != "linux" or not is_worth or not _is_alone():
        yield _never
        return
    heard, held = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(held)
        _as_copy(work, heard)
    os.close(heard)
    copy = _Copy(pid)
    try:
        yield copy.was_done
    finally:
        copy.end()
        os.close(held)


def _is_alone() -> bool:
    """Whether this process has no other thread: in a copy there would be none, and what it held would stay locked.

    A thread that was waited for to its end may be with the system for a moment more.
    """
    until = monotonic() + _MOMENT
    while not (is_alone := len(list(Path("/proc/self/task").iterdir())) == 1):
        if active_count() > 1 or monotonic() > until:
            break
        sleep(_MOMENT / 100)
    return is_alone


def _as_copy(work: Callable[[], object], heard: int) -> None:
    """What the copy does: the work, and nothing else of what this process would do at its end."""
    status = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is the original's to handle
        Thread(target=_end_with, args=(heard,), daemon=True).start()
        work()
        status = 0
    finally:
        os._exit(status)


def _end_with(heard: int) -> None:
    """Ends the copy when the original ends, however it does."""
    os.read(heard, 1)
    os._exit(1)


class _Copy:
    """A copy of this process as the original holds it."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._status: int | None = None

    def was_done(self) -> bool:
        """Waits for the copy's end; whether it did its work."""
        if self._status is None:
            _, self._status = os.waitpid(self._pid, 0)
        return self._status == 0

    def end(self) -> None:
        """Ends the copy if nobody waited for it."""
        if self._status is None:
            os.kill(self._pid, _KILL)
            self.was_done()
