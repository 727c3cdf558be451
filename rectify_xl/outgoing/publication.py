"""What may be shown to everybody: the ledger's rows without personal, source and office columns, and the pledges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rectify_xl import catalog
from rectify_xl.columnar import ColumnRows
from rectify_xl.ledger_columns import groups_for
from rectify_xl.model import Book, Column, Table
from rectify_xl.progress.tasks import ITEMS
from rectify_xl.progress.units import items_of, said
from rectify_xl.tables.item_columns import item_columns


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
    optional = [column.name for column in public_columns() if column.label in book.settings.optional_columns]
    places = range(len(items_of(book, ITEMS)))
    filled = _filled(ColumnRows(places, item_columns(book, catalog.forms()[ITEMS], optional)), optional)
    return _table(book, [c.name for c in public_columns() if c.name in filled or c.name not in optional], places)


def pledges(book: Book) -> Table:
    """One row a public pledge (公开承诺 = 是), in the ledger's order; columns as facts/words/publication.toml names."""
    public, is_pledged = {column.name for column in public_columns()}, said("pledged", ITEMS)
    places = [place for place, item in enumerate(items_of(book, ITEMS)) if is_pledged(item.values)]
    return _table(book, [name for name in words()["pledge_columns"] if name in public], places)


def _filled(rows: ColumnRows, names: Sequence[str]) -> set[str]:
    """Those of the named columns in which anything stands."""
    return {
        name
        for piece in (rows.pieces() if names else ())
        for name, values in zip(names, piece, strict=True)
        if values.count(None) < len(values)
    }


def _table(book: Book, names: Sequence[str], places: Sequence[int]) -> Table:
    return Table(tuple(names), ColumnRows(places, item_columns(book, catalog.forms()[ITEMS], names)))
