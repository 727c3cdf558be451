"""The table of items that the upper level is asked to coordinate, with their states."""

from __future__ import annotations

from typing import Any

from rectify_xl.facts import catalog
from rectify_xl.model import Book, Table
from rectify_xl.progress.items import ITEMS, item_summary
from rectify_xl.progress.units import counted_units, items_of

# The columns that the form's own fields fill.
_FIELDS = ("problem", "explanation", "measure", "department", "owner")
COLUMNS = ("unit_code", "unit_name", "number", *_FIELDS, "due_on", "status", "percent", "progress", "state", "remark")


def coordination(book: Book) -> Table:
    """One row an item that its unit cannot solve alone (处理方式: 提请上级协调), units in the roster's order.

    Columns: unit_code, unit_name, number, problem, explanation, measure, department, owner, due_on (with an extension
    granted), status, percent (a fraction of one), progress, state (到期状态), remark (the office's 督查意见).
    """
    units, form = counted_units(book), catalog.forms()[ITEMS]
    at, items, dues = form.positions, items_of(book, ITEMS), book.dues.get(ITEMS, ())
    places, _, asking = item_summary(book)
    rows: list[tuple[Any, ...]] = []
    for unit in units.listed(places):
        for place in places.get(unit.code, ()):
            if place in asking:
                item, due = items[place], dues[place]
                fields = (item.values[at[name]] for name in _FIELDS)
                progress = (item.values[at[name]] for name in ("status", "percent", "progress"))
                remark = item.office.get("supervision") or ""
                rows.append((unit.code, unit.name, item.number, *fields, due.day, *progress, due.state, remark))
    return Table(COLUMNS, rows)
