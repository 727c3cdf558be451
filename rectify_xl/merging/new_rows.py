"""The rows of a return that is being merged, and what each is known by: number, key, or what ledgers say."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress
from operator import not_
from typing import Any, NamedTuple

from rectify_xl.kinds import item_number
from rectify_xl.merging.lower_numbers import LowerNumbers, LowerRow
from rectify_xl.merging.numbering import state_ref
from rectify_xl.merging.tracks import FoldContext, Track
from rectify_xl.model import Form, FormRows, Return, Row
from rectify_xl.office.ruling import keys_of

Key = tuple[Any, ...]


class NewRow(NamedTuple):
    """A row being added, the number it is known by ("": none), its key, and which row of ledgers it is."""

    row: Row
    number: str
    key: Key
    lower: LowerRow | None


class NewRows:
    """Names the rows of return after return; `tracks` are the rows so far, which the tracker goes on adding to.

    Of the last return it keeps the numbers that stand in cells of its rows (`written`) and those its others had
    (`remembered`).
    """

    def __init__(
        self, form: Form, unit: str, context: FoldContext, *, lower: LowerNumbers, tracks: Sequence[Track]
    ) -> None:
        self._form, self._unit, self._context, self._lower, self._tracks = form, unit, context, lower, tracks
        self._place = next((place for place, column in enumerate(form.columns) if column.assigned), None)
        self.written, self.remembered = frozenset[str](), frozenset[str]()

    def of(self, return_: Return, rows: FormRows) -> list[NewRow]:
        """The rows of a return, good and bad, with what they are known by."""
        every = rows.rows()
        keys = keys_of([row.values for row in every], self._form, self._form.key)
        if self._place is None:
            return [NewRow(row, "", key, None) for row, key in zip(every, keys, strict=True)]
        lower: list[LowerRow | None] = [None] * len(every)
        if self._context.ledger_records:
            lower = [self._lower_row(row, key, return_) for row, key in zip(every, keys, strict=True)]
        return list(map(NewRow, every, self._numbers_of(every, lower, return_), keys, lower))

    def is_written(self, row: Row, number: str) -> bool:
        """Whether a row has its number from its own cell."""
        return bool(number) and row.values[self._place or 0] == number

    def is_of_later_merger(self, row: Row, return_: Return) -> bool:
        """Whether a row names the number of a unit that will be merged into this one, but is its own until then."""
        number = self._written_number(row, return_) if self._place is not None else ""
        if not number or self._is_own(number, return_):
            return False
        return number.rpartition("-")[0] in self._context.roster.prefixes(return_.unit_code)

    def _lower_row(self, row: Row, key: Key, return_: Return) -> LowerRow | None:
        """The row of lower offices' ledgers that a row is, if they know it."""
        ref = state_ref(return_.digest, row.sheet, row.row)
        return self._lower.row_of(ref, self._written_number(row, return_), key)

    def _numbers_of(self, rows: Sequence[Row], lower: Sequence[LowerRow | None], return_: Return) -> Sequence[str]:
        """The number of each row: what it has here as a row of ledgers, that written in it, or once given for it."""
        numbers = []
        for row, of_ledgers in zip(rows, lower, strict=True):
            if of_ledgers:
                numbers.append(of_ledgers.number_here)
            else:
                numbers.append(self._own_number(row, return_))
        self.written = self.remembered = frozenset()
        if any(row.values[self._place or 0] for row in rows):
            is_written = [self.is_written(row, number) for row, number in zip(rows, numbers, strict=True)]
            self.written = frozenset(compress(numbers, is_written))
            self.remembered = frozenset(compress(numbers, map(not_, is_written))) - {""}
        return numbers

    def _own_number(self, row: Row, return_: Return) -> str:
        """The number in a row's cell, or once given for it; none that belongs to another unit, or does so again."""
        written, ref = self._written_number(row, return_), state_ref(return_.digest, row.sheet, row.row)
        if written and self._is_own(written, return_):
            return written
        number = self._context.numbering.number_of(ref)
        if not number or ref in self._context.ledger_records or self._is_own(number, return_):
            return number
        # A unit that was struck off the roster leaves its numbers to the one that has its rows.
        return "" if self._context.roster.by_code(number.rpartition("-")[0]) else number

    def _is_own(self, number: str, return_: Return) -> bool:
        """Whether a number is of the unit, of the return's, or of one that counts for it on the day of judgement."""
        code = number.rpartition("-")[0]
        if self._names_no_other(code, number, return_):
            return True
        return self._context.roster.successor(code, self._context.as_of) == self._unit

    def _names_no_other(self, code: str, number: str, return_: Return) -> bool:
        """Whether the unit code in a number is the unit's or the return's; what is no number of ours names none."""
        return code in (return_.unit_code, self._unit) or item_number(number) is None

    def _written_number(self, row: Row, return_: Return) -> str:
        """The number in a row's cell, "" if there is none; one of another unit (waived) says nothing."""
        number = row.values[self._place or 0]
        return str(number) if number and self._may_be_numbered(number, return_) else ""

    def _may_be_numbered(self, number: str, return_: Return) -> bool:
        """Whether a number is no other unit's."""
        code = number.rpartition("-")[0]
        if self._names_no_other(code, number, return_):
            return True
        return code in self._context.roster.prefixes(self._unit) or any(code in t.units for t in self._tracks)
