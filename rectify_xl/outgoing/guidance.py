"""The register of a restricted form: the rows of each unit's latest return, for the eyes of the office alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from rectify_xl.facts import catalog
from rectify_xl.merging.speaking import latest_of
from rectify_xl.model import Finding, Form, FormRows, Return, Table
from rectify_xl.office.roster import Roster
from rectify_xl.progress.units import has_arrived


def restricted_forms() -> list[Form]:
    """The forms that are personal and confidential."""
    return [form for form in catalog.forms().values() if form.restricted]


def guidance_table(returns: Iterable[Return], form: Form, roster: Roster, as_of: date) -> Table:
    """One row a good row of each unit's latest return of a restricted form, units in the roster's order.

    Those of a merged unit that still sends its own stand under its successor too.

    Columns: unit_code, unit_name, the form's own, filled_on.
    """
    arrived = [return_ for return_ in returns if has_arrived(return_.verdict)]
    latest = [
        (roster.successor(return_.unit_code, as_of), return_, rows)
        for return_, rows in latest_of(form, sorted(arrived, key=lambda return_: return_.order), roster)
    ]
    order = roster.order()
    latest.sort(key=lambda held: (order.get(held[0], len(order)), held[0]))
    columns = ("unit_code", "unit_name", *(column.name for column in form.columns), "filled_on")
    return Table(columns, [row for code, return_, rows in latest for row in _rows(code, roster, return_, rows)])


def _rows(code: str, roster: Roster, return_: Return, rows: FormRows) -> Iterator[tuple[Any, ...]]:
    unit = roster.by_code(code)
    for row in rows.good:
        yield (code, unit.name if unit else return_.unit_name, *row.values, return_.filled_on)


def left_in_the_inbox(returns: Iterable[Return]) -> tuple[Finding, ...]:
    """A warning for every file with a restricted form where no password is set: it is kept only in the inbox."""
    titles = "、".join(form.title for form in restricted_forms())
    return tuple(
        Finding(level="warning", code="restricted", file=return_.file, params=(("forms", titles),))
        for return_ in returns
        if return_.is_restricted and has_arrived(return_.verdict)
    )
