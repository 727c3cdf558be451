"""The register of a restricted form: the rows of each unit's latest return, for the eyes of the office alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from rectify_xl import catalog
from rectify_xl.model import Finding, Form, Return, Table
from rectify_xl.progress.units import has_arrived
from rectify_xl.roster import Roster


def restricted_forms() -> list[Form]:
    """The forms that are personal and confidential."""
    return [form for form in catalog.forms().values() if form.restricted]


def guidance_table(returns: Iterable[Return], form: Form, roster: Roster, as_of: date) -> Table:
    """One row a good row of each unit's latest return of a restricted form, units in the roster's order.

    Columns: unit_code, unit_name, the form's own, filled_on.
    """
    latest: dict[str, tuple[Return, list[tuple[Any, ...]]]] = {}
    for held in sorted(filter(lambda told: has_arrived(told.verdict), returns), key=lambda told: told.order):
        for rows in held.forms:
            if rows.form == form.name:
                code = roster.successor(held.unit_code, as_of)
                latest[code] = held, [row.values for row in rows.good]
    order = roster.order()
    codes = sorted(latest, key=lambda code: (order.get(code, len(order)), code))
    columns = ("unit_code", "unit_name", *(column.name for column in form.columns), "filled_on")
    return Table(columns, [row for code in codes for row in _rows(code, roster, latest[code])])


def _rows(
    code: str, roster: Roster, told: tuple[Return, list[tuple[Any, ...]]]
) -> Iterator[tuple[Any, ...]]:
    held, rows = told
    unit = roster.by_code(code)
    for values in rows:
        yield (code, unit.name if unit else held.unit_name, *values, held.filled_on)


def left_in_the_inbox(returns: Iterable[Return]) -> tuple[Finding, ...]:
    """What is told of every file with a restricted form where no password is set: it is kept nowhere else."""
    titles = "、".join(form.title for form in restricted_forms())
    return tuple(
        Finding(level="warning", code="restricted", file=held.file, params=(("forms", titles),))
        for held in returns
        if held.is_restricted and has_arrived(held.verdict)
    )
