"""The many rows of a table that goes out, ready to be written at once: the formats they take, the lines they need."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, TypeAlias

from xlsxwriter.format import Format

from rectify_xl.excel.writing.fast_rows import ROWS_AT_ONCE, Filling
from rectify_xl.excel.writing.page import LEAST, Page, Shown, layers_for, line_held
from rectify_xl.progress.units import words

# What nothing is laid over in a look without a mark (see `layers_for`).
_PLAIN = frozenset((str, date, type(None)))

Rows = Sequence[Sequence[Any]]
Formats: TypeAlias = Format | Mapping[tuple[type, Any], Format]


def filling_for(page: Page, columns: Sequence[Shown], rows: Rows, first_row: int, **more: Any) -> Filling:
    """The rows of a table from `first_row` on, each column as it is shown; `more` goes to the filling."""
    return Filling(
        rows=rows,
        count=len(rows),
        first_row=first_row,
        formats=[_formats(page, *told) for told in zip(columns, _kinds(columns, rows), _columns(rows), strict=True)],
        lines=[line_held(shown.width) for shown in columns],
        **{"least": LEAST, **more},
    )


def _columns(rows: Rows) -> Iterable[Iterable[Any]]:
    """The values of each column, made when they are gone through."""
    return ((row[at] for row in rows) for at in range(len(rows[0])))


def _kinds(columns: Sequence[Shown], rows: Rows) -> list[set[type]]:
    """The classes of each column's values."""
    kinds: list[set[type]] = [set() for _ in columns]
    for first in range(0, len(rows), ROWS_AT_ONCE):
        for held, values in zip(kinds, zip(*rows[first : first + ROWS_AT_ONCE], strict=True), strict=True):
            held.update(map(type, values))
    return kinds


def _formats(page: Page, shown: Shown, kinds: set[type], values: Iterable[Any]) -> Formats:
    """The formats of a column by its values, which are in the order of the rows: so are the formats in the file."""
    base = (*words()["looks"][shown.look], "grid")
    if shown.look != "state" and not words()["marked"].get(shown.look) and _PLAIN.issuperset(kinds):
        return page.styles(*base)
    layers = {key: layers_for(shown.look, key[1]) for key in dict.fromkeys((type(v), v) for v in values)}
    formats = {laid: page.styles(*base, *laid) for laid in dict.fromkeys(layers.values())}
    if len(formats) == 1:
        return next(iter(formats.values()))
    return {key: formats[laid] for key, laid in layers.items()}
