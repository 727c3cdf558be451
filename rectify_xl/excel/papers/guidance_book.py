"""教育转化登记.xlsx before it is encrypted: the rows of the restricted forms, a sheet a form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from io import BytesIO

from rectify_xl.excel.progress.status_page import draw_table
from rectify_xl.excel.writing.fast_rows import FastSheet
from rectify_xl.excel.writing.fit import width_for_values
from rectify_xl.excel.writing.page import Heads, Page, Shown, shown_for
from rectify_xl.excel.writing.styles import Styles, new_workbook
from rectify_xl.facts import catalog
from rectify_xl.model import Book, Table
from rectify_xl.tables.ledger_table import day_text

_SAMPLED = 400


def guidance_bytes(tables: Mapping[str, Table], book: Book) -> bytes:
    """The workbook with a sheet for each form of `tables` (by its name); the same rows give the same bytes."""
    target, facts = BytesIO(), catalog.words("publication")
    workbook = new_workbook(target, as_of=book.as_of)
    styles, settings = Styles(workbook), book.settings
    for name, table in tables.items():
        form = catalog.forms()[name]
        subject = facts["subject"].format(
            organisation=settings.organisation, day=day_text(book.as_of), count=len(table.rows)
        )
        heads = Heads(
            name=form.title, heading=form.title, subject=subject, note=facts["restricted"], nothing=facts["nothing"]
        )
        sheet = workbook.add_worksheet(form.title, FastSheet)
        page = Page(workbook=workbook, sheet=sheet, styles=styles, book=book, key=name, heads=heads, tables=tables)
        draw_table(replace(page, columns=_columns(table, name)))
    workbook.close()
    return target.getvalue()


def _columns(table: Table, name: str) -> dict[str, Shown]:
    looks = catalog.words("publication")["looks"]
    columns = {name: shown_for(name) for name in ("unit_code", "unit_name", "filled_on")}
    for column in catalog.forms()[name].columns:
        index = table.columns.index(column.name)
        width = width_for_values(column, [row[index] for row in table.rows[:_SAMPLED]])
        columns[column.name] = Shown(band="", label=column.label, width=width, look=looks[column.kind])
    return columns
