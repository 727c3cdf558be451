"""公布稿.xlsx: nothing personal, no source, no remark of the office; the pledges; and texts that are texts."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from books import big_book, small_book
from ledgers import NASTY
from python_calamine import CalamineWorkbook
from sheetxml import book_xml
from status_books import book_of, pick

from rectify_xl.excel.papers.publication import write_publication
from rectify_xl.facts import catalog
from rectify_xl.layouts.ledger_columns import groups_for
from rectify_xl.model import Book, Due
from rectify_xl.outgoing.publication import distinct_values, pledges, public_columns, publication


def written(book: Book, folder: Path) -> Path:
    path = folder / "公布稿.xlsx"
    write_publication(book, path)
    return path


def cells(path: Path, title: str) -> list[list[Any]]:
    return CalamineWorkbook.from_path(path).get_sheet_by_name(title).to_python(skip_empty_area=False)


def test_the_columns_are_the_ledgers_without_personal_source_and_office_ones() -> None:
    form = catalog.forms()["ledger"]
    groups = groups_for(form)
    left_out = {c.name for c in (*groups.source, *groups.office)} | {c.name for c in form.columns if c.personal}
    assert {"owner", "note", "source_file", "supervision", "closed"} <= left_out
    assert not left_out & {column.name for column in public_columns()}
    assert len(public_columns()) == 4 + len(form.columns) - 2


def test_only_rows_of_the_ledger_are_shown_and_all_of_them(tmp_path: Path) -> None:
    path = written(small_book(), tmp_path)
    assert CalamineWorkbook.from_path(path).sheet_names == ["整改台帐", "公开承诺"]
    assert "按同意延期后的时限" in cells(path, "整改台帐")[2][0]
    numbers = [row[2] for row in cells(path, "整改台帐")[5:]]
    assert numbers == [item.number for item in small_book().items["ledger"]]
    header = set(map(str, cells(path, "整改台帐")[4]))
    assert not {"责任人", "备注", "来源文件", "督查意见", "同意延期至", "销号"} & header


def test_nobody_is_named_anywhere_in_the_file(tmp_path: Path) -> None:
    rows = {"ledger": [("A", {"owner": "某某某", "note": "某某某知情", "pledged": "是"})],
            "measures": [("A", {"member": "某某某"})]}  # fmt: skip
    with zipfile.ZipFile(written(book_of(rows), tmp_path)) as package:
        assert not any("某某某" in package.read(name).decode("utf-8") for name in package.namelist())


def test_the_pledges_are_the_items_that_say_so() -> None:
    book = book_of({"ledger": [("A", {"pledged": "是"}), ("B", {"pledged": "否"}), ("C", {"pledged": "是"})]})
    assert pick(pledges(book), "unit_code", "item_id") == [("A", "A-T001"), ("C", "C-T003")]


def test_what_is_told_of_figures_and_states_beforehand_is_what_stands_there() -> None:
    book = big_book(3, 1500)
    for table, told in zip((publication(book), pledges(book)), distinct_values(book), strict=True):
        columns = dict(zip(table.columns, zip(*table.rows, strict=True), strict=True))
        assert {"percent", "state", "workdays_left"} <= told.keys()
        for name in told.keys() & columns.keys():
            assert list(told[name]) == list(dict.fromkeys((type(value), value) for value in columns[name]))
    assert len(publication(book).rows) > len(pledges(book).rows) > 0


def test_columns_that_an_office_may_leave_out_and_nobody_fills_are_left_out() -> None:
    book = book_of({"ledger": [("A", {"aspect": None})]})
    told = replace(book, settings=replace(book.settings, optional_columns=("整改层面", "整改范围")))
    assert set(publication(book).columns) - set(publication(told).columns) == {"aspect"}
    assert len(publication(told).rows[0]) == len(publication(told).columns)


def test_values_keep_their_kinds(tmp_path: Path) -> None:
    shown = dict(zip(*cells(written(small_book(), tmp_path), "整改台帐")[4:6], strict=True))
    assert (shown["完成时限"], shown["完成比例"], shown["到期状态"]) == (date(2005, 6, 10), 0.6, "未到期")


def test_an_extended_item_is_published_with_the_day_it_is_owed_by() -> None:
    rows = [("A", {"due": date(2005, 5, 27), "pledged": "是"}), ("A", {"due": None, "pledged": "是"})]
    book = book_of({"ledger": rows})
    dues = (Due("未到期", date(2005, 7, 8), 30), Due("无时限", None, None))
    told = replace(book, dues={"ledger": dues})
    for table in (publication(told), pledges(told)):
        assert pick(table, "due") == [(date(2005, 7, 8),), (None,)]


def test_an_empty_ledger_says_so(tmp_path: Path) -> None:
    path = written(book_of({}), tmp_path)
    assert [cells(path, title)[5][0] for title in ("整改台帐", "公开承诺")] == ["暂无", "暂无"]


def test_texts_are_texts_and_the_same_book_makes_the_same_bytes(tmp_path: Path) -> None:
    book = book_of({"ledger": [("A", {"problem": text, "measure": text, "pledged": "是"}) for text in NASTY]})
    (tmp_path / "again").mkdir()
    path = written(book, tmp_path)
    assert path.read_bytes() == written(book, tmp_path / "again").read_bytes()
    for sheet in book_xml(path).sheets.values():
        assert not list(sheet.iter("f"))
