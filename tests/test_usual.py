"""What is understood by the column is what the kinds' parsers make of it, cell by cell; sheets are judged alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import chain
from typing import Any

import pytest
from agreement_rows import drawn_rows
from hypothesis import given, settings
from hypothesis import strategies as st
from returns import DAY, GOOD, cell, cover_grid, form_grid, settings_for

from rectify_xl.facts import catalog
from rectify_xl.grid import Grid, RawBook
from rectify_xl.judging import row_cells
from rectify_xl.judging.judge import Received, judge_book
from rectify_xl.kinds import PARSERS, CellError, LongText, NoValue, Reading, Setting, parser_for, usual_for
from rectify_xl.model import Column, Return
from rectify_xl.office.ruling import Ruling, ruling_for

OFFICE = settings_for("gdsta")
SETTING = Setting(lists=OFFICE.lists, aliases=OFFICE.aliases, year=2005, stage_end=OFFICE.stage_end)
FACTS: dict[str, dict[str, Any]] = {
    "text": {"length": (2, 12)},
    "people": {"length": (2, 20)},
    "id": {"assigned": True},
    "choice": {"choices": "status"},
    "yesno": {"choices": "yesno"},
    "integer": {"range": (0, 500)},
}
COLUMNS = [Column(name="it", label="它", kind=kind, **FACTS.get(kind, {})) for kind in PARSERS]
COLUMNS += [Column(name="it", label="它", kind=kind) for kind in ("text", "id", "integer", "people")]
# What belongs into some column, often enough for whole columns of it, and what is nearly that.
BELONGS: dict[str, list[Any]] = {
    "text": ["示例甲", "一、学习；二、整改。", "第一\n第二", "ABC, 12", "𠀀𠀀甲"],
    "people": ["示例甲", "示例甲、示例乙", "李和平", "Li"],
    "id": ["KX02-T001", "KX02-T1234", "KX02-C001"],
    "choice": ["未启动", "整改中", "已完成"],
    "yesno": ["是", "否"],
    "date": [date(2005, 5, 16), date(1949, 10, 1), date(2005, 2, 28)],
    "integer": [0.0, 3.0, 500.0],
    "percent": [0.0, 0.5, 1.0, 0.1 + 0.2],
}
NEARLY: list[Any] = [
    *("无", "/", "同上", " 示例甲", "示例甲\u200b", "示例\u3000甲", "示例甲\ufe0f", "示例甲\u034f", "Ａ１"),
    *("示例甲、", "、示例甲", "示例甲、、示例乙", "示例甲和示例乙", "张 三", "示例甲;示例乙", "甲" * 13, "甲"),
    *("KX02-T01", "kx02-T001", "KX02－T001", "KX02 T001", "5月16日", "2005.5.16", "3人", "50%", "五成", "\t"),
    *("甲" * 33_000, "一\r\n二", "#N/A", "=1+1", "#", float("nan"), float("inf"), -1.0, 1e15, 1.5, 100.0),
    *(20050516.0, 38488.0, -0.0, True, False, 3, date(1900, 1, 1), date(2999, 1, 1), datetime(2005, 5, 16)),
    datetime(2005, 5, 16, 8, 30),
]
ALL = [*NEARLY, *chain.from_iterable(BELONGS.values())]
WRONG = [CellError("#REF!"), CellError("是"), NoValue("=A1"), NoValue("是"), LongText("甲" * 10, 40_000)]


def cells_of(kind: str) -> st.SearchStrategy[list[Any]]:
    """Columns as asked for, and such with something else among their cells."""
    usual, odd = st.sampled_from(BELONGS[kind]), st.sampled_from(ALL)
    good, more = st.lists(usual, min_size=1, max_size=8), st.lists(odd | st.text(min_size=1, max_size=9), max_size=2)
    return good | st.tuples(good, more).map(lambda parts: [*parts[0], *parts[1]])


@pytest.mark.parametrize("column", COLUMNS, ids=lambda c: f"{c.kind}{c.length or c.range or ''}")
@settings(max_examples=25)
@given(data=st.data())
def test_a_column_is_understood_as_its_cells_are(column: Column, data: st.DataObject) -> None:
    assert_alike(column, data.draw(cells_of(column.kind)))


@pytest.mark.parametrize("column", COLUMNS, ids=lambda c: f"{c.kind}{c.length or c.range or ''}")
def test_no_single_cell_is_understood_otherwise(column: Column) -> None:
    for raw in ALL:
        assert_alike(column, [raw])
        assert_alike(column, [*BELONGS[column.kind], raw])
        assert_alike(column, ["", raw, ""])


def assert_alike(column: Column, cells: list[Any]) -> None:
    at_once = usual_for(column, SETTING)(cells)
    if at_once is not None:
        one_by_one = [None if raw == "" else parser_for(column, SETTING)(raw) for raw in cells]
        assert list(map(repr, at_once)) == list(map(repr, one_by_one))
        assert not any(isinstance(value, Reading) for value in at_once)


@pytest.mark.parametrize("column", COLUMNS, ids=lambda c: f"{c.kind}{c.length or c.range or ''}")
def test_a_column_as_asked_for_is_understood_at_once(column: Column) -> None:
    cells = BELONGS[column.kind][:2]
    assert usual_for(column, SETTING)(cells) is not None
    assert usual_for(column, SETTING)(["", *cells]) is not None
    assert usual_for(column, SETTING)(["", ""]) == [None, None]


@pytest.mark.parametrize("name", GOOD)
def test_the_good_rows_of_every_form_need_no_parser(name: str) -> None:
    form, plan = catalog.forms()[name], ruling_for(OFFICE).plan(catalog.forms()[name], DAY.year)
    raw = {column.name: cell(GOOD[name].get(column.name)) for column in form.columns}
    told = {name: [value] for name, value in raw.items() if value != ""}
    assert [n for n in told if plan.usual[form.positions[n]](told[n]) is None] == []


# ---- whole sheets


def judged(ruling: Ruling, grid: Grid) -> Return:
    book = RawBook(sheets=(cover_grid(), grid), saved="2005-05-25T08:00:00Z")
    return judge_book(book, ruling, Received(file="a.xlsx"), date(2005, 6, 30))


def by_the_cell(ruling: Ruling) -> Ruling:
    """The same ruling, with every cell left to its parser."""
    for key, plan in ruling.plans.items():
        ruling.plans[key] = replace(plan, usual=(lambda cells: None,) * len(plan.usual))
    return ruling


def sheets(name: str) -> Iterator[Grid]:
    """Drawn rows in sheets of several sizes, some with a wrong value among them, some with merged cells."""
    form = catalog.forms()[name]
    rows: Sequence[Sequence[Any]] = [*drawn_rows(form, OFFICE, 60, 11), *(_good(name) for _ in range(30))]
    for start, size in ((0, 90), (0, 7), (7, 40), (60, 25)):
        body = [list(row) for row in rows[start : start + size]]
        head = form_grid(name, []).rows
        yield Grid(title=form.title, rows=[*head, *body])
        for place, wrong in enumerate(WRONG):
            body[place % len(body)][place % len(form.columns)] = wrong
        merges = [(5, 1, 7, 1), (6, 2, 9, 2)]
        body[2][1] = body[3][1] = body[3][2] = body[4][2] = ""
        yield Grid(title=form.title, rows=[*head, *body], merges=merges)


def _good(name: str) -> list[Any]:
    return [cell(GOOD[name].get(column.name)) for column in catalog.forms()[name].columns]


@pytest.mark.parametrize("name", ["ledger", "measures", "publications", "branches"])
def test_a_sheet_is_judged_alike_by_column_by_cell_and_in_pieces(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ruling, slow = ruling_for(OFFICE), ruling_for(OFFICE)
    slow.plan(catalog.forms()[name], DAY.year)
    by_the_cell(slow)
    verdicts = set()
    for grid in sheets(name):
        whole = judged(ruling, grid)
        verdicts.add(whole.verdict)
        assert judged(slow, grid) == whole
        if not any(isinstance(value, (CellError, NoValue, LongText)) for row in grid.rows for value in row):
            assert judged(ruling, replace(grid, is_plain=True, is_shared=True)) == whole
        for size in (1, 3):
            monkeypatch.setattr(row_cells, "_BLOCK_ROWS", size)
            assert judged(ruling, grid) == whole
        monkeypatch.undo()
    assert "returned" in verdicts
