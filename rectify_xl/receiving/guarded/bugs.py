"""Bugs of ours that ended a reader process: the file has its verdict, and the traceback is logged or collected."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rectify_xl.receiving.guarded.pool import Failure

_LOG = logging.getLogger("rectify_xl")
_TRACEBACK = "Traceback (most recent call last)"


def tell(file: str, failure: Failure) -> None:
    """Logs the traceback with which a process ended while it was at a file.

    A library that aborts or a limit that is reached is no bug of ours: the file's verdict says all there is.
    """
    start = failure.last_words.find(_TRACEBACK)
    if failure.case == "crashed" and start >= 0:
        _LOG.error("%s\n%s", file, failure.last_words[start:].rstrip())


class _Collector(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.tracebacks: dict[str, str] = {}

    def emit(self, record: logging.LogRecord) -> None:
        file, _, traceback = record.getMessage().partition("\n")
        self.tracebacks.setdefault(file, traceback)


@contextmanager
def kept() -> Iterator[dict[str, str]]:
    """The tracebacks by file that are logged meanwhile, instead of being printed."""
    collector, propagates = _Collector(), _LOG.propagate
    _LOG.addHandler(collector)
    _LOG.propagate = False
    try:
        yield collector.tracebacks
    finally:
        _LOG.propagate = propagates
        _LOG.removeHandler(collector)
