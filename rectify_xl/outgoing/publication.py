"""What may be shown to everybody: the ledger's rows without personal, source and office columns, and the pledges."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from rectify_xl import catalog
from rectify_xl.ledger_columns import groups_for
from rectify_xl.model import Book, Column, Table
from rectify_xl.progress.tasks import ITEMS
from rectify_xl.progress.units import items_of, said


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
    columns, optional = public_columns(), book.settings.optional_columns
    table = _table(book, [column.name for column in columns])
    kept = [
        column.name for at, column in enumerate(columns)
        if column.label not in optional or any(row[at] is not None for row in table.rows)
    ]  # fmt: skip
    return table if len(kept) == len(columns) else _table(book, kept)


def pledges(book: Book) -> Table:
    """One row a public pledge (公开承诺 = 是), in the ledger's order; columns as facts/words/publication.toml names."""
    public = {column.name for column in public_columns()}
    return _table(book, [name for name in words()["pledge_columns"] if name in public], said("pledged", ITEMS))


def _table(book: Book, names: Sequence[str], asked: Callable[[Sequence[Any]], bool] | None = None) -> Table:
    """The named columns of the ledger's rows (of those asked for), made at once."""
    groups = groups_for(catalog.forms()[ITEMS])
    every = [column.name for column in (*groups.lead, *groups.form, *groups.deadline)]
    pick = itemgetter(*map(every.index, names))
    rows = [
        pick((item.unit_code, item.unit_name, *item.values, due.state, due.workdays_left))
        for item, due in zip(items_of(book, ITEMS), book.dues.get(ITEMS, ()), strict=True)
        if asked is None or asked(item.values)
    ]
    return Table(tuple(names), rows)
