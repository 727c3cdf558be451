"""What the tests of the ledger share: books that hurt, workbooks in memory, and what stands in them."""
# ruff: noqa: E501 (tables of Chinese text, where a character counts twice)

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import Any

import xlsxwriter
from books import item_for, small_book
from python_calamine import CalamineWorkbook

from rectify_xl.excel.ledgers.ledger import add_sheets, save_ledger
from rectify_xl.excel.writing.fast_rows import FastSheet, Filling
from rectify_xl.excel.writing.styles import new_workbook
from rectify_xl.facts import catalog
from rectify_xl.model import Book, Table

NASTY = (
    "=1+1", "+1", "-1", "@a", "'x", "<r><t>x</t></r>", "<b>&amp;</b>", " 前后 ", "第一行\n第二行\n", "\t制表", "_x0041_",
    "_X0041_", "a\rb\r\nc", "\x0b\x1f", "\ufffe\uffff", "\ud800", "𠮷😀", "001", "2005-05-16", "#N/A", "http://example.invalid", "]]>", '"', "",
)  # fmt: skip


def rows_of(table: Table) -> list[tuple[Any, ...]]:
    """The rows of a table as a list."""
    return [tuple(row) for row in table.rows]


def column(table: Table, name: str) -> list[Any]:
    """The values of one column of a table."""
    place = table.columns.index(name)
    return [row[place] for row in table.rows]


def written(book: Book, **how: Any) -> bytes:
    """The ledger workbook of a book; with a `fill` or another number of rows a sheet as xlsxwriter alone writes it."""
    target = BytesIO()
    if not how:
        save_ledger(book, target)
        return target.getvalue()
    workbook = new_workbook(target, as_of=book.as_of)
    add_sheets(workbook, book, **how)
    workbook.close()
    return target.getvalue()


def nasty_book() -> Book:
    """A book whose rows hold every kind of value and text that could hurt a workbook."""
    book, form = small_book(), catalog.forms()["ledger"]
    unit = book.settings.units[2]
    rows = [
        {"problem": text, "measure": text * 3, "status": "整改中", "percent": place / 8, "due": date(2005, 6, 1 + place),
         "completed": [None, date(1900, 2, 28), date(1900, 3, 1), date(2099, 12, 31)][place % 4]}
        for place, text in enumerate(NASTY)
    ]  # fmt: skip
    items = tuple(
        replace(item_for(form, unit, place, row), unit_name=row["problem"], office={"supervision": row["problem"]})
        for place, row in enumerate(rows, 1)
    )
    return replace(book, items={"ledger": items}, dues={"ledger": (book.dues["ledger"] * 9)[: len(items)]})


def frames_of(data: bytes) -> dict[str, tuple[Any, ...]]:
    """What surrounds the rows of each sheet: everything of its part but the rows themselves."""
    package = zipfile.ZipFile(BytesIO(data))
    names = [name for name in package.namelist() if name.startswith("xl/worksheets/sheet")]
    return {
        name: tuple(re.split("<sheetData>.*</sheetData>", package.read(name).decode(), flags=re.S)) for name in names
    }


def values_by_calamine(data: bytes) -> dict[str, list[list[Any]]]:
    """The values of every sheet."""
    book = CalamineWorkbook.from_filelike(BytesIO(data))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def sheet_of(rows: Iterable[tuple[Any, ...]], columns: int, count: int) -> bytes:
    """A workbook of one sheet with one filling, the first column formatted as dates."""
    target = BytesIO()
    workbook = xlsxwriter.Workbook(target)
    sheet = workbook.add_worksheet("表", FastSheet)
    styles = [workbook.add_format({"num_format": "yyyy-mm-dd" if n == 0 else "@"}) for n in range(columns)]
    sheet.fill(Filling(rows=rows, count=count, first_row=0, formats=styles))
    workbook.close()
    return target.getvalue()


def both(table: Mapping[str, Table]) -> dict[str, tuple[tuple[str, ...], list[tuple[Any, ...]]]]:
    return {name: (held.columns, rows_of(held)) for name, held in table.items()}
