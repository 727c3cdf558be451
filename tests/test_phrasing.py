"""What rules sound like: expressions of the forms in, sentences out."""

from __future__ import annotations

from datetime import date

import pytest

from rectify_xl.facts import catalog
from rectify_xl.facts.phrasing import LANGUAGES, clause, demand, needs_office, rule_words, words
from rectify_xl.model import Rule
from rectify_xl.rules.expression import And, Compare, Const, Filled, Name, Or
from rectify_xl.rules.expression_text import parse

STAGE = {"stage_start": date(2005, 5, 12), "stage_end": date(2005, 5, 31)}


def tree(form: str, text: str):
    return parse(text, tuple(catalog.forms()[form].positions))


@pytest.mark.parametrize(
    ("form", "text", "zh", "en"),
    [
        ("ledger", "status = 已完成", "「整改状态」为“已完成”", "「整改状态」 is “已完成”"),
        ("ledger", "status != 未启动", "「整改状态」不为“未启动”", "「整改状态」 is other than “未启动”"),
        (
            "ledger",
            "handling in 逐步解决、说明情况、提请上级协调",
            "「处理方式」为“逐步解决”“说明情况”或“提请上级协调”",
            "「处理方式」 is “逐步解决”, “说明情况” or “提请上级协调”",
        ),
        ("ledger", "status in 已完成", "「整改状态」为“已完成”", "「整改状态」 is “已完成”"),
        ("ledger", "percent = 100%", "「完成比例」为100%", "「完成比例」 is 100%"),
        ("ledger", "percent = 12.5%", "「完成比例」为12.5%", "「完成比例」 is 12.5%"),
        (
            "ledger",
            "0% <= percent < 100%",
            "「完成比例」不小于0%，小于100%",
            "「完成比例」 is at least 0% and less than 100%",
        ),
        (
            "ledger",
            "stage_start <= due <= stage_end",
            "「完成时限」不早于整改提高阶段开始（2005-05-12），不晚于阶段结束（2005-05-31）",
            "「完成时限」 is no earlier than the start of the stage (2005-05-12)"
            " and no later than the end of the stage (2005-05-31)",
        ),
        (
            "ledger",
            "due <= followup_end",
            "「完成时限」不晚于巩固期结束",
            "「完成时限」 is no later than the end of the follow-up",
        ),
        ("survey", "returned <= issued", "「收回票数」不大于「发出票数」", "「收回票数」 is at most 「发出票数」"),
        (
            "survey",
            "satisfied + fairly_satisfied + dissatisfied + abstained = valid",
            "「满意」+「基本满意」+「不满意」+「未表态」等于「有效票数」",
            "「满意」 + 「基本满意」 + 「不满意」 + 「未表态」 is equal to 「有效票数」",
        ),
        ("survey", "dissatisfied * 2 > satisfied", "「不满意」×2大于「满意」", "「不满意」 × 2 is more than 「满意」"),
        ("survey", "abstained = 0", "「未表态」为0", "「未表态」 is 0"),
        (
            "supervision",
            "respond_by > inspected_on",
            "「要求完成日期」晚于「督查日期」",
            "「要求完成日期」 is after 「督查日期」",
        ),
        ("measures", "reviewer != member", "「审核人」不同于「姓名」", "「审核人」 is other than 「姓名」"),
        ("measures", "completed is filled", "「完成日期」已填写", "「完成日期」 is filled in"),
        ("measures", "completed is blank", "「完成日期」为空", "「完成日期」 is empty"),
        ("ledger", "is_workday(due)", "「完成时限」为工作日", "「完成时限」 is a working day"),
        ("filings", "unit_kind = 党支部", "单位类别为“党支部”", "the kind of unit is “党支部”"),
        (
            "branches",
            "committee = 不健全 or condition = 软弱涣散",
            "「班子状况」为“不健全”或「支部状况」为“软弱涣散”",
            "「班子状况」 is “不健全” or 「支部状况」 is “软弱涣散”",
        ),
        (
            "branches",
            "kind = 本科生 and full_members >= 3 or has_branch = 是",
            "「类型」为“本科生”且「正式党员数」不小于3，或者「是否已建支部」为“是”",
            "「类型」 is “本科生” and 「正式党员数」 is at least 3, or 「是否已建支部」 is “是”",
        ),
    ],
)
def test_words(form: str, text: str, zh: str, en: str) -> None:
    node = tree(form, text)
    assert words(node, catalog.forms()[form], "zh", STAGE) == zh
    assert words(node, catalog.forms()[form], "en", STAGE) == en


def test_an_or_inside_an_and_is_bracketed() -> None:
    either = Or((Filled("due"), Filled("note", False)))
    node = And((Compare("=", Name("status"), Const("已完成")), either))
    assert words(node, catalog.forms()["ledger"]) == "「整改状态」为“已完成”且（「完成时限」已填写或「备注」为空）"


def rule_of(form: str, code: str, column: str, place: int = 0) -> Rule:
    return [r for r in catalog.forms()[form].rules if (r.code, r.column) == (code, column)][place]


@pytest.mark.parametrize(
    ("form", "code", "column", "place", "zh", "en"),
    [
        (
            *("ledger", "required-when", "completed", 0),
            "「整改状态」为“已完成”时，「完成日期」必填。",
            "Where 「整改状态」 is “已完成”, 「完成日期」 must be filled in.",
        ),
        (
            *("ledger", "empty-when", "completed", 0),
            "「整改状态」为“未启动”“整改中”或“长期坚持”时，「完成日期」应为空。",
            "Where 「整改状态」 is “未启动”, “整改中” or “长期坚持”, 「完成日期」 must be empty.",
        ),
        (
            *("ledger", "window", "completed", 1),
            "「完成日期」应不早于整改提高阶段开始（2005-05-12）（此项只作提醒）。",
            "「完成日期」 must be no earlier than the start of the stage (2005-05-12) (a reminder only).",
        ),
        (
            *("ledger", "workday", "due", 0),
            "「完成时限」应为工作日（此项只作提醒）。",
            "「完成时限」 must be a working day (a reminder only).",
        ),
        (*("ledger", "duplicate", "item_id", 0), "「编号」不得重复。", "「编号」 must not be repeated."),
        (
            *("measures", "duplicate", "problem", 0),
            "「姓名」和「存在问题」都相同的行不得重复填写；重复的几行都有「编号」的，只作提醒。",
            "No two rows may have the same 「姓名」 and 「存在问题」;"
            " where all of them have 「编号」, this is only a reminder.",
        ),
        (
            *("measures", "reviewer", "reviewer", 0),
            "「审核人」不得与「姓名」相同。",
            "「审核人」 must not be the same as 「姓名」.",
        ),
        (
            *("measures", "reviewer", "reviewer_role", 0),
            "「审核人身份」应与「职务类别」所对应的审核规则一致。",
            "「审核人身份」 must be the one whom the review rules name for this 「职务类别」.",
        ),
        (
            *("guidance", "reviewer", "helper", 0),
            "「帮教责任人」不得包括「姓名」本人。",
            "「帮教责任人」 must not include the 「姓名」 himself.",
        ),
        (
            *("survey", "coverage", "participant", 0),
            "「参评人员类别」应包括“本单位党员”“基层群众”“民主党派人士”“离退休干部职工”和“服务对象”；"
            "不区分的，只填“不区分”（此项只作提醒）。",
            "「参评人员类别」 must include “本单位党员”, “基层群众”, “民主党派人士”, “离退休干部职工” and “服务对象”;"
            " where they are not told apart, “不区分” alone will do (a reminder only).",
        ),
        (
            *("filings", "authority", "authority", 1),
            "「报送机关」应为通常接收该「材料名称」的机关（报送后核对，此项只作提醒）。",
            "「报送机关」 must be the usual authority for this 「材料名称」"
            " (checked after it is sent in; a reminder only).",
        ),
        (
            *("supervision", "unknown", "unit_code", 0),
            "「被督查单位编码」应列在单位名册中（报送后核对）。",
            "「被督查单位编码」 must be in the roster of units (checked after it is sent in).",
        ),
        (
            *("supervision", "unknown", "item_id", 0),
            "「事项编号」应为该单位已有的事项编号（报送后核对）。",
            "「事项编号」 must be a number that the unit's items already have (checked after it is sent in).",
        ),
    ],
)
def test_rule_words(form: str, code: str, column: str, place: int, zh: str, en: str) -> None:
    rule = rule_of(form, code, column, place)
    assert rule_words(catalog.forms()[form], rule, "zh", STAGE) == zh
    assert rule_words(catalog.forms()[form], rule, "en", STAGE) == en


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_rule_is_one_sentence_about_its_column(lang: str) -> None:
    for form in (*catalog.forms().values(), catalog.cover()):
        told = [rule_words(form, rule, lang) for rule in form.rules]
        for rule, text in zip(form.rules, told, strict=True):
            assert form.column(rule.column).label in text
            assert text.count("。" if lang == "zh" else ". ") == (lang == "zh")
            assert "{" not in text and "  " not in text
        assert len(set(told)) == len(told)


def test_a_clause_has_no_stop_and_a_demand_no_condition() -> None:
    form, rule = catalog.forms()["ledger"], rule_of("ledger", "required-when", "completed")
    assert clause(form, rule) == "「整改状态」为“已完成”时，「完成日期」必填"
    assert demand(form, rule) == "「完成日期」必填"
    assert demand(form, rule_of("ledger", "duplicate", "item_id")) == ""


def test_which_rules_only_the_office_can_judge() -> None:
    told = {(f.name, r.code, r.column) for f in catalog.forms().values() for r in f.rules if needs_office(r)}
    assert told == {
        ("filings", "authority", "authority"),
        ("supervision", "unknown", "unit_code"),
        ("supervision", "unknown", "item_id"),
    }
