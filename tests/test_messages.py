"""Findings become sentences: every code and case once in the golden, the traps in tables."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import findings_page
import pytest
from message_samples import sample

from rectify_xl.facts import catalog
from rectify_xl.facts.catalog import FactsError
from rectify_xl.facts.in_force import using
from rectify_xl.facts.phrasing import LANGUAGES
from rectify_xl.messages import check_messages, code_name, level_name, messages, sentence, where
from rectify_xl.model import LEVELS, Finding

GOLDEN = Path(__file__).parent / "golden" / "messages.txt"
PAGE = Path(__file__).parents[1] / "docs" / "findings.md"


def every_key(lang: str) -> list[str]:
    return [
        f"{code}.{case}" if case else code
        for code in catalog.codes()
        for case in messages(lang)[code].sentences()
    ]


def agrees(path: Path, text: str) -> None:
    """Compares with a stored text, or stores it anew where RECTIFY_XL_REGENERATE is set."""
    if os.environ.get("RECTIFY_XL_REGENERATE"):
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


def test_every_sentence() -> None:
    lines: list[str] = []
    for key in every_key("zh"):
        lines += [key, *(f"  {sentence(sample(key), lang)}" for lang in LANGUAGES)]
    agrees(GOLDEN, "\n".join(lines) + "\n")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_sentences_are_whole(lang: str) -> None:
    for key in every_key(lang):
        text = sentence(sample(key), lang)
        assert text.endswith("。" if lang == "zh" else "."), key
        assert not re.search(r"[{}]|None|  |，，|：。|（略）|not shown", text), text


def test_no_english_sentence_counts_one_of_many() -> None:
    texts = [text for path in sorted(catalog.FACTS.rglob("*.en.toml")) for text in path.read_text("utf-8").splitlines()]
    counted = re.compile(r"\{(?:count|length|days)\} (?!in all|more|entries \(at most|sheets \(at most|instead)[a-z]")  # no 1 rows
    assert texts and [text for text in texts if counted.search(text)] == []


def test_the_page_is_the_catalogues() -> None:
    agrees(PAGE, findings_page.page())


def test_the_facts_hold() -> None:
    check_messages()


@pytest.mark.parametrize(
    ("file", "old", "new", "told_parts"),
    [
        ("messages.zh.toml", "[workday]", "[work-day]", ("messages.zh.toml", "work")),
        ("messages.en.toml", "[workday]", "[work-day]", ("messages.en.toml", "work")),
        ("codes.toml", "workday = ", "work-day = ", ("messages.zh.toml", "work")),
        ("messages.zh.toml", "填写的 {day} 不是", "填写的 {dya} 不是", ("messages.zh.toml", "workday", "{dya}")),
        ("messages.en.toml", "{limit:size}", "{high:size}", ("messages.en.toml", "too-large", "{high}")),
        ("messages.zh.toml", 'case.near = "{where}{typed}不在', 'case.far = "{where}{typed}不在', ("messages", "choice")),
        ("messages.en.toml", "“{suggestion}”? Please choose", "“{suggestion”? Please choose", ("messages.en.toml", "choice.near")),
        ("messages.zh.toml", 'name = "文件加密"', 'nmae = "文件加密"', ("messages.zh.toml", "encrypted")),
        ("words/phrases.toml", '"date.period"', '"date.periods"', ("words/phrases.toml", "params.date.periods")),
        ("words/phrases.toml", 'period" = ["start", "end"]', 'period" = ["start"]', ("date.period", "{end}")),
    ],
)
def test_a_slip_in_the_facts_is_refused(
    tmp_path: Path, file: str, old: str, new: str, told_parts: tuple[str, ...]
) -> None:
    folder = tmp_path / "facts"
    shutil.copytree(catalog.FACTS, folder)
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(FactsError) as told:
        check_messages(folder)
    assert all(part in str(told.value) for part in told_parts), told.value


@pytest.mark.parametrize(
    ("finding", "zh"),
    [
        (
            Finding(level="error", code="date", sheet="整改台帐", cell="V7", label="完成日期", value="2005.5.32"),
            "「整改台帐」V7「完成日期」填写的“2005.5.32”不是有效日期，请按 2005-05-20 的格式填写。",
        ),
        (
            Finding(level="error", code="not-a-workbook", params=(("case", "html"),)),
            "这是网页文件，请在 Excel 中另存为 .xlsx 后重新报送。",
        ),
        (
            Finding(
                level="error",
                code="required-when",
                sheet="整改台帐",
                cell="V7",
                label="完成日期",
                form="ledger",
                rule=3,
            ),
            "「整改台帐」V7「完成日期」未填写，「整改状态」为“已完成”时此栏必填，请补填。",
        ),
        (
            Finding(
                level="error",
                code="window",
                sheet="整改台帐",
                cell="R7",
                label="完成时限",
                value="2005-06-05",
                form="ledger",
                rule=12,
                params=(("stage_start", date(2005, 5, 12)), ("stage_end", date(2005, 5, 31))),
            ),
            "「整改台帐」R7「完成时限」填写的“2005-06-05”不在规定期限内：「时限类型」为“近期”时，"
            "「完成时限」应不早于整改提高阶段开始（2005-05-12），不晚于阶段结束（2005-05-31），请核对修改。",
        ),
        (
            Finding(
                level="warning",
                code="window",
                sheet="封面",
                cell="B7",
                label="填报日期",
                value="2005-05-01",
                form="cover",
                rule=0,
                params=(("stage_start", date(2005, 5, 12)),),
            ),
            "「封面」B7「填报日期」填写的“2005-05-01”不在规定期限内："
            "「填报日期」应不早于整改提高阶段开始（2005-05-12），请核对。",
        ),
        (
            Finding(level="fixed", code="fixed-percent", cell="T7", value="5成", params=(("understood", 0.5),)),
            "T7填写的“5成”已按 50% 读取，请核对，下次请用百分比格式的单元格填写，如 50%。",
        ),
        (  # a text: its cell shows no percent
            Finding(level="fixed", code="fixed-percent", form="ledger", column="percent", cell="T7", value="0.5",
                    params=(("understood", 0.5),)),
            "T7填写的“0.5”已按 50% 读取，请核对，下次请用百分比格式的单元格填写，如 50%。",
        ),
        (
            Finding(level="error", code="other-campaign", value="别的活动", params=(("expected", "本活动"),)),
            "这不是本次活动的表格：封面的活动名称为“别的活动”，应为“本活动”，请用本次活动的模板填写后重新报送。",
        ),
        (
            Finding(level="error", code="too-large", params=(("size", "80 兆"), ("limit", 1000))),
            "文件过大（80 兆，上限为 1000），请删去无关的图片、工作表和空行后重新报送。",
        ),
        (
            Finding(level="error", code="duplicate", sheet="表", cell="A7", value="甲", params=(("other_row", 5),)),
            "「表」A7填写的“甲”与「表」第 5 行重复，请核对，重复的请删去。",
        ),
        (
            Finding(level="error", code="duplicate", sheet="表", cell="A7", value="甲", form="measures", rule=-1 + len(
                catalog.forms()["measures"].rules), params=(("case", "key"), ("other_row", 5))),
            "「表」A7填写的“甲”与「表」第 5 行重复（「姓名」「存在问题」都相同），请核对，重复的请删去。",
        ),
    ],
)
def test_sentences(finding: Finding, zh: str) -> None:
    assert sentence(finding) == zh


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("code", catalog.codes())
def test_a_bare_finding_never_crashes(code: str, lang: str) -> None:
    for params in ((), (("case", "never heard of"),), (("case", None), ("old", None))):
        told = sentence(Finding(level="error", code=code, params=params, rule=99, form="nowhere"), lang)
        assert told and "{" not in told


def test_what_was_typed_is_not_read_as_a_placeholder() -> None:
    told = sentence(Finding(level="error", code="date", value="{where} {0} %s {"))
    assert told.startswith("填写的“{where} {0} %s {”不是有效日期")


def test_an_offices_own_form_speaks_for_itself() -> None:
    form = replace(catalog.forms()["ledger"], name="own")
    finding = Finding(level="error", code="required-when", label="完成日期", form="own", rule=3)
    with using([form]):
        assert "「整改状态」为“已完成”时" in sentence(finding)
    assert "（略）时" in sentence(finding)


@pytest.mark.parametrize(
    ("parts", "zh", "en"),
    [
        ({"sheet": "表", "cell": "V7", "row": 7, "label": "日期"}, "「表」V7「日期」", "「表」 V7 「日期」"),
        ({"sheet": "表", "row": 7, "column": "due", "label": "日期"}, "「表」第 7 行「日期」", "「表」 row 7 「日期」"),
        ({"sheet": "表", "row": 7}, "「表」", "「表」"),
        ({"label": "日期"}, "「日期」", "「日期」"),
        ({}, "", ""),
    ],
)
def test_where(parts: dict[str, Any], zh: str, en: str) -> None:
    finding = Finding(level="error", code="date", **parts)
    assert (where(finding), where(finding, "en")) == (zh, en)


def test_names() -> None:
    for lang in LANGUAGES:
        assert len({code_name(code, lang) for code in catalog.codes()}) == len(catalog.codes())
    assert [level_name(level) for level in LEVELS] == ["错误", "提醒", "已规范"]
    assert [level_name(level, "en") for level in LEVELS] == list(LEVELS)


@pytest.mark.parametrize(
    ("code", "column", "typed", "quoted"),
    [
        ("date", "percent", "0.8", "80%"),
        ("range", "percent", "1.5", "1.5"),
        ("date", "goal", "0.8", "0.8"),
        ("number", "percent", ".5", ".5"),
        ("fixed-percent", "percent", "1", "1"),
    ],
)
def test_a_fraction_is_quoted_as_its_cell_shows_it(code: str, column: str, typed: str, quoted: str) -> None:
    told = sentence(Finding(level="error", code=code, form="ledger", column=column, cell="T7", value=typed))
    assert f"T7填写的“{quoted}”" in told
