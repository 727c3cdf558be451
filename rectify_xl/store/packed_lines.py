"""Many plain values packed as compressed lines of JSON, and back, piece by piece."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date
from itertools import chain, islice
from typing import Any, TypeVar

from rectify_xl.zips.deflating import back_end

_Value = TypeVar("_Value")
_PIECE_LENGTH = 2000
# Where nothing faster than zlib is installed its first level will do.
_LEVELS = {"zlib": 1}
_FIRST_NUMBER = re.compile(rb"\[\[([0-9]+),")
# Bytes unpacked at a time.
_UNPACKED_BYTES = 1 << 20


def encoder(default: Callable[[Any], Any]) -> Callable[[Any], str]:
    """A function value -> JSON text. A fresh encoder for every call would be slow."""
    return json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=default, check_circular=False).encode


with_days = encoder(date.isoformat)


def in_pieces(many: Iterable[_Value], most: int = _PIECE_LENGTH) -> Iterator[list[_Value]]:
    """The values in lists of at most `most`, so that their packed form need not be in memory whole either."""
    values = iter(many)
    while piece := list(islice(values, most)):
        yield piece


def packed(values: Iterable[Any]) -> bytes:
    """Plain values, packed: the days as text."""
    compressor, compressed = _compressor(), bytearray()
    for piece in in_pieces(values):
        compressed += compressor.compress(f"{with_days(piece)}\n".encode("utf-8", "surrogatepass"))
    compressed += compressor.flush()
    return bytes(compressed)


def packed_text(text: str) -> bytes:
    """What `packed` gives, of values that are one line of JSON already."""
    compressor = _compressor()
    compressed: bytes = compressor.compress(text.encode("utf-8", "surrogatepass")) + compressor.flush()
    return compressed


def _compressor() -> Any:
    """The fastest that is installed: their bytes differ, what they unpack to does not."""
    module, level = back_end()
    return module.compressobj(_LEVELS.get(module.__name__, level))


def unpacked(compressed: bytes) -> Iterator[list[Any]]:
    """The values that `packed` was given, the days as text, one list for every line."""
    return map(json.loads, _lines(compressed))


def unpacked_at(compressed: bytes, wanted: Collection[int]) -> Iterator[list[Any]]:
    """The lines that may hold the entries with the wanted numbers: each begins with a number, and they rise."""
    held, low, asked = b"", 0, sorted(wanted)
    for line in chain(_lines(compressed), (b"",)):
        found = _FIRST_NUMBER.match(line)
        high = int(found[1]) if found else None
        if held and any(low <= number and (high is None or number < high) for number in asked):
            yield json.loads(held)
        held, low = line, high or low


def _lines(compressed: bytes) -> Iterator[bytes]:
    """The lines of a packed text; of a long text only a part is unpacked at a time."""
    decompressor, rest = zlib.decompressobj(), b""
    while compressed:
        *lines, rest = (rest + decompressor.decompress(compressed, _UNPACKED_BYTES)).split(b"\n")
        yield from lines
        compressed = decompressor.unconsumed_tail
    rest += decompressor.flush()
    if rest:
        yield rest
