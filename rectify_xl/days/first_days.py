"""The first day of each of many keys, in little memory: ten thousand units have half a million reminders."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from datetime import date
from hashlib import blake2b
from typing import Any

# An identity: some texts, and last a day or None.
Key = Sequence[Any]
DIGEST_SIZE = 16


class FirstDays:
    """The first day of each key; a key is kept as its digest."""

    # Each key's day and the halves of its digest; by a digest's last bits the place of its key (from 1; 0: none).
    __slots__ = ("_days", "_halves", "_slots")

    def __init__(self, pairs: Iterable[tuple[Key, date]] = ()) -> None:
        """`pairs` in the order of their days."""
        self._keep((key_digest(key), day) for key, day in pairs)

    @classmethod
    def of_digests(cls, lots: Iterable[tuple[bytes, date]]) -> FirstDays:
        """The same from lots of keys of one day, each as the digests of its keys one after the other."""
        days = cls()
        days._keep(lots)
        return days

    def _keep(self, lots: Iterable[tuple[bytes, date]]) -> None:
        digests, days = bytearray(), array("I")
        for lot, day in lots:
            digests += lot
            days.extend(array("I", [day.toordinal()]) * (len(lot) // DIGEST_SIZE))
        self._halves, self._days = array("Q", bytes(digests)), days
        # A power of two, with a third of the slots left free: the walk to a key is short then.
        self._slots = array("I", bytes(4 << (len(days) * 3 // 2).bit_length()))
        for place in range(len(days)):
            slot = self._slot(*self._halves[2 * place : 2 * place + 2])
            if not self._slots[slot]:  # of equal keys the first stays
                self._slots[slot] = place + 1

    def _slot(self, first: int, second: int) -> int:
        """The slot of a digest, or the free one where the walk for it ends."""
        halves, slots, last = self._halves, self._slots, len(self._slots) - 1
        slot = second & last
        while (place := slots[slot]) and not (halves[2 * place - 2] == first and halves[2 * place - 1] == second):
            slot = (slot + 1) & last
        return slot

    def __len__(self) -> int:
        return len(self._days)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, FirstDays):
            return NotImplemented
        return (self._halves, self._days) == (other._halves, other._days)

    __hash__ = None  # type: ignore[assignment]

    @property
    def latest(self) -> date | None:
        """The last of all days, None where there is none."""
        return date.fromordinal(max(self._days)) if self._days else None

    def day_of(self, key: Key) -> date | None:
        """The first day of a key, None for an unknown one."""
        if not self._days:
            return None
        place = self._slots[self._slot(*array("Q", key_digest(key)))]
        return date.fromordinal(self._days[place - 1]) if place else None


def key_digest(key: Key) -> bytes:
    """What a key is kept as: 16 bytes."""
    text = "\0".join(map(str, key))
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=DIGEST_SIZE).digest()
