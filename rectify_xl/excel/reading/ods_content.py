"""What calamine does not read of an OpenDocument workbook: merged cells, errors, hidden rows, texts it leaves out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from rectify_xl.excel.reading.package import Package
from rectify_xl.excel.reading.sheet_scan import LAST_ROW, is_ours
from rectify_xl.excel.reading.xml_parts import Attributes, Handlers, parse
from rectify_xl.facts.limits import limits
from rectify_xl.grid import Grid, Unreadable
from rectify_xl.kinds import CellError, NoValue
from rectify_xl.zips.zipped import damaged, stored

CONTENT = "content.xml"
_MANIFEST = "META-INF/manifest.xml"
# What the fast reader asks for besides the content.
_KIND = b"application/vnd.oasis.opendocument.spreadsheet"
_MANIFEST_XML = (
    b'<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    b'<manifest:file-entry manifest:full-path="/" manifest:media-type="' + _KIND + b'"/></manifest:manifest>'
)
# Blanks between the elements of a table, as some programs lay them out: the fast reader stumbles over them.
_BETWEEN = re.compile(rb">\s+<(?=/?table:)")
_BODY = re.compile(rb"<(?:[\w.-]+:)?spreadsheet[\s>/]")
# How a cell shows that its formula has failed.
_FAILED = re.compile(r"#(?:REF|VALUE|NULL|NUM)!|#DIV/0!|#N/A|#NAME\?|Err:\d+")
_NUMBERS = ("float", "percentage", "currency")
# The kinds of values that calamine knows; the text of a cell of none of them it leaves out.
_READ_KINDS = (*_NUMBERS, "date", "time", "boolean", "string")
_NO_NUMBER = re.compile(r"[+-]?(?:nan|inf(?:inity)?)", re.IGNORECASE)
# Blanks that stand as elements.
_BLANKS = {"s": " ", "tab": "\t", "line-break": "\n"}
_ASIDE = ("annotation", "frame", "custom-shape", "shapes")

# (first row from 1, first column from 0, last row, last column), as Grid has them.
Merge = tuple[int, int, int, int]


@dataclass(slots=True)
class SheetExtras:
    """What one sheet holds besides: cells by (row from 1, column from 0), merged cells, hidden rows with values."""

    cells: dict[tuple[int, int], Any] = field(default_factory=dict)
    merges: list[Merge] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)


class _ContentHandlers(Handlers):
    """One pass over the content: where the next cell stands, and what was found so far."""

    def __init__(self) -> None:
        self.sheets: dict[str, SheetExtras] = {}
        self.sheet = SheetExtras()
        self.row, self.next_row, self.column, self.next_column = 0, 1, 0, 0
        self.is_hidden, self.is_filled, self.aside = False, False, 0
        self.row_cells: dict[int, Any] = {}
        self.cell: Attributes | None = None
        self.text: list[str] = []
        self.has_break = False

    def start(self, local: str, attributes: Attributes) -> None:
        if local in _ASIDE:
            self.aside += 1
        elif self.aside:
            return
        elif local == "table":
            self._open_sheet(attributes.get("table:name", ""))
        elif local == "table-row":
            self.row, self.next_column, self.row_cells, self.is_filled = self.next_row, 0, {}, False
            self.next_row += int(attributes.get("table:number-rows-repeated", 1))
            self.is_hidden = attributes.get("table:visibility", "visible") != "visible"
        elif local in ("table-cell", "covered-table-cell"):
            self._open_cell(attributes)
        elif local in _BLANKS and self.cell is not None:
            self.text.append(_BLANKS[local] * min(int(attributes.get("text:c", 1)), limits().kept_text))
            self.has_break = self.has_break or local in ("line-break", "tab")

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
        elif local in ("p", "h"):
            self.text.append("\n")

    def _open_sheet(self, title: str) -> None:
        # The fast reader finds sheets by their titles, and makes rows of the sheet out of a table within a cell.
        if self.cell is not None or (title and title in self.sheets):
            damaged(CONTENT)
        self.sheet, self.next_row = self.sheets.setdefault(title, SheetExtras()), 1

    def _open_cell(self, attributes: Attributes) -> None:
        self.cell, self.text, self.has_break = attributes, [], False
        self.column = self.next_column
        self.next_column += int(attributes.get("table:number-columns-repeated", 1))
        rows = int(attributes.get("table:number-rows-spanned", 1))
        if rows > 1:
            last = self.column + int(attributes.get("table:number-columns-spanned", 1)) - 1
            self.sheet.merges.append((self.row, self.column, self.row + rows - 1, last))

    def _close_cell(self) -> None:
        attributes, text = self.cell or {}, "".join(self.text).strip()
        self.cell = None
        self.is_filled = self.is_filled or bool(text) or "office:value-type" in attributes
        value = _extra_value(attributes, text, has_break=self.has_break)
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


def _extra_value(attributes: Attributes, text: str, *, has_break: bool) -> Any:
    """The error, missing value or left-out text of a cell; None for any other cell, and for our self-check's."""
    formula, kind, number = (
        attributes.get(name, "") for name in ("table:formula", "office:value-type", "office:value")
    )
    if is_ours(formula.encode()):
        return None
    if attributes.get("calcext:value-type") == "error" or (formula and _FAILED.fullmatch(text)):
        return CellError(text or "#N/A")
    if formula and not text and not kind:
        return NoValue(formula)
    if kind in _NUMBERS and _NO_NUMBER.fullmatch(number.strip()):
        damaged(CONTENT)
    is_left_out = kind not in _READ_KINDS or (kind in _NUMBERS and not number)
    is_broken = has_break and kind == "string" and "office:string-value" not in attributes
    return text if text and (is_left_out or is_broken) else None


def is_locked(package: Package) -> bool:
    """Whether a package of OpenDocument has its content encrypted; macros alone may be, that hides no value."""
    if "encrypted-package" in package:
        return True
    return b"encryption-data" in package.part(_MANIFEST) and b"<" not in package.part(CONTENT)[:4]


def is_spreadsheet(content: bytes) -> bool:
    """Whether the content is a workbook's, no text's or drawing's."""
    return _BODY.search(content) is not None


def bare_package(content: bytes) -> bytes:
    """The content alone as a package that the fast reader takes: no encrypted macros, no blanks between cells."""
    return stored({"mimetype": _KIND, _MANIFEST: _MANIFEST_XML, CONTENT: _BETWEEN.sub(b"><", content)})


def extras_in(content: bytes) -> dict[str, SheetExtras]:
    """What calamine does not read, by the title of its sheet; raises Unreadable (damaged, limit-depth, limit-cells)."""
    handlers = _ContentHandlers()
    parse(content, CONTENT, handlers)
    return handlers.sheets


def with_extras(grid: Grid, extras: SheetExtras) -> Grid:
    """A sheet as calamine has it, with what it does not read."""
    whole = replace(grid, merges=extras.merges, hidden_rows=tuple(extras.hidden))
    if not extras.cells:
        return whole
    rows: list[Sequence[Any]] = [[] for _ in range(grid.first_row - 1)]
    rows += [[""] * grid.first_column + list(values) for values in grid.rows]
    far = {}
    for (row, column), value in extras.cells.items():
        if column >= limits().columns:
            far[row, column] = value
            continue
        rows.extend([] for _ in range(row - len(rows)))
        line = list(rows[row - 1])
        line.extend([""] * (column + 1 - len(line)))
        line[column] = value
        rows[row - 1] = line
    return replace(whole, rows=rows, first_row=1, first_column=0, far=far)
