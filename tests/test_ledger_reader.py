"""A ledger workbook is read back whatever the office did to it."""


from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from books import small_book
from ledgers import NASTY, both, column, nasty_book, rows_of, sheet_of, written
from soffice import convert, needs_soffice

from rectify_xl.excel.ledgers.ledger import FIRST_ROW, write_ledger
from rectify_xl.excel.ledgers.ledger_reader import read_ledger_tables, read_side_tables
from rectify_xl.excel.writing.cell_faces import legal_text
from rectify_xl.tables.ledger_table import (
    files_table,
    ledger_table,
    pending_table,
    solved_table,
)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """整改台帐.xlsx of the small book."""
    path = tmp_path_factory.mktemp("ledger") / "整改台帐.xlsx"
    write_ledger(small_book(), path)
    return path


def test_a_ledger_reads_back_as_its_tables(small: Path) -> None:
    book, data = small_book(), small.read_bytes()
    assert both(read_ledger_tables(data)) == both({name: ledger_table(book, name) for name in book.items})
    made = {"solved": solved_table(book), "pending": pending_table(book), "files": files_table(book)}
    side = both(read_side_tables(data))
    assert {name: side[name] for name in made} == both(made)
    assert dict(side["about"][1])["截至日期"] == "2005-05-25"


def test_a_nasty_ledger_reads_back_too() -> None:
    book = nasty_book()
    read = read_ledger_tables(written(book))["ledger"]
    assert column(read, "problem") == [legal_text(text) or None for text in NASTY]
    assert column(read, "percent") == [place / 8 for place in range(len(NASTY))]


def edited(path: Path, edit: Callable[[Any], object]) -> bytes:
    """The ledger after an office edited it with another program."""
    book = openpyxl.load_workbook(path)
    edit(book)
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def put(cell: Any, value: Any) -> None:
    """Sets a cell as Excel moves it: a text stays a text whatever it begins with."""
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"


def move_columns(book: Any) -> None:
    sheet = book["整改台帐"]
    for row in range(1, sheet.max_row + 1):
        values = [sheet.cell(row, n).value for n in range(1, 41)]
        for n, value in enumerate(reversed(values), 1):
            put(sheet.cell(row, n), value)


def sort_rows(book: Any) -> None:
    sheet = book["整改台帐"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=FIRST_ROW + 1)]
    for n, values in enumerate(reversed(rows), FIRST_ROW + 1):
        for m, value in enumerate(values, 1):
            put(sheet.cell(n, m), value)


EDITS: dict[str, Callable[[Any], object]] = {
    "resaved": lambda book: None,
    "columns moved": move_columns,
    "sorted": sort_rows,
    "renamed": lambda book: setattr(book["整改台帐"], "title", "Sheet1"),
    "title lines gone": lambda book: book["整改台帐"].delete_rows(1, 2),
    "lines above": lambda book: book["整改台帐"].insert_rows(1, 6),
    "column inserted": lambda book: book["整改台帐"].insert_cols(5),
    "filtered": lambda book: [setattr(book["整改台帐"].row_dimensions[n], "hidden", True) for n in range(4, 9)],
    "header spaced": lambda book: setattr(book["整改台帐"]["D3"], "value", " 存在\n问题 "),
    "rows below": lambda book: book["整改台帐"].insert_rows(8, 2),
}


@pytest.mark.parametrize("edit", EDITS)
def test_the_reader_finds_rows_and_columns_wherever_they_are(small: Path, edit: str) -> None:
    read = read_ledger_tables(edited(small, EDITS[edit]))["ledger"]
    expected = ledger_table(small_book(), "ledger")
    assert read.columns == expected.columns
    assert sorted(rows_of(read), key=lambda row: row[2]) == sorted(rows_of(expected), key=lambda row: row[2])


def test_a_deleted_row_is_gone_and_a_deleted_column_blank(small: Path) -> None:
    def edit(book: Any) -> None:
        book["整改台帐"].delete_rows(5)
        book["整改台帐"].delete_cols(4)

    read = read_ledger_tables(edited(small, edit))["ledger"]
    assert len(read.rows) == 7
    assert set(column(read, "problem")) == {None}
    assert column(read, "item_id") == [
        n for n in column(ledger_table(small_book(), "ledger"), "item_id") if n != "KX00-T002"
    ]


def test_what_the_office_types_is_understood_or_kept_as_typed(small: Path) -> None:
    def edit(book: Any) -> None:
        sheet = book["整改台帐"]
        for row, values in enumerate([(3, "2005.5.30", datetime(2005, 6, 1), "是"), ("好", "下周", 38503, True)], 4):
            for place, value in enumerate(values, 29):
                sheet.cell(row, place).value = value

    read = read_ledger_tables(edited(small, edit))["ledger"]
    office = [row[28:32] for row in read.rows[:2]]
    assert office == [("3", date(2005, 5, 30), date(2005, 6, 1), "是"), ("好", "下周", date(2005, 5, 31), "TRUE")]


def test_another_workbook_has_no_ledger() -> None:
    assert read_ledger_tables(sheet_of([(None, "编号"), (None, "存在问题")], 2, 2)) == {}


@needs_soffice
def test_libreoffice_opens_and_saves_it_unchanged(small: Path, tmp_path: Path) -> None:
    saved = convert(small, "xlsx", tmp_path).read_bytes()
    assert both(read_ledger_tables(saved)) == both(read_ledger_tables(small.read_bytes()))
