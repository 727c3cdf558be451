"""Numbers that a lower office gave to one row and this office to another: the lower office's row has its own here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from rectify_xl.merging.numbering import StateRef, state_ref
from rectify_xl.merging.tracks import FoldContext, Track
from rectify_xl.model import Form, FormRows, Return, Row
from rectify_xl.ruling import keys_of

Key = tuple[Any, ...]


@dataclass(kw_only=True, slots=True)
class _GivenHere:
    """The rows that came directly and were given one number: the first day, and all that they were known by."""

    first_on: date | None
    keys: set[Key] = field(default_factory=set)


class LowerNumbers:
    """The numbers in lower offices' ledgers that stand for other rows here, and the rows they stand for there.

    `direct` are the returns of a form that came directly, in their order.
    """

    def __init__(self, form: Form, direct: Iterable[tuple[Return, FormRows]], context: FoldContext) -> None:
        self._form, self._context = form, context
        self._place = next((place for place, column in enumerate(form.columns) if column.assigned), None)
        self._given = dict[str, _GivenHere]()
        self._tracks = dict[str, Track]()
        for return_, rows in direct if self._place is not None and context.ledger_records else ():
            self._note_given(return_, rows)

    def _note_given(self, return_: Return, rows: FormRows) -> None:
        assert self._place is not None
        keys = keys_of([row.values for row in rows.good], self._form, self._form.key)
        for row, key in zip(rows.good, keys, strict=True):
            ref = state_ref(return_.digest, row.sheet, row.row)
            number = self._context.numbering.number_of(ref)
            if number and not row.values[self._place] and ref not in self._context.ledger_records:
                self._given.setdefault(number, _GivenHere(first_on=return_.filled_on)).keys.add(key)

    def number_of(self, ref: StateRef, written: str) -> str:
        """The number of a row that only a lower office's ledger has, "" if it has to be known otherwise.

        It is the written one, unless this office gave that to a row first reported on another day and never with the
        same key.
        """
        item, given = self._context.ledger_records[ref][-1].row.item, self._given.get(written)
        if given is None or given.first_on == item.first_on:
            return written
        [key] = keys_of([item.values], self._form, self._form.key)
        here = self._context.numbering.number_of(ref)
        return written if key in given.keys else "" if here == written else here

    def note(self, row: Row, track: Track) -> None:
        """Notes which row a lower office's row is here."""
        if self._place is not None and (written := row.values[self._place]) not in (None, "", track.number):
            self._tracks[written] = track

    def track_of(self, row: Row, number: str, key: Key) -> Track | None:
        """The row that a lower office's number stands for, where `number` does not say so.

        Also where a unit writes that number into a return of its own, by what the row is known by.
        """
        track = self._tracks.get(row.values[self._place]) if self._tracks and self._place is not None else None
        if track is None or number == track.number:
            return None
        is_its_own = number == row.values[self._place or 0]
        return track if not is_its_own or (key == track.key and key not in self._given[number].keys) else None
