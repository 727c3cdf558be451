"""配置.xlsx as it is read: what clerks type is understood as it was meant."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.workbook import Workbook
from settings_books import SHEETS, as_sheets, full_book, full_settings, problems, put, spoil

from rectify_xl.excel.settings.settings_reader import load_settings
from rectify_xl.facts import catalog, terms
from rectify_xl.model import Evidence, Settings, Task, Unit
from rectify_xl.normal import key_text
from rectify_xl.office.profiles import profile
from rectify_xl.office.settings import SettingsError, SettingsProblem, fingerprint, settings_from


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A full 配置.xlsx to be changed."""
    return full_book(tmp_path)


# ---- read as it was meant


def test_rows_count_however_they_were_typed(book: Path) -> None:
    """Far below the table, as numbers, dates as text, options wide and spaced, several things with any separator."""

    def change(read: Workbook) -> None:
        roster, lists, days = read["单位名册"], read["字典"], read["节假日"]
        for cell, value in {
            "A60": 101, "B60": " 示例新支部\u200b", "C60": "新支部;新 支部，新设支部\n新支", "D60": "党 支部",
            "E60": "ＫＸ０１", "H60": "１２人", "J60": "2005.6.1",
        }.items():  # fmt: skip
            roster[cell] = value
        lists["A500"], lists["B500"], lists["C500"] = "整改状态", "已移交", "移交"
        days["A30"], days["B30"] = "二〇〇五年五月九日", "放假"
        read["活动"]["B6"] = "2005年5月12日"

    spoil(book, change)
    settings = load_settings(book)
    assert settings.units[-1] == Unit(
        code="101", name="示例新支部", aliases=("新支部", "新设支部", "新支"), kind="党支部", parent="KX01", members=12,
        stopped_on=date(2005, 6, 1),
    )  # fmt: skip
    assert settings.lists["status"][-1] == "已移交"
    assert settings.aliases["status"]["移交"] == "已移交"
    assert settings.holidays[-1] == (date(2005, 5, 9), False)
    assert settings.stage_start == date(2005, 5, 12)


def test_the_header_is_found_wherever_it_stands(book: Path) -> None:
    def change(read: Workbook) -> None:
        for name in SHEETS:
            read[name].insert_rows(1, 9)
            read[name].insert_cols(2, 2)
            read[name]["B12"] = "本单位自己的列"

    spoil(book, change)
    assert load_settings(book) == full_settings()


def test_a_header_below_the_fifteenth_row_is_none(book: Path) -> None:
    spoil(book, lambda read: read["审核规则"].insert_rows(1, 13))
    assert problems(book) == [("审核规则", "A1", "no-header")]


def test_names_and_values_need_no_header(book: Path) -> None:
    spoil(book, lambda read: read["活动"].delete_rows(1, 3))
    assert load_settings(book) == full_settings()


def test_what_may_be_left_out(book: Path) -> None:
    """节假日 and 豁免, and every value of 活动 that has a usual one."""

    def change(read: Workbook) -> None:
        del read["节假日"], read["豁免"], read["说明"]
        for row in range(8, 14):
            read["活动"][f"B{row}"] = None
        read["备案规则"]["D4"] = None

    spoil(book, change)
    settings = load_settings(book)
    assert (settings.holidays, settings.waivers) == ((), ())
    assert (settings.early_warning, settings.stall_days, settings.followup_months) == (3, 14, None)
    assert (settings.followup_end, settings.optional_columns, settings.remark) == (None, (), "")
    assert settings.filings == full_settings().filings


def test_the_follow_up_ends_months_after_the_stage(book: Path) -> None:
    put(book, {("活动", "B7"): "2005-11-30", ("活动", "B8"): None})
    assert load_settings(book).followup_end == date(2006, 2, 28)


def schedule(book: Path, *rows: dict[str, Any]) -> tuple[Task, ...]:
    """The tasks read from these rows in place of the schedule's own."""

    def change(read: Workbook) -> None:
        sheet = read["工作安排"]
        labels = [cell.value for cell in sheet[3]]
        sheet.delete_rows(4, 100)
        for at, row in enumerate(rows, 4):
            for label, value in row.items():
                sheet.cell(at, labels.index(label) + 1, value)

    spoil(book, change)
    return load_settings(book).tasks


PLAN = {"任务编号": "T1", "项目": "制定方案", "责任单位类别": "党委", "对应表单": "整改台帐"}
SURVEY = {"任务编号": "T2", "项目": "测评", "责任单位类别": "党组", "对应表单": "群众满意度测评"}
MAY_20 = date(2005, 5, 20)


def test_scattered_rows_of_one_number_are_one_task(book: Path) -> None:
    more = {
        "任务编号": "T1", "项目": "制定 方案", "时间": "5月20日前", "备注": "说明",
        "责任单位类别": "党支部；党组", "对应表单": "党员整改措施", "判定条件": "审核结果＝审核通过",
    }  # fmt: skip
    first, second = schedule(book, PLAN, SURVEY, more)
    assert first == Task(
        id="T1", item="制定方案", time="5月20日前", end=MAY_20, remark="说明",
        evidence=(
            Evidence(form="ledger", kinds=("党委",)),
            Evidence(form="measures", kinds=("党支部", "党组"), where="审核结果=审核通过"),
        ),
    )  # fmt: skip
    assert second.id == "T2"


@pytest.mark.parametrize(
    ("cells", "days"),
    [
        ({"时间": "5月中旬"}, (date(2005, 5, 11), MAY_20, None)),
        ({"时间": "5月12日下午"}, (date(2005, 5, 12), date(2005, 5, 12), "下午")),
        ({"时间": "适时"}, (None, None, None)),
        ({}, (None, None, None)),
        ({"时间": datetime(2005, 5, 20)}, (MAY_20, MAY_20, None)),
        ({"时间": "5月中旬", "截止": "2005-5-25"}, (date(2005, 5, 11), date(2005, 5, 25), None)),
        ({"时间": "5月中旬", "开始": datetime(2005, 5, 16)}, (date(2005, 5, 16), MAY_20, None)),
        ({"时间": "第三周以内", "截止": MAY_20}, (None, MAY_20, None)),
        ({"时间": "5月12日下午", "截止": MAY_20}, (date(2005, 5, 12), MAY_20, None)),
        ({"开始": MAY_20, "截止": MAY_20, "时段": "上午"}, (MAY_20, MAY_20, "上午")),
        ({"时间": "5月12日下午", "时段": "上午"}, (date(2005, 5, 12), date(2005, 5, 12), "上午")),
    ],
)
def test_days_of_their_own_win_over_the_time(
    book: Path, cells: dict[str, Any], days: tuple[date | None, date | None, str | None]
) -> None:
    (task,) = schedule(book, {**PLAN, **cells})
    assert (task.start, task.end, task.half_day) == days


def test_units_may_be_named_instead_of_kinds(book: Path) -> None:
    (task,) = schedule(book, {**PLAN, "责任单位类别": None, "责任单位": "KX02、ＫＸ０１"})
    assert task.evidence == (Evidence(form="ledger", kinds=("党支部", "党委"), units=("KX02", "KX01")),)


def test_a_line_of_the_plan_may_name_no_form(book: Path) -> None:
    (task,) = schedule(book, {"任务编号": 7, "项目": "宣传", "时间": "长期坚持"})
    assert task == Task(id="7", item="宣传", time="长期坚持")


# ---- any settings at all

WORDS = st.text("支部学会机关甲乙丙KX01-_.（）=", min_size=1, max_size=8).filter(lambda t: t not in ("-", "无"))
CODES = st.text("支部甲乙KX01-_.", min_size=1, max_size=8).filter(lambda t: t not in ("-", "无"))
DAYS = st.dates(date(2004, 1, 1), date(2006, 12, 31))


@st.composite
def rosters(draw: st.DrawFn) -> tuple[Unit, ...]:
    codes = draw(st.lists(CODES, max_size=6, unique_by=str.casefold))
    names = iter(draw(st.lists(WORDS, min_size=3 * len(codes), max_size=3 * len(codes), unique_by=key_text)))
    units: list[Unit] = []
    for at, code in enumerate(codes):
        above = st.sampled_from(["", *codes[:at]])
        units.append(
            Unit(
                code=code, name=next(names), aliases=tuple(next(names) for _ in range(draw(st.integers(0, 2)))),
                kind=draw(st.sampled_from(["党组", "党委", "党支部"])), parent=draw(above), merged_into=draw(above),
                leader=draw(st.just("") | WORDS), members=draw(st.none() | st.integers(0, 10**6)),
                stopped_on=draw(st.none() | DAYS),
            )
        )  # fmt: skip
    return tuple(units)


@st.composite
def tasks(draw: st.DrawFn) -> tuple[Task, ...]:
    made = []
    for id in draw(st.lists(CODES, max_size=4, unique=True)):
        start, end = draw(st.none() | DAYS), draw(st.none() | DAYS)
        ordered = start is None or end is None or start <= end
        forms = draw(st.lists(st.sampled_from(["ledger", "survey", "filings"]), max_size=3))
        made.append(
            Task(
                id=id, item=draw(WORDS), content=draw(st.just("") | WORDS), start=start if ordered else end,
                end=end if ordered else start, half_day=draw(st.sampled_from([None, "上午", "全天"])),
                evidence=tuple(Evidence(form=form, kinds=("党委",)) for form in forms),
            )
        )  # fmt: skip
    return tuple(made)


@given(rosters(), tasks(), st.lists(st.tuples(DAYS, st.booleans()), max_size=5, unique_by=lambda pair: pair[0]))
def test_any_settings_come_back(
    units: tuple[Unit, ...], plan: tuple[Task, ...], days: list[tuple[date, bool]]
) -> None:
    settings = replace(profile("gdsta"), units=units, tasks=plan, holidays=tuple(days))
    assert settings_from(as_sheets(settings)) == settings


@given(st.data())
def test_any_one_cell_of_junk_is_told_or_read(data: st.DataObject) -> None:
    """Never anything but Settings or a SettingsError whose places exist."""
    sheets = as_sheets(FULL)
    title = data.draw(st.sampled_from(SHEETS))
    row = data.draw(st.integers(2, len(sheets[title]) - 1))
    column = data.draw(st.integers(0, len(sheets[title][row]) - 1))
    sheets[title][row][column] = data.draw(JUNK)
    try:
        settings_from(sheets)
    except SettingsError as error:
        assert error.problems and all(problem.sentence("en") and problem.sheet in SHEETS for problem in error.problems)


FULL = full_settings()
JUNK = st.one_of(
    st.text(max_size=12), st.floats(allow_nan=False), st.booleans(), st.dates(), st.datetimes(), st.times(),
    st.sampled_from(["", "无", "—", "5月", "5/6/2005", "20050516", "示例", "且", "=", "、", "{x}", "KX01", "\ud800"]),
)  # fmt: skip


# ---- fingerprints


def different() -> Iterator[Settings]:
    base = full_settings()
    yield replace(base, campaign="另一次")
    yield replace(base, stall_days=15)
    yield replace(base, units=base.units[:-1])
    yield replace(base, units=(base.units[1], base.units[0], *base.units[2:]))
    yield replace(base, tasks=base.tasks[:-1])
    yield replace(base, waivers=base.waivers[:-1])
    yield replace(base, holidays=((date(2005, 5, 8), False), base.holidays[1]))
    yield replace(base, lists={**base.lists, "status": base.lists["status"][::-1]})
    yield replace(base, aliases={**base.aliases, "status": {"办完": "已完成"}})


def test_fingerprints_tell_settings_apart() -> None:
    prints = [fingerprint(settings) for settings in (full_settings(), *different())]
    assert len(set(prints)) == len(prints)
    assert all(re.fullmatch("[0-9a-f]{64}", text) for text in prints)


def test_fingerprints_do_not_see_the_order_of_mappings() -> None:
    base = full_settings()
    turned = replace(base, lists=dict(reversed(base.lists.items())), aliases=dict(reversed(base.aliases.items())))
    assert turned == base and fingerprint(turned) == fingerprint(base)


# ---- terms


def test_every_list_of_a_form_has_a_title() -> None:
    used = {column.choices for form in catalog.forms().values() for column in form.columns if column.choices}
    assert used <= set(terms.list_titles())


def test_missing_options_are_those_that_rules_name() -> None:
    lists = profile("gdsta").lists
    short = {**lists, "status": ("未启动", "整改中", "长期坚持")}
    assert terms.missing_options(short) == [("status", "已完成", "整改台帐")]
    assert terms.missing_options({**lists, "urgency": ("急",)}) == []
    assert terms.missing_options({}) == []


def test_a_problem_reads_in_one_line() -> None:
    about = (("label", "单位名称"), ("value", ""))
    problem = SettingsProblem(code="required", sheet="单位名册", cell="B7", params=about)
    assert problem.sentence() == "「单位名册」B7「单位名称」空着。请填写单位名称；整行不要的，请整行清空。"
