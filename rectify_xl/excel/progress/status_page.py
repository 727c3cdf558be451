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

# Rows of every sheet (0-based): the heading, whose and of which day, what the figures mean, the bands, the header.
HEADING_ROW, SUBTITLE_ROW, NOTE_ROW, BAND_ROW, HEADER_ROW, FIRST_ROW = range(6)
# From so many rows on a table is filled in at once; nothing may stand below it.
MANY_ROWS = 200
# Tables up to so many characters wide are printed upright: nearly twice as many rows a page, and still readable.
_UPRIGHT = 112.0


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
        filled = len(page.table.rows) - totals
        page.sheet.fill(filling_for(page, columns, page.table.rows[:filled], FIRST_ROW))
    else:
        filled = 0
    for at, row in enumerate(page.table.rows[filled:], FIRST_ROW + filled):
        _draw_row(page, columns, at, row)
    if page.table.rows:
        _draw_bars(page, columns)
        must(page.sheet.autofilter(HEADER_ROW, 0, max(last_row(page) - totals, HEADER_ROW), len(columns) - 1))
    else:
        page.across((FIRST_ROW, 0, len(columns) - 1), page.heads.nothing, "choice", "grid", "muted")
        must(page.sheet.set_row(FIRST_ROW, 2 * LEAST))
    held = next((at + 1 for at, name in enumerate(page.table.columns) if name in ("unit_name", "item")), 0)
    page.sheet.freeze_panes(FIRST_ROW, held)
    page.sheet.repeat_rows(BAND_ROW, HEADER_ROW)
    set_print(page, last_row(page), len(columns) - 1)
    if stands_alone and sum(shown.width for shown in columns) <= _UPRIGHT:
        page.sheet.set_portrait()


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
    must(page.sheet.set_row(BAND_ROW, LEAST if has_bands else 3))
    must(page.sheet.set_row(HEADER_ROW, max(30.0, height_of(tallest) + 4)))


def _draw_row(page: Page, columns: Sequence[Shown], row: int, values: Sequence[Any]) -> None:
    total = ("total",) if _is_total(values) else ()
    lines = 1
    for at, (shown, value) in enumerate(zip(columns, values, strict=True)):
        page.value(row, at, value, *words()["looks"][shown.look], "grid", *total, *layers_for(shown.look, value))
        if isinstance(value, str) and len(value) > 4:
            lines = max(lines, lines_of(value, shown.width))
    must(page.sheet.set_row(row, max(LEAST, height_of(lines))))


def _is_total(values: Sequence[Any]) -> bool:
    return bool(values[0] == "" and values[1] == words()["total"])


def _totals(table: Table) -> int:
    """How many rows at the end are totals: they stay where they are when somebody sorts the table."""
    return sum(1 for _ in takewhile(_is_total, reversed(table.rows)))


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
