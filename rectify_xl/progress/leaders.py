"""The table of progress by leader: first responsible persons and leaders in contact, with their units."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from rectify_xl.facts import catalog
from rectify_xl.kinds import people_in
from rectify_xl.model import Book, Table, Unit
from rectify_xl.progress.tasks import ITEM_COLUMNS, counts_by_unit, item_cells
from rectify_xl.progress.units import CountedUnits, counted_units, reporting_codes, sum_counts, words

# Leaders in contact are few and come first.
ROLES = ("leader", "first_responsible")


def leaders(book: Book) -> Table:
    """One row a leader in contact, then one a first responsible person, each with his units of the roster.

    Columns: role, leader (where the roster names nobody, a word for that), units (how many), unit_names, not_reported
    (units), tasks_late (their tasks 逾期未办), their items and counts by state, completion (a fraction of one). A unit
    with two leaders counts for both; stopped and merged units are left out.
    """
    units, by_unit = counts_by_unit(book)
    arrived, late = reporting_codes(book, units), late_tasks(book)
    rows: list[tuple[Any, ...]] = []
    for role in ROLES:
        for person, own_units in _units_by_person(units, role):
            counts = sum_counts(by_unit.get(unit.code, Counter()) for unit in own_units)
            missing = sum(unit.code not in arrived for unit in own_units)
            cells = (words()["roles"][role], person or words()["unfilled"], len(own_units), _names(own_units))
            rows.append((*cells, missing, sum(late[unit.code] for unit in own_units), *item_cells(counts)))
    columns = ("role", "leader", "units", "unit_names", "not_reported", "tasks_late")
    return Table((*columns, *ITEM_COLUMNS, "completion"), rows)


def _units_by_person(units: CountedUnits, role: str) -> Iterator[tuple[str, list[Unit]]]:
    """Each person of the role with his units, in the roster's order, then "" with the units that name nobody.

    Nothing at all where no unit names anybody.
    """
    by_person: dict[str, list[Unit]] = {}
    for unit in units.asked:
        people = [person for person in people_in(getattr(unit, role)) if person]
        for person in people or [""]:
            by_person.setdefault(person, []).append(unit)
    nobody = by_person.pop("", [])
    yield from by_person.items()
    if by_person and nobody:
        yield "", nobody


def _names(units: Sequence[Unit]) -> str:
    """The units' names on one line; of many, the first and how many there are."""
    most, joint = words()["leader_units"], words()["joint"]
    if len(units) <= most:
        return str(joint.join(unit.name for unit in units))
    names = joint.join(unit.name for unit in units[:most])
    return str(words()["and_more"].format(names=names, count=len(units)))


def late_tasks(book: Book) -> Counter[str]:
    """How many tasks of each unit asked are 逾期未办, by its code."""
    asked, late = {unit.code for unit in counted_units(book).asked}, catalog.states("task")["late"]
    return Counter(state.unit_code for state in book.tasks if state.state == late and state.unit_code in asked)
