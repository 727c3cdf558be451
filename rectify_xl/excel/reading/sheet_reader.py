"""The exact reader of one worksheet: every cell as its XML has it, errors, missing values and far cells included."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from math import isfinite
from typing import Any

from rectify_xl.excel.reading.exact_texts import unescaped
from rectify_xl.excel.reading.number_formats import DURATION, NUMBER, Formats
from rectify_xl.excel.reading.sheet_scan import LAST_ROW, column_index, is_ours
from rectify_xl.excel.reading.xml_parts import Attributes, Handlers, parse
from rectify_xl.facts.limits import limits
from rectify_xl.grid import Unreadable
from rectify_xl.kinds import CellError, LongText, NoValue
from rectify_xl.zips.zipped import damaged

_ADDRESS = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})", re.IGNORECASE)
# A number as XML writes it (float() would also take 1_000), and what only some programs take for one.
_NUMBER = re.compile(r"\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*", re.ASCII | re.IGNORECASE)
_NO_NUMBER = re.compile(r"\s*[+-]?(?:nan|inf|infinity)\s*", re.IGNORECASE)
_ISO = re.compile(r"(?:\d{4}-\d\d-\d\d)?(?:T?\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?", re.ASCII)
# A row of no height is hidden, whether it says so or not.
_NO_HEIGHT = re.compile(r"0(?:\.0+)?")
_DIGITS = 16
_FLAGS, _LAST_COLUMN = {"1": True, "true": True, "0": False, "false": False}, 16_383
_DAY_0, _DAYS_BEFORE_1904 = datetime(1899, 12, 30), 1462
# Excel counts a 29 February 1900: days before it are one off, and that day itself is none.
_NO_DAY, _LAST_DAY = 60, 2_958_465
_MILLISECONDS = 86_400_000
_EMPTY_ROW: tuple[Any, ...] = ()
# What a part may be that a workbook lists as a worksheet.
_ROOTS = frozenset(("worksheet", "chartsheet", "dialogsheet", "macrosheet"))
Merge = tuple[int, int, int, int]


@dataclass(slots=True)
class ExactSheet:
    """A worksheet read exactly: `rows` from the first asked for and column A on, as wide as they are filled.

    `far` are the cells beyond the limit of columns by (row from 1, column from 0), `hidden` the hidden rows that hold
    something, `cells` counts what is filled, `last` is the last row there.
    """

    rows: list[Sequence[Any]] = field(default_factory=list)
    far: dict[tuple[int, int], Any] = field(default_factory=dict)
    hidden: list[int] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)
    cells: int = 0
    last: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Shared:
    """What the sheets of a workbook share: texts, formats, and the day from which days are counted."""

    texts: Sequence[str]
    formats: Formats
    counts_from_1904: bool = False


def read_sheet(data: bytes, part: str, shared: Shared, after: int = 0) -> ExactSheet:
    """A worksheet's cells in one pass; `data` may be a sheet of rows behind row `after` alone.

    Raises Unreadable: damaged (not well-formed, an address or row twice, another row's or outside the grid, a text
    that is not there), limit-cells, limit-columns, limit-merges, limit-depth.
    """
    handlers = _SheetHandlers(part, shared, after)
    parse(data, part, handlers)
    handlers.sheet.last = handlers.row
    return handlers.sheet


class _SheetHandlers(Handlers):
    """The state of a pass over one worksheet: the sheet so far, the open row and the open cell."""

    def __init__(self, part: str, shared: Shared, after: int) -> None:
        self.part, self.shared, self.sheet, self.after = part, shared, ExactSheet(), after
        self.row, self.column, self.next_column = after, 0, 0
        self.line: list[Any] = []
        self.seen: set[int] = set()
        self.columns: set[int] = set()
        self.is_hidden = self.is_phonetic = self.is_in_rows = self.is_sheet = False
        self.has_formula = self.has_value = False
        self.kind, self.style, self.inside = "", 0, ""
        self.pieces: list[str] = []
        self.formula: list[str] = []

    def start(self, local: str, attributes: Attributes) -> None:
        if not self.is_in_rows:
            self._start_outside(local, attributes)
        elif local == "c":
            self._open_cell(attributes)
        elif local in ("v", "t"):
            if local == "v" and self.pieces:
                damaged(self.part)
            self.inside, self.has_value = "" if self.is_phonetic else "v", True
        elif local == "f":
            self.inside, self.has_formula = "f", True
        elif local == "row":
            self._open_row(attributes)
        elif local == "rPh":
            self.is_phonetic = True
        elif local == "is" and self.pieces:
            damaged(self.part)

    def _start_outside(self, local: str, attributes: Attributes) -> None:
        if local == "sheetData":
            self.is_in_rows = True
        elif local == "mergeCell":
            self._merge(attributes.get("ref", ""))
        elif not self.is_sheet and local not in _ROOTS:
            damaged(self.part)
        self.is_sheet = True

    def data(self, text: str) -> None:
        if self.inside == "v":
            self.pieces.append(text)
        elif self.inside == "f":
            self.formula.append(text)

    def end(self, local: str) -> None:
        self.inside = ""
        if local == "c":
            self._close_cell()
        elif local == "row":
            self._close_row()
        elif local == "rPh":
            self.is_phonetic = False
        elif local == "sheetData":
            self.is_in_rows = False

    def _open_row(self, attributes: Attributes) -> None:
        reference = attributes.get("r")
        number = self.row + 1 if reference is None else _whole_number(reference)
        if not self.row < number <= LAST_ROW:  # twice, out of order, or outside the grid
            damaged(f"{self.part} {reference}")
        self.row, self.next_column = number, 0
        self.line, self.seen = [], set()
        is_flat = _NO_HEIGHT.fullmatch(attributes.get("ht", "")) is not None
        self.is_hidden = is_flat or attributes.get("hidden") in ("1", "true")

    def _close_row(self) -> None:
        if not self.line:
            return
        rows, offset = self.sheet.rows, self.row - 1 - self.after
        if len(rows) < offset:
            rows.extend([_EMPTY_ROW] * (offset - len(rows)))
        rows.append(self.line)

    def _open_cell(self, attributes: Attributes) -> None:
        reference = attributes.get("r")
        column = self.next_column if reference is None else self._column(reference)
        if column in self.seen or column > _LAST_COLUMN:
            damaged(f"{self.part} {reference}")
        self.seen.add(column)
        self.column, self.next_column = column, column + 1
        self.kind = attributes.get("t", "n")
        style = attributes.get("s", "0")
        self.style = int(style) if style.isdecimal() else 0
        self.pieces, self.formula, self.has_formula, self.has_value = [], [], False, False

    def _column(self, address: str) -> int:
        match = _ADDRESS.fullmatch(address)
        if match is None or int(match[2]) != self.row:
            damaged(f"{self.part} {address}")
        return column_index(match[1].upper())

    def _close_cell(self) -> None:
        value = self._value("".join(self.pieces))
        if value == "" and value.__class__ is str:
            return
        sheet, column = self.sheet, self.column
        sheet.cells += 1
        if sheet.cells > (most := limits().cells):
            raise Unreadable("limit-cells", limit=most)
        if column not in self.columns:
            self.columns.add(column)
            if len(self.columns) > (widest := limits().columns):
                raise Unreadable("limit-columns", part=self.part, limit=widest)
        if self.is_hidden and (not sheet.hidden or sheet.hidden[-1] != self.row):
            sheet.hidden.append(self.row)
        if column >= limits().columns:
            sheet.far[self.row, column] = value
            return
        if len(self.line) <= column:
            self.line.extend([""] * (column + 1 - len(self.line)))
        self.line[column] = value

    def _value(self, text: str) -> Any:
        if self.kind == "e":
            return CellError(text or "#N/A")
        formula = "".join(self.formula)
        is_calculated = not self.has_formula or bool(text) or (self.kind == "str" and self.has_value)
        if "DISPIMG(" in formula or not is_calculated:
            return "" if is_ours(formula.encode()) else NoValue(f"={formula}")
        if self.kind == "inlineStr" or self.kind == "str":
            return within_limit(unescaped(text))
        if not text:
            return ""
        return within_limit(self._shared_text(text)) if self.kind == "s" else _typed(text, self.kind, self)

    def _shared_text(self, text: str) -> str:
        index = _whole_number(text.strip())
        return self.shared.texts[index] if 0 <= index < len(self.shared.texts) else damaged(self.part)

    def number(self, text: str) -> Any:
        """A number as its cell's format means it."""
        if _NO_NUMBER.fullmatch(text):
            damaged(self.part)
        if not _NUMBER.fullmatch(text):
            return text
        value = float(text)
        if not isfinite(value):
            damaged(self.part)
        kind = self.shared.formats.kind(self.style)
        return value if kind == NUMBER else _day(value, kind, self.shared.counts_from_1904)

    def _merge(self, reference: str) -> None:
        if len(self.sheet.merges) >= (most := limits().merges):
            raise Unreadable("limit-merges", part=self.part, limit=most)
        first, _, last = reference.partition(":")
        corners = _ADDRESS.fullmatch(first), _ADDRESS.fullmatch(last or first)
        if corners[0] and corners[1]:
            (top, left), (bottom, right) = ((int(c[2]), column_index(c[1].upper())) for c in corners if c)
            self.sheet.merges.append((top, left, bottom, right))


def _typed(text: str, kind: str, cell: _SheetHandlers) -> Any:
    if kind == "b":
        flag = _FLAGS.get(text.strip().lower())
        return damaged(cell.part) if flag is None else flag
    if kind == "d":
        return _iso(text)
    return cell.number(text) if kind == "n" else damaged(cell.part)


def within_limit(text: str) -> str:
    """The text; of one that is too long its beginning and its length."""
    return text if len(text) <= limits().kept_text else LongText(text[:200], len(text))


def _whole_number(text: str) -> int:
    """A whole number of decimal digits; -1 for any other text."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < _DIGITS else -1


def _iso(text: str) -> Any:
    """A day, a moment or a time of ISO 8601, in its own local time; any other text stays as it is."""
    if _ISO.fullmatch(text.strip()):
        for parse_iso in (date.fromisoformat, datetime.fromisoformat, time.fromisoformat):
            try:
                value = parse_iso(text.strip())
            except ValueError:
                continue
            return value.replace(tzinfo=None) if isinstance(value, (datetime, time)) else value
    return text


def _day(serial: float, kind: int, counts_from_1904: bool) -> Any:
    """The day, moment, time or duration of a serial number; one that is no day stays a number."""
    if not 0 <= serial <= _LAST_DAY - (_DAYS_BEFORE_1904 if counts_from_1904 else 0) + 1:
        return serial
    if kind == DURATION:
        return timedelta(milliseconds=round(serial * _MILLISECONDS))
    moment = serial + (_DAYS_BEFORE_1904 if counts_from_1904 else 0)
    if serial < 1:
        return (datetime.min + timedelta(milliseconds=round(serial * _MILLISECONDS))).time()
    if not counts_from_1904:
        if int(serial) == _NO_DAY or serial > _LAST_DAY + 1:
            return serial
        moment += 1 if serial < _NO_DAY else 0
    if int(moment) > _LAST_DAY:
        return serial
    result = _DAY_0 + timedelta(milliseconds=round(moment * _MILLISECONDS))
    return result.date() if result.time() == time.min else result
