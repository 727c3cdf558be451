"""How the units stand beside one another in the bulletin: the best, the worst, and who has not reported."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from rectify_xl import catalog
from rectify_xl.model import Book, Unit
from rectify_xl.progress.leaders import late_tasks
from rectify_xl.progress.tasks import COMPLETED, counts_by_unit
from rectify_xl.progress.units import counted_units, reported

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
    made = []
    for unit in units.asked:
        counts = by_unit.get(unit.code, Counter[str]())
        total, done = sum(counts.values()), sum(counts[names[name]] for name in COMPLETED)
        if total:
            made.append(Standing(unit, total, done, done / total, counts[names["late"]] + tasks[unit.code]))
    return made


def best_and_worst(book: Book, most: int = MOST_UNITS) -> tuple[Sequence[Standing], Sequence[Standing]]:
    """At most `most` units each, none in both: the highest scores first, and the lowest first.

    Equals stand in the roster's order. At most half of the units are called the best, those alone that completed
    something, and no less than they are late with; the worst are those alone that are late with something or have
    completed nothing.
    """
    ranked = sorted(standings(book), key=lambda standing: -standing.score)
    ahead = [standing for standing in ranked if standing.completed and standing.completed >= standing.late]
    best = ahead[: min(most, max(len(ranked) // 2, 1))]
    named = {standing.unit.code for standing in best}
    rest = (s for s in ranked if s.unit.code not in named and (s.late or not s.completed))
    return best, sorted(rest, key=lambda standing: standing.score)[:most]


def not_reported(book: Book) -> list[str]:
    """The names of the units asked that nothing has come from, in the roster's order."""
    units = counted_units(book)
    arrived = reported(book, units)
    return [unit.name for unit in units.asked if unit.code not in arrived]
