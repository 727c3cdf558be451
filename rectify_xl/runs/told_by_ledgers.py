"""What lower offices' ledgers among the received files tell of one row: its states, and their offices' columns."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from typing import Any, NamedTuple

from rectify_xl.layout import column_letter
from rectify_xl.merging.given import StateRef, ref_of
from rectify_xl.model import LedgerRow
from rectify_xl.store import Store
from rectify_xl.store.rows import ledger_from


class Told(NamedTuple):
    """A row of a ledger workbook: where that lies, its SHA-256, the day it came and the day it stands for."""

    row: LedgerRow
    path: str
    digest: str
    arrived: str
    as_of: date | None


def rows_told(store: Store, number: str) -> list[Told]:
    """Every row under a number in the ledgers that count, in order of arrival."""
    return [
        Told(row, path, digest, arrived, ledger.as_of)
        for path, digest, arrived, packed in store.rows(
            "SELECT min(a.path), f.digest, min(a.arrived), f.ledger FROM files f JOIN arrivals a ON a.file = f.key"
            " WHERE f.ledger IS NOT NULL AND a.verdict IN ('accepted', 'returned') GROUP BY f.key ORDER BY min(a.seq)"
        )
        if (ledger := ledger_from(packed))
        for row in ledger.rows
        if row.item.number == number
    ]


def states_told(told: Collection[Told], known: Collection[StateRef]) -> Iterator[tuple[dict[str, Any], Any]]:
    """The states that did not come directly (`known` did), each where the first ledger that tells it has it.

    Gives them as `history` prints them, 填报日期 and saved time being those of the unit's own file, with the values.
    """
    seen = set(known)
    for row, path, digest, arrived, _ in told:
        (state,) = row.item.states
        ref = ref_of(state.digest, state.sheet, state.row)
        if ref not in seen:
            seen.add(ref)
            first = next((letter for letter in row.letters if letter), column_letter(0))
            yield {
                "file": path, "sheet": row.sheet, "row": row.row, "cell": f"{first}{row.row}",
                "filled_on": state.filled_on.isoformat(), "saved": state.saved, "digest": digest, "arrived": arrived,
            }, row.item.values  # fmt: skip


def office_told(told: Collection[Told]) -> Iterator[tuple[str, Any, date, str]]:
    """(Column, value, day of the ledger, its path) of every change in the offices' columns from ledger to ledger."""
    before: dict[str, Any] = {}
    for row, path, _, _, as_of in sorted((t for t in told if t.as_of), key=lambda t: (t.as_of or date.min, t.digest)):
        office = dict(row.item.office)
        for column in sorted({*before, *office}):
            if as_of and office.get(column) != before.get(column):
                yield column, office.get(column), as_of, path
        before = office
