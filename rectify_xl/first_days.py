"""The first day of each of many keys, in little memory: ten thousand units have half a million reminders."""

from __future__ import annotations

import struct
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import date
from hashlib import blake2b
from typing import Any

# An identity: some texts, and last a day or None.
Key = Sequence[Any]
_HALVES = struct.Struct("<QQ")
_BETWEEN = "\0"


class FirstDays:
    """The first day of each key; a key is kept as 16 bytes of digest."""

    __slots__ = ("_days", "_firsts", "_seconds")

    def __init__(self, pairs: Iterable[tuple[Key, date]] = ()) -> None:
        """`pairs` in the order of their days."""
        firsts, seconds, days = array("Q"), array("Q"), array("I")
        for key, day in pairs:
            first, second = _halves(key)
            firsts.append(first)
            seconds.append(second)
            days.append(day.toordinal())
        order = sorted(range(len(firsts)), key=firsts.__getitem__)  # stable: of equal keys the first stays first
        self._firsts, self._seconds, self._days = (
            array(column.typecode, map(column.__getitem__, order)) for column in (firsts, seconds, days)
        )

    def __len__(self) -> int:
        return len(self._days)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, FirstDays):
            return NotImplemented
        return (self._firsts, self._seconds, self._days) == (other._firsts, other._seconds, other._days)

    __hash__ = None  # type: ignore[assignment]

    @property
    def latest(self) -> date | None:
        """The last of all days, None where there is none."""
        return date.fromordinal(max(self._days)) if self._days else None

    def day_of(self, key: Key) -> date | None:
        """The first day of a key, None for an unknown one."""
        if not self._days:
            return None
        first, second = _halves(key)
        at = bisect_left(self._firsts, first)
        while at < len(self._firsts) and self._firsts[at] == first:
            if self._seconds[at] == second:
                return date.fromordinal(self._days[at])
            at += 1
        return None


def _halves(key: Key) -> tuple[int, int]:
    *texts, day = key
    text = f"{_BETWEEN.join(texts)}{_BETWEEN}{day}".encode("utf-8", "surrogatepass")
    first, second = _HALVES.unpack(blake2b(text, digest_size=16).digest())
    return first, second
