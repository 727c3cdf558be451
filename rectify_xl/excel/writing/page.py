"""A sheet that goes out: what its drawer gets, and how values and columns are shown by what they say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

import xlsxwriter

from rectify_xl.excel.writing.cell_faces import legal_text
from rectify_xl.excel.writing.fast_rows import FastSheet
from rectify_xl.excel.writing.fit import line_width, lines_in
from rectify_xl.excel.writing.styles import Styles, must
from rectify_xl.facts import catalog
from rectify_xl.messages import code_name
from rectify_xl.model import Book, Table
from rectify_xl.progress.units import BAND, words
from rectify_xl.shares import places_of

LEAST = 21.0  # points of a row
_RESERVE = 0.7  # of a column's width: a program without our font breaks lines earlier
_LONGEST_CELL = 32_767


@dataclass(frozen=True, kw_only=True, slots=True)
class Heads:
    """The words of a sheet that are not its table: its name, its heading, what the figures mean, what "nothing" is.

    `subject` stands below the heading; "" is whose it is and of which day.
    """

    name: str
    heading: str
    subject: str = ""
    note: str = ""
    nothing: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """How one column is shown: the band over it, its label, its width in characters, and the look of its cells.

    `values` are those by (class, value) in the order of the rows that something may be laid over; None: find out.
    """

    band: str
    label: str
    width: float
    look: str
    values: Mapping[tuple[type, Any], None] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """What a drawer gets: the sheet to draw on, its key, words and table, and the tables of all sheets by key.

    `columns` says how those columns are shown that the words of the status workbook do not know.
    """

    workbook: xlsxwriter.Workbook
    sheet: FastSheet
    styles: Styles
    book: Book
    key: str
    heads: Heads
    tables: Mapping[str, Table]
    columns: Mapping[str, Shown] = field(default_factory=dict)

    @property
    def table(self) -> Table:
        """The sheet's own table."""
        return self.tables[self.key]

    def text(self, row: int, column: int, text: str, *layers: str) -> None:
        """Writes a text as a text, whatever it begins with."""
        must(self.sheet.write_string(row, column, legal_text(text)[:_LONGEST_CELL], self.styles(*layers)))

    def across(self, place: tuple[int, int, int], text: str, *layers: str) -> None:
        """Writes a text over the columns (row, first, last), merged where they are several."""
        row, first, last = place
        if last > first:
            must(self.sheet.merge_range(row, first, row, last, "", self.styles(*layers)))
        self.text(row, first, text, *layers)

    def across_value(self, place: tuple[int, int, int], value: Any, *layers: str) -> None:
        """Writes a value over the columns (row, first, last), merged."""
        row, first, last = place
        must(self.sheet.merge_range(row, first, row, last, "", self.styles(*layers)))
        self.value(row, first, value, *layers)

    def value(self, row: int, column: int, value: Any, *layers: str) -> None:
        """Writes a number or a day as such, None as a blank cell, all else as text."""
        if value is None or value == "":
            must(self.sheet.write_blank(row, column, None, self.styles(*layers)))
        elif isinstance(value, date):
            must(self.sheet.write_datetime(row, column, value, self.styles(*layers)))
        elif isinstance(value, (int, float)):
            must(self.sheet.write_number(row, column, value, self.styles(*layers)))
        else:
            self.text(row, column, str(value), *layers)


def shown_for(name: str) -> Shown:
    """How the column of a status table is shown; one made by a list stands under its band."""
    declared = words()["columns"].get(name)
    if declared:
        return Shown(band="", **declared)
    band, _, leaf = name.partition(BAND)
    facts = words()["bands"].get(band) or {**words()["bands"]["other"], "label": _label_of(*band.split("."))}
    label = code_name(leaf) if leaf in catalog.codes() else leaf
    return Shown(band=facts["label"], label=label, width=facts["width"], look=facts["look"])


def _label_of(form: str, column: str) -> str:
    return catalog.forms()[form].column(column).label


def layers_for(look: str, value: Any) -> tuple[str, ...]:
    """What a value lays over its cell: a state its tone, an alarm its colour, zero paleness, a share its decimals."""
    if look == "state":
        tone = tones().get(str(value).split(" ")[0])
        return (tone,) if tone else ()
    mark = words()["marked"].get(look)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if mark and (value < 0 if look == "signed" else value > 0):
            return (mark,)
        if value == 0 and look != "signed":
            return ("muted",)
        return share_layers(value) if look in words()["shares"] else ()
    return (mark,) if mark and value else ()


def share_layers(share: float) -> tuple[str, ...]:
    """What a share lays over its cell: the decimal places that it needs, as in a text (see `shares`)."""
    places = places_of(share)
    return (f"percent_{places}",) if places else ()


@cache
def tones() -> Mapping[str, str]:
    """The layer of each state and answer by what the cell says."""
    facts, reminders = words(), catalog.words("reminders")
    wordings = (catalog.states("item"), catalog.states("task"), facts["answers"], facts["changes"])
    pairs = (*((part, facts["tones"]) for part in wordings), (reminders["kinds"], reminders["tones"]))
    return {text: by_key[key] for part, by_key in pairs for key, text in part.items() if key in by_key}


def line_held(width: float) -> int:
    """How much of `fit.text_width` one line holds in a column of `width` characters."""
    return line_width(width - _RESERVE)


def lines_of(text: str, width: float) -> int:
    """How many lines a text takes in a column of `width` characters."""
    return lines_in(text, line_held(width))
