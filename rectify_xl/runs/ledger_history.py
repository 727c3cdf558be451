"""What lower offices' ledgers among the received files hold of one row: its states, and its office columns."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from typing import Any, NamedTuple

from rectify_xl.layout import column_letter
from rectify_xl.merging.numbering import StateRef, ref_of, state_ref
from rectify_xl.model import LedgerRow
from rectify_xl.store import Store
from rectify_xl.store.rows import ledger_from


class RowInLedger(NamedTuple):
    """A row as one ledger workbook has it, with that file's path, SHA-256, day of arrival and day it was made for."""

    row: LedgerRow
    path: str
    digest: str
    arrived: str
    as_of: date | None


def rows_in_ledgers(store: Store, number: str) -> list[RowInLedger]:
    """Every row with a number here in the ledgers that count, in order of arrival; a ledger goes by its first name."""
    lapsed = store.rows("SELECT digest, title, row, number FROM lapsed")
    numbers_here = {state_ref(digest, title, row): here for digest, title, row, here in lapsed}
    return [
        RowInLedger(row, path, digest, arrived, ledger.as_of)
        for path, digest, arrived, packed, _ in store.rows(  # beside a min() the other columns are of its row
            "SELECT a.path, f.digest, a.arrived, f.ledger, min(a.seq) FROM files f JOIN arrivals a ON a.file = f.key"
            " WHERE f.ledger IS NOT NULL AND a.verdict IN ('accepted', 'returned') GROUP BY f.key ORDER BY min(a.seq)"
        )
        if (ledger := ledger_from(packed))
        for row in ledger.rows
        if numbers_here.get(ref_of(row.item.latest), row.item.number) == number
    ]


def states_in_ledgers(
    rows: Collection[RowInLedger], direct: Collection[StateRef]
) -> Iterator[tuple[dict[str, Any], Any]]:
    """The states that did not come directly, each at its cell in the first ledger that has it, with its values.

    They are as `history` prints them: 填报日期 and saved time are those of the unit's own file.
    """
    seen = set(direct)
    for row, path, digest, arrived, _ in rows:
        (state,) = row.item.states
        ref = ref_of(state)
        if ref not in seen:
            seen.add(ref)
            first_letter = next((letter for letter in row.letters if letter), column_letter(0))
            yield {
                "file": path, "sheet": row.sheet, "row": row.row, "cell": f"{first_letter}{row.row}",
                "filled_on": state.filled_on.isoformat(), "saved": state.saved, "digest": digest, "arrived": arrived,
            }, row.item.values  # fmt: skip


def office_changes(rows: Collection[RowInLedger]) -> Iterator[tuple[str, Any, date, str]]:
    """(Column, value, day of the ledger, its path) of every change in the office columns from ledger to ledger."""
    before: dict[str, Any] = {}
    dated = [(entry.as_of, entry.digest, entry) for entry in rows if entry.as_of]
    for as_of, _, (row, path, *_) in sorted(dated, key=lambda entry: entry[:2]):
        office = dict(row.item.office)
        for column in sorted({*before, *office}):
            if office.get(column) != before.get(column):
                yield column, office.get(column), as_of, path
        before = office
