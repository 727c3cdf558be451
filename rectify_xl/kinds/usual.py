"""The fast path for columns: cells that are all as asked for are read at once, others by their kind's parser.

One entry a cell kind. A `Usual` takes the cells of a column, none of them of a class that says what is wrong with its
cell (`CellError`, `NoValue`, `LongText`), and gives their typed values (None for blank ones) where the kind's parser
would give a finding for none of them; else, or where that cannot be decided quickly, it gives None, and the parser
reads cell by cell.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from math import isfinite
from typing import Any

from rectify_xl.facts import catalog
from rectify_xl.kinds.choices import usual_options
from rectify_xl.kinds.dates import sensible_days
from rectify_xl.kinds.numbers import percent_range
from rectify_xl.kinds.reading import Reading, Setting, empties, excel_length
from rectify_xl.kinds.texts import are_item_numbers, are_names, text_bounds
from rectify_xl.model import Column
from rectify_xl.normal import is_printed, narrow

Cells = Sequence[Any]
Usual = Callable[[Cells], Cells | None]


def usual_for(column: Column, setting: Setting) -> Usual:
    """The fast path of a column."""
    return USUAL[column.kind](column, setting)


def _beside_blanks(kind: Callable[[Column, Setting], Usual]) -> Callable[[Column, Setting], Usual]:
    """A fast path for cells some of which may be blank, from one for filled cells."""

    def usual_beside_blanks(column: Column, setting: Setting) -> Usual:
        filled = kind(column, setting)

        def understood(cells: Cells) -> Cells | None:
            if "" not in cells:
                return filled(cells)
            filled_cells = [cell for cell in cells if cell != ""]
            if not filled_cells:
                return [None] * len(cells)
            values = filled(filled_cells)
            if values is None:
                return None
            following = iter(values)
            return [None if cell == "" else next(following) for cell in cells]

        return understood

    return usual_beside_blanks


def _texts_at_once(column: Column, setting: Setting) -> Usual:
    nothing = frozenset(empties())
    longest_of_nothing = max(map(len, nothing))
    low, high = text_bounds(column)

    def understood(cells: Cells) -> Cells | None:
        try:
            joined = "".join(cells)
        except TypeError:
            return None
        lengths = list(map(len, cells))
        longest, shortest = max(lengths), min(lengths)
        if 2 * longest > high:  # a sign may count twice
            longest += excel_length(joined) - len(joined)
        if longest > high or shortest < low:
            return None
        # Pictures and error values begin with = and #: the parser decides wherever these stand.
        if "=" in joined or "#" in joined or not is_printed(joined.replace("\n", "") if "\n" in joined else joined):
            return None
        if (" " in joined or "\n" in joined) and list(map(str.strip, cells)) != [*cells]:
            return None
        return cells if shortest > longest_of_nothing or nothing.isdisjoint(cells) else None

    return understood


def _people_at_once(column: Column, setting: Setting) -> Usual:
    as_texts = _texts_at_once(column, setting)

    def understood(cells: Cells) -> Cells | None:
        distinct = list(set(cells))  # the same people stand in many rows
        return cells if as_texts(distinct) is not None and are_names(distinct) else None

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
    values: dict[Any, str | None] = {
        word: option for word, option in usual_options(column, setting).items() if not isinstance(option, Reading)
    }

    def understood(cells: Cells) -> Cells | None:
        try:
            return list(map(values.__getitem__, cells))
        except KeyError:
            return None

    return understood


def _days_at_once(column: Column, setting: Setting) -> Usual:
    first, last = sensible_days()

    def understood(cells: Cells) -> Cells | None:
        days = set(cells)
        return cells if set(map(type, days)) == {date} and first <= min(days) and max(days) <= last else None

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
    low, high = percent_range(column)

    def understood(cells: Cells) -> Cells | None:
        if set(map(type, cells)) != {float} or not isfinite(sum(cells)):
            return None
        return cells if low <= min(cells) and max(cells) <= high else None

    return understood


USUAL: Mapping[str, Callable[[Column, Setting], Usual]] = {
    "text": _beside_blanks(_texts_at_once),
    "choice": _options_at_once,
    "date": _beside_blanks(_days_at_once),
    "integer": _beside_blanks(_counts_at_once),
    "percent": _beside_blanks(_shares_at_once),
    "yesno": _options_at_once,
    "people": _beside_blanks(_people_at_once),
    "id": _beside_blanks(_ids_at_once),
}
