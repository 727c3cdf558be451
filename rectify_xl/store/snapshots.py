"""A run's snapshot of every item and its reminders, packed and back, piece by piece."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from itertools import chain
from sys import intern
from typing import Any

from rectify_xl.little_memory.plain_records import named
from rectify_xl.model import Known, ReminderKey
from rectify_xl.store.packed_lines import in_pieces, packed, unpacked, with_days


def snapshot_to(items: Iterable[Known]) -> Iterator[bytes]:
    """The items of a snapshot in packed pieces, at least one (of no item: an empty one)."""
    pieces = in_pieces(items)
    for piece in chain([next(pieces, [])], pieces):
        yield packed(piece)


def snapshot_from(pieces: Iterable[bytes]) -> Iterator[Known]:
    """What `snapshot_to` was given; memories of the first versions have one piece and write days differently."""
    day = _days()
    for piece in filter(None, chain.from_iterable(map(unpacked, pieces))):
        forms, units, numbers, texts, states, dues, reported_dues, missing = zip(*piece, strict=True)
        days = (map(day, dues), map(day, reported_dues))
        names = (map(intern, forms), map(intern, units), numbers, texts, map(intern, states))
        yield from named(Known, zip(*names, *days, missing, strict=True))


def reminders_to(keys: Sequence[ReminderKey]) -> str:
    """The keys of reminders as one text."""
    return with_days(keys)


def reminders_from(text: str) -> Iterator[ReminderKey]:
    """What `reminders_to` was given."""
    day = _days()
    forms, units, matters, kinds, dues = zip(*json.loads(text), strict=True)
    columns = map(intern, forms), map(intern, units), matters, map(intern, kinds), map(day, dues)
    yield from named(ReminderKey, zip(*columns, strict=True))


def _days() -> Callable[[Any], date | None]:
    """A function text -> day that makes each day once."""
    days: dict[Any, date] = {}

    def day(value: Any) -> date | None:
        if not value:
            return None
        text = value["day"] if isinstance(value, dict) else value  # as memories of the first versions have it
        return days.get(text) or days.setdefault(text, date.fromisoformat(text))

    return day
