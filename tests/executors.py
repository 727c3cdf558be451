"""Executors for tests: one that weighs what travels, one whose workers die, and workers that see what they may."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future
from pickle import dumps, loads
from typing import Any


class Weighing(Executor):
    """Works at once, on pickled copies of what it is given; `sent` and `came` are the bytes that would travel."""

    def __init__(self, sees: Callable[[Any], Any] = lambda chunk: chunk) -> None:
        self.sent: list[int] = []
        self.came: list[int] = []
        self.said: list[Any] = []
        self._sees = sees

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        order = dumps((fn, args, kwargs))
        called, (chunk, *rest), named = loads(order)
        future: Future[Any] = Future()
        try:
            said = called(self._sees(chunk), *rest, **named)
        except BaseException as error:
            future.set_exception(error)
            return future
        answer = dumps(said)
        self.sent.append(len(order))
        self.came.append(len(answer))
        self.said.append(said)
        future.set_result(loads(answer))
        return future


class Dying(Executor):
    """Works as often as is said, then every worker is dead: what waits breaks, and nothing more is taken."""

    def __init__(self, works: int, takes: int) -> None:
        self._works, self._takes = works, takes

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        if self._takes <= 0:
            raise BrokenExecutor
        self._takes -= 1
        self._works -= 1
        future: Future[Any] = Future()
        if self._works >= 0:
            future.set_result(fn(*args, **kwargs))
        else:
            future.set_exception(BrokenExecutor())
        return future


def killing(chunk: Any, context: bytes, guard: bool) -> Any:
    """Reads a chunk as an unguarded worker does, which a file called 坏.xlsx kills."""
    import os
    import signal

    from rectify_xl.receiving.engine import _chunk_read

    if any(source.name == "坏.xlsx" for source in chunk):
        os.kill(os.getpid(), signal.SIGKILL)
    return _chunk_read(chunk, context, guard)
