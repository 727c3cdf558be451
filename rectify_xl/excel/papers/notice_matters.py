"""The matters that a notice of 催办通知.xlsx lists: a row each, with its height."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain, repeat
from typing import Any, NamedTuple

from rectify_xl.excel.writing.fit import height_of, lines_in
from rectify_xl.excel.writing.page import line_held
from rectify_xl.little_memory.columnar import ColumnRows, Columns, picked
from rectify_xl.model import Reminder, Unit
from rectify_xl.outgoing.matters import words

# The columns of a notice: serial, kind of reminder, kind of matter, number, text, person in charge, due day, state.
WIDTHS = (4.5, 9.0, 11.5, 12.0, 21.5, 8.0, 10.5, 13.0)
_LINE_WIDTHS = tuple(map(line_held, WIDTHS))
LEAST_HEIGHT = 24.0
# The most characters of a matter's text: a longer one would not fit the highest row that Excel allows.
_MOST_TEXT = 200


class Owing(NamedTuple):
    """A unit, how many reminders it has by kind, and how many it had before."""

    unit: Unit
    kinds: Counter[str]
    waiting: int


class Part(NamedTuple):
    """Reminders from one of them on; they may lie in a temporary file, and are not in memory at once."""

    reminders: Sequence[Reminder]
    first: int


class Matters(NamedTuple):
    """The matters of a sheet: a row each, numbered from 1 for each unit; their heights; their kinds."""

    rows: ColumnRows
    heights: Sequence[float]
    kinds: Sequence[str]


def matters_for(by_unit: Sequence[Owing], part: Part) -> Matters:
    """The matters of some units, whose reminders follow each other in `part`."""
    (reminders, first), kinds = part, words()["kinds"]
    serials = array("L", chain.from_iterable(range(1, owing.kinds.total() + 1) for owing in by_unit))

    def make(places: Sequence[int]) -> Columns:
        some = picked(reminders, [first + place for place in places])
        return [
            [str(serial) for serial in picked(serials, places)],
            [kinds[r.key.kind] for r in some],
            [r.matter for r in some],
            [r.number for r in some],
            [_clipped(r.text) for r in some],
            [r.person for r in some],
            [r.due_on for r in some],
            [_state_text(r.key.kind, r.workdays_left) for r in some],
        ]

    rows = ColumnRows(range(len(serials)), make)
    heights = array("d", chain.from_iterable(map(_heights, rows.pieces())))
    return Matters(rows, heights, [kinds[kind] for kind in dict.fromkeys(chain(*(owing.kinds for owing in by_unit)))])


def _clipped(text: str) -> str:
    """The text cut to what a notice has room for; the list of reminders has the whole text."""
    return text if len(text) <= _MOST_TEXT else f"{text[: _MOST_TEXT - 1]}…"


def _heights(columns: Columns) -> Iterator[float]:
    """The heights of some matters."""
    lines = (_lines_of_each(values, width) for values, width in zip(columns, _LINE_WIDTHS, strict=True))
    return (max(height_of(most), LEAST_HEIGHT) for most in map(max, *lines))


def _lines_of_each(values: Sequence[Any], width: int) -> Iterator[int]:
    """The number of lines of each of a column's values."""
    long = {v: lines_in(v, width) for v in frozenset(values) if v.__class__ is str and 2 * len(v) > width}
    return map(long.get, values, repeat(1))


@cache
def _state_text(kind: str, left: int | None) -> str:
    """The state of a matter in words, by the working days left."""
    facts = words()["notice"]
    if left is None:
        return str(facts["no_term"])
    name = "today" if kind == "day" else "late" if left < 0 else "left"
    return str(facts[name].format(days=abs(left)))
