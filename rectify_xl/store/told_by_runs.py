"""What a run knew of every item, and what it reminded of, packed and back: some of them at a time."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from sys import intern
from typing import Any, TypeVar

from rectify_xl.model import Known, ReminderKey
from rectify_xl.store.rows import with_days

_Part = TypeVar("_Part")
_PIECE = 2000
# Bytes unpacked at a time.
_UNPACKED = 1 << 20


def snapshot_to(items: Iterable[Known]) -> bytes:
    """What a run knew of every item, packed: the days as text."""
    packer = zlib.compressobj(1)
    pieces = [packer.compress(f"{with_days(piece)}\n".encode()) for piece in in_pieces(items)]
    return b"".join((*pieces, packer.flush()))


def snapshot_from(packed: bytes) -> Iterator[Known]:
    """What `snapshot_to` was given; memories of the first versions have all on one line."""
    day = _days()
    for line in _lines(packed):
        for form, unit, number, text, state, due, told_due, is_missing in json.loads(line):
            yield Known(
                intern(form), intern(unit), number, text, intern(state), day(due), day(told_due), is_missing
            )


def _lines(packed: bytes) -> Iterator[bytes]:
    """The lines of a packed text, some of it unpacked at a time."""
    unpacker, rest = zlib.decompressobj(), b""
    while packed:
        *lines, rest = (rest + unpacker.decompress(packed, _UNPACKED)).split(b"\n")
        yield from lines
        packed = unpacker.unconsumed_tail
    if rest := rest + unpacker.flush():
        yield rest


def in_pieces(many: Iterable[_Part], most: int = _PIECE) -> Iterator[list[_Part]]:
    """So much of many things as need not be told in one go: what is told takes room too."""
    parts = iter(many)
    while piece := list(islice(parts, most)):
        yield piece


def reminders_to(keys: Sequence[ReminderKey]) -> str:
    """What was reminded of, as one text: the days as text."""
    return with_days(keys)


def reminders_from(told: str) -> Iterator[ReminderKey]:
    """What `reminders_to` was given."""
    day = _days()
    for form, unit, matter, kind, due in json.loads(told):
        yield ReminderKey(intern(form), intern(unit), matter, intern(kind), day(due))


def _days() -> Callable[[Any], date | None]:
    """What reads days, each made once."""
    known: dict[Any, date] = {}

    def day(told: Any) -> date | None:
        if not told:
            return None
        text = told["day"] if isinstance(told, dict) else told  # as memories of the first versions have it
        return known.get(text) or known.setdefault(text, date.fromisoformat(text))

    return day
