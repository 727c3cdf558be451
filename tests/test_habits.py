"""Habits of real ledgers, met kindly: what a clerk typed, what is understood, and how it is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet
from returns import (
    DAY,
    cell,
    codes,
    cover_grid,
    filled_template,
    form_grid,
    judged,
    reopened,
    row,
    settings_for,
    told,
)
from soffice import convert

from rectify_xl.excel.reading.ods_content import extras_in
from rectify_xl.facts import catalog
from rectify_xl.grid import Grid, Unreadable
from rectify_xl.kinds import Reading, Setting, parser_for
from rectify_xl.kinds.numerals import number, share, whole_number
from rectify_xl.messages import sentence
from rectify_xl.model import Column, Return
from rectify_xl.office.ruling import ruling_for
from rectify_xl.receiving.intake import files_in
from rectify_xl.receiving.reading import read_file

LEDGER = catalog.forms()["ledger"]
LABELS = [c.label for c in LEDGER.columns]
AT = LEDGER.positions
SETTINGS = settings_for()
SETTING = Setting(lists=SETTINGS.lists, aliases=SETTINGS.aliases, year=2005, stage_end=SETTINGS.stage_end)
PROBLEMS = ["理论学习不够深入", "服务群众不够主动", "调查研究不够扎实", "制度执行不够严格"]


def ledger(*changes: dict[str, Any], merges: Sequence[tuple[int, int, int, int]] = (), **facts: Any) -> Return:
    """The verdict on a ledger whose rows (from row 4 on) differ from the good one as said."""
    rows = [row("ledger", **{"problem": PROBLEMS[i], **change}) for i, change in enumerate(changes)]
    grid = form_grid("ledger", rows)
    return judged({}, sheets=[Grid(title=grid.title, rows=grid.rows, merges=merges, **facts)])


def sheet(*rows: Sequence[Any], **facts: Any) -> Return:
    return judged({}, sheets=[Grid(title="整改台帐", rows=[list(r) for r in rows], **facts)])


def body(**changes: Any) -> list[Any]:
    return [cell(row("ledger", **changes).get(c.name)) for c in LEDGER.columns]


def values(held: Return, name: str) -> list[Any]:
    """What was understood in one column, row by row."""
    return [r.values[AT[name]] for r in held.forms[0].rows()]


def read(column: Column, raw: Any) -> tuple[Any, str, str]:
    """The value, the code and the case of a cell."""
    found = parser_for(column, SETTING)(raw)
    return (found.value, found.code, found.case) if isinstance(found, Reading) else (found, "", "")


# ---- numbers in words


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *(
            ("零", 0),
            ("〇", 0),
            ("六", 6),
            ("两", 2),
            ("十", 10),
            ("十二", 12),
            ("二十", 20),
            ("二十三", 23),
            ("廿五", 25),
        ),
        *(
            ("卅", 30),
            ("一百", 100),
            ("一百零五", 105),
            ("一百一十", 110),
            ("一百十", 110),
            ("一百五十", 150),
            ("两百", 200),
        ),
        *(("一千零五", 1005), ("一千零五十", 1050), ("一千五百", 1500), ("一万零五", 10005), ("一万二千", 12000)),
        *(("一万零五百", 10500), ("二十万", 200000), ("一百二十万三千", 1203000), ("一亿零一", 100000001)),
        *(("壹佰贰拾", 120), ("二〇", 20), ("一〇五", 105), ("二〇〇五", 2005)),
        *(
            (text, None)
            for text in ("", "三四", "五六十", "一百五", "一万二", "一千五十", "百", "千", "十十", "〇五", "零五")
        ),
        *(
            (text, None)
            for text in ("一二三", "一百零", "一百零十", "二十零五", "几", "数十", "十几", "人", "5", "一" * 30)
        ),
    ],
)
def test_a_number_in_words_has_one_reading_or_none(text: str, value: int | None) -> None:
    assert whole_number(text) == value
    assert number(text) == value


def in_words(count: int) -> str:
    """A number as Chinese writes it, made by another way than the one that reads it."""
    digits, made = "零一二三四五六七八九", ""
    for place, digit in enumerate(str(count).zfill(8)):
        made += digits[int(digit)] + ("" if digit == "0" else ["千", "百", "十", ""][place % 4])
        made += "万" if place == 3 else ""
    for _ in range(8):
        made = made.replace("零零", "零").replace("零万", "万")
    made = made.strip("零")
    return (made.removeprefix("万").strip("零")) or "零"


@given(st.integers(0, 99_999_999))
def test_every_number_in_words_is_that_number(count: int) -> None:
    if str(count).zfill(8)[4:] == "0000" or str(count).zfill(8)[3] != "0" or str(count).zfill(8)[4] == "0":
        assert whole_number(in_words(count)) == count


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *(("百分之五十", 0.5), ("百分之百", 1), ("百分之零", 0), ("百分之三十三点三", 0.333), ("百分之50", 0.5)),
        *(
            ("五成", 0.5),
            ("5成", 0.5),
            ("五成五", 0.55),
            ("七成半", 0.75),
            ("十成", 1),
            ("八折", 0.8),
            ("百分之一百二十", 1.2),
        ),
        *(
            (text, None)
            for text in ("百分之", "成", "成都", "三四成", "五成多", "五成五五", "一半", "八五折", "二分之一")
        ),
    ],
)
def test_a_share_in_words(text: str, value: float | None) -> None:
    found = share(text)
    assert (None if found is None else float(found)) == value


# ---- counts and shares


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        *(
            ("3人", 3),
            ("十二", 12),
            ("十二人", 12),
            ("３", 3),
            ("（7）", 7),
            ("①", 1),
            ("⑩", 10),
            ("⑺", 7),
            ("六", 6),
            ("两百", 200),
        ),
        *(("1，200", 1200), ("三十 人", 30), ("30人次", 30), ("30 个", 30), ("3\u200b", 3), (" 12 ", 12), ("二〇", 20)),
    ],
)
def test_a_count_with_one_reading(raw: str, value: int) -> None:
    assert read(Column(name="it", label="它", kind="integer"), raw) == (value, "fixed-number", "")


@pytest.mark.parametrize(
    ("raw", "case", "suggestion"),
    [
        *(
            ("约30", "near", "30"),
            ("30余人", "near", "30"),
            ("三十多", "near", "30"),
            ("30左右", "near", "30"),
            ("近百", "", None),
        ),
        *(
            ("一半", "", None),
            ("几十", "", None),
            ("三四", "", None),
            ("3-5", "", None),
            ("3.5", "fraction", None),
            ("3²", "", None),
        ),
    ],
)
def test_a_count_that_is_open_is_only_offered(raw: str, case: str, suggestion: str | None) -> None:
    found = parser_for(Column(name="it", label="它", kind="integer"), SETTING)(raw)
    assert (found.value, found.code, found.case) == (None, "number", case)
    assert dict(found.params).get("suggestion") == suggestion


@pytest.mark.parametrize(
    ("raw", "value", "code"),
    [
        *(
            ("50", 0.5, "fixed-percent"),
            ("50%", 0.5, "fixed-percent"),
            ("0.5", 0.5, "fixed-percent"),
            (50.0, 0.5, "fixed-percent"),
        ),
        *(
            ("五成", 0.5, "fixed-percent"),
            ("百分之五十", 0.5, "fixed-percent"),
            ("五十", 0.5, "fixed-percent"),
            (0.5, 0.5, ""),
        ),
        *(
            ("１００％", 1.0, "fixed-percent"),
            ("1", 1.0, "fixed-percent"),
            (1.0, 1.0, ""),
            ("1%", 0.01, "fixed-percent"),
        ),
        *((".5", 0.5, "fixed-percent"), ("50\ufe6a", 0.5, "fixed-percent"), ("50%%", None, "number")),
        *(("33.3%", 0.333, "fixed-percent"), (33.3, 0.333, "fixed-percent"), ("百分之百", 1.0, "fixed-percent")),
        *(("150", 150.0, "range"), ("120%", 1.2, "range"), (1.5, 1.5, "range"), ("百分之一百二十", 1.2, "range")),
        *(("一半", None, "number"), ("约50%", None, "number"), ("过半", None, "number"), ("三分之二", None, "number")),
    ],
)
def test_percents(raw: Any, value: float | None, code: str) -> None:
    assert read(LEDGER.column("percent"), raw)[:2] == (value, code)


# ---- dates

DUE = LEDGER.column("due")


@pytest.mark.parametrize(
    "raw",
    [
        *(
            "2005.5.16",
            "5月16日",
            "5.16",
            "二〇〇五年五月十六日",
            "2005-05-16 00:00:00",
            "五月十六",
            "20050516",
            "05/16/2005",
        ),
        *("2005年5月16日 10:30", "2005-05-16 10时", "5月16日上午9点半", "2005年5月16日10时30分"),
        *("5月16日（星期一）9:00", "5月16日(周一) 上午9点半", "2005年5月16日 星期一 10:30", "2005-05-16（礼拜一）9时"),
        *("2005年05月16日 星期一", "5月16日（周一）", "5月16日前完成", "２００５．５．１６", "2005年5月16日\u200b"),
        20050516.0,
    ],
)
def test_a_day_with_one_reading(raw: Any) -> None:
    assert read(DUE, raw) == (date(2005, 5, 16), "fixed-date", "")


@pytest.mark.parametrize(
    ("raw", "case", "offered"),
    [
        ("05/06/2005", "either", [date(2005, 5, 6), date(2005, 6, 5)]),
        ("5.6.2005", "either", [date(2005, 5, 6), date(2005, 6, 5)]),
        (5.16, "near", [date(2005, 5, 16)]),
        *((text, "near", [date(2005, 5, 16)]) for text in ("2005\u201305\u201316", "2005、5、16", "2005 5 16", "5-16")),
        *(("05年5月16日", "near", [date(2005, 5, 16)]), ("38488", "near", [date(2005, 5, 16)])),
        *((text, "", []) for text in ("2005·2·30", "1905·5·16", "12345", "13-45")),
        (5.1, "either", [date(2005, 5, 1), date(2005, 5, 10)]),
        (5.32, "serial", []),
        (13.5, "serial", []),
        ("约5月16日", "near", [date(2005, 5, 16)]),
        ("5月16日左右", "near", [date(2005, 5, 16)]),
        ("5月中旬", "period", [date(2005, 5, 11), date(2005, 5, 20)]),
        ("05.5.6", "ambiguous", []),
        *((f"5月16日{day}", "weekday", [date(2005, 5, 16)]) for day in ("（星期二）", "（星期二）9:00", " 周二 9点半")),
        ("立行立改", "undated-offer", [date(2005, 5, 31)]),
        ("立即整改", "undated-offer", [date(2005, 5, 31)]),
        ("待定", "undated-offer", [date(2005, 5, 31)]),
        ("立行立改，长期坚持", "undated-offer", [date(2005, 5, 31)]),
        ("约30", "", []),
        ("2005.13.45", "", []),
        ("2005.2.30", "", []),
        ("长" * 100, "", []),
    ],
)
def test_what_leaves_a_question_is_asked(raw: Any, case: str, offered: list[date]) -> None:
    found = parser_for(DUE, SETTING)(raw)
    assert (found.value, found.code, found.case, found.read) == (None, "date", case, False)
    assert [value for _, value in found.params if isinstance(value, date)] == offered


def test_one_reading_is_one_however_it_is_turned() -> None:
    assert read(DUE, "05/05/2005") == (date(2005, 5, 5), "fixed-date", "")


def test_only_a_deadline_offers_the_end_of_the_stage() -> None:
    assert read(LEDGER.column("completed"), "立行立改") == (None, "date", "undated")
    open_ended = Setting(lists={}, aliases={}, year=2005)
    assert parser_for(DUE, open_ended)("立行立改").case == "undated"
    held = ledger({"due": "立行立改"})
    assert told(held) == [("error", "date", 4, "due")]
    assert "2005-05-31" in sentence(held.findings[0])


@pytest.mark.parametrize("phrase", ["长期坚持", "长期", "常态化", " 长期坚持 ", "持续坚持", "长期坚持。"])
def test_for_good_is_no_day_and_of_the_long_term(phrase: str) -> None:
    held = ledger({"due": phrase, "horizon": None})
    assert codes(held) == [("fixed-choice", 4, "horizon"), ("fixed-date", 4, "due")]
    assert (values(held, "due"), values(held, "horizon"), held.verdict) == ([None], ["长期"], "accepted")


@pytest.mark.parametrize(
    "phrase",
    [
        *(
            "5月底前，并长期坚持",
            "5月31日，长期坚持",
            "2005年5月底前并长期坚持",
            "5月底前（长期坚持）",
            "5月底前、长期坚持",
        ),
        *("2005.5.31，并长期坚持", "5月底前完成，并长期坚持", "5月底前并坚持", "长期坚持（5月底前）"),
    ],
)
def test_a_day_and_for_good_is_the_day(phrase: str) -> None:
    held = ledger(
        {"due": phrase, "horizon": None}, {"due": phrase, "horizon": "近期"}, {"due": phrase, "horizon": "无"}
    )
    assert values(held, "due") == [date(2005, 5, 31)] * 3
    assert values(held, "horizon") == ["长期", "近期", "长期"]
    assert codes(held) == [
        *(("fixed-choice", 4, "horizon"), ("fixed-date", 4, "due"), ("fixed-date", 5, "due")),
        *(("fixed-choice", 6, "horizon"), ("fixed-date", 6, "due")),
    ]


def test_what_a_phrase_fills_is_never_what_was_typed() -> None:
    held = ledger({"due": "长期坚持", "horizon": "中长期"})
    assert codes(held) == [("choice", 4, "horizon"), ("fixed-date", 4, "due")]
    held = ledger({"due": "长期坚持", "horizon": "近期"})
    assert told(held) == [("error", "required-when", 4, "due")]
    assert "“长期坚持”视同未填写" in sentence(held.findings[0])


def test_a_column_that_is_not_there_is_not_filled() -> None:
    kept = [c.name for c in LEDGER.columns if c.name != "horizon"]
    held = judged({}, sheets=[form_grid("ledger", [row("ledger", due="长期坚持")], columns=kept)])
    assert codes(held) == [("missing-column", 3, "horizon"), ("fixed-date", 4, "due")]


# ---- options, people, texts, numbers


@pytest.mark.parametrize(
    ("name", "raw", "value", "code"),
    [
        *(
            ("status", w, "已完成", "fixed-choice")
            for w in ("完成", "已整改", "销号", "完 成", "完成。", "整改完成", "已完成。", "“已完成”")
        ),
        *(("status", w, "已完成", "fixed-text") for w in (" 已完成", "已 完 成", "已完成\u200b", "已\u3000完成")),
        *(("handling", w, "立说立改", "fixed-choice") for w in ("立行立改", "立即整改")),
        *(("pledged", w, "是", "fixed-choice") for w in ("√", "✓", "Y", "是的", True)),
        *(("pledged", w, "否", "fixed-choice") for w in ("×", "✗", "N", "不是", "没有", False)),
        *(("status", w, None, "choice") for w in ("未完成", "差不多", "已完成/整改中", "无。")),
    ],
)
def test_options(name: str, raw: Any, value: str | None, code: str) -> None:
    assert read(LEDGER.column(name), raw)[:2] == (value, code)


@pytest.mark.parametrize(
    ("name", "raw", "suggestion"),
    [
        *(
            ("status", "已完城", "已完成"),
            ("status", "2.已完成", "已完成"),
            ("status", "经研究已完成", "已完成"),
            ("status", "未完成", None),
        ),
        *(
            ("status", "已完成/整改中", None),
            ("pledged", "不清楚", None),
            ("pledged", "是否待定", None),
            ("difficulty", "较难", "难"),
        ),
    ],
)
def test_an_option_that_is_near_is_offered_unless_it_says_the_opposite(
    name: str, raw: str, suggestion: str | None
) -> None:
    found = parser_for(LEDGER.column(name), SETTING)(raw)
    assert (found.value, found.code, dict(found.params).get("suggestion")) == (None, "choice", suggestion)


@pytest.mark.parametrize(
    "between",
    ["、", "，", ",", "；", ";", "/", "／", "|", "\\", "+", "&", "。", " ", "\u3000", "\n", "\t", "和", "与", "及"],
)
def test_people_joined_by_anything(between: str) -> None:
    value, code, _ = read(LEDGER.column("owner"), f"示例甲{between}示例乙")
    assert (value, code) == ("示例甲、示例乙", "" if between == "、" else "fixed-text")


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("李 明", "李明"),
        ("李 明 张三丰", "李明、张三丰"),
        ("李 小明", "李小明"),
        ("李和平", "李和平"),
        ("李和平、王平和", "李和平、王平和"),
        ("李 明 张 三", "李 明 张 三"),
        ("1.示例甲\n2.示例乙", "示例甲、示例乙"),
        ("1、示例甲 2、示例乙", "示例甲、示例乙"),
        ("（1）示例甲；（2）示例乙", "示例甲、示例乙"),
        ("示例甲（书记、主任）；示例乙", "示例甲(书记、主任)、示例乙"),
        ("阿卜杜拉·示例", "阿卜杜拉·示例"),
        ("Li Ming", "Li Ming"),
    ],
)
def test_names_are_not_taken_apart(raw: str, value: str) -> None:
    assert read(LEDGER.column("owner"), raw)[0] == value


@pytest.mark.parametrize("raw", ["1. 学习两次\n2. 走访基层", "①学习；②走访", "（1）学习\n（2）走访"])
def test_numbered_lines_in_a_text_are_left_as_they_are(raw: str) -> None:
    assert read(LEDGER.column("measure"), raw) == (raw, "", "")


@pytest.mark.parametrize(("raw", "code"), [("KX02—T001", "fixed-text"), ("KX02–T001", "fixed-text"), ("7", "fixed-id")])
def test_the_dashes_of_a_number(raw: str, code: str) -> None:
    assert read(LEDGER.column("item_id"), raw)[:2] == ("KX02-T001" if code == "fixed-text" else None, code)


@pytest.mark.parametrize("word", ["无", "/", "／", "—", "——"])
def test_what_means_nothing_is_wanting_where_something_is_asked_for(word: str) -> None:
    held = ledger({"department": word, "note": word, "explanation": word})
    assert told(held) == [("error", "required", 4, "department")]
    assert (held.findings[0].value, held.findings[0].params) == (word, (("case", "void"),))
    assert f"“{word}”视同未填写" in sentence(held.findings[0])
    (blank,) = ledger({"department": None}).findings
    assert sentence(blank) == "「整改台帐」P4「责任部门」未填写，请补填。"


# ---- the same as above

DITTO = ["同上", "“同上”", "同上。", "〃", "″", "（同上）", " 同上 "]


@pytest.mark.parametrize("word", DITTO)
def test_the_same_as_above_is_the_value_above(word: str) -> None:
    held = ledger({}, {"department": word, "owner": word, "due": word, "status": word, "percent": word})
    assert codes(held) == [("fixed-merge", 5, name) for name in ("department", "owner", "due", "status", "percent")]
    assert held.forms[0].good[1].values[AT["department"]] == "办公室"
    assert [len(set(values(held, name))) for name in ("owner", "due", "status", "percent")] == [1, 1, 1, 1]
    first = held.findings[0]
    assert (first.value, dict(first.params)["source"], dict(first.params)["understood"]) == (
        word.strip(),
        "P4",
        "办公室",
    ) or (first.value == word)
    assert dict(first.params) == {"source": "P4", "understood": "办公室"}


def test_the_raw_text_stands_beside_the_understood_value() -> None:
    (finding,) = ledger({}, {"department": "同上"}).findings
    assert (finding.level, finding.code, finding.cell, finding.value) == ("fixed", "fixed-merge", "P5", "同上")
    assert "P4" in sentence(finding)


@pytest.mark.parametrize("name", ["department", "owner", "due", "percent", "status", "pledged", "note"])
def test_in_the_first_row_there_is_nothing_above(name: str) -> None:
    held = ledger({name: "同上"})
    assert told(held) == [("error", "required", 4, name)]
    assert "上面没有" in sentence(held.findings[0])
    assert held.forms[0].good == ()


def test_a_chain_comes_from_where_the_value_stands() -> None:
    held = ledger({"department": "人事处"}, *[{"department": "同上"}] * 3)
    assert values(held, "department") == ["人事处"] * 4
    assert [dict(f.params)["source"] for f in held.findings] == ["P4"] * 3
    held = ledger({"department": "同上"}, {"department": "同上"})
    assert told(held) == [("error", "required", 4, "department"), ("error", "required", 5, "department")]


def test_above_is_the_row_of_data_above() -> None:
    between = [[""] * 24, ["合计", *[""] * 23], LABELS]
    held = sheet(LABELS, body(), *between, body(problem=PROBLEMS[1], department="同上"))
    assert (codes(held), values(held, "department")) == ([("fixed-merge", 6, "department")], ["办公室"] * 2)
    assert dict(held.findings[0].params)["source"] == "P2"


def test_what_is_wrong_above_is_wrong_below() -> None:
    held = ledger({"due": "2005.5.32"}, {"due": "同上"}, {"due": "5月27日"}, {"due": "同上"})
    assert codes(held) == [("date", 4, "due"), ("date", 5, "due"), ("fixed-date", 6, "due"), ("fixed-merge", 7, "due")]
    assert values(held, "due")[2:] == [date(2005, 5, 27)] * 2
    assert [r.row for r in held.forms[0].good] == [6, 7]


def test_nothing_above_is_nothing_below() -> None:
    held = ledger({"department": None, "note": "无"}, {"department": "同上", "note": "同上"})
    assert told(held) == [
        *(
            ("error", "required", 4, "department"),
            ("error", "required", 5, "department"),
            ("fixed", "fixed-merge", 5, "note"),
        )
    ]


def test_the_long_term_goes_down_with_its_day() -> None:
    held = ledger({"due": "5月底前，并长期坚持", "horizon": "长期"}, {"due": "同上", "horizon": None})
    assert codes(held) == [("fixed-date", 4, "due"), ("fixed-choice", 5, "horizon"), ("fixed-merge", 5, "due")]
    assert values(held, "horizon") == ["长期", "长期"]


def test_a_problem_that_is_the_same_as_above_stands_twice() -> None:
    assert told(ledger({}, {"problem": "同上"})) == [("error", "duplicate", 5, "problem")]


def test_a_number_that_is_the_same_as_above_stands_twice() -> None:
    held = ledger({"item_id": "KX02-T001"}, {"item_id": "同上"})
    assert told(held) == [("error", "duplicate", 4, "item_id"), ("error", "duplicate", 5, "item_id")]


def test_a_share_typed_as_text_is_quoted_as_that_text() -> None:
    held = ledger({"percent": "1"}, {"percent": 1})
    assert [sentence(f)[14:].split("与")[0] for f in held.findings] == ["填写的“1”", "填写的“100%”"]


def test_the_percent_format_is_that_of_the_cell_where_the_value_stands() -> None:
    done = {"status": "长期坚持", "horizon": "长期", "due": None}
    held = ledger({**done, "percent": 50.0}, {**done, "percent": "同上"}, is_percent=lambda line, at: line == 4)
    assert codes(held) == [("range", 4, "percent"), ("range", 5, "percent")]
    assert [sentence(f)[17:].split("不是")[0] for f in held.findings] == ["“5000%”", "“同上”"]


def test_on_a_cover_nothing_is_above() -> None:
    held = judged({"ledger": [row("ledger")]}, cover={"approved_by": "同上"})
    assert [(f.level, f.code, f.column) for f in held.findings] == [("error", "required", "approved_by")]


# ---- merged cells

P = AT["department"]


@pytest.mark.parametrize(
    ("merges", "filled"),
    [
        ([(4, P, 6, P)], [5, 6]),
        ([(4, P, 5, P)], [5]),
        ([(5, P, 6, P)], []),  # its own first cell is blank
        ([(4, P, 4, P)], []),
        ([(4, P, 99, P)], [5, 6]),  # no row becomes one by it
        ([(4, P, 5, P), (5, P, 6, P)], [5]),  # of two that overlap the first counts
        ([(3, P, 6, P)], []),  # a header is no value
        ([(4, P, 6, P + 1)], []),  # over two columns of ours: whose value is it?
        ([(4, 30, 6, 30)], []),
        ([(90, P, 99, P)], []),
    ],
)
def test_merged_cells_down_the_side(merges: list[tuple[int, int, int, int]], filled: list[int]) -> None:
    held = ledger({"department": "人事处"}, {"department": None}, {"department": None}, merges=merges)
    expected = [
        ("fixed", "fixed-merge", r, "department") if r in filled else ("error", "required", r, "department")
        for r in (5, 6)
    ]
    assert told(held) == expected
    assert values(held, "department") == ["人事处", *("人事处" if r in filled else None for r in (5, 6))]
    assert {dict(f.params).get("source") for f in held.findings if f.level == "fixed"} <= {"P4"}
    assert all(f.value == "" for f in held.findings)


def test_a_merged_cell_is_told_with_its_first_cell() -> None:
    (finding,) = ledger({"department": "人事处"}, {"department": None}, merges=[(4, P, 5, P)]).findings
    assert (finding.cell, sentence(finding).split("，")[0]) == ("P5", "「整改台帐」P5「责任部门」已按 P4 的内容填入")


def test_a_merge_makes_no_rows() -> None:
    blank = dict.fromkeys(AT)
    held = ledger({"department": "人事处"}, blank, {"department": None}, merges=[(4, P, 6, P)])
    assert (codes(held), [r.row for r in held.forms[0].good]) == ([("fixed-merge", 6, "department")], [4, 6])


def test_a_merge_whose_value_is_wrong_is_wrong_in_every_row() -> None:
    at = AT["due"]
    held = ledger({"due": "05/06/2005"}, {"due": None}, {"due": None}, merges=[(4, at, 6, at)])
    assert codes(held) == [("date", r, "due") for r in (4, 5, 6)]
    assert held.forms[0].good == ()


def test_the_same_as_above_below_a_merged_cell() -> None:
    held = ledger({}, {"department": None}, {"department": "同上"}, merges=[(4, P, 5, P)])
    assert [dict(f.params)["source"] for f in held.findings] == ["P4", "P4"]
    held = ledger({}, {"department": "同上"}, {"department": None}, merges=[(5, P, 6, P)])
    assert (values(held, "department"), len(held.findings)) == (["办公室"] * 3, 2)


def test_a_merged_cell_of_a_sheet_that_starts_elsewhere() -> None:
    grid = Grid(
        title="整改台帐", rows=[LABELS, body(), body(problem=PROBLEMS[1], department=None)], first_row=7, first_column=2
    )
    grid = Grid(title=grid.title, rows=grid.rows, first_row=7, first_column=2, merges=[(8, P + 2, 9, P + 2)])
    held = judged({}, sheets=[grid])
    assert [(f.code, f.cell, dict(f.params)["source"]) for f in held.findings] == [("fixed-merge", "R9", "R8")]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 26), st.integers(0, 2000), st.integers(0, 26)), max_size=8))
def test_no_merge_adds_or_loses_a_row(merges: list[tuple[int, int, int, int]]) -> None:
    held = ledger({}, {"department": None}, {"note": None}, merges=merges)
    assert [r.row for r in held.forms[0].rows()] == [4, 5, 6]
    assert values(held, "problem") == PROBLEMS[:3]


# ---- headers of two rows

# The ledger as offices lay it out: group headings over some columns, the other labels over both rows.
GROUPS = {
    "责任落实": ("department", "owner", "due"),
    "整改进展": ("status", "percent", "progress", "completed", "result"),
}


def grouped(upper: dict[str, str] | None = None, lower: dict[str, str] | None = None) -> tuple[list[str], list[str]]:
    """Both rows of such a header, some cells changed."""
    inside = {name for names in GROUPS.values() for name in names}
    first = {names[0]: title for title, names in GROUPS.items()}
    above = [first.get(c.name, "" if c.name in inside else c.label) for c in LEDGER.columns]
    below = [c.label if c.name in inside else "" for c in LEDGER.columns]
    for cells, changes in ((above, upper or {}), (below, lower or {})):
        for name, text in changes.items():
            cells[AT[name]] = text
    return above, below


def test_group_headings_above_sub_labels() -> None:
    held = sheet(["整改台帐"], *grouped(), body(), body(problem=PROBLEMS[1]))
    assert told(held) == []
    assert [r.row for r in held.forms[0].good] == [4, 5]


@pytest.mark.parametrize("title", ["整改台帐", "Sheet1"])
def test_a_header_of_two_rows_tells_the_form(title: str) -> None:
    held = judged({}, sheets=[Grid(title=title, rows=[*grouped(), body()])])
    assert codes(held) == ([] if title == "整改台帐" else [("fixed-header", None, "")])
    assert len(held.forms[0].good) == 1


def test_a_form_whose_labels_stand_half_above_half_below() -> None:
    facts = catalog.forms()["filings"]
    labels = [c.label for c in facts.columns]
    rows = [
        [*labels[:3], "份数及去向", "", "", ""],
        ["", "", "", *labels[3:]],
        [cell(row("filings").get(c.name)) for c in facts.columns],
    ]
    assert told(judged({}, sheets=[Grid(title="报送备案登记", rows=rows)])) == []
    held = judged({}, sheets=[Grid(title="表", rows=rows)])
    assert codes(held) == [("fixed-header", None, "")]


def test_what_is_told_of_a_header_stands_in_its_own_row() -> None:
    held = sheet(*grouped({"measure": "具体措施"}, {"due": "整改时限"}), body())
    assert [(f.code, f.cell, f.value) for f in held.findings] == [
        ("fixed-header", "K1", "具体措施"),
        ("fixed-header", "R2", "整改时限"),
    ]


def test_a_column_of_theirs_in_such_a_header_is_told_once() -> None:
    above, below = grouped()
    held = sheet([*above, "领导批示"], [*below, ""], [*body(), "已阅"])
    assert [(f.code, f.cell) for f in held.findings] == [("extra-column", "Y1")]
    held = sheet(
        [*above[:16], "", *above[16:]], [*below[:16], "分管领导", *below[16:]], [*body()[:16], "示例己", *body()[16:]]
    )
    assert [(f.code, f.cell) for f in held.findings] == [("extra-column", "Q2")]


def test_a_group_heading_that_its_labels_need() -> None:
    held = sheet(*grouped({"department": "责任"}, {"department": "部门", "owner": "人"}), body())
    assert told(held) == []


def test_a_group_that_is_called_like_a_column_is_not_that_column() -> None:
    held = sheet(*grouped({"status": "进展情况"}), body())
    assert told(held) == []
    held = sheet(*grouped({"status": "进展情况"}, {"progress": "文字说明"}), body())
    assert ("missing-column", 2, "progress") in codes(held)


HINTS = [
    ["", "（简要描述）", *[""] * 15, "（年月日）", "", "（%）", *[""] * 4],
    [*[""] * 17, "年月日", "", "%", *[""] * 4],
    [float(i) for i in range(1, 25)],
    [str(i) for i in range(1, 25)],
    [f"（{i}）" for i in range(1, 25)],
    ["栏次", *[float(i) for i in range(1, 24)]],
    ["必填"] * 24,
]


@pytest.mark.parametrize("hints", HINTS)
@pytest.mark.parametrize("blank", [0, 1])
def test_a_second_row_of_hints_is_silent(hints: list[Any], blank: int) -> None:
    held = sheet(LABELS, *[[""] * 24] * blank, hints, body())
    assert (told(held), [r.row for r in held.forms[0].good]) == ([], [3 + blank])
    held = sheet(*grouped(), hints, body())
    assert (told(held), [r.row for r in held.forms[0].good]) == ([], [4])


def test_a_header_of_two_rows_on_the_next_page_is_no_data() -> None:
    again = [["整改台帐"], *grouped(), HINTS[0]]
    held = sheet(*again, body(), ["合计", 1.0], *again, body(problem=PROBLEMS[1]))
    assert (told(held), [r.row for r in held.forms[0].good]) == ([], [5, 11])


def test_the_first_row_of_data_is_no_header() -> None:
    kept = [c.label for c in LEDGER.columns if c.name != "note"]
    held = sheet(["", *kept], ["备注", *body()[:-1]], ["", *body(problem=PROBLEMS[1])[:-1]])
    assert len(held.forms[0].good) == 2


@pytest.mark.parametrize(
    "text",
    [
        *(
            "完成时限（年月日）",
            "（必填）完成时限",
            "【必填】完成时限",
            "完成时限〔年月日〕",
            "完成时限（年月日",
            "完成时限\n年月日",
            "完成时限\n（年/月/日）",
        ),
        *("（完成时限）", "*完成时限", "完成时限（如 2005-05-20）（必填）", "完成（整改）时限"),
        *("★完成时限", "18.完成时限", "（十八）完成时限", "⑱完成时限", "※ 完成时限（年月日）", "完成时限\n如：2005-05-20"),
    ],
)
def test_hints_in_a_header_are_silent(text: str) -> None:
    labels = [text if label == "完成时限" else label for label in LABELS]
    held = sheet(labels, body())
    assert (told(held), values(held, "due")) == ([], [date(2005, 5, 27)])


def test_a_header_of_three_rows() -> None:
    above, below = grouped()
    top = ["基本情况", *[""] * 10, "整改落实", *[""] * 12]
    assert told(sheet(top, above, below, body())) == []
    middle = ["" if text and not low else text for text, low in zip(above, below, strict=True)]
    top = [text if not low else "" for text, low in zip(above, below, strict=True)]
    assert told(sheet(top, middle, below, body())) == []


# ---- headers that are nearly ours


@pytest.mark.parametrize(
    ("label", "typed", "name"),
    [
        ("责任部门", "责任部们", "department"),
        ("责任人", "责任仁", "owner"),
        ("完成时限", "完成时间限", "due"),
        ("存在问题", "存在的问提", "problem"),
        ("整改状态", "整改状况态", "status"),
    ],
)
def test_a_header_that_is_nearly_ours_is_asked_about(label: str, typed: str, name: str) -> None:
    labels = [typed if known == label else known for known in LABELS]
    held = sheet(labels, body())
    assert told(held) == [("error", "missing-column", 1, name)]
    (finding,) = held.findings
    assert (finding.value, finding.cell) == (typed, f"{chr(ord('A') + AT[name])}1")
    assert f"的表头“{typed}”是不是「{label}」？" in sentence(finding)
    assert held.forms[0].good == () and values(held, name) == [None]


def test_a_near_miss_of_a_column_that_may_be_missing_is_a_warning() -> None:
    held = sheet([*LABELS[:-1], "备注明"], body())
    assert told(held) == [("warning", "missing-column", 1, "note")]
    assert "是不是「备注」" in sentence(held.findings[0])
    settings = settings_for(optional_columns=("备注",))
    held = judged({}, sheets=[Grid(title="整改台帐", rows=[[*LABELS[:-1], "备注明"], body()])], settings=settings)
    assert told(held) == [("warning", "extra-column", 1, "")]
    assert "是不是「备注」" in sentence(held.findings[0])


def test_what_is_there_is_not_asked_about() -> None:
    held = sheet([*LABELS, "责任部们"], [*body(), "人事处"])
    assert told(held) == [("warning", "extra-column", 1, "")]
    assert "是不是" not in sentence(held.findings[0])


def test_one_header_is_one_column_at_most() -> None:
    kept = [label for label in LABELS if label not in ("完成日期", "完成时限", "完成比例")]
    held = sheet([*kept, "完成日限"], [""] * len(kept))
    offered = [f for f in held.findings if "case" in dict(f.params) and dict(f.params)["case"].startswith("near")]
    assert len(offered) == 1


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [
        ("示例第一党部", "示例第一党支部"),
        ("示例学院党委会", "示例学院党委"),
        ("不知何处", None),
        ("示例第三党支部", None),
    ],
)
def test_a_unit_that_is_nearly_one_of_the_roster_is_asked_about(name: str, suggestion: str | None) -> None:
    held = judged({}, sheets=[form_grid("ledger", [row("ledger")])], cover={"unit_code": "XX1", "unit_name": name})
    assert (held.verdict, held.findings[0].code) == ("refused", "unknown-unit")
    assert (f"是不是“{suggestion}”" in sentence(held.findings[0])) is (suggestion is not None)


# ---- rows that are no data


@pytest.mark.parametrize(
    "line",
    [
        *(["合计"], ["共计：3 项"], ["合计（3项）"], ["合计3项"], ["本页合计"], ["小 计", "", 3.0], ["累计"]),
        *(
            ["填报人 示例甲"],
            ["填报人：示例甲　　联系电话：000"],
            ["审核人：示例乙"],
            ["联系电话：000"],
            ["制表：示例甲"],
        ),
        *(
            ["填报日期2005年5月25日"],
            ["", "", "2005年5月25日"],
            ["", "二〇〇五年五月二十五日"],
            ["　　年　月　日"],
            [date(2005, 5, 25)],
        ),
        *([2.0], ["3."], ["（四）"], ["", "", "", ""]),
        *(["注：本表一式两份"], ["注1：数据截至5月底"], ["备注：另附说明"], ["填表说明：每行一项"], ["单位（公章）："]),
    ],
)
def test_lines_below_the_table_are_silent(line: list[Any]) -> None:
    held = sheet(LABELS, body(), line)
    assert (told(held), [r.row for r in held.forms[0].good]) == ([], [2])


def test_a_heading_merged_over_the_table_is_no_row_and_one_alone_in_its_cell_is() -> None:
    rows = (LABELS, ["一、思想方面"], body(), ["二、工作方面", "", ""], body(problem=PROBLEMS[1]))
    held = sheet(*rows, merges=[(2, 0, 2, 23), (4, 0, 4, 12)])
    assert (told(held), [r.row for r in held.forms[0].good]) == ([], [3, 5])
    assert [r.row for r in sheet(*rows, merges=[(4, 0, 4, 2)]).forms[0].rows()] == [2, 3, 4, 5]


@pytest.mark.parametrize(
    ("cells", "first_column", "is_told"),
    [
        (["党员素质"], 0, False), (["二、以下各项由办公室另行核实，核实后再由各支部逐项补充完善，并报党委审定"], 0, False),
        (["", "第二批整改事项"], 1, False), (["注：以上各项均已在支部大会上公布，党员群众没有提出不同意见，逐项落实到人"], 0, False),
        (["", "学习不够深入，已整改"], 1, True), (["KX02-T001"], 0, True),
        (["对照检查中发现部分党员参加学习不够经常，笔记不全，心得体会也没有联系本人实际"], 0, True),
    ],
)  # fmt: skip
def test_a_row_merged_over_the_table_that_seems_no_heading_is_told(
    cells: list[Any], first_column: int, is_told: bool
) -> None:
    merge = (3, first_column, 3, 23)
    held = sheet(LABELS, body(), cells, body(problem=PROBLEMS[1]), merges=[merge])
    assert [r.row for r in held.forms[0].good] == [2, 4]
    place = f"{'AB'[first_column]}3"
    assert [(f.level, f.code, f.cell) for f in held.findings] == [("warning", "extra-column", place)] * is_told
    numbered = [["序号", *LABELS], [1.0, *body()], [2.0, PROBLEMS[1]]]
    held = sheet(*numbered, merges=[(3, 1, 3, 24)])
    assert [f.code for f in held.findings] == ["extra-column"]


@pytest.mark.parametrize(
    ("serial", "told_rows"),
    [
        ((1.0, 3.0), [3]), (("1", "3"), [3]), (("1.", "3、"), [3]), ((1.0, 2.0), []), ((4.0, 1.0), []), ((1.0, 7.0), []),
        (("", 3.0), []), ((1.0, ""), []), (("²", "9" * 400), []),
    ],
)  # fmt: skip
@pytest.mark.parametrize("label", ["序号", ""])
def test_a_short_row_merged_over_its_number_is_told_where_the_number_is_left_out(
    label: str, serial: tuple[Any, Any], told_rows: list[int]
) -> None:
    rows = [[label, *LABELS], [serial[0], *body()], ["学习不深入"], [serial[1], *body(problem=PROBLEMS[1])]]
    held = sheet(*rows, merges=[(3, 0, 3, 24)])
    seen = [f.row for f in held.findings if dict(f.params).get("case") == "spanned"]
    assert (seen, len(held.forms[0].good)) == (told_rows, 2)


def test_a_short_row_merged_beside_a_number_without_a_label_is_told() -> None:
    rows = [["", *LABELS], [1.0, *body()], [2.0, "学习不深入"], [3.0, *body(problem=PROBLEMS[1])]]
    held = sheet(*rows, merges=[(3, 1, 3, 24)])
    assert [f.cell for f in held.findings if dict(f.params).get("case") == "spanned"] == ["B3"]


SHORT = ["存在问题", "责任部门", "责任人", "完成时限", "整改状态", "完成比例"]
INSTITUTIONS = [c.label for c in catalog.forms()["institutions"].columns]


@pytest.mark.parametrize("labels", [SHORT, ["序号", *SHORT], LABELS[::-1], INSTITUTIONS])
def test_another_table_on_the_sheet_is_told_once_and_not_read(labels: list[str]) -> None:
    part = [["未整改问题"], labels, ["甲乙丙丁"] * len(labels), ["戊己庚辛"] * len(labels)]
    for rows, place, good in (
        ((LABELS, body(), *part), "A4", [2]),
        ((["整改台帐"], LABELS, body(), [], [], *part), "A7", [3]),
        *([((*part, ["整改台帐"], LABELS, body()), "A2", [7])] if len(labels) < len(LABELS) else []),
    ):
        held = sheet(*rows)
        assert [(f.level, f.code, f.cell) for f in held.findings] == [("error", "second-table", place)]
        assert ([r.row for r in held.forms[0].rows()], held.verdict) == (good, "returned")


def test_a_title_above_the_same_header_once_more_is_no_data() -> None:
    held = sheet(["已整改"], LABELS, body(), ["未整改问题"], LABELS, body(problem=PROBLEMS[1]))
    assert (told(held), [r.row for r in held.forms[0].good]) == ([], [3, 6])
    held = sheet(LABELS, body(), ["", "只写了问题的一行"], LABELS, body(problem=PROBLEMS[1]))
    assert [r.row for r in held.forms[0].rows()] == [2, 3, 5]


@pytest.mark.parametrize(
    "problem", ["填报人不及时上报情况", "合计数与明细数不符", "注意力不集中", "备注栏填写不全", "日期填写不规范"]
)
def test_a_problem_alone_in_its_row_is_data(problem: str) -> None:
    held = sheet(LABELS, body(), ["", problem])
    assert [r.row for r in held.forms[0].rows()] == [2, 3]


# ---- sheets


@pytest.mark.parametrize("title", ["填写示例", "整改台帐示例", "整改台帐（示例）", "样表"])
def test_a_sheet_that_only_shows_how_is_not_read(title: str) -> None:
    shown = Grid(title=title, rows=[LABELS, body(problem="示例问题一则")])
    held = judged({"ledger": [row("ledger")]}, sheets=[shown])
    assert [(f.level, f.code, f.sheet) for f in held.findings] == [("warning", "extra-sheet", title)]
    assert values(held, "problem") == [PROBLEMS[0]]


@pytest.mark.parametrize("title", ["示例第一党支部", "整改台帐示例"])
def test_the_only_sheet_of_a_form_is_read_whatever_it_is_called(title: str) -> None:
    held = judged({}, sheets=[Grid(title=title, rows=[LABELS, body()])])
    assert (codes(held), len(held.forms[0].good)) == ([("fixed-header", None, "")], 1)


def test_of_a_restricted_form_no_habit_tells_what_was_typed() -> None:
    rows = [row("guidance", due="立行立改"), row("guidance", member="示例癸", helper="同上", due="约5月16日")]
    held = judged({"guidance": rows})
    assert codes(held) == [("date", 4, "due"), ("fixed-merge", 5, "helper"), ("date", 5, "due")]
    assert {f.value for f in held.findings} == {""}
    assert not any(name in dict(f.params) for f in held.findings for name in ("understood", "suggestion"))
    assert all("略" not in sentence(f) for f in held.findings)


# ---- whole workbooks


def read_back(path: Path) -> Return:
    return read_file(files_in([path])[0], ruling_for(SETTINGS), date(2005, 6, 30))


def office_book(path: Path) -> Path:
    """A ledger as an office draws it up itself: title, unit line, two header rows, merged units, total, signatures."""
    book = openpyxl.Workbook()
    cover = book.active
    assert isinstance(cover, Worksheet)
    cover.title = "封面"
    for line in cover_grid().rows:
        cover.append([v if v != "" else None for v in line])
    drawn = book.create_sheet("整改台帐")
    drawn["A1"] = "示例第一党支部整改台帐"
    drawn.merge_cells("A1:Y1")
    drawn["A2"] = "填报单位：示例第一党支部"
    above, below = grouped({"problem": "存在问题（简述）"}, {"department": "责任单位", "due": "整改时限（年月日）"})
    for at, (upper, lower) in enumerate(zip(["序号", *above], ["", *below], strict=True), 1):
        drawn.cell(3, at, upper or None)
        drawn.cell(4, at, lower or None)
        if upper and not lower:
            drawn.merge_cells(start_row=3, end_row=4, start_column=at, end_column=at)
    for names in GROUPS.values():
        first = AT[names[0]] + 2
        drawn.merge_cells(start_row=3, end_row=3, start_column=first, end_column=first + len(names) - 1)
    rows = [
        {"due": "5月27日", "percent": 50, "owner": "示例丙，示例丁"},
        {"problem": PROBLEMS[1], "department": None, "due": "同上", "percent": "五成"},
        {"problem": PROBLEMS[2], "department": None, "due": "5月底前，并长期坚持", "horizon": None, "percent": "50%"},
    ]
    for number_, change in enumerate(rows, 1):
        typed = row("ledger", **change)
        for at, value in enumerate([number_, *(typed.get(c.name) for c in LEDGER.columns)], 1):
            drawn.cell(4 + number_, at, value)
    drawn.merge_cells(start_row=5, end_row=7, start_column=P + 2, end_column=P + 2)
    drawn["A8"], drawn["B8"] = "合计", 3
    drawn["A9"] = "单位负责人（签字）：　　　　填报人：示例甲　　　　2005年5月25日"
    drawn.merge_cells("A9:Y9")
    book.save(path)
    return path


OFFICE = [
    *(("fixed-header", "Q4"), ("fixed-header", "S4")),
    *(("fixed-text", "R5"), ("fixed-date", "S5"), ("fixed-percent", "U5")),
    *(("fixed-merge", "Q6"), ("fixed-merge", "S6"), ("fixed-percent", "U6")),
    *(("fixed-choice", "P7"), ("fixed-merge", "Q7"), ("fixed-date", "S7"), ("fixed-percent", "U7")),
]


def check_office(held: Return) -> None:
    assert held.verdict == "accepted"
    assert [(f.code, f.cell) for f in held.findings] == OFFICE
    assert [r.row for r in held.forms[0].good] == [5, 6, 7]
    assert values(held, "department") == ["办公室"] * 3
    assert values(held, "due") == [date(2005, 5, 27), date(2005, 5, 27), date(2005, 5, 31)]
    assert values(held, "percent") == [0.5] * 3
    assert values(held, "horizon") == ["近期", "近期", "长期"]


def test_a_ledger_as_an_office_draws_it_up(tmp_path: Path) -> None:
    check_office(read_back(office_book(tmp_path / "a.xlsx")))


@pytest.mark.soffice
@pytest.mark.parametrize("suffix", ["xlsx", "xls", "ods"])
def test_the_same_ledger_saved_by_another_program(tmp_path: Path, suffix: str) -> None:
    held = read_back(convert(office_book(tmp_path / "a.xlsx"), suffix, tmp_path / "out"))
    first, *others = held.findings
    if suffix == "xls":  # what that format hides is told
        assert (first.level, first.code) == ("warning", "old-format")
        held = replace(held, findings=tuple(others))
    check_office(held)


def test_merged_units_in_a_template_of_ours(tmp_path: Path) -> None:
    rows = [row("ledger", problem=problem) for problem in PROBLEMS[:3]]
    path = filled_template(tmp_path / "a.xlsx", {"ledger": rows})
    with reopened(path) as book:
        book["整改台帐"].merge_cells("P4:P6")
        book["整改台帐"].merge_cells("Q5:Q6")
    held = read_back(path)
    assert [(f.level, f.code, f.cell, dict(f.params)["source"]) for f in held.findings] == [
        ("fixed", "fixed-merge", "P5", "P4"),
        ("fixed", "fixed-merge", "P6", "P4"),
        ("fixed", "fixed-merge", "Q6", "Q5"),
    ]


def test_a_clean_workbook_has_nothing_to_tell(tmp_path: Path) -> None:
    held = read_back(filled_template(tmp_path / "a.xlsx", {"ledger": [row("ledger")]}))
    assert (held.verdict, told(held), held.filled_on) == ("accepted", [], DAY)


# ---- merged cells of OpenDocument

CONTENT = """<?xml version="1.0"?>{declared}<office:body xmlns:office="urn:office" xmlns:table="urn:table">
<table:table table:name="一"><table:table-row table:number-rows-repeated="3"><table:table-cell/></table:table-row>
<table:table-row><table:table-cell table:number-columns-repeated="2"/>
<table:table-cell table:number-rows-spanned="3" table:number-columns-spanned="1"/><table:covered-table-cell/>
<table:table-cell table:number-rows-spanned="1" table:number-columns-spanned="4"/></table:table-row></table:table>
<table:table table:name="二"><table:table-row><table:table-cell table:number-rows-spanned="2"
table:number-columns-spanned="2"/></table:table-row></table:table></office:body>"""


def test_the_merged_cells_of_opendocument() -> None:
    found = extras_in(CONTENT.format(declared="").encode())
    assert {title: held.merges for title, held in found.items()} == {"一": [(4, 2, 6, 2)], "二": [(1, 0, 2, 1)]}
    assert extras_in(b"<office:body/>") == {}


@pytest.mark.parametrize(
    "content", [CONTENT.format(declared="<!DOCTYPE a []>"), CONTENT[:-9], CONTENT.replace('"3"', '"x"')]
)
def test_a_content_that_cannot_be_trusted_is_damaged(content: str) -> None:
    with pytest.raises(Unreadable) as told_as:
        extras_in(content.replace("{declared}", "").encode())
    assert told_as.value.code == "damaged"
