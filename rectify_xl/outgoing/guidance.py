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
    arrived = [return_ for return_ in returns if has_arrived(return_.verdict)]
    for return_ in sorted(arrived, key=lambda return_: return_.order):
        for rows in return_.forms:
            if rows.form == form.name:
                code = roster.successor(return_.unit_code, as_of)
                latest[code] = return_, [row.values for row in rows.good]
    order = roster.order()
    codes = sorted(latest, key=lambda code: (order.get(code, len(order)), code))
    columns = ("unit_code", "unit_name", *(column.name for column in form.columns), "filled_on")
    return Table(columns, [row for code in codes for row in _rows(code, roster, latest[code])])


def _rows(code: str, roster: Roster, latest: tuple[Return, list[tuple[Any, ...]]]) -> Iterator[tuple[Any, ...]]:
    return_, rows = latest
    unit = roster.by_code(code)
    for values in rows:
        yield (code, unit.name if unit else return_.unit_name, *values, return_.filled_on)


def left_in_the_inbox(returns: Iterable[Return]) -> tuple[Finding, ...]:
    """A warning for every file with a restricted form where no password is set: it is kept only in the inbox."""
    titles = "、".join(form.title for form in restricted_forms())
    return tuple(
        Finding(level="warning", code="restricted", file=return_.file, params=(("forms", titles),))
        for return_ in returns
        if return_.is_restricted and has_arrived(return_.verdict)
    )
