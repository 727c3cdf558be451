from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from agreement_rows import drawn_rows
from hypothesis import given
from hypothesis import strategies as st
from returns import COVER, judged, row, settings_for

from rectify_xl.facts import catalog
from rectify_xl.kinds import CellError, NoValue
from rectify_xl.model import Column, Settings
from rectify_xl.selfcheck.strict import StrictRow, possible_problems, strict_cover, strict_plan, strict_row
from rectify_xl.selfcheck.strict import problems_by_cell as told_of
from rectify_xl.selfcheck.strict import strict_sheet as judge_sheet
from rectify_xl.selfcheck.strict_cells import key_of_text, normal, reader_for, seen

FORMS = catalog.forms()
OFFICE = settings_for()
DAY = COVER["filled_on"]
PLANS = {name: strict_plan(form, OFFICE) for name, form in FORMS.items()}
every_form = pytest.mark.parametrize("name", FORMS)


def raw(name: str, **changes: Any) -> list[Any]:
    """The good row of a form, cell by cell, with some cells changed."""
    values = row(name, **changes)
    return [values.get(column.name) for column in FORMS[name].columns]


def strict(name: str, filled_on: date | None = DAY, **changes: Any) -> StrictRow:
    return strict_row(PLANS[name], raw(name, **changes), filled_on)


def told(name: str, filled_on: date | None = DAY, **changes: Any) -> list[tuple[str, str, str]]:
    """(level, code, column) of what is told of each cell."""
    held = told_of(PLANS[name], strict(name, filled_on, **changes))
    return [(p.level, p.code, column) for column, p in sorted(held.items())]


def read(column: Column, cell: Any, settings: Settings = OFFICE) -> tuple[Any, str]:
    return reader_for(column, settings)(seen(cell))


# ---- one cell


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        (None, ""),
        ("", ""),
        ("甲", "甲"),
        (3, 3.0),
        (True, "TRUE"),
        (date(2005, 5, 20), 38492.0),
        (datetime(2005, 5, 20, 12), 38492.5),
        (time(6), 0.25),
        (timedelta(hours=36), 1.5),
    ],
)
def test_a_formula_finds_texts_and_numbers(cell: Any, found: Any) -> None:
    assert seen(cell) == found
    assert type(seen(cell)) is type(found)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("甲", "甲"),
        (" 甲\u3000", "甲"),
        ("甲 \xa0\t乙", "甲 乙"),
        ("甲\n乙\r\n丙", "甲 乙 丙"),
        ("甲\u200b乙\ufeff", "甲乙"),
        ("\u200b", ""),
        (" 无 ", ""),
        ("／", ""),
        ("无。", "无。"),
        ("有 无 之间", "有 无 之间"),
        ("␀?", "?"),
    ],
)
def test_normal_form(text: str, form: str) -> None:
    assert normal(text, frozenset(catalog.reading().blanks)) == form


@given(st.text())
def test_normal_form_stays_as_it_is(text: str) -> None:
    once = normal(text)
    assert normal(once) == once


@pytest.mark.parametrize(
    ("one", "other"), [("甲，乙", "甲,乙"), ("第１条", "第1条"), ("甲 乙", "甲乙"), ("（一）", "(一)")]
)
def test_texts_that_differ_in_spaces_or_width_alone_have_one_key(one: str, other: str) -> None:
    assert key_of_text(one) == key_of_text(other)


def column(kind: str, **facts: Any) -> Column:
    return Column(name="x", label="栏", kind=kind, **facts)


TEXT = column("text", length=(2, 4))
CHOICE, DATE = column("choice", choices="status"), column("date")
COUNT, SHARE = column("integer", range=(0, 100)), column("percent", range=(0, 1))
PART = column("percent", range=(0.1, 0.9))
CELLS = [
    (TEXT, "甲乙", ("甲乙", "")),
    (TEXT, "甲", ("甲", "length")),
    (TEXT, "甲乙丙丁戊", ("甲乙丙丁戊", "length")),
    (TEXT, " 甲乙丙 ", ("甲乙丙", "length")),  # Excel's LEN counts what was typed
    (TEXT, "𠮷𠮷", ("𠮷𠮷", "")),
    (TEXT, "𠮷𠮷𠮷", ("𠮷𠮷𠮷", "length")),
    (TEXT, 1234, ("1234", "")),
    (TEXT, 0.5, ("0.5", "")),
    (TEXT, date(2005, 5, 20), ("38492", "length")),
    (TEXT, 10.0**15, ("1000000000000000", "number")),
    (TEXT, "—", (None, "")),
    (TEXT, CellError("#REF!"), (None, "error-value")),
    (TEXT, NoValue("=A1"), (None, "error-value")),
    (column("people"), "甲、乙", ("甲、乙", "")),
    (column("people"), "甲，乙;丙/丁", ("甲、乙、丙、丁", "")),
    (column("people"), "/", (None, "")),
    (column("id"), " KX02-T001 ", ("KX02-T001", "")),
    (CHOICE, "已完成", ("已完成", "")),
    (CHOICE, " 已完成", (None, "choice")),
    (CHOICE, "完成", (None, "choice")),
    (CHOICE, "\u3000", (None, "")),
    (CHOICE, "无", (None, "")),
    (CHOICE, 5, (None, "choice")),
    (CHOICE, CellError("#N/A"), (None, "error-value")),
    (column("yesno", choices="yesno"), "是", ("是", "")),
    (column("yesno", choices="yesno"), True, (None, "choice")),
    (DATE, date(2005, 5, 20), (date(2005, 5, 20), "")),
    (DATE, datetime(2005, 5, 20, 23, 59), (date(2005, 5, 20), "")),
    (DATE, 38492, (date(2005, 5, 20), "")),
    (DATE, date(1949, 1, 1), (date(1949, 1, 1), "")),
    (DATE, date(2099, 12, 31), (date(2099, 12, 31), "")),
    (DATE, date(1948, 12, 31), (None, "date")),
    (DATE, date(2100, 1, 1), (None, "date")),
    (DATE, 20050520, (None, "date")),
    (DATE, "2005-05-20", (None, "date")),
    (DATE, "无", (None, "")),
    (DATE, True, (None, "date")),
    (COUNT, 3.0, (3, "")),
    (COUNT, 101, (None, "range")),
    (COUNT, -1, (None, "range")),
    (COUNT, 3.5, (None, "number")),
    (COUNT, "3", (None, "number")),
    (COUNT, 10.0**15, (None, "number")),
    (COUNT, " ", (None, "")),
    (SHARE, 0.5, (0.5, "")),
    (SHARE, 1, (1.0, "")),
    (SHARE, 50, (None, "range")),
    (SHARE, "50%", (None, "number")),
    (PART, 0.1, (0.1, "")),
    (PART, 0.05, (None, "range")),
    (PART, 1, (None, "range")),
]


@pytest.mark.parametrize(("asked", "cell", "expected"), CELLS)
def test_a_cell_is_what_was_typed(asked: Column, cell: Any, expected: tuple[Any, str]) -> None:
    assert read(asked, cell) == expected


def test_a_word_that_means_nothing_may_be_an_option() -> None:
    settings = replace(OFFICE, lists={**OFFICE.lists, "status": ("有", "无")})
    assert read(CHOICE, "无", settings) == ("无", "")
    assert read(CHOICE, "/", settings) == (None, "")


def test_without_options_no_choice_is_right() -> None:
    assert read(CHOICE, "已完成", replace(OFFICE, lists={})) == (None, "choice")


# ---- rows


@every_form
def test_a_good_row_has_nothing_to_tell(name: str) -> None:
    assert told(name) == []
    assert strict(name).is_used


@every_form
def test_a_row_with_nothing_in_it_is_not_judged(name: str) -> None:
    for nothing in (None, "", "\u3000", "无"):
        held = strict_row(PLANS[name], [nothing] * len(FORMS[name].columns), DAY)
        assert (held.is_used, set(held.codes), dict(held.broken)) == (False, {""}, {})


ROWS = [
    ("ledger", {"problem": None}, [("error", "required", "problem")]),
    ("ledger", {"aspect": None}, []),
    ("ledger", {"due": None}, [("error", "required-when", "due")]),
    ("ledger", {"due": "5月底"}, [("error", "date", "due")]),
    ("ledger", {"due": date(2005, 6, 10)}, [("error", "window", "due")]),
    ("ledger", {"due": date(2005, 5, 28)}, [("warning", "workday", "due")]),
    ("ledger", {"due": date(2005, 5, 1), "horizon": "长期"}, [("warning", "window", "due")]),
    ("ledger", {"due": date(2030, 1, 5), "horizon": "长期"}, []),
    ("ledger", {"status": "已完成", "result": "已见成效"}, [
        ("error", "required-when", "completed"), ("error", "consistent", "percent"),
    ]),
    ("ledger", {"status": "已完 成"}, [("error", "choice", "status")]),
    ("ledger", {"percent": 1.5}, [("error", "range", "percent")]),
    ("ledger", {"completed": date(2005, 5, 26)}, [("error", "empty-when", "completed")]),
    ("ledger", {"goal": CellError("#REF!")}, [("error", "error-value", "goal")]),
    ("measures", {"reviewer_role": "督导组"}, [("error", "reviewer", "reviewer_role")]),
    ("measures", {"member_role": "未知"}, [("error", "choice", "member_role")]),
    ("measures", {"reviewer": "示例 丁"}, [("error", "reviewer", "reviewer")]),
    ("guidance", {"helper": "示例壬；示例辛"}, [("error", "reviewer", "helper")]),
    ("survey", {"abstained": 9}, [("error", "sum", "valid")]),
    ("survey", {"valid": "47"}, [("error", "number", "valid")]),
    ("filings", {"authority": "本党支部"}, []),
    ("supervision", {"unit_code": "没有"}, []),
    ("branches", {"has_branch": "否"}, [("warning", "branch-due", "has_branch")]),
    ("activities", {"attended": 31}, [("warning", "sum", "attended")]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "changes", "expected"), ROWS)
def test_a_row_is_judged_by_its_own_rules(name: str, changes: dict[str, Any], expected: list[Any]) -> None:
    assert told(name, **changes) == sorted(expected, key=lambda said: said[2])


def test_no_rule_is_judged_on_a_value_out_of_range_or_one_that_cannot_be_read() -> None:
    assert {FORMS["ledger"].rules[i].code for i in strict("ledger", percent=1.0).broken} == {"consistent"}
    assert strict("ledger", percent=1.5).broken == {}
    assert strict("ledger", percent="一半").broken == {}


def test_without_a_day_on_the_cover_what_rests_on_it_is_not_judged() -> None:
    late = {"held_on": date(2005, 6, 20)}
    assert told("activities", DAY, **late) == [("error", "window", "held_on")]
    assert told("activities", None, **late) == []


def test_without_a_stage_nothing_is_known_of_days_off() -> None:
    plan = strict_plan(FORMS["ledger"], settings_for("sysu"))
    assert plan.years == range(0)
    saturday = strict_row(plan, raw("ledger", category="师德校风", due=date(2005, 5, 28)), DAY)
    assert saturday.broken == {}


# ---- the sheet


def sheet(name: str, *changes: dict[str, Any]) -> list[dict[str, str]]:
    """The levels of the broken rules of each row by their codes."""
    held = judge_sheet(PLANS[name], [raw(name, **change) for change in changes], DAY)
    rules = FORMS[name].rules
    return [{rules[index].code: level for index, level in row.broken.items()} for row in held.rows]


A, B = {"item_id": "KX02-T001"}, {"item_id": "KX02-T002"}


@pytest.mark.parametrize(
    ("name", "changes", "expected"),
    [
        ("ledger", [{}, {}], [{}, {"duplicate": "error"}]),
        ("ledger", [{}, {"problem": "理论 学习不够深入"}], [{}, {"duplicate": "error"}]),
        ("ledger", [{}, {"problem": "理论学习还不够"}], [{}, {}]),
        ("ledger", [A, B], [{}, {"duplicate": "warning"}]),
        ("ledger", [A, {}], [{}, {"duplicate": "error"}]),
        ("ledger", [A, {**A, "problem": "另一个问题"}], [{"duplicate": "error"}] * 2),
        ("ledger", [{}, {"problem": None}, {"problem": None}], [{}, {}, {}]),
        ("ledger", [{}, {"problem": CellError("#N/A")}], [{}, {}]),
        ("survey", [{}, {"method": "随机抽样"}, {}], [{}, {}, {"duplicate": "error"}]),
        ("activities", [{"place": None}, {"place": "礼堂"}], [{}, {"duplicate": "error"}]),
        ("activities", [{"activity": "宣传报道", "half_day": None}] * 2, [{}, {"duplicate": "error"}]),
    ],
)  # fmt: skip
def test_keys_that_stand_twice(name: str, changes: list[dict[str, Any]], expected: list[dict[str, str]]) -> None:
    assert sheet(name, *changes) == expected


def lacking(*participants: Any) -> dict[int, tuple[str, ...]]:
    return dict(judge_sheet(PLANS["survey"], [raw("survey", participant=p) for p in participants], DAY).coverage)


def test_a_survey_lacks_kinds_of_participants() -> None:
    (rule,) = (rule for rule in FORMS["survey"].rules if rule.all_of)
    assert lacking() == {}
    assert lacking("不区分") == {}
    assert lacking(*rule.all_of) == {}
    assert lacking("基层群众", "不区分") == {rule.index: tuple(o for o in rule.all_of if o != "基层群众")}
    assert lacking("基层群众", "没有这一类") == {}


# ---- the cover


@pytest.mark.parametrize(
    ("changes", "codes", "broken"),
    [
        ({}, {}, []),
        ({"filled_by": ""}, {"filled_by": "required"}, []),
        ({"phone": ""}, {}, []),
        ({"filled_on": "2005.5.25"}, {"filled_on": "date"}, []),
        ({"filled_on": date(2005, 5, 1)}, {}, ["warning"]),
    ],
)
def test_the_cover(changes: dict[str, Any], codes: dict[str, str], broken: list[str]) -> None:
    held = strict_cover(OFFICE, {**COVER, **changes})
    names = [column.name for column in catalog.cover().columns]
    assert {name: code for name, code in zip(names, held.codes, strict=True) if code} == codes
    assert list(held.broken.values()) == broken


def test_a_blank_cover_lacks_all_that_is_required() -> None:
    held = strict_cover(OFFICE, {})
    assert held.codes.count("required") == sum(column.required for column in catalog.cover().columns)


# ---- what is told


@every_form
def test_whatever_is_told_is_among_the_possible(name: str) -> None:
    plan = PLANS[name]
    possible = set(possible_problems(plan))
    assert len(possible) == len(possible_problems(plan))
    for held in judge_sheet(plan, drawn_rows(FORMS[name], OFFICE, 60, 5), DAY).rows:
        assert set(told_of(plan, held).values()) <= possible


def errors_of(name: str, cells: tuple[Any, ...]) -> set[str]:
    """The codes of the errors that the judge, who understands kindly, finds in a row of a form alone in its file."""
    labels = [column.name for column in FORMS[name].columns]
    cover = {"unit_code": "KX09", "unit_name": "示例办公室"} if FORMS[name].filled_by == "office" else {}
    values = dict(zip(labels, cells, strict=True))
    return {f.code for f in judged({name: [values]}, cover=cover).findings if f.level == "error"}


# What rests on the office; the name of an error value typed as a text, which no formula takes for an error; and a mark
# for the value above, which the row alone does not have.
NEEDS_OTHERS = {"authority", "unknown", "foreign-id"}
TYPED_MARKS = {"#N/A", "#REF!", *catalog.reading().ditto}


@every_form
def test_what_is_right_in_the_template_is_right_for_the_judge(name: str) -> None:
    """The other way round does not hold: a cell may be red in Excel and yet be understood."""
    plan, found = PLANS[name], 0
    for cells in drawn_rows(FORMS[name], OFFICE, 160, 11):
        held = strict_row(plan, cells, DAY)
        is_right = held.is_used and not any(problem.level == "error" for problem in told_of(plan, held).values())
        if is_right and not any(type(cell) is str and cell in TYPED_MARKS for cell in cells):
            found += 1
            assert errors_of(name, cells) <= NEEDS_OTHERS, cells
    assert found > 3
