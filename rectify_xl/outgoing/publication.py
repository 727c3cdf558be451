"""What may be shown to everybody: the ledger's rows without personal, source and office columns, and the pledges."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rectify_xl import catalog
from rectify_xl.ledger_columns import groups_for
from rectify_xl.ledger_table import Rows, ledger_table
from rectify_xl.model import Book, Column, Table
from rectify_xl.progress.tasks import ITEMS
from rectify_xl.progress.units import said


def words() -> Mapping[str, Any]:
    """The wording of 公布稿.xlsx (facts/words/publication.toml)."""
    return catalog.words("publication")


def public_columns() -> tuple[Column, ...]:
    """The columns of the ledger form that may be published: what a form file calls personal never may."""
    groups = groups_for(catalog.forms()[ITEMS])
    return tuple(column for column in (*groups.lead, *groups.form, *groups.deadline) if not column.personal)


def publication(book: Book) -> Table:
    """One row an item of 整改台帐, in the ledger's order; optional columns (可不填栏目) that no row fills are left out.

    Columns: those of `public_columns`.
    """
    table, optional = _public(book), book.settings.optional_columns
    labels = {column.name: column.label for column in public_columns()}
    kept = [
        at for at, name in enumerate(table.columns)
        if labels[name] not in optional or any(row[at] is not None for row in table.rows)
    ]  # fmt: skip
    if len(kept) == len(table.columns):
        return table
    names, rows = tuple(table.columns[at] for at in kept), table.rows
    return Table(names, Rows(len(rows), lambda place: _picked(rows[place], kept)))


def pledges(book: Book) -> Table:
    """One row a public pledge (公开承诺 = 是), in the ledger's order; columns as facts/words/publication.toml names."""
    table, public = _public(book), {column.name for column in public_columns()}
    names = tuple(name for name in words()["pledge_columns"] if name in public)
    kept = [table.columns.index(name) for name in names]
    is_pledged, items = said("pledged", ITEMS), book.items.get(ITEMS, ())
    pledged = [at for at, item in enumerate(items) if is_pledged(item.values)]
    return Table(names, Rows(len(pledged), lambda place: _picked(table.rows[pledged[place]], kept)))


def _public(book: Book) -> Table:
    table, names = ledger_table(book, ITEMS), tuple(column.name for column in public_columns())
    kept, rows = [table.columns.index(name) for name in names], table.rows
    return Table(names, Rows(len(rows), lambda place: _picked(rows[place], kept)))


def _picked(row: tuple[Any, ...], places: list[int]) -> tuple[Any, ...]:
    return tuple(row[at] for at in places)
