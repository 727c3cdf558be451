"""Rows as lower offices' ledgers number them: which row each number there stands for, and what its number is here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from operator import itemgetter
from typing import Any

from rectify_xl.merging.ledger_order import Rank
from rectify_xl.merging.numbering import StateRef, state_ref
from rectify_xl.merging.row_findings import LedgerRecord
from rectify_xl.merging.tracks import FoldContext, Track
from rectify_xl.model import Form, FormRows, Return, Row
from rectify_xl.office.ruling import keys_of

Key = tuple[Any, ...]
# An office, a number that it gave, and the day on which the row was first reported.
_Claim = tuple[str, str, date]
# The office that is doing the fold, beside those whose ledgers came.
_HERE = "."
_NO_RANK = Rank(-1, -1)


@dataclass(kw_only=True, slots=True, eq=False)
class LowerRow:
    """One row as the offices know it: the numbers that each gave it, all keys it had, the first day it was reported.

    `number` is the one that it has in the uppermost and latest ledger, whose rank is `rank`; `here` the one it has here
    ("": none yet), `track` the row here once a state of it was added.
    """

    refs: list[StateRef]
    claims: set[_Claim]
    keys: set[Key]
    first_on: date
    number: str = ""
    rank: Rank = _NO_RANK
    here: str = ""
    track: Track | None = None

    @property
    def number_here(self) -> str:
        """The number by which the row is known here, "" if it is still to be given."""
        return self.track.number if self.track else self.here

    def may_be(self, other: LowerRow) -> bool:
        """Whether no office tells two rows apart by their numbers."""
        numbers, others = self._numbers_by_office(), other._numbers_by_office()
        return all(numbers[office] & others[office] for office in numbers.keys() & others.keys())

    def _numbers_by_office(self) -> dict[str, set[str]]:
        numbers: dict[str, set[str]] = {}
        for office, number, _ in self.claims:
            numbers.setdefault(office, set()).add(number)
        return numbers


class LowerNumbers:
    """The rows of a form that lower offices' ledgers number, as one office after another told of them.

    An office never gives one number to two rows, so its number makes states one row; numbers of two offices say nothing
    of each other. Of two rows with one number the other has one of its own here. `returns` are those of the form, in
    their order, also those that only ledgers have.
    """

    def __init__(self, form: Form, returns: Iterable[tuple[Return, FormRows]], context: FoldContext) -> None:
        self._form, self._context = form, context
        self._place = next((place for place, column in enumerate(form.columns) if column.assigned), None)
        self._by_ref: dict[StateRef, LowerRow] = {}
        self._by_claim: dict[_Claim, LowerRow] = {}
        self._by_number: dict[str, list[LowerRow]] = {}
        self._tracks: set[int] = set()
        if self._place is not None and context.ledger_records:
            for return_, rows in returns:
                self._note_all(return_, rows)
            self._settle()

    def row_of(self, ref: StateRef, written: str, key: Key) -> LowerRow | None:
        """The row that a row state is, by what ledgers say of it; else by a number that a unit wrote ("": none).

        The unit may mean the number that its own office gave, or that of this one: its key tells. None where this
        office's own numbers and keys decide.
        """
        if row := self._by_ref.get(ref):
            return row if row.number else None
        named = self._by_number.get(written, ())
        if all(row.number_here == written for row in named):
            return None
        meant = [row for row in named if key in row.keys]
        if len(meant) != 1:
            meant = [row for row in named if row.number_here == written] or [*named]
        return meant[0] if len(meant) == 1 and meant[0].number else None

    def add(self, row: LowerRow, track: Track) -> None:
        """Notes which row here a row of the ledgers is."""
        row.track = track
        self._tracks.add(id(track))

    def is_free(self, track: Track) -> bool:
        """Whether a row here is none of those that ledgers number."""
        return id(track) not in self._tracks

    # ---- which states are one row

    def _note_all(self, return_: Return, rows: FormRows) -> None:
        """Notes the good rows of a return that some office has numbered."""
        keys = keys_of([row.values for row in rows.good], self._form, self._form.key)
        for row, key in zip(rows.good, keys, strict=True):
            ref = state_ref(return_.digest, row.sheet, row.row)
            records = self._context.ledger_records.get(ref, ())
            claims = set(self._claims(ref, row, records))
            if claims:
                days = [return_.filled_on, *(record.row.item.first_on for record in records)]
                noted = LowerRow(refs=[ref], claims=claims, keys={key}, first_on=min(day for day in days if day))
                noted.here = self._context.numbering.given(ref)
                for record in records:
                    rank = self._context.ledger_order.rank(record.ledger)
                    if record.row.item.number and rank > noted.rank:
                        noted.number, noted.rank = record.row.item.number, rank
                self._note(ref, noted)

    def _claims(self, ref: StateRef, row: Row, records: Sequence[LedgerRecord]) -> Iterator[_Claim]:
        assert self._place is not None
        for record in records:
            if (item := record.row.item).number:
                yield self._context.ledger_order.office(record.ledger), item.number, item.first_on
        given = self._context.numbering.given(ref)
        if given and (records or not row.values[self._place]):
            yield _HERE, given, date.min

    def _note(self, ref: StateRef, noted: LowerRow) -> None:
        """Adds a state to the row that has its number; two rows prove to be one where it has the numbers of both."""
        self._by_ref[ref] = noted
        for claim in sorted(noted.claims):
            mine, other = self._by_ref[ref], self._by_claim.setdefault(claim, self._by_ref[ref])
            if other is not mine and not (other.here and mine.here and other.here != mine.here):
                self._join(other, mine)

    def _join(self, row: LowerRow, other: LowerRow) -> None:
        """Makes another row part of a row."""
        row.claims |= other.claims
        row.keys |= other.keys
        row.refs += other.refs
        row.first_on = min(row.first_on, other.first_on)
        row.here = row.here or other.here
        row.number, row.rank = max((row.number, row.rank), (other.number, other.rank), key=itemgetter(1))
        self._by_ref.update(dict.fromkeys(other.refs, row))
        self._by_claim.update(dict.fromkeys(other.claims, row))

    # ---- what its number is here

    def _settle(self) -> None:
        """Gives every row its number here, those first reported first; one that must be another is joined to it."""
        rows = list(dict.fromkeys(self._by_ref.values()))
        taken = {row.here: row for row in rows if row.here}
        by_key: dict[Key, list[LowerRow]] = {}
        for row in sorted(rows, key=lambda row: (not row.here, row.first_on)):
            twin = None if row.here else self._twin_of(row, taken, by_key)
            if twin:
                self._join(twin, row)
            for key in row.keys:
                by_key.setdefault(key, []).append(twin or row)
            settled = twin or row
            if not settled.here and row.number not in taken:
                settled.here = row.number
                taken[row.number] = settled
        for row in dict.fromkeys(self._by_ref.values()):
            for number in sorted({number for _, number, _ in row.claims}):
                self._by_number.setdefault(number, []).append(row)

    def _twin_of(
        self, row: LowerRow, taken: Mapping[str, LowerRow], by_key: Mapping[Key, Sequence[LowerRow]]
    ) -> LowerRow | None:
        """The row that other offices know, if it is this one: by its number and its first day or key, else by its key.

        One that was reworded before any ledger came has its number and its first day still.
        """
        same = taken.get(row.number)
        if same and row.may_be(same) and (same.first_on == row.first_on or same.keys & row.keys):
            return same
        of_key = dict.fromkeys(other for key in row.keys for other in by_key.get(key, ()) if row.may_be(other))
        return next(iter(of_key)) if len(of_key) == 1 else None
