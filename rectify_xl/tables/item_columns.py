"""The columns of a form's ledger sheet, made column by column for any choice of rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from rectify_xl.layouts.ledger_columns import DIGEST_DIGITS, groups_for
from rectify_xl.little_memory.columnar import ColumnRows, Columns, Make, picked
from rectify_xl.model import Book, Due, Form, Item
from rectify_xl.normal import inert

# A function (items, their dues) -> some columns of a sheet.
MakeColumns = Callable[[Sequence[Item], Sequence[Due]], Columns]


def item_columns(book: Book, form: Form, names: Sequence[str]) -> Make:
    """A function places in `book.items[form]` -> the named columns of the form's ledger sheet, in their order."""
    items, dues = book.items.get(form.name, ()), book.dues.get(form.name, ()) if form.deadline else ()
    make = columns_of(form, names)
    return lambda places: make(picked(items, places), picked(dues, places) if dues else ())


def item_rows(book: Book, form: Form, names: Sequence[str]) -> ColumnRows:
    """The rows of a form's ledger sheet in the book's order, of the named columns alone."""
    return ColumnRows(range(len(book.items.get(form.name, ()))), item_columns(book, form, names))


def columns_of(form: Form, names: Sequence[str]) -> MakeColumns:
    """A function items, their dues -> the named columns of the form's ledger sheet, in their order."""
    parts = [(part_names, make) for part_names, make in _parts(form) if not set(part_names).isdisjoint(names)]
    order = [name for part_names, _ in parts for name in part_names]
    positions = [order.index(name) for name in names]

    def make_columns(items: Sequence[Item], dues: Sequence[Due]) -> Columns:
        columns = [column for _, part in parts for column in part(items, dues)]
        return [columns[position] for position in positions]

    return make_columns


def _parts(form: Form) -> list[tuple[list[str], MakeColumns]]:
    """The groups of a ledger sheet's columns, each with its maker, in the order of the sheet."""
    groups = groups_for(form)
    names = [[column.name for column in group] for group in groups]
    makers = (
        _lead_columns,
        partial(_own_columns, len(form.columns)),
        _due_columns,
        partial(_office_columns, names[3]),
        partial(_source_columns, form),
    )
    return list(zip(names, makers, strict=True))


def _lead_columns(items: Sequence[Item], dues: Sequence[Due]) -> Columns:
    return [item.unit_code for item in items], [item.unit_name for item in items]


def _own_columns(count: int, items: Sequence[Item], dues: Sequence[Due]) -> Columns:
    return list(zip(*[item.values for item in items], strict=True)) or [()] * count


def _due_columns(items: Sequence[Item], dues: Sequence[Due]) -> Columns:
    return [due.state for due in dues], [due.workdays_left for due in dues]


def _office_columns(names: Sequence[str], items: Sequence[Item], dues: Sequence[Due]) -> Columns:
    typed = [item.office for item in items]
    if not any(typed):
        return [(None,) * len(items)] * len(names)
    return [[remarks.get(name) for remarks in typed] for name in names]


def _source_columns(form: Form, items: Sequence[Item], dues: Sequence[Due]) -> Columns:
    states = [item.states[item.stands] for item in items]
    return [
        _inert([state.file for state in states]),
        _inert([state.sheet for state in states]),
        [state.row for state in states],
        [state.digest[:DIGEST_DIGITS] for state in states],
        [state.filled_on for state in states],
        [state.saved for state in states],
        [item.first_on for item in items],
        *([[item.started_on for item in items]] if form.started else []),
    ]


def _inert(texts: Sequence[str]) -> Sequence[str]:
    """`normal.inert` of each, with a short cut where nothing must be escaped: this runs for every row of the ledger."""
    return texts if "".join(frozenset(texts)).isprintable() else list(map(inert, texts))
