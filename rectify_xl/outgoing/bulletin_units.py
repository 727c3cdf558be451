"""The units compared in the bulletin: the best, the worst, and those that have not reported."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from rectify_xl.facts import catalog
from rectify_xl.model import Book, Unit
from rectify_xl.progress.leaders import late_tasks
from rectify_xl.progress.tasks import COMPLETED, counts_by_unit
from rectify_xl.progress.units import counted_units, reporting_codes

MOST_UNITS = 5


class Standing(NamedTuple):
    """One unit: its items, those completed, their share (a fraction of one), items and tasks that are late."""

    unit: Unit
    items: int
    completed: int
    completion: float
    late: int

    @property
    def score(self) -> float:
        """What units are ranked by: the share completed less what is late for each item."""
        return self.completion - self.late / self.items


def standings(book: Book) -> list[Standing]:
    """The units asked that have items, in the roster's order."""
    units, by_unit = counts_by_unit(book)
    names, tasks = catalog.states("item"), late_tasks(book)
    rows = []
    for unit in units.asked:
        counts = by_unit.get(unit.code, Counter[str]())
        total, done = sum(counts.values()), sum(counts[names[name]] for name in COMPLETED)
        if total:
            rows.append(Standing(unit, total, done, done / total, counts[names["late"]] + tasks[unit.code]))
    return rows


def best_and_worst(book: Book, most: int = MOST_UNITS) -> tuple[Sequence[Standing], Sequence[Standing]]:
    """The best (highest scores first) and the worst (lowest first), at most `most` units each, none in both.

    The best are at most half of the units, each with at least one completed item and no more late than completed; the
    worst are late with something or have completed nothing. Equal scores stay in the roster's order.
    """
    ranked = sorted(standings(book), key=lambda standing: -standing.score)
    ahead = [standing for standing in ranked if standing.completed and standing.completed >= standing.late]
    best = ahead[: min(most, max(len(ranked) // 2, 1))]
    best_codes = {standing.unit.code for standing in best}
    rest = (s for s in ranked if s.unit.code not in best_codes and (s.late or not s.completed))
    return best, sorted(rest, key=lambda standing: standing.score)[:most]


def not_reported(book: Book) -> list[str]:
    """The names of the units asked that have sent nothing, in the roster's order."""
    units = counted_units(book)
    reporting = reporting_codes(book, units)
    return [unit.name for unit in units.asked if unit.code not in reporting]
