"""What a fold knows while it goes on: besides the returns, and of each row through the weeks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from rectify_xl.merging.given import Given, StateRef, ref_of
from rectify_xl.merging.row_findings import Fact
from rectify_xl.model import Return, State
from rectify_xl.roster import Roster
from rectify_xl.waivers import Waivers


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What a fold knows besides the returns: numbers, units, waivers, what ledgers tell by state, items so far."""

    given: Given
    roster: Roster
    waivers: Waivers = field(default_factory=Waivers)
    facts: Mapping[StateRef, Sequence[Fact]] = field(default_factory=dict)
    items: set[tuple[str, str]] = field(default_factory=set)

    def speaks_for(self, held: Return, unit: str) -> bool:
        """Whether a return tells the rows of a unit: its own, or that of the unit it was merged into by then."""
        if held.unit_code == unit:
            return True
        return held.filled_on is not None and self.roster.successor(unit, held.filled_on) == held.unit_code


@dataclass(slots=True)
class Entry:
    """One row known through the weeks, while the fold goes on; `units` are those that told it."""

    number: str
    key: tuple[Any, ...] = ()
    is_made_up: bool = False
    states: list[State] = field(default_factory=list)
    agreed: date | None = None
    agreed_as: tuple[Any, ...] = ()
    seen_in: str = ""  # digest of the last return that still had the row
    units: set[str] = field(default_factory=set)
    facts: list[Fact] = field(default_factory=list)
    brought: set[StateRef] = field(default_factory=set)  # the states that only an office's ledger tells

    def fact_of(self, state: State) -> Fact | None:
        """Where a state stands in the ledger that alone tells it; None for one that was reported directly."""
        if not self.brought:
            return None
        ref = ref_of(state.digest, state.sheet, state.row)
        held = (f for f in reversed(self.facts) if f.row.item.latest[1:4] == state[1:4])
        return next(held, None) if ref in self.brought else None
