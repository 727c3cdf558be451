"""Reads the lines of a sheet of 配置.xlsx: its header row, and each cell below it by its column, noting mistakes."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from rectify_xl.facts import catalog
from rectify_xl.grid import CellValue
from rectify_xl.kinds import CellError, NoValue, Reading, Setting, as_text, parser_for
from rectify_xl.layouts.layout import cell_name
from rectify_xl.model import Column
from rectify_xl.normal import key_text, narrow, shown, tidy
from rectify_xl.office.settings.layout import SettingsColumn, SettingsSheet, settings_layout
from rectify_xl.office.settings.problems import Notes

# A sheet's values from A1 on: `rows[i][j]` stands in Excel's row i + 1.
Rows = Sequence[Sequence[CellValue]]
# The options of each known list by their normal form; under "<list> called" other names of them, which are not
# accepted but suggested.
Options = Mapping[str, Mapping[str, str]]
# Looking for what a wrong word may have meant takes time: not in a roster of thousands.
_MOST_COMPARED = 300


def options_by_key(options: Iterable[str]) -> dict[str, str]:
    """The options by their normal form; the first of those that share one."""
    by_key: dict[str, str] = {}
    for option in options:
        by_key.setdefault(key_text(option), option)
    return by_key


@dataclass(frozen=True, kw_only=True, slots=True)
class SettingsCell:
    """One cell as read, and the column that says how to understand it."""

    sheet: str
    name: str
    column: SettingsColumn
    raw: CellValue
    options: Options
    notes: Notes

    @property
    def text(self) -> str:
        """The cell as a tidy text, "" for a blank one."""
        return tidy(as_text(self.raw)) if self.raw is not None else ""

    def refuse(self, code: str, **params: Any) -> None:
        """Notes a mistake in this cell, unless its column is missing, which is noted already."""
        if self.name:
            details = {"label": self.column.label, "value": shown(self.text), **params}
            self.notes.add(self.sheet, self.name, code, **details)

    def read(self) -> Any:
        """The value as the column's kind understands it, empty for a mistake, which is noted."""
        if isinstance(self.raw, NoValue | CellError):
            self.refuse("no-value" if isinstance(self.raw, NoValue) else "error-value")
            return READERS[self.column.kind](replace(self, raw=""))
        if self.column.required and not self.text:
            self.refuse("required")
        return READERS[self.column.kind](self)


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One row below the header: its Excel row, its cells and their values by column."""

    row: int
    cells: Mapping[str, SettingsCell]
    values: Mapping[str, Any]


# ---- one entry a kind of cell


def _text(cell: SettingsCell) -> str:
    return cell.text


def _code(cell: SettingsCell) -> str:
    """An identifier: narrow, without any space."""
    text = key_text(cell.text)
    return "" if text in catalog.reading().blanks else text


def _condition(cell: SettingsCell) -> str:
    # The full-width sign of equality is what an input method types.
    return cell.text.replace("\uff1d", "=")


def _names(cell: SettingsCell) -> tuple[str, ...]:
    """Several texts in one cell, each once."""
    parts = (tidy(part) for part in _separators().split(cell.text))
    return tuple(options_by_key(part for part in parts if part and part not in catalog.reading().blanks).values())


@cache
def _separators() -> re.Pattern[str]:
    return re.compile(f"[{re.escape(settings_layout().separators)}]")


def _choice(cell: SettingsCell) -> str:
    text = "" if cell.text in catalog.reading().blanks else cell.text
    return _chosen(cell, text) if text else ""


def _choices(cell: SettingsCell) -> tuple[str, ...]:
    chosen = (_chosen(cell, name) for name in _names(cell))
    return tuple(dict.fromkeys(name for name in chosen if name))


def _chosen(cell: SettingsCell, text: str) -> str:
    """The option of that name; any text where the list itself is not known."""
    options = cell.options.get(cell.column.list)
    if options is None:
        return text
    if key_text(text) in options:
        return options[key_text(text)]
    allowed, title = tuple(options.values()), settings_layout().list_title(cell.column.list)
    other_names = cell.options.get(f"{cell.column.list} called", {})
    suggestion = other_names.get(key_text(text).casefold()) or near(text, allowed)
    code = "no-unit" if cell.column.list == "unit" else "choice"
    cell.refuse(code, value=shown(text), near=suggestion, list=title, options=allowed)
    return ""


def near(text: str, options: Sequence[str]) -> str:
    """The option that a text may have meant, or ""."""
    if len(options) > _MOST_COMPARED:
        return ""
    return next(iter(difflib.get_close_matches(narrow(text), options, n=1, cutoff=0.6)), "")


def _lines(cell: SettingsCell) -> tuple[str, ...]:
    """The lines of a cell that say something."""
    return tuple(line for part in cell.text.split("\n") if (line := part.strip()))


def _number(cell: SettingsCell) -> float | int | None:
    """A number, whole where it can be; None with a note for anything else."""
    text = narrow(cell.text).replace(",", "")
    if not text:
        return None
    try:
        number = math.nan if "_" in text else float(text)  # Python takes 1_0 for 10
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        cell.refuse("form-number")
        return None
    return int(number) if number.is_integer() else number


def _day(cell: SettingsCell) -> Any:
    return _parsed(cell, "date", "date")


def _count(cell: SettingsCell) -> Any:
    return _parsed(cell, "integer", "number")


def _parsed(cell: SettingsCell, kind: str, trouble: str) -> Any:
    """The cell read by the forms' own parser, fixes accepted in silence; None with a note for a mistake."""
    if not cell.text:
        return None
    column = Column(name=cell.column.name, label=cell.column.label, kind=kind, range=cell.column.range)
    value = parser_for(column, Setting(lists={}, aliases={}))(cell.raw)
    if not isinstance(value, Reading):
        return value
    if value.value is not None and value.code.startswith("fixed-"):
        return value.value
    low, high = cell.column.range or (0, 0)
    cell.refuse("range" if value.code == "range" else trouble, low=low, high=high)
    return None


READERS: Mapping[str, Callable[[SettingsCell], Any]] = {
    "text": _text,
    "code": _code,
    "phrase": _text,
    "condition": _condition,
    "names": _names,
    "choice": _choice,
    "choices": _choices,
    "lines": _lines,
    "number": _number,
    "day": _day,
    "count": _count,
}


# ---- the header row and the lines below it


@dataclass(frozen=True, kw_only=True, slots=True)
class Header:
    """Where a sheet's header row stands (from 0) and the index of each column found in it, by name."""

    at: int
    places: Mapping[str, int]


def lines_of(sheet: SettingsSheet, rows: Rows, options: Options, notes: Notes) -> list[Line]:
    """The rows below the header that hold anything, without the example; what the header lacks is noted."""
    header = header_of(sheet, rows)
    if header is None:
        needed = tuple(column.label for column in sheet.columns if column.needed)
        notes.add(sheet.title, "A1", "no-header", rows=settings_layout().header_within_rows, labels=needed)
        return []
    _note_header(sheet, rows, header, notes)
    return lines_below(sheet, rows, header, (options, notes))


def header_of(sheet: SettingsSheet, rows: Rows) -> Header | None:
    """The row with most of the sheet's labels among those where a header may stand; None if none has any."""
    places = [_places_in(sheet, row) for row in rows[: settings_layout().header_within_rows]]
    best = max(range(len(places)), key=lambda at: (len(places[at]), -at), default=None)
    return Header(at=best, places=places[best]) if best is not None and places[best] else None


def _places_in(sheet: SettingsSheet, row: Sequence[CellValue]) -> dict[str, int]:
    labels = {column.label: column.name for column in sheet.columns}
    places: dict[str, int] = {}
    for index, value in enumerate(row):
        name = labels.get(tidy(value)) if isinstance(value, str) else None
        if name:
            places.setdefault(name, index)
    return places


def _note_header(sheet: SettingsSheet, rows: Rows, header: Header, notes: Notes) -> None:
    labels = {column.label for column in sheet.columns}
    row = [tidy(as_text(value)) for value in rows[header.at]]
    for index, label in enumerate(row):
        if label in labels and label in row[:index]:
            notes.add(sheet.title, cell_name(header.at + 1, index), "twice-header", label=label)
    free = max(at + 1 for at, text in enumerate(row) if text)
    for column in sheet.columns:
        if column.needed and column.name not in header.places:
            notes.add(sheet.title, cell_name(header.at + 1, free), "missing-header", label=column.label)
            free += 1


def lines_below(sheet: SettingsSheet, rows: Rows, header: Header, about: tuple[Options, Notes]) -> list[Line]:
    """The rows below the header that hold anything in the sheet's columns, without the example."""
    options, notes = about
    lines = []
    for at in range(header.at + 1, len(rows)):
        cells = {
            column.name: _cell(sheet, column, (rows, at, header.places.get(column.name)), (options, notes))
            for column in sheet.columns
        }
        if any(cell.text for cell in cells.values()) and not _is_example(sheet, cells):
            values = {name: cell.read() for name, cell in cells.items()}
            lines.append(Line(row=at + 1, cells=cells, values=values))
    return lines


def _cell(
    sheet: SettingsSheet, column: SettingsColumn, at: tuple[Rows, int, int | None], about: tuple[Options, Notes]
) -> SettingsCell:
    rows, row, index = at
    is_there = index is not None and index < len(rows[row])
    return SettingsCell(
        sheet=sheet.title,
        name="" if index is None else cell_name(row + 1, index),
        column=column,
        raw=rows[row][index] if is_there and index is not None else "",
        options=about[0],
        notes=about[1],
    )


def _is_example(sheet: SettingsSheet, cells: Mapping[str, SettingsCell]) -> bool:
    first = sheet.columns[0].name
    return first in sheet.example and cells[first].text == sheet.example[first]
