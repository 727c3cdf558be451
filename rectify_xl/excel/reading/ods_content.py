"""What calamine does not tell of an OpenDocument workbook: merged cells, errors, wanting values, hidden rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from rectify_xl.excel.reading.sheet_scan import LAST_ROW, is_ours
from rectify_xl.excel.reading.xml_parts import Attributes, Handlers, parse
from rectify_xl.grid import Grid, Unreadable
from rectify_xl.kinds import CellError, NoValue
from rectify_xl.limits import limits

CONTENT = "content.xml"
# A content part without any of them holds nothing that calamine does not tell.
_SIGNS = (b"number-rows-spanned=", b"table:visibility=", b"table:formula=", b'"error"')
# How a cell shows that its formula has failed.
_FAILED = re.compile(r"#(?:REF|VALUE|NULL|NUM)!|#DIV/0!|#N/A|#NAME\?|Err:\d+")
_ASIDE = ("annotation", "frame", "custom-shape", "shapes")

# (first row from 1, first column from 0, last row, last column), as Grid has them.
Merge = tuple[int, int, int, int]


@dataclass(slots=True)
class Untold:
    """What one sheet holds besides: cells by (row from 1, column from 0), merged cells, hidden rows with something."""

    cells: dict[tuple[int, int], Any] = field(default_factory=dict)
    merges: list[Merge] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)


class _Pass(Handlers):
    """One pass over the content: where the next cell stands, and what was found so far."""

    def __init__(self) -> None:
        self.sheets: dict[str, Untold] = {}
        self.sheet = Untold()
        self.row, self.next_row, self.column, self.next_column = 0, 1, 0, 0
        self.is_hidden, self.is_filled, self.aside = False, False, 0
        self.row_cells: dict[int, Any] = {}
        self.cell: Attributes | None = None
        self.text: list[str] = []

    def start(self, local: str, attributes: Attributes) -> None:
        if local in _ASIDE:
            self.aside += 1
        elif self.aside:
            return
        elif local == "table":
            self.sheet, self.next_row = self.sheets.setdefault(attributes.get("table:name", ""), Untold()), 1
        elif local == "table-row":
            self.row, self.next_column, self.row_cells, self.is_filled = self.next_row, 0, {}, False
            self.next_row += int(attributes.get("table:number-rows-repeated", 1))
            self.is_hidden = attributes.get("table:visibility", "visible") != "visible"
        elif local in ("table-cell", "covered-table-cell"):
            self._open_cell(attributes)

    def data(self, text: str) -> None:
        if self.cell is not None and not self.aside:
            self.text.append(text)

    def end(self, local: str) -> None:
        if local in _ASIDE:
            self.aside -= 1
        elif self.aside:
            return
        elif local in ("table-cell", "covered-table-cell"):
            self._close_cell()
        elif local == "table-row":
            self._close_row()

    def _open_cell(self, attributes: Attributes) -> None:
        self.cell, self.text = attributes, []
        self.column = self.next_column
        self.next_column += int(attributes.get("table:number-columns-repeated", 1))
        rows = int(attributes.get("table:number-rows-spanned", 1))
        if rows > 1:
            last = self.column + int(attributes.get("table:number-columns-spanned", 1)) - 1
            self.sheet.merges.append((self.row, self.column, self.row + rows - 1, last))

    def _close_cell(self) -> None:
        about, text = self.cell or {}, "".join(self.text).strip()
        self.cell = None
        self.is_filled = self.is_filled or bool(text) or "office:value-type" in about
        value = _untold(about, text)
        if value is not None:
            last = min(self.next_column, self.column + limits().columns)
            self.row_cells.update(dict.fromkeys(range(self.column, last), value))

    def _close_row(self) -> None:
        rows = range(self.row, min(self.next_row, LAST_ROW + 1))
        if self.is_hidden and self.is_filled:
            self.sheet.hidden.extend(rows)
        if len(self.sheet.cells) + len(rows) * len(self.row_cells) > (most := limits().cells):
            raise Unreadable("limit-cells", limit=most)
        for column, value in self.row_cells.items():
            self.sheet.cells.update(dict.fromkeys(((row, column) for row in rows), value))


def _untold(about: Attributes, text: str) -> Any:
    """The error or the wanting value of a cell, None of any other: formulas of our self-check among them."""
    formula = about.get("table:formula", "")
    if is_ours(formula.encode()):
        return None
    if about.get("calcext:value-type") == "error" or (formula and _FAILED.fullmatch(text)):
        return CellError(text or "#N/A")
    return NoValue(formula) if formula and not text and "office:value-type" not in about else None


def untold_in(content: bytes) -> dict[str, Untold]:
    """What calamine does not tell, by the title of its sheet; raises Unreadable (damaged, limit-depth, limit-cells)."""
    if not any(sign in content for sign in _SIGNS):
        return {}
    handlers = _Pass()
    parse(content, CONTENT, handlers)
    return handlers.sheets


def completed(grid: Grid, untold: Untold) -> Grid:
    """A sheet as calamine has it, with what it does not tell."""
    whole = replace(grid, merges=untold.merges, hidden_rows=tuple(untold.hidden))
    if not untold.cells:
        return whole
    rows: list[Sequence[Any]] = [[] for _ in range(grid.first_row - 1)]
    rows += [[""] * grid.first_column + list(values) for values in grid.rows]
    far = {}
    for (row, column), value in untold.cells.items():
        if column >= limits().columns:
            far[row, column] = value
            continue
        rows.extend([] for _ in range(row - len(rows)))
        line = list(rows[row - 1])
        line.extend([""] * (column + 1 - len(line)))
        line[column] = value
        rows[row - 1] = line
    return replace(whole, rows=rows, first_row=1, first_column=0, far=far)
