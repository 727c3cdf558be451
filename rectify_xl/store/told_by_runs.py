"""What a run knew of every item, and what it reminded of, packed and back: some of them at a time."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from itertools import chain
from sys import intern
from typing import Any

from rectify_xl.model import Known, ReminderKey
from rectify_xl.plain_records import named
from rectify_xl.store.packed_lines import in_pieces, packed, unpacked, with_days


def snapshot_to(items: Iterable[Known]) -> Iterator[bytes]:
    """What a run knew of every item, in packed pieces, one at least."""
    pieces = in_pieces(items)
    for piece in chain([next(pieces, [])], pieces):
        yield packed(piece)


def snapshot_from(pieces: Iterable[bytes]) -> Iterator[Known]:
    """What `snapshot_to` was given; memories of the first versions have one piece, and days of another form."""
    day = _days()
    for piece in filter(None, chain.from_iterable(map(unpacked, pieces))):
        forms, units, numbers, texts, states, dues, told_dues, missing = zip(*piece, strict=True)
        days = (map(day, dues), map(day, told_dues))
        names = (map(intern, forms), map(intern, units), numbers, texts, map(intern, states))
        yield from named(Known, zip(*names, *days, missing, strict=True))


def reminders_to(keys: Sequence[ReminderKey]) -> str:
    """What was reminded of, as one text: the days as text."""
    return with_days(keys)


def reminders_from(told: str) -> Iterator[ReminderKey]:
    """What `reminders_to` was given."""
    day = _days()
    forms, units, matters, kinds, dues = zip(*json.loads(told), strict=True)
    columns = map(intern, forms), map(intern, units), matters, map(intern, kinds), map(day, dues)
    yield from named(ReminderKey, zip(*columns, strict=True))


def _days() -> Callable[[Any], date | None]:
    """What reads days, each made once."""
    known: dict[Any, date] = {}

    def day(told: Any) -> date | None:
        if not told:
            return None
        text = told["day"] if isinstance(told, dict) else told  # as memories of the first versions have it
        return known.get(text) or known.setdefault(text, date.fromisoformat(text))

    return day
