"""Work done by a forked child process while this one goes on, where forking is cheap and safe."""

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
# The niceness of a child that gives way: it runs at a third of the pace where processors are short.
_GIVES_WAY = 5
# How long (seconds) the system may still count a thread that has ended.
_THREAD_GRACE = 0.2
_KILL = getattr(signal, "SIGKILL", signal.SIGTERM)


def _never() -> bool:
    return False


@contextmanager
def done_by_child(work: Callable[[], object], *, is_worth: bool = True, gives_way: bool = False) -> Iterator[WasDone]:
    """Has a child process do some work; gives a function that waits for its end and returns whether it was done.

    Where that is False (no child was started, it failed, or it was killed) the caller does the work itself and meets
    the error itself. So `work` must be safe to stop at any point and to do again, and what it changes in memory is
    lost. A child that `gives_way` leaves the processors to others that want them. On leaving, a child that still runs
    is killed. Only Linux forks so cheaply.
    """
    if sys.platform != "linux" or not is_worth or not _has_one_thread():
        yield _never
        return
    pipe_read, pipe_write = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(pipe_write)
        os.nice(_GIVES_WAY if gives_way else 0)
        _run_in_child(work, pipe_read)
    os.close(pipe_read)
    child = _Child(pid)
    try:
        yield child.was_done
    finally:
        child.end()
        os.close(pipe_write)


def _has_one_thread() -> bool:
    """Whether this process has no other thread: a child would have none of them, and their locks would stay locked.

    The system may still count a thread for a moment after it was joined.
    """
    until = monotonic() + _THREAD_GRACE
    while not (has_one := len(list(Path("/proc/self/task").iterdir())) == 1):
        if active_count() > 1 or monotonic() > until:
            break
        sleep(_THREAD_GRACE / 100)
    return has_one


def _run_in_child(work: Callable[[], object], pipe_read: int) -> None:
    """Does the work in the child, and nothing else of what this program does when it ends."""
    status = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is the parent's to handle
        Thread(target=_exit_with_parent, args=(pipe_read,), daemon=True).start()
        work()
        status = 0
    finally:
        os._exit(status)


def _exit_with_parent(pipe_read: int) -> None:
    """Ends the child when the parent ends, which closes the pipe however it ends."""
    os.read(pipe_read, 1)
    os._exit(1)


class _Child:
    """A child process as its parent sees it."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._status: int | None = None

    def was_done(self) -> bool:
        """Waits for the child's end and returns whether it did its work."""
        if self._status is None:
            _, self._status = os.waitpid(self._pid, 0)
        return self._status == 0

    def end(self) -> None:
        """Kills the child if nobody waited for it."""
        if self._status is None:
            os.kill(self._pid, _KILL)
            self.was_done()
