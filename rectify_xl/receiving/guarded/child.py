"""The main loop of a reader process: it receives a task, answers item by item, and ends when its input closes."""

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
    requests, answers = sys.stdin.buffer, _output_pipe()
    limits = process_limits()
    maker("read")
    is_limited = confine.limit_memory(limits.memory_mib)
    sys.dont_write_bytecode = True
    confine.forbid()
    # What is loaded by now stays: nobody needs to look for circles in it.
    gc.freeze()
    gc.enable()
    send(answers, is_limited)
    _serve(requests, answers, limits)


def _output_pipe() -> IO[bytes]:
    """The pipe to the parent; whatever is printed from now on is discarded."""
    pipe = os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.close(null)
    return pipe


def maker(task: str) -> Callable[[bytes], Answer]:
    """The function behind a task's name."""
    module, _, name = TASKS[task].partition(":")
    function: Callable[[bytes], Answer] = getattr(import_module(module), name)
    return function


def _serve(requests: IO[bytes], answers: IO[bytes], limits: ProcessLimits) -> None:
    answer: Answer | None = None
    while (request := receive(requests, _LONGEST_REQUEST)) is not None:
        message = loads(request)
        if isinstance(message, Task):
            confine.allow_writing(message.writes_to)
            answer = maker(message.name)(message.context)
            send(answers, True)
        elif answer is not None and not _answer_all(message, answer, answers, limits):
            return


def _answer_all(items: list[Any], answer: Answer, answers: IO[bytes], limits: ProcessLimits) -> bool:
    """Answers every item in order; False where the memory did not suffice for one."""
    for item in items:
        confine.limit_seconds(limits.seconds)
        # What is read of a file are records without circles; looking for some takes a tenth of a large file's time.
        gc.disable()
        try:
            send(answers, answer(item))
        except MemoryError:
            send(answers, OutOfMemory())
            return False
        finally:
            gc.enable()
    return True
