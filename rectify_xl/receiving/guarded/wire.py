"""The messages between this process and a reader process: framed, and answers that can only be records."""

from __future__ import annotations

import struct
from dataclasses import is_dataclass
from io import BytesIO
from pickle import Unpickler, UnpicklingError, dumps
from typing import IO, Any, NamedTuple
from zlib import crc32

_HEAD = struct.Struct("<4sQI")
_MAGIC = b"rxl1"
_ALLOWED = {("datetime", name) for name in ("date", "datetime", "time", "timedelta")}
# What loading bytes that are no pickle of ours may raise.
_LOAD_ERRORS = (UnpicklingError, EOFError, AttributeError, ImportError, IndexError, KeyError, TypeError, ValueError)


class Garbage(Exception):
    """Bytes that are no message of ours, or a message with something in it that no answer holds."""


class Task(NamedTuple):
    """What a reader process does with the items it is sent: one of its tasks by name, and what that one must know.

    `writes_to` is the only folder it may write to ("": none).
    """

    name: str
    context: bytes
    writes_to: str = ""


class OutOfMemory(NamedTuple):
    """The answer on an item for which the memory did not suffice; the process ends after it."""


def send(stream: IO[bytes], message: Any) -> None:
    """Writes one message; OSError where nobody reads any more."""
    payload = dumps(message, 5)
    stream.write(_HEAD.pack(_MAGIC, len(payload), crc32(payload)))
    stream.write(payload)
    stream.flush()


def receive(stream: IO[bytes], most: int) -> bytes | None:
    """The bytes of the next message, None at the end; Garbage where they are none, or more than `most`."""
    head = stream.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return None
    magic, length, check = _HEAD.unpack(head)
    if magic != _MAGIC or length > most:
        raise Garbage(length if magic == _MAGIC else 0)
    payload = stream.read(length)
    if len(payload) < length:
        return None
    if crc32(payload) != check:
        raise Garbage(0)
    return payload


class _Records(Unpickler):
    """Loads nothing but records of this package and days, whatever the bytes ask for."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _ALLOWED:
            return super().find_class(module, name)
        if module.startswith("rectify_xl."):
            record = super().find_class(module, name)
            if isinstance(record, type) and (is_dataclass(record) or issubclass(record, tuple)):
                return record
        raise UnpicklingError(f"{module}.{name} is no answer")


def records(payload: bytes) -> Any:
    """The answer in a message; Garbage where it holds anything but records, days and plain values."""
    try:
        return _Records(BytesIO(payload)).load()
    except _LOAD_ERRORS as error:
        raise Garbage(0) from error
