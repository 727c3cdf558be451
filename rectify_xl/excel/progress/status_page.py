"""One sheet of the status workbook: a heading, a note, a table under its bands, and how it prints."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, takewhile
from typing import Any

from rectify_xl.excel.writing.fit import height_of
from rectify_xl.excel.writing.page import LEAST, Page, Shown, layers_for, lines_of, shown_for
from rectify_xl.excel.writing.styles import A4, colours, must
from rectify_xl.excel.writing.table_rows import filling_for
from rectify_xl.model import Book, Table
from rectify_xl.progress.units import words

# Rows of every sheet (0-based): heading, office and day, note, bands, header, first row of the table.
HEADING_ROW, SUBTITLE_ROW, NOTE_ROW, BAND_ROW, HEADER_ROW, FIRST_ROW = range(6)
# Longer tables are written as XML at once, which allows nothing below them.
MANY_ROWS = 200
# Tables up to this width in characters print in portrait: nearly twice as many rows a page, and still readable.
_PORTRAIT_WIDTH = 112.0


# ---- the parts of a sheet


def draw_table(page: Page, *, is_alone: bool = True) -> None:
    """Draws the sheet's table with header, total, filter and print; it `is_alone` if nothing is drawn below it."""
    columns = [page.columns.get(name) or shown_for(name) for name in page.table.columns]
    for index, column in enumerate(columns):
        must(page.sheet.set_column(index, index, column.width))
    draw_heading(page, len(columns) - 1, sum(column.width for column in columns))
    _draw_header(page, columns)
    totals = _totals(page.table)
    if is_alone and len(page.table.rows) > MANY_ROWS:
        count = len(page.table.rows) - totals
        page.sheet.fill(filling_for(page, columns, page.table.rows[:count], FIRST_ROW))
    else:
        count = 0
    for row, values in enumerate(page.table.rows[count:], FIRST_ROW + count):
        _draw_row(page, columns, row, values)
    if page.table.rows:
        _draw_bars(page, columns)
        must(page.sheet.autofilter(HEADER_ROW, 0, max(last_row(page) - totals, HEADER_ROW), len(columns) - 1))
    else:
        page.across((FIRST_ROW, 0, len(columns) - 1), page.heads.nothing, "choice", "grid", "muted")
        must(page.sheet.set_row(FIRST_ROW, 2 * LEAST))
    names = enumerate(page.table.columns, start=1)
    frozen = next((count for count, name in names if name in ("unit_name", "item")), 0)
    page.sheet.freeze_panes(FIRST_ROW, frozen)
    page.sheet.repeat_rows(BAND_ROW, HEADER_ROW)
    set_print(page, last_row(page), len(columns) - 1)
    if is_alone and sum(column.width for column in columns) <= _PORTRAIT_WIDTH:
        page.sheet.set_portrait()


def last_row(page: Page) -> int:
    """The last row of the table, or of the text that it is empty."""
    return FIRST_ROW + max(len(page.table.rows), 1) - 1


def draw_heading(page: Page, last_column: int, width: float) -> None:
    """Draws the heading, the line with office and day, and the note; `width` is the sheet's in characters."""
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
    """Draws the header row and above it the bands; the header of a column without a band takes both rows."""
    has_bands = any(column.band for column in columns)
    for band, run in groupby(enumerate(columns), key=lambda pair: pair[1].band):
        indexes = [index for index, _ in run]
        if band:
            page.across((BAND_ROW, indexes[0], indexes[-1]), band, "header")
        for index in indexes:
            if has_bands and not band:
                must(page.sheet.merge_range(BAND_ROW, index, HEADER_ROW, index, "", page.styles("header_required")))
            row = BAND_ROW if has_bands and not band else HEADER_ROW
            page.text(row, index, columns[index].label, "header" if band else "header_required")
    tallest = max(lines_of(column.label, column.width) for column in columns)
    must(page.sheet.set_row(BAND_ROW, LEAST if has_bands else 3))
    must(page.sheet.set_row(HEADER_ROW, max(30.0, height_of(tallest) + 4)))


def _draw_row(page: Page, columns: Sequence[Shown], row: int, values: Sequence[Any]) -> None:
    total = ("total",) if _is_total(values) else ()
    lines = 1
    for index, (column, value) in enumerate(zip(columns, values, strict=True)):
        layers = (*words()["looks"][column.look], "grid", *total, *layers_for(column.look, value))
        page.value(row, index, value, *layers)
        if isinstance(value, str) and len(value) > 4:
            lines = max(lines, lines_of(value, column.width))
    must(page.sheet.set_row(row, max(LEAST, height_of(lines))))


def _is_total(values: Sequence[Any]) -> bool:
    return bool(values[0] == "" and values[1] == words()["total"])


def _totals(table: Table) -> int:
    """The number of total rows at the end, which must stay there when somebody sorts the table."""
    return sum(1 for _ in takewhile(_is_total, reversed(table.rows)))


def _draw_bars(page: Page, columns: Sequence[Shown]) -> None:
    """Adds a bar behind each share of a column whose shares are compared."""
    for index, column in enumerate(columns):
        if column.look == "bar":
            add_bar(page, (FIRST_ROW, last_row(page)), index)


def add_bar(page: Page, rows: tuple[int, int], column: int) -> None:
    """Adds bars from 0 to 100 % behind the shares of a column."""
    ends = {"min_type": "num", "max_type": "num", "min_value": 0, "max_value": 1}
    bar = {"type": "data_bar", "data_bar_2010": True, "bar_solid": True, "bar_color": colours()["soft"], **ends}
    must(page.sheet.conditional_format(rows[0], column, rows[1], column, bar))


def set_print(page: Page, last: int, last_column: int) -> None:
    """Sets up the print: A4 landscape, one page wide, filled cells only, page x of y."""
    sheet = page.sheet
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.center_horizontally()
    sheet.fit_to_pages(1, 0)
    must(sheet.print_area(HEADING_ROW, 0, last, last_column))
    sheet.set_footer("&L&9" + page.heads.name.replace("&", "&&") + "&R&9" + words()["page"])
