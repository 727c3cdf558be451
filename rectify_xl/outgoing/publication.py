"""What may be shown to everybody: the ledger's rows without personal, source and office columns, and the pledges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any

from rectify_xl import catalog
from rectify_xl.ledger_columns import groups_for
from rectify_xl.model import Book, Column, Table
from rectify_xl.progress.tasks import ITEMS
from rectify_xl.progress.units import said
from rectify_xl.tables.ledger_table import ledger_table


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
        name for at, name in enumerate(table.columns)
        if labels[name] not in optional or any(row[at] is not None for row in table.rows)
    ]  # fmt: skip
    return table if len(kept) == len(table.columns) else _picked(table, kept)


def pledges(book: Book) -> Table:
    """One row a public pledge (公开承诺 = 是), in the ledger's order; columns as facts/words/publication.toml names."""
    public = {column.name for column in public_columns()}
    is_pledged, table = said("pledged", ITEMS), ledger_table(book, ITEMS)
    pledged = [at for at, item in enumerate(book.items.get(ITEMS, ())) if is_pledged(item.values)]
    rows = [table.rows[at] for at in pledged]
    return _picked(Table(table.columns, rows), [name for name in words()["pledge_columns"] if name in public])


def _public(book: Book) -> Table:
    return _picked(ledger_table(book, ITEMS), [column.name for column in public_columns()])


def _picked(table: Table, names: Sequence[str]) -> Table:
    """Some columns of a table, its rows made at once: they are gone through several times."""
    pick = itemgetter(*map(table.columns.index, names))
    return Table(tuple(names), list(map(pick, table.rows)))
