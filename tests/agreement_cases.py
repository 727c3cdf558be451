"""Rows made on purpose for the proof of agreement: good ones, each side of every bound, texts that are nearly equal.

A row is a tuple of raw cells in the form's column order, as a reader gives them: "" for a blank, str, float, date,
datetime or CellError.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from returns import COVER, DAY, GOOD

from rectify_xl.facts import catalog
from rectify_xl.kinds import CellError
from rectify_xl.model import Column, Form, Settings

Raw = Any
RawRow = tuple[Raw, ...]

# A number with more digits than Excel keeps: nothing in any column.
TOO_MANY_DIGITS = 1e15
# The years of sensible dates, and working days that the week would not tell.
SENSIBLE = [date(1948, 12, 31), date(1949, 1, 1), date(2099, 12, 31), date(2100, 1, 1)]
WORKED = [date(2005, 5, 2), date(2005, 5, 8), date(2005, 5, 14), date(2005, 5, 15), date(2005, 5, 16)]
# What is no option, no day and no number.
UNREADABLE = "待定"
# Texts that a key takes for the same, and some that it must tell apart.
NEARLY_EQUAL = (("1", "１"), ("（一）", "(一)"), ("a", "A"), ("a", "ａ"), ("a b", "ab"), ("a", "a\u200b"), ("a*", "ab"))
LATE, FOLLOW_UP, SOON = date(2005, 6, 10), date(2005, 8, 15), date(2005, 5, 20)

# Other good rows of a form: what they change of the one in `returns.GOOD`.
SITUATIONS: dict[str, tuple[dict[str, Raw], ...]] = {
    "ledger": (
        {"status": "已完成", "percent": 1, "completed": SOON, "result": "学习制度已经建立"},
        {"status": "未启动", "percent": 0, "progress": ""},
        {"status": "长期坚持", "horizon": "长期", "due": "", "item_id": "KX02-T001"},
        {"handling": "逐步解决", "explanation": "条件尚未具备", "horizon": "中期", "due": FOLLOW_UP},
        {"handling": "挂牌督办", "pledged": "是", "horizon": "长期", "due": FOLLOW_UP},
        {"handling": "立说立改", "note": "已向群众说明", "item_id": "KX02-T002"},
    ),
    "measures": (
        {"status": "已完成", "completed": SOON, "post": "部室负责人"},
        {"status": "未启动", "progress": "", "review_result": "待审核", "reviewed_on": ""},
        {"status": "长期坚持", "due": "", "item_id": "KX02-C001"},
        {"member_role": "党支部书记", "reviewer_role": "上级党组织", "note": "已审核"},
    ),
    "institutions": (
        {"action": "坚持执行", "status": "执行中", "due": ""},
        {"action": "修订完善", "status": "已印发", "document": "科协〔2005〕3号", "issued_on": SOON},
        {"item_id": "KX02-Z001", "status": "执行中", "document": "科协〔2005〕4号", "issued_on": SOON},
    ),
    "activities": (
        {"activity": "宣传报道", "half_day": "", "expected": "", "attended": ""},
        {"attended": 30, "place": "会议室", "chair": "示例甲", "note": "已归档"},
    ),
    "publications": (
        {"dissatisfied": 25, "satisfied": 10, "fairly_satisfied": 5, "revised": "是", "revised_on": date(2005, 5, 24)},
        {"dissatisfied": 20, "satisfied": 15, "fairly_satisfied": 5},
        {"published": "测评结果", "asked": 0, "satisfied": 0, "fairly_satisfied": 0, "dissatisfied": 0},
    ),
    "filings": ({"document": "总结报告", "reference": "科协〔2005〕5号", "received_by": "示例乙"},),
    "survey": (
        {"method": "个别访谈", "issued": "", "returned": "", "valid": ""},
        {"participant": "基层群众", "opinions": "希望加快进度"},
        {"participant": "服务对象", "issued": 47, "returned": 47},
    ),
    "branches": (
        {
            "has_branch": "否",
            "senior_class": "否",
            "full_members": 2,
            "secretary": "",
            "committee": "",
            "condition": "",
        },
        {"full_members": 3},
        {"kind": "机关", "committee": "不健全", "condition": "软弱涣散", "remedy": "调整班子", "due": LATE},
    ),
    "supervision": (
        {"result": "限期再改", "respond_by": LATE, "item_id": "KX02-T001"},
        {"response": "已经整改", "respond_by": LATE},
    ),
    "guidance": ({"outcome": "已有进步"}, {"helper": "示例壬、示例甲"}, {"helper": "示例辛辛，大示例辛"}),
}


# ---- rows for every form


def directed_rows(form: Form, office: Settings) -> list[RawRow]:
    """All of them, the good ones twice."""
    good, wrong = good_cases(form), _wrong_everywhere(form.columns)
    return [*good, *good, *wrong, *_unread(form), *_sized(form), *_near(form, office)]


def good_cases(form: Form) -> list[RawRow]:
    """The good rows."""
    told = [{**GOOD[form.name], **change} for change in ({}, *SITUATIONS[form.name])]
    return [tuple(_raw(row.get(column.name, "")) for column in form.columns) for row in told]


def _raw(value: Any) -> Raw:
    return float(value) if isinstance(value, int) else value


def _wrong_everywhere(columns: Sequence[Column]) -> list[RawRow]:
    """Each way to be wrong by every cell of a row at once; last, all that is required is lacking."""
    everywhere = (CellError("#N/A"), TOO_MANY_DIGITS, -1.0, "Ｘ", 0.5, "*", "无")
    wrong: list[RawRow] = [tuple(cell for _ in columns) for cell in everywhere]
    wrong.append(tuple("长" * (column.length or (0, 99))[1] + "长" for column in columns))
    wrong.append(tuple(TOO_MANY_DIGITS if place == len(columns) - 1 else "" for place in range(len(columns))))
    return wrong


def _sized(form: Form) -> list[RawRow]:
    """Texts and numbers at their bounds and beyond, with spaces and unseen characters that do not count."""
    rows = []
    for text, step in (("{}", 0), ("{}", -1), ("{} ", -1), ("\u200b{}", -1), ("\u3000{}\n", 0), ("{}", 1)):
        for end in (0, 1):
            rows.append(tuple(_at_bound(c, cell, (text, step, end)) for c, cell in _cells(form)))
    return rows


def _cells(form: Form) -> list[tuple[Column, Raw]]:
    return list(zip(form.columns, good_cases(form)[0], strict=True))


def _at_bound(column: Column, cell: Raw, how: tuple[str, int, int]) -> Raw:
    text, step, end = how
    if column.length:
        return text.format("长" * (column.length[end] + step))
    return float(column.range[end] + step) if column.range else cell


def _near(form: Form, office: Settings) -> list[RawRow]:
    """Rows whose days lie on each side of a bound, and pairs of rows whose texts are nearly the same."""
    bounds = [office.stage_start, office.stage_end, office.followup_end, DAY]
    days = [bound + timedelta(step) for bound in bounds if bound for step in (-1, 0, 1)]
    rows: list[RawRow] = []
    for row in good_cases(form):
        for place in _places(form, ("date",)):
            typed = [UNREADABLE, *days, *([] if rows else SENSIBLE + WORKED)] if row[place] else [UNREADABLE]
            rows += [(*row[:place], day, *row[place + 1 :]) for day in typed]
    for number, pair in enumerate(NEARLY_EQUAL):
        rows += [tuple(_named(c, cell, f"第{number}件{said}") for c, cell in _cells(form)) for said in pair]
    return rows


def _places(form: Form, kinds: Sequence[str]) -> list[int]:
    return [place for place, column in enumerate(form.columns) if column.kind in kinds]


def _unread(form: Form) -> list[RawRow]:
    """A good row with one cell that cannot be read, in turn each that can be so."""
    good = good_cases(form)[0]
    places = _places(form, ("choice", "yesno", "integer", "percent"))
    return [(*good[:place], UNREADABLE, *good[place + 1 :]) for place in places]


def _named(column: Column, cell: Raw, text: str) -> Raw:
    return text if column.kind in ("text", "people", "id") and (cell != "" or column.assigned) else cell


# ---- covers


def covers(office: Settings) -> list[RawRow]:
    """Covers: a good one, others with a 填报日期 of every sort, and those of which every open field is wrong."""
    columns = catalog.cover().columns
    good = tuple(COVER.get(column.name, "") for column in columns)
    days: list[Raw] = [DAY, "2005-5-25", "２００５．５．２５", 38497.0, 38497.75, 5.25, -1.0, "", CellError("#REF!")]
    days += [*SENSIBLE, *(bound + timedelta(step) for bound in [office.stage_start] if bound for step in (-1, 0))]
    made = [_with(good, "filled_on", day) for day in days] + _wrong_everywhere(columns)
    return [_with(cells, "campaign", office.campaign) for cells in made]


def _with(cells: RawRow, name: str, cell: Raw) -> RawRow:
    place = catalog.cover().positions[name]
    return (*cells[:place], cell, *cells[place + 1 :])
