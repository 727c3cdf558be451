"""Many plain values packed as lines of JSON, and back: some of them at a time."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import islice
from typing import Any, TypeVar

_Part = TypeVar("_Part")
_PIECE = 2000
# Bytes unpacked at a time.
_UNPACKED = 1 << 20


def encoder(default: Callable[[Any], Any]) -> Callable[[Any], str]:
    """What writes values as text; made once, for it is asked a hundred thousand times."""
    return json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=default, check_circular=False).encode


with_days = encoder(date.isoformat)


def in_pieces(many: Iterable[_Part], most: int = _PIECE) -> Iterator[list[_Part]]:
    """So much of many things as need not be told in one go: what is told takes room too."""
    parts = iter(many)
    while piece := list(islice(parts, most)):
        yield piece


def packed(values: Iterable[Any]) -> bytes:
    """Plain values, packed: the days as text."""
    packer, made = zlib.compressobj(1), bytearray()
    for piece in in_pieces(values):
        made += packer.compress(f"{with_days(piece)}\n".encode("utf-8", "surrogatepass"))
    made += packer.flush()
    return bytes(made)


def packed_text(told: str) -> bytes:
    """What `packed` gives of values that are told already, as one line of JSON."""
    return zlib.compress(told.encode("utf-8", "surrogatepass"), 1)


def unpacked(told: bytes) -> Iterator[list[Any]]:
    """What `packed` was given, the days as text, some values at a time; all of them may stand on one line too."""
    return map(json.loads, _lines(told))


def _lines(told: bytes) -> Iterator[bytes]:
    """The lines of a packed text, some of it unpacked at a time."""
    unpacker, rest = zlib.decompressobj(), b""
    while told:
        *lines, rest = (rest + unpacker.decompress(told, _UNPACKED)).split(b"\n")
        yield from lines
        told = unpacker.unconsumed_tail
    if rest := rest + unpacker.flush():
        yield rest
