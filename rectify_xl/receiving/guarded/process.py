"""One reader process from its parent's side: started, asked, and ended when it dies, hangs or answers garbage."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Thread
from time import monotonic
from typing import IO, Any

import rectify_xl
from rectify_xl.receiving.guarded.limits import MIB, process_limits
from rectify_xl.receiving.guarded.wire import Garbage, OutOfMemory, Task, receive, records, send

# What the process runs; its paths are given as arguments, so that it imports what this process would. Until it has
# started it makes no circles.
_CHILD = "import gc, sys; gc.disable(); sys.path[:0] = sys.argv[1:]; from {module} import main; main()"
# How many times its seconds a process has beyond them on a machine that hardly lets it run, by its state there: one
# that runs or waits for a processor is ended by its processor time long before, one that waits for a disk is not.
_PATIENCE = {"R": 30, "D": 2}
CHILD_MODULE = "rectify_xl.receiving.guarded.child"
_OUT_OF_MEMORY = (b"memory allocation of", b"MemoryError", b"bad_alloc")


class Broken(Exception):
    """A process that gave no answer; `code` and `case` are the finding's about the item it was at."""

    def __init__(self, code: str, case: str = "", last_words: str = "") -> None:
        super().__init__(f"{code} {case}\n{last_words}")
        self.code, self.case, self.last_words = code, case, last_words


class ReaderProcess:
    """A running reader process; starting it does not wait for it. Raises OSError where none can be started."""

    def __init__(self) -> None:
        limits = process_limits()
        self._most = limits.answer_mib * MIB
        self._seconds, self._start_seconds = limits.seconds, limits.start_seconds
        self._task: Task | None = None
        self._has_started = self._is_overdue = False
        self.is_fresh = True
        self.is_limited = False
        self._process = subprocess.Popen(
            _command(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=_environment(),
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        self._until = monotonic() + self._start_seconds
        self._last_words: deque[bytes] = deque(maxlen=64)
        self._listener = Thread(target=self._listen, daemon=True)
        self._listener.start()
        if sys.platform == "win32":
            from rectify_xl.receiving.guarded.windows_job import confined

            self._job = confined(self._process, limits.memory_mib)
            self.is_limited = self._job is not None

    def prepare(self, task: Task) -> None:
        """Makes the process ready for a task, unless it is; Broken where that fails, with its last words."""
        self._until = monotonic() + self._start_seconds  # it may have waited for long until somebody came
        if not self._has_started:
            self.is_limited = bool(self._receive()) or self.is_limited
            self._has_started = True
        if self._task != task:
            self._send(task)
            self._receive()
            self._task = task

    def ask(self, items: Sequence[Any]) -> Iterator[Any]:
        """The answer on every item in order; Broken at the one that has none."""
        self._send(list(items))
        for _ in items:
            self._until = monotonic() + self._seconds
            answer = self._receive()
            if isinstance(answer, OutOfMemory):
                raise Broken("limit-memory")
            self.is_fresh = False
            yield answer

    def is_alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.poll() is None

    def end_if_overdue(self) -> None:
        """Ends a process that has not answered in time: whoever waits for it gets Broken("limit-time").

        One that is at work but is hardly let to by a busy machine has some more; its processor time is limited too.
        """
        late = monotonic() - self._until
        if late > 0 and late > _PATIENCE.get(_state(self._process.pid), 0) * self._seconds:
            self._is_overdue = True
            self._process.kill()

    def end(self) -> None:
        """Ends the process, whatever it does."""
        self._process.kill()
        self._process.wait()
        self._listener.join()
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe is not None:
                _close_pipe(pipe)

    def _send(self, message: Any) -> None:
        assert self._process.stdin is not None
        try:
            send(self._process.stdin, message)
        except OSError as error:
            raise self._why_broken() from error

    def _receive(self) -> Any:
        assert self._process.stdout is not None
        try:
            payload = receive(self._process.stdout, self._most)
            if payload is not None:
                return records(payload)
        except Garbage as error:
            is_too_much = bool(error.args[0])
            raise Broken("limit-memory" if is_too_much else "damaged", "" if is_too_much else "crashed") from error
        raise self._why_broken()

    def _why_broken(self) -> Broken:
        """Why the process ended: its time, its processor time, its memory, or a crash."""
        self._process.kill()
        status = self._process.wait()
        self._listener.join()
        last_words = b"".join(self._last_words)
        if self._is_overdue or -status == getattr(signal, "SIGXCPU", None):
            return Broken("limit-time")
        if any(sign in last_words for sign in _OUT_OF_MEMORY):
            return Broken("limit-memory")
        return Broken("damaged", "crashed", last_words.decode("utf-8", "replace"))

    def _listen(self) -> None:
        """Reads the process's standard error, so that it is not printed; its end is kept."""
        assert self._process.stderr is not None
        while output := os.read(self._process.stderr.fileno(), 4096):
            self._last_words.append(output)


def _state(pid: int) -> str:
    """The letter of a process's state: R runs or waits for a processor, D for a disk; "" where no system tells it."""
    try:
        stat_line = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return stat_line.rpartition(")")[2].split()[0]


def _command() -> list[str]:
    paths = [str(Path(rectify_xl.__file__).parents[1]), *(path for path in sys.path if path)]
    flags = ["-I", "-S", "-X", f"utf8={int(sys.getfilesystemencoding() == 'utf-8')}"]
    # A virtual environment on Windows starts the real interpreter as a second process, which no limit would reach.
    program = getattr(sys, "_base_executable", "") if sys.platform == "win32" else ""
    return [program or sys.executable, *flags, "-c", _CHILD.format(module=CHILD_MODULE), *paths]


def _environment() -> dict[str, str]:
    """Ours, with one heap, as address space is what is limited, and with short last words."""
    return {**os.environ, "MALLOC_ARENA_MAX": "1", "RUST_BACKTRACE": "0"}


def _close_pipe(pipe: IO[bytes]) -> None:
    with suppress(OSError):  # what was not written yet has nobody to read it
        pipe.close()
