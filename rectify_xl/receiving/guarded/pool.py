"""The pool of reader processes: idle ones, busy ones, the watch over their clocks, and what follows a failure."""

from __future__ import annotations

import atexit
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Event, Lock, Thread
from typing import Any, NamedTuple

from rectify_xl.receiving.guarded.process import Broken, ReaderProcess
from rectify_xl.receiving.guarded.wire import Task

# How often, in seconds, somebody looks whether a process is overdue.
_WATCH_SECONDS = 0.2


class Failure(NamedTuple):
    """Instead of an answer: the finding about an item that no process could answer, and the process's last words."""

    code: str
    case: str
    last_words: str = ""


class Ended(Exception):
    """Nobody waits for the answers any more."""


class _Waiting:
    """The idle reader processes of this process."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.processes: list[ReaderProcess] = []
        self.keepers = 0
        self.is_limited = True

    def pop(self) -> ReaderProcess | None:
        with self.lock:
            return self.processes.pop() if self.processes else None

    def push(self, process: ReaderProcess) -> None:
        with self.lock:
            self.processes.append(process)

    def forget(self) -> None:
        self.lock, self.processes = Lock(), []

    def clear(self) -> None:
        with self.lock:
            processes, self.processes = self.processes, []
        for process in processes:
            process.end()


_WAITING = _Waiting()
atexit.register(_WAITING.clear)
if hasattr(os, "register_at_fork"):  # the pipes of a process have one reader: a fork starts its own
    os.register_at_fork(after_in_child=_WAITING.forget)


@contextmanager
def kept(start: int = 0) -> Iterator[None]:
    """Within this, processes wait for the next call instead of being ended; at least `start` wait from the start."""
    with _WAITING.lock:
        _WAITING.keepers += 1
        missing = start - len(_WAITING.processes)
    try:
        for _ in range(missing):
            _WAITING.push(ReaderProcess())
        yield
    finally:
        with _WAITING.lock:
            _WAITING.keepers -= 1
        end_waiting()


def start_ahead(count: int) -> None:
    """Starts so many processes, which wait for the next call and end with it. Raises OSError where none can be."""
    for _ in range(count):
        _WAITING.push(ReaderProcess())


def end_waiting() -> None:
    """Ends the processes that wait for work, unless somebody keeps them."""
    if not _WAITING.keepers:
        _WAITING.clear()


def limits_memory() -> bool:
    """Whether every process so far could limit its memory; where not, only clock and size guard it."""
    return _WAITING.is_limited


class Readers:
    """The processes of one call. Entered, a thread watches their clocks; at the end those at work are ended."""

    def __init__(self) -> None:
        self._busy: set[ReaderProcess] = set()
        self._lock = Lock()
        self._ended = Event()
        self._watcher = Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Readers:
        self._watcher.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        with self._lock:
            processes = list(self._busy)
        for process in processes:
            process.end()
        self._watcher.join()

    def answers(self, task: Task, items: Sequence[Any]) -> list[Any]:
        """What a process answers on each item, in order, or a Failure.

        An item at which a process breaks is asked once more alone, of a fresh process; one that took too long is not.
        Raises OSError where no process can be started, RuntimeError where one cannot do its task at all.
        """
        answers: list[Any] = []
        while len(answers) < len(items):
            new_answers, failure = self._ask(task, items[len(answers) :])
            answers += new_answers
            if failure and failure.code != "limit-time":
                new_answers, failure = self._ask(task, items[len(answers) : len(answers) + 1], is_fresh=True)
                answers += new_answers
            if failure:
                answers.append(failure)
        return answers

    def _ask(self, task: Task, items: Sequence[Any], *, is_fresh: bool = False) -> tuple[list[Any], Failure | None]:
        process, answers = self._process_for(task, is_fresh=is_fresh), []
        try:
            for answer in process.ask(items):
                answers.append(answer)
        except Broken as error:
            self._release(process)
            return answers, Failure(error.code, error.case, error.last_words)
        self._release(process, is_reusable=True)
        return answers, None

    def _process_for(self, task: Task, *, is_fresh: bool) -> ReaderProcess:
        """A process that knows the task; one that waited and has died meanwhile is nobody's fault."""
        while True:
            process = (None if is_fresh else _WAITING.pop()) or ReaderProcess()
            with self._lock:
                self._busy.add(process)
            if self._ended.is_set():
                self._release(process)
                raise Ended
            try:
                process.prepare(task)
            except Broken as error:
                was_fresh = process.is_fresh
                self._release(process)
                if was_fresh and not self._ended.is_set():
                    raise RuntimeError(f"a reader process could not do its task: {error}") from error
            else:
                _WAITING.is_limited = _WAITING.is_limited and process.is_limited
                return process

    def _release(self, process: ReaderProcess, *, is_reusable: bool = False) -> None:
        with self._lock:
            self._busy.discard(process)
        if is_reusable and not self._ended.is_set():
            _WAITING.push(process)
        else:
            process.end()

    def _watch(self) -> None:
        while not self._ended.wait(_WATCH_SECONDS):
            with self._lock:
                watched = list(self._busy)
            for process in watched:
                process.end_if_overdue()
