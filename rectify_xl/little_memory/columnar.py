"""Rows of a table that are made by column, some at a time, when they are needed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeAlias, overload

# Rows made together: enough that a column's repeated values are looked up once, few enough for little memory.
ROWS_AT_ONCE = 1024

Columns: TypeAlias = Sequence[Sequence[Any]]
# Gives the values of every column for some places (ascending, from 0).
Make: TypeAlias = Callable[[Sequence[int]], Columns]


class ColumnRows(Sequence[tuple[Any, ...]]):
    """Rows whose columns `make` gives for some places, so that a reader of columns builds no rows."""

    def __init__(self, places: Sequence[int], make: Make) -> None:
        self._places, self._make = places, make

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        for columns in self.pieces():
            yield from zip(*columns, strict=True)

    @overload
    def __getitem__(self, at: int) -> tuple[Any, ...]: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[tuple[Any, ...]]: ...
    def __getitem__(self, at: int | slice) -> Any:
        if isinstance(at, slice):
            return ColumnRows(self._places[at], self._make)
        return tuple(column[0] for column in self._make([self._places[at]]))

    def columns(self, first: int, count: int) -> Columns:
        """The values of every column in `count` rows from the row `first` on, or in as many as there are."""
        return self._make(self._places[first : first + count])

    def pieces(self) -> Iterator[Columns]:
        """The columns of all rows, some rows at a time."""
        return (self.columns(first, ROWS_AT_ONCE) for first in range(0, len(self), ROWS_AT_ONCE))


def picked(values: Sequence[Any], places: Sequence[int]) -> Sequence[Any]:
    """The values at some places."""
    if isinstance(places, range) and places.step == 1:
        return values[places.start : places.stop]
    return [values[place] for place in places]


def reader_of(rows: Iterable[Sequence[Any]]) -> Callable[[int], Columns]:
    """A function count -> the columns of that many of the next rows; no columns where no row is left.

    It raises ValueError where rows differ in length.
    """
    if isinstance(rows, ColumnRows):
        return _next_columns(rows)
    remaining = iter(rows)
    return lambda count: list(zip(*islice(remaining, count), strict=True))


def _next_columns(rows: ColumnRows) -> Callable[[int], Columns]:
    row = 0

    def read(count: int) -> Columns:
        nonlocal row
        first, row = row, row + count
        return rows.columns(first, count) if count else []

    return read


def pieces_of(rows: Sequence[Sequence[Any]]) -> Iterator[Columns]:
    """The columns of all rows, some rows at a time."""
    if isinstance(rows, ColumnRows):
        return rows.pieces()
    return (list(zip(*rows[first : first + ROWS_AT_ONCE], strict=True)) for first in range(0, len(rows), ROWS_AT_ONCE))
