"""Numbers (KX01-T001): those already given, and the next ones of each series; none is used twice, none changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from rectify_xl.kinds import item_number
from rectify_xl.ledger_columns import DIGEST_DIGITS

# What a number was given for: a file's digest, the sheet and the row; the first DIGEST_DIGITS of a digest do.
StateRef = tuple[str, str, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Numbers:
    """The numbers already given, by the state they were given for, and those that may never be given again.

    `closed` says that a number which nobody here gave is foreign; without a memory or a workspace it is taken over.
    """

    given: Mapping[StateRef, str] = field(default_factory=dict)
    used: frozenset[str] = frozenset()
    closed: bool = True


def ref_of(digest: str, sheet: str, row: int) -> StateRef:
    """How a state is known, whether its file is here or only an office's ledger tells it."""
    return (digest[:DIGEST_DIGITS], sheet, row)


class Given:
    """The numbers while a fold goes on: what is known, and how far each series (unit code, letter) has come."""

    def __init__(
        self,
        numbers: Numbers,
        told: Iterable[tuple[StateRef, str]] = (),
        retired: Iterable[str] = (),
        arrived: Mapping[str, date] | None = None,
    ) -> None:
        self.closed = numbers.closed
        self._arrived = {digest[:DIGEST_DIGITS]: day for digest, day in (arrived or {}).items()}
        self._told = dict(told)
        self._by_ref = self._told | {ref_of(*ref): number for ref, number in numbers.given.items()}
        self._since: dict[str, date] = {}
        self.known = frozenset((*self._by_ref.values(), *numbers.used, *retired))
        self._counts: dict[tuple[str, str], int] = {}
        for number in self.known:
            self.pass_over(number)

    def number_of(self, ref: StateRef) -> str:
        """The number that was once given for a state, "" if none."""
        return self._by_ref.get(ref, "")

    def learn(self, given: Mapping[StateRef, str]) -> None:
        """Takes numbers that were given meanwhile as known."""
        self._by_ref |= given
        self._since = {}
        self.known |= frozenset(given.values())

    def could_know(self, digest: str, number: str) -> bool:
        """Whether a file came no earlier than the first one whose row was given a number.

        What a lower office's ledger tells was known to those who filled in the file, whenever the ledger comes.
        """
        if not self._since:
            for ref, told in self._by_ref.items():
                day = date.min if ref in self._told else self._arrived.get(ref[0], date.min)
                self._since[told] = min(day, self._since.get(told, day))
        return self._since.get(number, date.min) <= self._arrived.get(digest[:DIGEST_DIGITS], date.max)

    def came_by(self, digest: str, other: str) -> bool:
        """Whether another file had come on the day on which a file came."""
        came, then = (self._arrived.get(held[:DIGEST_DIGITS]) for held in (other, digest))
        return came is None or then is None or came <= then

    def pass_over(self, number: str) -> None:
        """Lets the series of a number go on behind it."""
        if parts := item_number(number):
            self._counts[parts[:2]] = max(self._counts.get(parts[:2], 0), parts[2])

    def next(self, unit: str, letter: str) -> str:
        """The next number of a unit's series."""
        count = self._counts[unit, letter] = self._counts.get((unit, letter), 0) + 1
        return f"{unit}-{letter}{count:03d}"

    def take_back(self, numbers: Iterable[str], used: Iterable[str]) -> None:
        """Opens the series of some numbers again, up to those that stay in use: nobody has seen them yet."""
        for parts in filter(None, map(item_number, numbers)):
            self._counts[parts[:2]] = 0
        for number in (*self.known, *used):
            self.pass_over(number)
