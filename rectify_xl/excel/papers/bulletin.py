"""整改情况通报.xlsx: the period's bulletin, one page of A4 whatever the number of units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import xlsxwriter

from rectify_xl.excel.progress.status import HasBook
from rectify_xl.excel.writing.fast_rows import FastSheet
from rectify_xl.excel.writing.fit import height_of
from rectify_xl.excel.writing.page import Heads, Page, layers_for, lines_of
from rectify_xl.excel.writing.styles import A4, Styles, must, save_workbook
from rectify_xl.facts.in_force import under_settings
from rectify_xl.model import Book, Table
from rectify_xl.normal import shown
from rectify_xl.outgoing.bulletin import Bulletin, bulletin_for, words
from rectify_xl.progress.units import words as status_words

# The page is a grid of fourteen columns: the two tables of units take seven each.
_COLUMNS, _COLUMN_WIDTH = 14, 6.0
_WIDTH, _LAST = _COLUMNS * _COLUMN_WIDTH, _COLUMNS - 1
# Heights in points; running text is a twelfth larger than the type in which widths are counted.
_LEAST, _LINE_HEIGHT, _ROW_HEIGHT, _LARGER = 24.0, 16.5, 21.0, 12 / 11
# The columns of a table on the grid: of units on the left and on the right, of what is due.
_LEFT = {"unit_name": (0, 2), "items": (3, 3), "completed": (4, 4), "completion": (5, 5), "late": (6, 6)}
_RIGHT = {name: (first + 7, last + 7) for name, (first, last) in _LEFT.items()}
_COMING = {"due_on": (0, 2), "matter": (3, 10), "owed": (11, 13)}
# The most characters of a unit's name in a table: two lines.
_NAME_LENGTH = 26


@under_settings
def write_bulletin(result: Book | HasBook, path: Path | str) -> None:
    """Writes 整改情况通报.xlsx of a result or a book, whole or not at all; the same book gives the same bytes.

    Raises OSError where `path` cannot be replaced.
    """
    book = result if isinstance(result, Book) else result.book
    save_workbook(Path(path), partial(add_sheet, book=book), as_of=book.as_of)


def add_sheet(workbook: xlsxwriter.Workbook, book: Book) -> None:
    """Adds the bulletin's one sheet."""
    name = words()["sheet"]
    sheet = workbook.add_worksheet(name, FastSheet)
    must(sheet.set_column(0, _LAST, _COLUMN_WIDTH))
    page = Page(
        workbook=workbook, sheet=sheet, styles=Styles(workbook), book=book, key=name,
        heads=Heads(name=name, heading=name), tables={name: Table((), [])},
    )  # fmt: skip
    last = _draw(page, bulletin_for(book))
    sheet.hide_gridlines(2)
    sheet.set_portrait()
    sheet.set_paper(A4)
    sheet.set_margins(left=0.8, right=0.8, top=0.7, bottom=0.6)
    sheet.center_horizontally()
    sheet.fit_to_pages(1, 1)
    must(sheet.print_area(0, 0, last, _LAST))


def _draw(page: Page, bulletin: Bulletin) -> int:
    """Draws the bulletin from top to bottom; gives its last row."""
    _line(page, 0, bulletin.title, "paper_title")
    must(page.sheet.set_row(0, 24.0 + 22 * lines_of(bulletin.title, _WIDTH * 11 / 18)))
    _line(page, 1, words()["letterhead"].format(office=bulletin.office, day=bulletin.day), "letterhead")
    _line(page, 2, bulletin.addressed, "paper_body")
    row = 3
    tables = (None, _draw_units, None, _draw_coming, None)
    for (heading, paragraphs), table in zip(bulletin.sections, tables, strict=True):
        _line(page, row, heading, "paper_section")
        row += 1
        for text in paragraphs:
            _line(page, row, "　　" + text, "paper_body")
            row += 1
        row = table(page, row, bulletin) if table else row
    for text in (bulletin.office, bulletin.day):
        _line(page, row, text, "signature")
        row += 1
    return row - 1


def _line(page: Page, row: int, text: str, *layers: str) -> None:
    page.across((row, 0, _LAST), text, *layers)
    lines = lines_of(text, _WIDTH / _LARGER)
    must(page.sheet.set_row(row, max(_LEAST, lines * _LINE_HEIGHT + 8)))


# ---- tables


def _draw_units(page: Page, row: int, bulletin: Bulletin) -> int:
    """Draws the best and the worst units side by side; gives the row below them."""
    facts, height = words()["tables"], max(len(bulletin.best.rows), len(bulletin.worst.rows), 1)
    count = height + 1 if bulletin.best.rows or bulletin.worst.rows else 1
    for name, table, spans in (("best", bulletin.best, _LEFT), ("worst", bulletin.worst, _RIGHT)):
        first, last = min(spans.values())[0], max(spans.values())[1]
        page.across((row, first, last), facts[name], "header_required")
        if table.rows:
            _draw_table(page, row + 1, table, spans)
        else:
            page.across((row + 1, first, last), facts[f"no_{name}"], "choice", "grid", "muted")
            must(page.sheet.set_row(row + 1, _ROW_HEIGHT))
        below = row + 2 + len(table.rows)
        if below <= row + count:  # the other list is longer: the frame goes round both
            must(page.sheet.merge_range(below, first, row + count, last, "", page.styles("grid")))
    must(page.sheet.set_row(row, _ROW_HEIGHT))
    for offset in range(count):
        tables = (bulletin.best, bulletin.worst)
        names = [table.rows[offset - 1][0] for table in tables if 0 < offset <= len(table.rows)]
        tallest = max((lines_of(shown(name, _NAME_LENGTH), 3 * _COLUMN_WIDTH) for name in names), default=1)
        must(page.sheet.set_row(row + 1 + offset, _ROW_HEIGHT if tallest == 1 else height_of(tallest)))
    row += 1 + count
    page.across((row, 0, _LAST), facts["ranked"], "note")
    must(page.sheet.set_row(row, 18))
    return row + 1


def _draw_table(page: Page, row: int, table: Table, spans: Mapping[str, tuple[int, int]]) -> None:
    """Draws a header and the rows; `spans` gives the first and last grid column of each column."""
    facts = words()["columns"]
    for table_row, values in enumerate([None, *table.rows], row):
        for name, value in zip(table.columns, values or (facts[n]["label"] for n in table.columns), strict=True):
            place, look = (table_row, *spans[name]), facts[name]["look"]
            layers = ("header",) if values is None else _layers(look, value)
            _cell(page, place, shown(value, _NAME_LENGTH) if isinstance(value, str) else value, *layers)


def _layers(look: str, value: Any) -> Sequence[str]:
    return (*status_words()["looks"][look], "grid", *layers_for(look, value))


def _cell(page: Page, place: tuple[int, int, int], value: Any, *layers: str) -> None:
    row, first, last = place
    if last > first:
        page.across_value(place, value, *layers)
    else:
        page.value(row, first, value, *layers)


def _draw_coming(page: Page, row: int, bulletin: Bulletin) -> int:
    """Draws what is due next; gives the row below it."""
    facts = words()["tables"]
    if not bulletin.coming.rows:
        _line(page, row, "　　" + facts["no_coming"], "paper_body")
        return row + 1
    rows = [
        (day, matter if is_task else facts["items"].format(form=matter), _owed_text(count, is_task))
        for day, matter, count, is_task in bulletin.coming.rows
    ]
    _draw_table(page, row, Table(tuple(_COMING), rows), _COMING)
    for offset in range(len(rows) + 1):
        must(page.sheet.set_row(row + offset, _ROW_HEIGHT))
    return row + 1 + len(rows)


def _owed_text(count: int, is_task: bool) -> str:
    return str(words()["tables"]["task_owed" if is_task else "item_owed"].format(count=count))
