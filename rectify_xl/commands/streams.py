"""Standard output and error, whatever the console makes of them."""

from __future__ import annotations

import os
import sys
from io import BufferedWriter, FileIO, TextIOWrapper
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class _UntilClosed(FileIO):
    """A stream that goes nowhere once its reader has enough: the job is done all the same, and has its own status."""

    def write(self, data: ReadableBuffer, /) -> int:
        """Writes as a file does, without the error of a pipe that nobody reads any more."""
        try:
            return super().write(data)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.fileno())
            return memoryview(data).nbytes


def speak_utf8() -> None:
    """Makes standard output and error UTF-8 whatever the console says; a closed stream becomes a null one."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123 - as long as the program
        elif isinstance(stream := getattr(sys, name), TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
            if type(getattr(stream.buffer, "raw", stream.buffer)) is FileIO:
                setattr(sys, name, _until_closed(stream))


def _until_closed(stream: TextIOWrapper) -> TextIOWrapper:
    file = _UntilClosed(stream.fileno(), "w", closefd=False)
    buffer: Any = file if isinstance(stream.buffer, FileIO) else BufferedWriter(file)  # as it was, also unbuffered
    return TextIOWrapper(
        buffer, "utf-8", stream.errors, line_buffering=stream.line_buffering, write_through=stream.write_through
    )


def drop_output() -> None:
    """Redirects a broken standard output to nowhere, so that the interpreter's last flush does not fail again."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
