"""One row through the weeks, and what a fold knows besides the returns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from rectify_xl.merging.ledger_order import LedgerOrder
from rectify_xl.merging.numbering import Numbering, StateRef, ref_of
from rectify_xl.merging.row_findings import LedgerRecord
from rectify_xl.model import State
from rectify_xl.office.roster import Roster
from rectify_xl.office.waivers import Waivers


@dataclass(frozen=True, kw_only=True, slots=True)
class FoldContext:
    """What a fold knows besides the returns; `as_of` tells which units are merged into others by then.

    `ledger_records` are what lower offices' ledgers say, by row state, `ledger_order` what these know of each other;
    `items` the numbered items so far, as (unit code, number).
    """

    numbering: Numbering
    roster: Roster
    as_of: date
    waivers: Waivers = field(default_factory=Waivers)
    ledger_records: Mapping[StateRef, Sequence[LedgerRecord]] = field(default_factory=dict)
    ledger_order: LedgerOrder = field(default_factory=LedgerOrder)
    items: set[tuple[str, str]] = field(default_factory=set)


@dataclass(slots=True)
class Track:
    """One row followed through the returns; `units` are those that reported it, `reported_by` the last of them.

    `is_provisional` says that its number is a new one of this fold. `agreed_due` is the deadline as first reported, and
    `agreed_order` the order of the return that did so.
    """

    number: str
    key: tuple[Any, ...] = ()
    is_provisional: bool = False
    states: list[State] = field(default_factory=list)
    agreed_due: date | None = None
    agreed_order: tuple[Any, ...] = ()
    last_seen_in: str = ""  # digest of the last return that still had the row
    units: set[str] = field(default_factory=set)
    reported_by: str = ""
    ledger_records: list[LedgerRecord] = field(default_factory=list)
    only_in_ledgers: set[StateRef] = field(default_factory=set)  # states that came by a lower office's ledger alone

    def agree(self, due: date | None, order: tuple[Any, ...]) -> None:
        """Takes a deadline as the agreed one if it was reported first."""
        if due is not None and (self.agreed_due is None or order < self.agreed_order):
            self.agreed_due, self.agreed_order = due, order

    def ledger_record_of(self, state: State) -> LedgerRecord | None:
        """Where a state stands in the ledger that alone has it; None for one that was reported directly."""
        if not self.only_in_ledgers or ref_of(state) not in self.only_in_ledgers:
            return None
        source = state[1:4]
        return next((r for r in reversed(self.ledger_records) if r.row.item.latest[1:4] == source), None)
