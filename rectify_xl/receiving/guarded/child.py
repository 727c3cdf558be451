"""The life of a reader process: it hears a task, answers item by item, and ends when nobody asks any more."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Callable
from importlib import import_module
from pickle import loads
from typing import IO, Any

from rectify_xl.receiving.guarded import confine
from rectify_xl.receiving.guarded.limits import MIB, ProcessLimits, process_limits
from rectify_xl.receiving.guarded.wire import OutOfMemory, Task, receive, send

Answer = Callable[[Any], Any]
# Every task: the function that is called with a task's context and gives what answers one item.
TASKS = {
    "read": "rectify_xl.receiving.reading:reader_for",
    "carry": "rectify_xl.receiving.carrying:carrier_for",
    "mark": "rectify_xl.excel.marked:marker_for",
    "unpack": "rectify_xl.receiving.unpacking:unpacker_for",
}
# What one request may have: settings of many thousand units.
_LONGEST_REQUEST = 1024 * MIB


def main() -> None:
    """Serves the process at the other end of the pipes until it closes them."""
    # An interrupt at the terminal is the parent's to handle: it ends its processes itself.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    asked, told = sys.stdin.buffer, _own_output()
    limits = process_limits()
    maker("read")
    is_limited = confine.limit_memory(limits.memory_mib)
    sys.dont_write_bytecode = True
    confine.forbid()
    # What is loaded by now stays: nobody needs to look for circles in it.
    gc.freeze()
    gc.enable()
    send(told, is_limited)
    _serve(asked, told, limits)


def _own_output() -> IO[bytes]:
    """The pipe to the parent; whatever prints from now on prints into nothing."""
    told = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.close(nothing)
    return told


def maker(task: str) -> Callable[[bytes], Answer]:
    """The function behind a task's name."""
    module, _, name = TASKS[task].partition(":")
    made: Callable[[bytes], Answer] = getattr(import_module(module), name)
    return made


def _serve(asked: IO[bytes], told: IO[bytes], limits: ProcessLimits) -> None:
    answer: Answer | None = None
    while (request := receive(asked, _LONGEST_REQUEST)) is not None:
        wanted = loads(request)
        if isinstance(wanted, Task):
            confine.allow_writing(wanted.writes_to)
            answer = maker(wanted.name)(wanted.context)
            send(told, True)
        elif answer is not None and not _answered(wanted, answer, told, limits):
            return


def _answered(items: list[Any], answer: Answer, told: IO[bytes], limits: ProcessLimits) -> bool:
    """Answers every item in order; False where the memory did not suffice for one."""
    for item in items:
        confine.limit_seconds(limits.seconds)
        # What is read of a file are records without circles; looking for some takes a tenth of a large file's time.
        gc.disable()
        try:
            send(told, answer(item))
        except MemoryError:
            send(told, OutOfMemory())
            return False
        finally:
            gc.enable()
    return True
