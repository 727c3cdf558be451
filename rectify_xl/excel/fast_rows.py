"""Many rows onto a sheet at once: rows of values become XML in one tight loop instead of a call a cell."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from math import isfinite
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from rectify_xl.excel.fit import height_of, lines_in
from rectify_xl.layout import column_letter
from rectify_xl.normal import escaped

# Rows turned into XML together: enough that a column's repeated values are made once, few enough to hold.
ROWS_AT_ONCE = 1024
_DAY_ZERO = date(1899, 12, 30)
# Before this day Excel's calendar and the real one differ, so an earlier day is written as text.
_FIRST_DAY = date(1900, 3, 1)
# Excel keeps fifteen digits of a number.
_MOST = 10**15
_SPECIAL = re.compile(r"[&<>\x00-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff]|_x[0-9A-Fa-f]{4}_|\A\s|\s\Z")
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_LOOKS_ESCAPED = re.compile(r"(?=_x[0-9A-Fa-f]{4}_)_")


def legal_text(text: str) -> str:
    r"""The text with line ends as \n and whatever XML cannot hold replaced visibly (\x0b)."""
    return _ILLEGAL.sub(lambda m: escaped(m[0]), text.replace("\r\n", "\n").replace("\r", "\n"))


# A column's style: one for all its cells, or one by (class, value).
Style = int | Mapping[tuple[type, Any], int]


def rows_xml(
    rows: Iterable[Sequence[Any]],
    first_row: int,
    styles: Sequence[Style],
    lines: Sequence[int] = (),
    *,
    least: float = 0.0,
) -> Iterator[str]:
    """The <row> elements, a piece for some rows at a time; `first_row` counts from 0, `styles` are cellXfs by column.

    Texts are texts whatever they begin with; dates are serials; None is a blank cell in the column's style. A row
    that is not as long as `styles` is a ValueError. `lines` tells what one line of each column holds (0: it does
    not wrap); the height made from it is not called custom, so Excel fits the row again where it knows better.
    No row is lower than `least` points.
    """
    pending, number = iter(rows), first_row + 1
    wrapping = [(at, held) for at, held in enumerate(lines) if held]
    while chunk := list(islice(pending, ROWS_AT_ONCE)):
        numbers = [str(n) for n in range(number, number + len(chunk))]
        columns = [
            _cells(column_letter(at), style, numbers, values)
            for at, (style, values) in enumerate(zip(styles, zip(*chunk, strict=True), strict=True))
        ]
        heights = _heights(chunk, wrapping, least)
        joined = map("".join, zip(*columns, strict=True))
        yield "".join([f'<row r="{n}"{h}>{cells}</row>' for n, h, cells in zip(numbers, heights, joined, strict=True)])
        number += len(chunk)


def _cells(letter: str, style: Style, numbers: Sequence[str], values: Sequence[Any]) -> list[str]:
    """The cells of one column over some rows; a value that stands there again is not made again."""
    head = f'<c r="{letter}'
    made: dict[tuple[type, Any], str] = {}
    cells = []
    for number, value in zip(numbers, values, strict=True):
        key = (value.__class__, value)  # 1, 1.0 and True are equal and yet not the same cell
        rest = made.get(key)
        if rest is None:
            own = style if isinstance(style, int) else style[key]
            attributes = f'" s="{own}"' if own else '"'
            rest = made[key] = attributes + _FACES.get(value.__class__, _other)(value)
        cells.append(f"{head}{number}{rest}")
    return cells


def _heights(rows: Sequence[Sequence[Any]], wrapping: Sequence[tuple[int, int]], least: float) -> list[str]:
    """The height attribute of each row: what its fullest cell needs; none where no column wraps."""
    if not wrapping:
        return [""] * len(rows)
    most = [1] * len(rows)
    for at, held in wrapping:
        known: dict[Any, int] = {}
        for place, row in enumerate(rows):
            value = row[at]
            if value.__class__ is str:
                lines = known.get(value) or known.setdefault(value, lines_in(value, held))
                if lines > most[place]:
                    most[place] = lines
    return [f' ht="{max(height_of(lines), least)!r}"' for lines in most]


# ---- one value as what stands behind the cell's style


def _blank(value: None) -> str:
    return "/>"


def _text(value: str) -> str:
    if not value:
        return "/>"
    if _SPECIAL.search(value) is None:
        return f' t="inlineStr"><is><t>{value}</t></is></c>'
    text = _LOOKS_ESCAPED.sub("_x005F_", legal_text(value))
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    space = ' xml:space="preserve"' if text != text.strip() else ""
    return f' t="inlineStr"><is><t{space}>{text}</t></is></c>'


def _number(value: float) -> str:
    return f"><v>{value!r}</v></c>" if isfinite(value) and abs(value) < _MOST else _text(str(value))


def _truth(value: bool) -> str:
    return f' t="b"><v>{int(value)}</v></c>'


def _date(value: date) -> str:
    if value < _FIRST_DAY:
        return _text(value.isoformat())
    return f"><v>{value.toordinal() - _DAY_ZERO.toordinal()}</v></c>"


def _moment(value: datetime) -> str:
    if value.tzinfo is not None or value.date() < _FIRST_DAY:
        return _text(value.isoformat(" "))
    passed = value - datetime(_DAY_ZERO.year, _DAY_ZERO.month, _DAY_ZERO.day)
    return f"><v>{passed.days + passed.seconds / 86400!r}</v></c>"


def _other(value: Any) -> str:
    return _text(str(value))


_FACES: Mapping[type, Callable[[Any], str]] = {
    type(None): _blank,
    str: _text,
    int: _number,
    float: _number,
    bool: _truth,
    date: _date,
    datetime: _moment,
}


# ---- the sheet


@dataclass(frozen=True, kw_only=True, slots=True)
class Filling:
    """The many rows of a sheet: where they begin (0-based), how many there are, and of each column the format (or
    the formats by (class, value)) and what one line of it holds (see `rows_xml`)."""

    rows: Iterable[Sequence[Any]]
    count: int
    first_row: int
    formats: Sequence[Format | Mapping[tuple[type, Any], Format]]
    lines: Sequence[int] = ()
    least: float = 0.0


class FastSheet(Worksheet):  # type: ignore[misc]  # xlsxwriter is untyped
    """A worksheet of xlsxwriter that writes its filling behind the cells that were written one by one.

    Rows of the filling are read once, when the workbook is closed. No cell may stand between them; what stands
    below them must be written after `fill`.
    """

    filling: Filling | None = None
    dim_rowmin: int | None
    dim_rowmax: int | None

    def fill(self, filling: Filling) -> None:
        """Sets the many rows; ValueError if a cell stands at or below them, or they reach past the sheet's end."""
        last = filling.first_row + filling.count - 1
        above = -1 if self.dim_rowmax is None else self.dim_rowmax
        if self.filling or above >= filling.first_row:
            raise ValueError("the filling must stand below every cell written before it, once")
        if filling.count and self._check_dimensions(last, len(filling.formats) - 1):
            raise ValueError("the filling reaches past the sheet's end")
        self.filling = filling

    def _write_sheet_data(self) -> None:
        filling = self.filling
        if filling is None or not filling.count:
            super()._write_sheet_data()
            return
        self._xml_start_tag("sheetData")
        last, self.dim_rowmax = self.dim_rowmax, filling.first_row - 1
        self._write_rows()
        self.dim_rowmax = last
        styles = [_style(made) for made in filling.formats]
        for piece in rows_xml(filling.rows, filling.first_row, styles, filling.lines, least=filling.least):
            self.fh.write(piece)
        first, self.dim_rowmin = self.dim_rowmin, filling.first_row + filling.count
        self._write_rows()  # cells written one by one below the filling, such as totals
        self.dim_rowmin = first
        self._xml_end_tag("sheetData")


def _style(made: Format | Mapping[tuple[type, Any], Format]) -> Style:
    if isinstance(made, Mapping):
        return {key: int(held._get_xf_index()) for key, held in made.items()}
    return int(made._get_xf_index())
