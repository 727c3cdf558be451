"""One sheet of a large workbook as its rows come in, from whichever reader; equal values are interned."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from rectify_xl.excel.reading.package import SheetAbout
from rectify_xl.excel.reading.sheet_reader import ExactSheet
from rectify_xl.excel.reading.usual_sheets import Line, row_of
from rectify_xl.facts.limits import limits
from rectify_xl.grid import Grid, Unreadable
from rectify_xl.zips.zipped import damaged

# A cell of a shared text is handed to the fast reader as a text of this sign and the text's index.
SIGN = "\ue000"
_EMPTY_ROW: tuple[Any, ...] = ()
# So many different values are remembered, to be held once each.
_REMEMBERED = 20_000


class Interned(dict[Any, Any]):
    """Interned values: equal ones are held once, until too many were met."""

    def __missing__(self, value: Any) -> Any:
        if len(self) > _REMEMBERED:
            self.clear()
        return self.setdefault(value, self.meaning(value))

    def meaning(self, value: Any) -> Any:
        """The value that is held for this one."""
        return value


class Values(Interned):
    """Values of the fast reader, the signs of shared texts replaced by these texts."""

    def __init__(self, texts: Sequence[Any], part: str) -> None:
        super().__init__()
        self.texts, self.part = texts, part

    def meaning(self, value: Any) -> Any:
        """The shared text where the value is the sign and index of one."""
        if value.__class__ is not str or value[:1] != SIGN:
            return value
        index = int(value[1:])
        return self.texts[index] if index < len(self.texts) else damaged(self.part)


@dataclass(slots=True)
class LargeSheet:
    """What was read of a worksheet so far: its rows from the first on, and the last row that is written down."""

    rows: list[Sequence[Any]] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    far: dict[tuple[int, int], Any] = field(default_factory=dict)
    cells: int = 0
    last: int = 0
    external_link: str | None = None

    def grid(self, about: SheetAbout, is_percent: Callable[[int, int], bool]) -> Grid:
        """All of it."""
        return Grid(
            title=about.title,
            rows=self.rows,
            visible=about.visible,
            hidden_rows=tuple(self.hidden),
            merges=self.merges,
            far=self.far,
            is_percent=is_percent,
        )

    def add_exact(self, sheet: ExactSheet) -> None:
        """Rows that the exact reader has read, from behind the last one on."""
        if sheet.rows:
            self._reach(self.last)
            self.rows += sheet.rows
        self.hidden += sheet.hidden
        self.merges += sheet.merges
        self.far |= sheet.far
        self._count(sheet.cells)
        self.last = sheet.last

    def add_fast(self, grid: Grid, values: Values, last: int) -> None:
        """Rows that the fast reader has read."""
        self._reach(grid.first_row - 1)
        left = [""] * grid.first_column
        for row in grid.rows:
            blanks = row.count("")
            cells = [values[v] if v.__class__ is str or v.__class__ is date else v for v in row]
            self.rows.append([*left, *cells] if blanks < len(row) else _EMPTY_ROW)
            self.cells += len(row) - blanks
        self._count(0)
        self.last = last

    def add_usual(self, lines: Sequence[Line], interned: Interned, last: int) -> None:
        """Rows that are written as programs write them."""
        for number, columns, values in lines:
            self._reach(number - 1)
            cells = [interned[v] if v.__class__ is str else v for v in values]
            self.rows.append(row_of(columns, cells, 0, columns[-1] + 1))
            self.cells += len(values) - values.count("")
        self._count(0)
        self.last = last

    def _reach(self, row: int) -> None:
        self.rows += [_EMPTY_ROW] * (row - len(self.rows))

    def _count(self, cells: int) -> None:
        self.cells += cells
        if self.cells > (most := limits().cells):
            raise Unreadable("limit-cells", limit=most)
