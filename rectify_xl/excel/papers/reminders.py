"""催办通知.xlsx: the list of new reminders, a printed notice for every owing unit, and the list of earlier ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import xlsxwriter

from rectify_xl.excel.papers.reminder_notices import add_notices
from rectify_xl.excel.progress.status import HasBook
from rectify_xl.excel.progress.status_page import draw_table
from rectify_xl.excel.writing.fast_rows import FastSheet
from rectify_xl.excel.writing.page import Heads, Page, Shown, shown_for
from rectify_xl.excel.writing.styles import Styles, save_workbook
from rectify_xl.facts.in_force import under_settings
from rectify_xl.model import Book, Reminder, Table
from rectify_xl.outgoing.matters import words
from rectify_xl.outgoing.reminders import now_and_before, reminder_table

# The number of reminders by unit, kind and working days left, in their order.
_Counts: TypeAlias = Mapping[tuple[str, str, int | None], int]


@under_settings
def write_reminders(result: Book | HasBook, path: Path | str) -> None:
    """Writes 催办通知.xlsx of a result or a book, whole or not at all; the same book gives the same bytes.

    Raises OSError where `path` cannot be replaced.
    """
    book = result if isinstance(result, Book) else result.book
    save_workbook(Path(path), partial(add_sheets, book=book), as_of=book.as_of)


def add_sheets(workbook: xlsxwriter.Workbook, book: Book) -> None:
    """Adds 催办清单, the notices, and 已催未办."""
    styles, (now, before) = Styles(workbook), now_and_before(book)
    counts, counts_before = _counted(now), _counted(before)
    kinds, waiting = dict[str, Counter[str]](), Counter[str]()
    for (code, kind, _), number in counts.items():
        kinds.setdefault(code, Counter())[kind] += number
    for (code, *_), number in counts_before.items():
        waiting[code] += number
    _add_list(workbook, styles, book, ("list", now, counts))
    add_notices(workbook, styles, book, now, (kinds, waiting))
    _add_list(workbook, styles, book, ("before", before, counts_before))


def _counted(reminders: Sequence[Reminder]) -> _Counts:
    return Counter((key.unit_code, key.kind, left) for key, *_, left in reminders)


def _add_list(
    workbook: xlsxwriter.Workbook, styles: Styles, book: Book, part: tuple[str, Sequence[Reminder], _Counts]
) -> None:
    key, reminders, counts = part
    facts, table = words(), reminder_table(reminders)
    name = facts["sheets"][key]
    heads = Heads(
        name=name,
        heading=facts["heading"].format(sheet=name),
        note=facts["notes"][key].format(warning=book.settings.early_warning),
        nothing=facts["nothing" if key == "list" else "nothing_before"],
    )
    sheet = workbook.add_worksheet(name, FastSheet)
    page = Page(workbook=workbook, sheet=sheet, styles=styles, book=book, key=key, heads=heads, tables={key: table})
    draw_table(replace(page, columns=_columns(table, counts)))


def _columns(table: Table, counts: _Counts) -> dict[str, Shown]:
    """How each column is shown; only kinds and working days have looks by value."""
    kinds = words()["kinds"]
    values: dict[str, Mapping[tuple[type, Any], None]] = {
        "reminder": dict.fromkeys((str, kinds[kind]) for _, kind, _ in counts),
        "workdays_left": dict.fromkeys((type(left), left) for *_, left in counts),
    }
    return {name: replace(shown_for(name), values=values.get(name, {})) for name in table.columns}
