"""The many rows of a table that goes out, ready to be written at once: the formats they take, the lines they need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import islice
from typing import Any, TypeAlias

from xlsxwriter.format import Format

from rectify_xl.excel.writing.fast_rows import Filling
from rectify_xl.excel.writing.page import LEAST, Page, Shown, layers_for, line_held
from rectify_xl.little_memory.columnar import pieces_of
from rectify_xl.progress.units import words

# What nothing is laid over in a look without a mark (see `layers_for`).
_PLAIN = frozenset((str, date, type(None)))

Rows = Sequence[Sequence[Any]]
_Keys: TypeAlias = dict[tuple[type, Any], None]
Formats: TypeAlias = Format | Mapping[tuple[type, Any], Format]


def filling_for(page: Page, columns: Sequence[Shown], rows: Rows, first_row: int, **more: Any) -> Filling:
    """The rows of a table from `first_row` on, each column as it is shown; `more` goes to the filling."""
    return Filling(
        rows=rows,
        count=len(rows),
        first_row=first_row,
        formats=[_formats(page, shown, keys) for shown, keys in zip(columns, _keys(columns, rows), strict=True)],
        lines=[line_held(shown.width) for shown in columns],
        **{"least": LEAST, **more},
    )


def _keys(columns: Sequence[Shown], rows: Rows) -> list[Mapping[tuple[type, Any], None] | None]:
    """What stands in each column, in the order of the rows; None where nothing is laid over any cell."""
    keys_by_column: dict[int, _Keys | None] = {
        at: {} if _is_marked(shown) else None for at, shown in enumerate(columns) if shown.values is None
    }
    for number, piece in enumerate(pieces_of(rows) if keys_by_column else ()):
        for at, keys in keys_by_column.items():
            values = piece[at]
            if keys is None and not _PLAIN.issuperset(map(type, values)):
                keys = keys_by_column[at] = {}
                for before in islice(pieces_of(rows), number):
                    keys.update(_keys_in(before[at]))
            if keys is not None:
                keys.update(_keys_in(values))
    return [keys_by_column.get(at, shown.values or None) for at, shown in enumerate(columns)]


def _is_marked(shown: Shown) -> bool:
    return shown.look == "state" or bool(words()["marked"].get(shown.look))


def _keys_in(values: Sequence[Any]) -> _Keys:
    return dict.fromkeys(zip(map(type, values), values, strict=True))


def _formats(page: Page, shown: Shown, keys: Mapping[tuple[type, Any], None] | None) -> Formats:
    """The formats of a column by its values, which are in the order of the rows: so are the formats in the file."""
    base = (*words()["looks"][shown.look], "grid")
    if keys is None:
        return page.styles(*base)
    layers = {key: layers_for(shown.look, key[1]) for key in keys}
    formats = {over: page.styles(*base, *over) for over in dict.fromkeys(layers.values())}
    if len(formats) == 1:
        return next(iter(formats.values()))
    return {key: formats[over] for key, over in layers.items()}
