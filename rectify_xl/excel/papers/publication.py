"""公布稿.xlsx: the rows of the ledger that may be published, and the list of pledges, ready for posting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from io import BytesIO
from pathlib import Path

import xlsxwriter

from rectify_xl.excel.progress.status import HasBook
from rectify_xl.excel.progress.status_page import draw_table
from rectify_xl.excel.writing.fast_rows import FastSheet
from rectify_xl.excel.writing.fit import width_for_values
from rectify_xl.excel.writing.page import Heads, Page, Shown
from rectify_xl.excel.writing.splice import save_spliced
from rectify_xl.excel.writing.styles import A3, A4_HOLDS, Styles, new_workbook
from rectify_xl.facts.in_force import under_settings
from rectify_xl.files import save_atomically
from rectify_xl.model import Book, Table
from rectify_xl.outgoing.letterhead import issuing_office
from rectify_xl.outgoing.publication import Values, distinct_values, pledges, public_columns, publication, words
from rectify_xl.tables.ledger_table import day_text

_TABLE_MAKERS = {"publication": publication, "pledges": pledges}
# How many rows the widths of the columns are measured from.
_SAMPLED = 400


@under_settings
def write_publication(result: Book | HasBook, path: Path | str) -> None:
    """Writes 公布稿.xlsx of a result or a book, whole or not at all; the same book gives the same bytes.

    Raises OSError where `path` cannot be replaced.
    """
    book = result if isinstance(result, Book) else result.book
    save_atomically(Path(path), partial(_save, book))


def _save(book: Book, target: Path) -> None:
    skeleton = BytesIO()
    workbook = new_workbook(skeleton, as_of=book.as_of)
    add_sheets(workbook, book)
    save_spliced(workbook, skeleton, target)


def add_sheets(workbook: xlsxwriter.Workbook, book: Book) -> None:
    """Adds the two sheets, each drawn from its table."""
    styles, tables = Styles(workbook), {key: make_table(book) for key, make_table in _TABLE_MAKERS.items()}
    for (key, table), values in zip(tables.items(), distinct_values(book), strict=True):
        heads, columns = _heads(book, key, len(table.rows)), _columns(table, values)
        sheet = workbook.add_worksheet(heads.name, FastSheet)
        page = Page(workbook=workbook, sheet=sheet, styles=styles, book=book, key=key, heads=heads, tables=tables)
        draw_table(replace(page, columns=columns))
        if sum(shown.width for shown in columns.values()) > A4_HOLDS:
            sheet.set_paper(A3)


def _heads(book: Book, key: str, count: int) -> Heads:
    facts, settings = words(), book.settings
    subject = facts["subject"].format(organisation=settings.organisation, day=day_text(book.as_of), count=count)
    return Heads(
        name=facts["sheets"][key],
        heading=facts["headings"][key].format(campaign=settings.campaign),
        subject=subject,
        note=facts["notes"][key] + facts["office"].format(office=issuing_office(book)),
        nothing=facts["nothing"],
    )


def _columns(table: Table, values: Mapping[str, Values]) -> dict[str, Shown]:
    """How each column is shown: as wide as its values need, with the look of its kind; states are coloured."""
    declared = {column.name: column for column in public_columns()}
    sample = list(table.rows[:: max(len(table.rows) // _SAMPLED, 1)])
    columns = {}
    for index, name in enumerate(table.columns):
        column = declared[name]
        look = "state" if column.choices == "state" else words()["looks"][column.kind]
        width = width_for_values(column, [row[index] for row in sample])
        columns[name] = Shown(band="", label=column.label, width=width, look=look, values=values.get(name, {}))
    return columns
