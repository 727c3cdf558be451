"""A reader process that does what a file's name asks for instead of reading it: the worst that reading could do."""

from __future__ import annotations

import ctypes
import os
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

from rectify_xl.grid import RawBook
from rectify_xl.judging.judge import Received
from rectify_xl.model import Return
from rectify_xl.receiving import carrying, reading
from rectify_xl.receiving.guarded import child
from rectify_xl.receiving.intake import Source

_opened = reading.read_source
_told = os.dup(1)
_served: list[str] = []


def _panic() -> None:
    raise BaseException("a panic of a library that is no Exception")


def _abort() -> None:
    os.write(2, b"memory allocation of 4398046511104 bytes failed\n")
    os.abort()


def _print() -> None:
    print("noise on standard output")
    print("noise on standard error", file=sys.stderr)
    os.write(1, b"rxl1" * 100)


def _work() -> None:
    until = time.monotonic() + 2
    while time.monotonic() < until:
        pass


MISDEEDS: dict[str, Callable[[], object]] = {
    "panic": _panic,
    "abort": _abort,
    "segfault": lambda: ctypes.string_at(1),
    "eat": lambda: bytearray(600 << 20),
    "hang": lambda: time.sleep(600),
    "work": _work,
    "print": _print,
    "garbage": lambda: os.write(_told, os.urandom(64)),
    "boast": lambda: os.write(_told, b"rxl1" + b"\xff" * 12),
    "connect": lambda: socket.create_connection(("203.0.113.1", 9), timeout=1),
}


def opened(source: Source) -> tuple[Received, RawBook] | Return:
    """Does as the name says; then, or for any other name, reads the file as the real process does."""
    misdeed = Path(source.name).stem.partition("-")[0]
    if misdeed == "foreign":
        return Return(file="another file")
    if misdeed == "pickle":
        return _Evil(file=source.name)
    _served.append(source.name)
    if misdeed == "tired" and len(_served) > 1:
        os._exit(1)
    if misdeed in MISDEEDS:
        MISDEEDS[misdeed]()
    return _opened(source)


class _Evil(Return):
    def __reduce__(self) -> tuple[object, ...]:
        return os.system, ("touch evil",)


def main() -> None:
    """The life of this process."""
    reading.read_source = carrying.read_source = opened
    child.main()
