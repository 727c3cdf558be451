"""What may be published: the ledger's rows without personal, source and office columns, and the pledges."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress, count
from typing import Any, TypeAlias

from rectify_xl.facts import catalog
from rectify_xl.facts.in_force import kept_by_book
from rectify_xl.layouts.ledger_columns import groups_for
from rectify_xl.little_memory.columnar import ROWS_AT_ONCE, ColumnRows, Columns, picked
from rectify_xl.model import Book, Column, Table
from rectify_xl.progress.items import ITEMS
from rectify_xl.progress.units import items_of, row_test_for
from rectify_xl.tables.item_columns import columns_of, item_columns

# The distinct values of a column with their classes, in the column's order.
Values: TypeAlias = dict[tuple[type, Any], None]
_FIGURES = ("integer", "percent")


def words() -> Mapping[str, Any]:
    """The wording of 公布稿.xlsx (facts/words/publication.toml)."""
    return catalog.words("publication")


def public_columns() -> tuple[Column, ...]:
    """The columns of the ledger form that may be published: what a form file calls personal never may."""
    groups = groups_for(catalog.forms()[ITEMS])
    return tuple(column for column in (*groups.lead, *groups.form, *groups.deadline) if not column.personal)


def publication(book: Book) -> Table:
    """One row an item of 整改台帐, in the ledger's order; optional columns (可不填栏目) that no row fills are left out.

    Columns: those of `public_columns`; 完成时限 is the day that is owed, an extension agreed to included.
    """
    optional, filled = _optional(book), _summary(book).filled
    names = [c.name for c in public_columns() if c.name in filled or c.name not in optional]
    return _table(book, names, range(len(items_of(book, ITEMS))))


def pledges(book: Book) -> Table:
    """One row a public pledge (公开承诺 = 是), in the ledger's order; columns as facts/words/publication.toml names."""
    public = {column.name for column in public_columns()}
    return _table(book, [name for name in words()["pledge_columns"] if name in public], _summary(book).pledged)


def distinct_values(book: Book) -> tuple[Mapping[str, Values], Mapping[str, Values]]:
    """The distinct values of the columns of figures and of states, by the column's name: of both tables."""
    summary = _summary(book)
    return summary.values, summary.pledged_values


def _table(book: Book, names: Sequence[str], places: Sequence[int]) -> Table:
    form = catalog.forms()[ITEMS]
    make, dues = item_columns(book, form, names), book.dues.get(ITEMS, ())
    due = names.index(form.deadline.due) if form.deadline and form.deadline.due in names else None

    def columns_with_owed_days(places: Sequence[int]) -> Columns:
        columns = list(make(places))
        if due is not None:
            owed = picked(dues, places)
            columns[due] = [one.day or agreed for one, agreed in zip(owed, columns[due], strict=True)]
        return columns

    return Table(tuple(names), ColumnRows(places, columns_with_owed_days))


# ---- what must be known of all items before the first row is written


@dataclass(frozen=True, slots=True)
class _Summary:
    """Of the items: the optional columns that some row fills, the positions of pledges, and `distinct_values`."""

    filled: set[str] = field(default_factory=set)
    pledged: array[int] = field(default_factory=lambda: array("L"))
    values: Mapping[str, Values] = field(default_factory=dict)
    pledged_values: Mapping[str, Values] = field(default_factory=dict)


@kept_by_book
def _summary(book: Book) -> _Summary:
    """The summary, made in one pass: items that lie in temporary files are slow to read."""
    optional = _optional(book)
    figures = [c.name for c in public_columns() if c.kind in _FIGURES or c.choices == "state"]
    names = list(dict.fromkeys((*optional, *figures)))
    summary = _Summary(values={name: {} for name in figures}, pledged_values={name: {} for name in figures})
    items, dues = items_of(book, ITEMS), book.dues.get(ITEMS, ())
    columns_for, is_pledged = columns_of(catalog.forms()[ITEMS], names), row_test_for("pledged", ITEMS)
    for first in range(0, len(items), ROWS_AT_ONCE):
        batch, batch_dues = items[first : first + ROWS_AT_ONCE], dues[first : first + ROWS_AT_ONCE]
        columns = dict(zip(names, columns_for(batch, batch_dues), strict=True))
        pledged = [is_pledged(item.values) for item in batch]
        summary.filled.update(name for name in optional if columns[name].count(None) < len(batch))
        summary.pledged.extend(compress(count(first), pledged))
        for name in figures:
            summary.values[name].update(_distinct(columns[name]))
            summary.pledged_values[name].update(_distinct(compress(columns[name], pledged)))
    return summary


def _optional(book: Book) -> list[str]:
    return [column.name for column in public_columns() if column.label in book.settings.optional_columns]


def _distinct(column: Iterable[Any]) -> Values:
    values = list(column)
    return dict.fromkeys(zip(map(type, values), values, strict=True))
