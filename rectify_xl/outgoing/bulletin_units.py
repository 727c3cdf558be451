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
    """At most `most` units each, none in both: the best completed most, the worst have most that is late.

    Equals stand in the roster's order. Half of the units at most are called the best, those alone that completed
    something and are late with nothing (where no unit is so, whoever completed something); the worst are those alone
    that are late with something or have completed nothing.
    """
    held = standings(book)
    good = [s for s in held if s.completed]
    best = sorted([s for s in good if not s.late] or good, key=lambda s: (-s.completion, s.late))
    best = best[: min(most, max(len(held) // 2, 1))]
    named = {standing.unit.code for standing in best}
    rest = (s for s in held if s.unit.code not in named and (s.late or not s.completed))
    return best, sorted(rest, key=lambda s: (-s.late, s.completion))[:most]


def not_reported(book: Book) -> list[str]:
    """The names of the units asked that nothing has come from, in the roster's order."""
    units = counted_units(book)
    arrived = reported(book, units)
    return [unit.name for unit in units.asked if unit.code not in arrived]
