"""Bugs of ours that ended a reader process: the file has its verdict, and the traceback is kept for whoever asks."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rectify_xl.receiving.guarded.pool import Failure

_LOG = logging.getLogger("rectify_xl")
_SIGN = "Traceback (most recent call last)"


def tell(file: str, failure: Failure) -> None:
    """Tells the log of a process that ended with a traceback while it was at a file.

    A library that aborts or a limit that is reached is no bug of ours: the file's verdict says all there is.
    """
    at = failure.told.find(_SIGN)
    if failure.case == "crashed" and at >= 0:
        _LOG.error("%s\n%s", file, failure.told[at:].rstrip())


class _Keeping(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.found: dict[str, str] = {}

    def emit(self, record: logging.LogRecord) -> None:
        file, _, traceback = record.getMessage().partition("\n")
        self.found.setdefault(file, traceback)


@contextmanager
def kept() -> Iterator[dict[str, str]]:
    """The tracebacks by file that are told meanwhile, instead of being printed."""
    keeping, passes_on = _Keeping(), _LOG.propagate
    _LOG.addHandler(keeping)
    _LOG.propagate = False
    try:
        yield keeping.found
    finally:
        _LOG.propagate = passes_on
        _LOG.removeHandler(keeping)
