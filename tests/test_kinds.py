"""How a cell is understood, kind by kind: what stands in it, what is made of it, and what is told of that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rectify_xl.facts import catalog
from rectify_xl.kinds import (
    PARSERS,
    CellError,
    NoValue,
    Reading,
    Setting,
    as_text,
    excel_length,
    item_number,
    parser_for,
    people_in,
)
from rectify_xl.messages import sentence
from rectify_xl.model import Column
from tests.returns import form_grid, judged, row, settings_for, told

LISTS = {
    "yesno": ("是", "否"),
    "status": ("未启动", "整改中", "已完成"),
    "role": ("党组（党委）主要负责同志", "督导组"),
}
ALIASES = {"status": {"办结": "已完成", "停办": "已撤销"}, "yesno": {"√": "是"}}
SETTING = Setting(lists=LISTS, aliases=ALIASES, year=2005)
MAY_16 = date(2005, 5, 16)
BROKEN = [
    (CellError("#REF!"), None, "error-value"),
    (CellError("#N/A"), None, "error-value"),
    ("#DIV/0!", None, "error-value"),
    ('=DISPIMG("ID_1",1)', None, "error-value"),
    (NoValue(""), None, "no-value"),
]
TOO_MANY_DIGITS = (1e15, -1e15, 12345678901234567890)
NOTHING = [(raw, None, "") for raw in ("无", "/", "／", "—", " 无 ", "—\u200b", "   ", "\u3000", "\u200b", "\n")]


def read(kind: str, raw: Any, setting: Setting = SETTING, **facts: Any) -> tuple[Any, str]:
    """The typed value and the code of what is told ("" for nothing)."""
    found = parser_for(Column(name="it", label="它", kind=kind, **facts), setting)(raw)
    return (found.value, found.code) if isinstance(found, Reading) else (found, "")


@pytest.mark.parametrize("kind", PARSERS)
@pytest.mark.parametrize(("raw", "value", "code"), NOTHING)
def test_nothing_is_nothing_in_every_kind(kind: str, raw: Any, value: Any, code: str) -> None:
    assert read(kind, raw, choices=_choices(kind)) == (value, code)


@pytest.mark.parametrize("kind", PARSERS)
@pytest.mark.parametrize(("raw", "value", "code"), BROKEN)
def test_what_no_kind_can_use(kind: str, raw: Any, value: Any, code: str) -> None:
    assert read(kind, raw, choices=_choices(kind)) == (value, code)


@pytest.mark.parametrize("kind", PARSERS)
@pytest.mark.parametrize("raw", TOO_MANY_DIGITS)
def test_more_digits_than_excel_keeps_are_no_number_no_day_and_no_option(kind: str, raw: Any) -> None:
    code = {"choice": "choice", "yesno": "choice", "date": "date"}.get(kind, "number")
    assert read(kind, raw, choices=_choices(kind)) == (None, code)


@pytest.mark.parametrize(
    ("kind", "case"), [("integer", "long"), ("percent", "long"), ("text", "digits"), ("id", "digits")]
)
def test_only_a_code_with_too_many_digits_is_asked_for_as_text(kind: str, case: str) -> None:
    parse = parser_for(Column(name="it", label="它", kind=kind), SETTING)
    raws = (*TOO_MANY_DIGITS, "1234567890123456") if kind == "integer" else TOO_MANY_DIGITS
    assert [dict(parse(raw).params)["case"] for raw in raws] == [case] * len(raws)


@pytest.mark.parametrize("kind", PARSERS)
@pytest.mark.parametrize("raw", [*(row[0] for row in BROKEN), *TOO_MANY_DIGITS])
def test_what_cannot_be_used_is_not_read(kind: str, raw: Any) -> None:
    found = parser_for(Column(name="it", label="它", kind=kind, choices=_choices(kind)), SETTING)(raw)
    assert isinstance(found, Reading)
    assert not found.read


def test_there_is_a_parser_for_every_kind_of_the_forms() -> None:
    assert set(PARSERS) == set(catalog.KINDS)


def _choices(kind: str) -> str:
    return {"choice": "status", "yesno": "yesno"}.get(kind, "")


# ---- text


@pytest.mark.parametrize(
    ("raw", "value", "code"),
    [
        ("学习 两次", "学习 两次", ""),
        ("１、学习；２、走访", "１、学习；２、走访", ""),
        ("第一行\n第二行", "第一行\n第二行", ""),
        ("第一行\r\n第二行", "第一行\n第二行", ""),
        ("#1楼", "#1楼", ""),
        ("=学习", "=学习", ""),
        ("无锡", "无锡", ""),
        ("无/", "无/", ""),
        (" 学习", "学习", "fixed-text"),
        ("学习\n", "学习", "fixed-text"),
        ("学习\u00a0", "学习", "fixed-text"),
        ("\u3000\u3000学习", "学习", "fixed-text"),
        ("学\u200b习", "学习", "fixed-text"),
        ("\ufeff学习", "学习", "fixed-text"),
        ("学\u202e习", "学习", "fixed-text"),
        ("学\x07习", "学习", "fixed-text"),
        (12.0, "12", "fixed-text"),
        (12, "12", "fixed-text"),
        (12.5, "12.5", "fixed-text"),
        (999999999999999.0, "999999999999999", "fixed-text"),
        (MAY_16, "2005-05-16", "fixed-text"),
        (datetime(2005, 5, 16), "2005-05-16", "fixed-text"),
        (True, "TRUE", "fixed-text"),
    ],
)
def test_text(raw: Any, value: Any, code: str) -> None:
    assert read("text", raw) == (value, code)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("短", "length"),
        ("两字", ""),
        ("四个字了", ""),
        ("五个字太长", "length"),
        (" 四个字了 ", "fixed-text"),
        ("四\u200b个字了", "fixed-text"),
        ("\U00020bb7\U00020bb7", ""),
        ("\U00020bb7\U00020bb7了", "length"),
        ("\U00020bb7", ""),
        ("ab\r\nc", ""),
        ("abc\nde", "length"),
        ("1", "length"),
    ],
)
def test_a_text_is_as_long_as_excel_says_it_is(raw: str, code: str) -> None:
    assert read("text", raw, length=(2, 4))[1] == code


def test_a_number_in_a_text_column_has_a_length_too() -> None:
    assert read("text", 12345.0, length=(2, 4))[1] == "length"
    assert read("text", 1.0, length=(2, 4))[1] == "length"


def test_a_text_of_the_wrong_length_may_be_used_by_rules() -> None:
    found = parser_for(Column(name="it", label="它", kind="text", length=(2, 4)), SETTING)("五个字太长")
    assert found.read
    assert found.value == "五个字太长"
    assert dict(found.params) == {"low": 2, "high": 4, "length": 5}


@given(st.text(max_size=20))
def test_the_length_is_that_of_utf_16(text: str) -> None:
    assert excel_length(text) == len(text.encode("utf-16-le", "surrogatepass")) // 2


# ---- choice and yes or no


@pytest.mark.parametrize(
    ("raw", "value", "code"),
    [
        ("整改中", "整改中", ""),
        (" 整改中", "整改中", "fixed-text"),
        ("整 改 中", "整改中", "fixed-text"),
        ("整改\u200b中", "整改中", "fixed-text"),
        ("办结", "已完成", "fixed-choice"),
        (" 办结 ", "已完成", "fixed-choice"),
        ("已完城", None, "choice"),
        ("差不多了", None, "choice"),
        ("整改中、已完成", None, "choice"),
        ("停办", None, "choice"),
        (3.0, None, "choice"),
        (True, None, "choice"),
        (MAY_16, None, "choice"),
    ],
)
def test_choice(raw: Any, value: Any, code: str) -> None:
    assert read("choice", raw, choices="status") == (value, code)


def test_width_is_folded_in_a_choice() -> None:
    assert read("choice", "党组(党委)主要负责同志", choices="role") == ("党组（党委）主要负责同志", "fixed-text")


@pytest.mark.parametrize(("raw", "suggestion"), [("已完城", "已完成"), ("天马行空", None)])
def test_a_near_miss_is_suggested(raw: str, suggestion: str | None) -> None:
    found = parser_for(Column(name="it", label="它", kind="choice", choices="status"), SETTING)(raw)
    params = dict(found.params)
    assert params["options"] == "未启动、整改中、已完成"
    assert params.get("suggestion") == suggestion
    assert not found.read


@pytest.mark.parametrize(
    ("raw", "value", "code"),
    [
        ("是", "是", ""),
        ("否", "否", ""),
        (" 否", "否", "fixed-text"),
        ("√", "是", "fixed-choice"),
        (True, "是", "fixed-choice"),
        (False, "否", "fixed-choice"),
        ("可能", None, "choice"),
        (1.0, None, "choice"),
    ],
)
def test_yes_or_no(raw: Any, value: Any, code: str) -> None:
    assert read("yesno", raw, choices="yesno") == (value, code)


@pytest.mark.parametrize(
    ("raw", "option"),
    [("完成", "已完成"), ("已整改", "已完成"), ("销号", "已完成"), ("正在整改", "整改中"), ("未开始", "未启动")],
)
def test_the_papers_other_words_for_a_status(raw: str, option: str) -> None:
    settings = settings_for()
    setting = Setting(lists=settings.lists, aliases=settings.aliases, year=2005)
    assert read("choice", raw, setting, choices="status") == (option, "fixed-choice")


def test_the_other_words_of_an_office_grow_in_its_settings() -> None:
    settings = settings_for(aliases={"status": {"搞定": "已完成"}})
    setting = Setting(lists=settings.lists, aliases=settings.aliases, year=2005)
    assert read("choice", "搞定", setting, choices="status") == ("已完成", "fixed-choice")


# ---- dates


@pytest.mark.parametrize("raw", [MAY_16, datetime(2005, 5, 16), datetime(2005, 5, 16, 8, 30)])
def test_a_date_cell_is_read_in_silence(raw: Any) -> None:
    assert read("date", raw) == (MAY_16, "")


@pytest.mark.parametrize(
    "raw",
    [
        *("2005-05-16", "2005-5-16", "2005.5.16", "2005.05.16", "2005/5/16", "2005年5月16日", "2005年5月16号"),
        *("2005-05-16 08:30", "2005/5/16 23:59:59", "2005-05-16T08:30:00.0"),
        *("2005-05-16 00:00:00", "2005/5/16 0:00", " 2005-05-16", "2005-05-16\u200b", "2005 年 5 月 16 日"),
        *("２００５．５．１６", "２００５年５月１６日", "20050516", "05/16/2005", "16/05/2005", "5/16/2005"),
        *("5月16日", "5月16", "5.16", "5/16", "5月16日下午", "5月16日前", "2005年5月16日上午"),
        *("二〇〇五年五月十六日", "二○○五年五月十六日", "五月十六日", "五月十六", "5月十六", "2005年五月十六"),
        *(20050516.0, 20050516, 38488.0, 38488),
    ],
)
def test_a_date_that_has_one_reading_is_fixed(raw: Any) -> None:
    assert read("date", raw) == (MAY_16, "fixed-date")


@pytest.mark.parametrize(
    ("raw", "day"),
    [
        ("5月底前", date(2005, 5, 31)),
        ("5月底", date(2005, 5, 31)),
        ("5月底前，并长期坚持", date(2005, 5, 31)),
        ("6月20日前", date(2005, 6, 20)),
        ("2006年1月5日", date(2006, 1, 5)),
    ],
)
def test_a_phrase_that_names_one_last_day_is_that_day(raw: str, day: date) -> None:
    assert read("date", raw) == (day, "fixed-date")


@pytest.mark.parametrize(
    "raw",
    [
        *("05/06/2005", "5/6/2005", "05-06-2005", "05.06.2005", 5.16, 5.0, 2005.0, 20051316.0, 20050532.0),
        *("2005.5.32", "2005-02-29", "2005-13-01", "5月32日", "5.32", "13月1日", "20051316"),
        *("5月", "5月中旬", "5月初", "5月16日至20日", "5月16日、18日", "2005年", "2005", "16", "16日", "五月"),
        *("明天", "尽快", "约5月16日", "五月初五", "5月16日左右", "待定", "适时", "立行立改", "X", "200516"),
        *("2005-05-16 24:30", "2005-05-16 8", "5月16日至20日 8:30"),
        *("1905-05-16", date(1905, 5, 16), datetime(1900, 1, 1), date(2150, 1, 1), "2150-01-01", -1.0, 1e9),
        *(True, False, timedelta(days=1), time(8, 30)),
    ],
)
def test_a_date_that_nobody_can_be_sure_of_is_told(raw: Any) -> None:
    assert read("date", raw) == (None, "date")


def test_a_date_that_cannot_be_read_is_not_used() -> None:
    assert not parser_for(Column(name="it", label="它", kind="date"), SETTING)("05/06/2005").read


@pytest.mark.parametrize("raw", ["长期坚持", "长期", " 长期坚持 "])
def test_for_good_is_no_day(raw: str) -> None:
    assert read("date", raw) == (None, "fixed-date")


@pytest.mark.parametrize(
    ("year", "value", "code"),
    [(2005, MAY_16, "fixed-date"), (2006, date(2006, 5, 16), "fixed-date"), (None, None, "date")],
)
def test_a_day_without_its_year_is_of_the_campaigns(year: int | None, value: Any, code: str) -> None:
    assert read("date", "5月16日", replace(SETTING, year=year)) == (value, code)
    assert read("date", "2005-05-16", replace(SETTING, year=year)) == (MAY_16, "fixed-date")


@pytest.mark.parametrize(
    ("start", "filled_on", "expected"),
    [
        (date(2004, 5, 12), date(2005, 5, 25), date(2004, 5, 27)),
        (None, date(2005, 5, 25), date(2005, 5, 27)),
    ],
)
def test_the_year_is_the_stages_or_else_that_of_the_day_of_filling_in(
    start: date | None, filled_on: date, expected: date
) -> None:
    settings = settings_for(stage_start=start, stage_end=None)
    held = judged({"ledger": [row("ledger", due="5月27日")]}, settings=settings, cover={"filled_on": filled_on})
    assert told(held) == [("fixed", "fixed-date", 4, "due")]
    assert held.forms[0].good[0].values[17] == expected


@given(st.dates(min_value=date(1949, 1, 1), max_value=date(2099, 12, 31)))
def test_every_usual_way_to_write_a_day_is_that_day(day: date) -> None:
    ways = ("{0:%Y-%m-%d}", "{0.year}.{0.month}.{0.day}", "{0.year}/{0.month}/{0.day}", "{0:%Y%m%d}")
    for way in (*ways, "{0.year}年{0.month}月{0.day}日"):
        assert read("date", way.format(day)) == (day, "fixed-date")
    assert read("date", float((day - date(1899, 12, 30)).days)) == (day, "fixed-date")


# ---- counts


@pytest.mark.parametrize(
    ("raw", "value", "code"),
    [
        (3.0, 3, ""),
        (3, 3, ""),
        (0.0, 0, ""),
        ("3", 3, "fixed-number"),
        ("３", 3, "fixed-number"),
        (" 3 ", 3, "fixed-number"),
        ("3\u200b", 3, "fixed-number"),
        ("3.0", 3, "fixed-number"),
        ("1,234", 1234, "fixed-number"),
        ("１，２３４", 1234, "fixed-number"),
        ("3人", 3, "fixed-number"),
        ("3 人", 3, "fixed-number"),
        ("40票", 40, "fixed-number"),
        (3.5, None, "number"),
        ("3.5", None, "number"),
        ("约30", None, "number"),
        ("30余人", None, "number"),
        ("一半", None, "number"),
        ("3-5", None, "number"),
        ("3+2", None, "number"),
        ("12,34", None, "number"),
        ("人", None, "number"),
        ("1e3", None, "number"),
        ("50%", None, "number"),
        ("3 4", None, "number"),
        ("1234567890123456", None, "number"),
        (True, None, "number"),
        (MAY_16, None, "number"),
        (timedelta(hours=3), None, "number"),
    ],
)
def test_integer(raw: Any, value: Any, code: str) -> None:
    assert read("integer", raw) == (value, code)


@pytest.mark.parametrize(
    ("raw", "value", "code"),
    [
        (1.0, 1, ""),
        (100.0, 100, ""),
        (0.0, 0, "range"),
        (101.0, 101, "range"),
        (-1.0, -1, "range"),
        ("0人", 0, "range"),
        ("-5", -5, "range"),
        ("100", 100, "fixed-number"),
    ],
)
def test_the_range_of_a_count(raw: Any, value: Any, code: str) -> None:
    assert read("integer", raw, range=(1, 100)) == (value, code)


@given(st.integers(min_value=-(10**15) + 1, max_value=10**15 - 1))
def test_a_whole_number_is_the_same_as_a_number_and_as_a_text(number: int) -> None:
    assert read("integer", float(number)) == (number, "")
    if number >= 0:
        assert read("integer", str(number)) == (number, "fixed-number")
        assert read("integer", f"{number:,}")[0] == number or len(f"{number:,}") > 15


# ---- percents


@pytest.mark.parametrize(
    ("raw", "value", "code"),
    [
        (0.0, 0.0, ""),
        (0.5, 0.5, ""),
        (1.0, 1.0, ""),
        (1, 1.0, ""),
        (0, 0.0, ""),
        (2.0, 0.02, "fixed-percent"),
        (50.0, 0.5, "fixed-percent"),
        (100.0, 1.0, "fixed-percent"),
        (1.01, 1.01, "range"),
        (1.5, 1.5, "range"),
        (1.99, 1.99, "range"),
        (100.5, 100.5, "range"),
        (150.0, 150.0, "range"),
        (-0.5, -0.5, "range"),
        (-50.0, -50.0, "range"),
        ("50", 0.5, "fixed-percent"),
        ("50%", 0.5, "fixed-percent"),
        ("５０％", 0.5, "fixed-percent"),
        (" 50 % ", 0.5, "fixed-percent"),
        ("0.5", 0.5, "fixed-percent"),
        ("0", 0.0, "fixed-percent"),
        ("0%", 0.0, "fixed-percent"),
        ("1", 1.0, "fixed-percent"),
        ("1%", 0.01, "fixed-percent"),
        ("100", 1.0, "fixed-percent"),
        ("100%", 1.0, "fixed-percent"),
        ("33.3%", 0.333, "fixed-percent"),
        ("0.5%", 0.005, "fixed-percent"),
    ],
)
def test_percent(raw: Any, value: Any, code: str) -> None:
    found, told_as = read("percent", raw)
    assert told_as == code
    assert found == pytest.approx(value)


@pytest.mark.parametrize("raw", ["150", "120%", "1.5", "-5%", "100.1%", "101"])
def test_a_text_beyond_100_percent_is_out_of_range(raw: str) -> None:
    assert read("percent", raw)[1] == "range"


@pytest.mark.parametrize(
    ("raw", "value", "code"),
    [
        (0.1, 0.1, ""), (0.9, 0.9, ""), (0.05, 0.05, "range"), (0.95, 0.95, "range"), (1, 1.0, "range"),
        (50.0, 0.5, "fixed-percent"), (5.0, 0.05, "range"), ("50%", 0.5, "fixed-percent"), ("95%", 0.95, "range"),
    ],
)  # fmt: skip
def test_the_range_of_a_share(raw: Any, value: Any, code: str) -> None:
    assert read("percent", raw, range=(0.1, 0.9)) == (value, code)


@pytest.mark.parametrize("raw", ["一半", "约50%", "50%左右", "%", "过半", "5O%", "50-60%", True, MAY_16])
def test_a_percent_that_nobody_can_be_sure_of_is_told(raw: Any) -> None:
    assert read("percent", raw) == (None, "number")


@pytest.mark.parametrize(
    ("raw", "code"),
    [(0.5, ""), (1.0, ""), (1.5, "range"), (2.0, "range"), (50.0, "range"), (100.0, "range"), ("50%", "fixed-percent")],
)
def test_a_cell_formatted_as_a_percent_says_what_it_shows(raw: Any, code: str) -> None:
    changes = {"percent": raw, "status": "长期坚持", "horizon": "长期", "due": None}
    sheet = form_grid("ledger", [row("ledger", **changes)])
    sheet = replace(sheet, is_percent=lambda place, at: (place, at) == (4, 19))
    held = judged({}, sheets=[sheet])
    assert [(f.code, f.row, f.column) for f in held.findings] == ([(code, 4, "percent")] if code else [])


@pytest.mark.parametrize(("answer", "seen"), [(True, "100%"), (False, "1"), (None, "100%")])
def test_a_share_is_quoted_as_its_cell_shows_it(answer: bool | None, seen: str) -> None:
    sheet = form_grid("ledger", [row("ledger", percent=1, status="未启动", progress=None)])
    held = judged({}, sheets=[replace(sheet, is_percent=lambda place, at: answer)])
    [finding] = held.findings
    assert (finding.code, finding.value) == ("consistent", "1") and f"“{seen}”" in sentence(finding)


@pytest.mark.parametrize(("first_row", "first_column"), [(1, 0), (4, 2)])
def test_the_format_is_asked_of_the_cell_itself(first_row: int, first_column: int) -> None:
    asked = []

    def is_percent(place: int, at: int) -> bool:
        asked.append((place, at))
        return False

    sheet = form_grid("ledger", [row("ledger", percent=50)])
    sheet = replace(sheet, is_percent=is_percent, first_row=first_row, first_column=first_column)
    assert told(judged({}, sheets=[sheet])) == [("fixed", "fixed-percent", first_row + 3, "percent")]
    assert asked == [(first_row + 3, first_column + 19)]


# ---- people and numbers


@pytest.mark.parametrize(
    ("raw", "value", "code"),
    [
        ("示例甲", "示例甲", ""),
        ("示例甲、示例乙", "示例甲、示例乙", ""),
        ("示例甲，示例乙", "示例甲、示例乙", "fixed-text"),
        ("示例甲,示例乙", "示例甲、示例乙", "fixed-text"),
        ("示例甲；示例乙", "示例甲、示例乙", "fixed-text"),
        ("示例甲;示例乙", "示例甲、示例乙", "fixed-text"),
        ("示例甲/示例乙", "示例甲、示例乙", "fixed-text"),
        ("示例甲／示例乙", "示例甲、示例乙", "fixed-text"),
        ("示例甲 示例乙", "示例甲、示例乙", "fixed-text"),
        ("示例甲\n示例乙", "示例甲、示例乙", "fixed-text"),
        ("示例甲、 示例乙、", "示例甲、示例乙", "fixed-text"),
        (" 示例甲，示例乙 ", "示例甲、示例乙", "fixed-text"),
        ("示例甲\u200b;示例乙", "示例甲、示例乙", "fixed-text"),
        ("甲 乙", "甲乙", "fixed-text"),
        ("ＡＢ示例", "AB示例", "fixed-text"),
        ("ＡＢ", "AB", "fixed-text"),
        ("Li Ming", "Li Ming", ""),
        (12.0, "12", "fixed-text"),
    ],
)
def test_people(raw: Any, value: Any, code: str) -> None:
    assert read("people", raw) == (value, code)


NAMES = st.lists(st.sampled_from(["示例甲", "示例乙", "示例丙"]), min_size=1, max_size=5)


@given(NAMES, st.sampled_from("、，,；;/ \n"))
def test_people_are_the_same_whatever_stands_between_them(names: list[str], between: str) -> None:
    assert people_in(between.join(names)) == names


@pytest.mark.parametrize(
    ("raw", "value", "code"),
    [
        ("KX02", "KX02", ""),
        ("ＫＸ０２", "KX02", "fixed-text"),
        (" KX02 ", "KX02", "fixed-text"),
        ("KX 02", "KX02", "fixed-text"),
        ("KX\u200b02", "KX02", "fixed-text"),
        (101.0, "101", "fixed-text"),
    ],
)
def test_id(raw: Any, value: Any, code: str) -> None:
    assert read("id", raw) == (value, code)


@pytest.mark.parametrize(("raw", "case"), [(101.0, "number"), (date(2005, 5, 16), "date"), ("KX 02", "")])
def test_a_code_that_is_a_number_is_told_as_one(raw: Any, case: str) -> None:
    """A cell with 101 has no spaces that should not be there."""
    found = parser_for(Column(name="it", label="它", kind="id"), SETTING)(raw)
    assert found.case == case


@pytest.mark.parametrize(
    ("raw", "value", "code"),
    [
        ("KX01-T001", "KX01-T001", ""),
        ("KX01-T1000", "KX01-T1000", ""),
        ("ＫＸ０１－Ｔ００１", "KX01-T001", "fixed-text"),
        (" KX01-T001", "KX01-T001", "fixed-text"),
        ("1", None, "fixed-id"),
        (1.0, None, "fixed-id"),
        ("KX01-001", None, "fixed-id"),
        ("KX01-T01", None, "fixed-id"),
        ("新增", None, "fixed-id"),
    ],
)
def test_a_number_that_the_office_gives(raw: Any, value: Any, code: str) -> None:
    assert read("id", raw, assigned=True) == (value, code)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("KX01-T001", ("KX01", "T", 1)),
        ("KX-01-C012", ("KX-01", "C", 12)),
        ("一支部-Z100", ("一支部", "Z", 100)),
        ("KX01-T01", None),
        ("KX01T001", None),
        ("-T001", None),
        ("KX01-t001", None),
    ],
)
def test_the_pattern_of_a_number(text: str, parts: tuple[str, str, int] | None) -> None:
    assert item_number(text) == parts


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3.0, "3"),
        (3.5, "3.5"),
        (True, "TRUE"),
        (MAY_16, "2005-05-16"),
        (datetime(2005, 5, 16), "2005-05-16"),
        (datetime(2005, 5, 16, 8, 30), "2005-05-16 08:30:00"),
        ("一", "一"),
    ],
)
def test_what_a_cell_shows(value: Any, text: str) -> None:
    assert as_text(value) == text


# ---- whatever a cell holds


CELLS: st.SearchStrategy[Any] = st.one_of(
    st.text(max_size=12),
    st.floats(allow_nan=False),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.timedeltas(),
    st.sampled_from([raw for raw, _, _ in (*BROKEN, *NOTHING)]),
).filter(lambda value: value != "")
TYPES: Mapping[str, type] = {"date": date, "integer": int, "percent": float}


@given(CELLS, st.sampled_from(sorted(PARSERS)))
def test_every_cell_is_understood_or_told(raw: Any, kind: str) -> None:
    value, code = read(kind, raw, choices=_choices(kind))
    assert value is None or isinstance(value, TYPES.get(kind, str))
    assert not isinstance(value, (datetime, bool))
    levels = {"": "", **{name: facts.level for name, facts in catalog.codes().items()}}
    assert levels[code] in ("", "fixed", "error")


@given(CELLS.filter(lambda raw: not isinstance(raw, timedelta)), st.sampled_from(sorted(set(PARSERS) - {"percent"})))
def test_what_was_understood_is_understood_again_in_silence(raw: Any, kind: str) -> None:
    value, code = read(kind, raw, choices=_choices(kind))
    if value is not None and code != "length":
        assert read(kind, value, choices=_choices(kind)) == (value, "")
