"""Mistakes of whole rows, sheets and files of 配置.xlsx, and how they are told."""

from __future__ import annotations

import pickle
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook
from settings_books import SHEETS, as_sheets, find, full_book, full_settings, full_sheets, problems, put, spoil
from test_settings_mistakes import MISTAKES

from rectify_xl.excel.settings.form_reader import load_form
from rectify_xl.excel.settings.settings_reader import load_settings
from rectify_xl.facts import catalog
from rectify_xl.office.settings import SettingsError, settings_from
from rectify_xl.office.settings.layout import settings_layout
from rectify_xl.office.settings.units import circles_in


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A full 配置.xlsx to be changed."""
    return full_book(tmp_path)


def test_a_settled_cell_is_told_once_and_alone(book: Path) -> None:
    """The first cause: with an unreadable start of the stage nothing is said of times that lack their year."""
    put(book, {("活动", "B6"): "2005.5.32", ("工作安排", "B4"): "5月12日下午"})
    assert problems(book) == [("活动", "B6", "date")]


def test_every_mistake_is_told_in_one_go(book: Path) -> None:
    changes = {
        ("豁免", "B4"): "x",
        ("活动", "B10"): "?",
        ("单位名册", "D5"): "x",
        ("单位名册", "D4"): "y",
        ("工作安排", "B6"): "x",
        ("字典", "A4"): "x",
    }
    put(book, changes)
    told = [(sheet, cell) for sheet, cell, _ in problems(book)]
    assert told == sorted(told, key=lambda place: (SHEETS.index(place[0]), int(place[1][1:]), place[1][0]))
    assert set(changes) <= set(told)


def test_a_time_without_a_year_names_the_stage(book: Path) -> None:
    put(book, {("活动", "B6"): None, ("工作安排", "B6"): "2005年5月中旬"})
    with pytest.raises(SettingsError) as caught:
        load_settings(book)
    told = {p.cell: p for p in caught.value.problems}
    assert {p.code for p in told.values()} == {"time-no-year"} and "B6" not in told
    assert "「活动」B6" in told["B4"].sentence("zh") and "5月12日下午" in told["B4"].sentence("zh")


def test_a_rule_that_is_named_in_chinese_is_offered_by_its_code(book: Path) -> None:
    """说明 lists 日期无效 beside date; what refuses a file, or was understood anyway, no waiver lets pass."""
    for typed in ("日期无效", "damaged", "fixed-date"):
        put(book, {("豁免", "B4"): typed})
        with pytest.raises(SettingsError) as caught:
            load_settings(book)
        (problem,) = caught.value.problems
        assert (problem.cell, problem.code) == ("B4", "choice")
        assert ("是不是“date”？" in problem.sentence("zh")) is (typed == "日期无效")


def test_a_day_twice(book: Path) -> None:
    put(book, {("节假日", "A5"): "2005-5-8"})
    assert problems(book) == [("节假日", "A5", "duplicate")]


def test_rows_of_one_task_must_agree(book: Path) -> None:
    sheet = full_sheets()["工作安排"]
    cells = {("工作安排", find(sheet, "T7", label, nth=2)): value for label, value in (
        ("时间", "5月下旬"), ("项目", "公布 情况"), ("备注", "另一个说法"), ("截止", date(2005, 5, 30)),
    )}  # fmt: skip
    put(book, cells)
    assert problems(book) == [
        ("工作安排", find(sheet, "T7", "时间", nth=2), "contradiction"),
        ("工作安排", find(sheet, "T7", "备注", nth=2), "contradiction"),
    ]


def test_longer_circles_are_told_once(book: Path) -> None:
    put(book, {("单位名册", "E4"): "KX02", ("单位名册", "I6"): "KX03", ("单位名册", "I7"): "KX04"})
    with pytest.raises(SettingsError) as caught:
        load_settings(book)
    assert [(p.cell, p.code) for p in caught.value.problems] == [("E4", "circle"), ("I6", "circle")]
    assert "KX00 → KX02 → KX01 → KX00" in caught.value.problems[0].sentence()


@pytest.mark.parametrize(
    ("links", "circles"),
    [
        ({}, []),
        ({"a": "b", "b": "", "c": "b"}, []),
        ({"a": "a"}, [("a",)]),
        ({"z": "b", "a": "b", "b": "c", "c": "a"}, [("a", "b", "c")]),
        ({"a": "b", "b": "a", "c": "d", "d": "c", "e": "a"}, [("a", "b"), ("c", "d")]),
        ({"a": "nowhere"}, []),
    ],
)
def test_circles(links: dict[str, str], circles: list[tuple[str, ...]]) -> None:
    assert circles_in(links) == circles


@pytest.mark.parametrize("title", SHEETS)
def test_a_missing_sheet(book: Path, title: str) -> None:
    spoil(book, lambda read: read.remove(read[title]))
    if title in ("节假日", "豁免"):
        assert load_settings(book)
    else:
        assert problems(book) == [(title, "", "missing-sheet")]


NEEDED = [(s.title, c.label) for s in settings_layout().sheets.values() for c in s.columns if c.needed]


@pytest.mark.parametrize(("title", "label"), [place for place in NEEDED if place[0] != "活动"])
def test_a_missing_header_is_told_once(book: Path, title: str, label: str) -> None:
    width = len(settings_layout_columns(title))
    read = full_sheets()[title]
    place = next(cell for cell in read[3] if cell.value == label)
    put(book, {(title, place.coordinate): "改了名的列"})
    free = read.cell(3, width + 1).coordinate
    assert problems(book) == [(title, free, "missing-header")]


def settings_layout_columns(title: str) -> tuple[Any, ...]:
    return next(s.columns for s in settings_layout().sheets.values() if s.title == title)


def test_a_header_twice(book: Path) -> None:
    put(book, {("单位名册", "K3"): "单位编码"})
    assert problems(book) == [("单位名册", "K3", "twice-header")]


def test_no_header_at_all(book: Path) -> None:
    spoil(book, lambda read: [read["字典"].delete_rows(1, 3), read["活动"].delete_rows(1, 20)])
    found = problems(book)
    assert ("活动", "A1", "no-header") in found and ("字典", "A1", "no-header") in found and len(found) == 2


def test_a_setting_that_is_not_there(book: Path) -> None:
    spoil(book, lambda read: read["活动"].delete_rows(4, 2))
    found = problems(book)
    assert found == [("活动", "A12", "no-setting")]


@pytest.mark.parametrize(
    ("title", "option"),
    [("整改状态", "已完成"), ("是否", "是"), ("参评人员类别", "服务对象"), ("类型", "本科生")],
)
def test_an_option_that_the_forms_need(book: Path, title: str, option: str) -> None:
    """Removed, it is asked for in the first free row; renamed too."""

    def change(read: Workbook) -> None:
        sheet = read["字典"]
        row = next(cell.row for cell in sheet["B"] if cell.value == option and sheet[f"A{cell.row}"].value == title)
        sheet.delete_rows(row)

    spoil(book, change)
    free = load_workbook(book)["字典"].max_row + 1
    assert ("字典", f"A{free}", "missing-option") in problems(book)


def test_a_list_that_is_gone(book: Path) -> None:
    def change(read: Workbook) -> None:
        sheet = read["字典"]
        for row in reversed([cell.row for cell in sheet["A"] if cell.value == "整改状态"]):
            sheet.delete_rows(row)

    spoil(book, change)
    free = load_workbook(book)["字典"].max_row + 1
    assert problems(book) == [("字典", f"A{free}", "missing-list")]


@pytest.mark.parametrize("cell", ["A4", "B9", "D5", "H6"])
def test_an_error_value_is_told(tmp_path: Path, cell: str) -> None:

    from rectify_xl.kinds import CellError

    settings = full_settings()
    sheets = as_sheets(settings)
    row, column = int(cell[1:]) - 1, ord(cell[0]) - ord("A")
    sheets["单位名册"][row][column] = CellError("#REF!")
    with pytest.raises(SettingsError) as caught:
        settings_from(sheets)
    assert ("单位名册", cell, "error-value") in [(p.sheet, p.cell, p.code) for p in caught.value.problems]


def test_a_file_that_is_none(tmp_path: Path) -> None:
    nothing, junk = tmp_path / "没有.xlsx", tmp_path / "坏.xlsx"
    junk.write_bytes(b"PK\x03\x04 no workbook")
    for path, code in ((nothing, "no-file"), (tmp_path, "no-file"), (junk, "unreadable")):
        assert problems(path) == [("", "", code)]


def test_a_file_that_may_not_be_read_is_not_called_damaged(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(path: Path) -> bytes:
        raise PermissionError(13, "denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", denied)
    assert problems(book) == [("", "", "no-access")]
    with pytest.raises(SettingsError) as caught:
        load_form(book)
    (problem,) = caught.value.problems
    assert problem.code == "form-no-access" and "“配置.xlsx”读不到：没有权限" in problem.sentence("zh")


def test_the_error_travels_between_processes(book: Path) -> None:
    put(book, {("单位名册", "D5"): "x"})
    with pytest.raises(SettingsError) as caught:
        load_settings(book)
    again = pickle.loads(pickle.dumps(caught.value))
    assert again.problems == caught.value.problems and str(again) == str(caught.value)


def test_a_near_miss_is_suggested(book: Path) -> None:
    put(book, {("单位名册", "D6"): "党支"})
    with pytest.raises(SettingsError) as caught:
        load_settings(book)
    (problem,) = caught.value.problems
    assert problem.sentence("zh") == (
        "「单位名册」D6「单位类别」填写的“党支”不在单位类别中。是不是“党支部”？请从中选写：党组、党委、党支部、办公室。"
    )
    said = "单位名册!D6: “党支” in 单位类别 is not in 单位类别. Did you mean “党支部”?"
    assert problem.sentence("en").startswith(said)


@pytest.mark.parametrize("called", ["示例机关党委", "kx01"])
def test_a_unit_that_is_not_written_by_its_code_is_asked_back(book: Path, called: str) -> None:
    put(book, {("单位名册", "E6"): called})
    with pytest.raises(SettingsError, match="是不是“KX01”？请写名册中已有的单位编码"):
        load_settings(book)


def test_every_sentence_is_there_in_both_languages() -> None:
    zh, en = (catalog.words(f"settings.{lang}")["problems"] for lang in ("zh", "en"))
    assert set(zh) == set(en)
    for code in zh:
        holes = [set(re.findall(r"{(\w+)}", words[code])) for words in (zh, en)]
        assert holes[0] >= holes[1] - {"label"}, code


def test_every_sentence_is_provoked() -> None:
    provoked = {mistake[-1] for mistake in MISTAKES} | {
        "no-file", "unreadable", "no-access", "missing-sheet", "no-header", "missing-header", "twice-header",
        "error-value", "no-setting", "time-no-year", "contradiction", "missing-list", "missing-option",
    }  # fmt: skip
    # Those of the workbooks that declare forms are provoked in test_form_book.
    assert provoked == {code for code in catalog.words("settings.zh")["problems"] if not code.startswith("form-")}
