"""What a cell takes over from a cell above it: the value of a merged cell, or the one that 同上 stands for."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from rectify_xl.grid import Grid

# The blank cells of a row that merged cells cover: (offset of the cell, line of the merged cell's own value).
Covered = tuple[tuple[int, int], ...]


def covered_cells(grid: Grid, data: Sequence[int], form_offsets: Iterable[int]) -> Mapping[int, Covered]:
    """The blank cells of the form's columns that merged cells cover, by line; only in lines of data.

    Cells merged over two of the form's columns are passed over. Where merged cells overlap, the first counts.
    """
    covered: dict[int, list[tuple[int, int]]] = {}
    bottom_by_offset: dict[int, int] = {}
    lines, offsets = frozenset(data), frozenset(form_offsets)
    for first_row, first_column, last_row, last_column in sorted(grid.merges):
        top, offset = first_row - grid.first_row, first_column - grid.first_column
        if last_row == first_row or offset not in offsets or top not in lines:
            continue
        if top <= bottom_by_offset.get(offset, -1):
            continue
        if any(offset < other <= last_column - grid.first_column for other in offsets):
            continue
        bottom = bottom_by_offset[offset] = last_row - grid.first_row
        row = grid.rows[top]
        if offset >= len(row) or row[offset] == "":
            continue
        for line in data[bisect_right(data, top) : bisect_right(data, bottom)]:
            if offset >= len(grid.rows[line]) or grid.rows[line][offset] == "":
                covered.setdefault(line, []).append((offset, top))
    return {line: tuple(cells) for line, cells in covered.items()}


@dataclass(slots=True)
class FillDown:
    """Where filled-down cells take their values from; asked while the lines of `data` are read from first to last."""

    data: Sequence[int]
    # By offset the last cell filled down: (its index in `data`, the line that its value came from).
    _last: dict[int, tuple[int, int]] = field(default_factory=dict)

    def source_line(self, line: int, offset: int, merged_from: int | None = None) -> int | None:
        """The line whose cell gives a cell its value: that of its merged cell, else the data row above.

        Where the cell above was filled down itself, the line that its value came from; None in the first data row.
        """
        index = bisect_left(self.data, line)
        last_index, source = self._last.get(offset, (-1, -1))
        if index == 0:
            return None
        if last_index != index - 1:
            source = self.data[index - 1] if merged_from is None else merged_from
        self._last[offset] = (index, source)
        return source
