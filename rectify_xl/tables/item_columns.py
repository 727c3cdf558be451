"""The columns of a form's rows as the ledger shows them, made by column for whichever rows are wanted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from rectify_xl.columnar import ColumnRows, Columns, Make, picked
from rectify_xl.ledger_columns import DIGEST_DIGITS, groups_for
from rectify_xl.model import Book, Due, Form, Item
from rectify_xl.normal import inert

# What makes some columns of a sheet from items and what they are due.
Tell = Callable[[Sequence[Item], Sequence[Due]], Columns]


def item_columns(book: Book, form: Form, names: Sequence[str]) -> Make:
    """A function places in `book.items[form]` -> the named columns of the form's ledger sheet, in their order."""
    items, dues = book.items.get(form.name, ()), book.dues.get(form.name, ()) if form.deadline else ()
    tell = columns_of(form, names)
    return lambda places: tell(picked(items, places), picked(dues, places) if dues else ())


def item_rows(book: Book, form: Form, names: Sequence[str]) -> ColumnRows:
    """The rows of a form's ledger sheet in the book's order, of the named columns alone."""
    return ColumnRows(range(len(book.items.get(form.name, ()))), item_columns(book, form, names))


def columns_of(form: Form, names: Sequence[str]) -> Tell:
    """A function items, their dues -> the named columns of the form's ledger sheet, in their order."""
    parts = [(told, make) for told, make in _parts(form) if not set(told).isdisjoint(names)]
    order = [name for told, _ in parts for name in told]
    chosen = [order.index(name) for name in names]

    def tell(held: Sequence[Item], owed: Sequence[Due]) -> Columns:
        made = [column for _, part in parts for column in part(held, owed)]
        return [made[at] for at in chosen]

    return tell


def _parts(form: Form) -> list[tuple[list[str], Tell]]:
    """The columns of a ledger sheet by what tells them, in the order of the sheet."""
    groups = groups_for(form)
    names = [[column.name for column in group] for group in groups]
    makers = (_lead, partial(_told, len(form.columns)), _due, partial(_office, names[3]), partial(_source, form))
    return list(zip(names, makers, strict=True))


def _lead(held: Sequence[Item], dues: Sequence[Due]) -> Columns:
    return [item.unit_code for item in held], [item.unit_name for item in held]


def _told(count: int, held: Sequence[Item], dues: Sequence[Due]) -> Columns:
    return list(zip(*[item.values for item in held], strict=True)) or [()] * count


def _due(held: Sequence[Item], dues: Sequence[Due]) -> Columns:
    return [due.state for due in dues], [due.workdays_left for due in dues]


def _office(names: Sequence[str], held: Sequence[Item], dues: Sequence[Due]) -> Columns:
    typed = [item.office for item in held]
    if not any(typed):
        return [(None,) * len(held)] * len(names)
    return [[remarks.get(name) for remarks in typed] for name in names]


def _source(form: Form, held: Sequence[Item], dues: Sequence[Due]) -> Columns:
    states = [item.states[item.stands] for item in held]
    return [
        _inert([state.file for state in states]),
        _inert([state.sheet for state in states]),
        [state.row for state in states],
        [state.digest[:DIGEST_DIGITS] for state in states],
        [state.filled_on for state in states],
        [state.saved for state in states],
        [item.first_on for item in held],
        *([[item.started_on for item in held]] if form.started else []),
    ]


def _inert(texts: Sequence[str]) -> Sequence[str]:
    """`normal.inert` of each, quickly where there is nothing to do: this runs for every row of the ledger."""
    return texts if "".join(frozenset(texts)).isprintable() else list(map(inert, texts))
