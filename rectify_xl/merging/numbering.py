"""Numbers (KX01-T001): those already given, and the next ones of each series; none is used twice, none changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from rectify_xl.kinds import item_number
from rectify_xl.layouts.ledger_columns import DIGEST_DIGITS
from rectify_xl.model import State

# A row state by its source: a file's digest, the sheet and the row; the first DIGEST_DIGITS of a digest suffice.
StateRef = tuple[str, str, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Numbers:
    """The numbers already given, by the row state they were given for, and those that may never be given again.

    `closed` says that a number which nobody here gave is foreign; without a memory or a workspace it is taken over.
    """

    by_state: Mapping[StateRef, str] = field(default_factory=dict)
    used: frozenset[str] = frozenset()
    closed: bool = True


def state_ref(digest: str, sheet: str, row: int) -> StateRef:
    """The reference of a row state, the same whether its file is here or only a lower office's ledger names it."""
    return (digest[:DIGEST_DIGITS], sheet, row)


def ref_of(state: State) -> StateRef:
    """The reference of a row state that a return reported."""
    return (state.digest[:DIGEST_DIGITS], state.sheet, state.row)


class Numbering:
    """The numbers during a fold: those that are known, and how far each series (unit code, letter) has come.

    `from_ledgers` are the numbers that lower offices' ledgers show, by row state, `reserved` further numbers that may
    not be given again, `arrived` the day on which each file (by digest) came in.
    """

    def __init__(
        self,
        numbers: Numbers,
        from_ledgers: Iterable[tuple[StateRef, str]] = (),
        reserved: Iterable[str] = (),
        arrived: Mapping[str, date] | None = None,
    ) -> None:
        self.closed = numbers.closed
        self._arrived = {digest[:DIGEST_DIGITS]: day for digest, day in (arrived or {}).items()}
        self._from_ledgers = dict(from_ledgers)
        self._given = {state_ref(*ref): number for ref, number in numbers.by_state.items()}
        self._by_state = self._from_ledgers | self._given
        self._known_since: dict[str, date] = {}
        self.known = {*self._by_state.values(), *numbers.used, *reserved}
        self._last_known: dict[tuple[str, str], int] = {}
        for number in self.known:
            _count(self._last_known, number)
        self._last = dict(self._last_known)

    def number_of(self, ref: StateRef) -> str:
        """The number that was once given for a row state, "" if none."""
        return self._by_state.get(ref, "")

    def given(self, ref: StateRef) -> str:
        """The number that this office once gave for a row state, "" if none."""
        return self._given.get(ref, "")

    def learn(self, by_state: Mapping[StateRef, str]) -> None:
        """Takes numbers that this fold has given as known."""
        self._by_state |= by_state
        self._given |= by_state
        self.known.update(by_state.values())
        for ref, number in by_state.items():
            _count(self._last_known, number)
            if self._known_since:
                self._note_known_since(ref, number)

    def was_known(self, number: str, digest: str) -> bool:
        """Whether a file came no earlier than the first one whose row was given the number.

        What a lower office's ledger shows was known to those who filled in the file, whenever the ledger comes.
        """
        if not self._known_since:
            for ref, given in self._by_state.items():
                self._note_known_since(ref, given)
        return self._known_since.get(number, date.min) <= self._arrived.get(digest[:DIGEST_DIGITS], date.max)

    def is_of_file(self, number: str, digest: str) -> bool:
        """Whether a number is known by a row of that file, and of no other one that had come in by then."""
        files = {ref[0] for ref, given in self._by_state.items() if given == number}
        by_then = {file for file in files if self.had_arrived(file, by=digest)}
        return by_then == {digest[:DIGEST_DIGITS]}

    def _note_known_since(self, ref: StateRef, number: str) -> None:
        day = date.min if ref in self._from_ledgers else self._arrived.get(ref[0], date.min)
        self._known_since[number] = min(day, self._known_since.get(number, day))

    def had_arrived(self, digest: str, by: str) -> bool:
        """Whether a file had come in by the day on which another one (`by`, its digest) did."""
        day, other_day = (self._arrived.get(file[:DIGEST_DIGITS]) for file in (digest, by))
        return day is None or other_day is None or day <= other_day

    def skip(self, number: str) -> None:
        """Lets the series of a number go on behind it."""
        _count(self._last, number)

    def next(self, unit: str, letter: str) -> str:
        """The next number of a unit's series."""
        last = self._last[unit, letter] = self._last.get((unit, letter), 0) + 1
        return f"{unit}-{letter}{last:03d}"

    def take_back(self, numbers: Iterable[str], in_use: Iterable[str] = ()) -> None:
        """Opens the series of some numbers again, up to those known or `in_use`: nobody has seen them yet."""
        for parts in filter(None, map(item_number, numbers)):
            self._last[parts[:2]] = self._last_known.get(parts[:2], 0)
        for number in in_use:
            self.skip(number)


def _count(last: dict[tuple[str, str], int], number: str) -> None:
    """Raises the last number of a series to that of a number, if it is of our pattern."""
    if parts := item_number(number):
        last[parts[:2]] = max(last.get(parts[:2], 0), parts[2])
