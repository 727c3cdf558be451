"""整改进度.xlsx: the sheets of the status workbook in order, and their writing."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple, Protocol

import xlsxwriter

from rectify_xl.excel.progress.status_overview import draw_overview
from rectify_xl.excel.progress.status_page import draw_table
from rectify_xl.excel.progress.status_schedule import draw_schedule
from rectify_xl.excel.writing.fast_rows import FastSheet
from rectify_xl.excel.writing.page import Heads, Page
from rectify_xl.excel.writing.styles import Styles, save_workbook
from rectify_xl.facts.in_force import under_settings
from rectify_xl.model import Book, Table
from rectify_xl.progress.coordination import coordination
from rectify_xl.progress.forms import branches, filings, institutions, reviews, supervision
from rectify_xl.progress.leaders import leaders
from rectify_xl.progress.overview import overview
from rectify_xl.progress.period import period_changes
from rectify_xl.progress.quality import quality
from rectify_xl.progress.standing import standing_warnings
from rectify_xl.progress.surveys import satisfaction
from rectify_xl.progress.tasks import deadline_warnings, schedule, unit_progress
from rectify_xl.progress.units import words


class HasBook(Protocol):
    """A result of a consolidation."""

    @property
    def book(self) -> Book:
        """The book of the consolidation."""


class Sheet(NamedTuple):
    """A sheet: the key of its title and note, the function that makes its table, the one that draws it."""

    key: str
    table: Callable[[Book], Table]
    draw: Callable[[Page], None] = draw_table


SHEETS = (
    Sheet("overview", overview, draw_overview),
    Sheet("units", unit_progress),
    Sheet("warnings", deadline_warnings),
    Sheet("reviews", reviews),
    Sheet("filings", filings),
    Sheet("satisfaction", satisfaction),
    Sheet("institutions", institutions),
    Sheet("branches", branches),
    Sheet("supervision", supervision),
    Sheet("coordination", coordination),
    Sheet("leaders", leaders),
    Sheet("period", period_changes),
    Sheet("quality", quality),
    Sheet("schedule", schedule, draw_schedule),
    Sheet("standing", standing_warnings),
)


@under_settings
def write_status(result: Book | HasBook, path: Path | str) -> None:
    """Writes 整改进度.xlsx of a result or a book, whole or not at all; the same book gives the same bytes.

    Raises OSError where `path` cannot be replaced.
    """
    book = result if isinstance(result, Book) else result.book
    save_workbook(Path(path), partial(add_sheets, book=book), as_of=book.as_of)


def add_sheets(workbook: xlsxwriter.Workbook, book: Book) -> None:
    """Adds the sheets of the status workbook, each drawn from its table."""
    styles, tables = Styles(workbook), {sheet.key: sheet.table(book) for sheet in SHEETS}
    for key, _, draw in SHEETS:
        heads = heads_for(book, key)
        page = workbook.add_worksheet(heads.name, FastSheet)
        draw(Page(workbook=workbook, sheet=page, styles=styles, book=book, key=key, heads=heads, tables=tables))


def heads_for(book: Book, key: str) -> Heads:
    """The words of the sheet called `key`; those about changes name the day of the earlier run."""
    facts, name = words(), words()["sheets"][key]
    day = book.previous.as_of.isoformat() if book.previous else ""
    empty = facts["empty"].get(f"{key}_same" if day else key) or facts["empty"].get(key) or facts["nothing"]
    note = facts["notes"].get(key, "")
    if "{day}" in note:
        note = note.format(day=day) if day else ""
    return Heads(name=name, heading=facts["heading"].format(sheet=name), note=note, nothing=empty.format(day=day))
