"""One sheet of the status workbook: a heading, a note, a table under its bands, and how it prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from itertools import groupby
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format

from rectify_xl import catalog
from rectify_xl.excel.writing.cell_faces import legal_text
from rectify_xl.excel.writing.fast_rows import FastSheet, Filling
from rectify_xl.excel.writing.fit import height_of, line_width, lines_in
from rectify_xl.excel.writing.styles import A4, Styles, colours, must
from rectify_xl.messages import code_name
from rectify_xl.model import Book, Table
from rectify_xl.progress.units import BAND, words

# Rows of every sheet (0-based): the heading, whose and of which day, what the figures mean, the bands, the header.
HEADING_ROW, SUBTITLE_ROW, NOTE_ROW, BAND_ROW, HEADER_ROW, FIRST_ROW = range(6)
_LEAST = 21.0  # points of a row
_RESERVE = 0.7  # of a column's width: a program without our font breaks lines earlier
_LONGEST_CELL = 32_767
# What nothing is laid over in a look without a mark (see `layers_for`).
_PLAIN = frozenset((str, date, type(None)))
# From so many rows on a table is filled in at once; nothing may stand below it.
MANY_ROWS = 200


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
    """How one column is shown: the band over it, its label, its width in characters, and the look of its cells."""

    band: str
    label: str
    width: float
    look: str


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


# ---- the parts of a sheet


def draw_table(page: Page, *, stands_alone: bool = True) -> None:
    """Draws the sheet's table: header, rows, total, filter, print; nothing else in its rows if it `stands_alone`."""
    columns = [page.columns.get(name) or shown_for(name) for name in page.table.columns]
    for at, shown in enumerate(columns):
        must(page.sheet.set_column(at, at, shown.width))
    draw_heading(page, len(columns) - 1, sum(shown.width for shown in columns))
    _draw_header(page, columns)
    totals = _totals(page.table)
    if stands_alone and len(page.table.rows) > MANY_ROWS:
        _fill_rows(page, columns, totals)
    else:
        for at, row in enumerate(page.table.rows):
            _draw_row(page, columns, FIRST_ROW + at, row)
    if page.table.rows:
        _draw_bars(page, columns)
        must(page.sheet.autofilter(HEADER_ROW, 0, max(last_row(page) - totals, HEADER_ROW), len(columns) - 1))
    else:
        page.across((FIRST_ROW, 0, len(columns) - 1), page.heads.nothing, "choice", "grid", "muted")
        must(page.sheet.set_row(FIRST_ROW, 2 * _LEAST))
    held = next((at + 1 for at, name in enumerate(page.table.columns) if name in ("unit_name", "item")), 0)
    page.sheet.freeze_panes(FIRST_ROW, held)
    page.sheet.repeat_rows(BAND_ROW, HEADER_ROW)
    set_print(page, last_row(page), len(columns) - 1)


def last_row(page: Page) -> int:
    """The last row that the table, or the word that it is empty, stands in."""
    return FIRST_ROW + max(len(page.table.rows), 1) - 1


def draw_heading(page: Page, last_column: int, width: float) -> None:
    """Draws the heading, whose it is and of which day, and the note; `width` is that of the sheet in characters."""
    subject = page.heads.subject or _subject(page.book)
    page.text(HEADING_ROW, 0, page.heads.heading, "sheet_title")
    page.across((SUBTITLE_ROW, 0, last_column), subject.replace("\n", " "), "unit_line")
    must(page.sheet.set_row(HEADING_ROW, 32))
    must(page.sheet.set_row(SUBTITLE_ROW, 18))
    if note := page.heads.note:
        page.across((NOTE_ROW, 0, last_column), note, "note")
        must(page.sheet.set_row(NOTE_ROW, height_of(lines_of(note, width))))


def _subject(book: Book) -> str:
    subject = words()["subject"].format(organisation=book.settings.organisation, campaign=book.settings.campaign)
    return f"{subject}　{words()['as_of'].format(as_of=book.as_of.isoformat())}"


def _draw_header(page: Page, columns: Sequence[Shown]) -> None:
    """The header row, and above it the bands; a column without a band takes both rows."""
    has_bands = any(shown.band for shown in columns)
    for band, run in groupby(enumerate(columns), key=lambda pair: pair[1].band):
        places = [at for at, _ in run]
        if band:
            page.across((BAND_ROW, places[0], places[-1]), band, "header")
        for at in places:
            if has_bands and not band:
                must(page.sheet.merge_range(BAND_ROW, at, HEADER_ROW, at, "", page.styles("header_required")))
            row = BAND_ROW if has_bands and not band else HEADER_ROW
            page.text(row, at, columns[at].label, "header_required" if not band else "header")
    tallest = max(lines_of(shown.label, shown.width) for shown in columns)
    must(page.sheet.set_row(BAND_ROW, _LEAST if has_bands else 3))
    must(page.sheet.set_row(HEADER_ROW, max(30.0, height_of(tallest) + 4)))


def _draw_row(page: Page, columns: Sequence[Shown], row: int, values: Sequence[Any]) -> None:
    total = ("total",) if _is_total(values) else ()
    lines = 1
    for at, (shown, value) in enumerate(zip(columns, values, strict=True)):
        page.value(row, at, value, *words()["looks"][shown.look], "grid", *total, *layers_for(shown.look, value))
        if isinstance(value, str) and len(value) > 4:
            lines = max(lines, lines_of(value, shown.width))
    must(page.sheet.set_row(row, max(_LEAST, height_of(lines))))


def _fill_rows(page: Page, columns: Sequence[Shown], totals: int) -> None:
    """The rows of a long table at once; its totals, which look otherwise, are drawn one by one below them."""
    count = len(page.table.rows) - totals
    rows = page.table.rows[:count]
    formats = [
        _formats_by_value(page, shown, values)
        for shown, values in zip(columns, zip(*rows, strict=True), strict=True)
    ]
    lines = [line_width(shown.width - _RESERVE) for shown in columns]
    filling = Filling(rows=rows, count=count, first_row=FIRST_ROW, formats=formats, lines=lines, least=_LEAST)
    page.sheet.fill(filling)
    for at, row in enumerate(page.table.rows[count:]):
        _draw_row(page, columns, FIRST_ROW + count + at, row)


def _formats_by_value(page: Page, shown: Shown, values: Sequence[Any]) -> Format | dict[tuple[type, Any], Format]:
    """The formats of a column by its values, which are in the order of the rows: so are the formats in the file."""
    base, kinds = (*words()["looks"][shown.look], "grid"), list(map(type, values))
    if shown.look != "state" and not words()["marked"].get(shown.look) and _PLAIN.issuperset(kinds):
        return page.styles(*base)
    layers = {key: layers_for(shown.look, key[1]) for key in dict.fromkeys(zip(kinds, values, strict=True))}
    formats = {laid: page.styles(*base, *laid) for laid in dict.fromkeys(layers.values())}
    if len(formats) == 1:
        return next(iter(formats.values()))
    return {key: formats[laid] for key, laid in layers.items()}


def _is_total(values: Sequence[Any]) -> bool:
    return bool(values[0] == "" and values[1] == words()["total"])


def _totals(table: Table) -> int:
    """How many rows at the end are totals: they stay where they are when somebody sorts the table."""
    return sum(_is_total(row) for row in table.rows)


def layers_for(look: str, value: Any) -> tuple[str, ...]:
    """What a value lays over its cell: a state its tone, an alarm its colour, a zero its paleness."""
    if look == "state":
        tone = tones().get(str(value).split(" ")[0])
        return (tone,) if tone else ()
    mark = words()["marked"].get(look)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if mark and (value < 0 if look == "signed" else value > 0):
            return (mark,)
        return ("muted",) if value == 0 and look != "signed" else ()
    return (mark,) if mark and value else ()


@cache
def tones() -> Mapping[str, str]:
    """The layer of each state and answer by what the cell says."""
    facts, reminders = words(), catalog.words("reminders")
    said = (catalog.states("item"), catalog.states("task"), facts["answers"], facts["changes"])
    pairs = (*((part, facts["tones"]) for part in said), (reminders["kinds"], reminders["tones"]))
    return {text: by_key[key] for part, by_key in pairs for key, text in part.items() if key in by_key}


def _draw_bars(page: Page, columns: Sequence[Shown]) -> None:
    """A bar behind each share that is to be compared down the column."""
    for at, shown in enumerate(columns):
        if shown.look == "bar":
            add_bar(page, (FIRST_ROW, last_row(page)), at)


def add_bar(page: Page, rows: tuple[int, int], column: int) -> None:
    """Bars from 0 to 100 % behind the shares of a column."""
    ends = {"min_type": "num", "max_type": "num", "min_value": 0, "max_value": 1}
    bar = {"type": "data_bar", "data_bar_2010": True, "bar_solid": True, "bar_color": colours()["soft"], **ends}
    must(page.sheet.conditional_format(rows[0], column, rows[1], column, bar))


def lines_of(text: str, width: float) -> int:
    """How many lines a text takes in a column of `width` characters."""
    return lines_in(text, line_width(width - _RESERVE))


def set_print(page: Page, last: int, last_column: int) -> None:
    """A4 landscape, one page wide, only what is filled, page x of y."""
    sheet = page.sheet
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.center_horizontally()
    sheet.fit_to_pages(1, 0)
    must(sheet.print_area(HEADING_ROW, 0, last, last_column))
    sheet.set_footer("&L&9" + page.heads.name.replace("&", "&&") + "&R&9" + words()["page"])
