"""What a cell takes over from a cell above it: the value of a merged cell, or the one that 同上 stands for."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from rectify_xl.grid import Grid

# The blank cells of a row that a merged cell covers: (place in the row, offset of the row whose cell it is).
Covered = tuple[tuple[int, int], ...]


def covered_cells(grid: Grid, data: Sequence[int], ours: Iterable[int]) -> Mapping[int, Covered]:
    """What the merged cells of our columns cover, by row offset; only rows of data, and no row becomes one by it.

    A cell merged over two of our columns says nothing of the second; where cells overlap the first counts.
    """
    covered: dict[int, list[tuple[int, int]]] = {}
    reached: dict[int, int] = {}
    rows, places = frozenset(data), frozenset(ours)
    for first_row, first, last_row, last in sorted(grid.merges):
        top, at = first_row - grid.first_row, first - grid.first_column
        if last_row == first_row or at not in places or top not in rows or top <= reached.get(at, -1):
            continue
        if any(at < place <= last - grid.first_column for place in places):
            continue
        bottom = reached[at] = last_row - grid.first_row
        row = grid.rows[top]
        if at >= len(row) or row[at] == "":
            continue
        for offset in data[bisect_right(data, top) : bisect_right(data, bottom)]:
            if at >= len(grid.rows[offset]) or grid.rows[offset][at] == "":
                covered.setdefault(offset, []).append((at, top))
    return {offset: tuple(cells) for offset, cells in covered.items()}


@dataclass(slots=True)
class Above:
    """Where the cells of a sheet's rows come from, kept while these are read from the first of `data` to the last."""

    data: Sequence[int]
    _taken: dict[int, tuple[int, int]] = field(default_factory=dict)

    def origin(self, offset: int, at: int, top: int | None = None) -> int | None:
        """The row whose cell in column `at` a row takes over: that of its merged cell, else of the row above.

        None in the first row. What the row above took over itself is taken from where it came.
        """
        place = bisect_left(self.data, offset)
        before, came_from = self._taken.get(at, (-1, -1))
        if place == 0:
            return None
        if before != place - 1:
            came_from = self.data[place - 1] if top is None else top
        self._taken[at] = (place, came_from)
        return came_from
