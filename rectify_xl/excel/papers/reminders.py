"""催办通知.xlsx: the list of reminders, a printed page for every unit that owes something, and what was told before."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import xlsxwriter

from rectify_xl.excel.papers.reminder_notices import add_notices
from rectify_xl.excel.progress.status import HasBook
from rectify_xl.excel.progress.status_page import draw_table
from rectify_xl.excel.writing.fast_rows import FastSheet
from rectify_xl.excel.writing.page import Heads, Page
from rectify_xl.excel.writing.styles import Styles, save_workbook
from rectify_xl.in_force import under_settings
from rectify_xl.model import Book, Reminder
from rectify_xl.outgoing.matters import words
from rectify_xl.outgoing.reminders import now_and_before, reminder_table


@under_settings
def write_reminders(told: Book | HasBook, path: Path | str) -> None:
    """Writes 催办通知.xlsx of a result or a book: whole or not at all, the same book in the same bytes.

    Raises OSError where `path` cannot be replaced.
    """
    book = told if isinstance(told, Book) else told.book
    save_workbook(Path(path), partial(add_sheets, book=book), as_of=book.as_of)


def add_sheets(workbook: xlsxwriter.Workbook, book: Book) -> None:
    """Adds 催办清单, the notices, and 已催未办."""
    styles, (now, before) = Styles(workbook), now_and_before(book)
    _add_list(workbook, styles, book, ("list", now))
    add_notices(workbook, styles, book, now, before)
    _add_list(workbook, styles, book, ("before", before))


def _add_list(
    workbook: xlsxwriter.Workbook, styles: Styles, book: Book, told: tuple[str, Sequence[Reminder]]
) -> None:
    key, reminders = told
    facts, table = words(), reminder_table(reminders)
    name = facts["sheets"][key]
    heads = Heads(
        name=name,
        heading=facts["heading"].format(sheet=name),
        note=facts["notes"][key].format(warning=book.settings.early_warning),
        nothing=facts["nothing" if key == "list" else "nothing_before"],
    )
    made = workbook.add_worksheet(name, FastSheet)
    draw_table(
        Page(workbook=workbook, sheet=made, styles=styles, book=book, key=key, heads=heads, tables={key: table})
    )
