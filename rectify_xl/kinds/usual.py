"""Columns whose cells are all as they are asked for, understood at once; any other is left to its kind's parser.

One entry a cell kind. A `Usual` takes the filled cells of a column, none of them of a class that says what is wrong
with its cell (`CellError`, `NoValue`, `LongText`), and gives their typed values where the kind's parser would have
nothing to tell of any of them; else, or where that is not told quickly, it gives None, and the parser is asked cell by
cell.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from math import isfinite
from typing import Any

from rectify_xl import catalog
from rectify_xl.kinds.choices import usual_options
from rectify_xl.kinds.reading import Reading, Setting, empties, excel_length
from rectify_xl.kinds.texts import are_item_numbers, are_names, text_bounds
from rectify_xl.model import Column
from rectify_xl.normal import is_printed, narrow

Cells = Sequence[Any]
Usual = Callable[[Cells], Cells | None]


def usual_for(column: Column, setting: Setting) -> Usual:
    """How a column's cells are understood at once."""
    return USUAL[column.kind](column, setting)


def _texts_at_once(column: Column, setting: Setting) -> Usual:
    nothing = frozenset(empties())
    low, high = text_bounds(column)

    def understood(cells: Cells) -> Cells | None:
        try:
            joined = "".join(cells)
        except TypeError:
            return None
        longest = max(map(len, cells))
        if 2 * longest > high:  # a sign may count twice
            longest += excel_length(joined) - len(joined)
        if longest > high or min(map(len, cells)) < low:
            return None
        # With = and # begin pictures and error values: wherever these stand, the parser is asked.
        is_odd = "=" in joined or "#" in joined or not is_printed(joined.replace("\n", ""))
        return None if is_odd or list(map(str.strip, cells)) != [*cells] or not nothing.isdisjoint(cells) else cells

    return understood


def _people_at_once(column: Column, setting: Setting) -> Usual:
    as_texts = _texts_at_once(column, setting)

    def understood(cells: Cells) -> Cells | None:
        return cells if as_texts(cells) is not None and are_names(cells) else None

    return understood


def _ids_at_once(column: Column, setting: Setting) -> Usual:
    as_texts = _texts_at_once(column, setting)

    def understood(cells: Cells) -> Cells | None:
        if as_texts(cells) is None:
            return None
        joined = "".join(cells)
        if " " in joined or "\n" in joined or narrow(joined) is not joined:
            return None
        return cells if not column.assigned or are_item_numbers(cells) else None

    return understood


def _options_at_once(column: Column, setting: Setting) -> Usual:
    known: dict[Any, str | None] = {
        word: option for word, option in usual_options(column, setting).items() if not isinstance(option, Reading)
    }

    def understood(cells: Cells) -> Cells | None:
        try:
            return list(map(known.__getitem__, cells))
        except KeyError:
            return None

    return understood


def _days_at_once(column: Column, setting: Setting) -> Usual:
    facts = catalog.reading()
    first, last = date(facts.earliest_year, 1, 1), date(facts.latest_year, 12, 31)

    def understood(cells: Cells) -> Cells | None:
        if set(map(type, cells)) == {date} and first <= min(cells) and max(cells) <= last:
            return cells
        return None

    return understood


def _counts_at_once(column: Column, setting: Setting) -> Usual:
    low, high = column.range or (float("-inf"), float("inf"))
    most = 10 ** catalog.reading().most_digits - 1
    low, high = max(low, -most), min(high, most)

    def understood(cells: Cells) -> Cells | None:
        if set(map(type, cells)) != {float} or not all(map(float.is_integer, cells)):
            return None
        return list(map(int, cells)) if low <= min(cells) and max(cells) <= high else None

    return understood


def _shares_at_once(column: Column, setting: Setting) -> Usual:
    def understood(cells: Cells) -> Cells | None:
        if set(map(type, cells)) != {float} or not isfinite(sum(cells)):
            return None
        return cells if min(cells) >= 0.0 and max(cells) <= 1.0 else None

    return understood


USUAL: Mapping[str, Callable[[Column, Setting], Usual]] = {
    "text": _texts_at_once,
    "choice": _options_at_once,
    "date": _days_at_once,
    "integer": _counts_at_once,
    "percent": _shares_at_once,
    "yesno": _options_at_once,
    "people": _people_at_once,
    "id": _ids_at_once,
}
