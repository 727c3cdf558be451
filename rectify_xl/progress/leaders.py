"""The table of progress by leader: whom each first responsible person and each leader in contact answers for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from rectify_xl import catalog
from rectify_xl.kinds import people_in
from rectify_xl.model import Book, Table, Unit
from rectify_xl.progress.tasks import ITEM_COLUMNS, counts_by_unit, item_cells
from rectify_xl.progress.units import Counted, counted_units, reported, together, words

# The leaders in contact are few and stand first.
ROLES = ("leader", "first_responsible")


def leaders(book: Book) -> Table:
    """One row a leader in contact, then one a first responsible person, each with the units of the roster he has.

    Columns: role, person ("" where the roster names nobody: told as such), units (how many), unit_names, not_reported
    (units of them), tasks_late (their tasks 逾期未办), their items and counts by state, completion (a fraction of
    one). A unit with two leaders counts for both. Units that are stopped or merged stand nowhere.
    """
    units, by_unit = counts_by_unit(book)
    arrived, late = reported(book, units), late_tasks(book)
    rows: list[tuple[Any, ...]] = []
    for role in ROLES:
        for person, held in _held_by(units, role):
            counts = together(by_unit.get(unit.code, Counter()) for unit in held)
            missing = sum(unit.code not in arrived for unit in held)
            told = (words()["roles"][role], person or words()["unfilled"], len(held), _names(held))
            rows.append((*told, missing, sum(late[unit.code] for unit in held), *item_cells(counts)))
    columns = ("role", "leader", "units", "unit_names", "not_reported", "tasks_late")
    return Table((*columns, *ITEM_COLUMNS, "completion"), rows)


def _held_by(units: Counted, role: str) -> Iterator[tuple[str, list[Unit]]]:
    """Each person of the role with the units, in the roster's order; where only nobody is named, nothing."""
    made: dict[str, list[Unit]] = {}
    for unit in units.asked:
        for person in list(filter(None, people_in(getattr(unit, role)))) or [""]:
            made.setdefault(person, []).append(unit)
    nobody = made.pop("", [])
    yield from made.items()
    if made and nobody:
        yield "", nobody


def _names(held: Sequence[Unit]) -> str:
    """The units' names on one line, of many only the first."""
    most, joint = words()["leader_units"], words()["joint"]
    if len(held) <= most:
        return str(joint.join(unit.name for unit in held))
    named = joint.join(unit.name for unit in held[:most])
    return str(words()["and_more"].format(names=named, count=len(held)))


def late_tasks(book: Book) -> Counter[str]:
    """How many tasks of each unit asked stand 逾期未办, by its code."""
    asked, late = {unit.code for unit in counted_units(book).asked}, catalog.states("task")["late"]
    return Counter(state.unit_code for state in book.tasks if state.state == late and state.unit_code in asked)
