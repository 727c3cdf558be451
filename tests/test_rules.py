"""Every rule of every form: a row that breaks it and a row that just keeps it, and the two papers' own pairs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from itertools import product
from typing import Any, NamedTuple

import pytest

from rectify_xl.facts import catalog
from rectify_xl.model import Filing, Return, Settings
from rectify_xl.normal import plain
from rectify_xl.office.ruling import COMPARED_AS_TEXT
from rectify_xl.rules.expression import names_in
from rectify_xl.rules.expression_python import compile_test
from tests.returns import GOOD, form_grid, judged, row, settings_for, told

Changes = Mapping[str, Any]
Told = tuple[str, str, int, str]
OFFICE = {"unit_code": "KX09", "unit_name": "示例办公室"}


def may(day: int) -> date:
    return date(2005, 5, day)


class Case(NamedTuple):
    """The rule of a form and what is changed in each of its rows; the first stands in row 4."""

    form: str
    rule: int
    rows: tuple[Changes, ...]
    told: tuple[Told, ...] = ()


def breaks(form: str, rule: int, *rows: Changes, at: str) -> Case:
    """Rows that break one rule: `at` is level, code and column, and the row where it is not the last one."""
    level, code, column, *places = at.split()
    wanted = [int(place) for place in places] or [3 + len(rows)]
    return Case(form, rule, rows, tuple((level, code, place, column) for place in wanted))


def keeps(form: str, rule: int, *rows: Changes) -> Case:
    return Case(form, rule, rows)


DONE = {"status": "已完成", "percent": 1, "completed": may(20), "result": "学习制度已落实"}
LONG = {"status": "长期坚持", "horizon": "长期", "due": None}
NEW = {"status": "未启动", "percent": 0, "progress": None}
REVIEW_WAITS = {"review_result": "待审核", "reviewed_on": None}
UNSTARTED = {"status": "未启动", "progress": None}
FINISHED = {"status": "已完成", "completed": may(20)}
ISSUED = {"status": "已印发", "issued_on": may(24), "document": "示例〔2005〕1号"}
REPORT = {"activity": "宣传报道", "half_day": None, "expected": None, "attended": None}
NO_BRANCH = {"has_branch": "否", "secretary": None, "committee": None, "condition": None}
WEAK = {"committee": "不健全", "remedy": "改选支部委员会", "due": may(31)}
ORAL = {"method": "个别访谈", "issued": None, "returned": None, "valid": None}
FIVE = ("本单位党员", "基层群众", "民主党派人士", "离退休干部职工", "服务对象")

LEDGER = [
    breaks("ledger", 0, {"handling": "逐步解决"}, at="error required-when explanation"),
    breaks("ledger", 0, {"handling": "说明情况", "explanation": "无"}, at="error required-when explanation"),
    breaks("ledger", 0, {"handling": "提请上级协调"}, at="error required-when explanation"),
    keeps("ledger", 0, {"handling": "逐步解决", "explanation": "分步解决"}),
    keeps("ledger", 0, {"handling": "限期整改"}),
    breaks("ledger", 1, {"due": None}, at="error required-when due"),
    breaks("ledger", 1, {"horizon": "中期", "due": "—"}, at="error required-when due"),
    keeps("ledger", 1, {"horizon": "近期"}),
    keeps("ledger", 1, {"horizon": "长期", "due": None}),
    breaks("ledger", 2, {"progress": None}, at="error required-when progress"),
    breaks("ledger", 2, {**LONG, "progress": "/"}, at="error required-when progress"),
    breaks("ledger", 2, {**DONE, "progress": None}, at="error required-when progress"),
    keeps("ledger", 2, {"progress": "已办"}),
    keeps("ledger", 2, NEW),
    breaks("ledger", 3, {**DONE, "completed": None}, at="error required-when completed"),
    keeps("ledger", 3, DONE),
    breaks("ledger", 4, {**DONE, "result": None}, at="error required-when result"),
    keeps("ledger", 4, {**DONE, "result": "见效"}),
    breaks("ledger", 5, {"completed": may(20)}, at="error empty-when completed"),
    breaks("ledger", 5, {**NEW, "completed": may(20)}, at="error empty-when completed"),
    breaks("ledger", 5, {**LONG, "completed": may(20)}, at="error empty-when completed"),
    keeps("ledger", 5, {"completed": "无"}),
    keeps("ledger", 5, DONE),
    breaks("ledger", 6, {**DONE, "percent": 0.99}, at="error consistent percent"),
    keeps("ledger", 6, DONE),
    breaks("ledger", 7, {**NEW, "percent": 0.01}, at="error consistent percent"),
    keeps("ledger", 7, NEW),
    breaks("ledger", 8, {"percent": 1}, at="error consistent percent"),
    keeps("ledger", 8, {"percent": 0.99}),
    keeps("ledger", 8, {"percent": 0}),
    breaks("ledger", 9, {"handling": "立说立改", "horizon": "中期"}, at="error consistent horizon"),
    breaks("ledger", 9, {"handling": "立说立改", "horizon": "长期"}, at="error consistent horizon"),
    keeps("ledger", 9, {"handling": "立说立改", "horizon": "近期"}),
    keeps("ledger", 9, {"handling": "立说立改", **LONG}),
    breaks("ledger", 10, {"handling": "挂牌督办"}, at="error consistent pledged"),
    keeps("ledger", 10, {"handling": "挂牌督办", "pledged": "是"}),
    breaks("ledger", 11, {**LONG, "horizon": "近期", "due": may(27)}, at="error consistent horizon"),
    breaks("ledger", 11, {**LONG, "horizon": "中期", "due": may(27)}, at="error consistent horizon"),
    keeps("ledger", 11, LONG),
    breaks("ledger", 12, {"due": may(11)}, at="error window due"),
    breaks("ledger", 12, {"due": date(2005, 6, 1)}, at="error window due"),
    keeps("ledger", 12, {"due": may(12)}),
    keeps("ledger", 12, {"due": may(31)}),
    breaks("ledger", 13, {"horizon": "中期", "due": may(11)}, at="error window due"),
    breaks("ledger", 13, {"horizon": "中期", "due": date(2005, 9, 1)}, at="error window due"),
    keeps("ledger", 13, {"horizon": "中期", "due": may(12)}),
    keeps("ledger", 13, {"horizon": "中期", "due": date(2005, 8, 31)}),
    breaks("ledger", 14, {"horizon": "长期", "due": may(11)}, at="warning window due"),
    keeps("ledger", 14, {"horizon": "长期", "due": may(12)}),
    keeps("ledger", 14, {"horizon": "长期", "due": date(2008, 12, 31)}),
    breaks("ledger", 15, {**DONE, "completed": may(26)}, at="error window completed"),
    keeps("ledger", 15, {**DONE, "completed": may(25)}),
    breaks("ledger", 16, {**DONE, "completed": may(11)}, at="warning window completed"),
    keeps("ledger", 16, {**DONE, "completed": may(12)}),
    breaks("ledger", 17, {"due": may(28)}, at="warning workday due"),
    breaks("ledger", 17, {"horizon": "长期", "due": date(2005, 10, 3)}, at="warning workday due"),
    keeps("ledger", 17, {"due": may(27)}),
    keeps("ledger", 17, {"horizon": "长期", "due": date(2005, 10, 8)}),
    breaks(
        "ledger",
        18,
        {"item_id": "KX02-T001"},
        {"item_id": "KX02-T001", "problem": "深入基层不够"},
        at="error duplicate item_id 4 5",
    ),
    keeps("ledger", 18, {"item_id": "KX02-T001"}, {"item_id": "KX02-T002", "problem": "深入基层不够"}),
    breaks("ledger", 19, {}, {}, at="error duplicate problem"),
    breaks("ledger", 19, {}, {}, {"problem": "理论 学习不够深入"}, at="error duplicate problem 5 6"),
    breaks("ledger", 19, {"item_id": "KX02-T001"}, {}, at="error duplicate problem"),
    breaks("ledger", 19, {}, {"item_id": "KX02-T001"}, at="error duplicate problem"),
    breaks("ledger", 19, {"item_id": "KX02-T001"}, {"item_id": "KX02-T002"}, at="warning duplicate problem"),
    keeps("ledger", 19, {}, {"problem": "理论学习不够深"}),
]

MEASURES = [
    breaks("measures", 0, {"reviewer_role": "督导组"}, at="error reviewer reviewer_role"),
    keeps("measures", 0, {"reviewer_role": "党支部书记"}),
    breaks("measures", 1, {"reviewer": "示例丁"}, at="error reviewer reviewer"),
    breaks("measures", 1, {"reviewer": "示例 丁"}, at="error reviewer reviewer"),
    keeps("measures", 1, {"reviewer": "示例戊"}),
    breaks("measures", 2, {"reviewed_on": None}, at="error required-when reviewed_on"),
    breaks(
        "measures",
        2,
        {**UNSTARTED, "review_result": "退回修改", "reviewed_on": None},
        at="error required-when reviewed_on",
    ),
    keeps("measures", 2, {"review_result": "审核通过"}),
    keeps("measures", 2, {**UNSTARTED, "review_result": "退回修改"}),
    breaks("measures", 3, {**UNSTARTED, "review_result": "待审核"}, at="error empty-when reviewed_on"),
    keeps("measures", 3, {**UNSTARTED, **REVIEW_WAITS}),
    breaks("measures", 4, {"due": None}, at="error required-when due"),
    keeps("measures", 4, {"due": may(12)}),
    keeps("measures", 4, {"due": None, "status": "长期坚持"}),
    breaks("measures", 5, {"status": "已完成"}, at="error required-when completed"),
    keeps("measures", 5, FINISHED),
    breaks("measures", 6, {"completed": may(20)}, at="error empty-when completed"),
    breaks("measures", 6, {**UNSTARTED, "completed": may(20)}, at="error empty-when completed"),
    breaks("measures", 6, {"status": "长期坚持", "completed": may(20)}, at="error empty-when completed"),
    keeps("measures", 6, {"completed": None}),
    breaks("measures", 7, {"progress": None}, at="error required-when progress"),
    breaks("measures", 7, {**FINISHED, "progress": None}, at="error required-when progress"),
    breaks("measures", 7, {"status": "长期坚持", "progress": None}, at="error required-when progress"),
    keeps("measures", 7, {"progress": "办"}),
    keeps("measures", 7, UNSTARTED),
    breaks("measures", 8, {**FINISHED, "completed": may(26)}, at="error window completed"),
    keeps("measures", 8, {**FINISHED, "completed": may(25)}),
    breaks("measures", 9, {"due": may(11)}, at="warning window due"),
    keeps("measures", 9, {"due": may(12)}),
    breaks("measures", 10, REVIEW_WAITS, at="warning consistent status"),
    breaks("measures", 10, {"review_result": "退回修改"}, at="warning consistent status"),
    keeps("measures", 10, {**UNSTARTED, "review_result": "退回修改"}),
    keeps("measures", 10, {"review_result": "审核通过"}),
    breaks("measures", 11, {**FINISHED, "completed": may(17)}, at="warning date-order completed"),
    keeps("measures", 11, {**FINISHED, "completed": may(18)}),
    breaks("measures", 12, {"reviewed_on": may(26)}, at="error window reviewed_on"),
    keeps("measures", 12, {"reviewed_on": may(25)}),
    breaks("measures", 13, {"reviewed_on": may(11)}, at="warning window reviewed_on"),
    keeps("measures", 13, {"reviewed_on": may(12)}),
    breaks(
        "measures",
        14,
        {"item_id": "KX02-C001"},
        {"item_id": "KX02-C001", "problem": "深入基层不够"},
        at="error duplicate item_id 4 5",
    ),
    keeps("measures", 14, {"item_id": "KX02-C001"}, {"item_id": "KX02-C002", "problem": "深入基层不够"}),
    breaks("measures", 15, {}, {"member": "示例\u3000丁"}, at="error duplicate problem"),
    breaks("measures", 15, {}, {"item_id": "KX02-C001"}, at="error duplicate problem"),
    breaks("measures", 15, {"item_id": "KX02-C001"}, {"item_id": "KX02-C002"}, at="warning duplicate problem"),
    keeps("measures", 15, {}, {"member": "示例己"}),
    keeps("measures", 15, {}, {"problem": "深入基层不够"}),
]

INSTITUTIONS = [
    breaks("institutions", 0, {"due": None}, at="error required-when due"),
    breaks("institutions", 0, {"action": "修订完善", "due": None}, at="error required-when due"),
    keeps("institutions", 0, {"due": may(31)}),
    keeps("institutions", 0, {"action": "坚持执行", "status": "执行中", "due": None}),
    breaks("institutions", 1, {**ISSUED, "document": None}, at="warning required-when document"),
    breaks("institutions", 1, {**ISSUED, "status": "执行中", "document": None}, at="warning required-when document"),
    breaks(
        "institutions",
        1,
        {**ISSUED, "action": "修订完善", "document": None},
        at="warning required-when document",
    ),
    keeps("institutions", 1, ISSUED),
    keeps("institutions", 1, {"status": "征求意见"}),
    breaks("institutions", 2, {**ISSUED, "issued_on": None}, at="error required-when issued_on"),
    breaks(
        "institutions",
        2,
        {**ISSUED, "action": "修订完善", "status": "执行中", "issued_on": None},
        at="error required-when issued_on",
    ),
    keeps("institutions", 2, ISSUED),
    keeps("institutions", 2, {"action": "坚持执行", "status": "执行中"}),
    breaks("institutions", 3, {"action": "坚持执行"}, at="error consistent status"),
    breaks("institutions", 3, {**ISSUED, "action": "坚持执行"}, at="error consistent status"),
    keeps("institutions", 3, {"action": "坚持执行", "status": "执行中"}),
    breaks("institutions", 4, {**ISSUED, "issued_on": may(26)}, at="error window issued_on"),
    keeps("institutions", 4, {**ISSUED, "issued_on": may(25)}),
    breaks(
        "institutions",
        5,
        {"item_id": "KX02-Z001"},
        {"item_id": "KX02-Z001", "name": "党员走访群众制度"},
        at="error duplicate item_id 4 5",
    ),
    keeps("institutions", 5, {"item_id": "KX02-Z001"}, {"item_id": "KX02-Z002", "name": "党员走访群众制度"}),
    breaks("institutions", 6, {}, {"due": may(30)}, at="error duplicate name"),
    breaks("institutions", 6, {"item_id": "KX02-Z001"}, {"item_id": "KX02-Z002"}, at="error duplicate name"),
    keeps("institutions", 6, {}, {"name": "党员学习管理办法"}),
]

ACTIVITIES = [
    breaks("activities", 0, {"half_day": None}, at="error required-when half_day"),
    keeps("activities", 0, {"half_day": "全天"}),
    keeps("activities", 0, REPORT),
    breaks("activities", 1, {"expected": None}, at="error required-when expected"),
    keeps("activities", 1, {"expected": 28}),
    keeps("activities", 1, REPORT),
    breaks("activities", 2, {"attended": None}, at="error required-when attended"),
    keeps("activities", 2, {"attended": 0}),
    keeps("activities", 2, REPORT),
    breaks("activities", 3, {"attended": 31}, at="warning sum attended"),
    keeps("activities", 3, {"attended": 30}),
    breaks("activities", 4, {"held_on": may(26)}, at="error window held_on"),
    keeps("activities", 4, {"held_on": may(25)}),
    breaks("activities", 5, {}, {"content": "传达会议精神"}, at="error duplicate subject"),
    breaks("activities", 5, REPORT, REPORT, at="error duplicate subject"),
    keeps("activities", 5, {}, {"half_day": "上午"}),
    keeps("activities", 5, {}, {"held_on": may(13)}),
    keeps("activities", 5, {}, {"activity": "支部会议"}),
    keeps("activities", 5, {}, {"subject": "学习文件"}),
]

PUBLICATIONS = [
    breaks("publications", 0, {"asked": 39}, at="error sum asked"),
    keeps("publications", 0, {"asked": 40}),
    keeps("publications", 0, {"asked": 41}),
    breaks(
        "publications",
        1,
        {"satisfied": 10, "fairly_satisfied": 9, "dissatisfied": 20},
        at="warning consistent revised",
    ),
    keeps("publications", 1, {"satisfied": 10, "fairly_satisfied": 10, "dissatisfied": 20}),
    keeps(
        "publications",
        1,
        {"satisfied": 10, "fairly_satisfied": 9, "dissatisfied": 20, "revised": "是", "revised_on": may(24)},
    ),
    keeps(
        "publications",
        1,
        {"published": "整改情况", "satisfied": 10, "fairly_satisfied": 9, "dissatisfied": 20},
    ),
    breaks("publications", 2, {"revised": "是"}, at="error required-when revised_on"),
    keeps("publications", 2, {"revised": "是", "revised_on": may(24)}),
    keeps("publications", 2, {"revised": "否"}),
    breaks("publications", 3, {"revised": "是", "revised_on": may(22)}, at="error date-order revised_on"),
    keeps("publications", 3, {"revised": "是", "revised_on": may(23)}),
    breaks("publications", 4, {"published_on": may(26)}, at="error window published_on"),
    keeps("publications", 4, {"published_on": may(25)}),
    breaks("publications", 5, {"revised": "是", "revised_on": may(26)}, at="error window revised_on"),
    keeps("publications", 5, {"revised": "是", "revised_on": may(25)}),
    breaks("publications", 6, {}, {"asked": 41}, at="error duplicate published"),
    keeps("publications", 6, {}, {"form": "网站"}),
    keeps("publications", 6, {}, {"published_on": may(24)}),
    keeps("publications", 6, {}, {"audience": "全体群众"}),
    keeps("publications", 6, {}, {"published": "整改情况"}),
]

ADVISED = {"document": "总结报告"}
FILINGS = [
    breaks("filings", 0, {"authority": "省委先进办"}, at="error authority authority"),
    keeps("filings", 0, {"authority": "省科协先进性教育活动办公室"}),
    breaks("filings", 1, {**ADVISED, "authority": "省委先进办"}, at="warning authority authority"),
    keeps("filings", 1, ADVISED),
    breaks("filings", 2, {"filed_on": may(26)}, at="error window filed_on"),
    keeps("filings", 2, {"filed_on": may(25)}),
    breaks("filings", 3, {}, {"copies": 3}, at="error duplicate document"),
    keeps("filings", 3, {}, {"filed_on": may(21)}),
    keeps("filings", 3, {}, ADVISED),
    keeps("filings", 3, {"document": "测评结果"}, {"document": "测评结果", "authority": "省委先进办"}),
]

SURVEY = [
    breaks("survey", 0, {"issued": 47}, at="error sum returned"),
    keeps("survey", 0, {"issued": 48}),
    breaks("survey", 1, {"returned": 46}, at="error sum valid"),
    keeps("survey", 1, {"returned": 47}),
    breaks("survey", 2, {"abstained": 3}, at="error sum valid"),
    breaks("survey", 2, {"abstained": 1}, at="error sum valid"),
    keeps("survey", 2, {"abstained": 2}),
    breaks("survey", 3, {"issued": None}, at="error required-when issued"),
    keeps("survey", 3, {"issued": 50}),
    keeps("survey", 3, ORAL),
    breaks("survey", 4, {"returned": None}, at="error required-when returned"),
    keeps("survey", 4, {"returned": 48}),
    keeps("survey", 4, ORAL),
    breaks("survey", 5, {"valid": None}, at="error required-when valid"),
    keeps("survey", 5, {"valid": 47}),
    keeps("survey", 5, ORAL),
    breaks("survey", 6, *({"participant": kind} for kind in FIVE[:4]), at="warning coverage participant 3"),
    breaks("survey", 6, {}, {"participant": "服务对象"}, at="warning coverage participant 3"),
    keeps("survey", 6, *({"participant": kind} for kind in FIVE)),
    keeps("survey", 6, *({"participant": kind} for kind in (*FIVE, "不区分"))),
    keeps("survey", 6, {"participant": "不区分"}, {"participant": "不区分", "method": "随机抽样"}),
    breaks("survey", 7, {"surveyed_on": may(26)}, at="error window surveyed_on"),
    keeps("survey", 7, {"surveyed_on": may(25)}),
    breaks("survey", 8, {}, {"issued": 60}, at="error duplicate participant"),
    keeps("survey", 8, {}, {"method": "随机抽样"}),
    keeps("survey", 8, {}, {"surveyed_on": may(24)}),
]

BRANCHES = [
    breaks("branches", 0, {"committee": None}, at="error required-when committee"),
    keeps("branches", 0, {"committee": "健全"}),
    keeps("branches", 0, {**NO_BRANCH, "full_members": 2}),
    breaks("branches", 1, {"condition": None}, at="error required-when condition"),
    keeps("branches", 1, {"condition": "一般"}),
    keeps("branches", 1, {**NO_BRANCH, "full_members": 2}),
    breaks("branches", 2, {**NO_BRANCH, "full_members": 3}, at="warning branch-due has_branch"),
    keeps("branches", 2, {"full_members": 3}),
    keeps("branches", 2, {**NO_BRANCH, "full_members": 2}),
    keeps("branches", 2, {**NO_BRANCH, "senior_class": "否"}),
    keeps("branches", 2, {**NO_BRANCH, "kind": "研究生"}),
    breaks("branches", 3, {"secretary": None}, at="warning required-when secretary"),
    keeps("branches", 3, {"secretary": "示例己"}),
    keeps("branches", 3, {**NO_BRANCH, "full_members": 2}),
    breaks("branches", 4, {"committee": "不健全"}, at="error required-when remedy"),
    breaks("branches", 4, {"condition": "软弱涣散"}, at="error required-when remedy"),
    keeps("branches", 4, WEAK),
    keeps("branches", 4, {"committee": "健全", "condition": "一般"}),
    breaks("branches", 5, {**WEAK, "due": None}, at="error required-when due"),
    breaks("branches", 5, {"remedy": "调整书记"}, at="error required-when due"),
    keeps("branches", 5, WEAK),
    keeps("branches", 5, {"remedy": "无"}),
    breaks("branches", 6, {}, {"kind": "研究生"}, at="error duplicate name"),
    keeps("branches", 6, {}, {"name": "示例本科二班"}),
]

SUPERVISION = [
    breaks("supervision", 0, {"unit_code": "KX77"}, at="error unknown unit_code"),
    keeps("supervision", 0, {"unit_code": "KX03"}),
    breaks("supervision", 2, {"inspected_on": may(26)}, at="error window inspected_on"),
    keeps("supervision", 2, {"inspected_on": may(25)}),
    breaks("supervision", 3, {"result": "限期再改"}, at="error required-when respond_by"),
    keeps("supervision", 3, {"result": "限期再改", "respond_by": may(27)}),
    keeps("supervision", 3, {"result": "合格"}),
    breaks("supervision", 4, {"respond_by": may(20)}, at="error date-order respond_by"),
    keeps("supervision", 4, {"respond_by": may(21)}),
    breaks("supervision", 5, {}, {"inspector": "示例甲"}, at="error duplicate finding"),
    keeps("supervision", 5, {}, {"unit_code": "KX03"}),
    keeps("supervision", 5, {}, {"item_id": "KX02-T001"}),
    keeps("supervision", 5, {}, {"inspected_on": may(19)}),
    keeps("supervision", 5, {}, {"finding": "台帐不全，请补齐"}),
]

GUIDANCE = [
    breaks("guidance", 0, {"helper": "示例辛"}, at="error reviewer helper"),
    breaks("guidance", 0, {"helper": "示例壬、示例辛"}, at="error reviewer helper"),
    breaks("guidance", 0, {"member": "示例辛、示例壬", "helper": "示例辛、示例壬"}, at="error reviewer helper"),
    keeps("guidance", 0, {"helper": "示例壬、示例癸"}),
    keeps("guidance", 0, {"helper": "示例辛一"}),
    breaks("guidance", 1, {}, {"helper": "示例癸"}, at="error duplicate member"),
    keeps("guidance", 1, {}, {"member": "示例子"}),
]

CASES = [
    *(LEDGER + MEASURES + INSTITUTIONS + ACTIVITIES + PUBLICATIONS),
    *(FILINGS + SURVEY + BRANCHES + SUPERVISION + GUIDANCE),
]
BREAKING = [case for case in CASES if case.told]
KEEPING = [case for case in CASES if not case.told]


def of(cases: list[Case]) -> Any:
    """The cases for parametrize, each named by its form and rule."""
    return pytest.mark.parametrize("case", cases, ids=[f"{c.form}-{c.rule}-{i}" for i, c in enumerate(cases)])


def verdict_on(case: Case, settings: Settings | None = None) -> Return:
    is_office = catalog.forms()[case.form].filled_by == "office"
    rows = [{**GOOD[case.form], **changes} for changes in case.rows]
    return judged({case.form: rows}, settings=settings, cover=OFFICE if is_office else None)


@of(BREAKING)
def test_a_broken_rule_is_told_once_at_its_cell(case: Case) -> None:
    held = verdict_on(case)
    assert told(held) == list(case.told)
    assert {finding.rule for finding in held.findings} <= {case.rule, -1}
    bad = {place for level, _, place, _ in case.told if level == "error"}
    assert {r.row for r in held.forms[0].bad} == bad
    assert held.verdict == ("returned" if bad else "accepted")


@of(KEEPING)
def test_a_kept_rule_is_silent(case: Case) -> None:
    held = verdict_on(case)
    assert told(held) == []
    assert held.verdict == "accepted"
    assert len(held.forms[0].good) == len(case.rows)


def test_every_rule_of_every_form_is_broken_and_kept() -> None:
    rules = {(name, r.index) for name, form in catalog.forms().items() for r in form.rules if not r.between}
    assert {(case.form, case.rule) for case in BREAKING} == rules
    assert {(case.form, case.rule) for case in KEEPING} == rules


def test_each_code_level_and_column_told_is_the_forms_own() -> None:
    for case in BREAKING:
        rule = catalog.forms()[case.form].rules[case.rule]
        for level, code, _, column in case.told:
            assert (code, column) == (rule.code, rule.column)
            assert level == rule.level or rule.softened_by


def test_each_rule_is_kept_by_a_row_that_it_speaks_of() -> None:
    forms = catalog.forms()
    spoken = {(c.form, c.rule) for c in KEEPING if _speaks_of(c)}
    asked = {(name, r.index) for name, form in forms.items() for r in form.rules if not r.between}
    assert spoken == asked


def _speaks_of(case: Case) -> bool:
    """Whether the rule's condition is true of a kept row, so that only its demand can have kept it silent."""
    form = catalog.forms()[case.form]
    rule = form.rules[case.rule]
    if form.restricted or rule.when is None:
        return True
    texts = frozenset(c.name for c in form.columns if c.kind in COMPARED_AS_TEXT)
    test = compile_test(rule.when, form.positions, texts, {"plain": plain})
    return any(test(kept.values, (None,) * 5) for kept in verdict_on(case).forms[0].good)


# ---- the cover's own rule


@pytest.mark.parametrize(
    ("day", "expected"),
    [(11, [("warning", "window", "filled_on")]), (12, []), (31, [])],
)
def test_the_cover_is_filled_in_from_the_stages_start_on(day: int, expected: list[tuple[str, str, str]]) -> None:
    held = judged({"institutions": [row("institutions")]}, cover={"filled_on": may(day)})
    assert [(f.level, f.code, f.column) for f in held.findings] == expected
    assert held.verdict == "accepted"
    assert len(held.forms[0].good) == 1


# ---- bounds that the settings leave empty

OPEN = {"stage_start": None, "stage_end": None, "followup_end": None}
ON_STAGE = [
    case
    for case in BREAKING
    if {"stage_start", "stage_end", "followup_end"} & {*names_in(catalog.forms()[case.form].rules[case.rule].holds)}
]


@of(ON_STAGE)
def test_a_bound_that_is_empty_is_not_judged(case: Case) -> None:
    assert told(verdict_on(case, settings_for(**OPEN))) == []


@pytest.mark.parametrize(
    ("bounds", "horizon", "due", "is_told"),
    [
        ({"stage_start": None}, "近期", may(11), False),
        ({"stage_start": None}, "近期", date(2005, 6, 1), True),
        ({"stage_end": None}, "近期", may(11), True),
        ({"stage_end": None}, "近期", date(2005, 6, 1), False),
        ({"followup_end": None}, "中期", may(11), True),
        ({"followup_end": None}, "中期", date(2005, 9, 1), False),
        ({"stage_end": None}, "中期", date(2005, 9, 1), True),
    ],
)
def test_each_bound_is_judged_for_itself(bounds: Mapping[str, None], horizon: str, due: date, is_told: bool) -> None:
    held = judged({"ledger": [row("ledger", horizon=horizon, due=due)]}, settings=settings_for(**bounds))
    assert told(held) == ([("error", "window", 4, "due")] if is_told else [])


def test_the_papers_of_sysu_date_nothing_so_no_window_but_the_day_of_filling_in_is_judged() -> None:
    rows = [
        row("ledger", category="其他", due=date(2004, 5, 10)),
        row("ledger", category="其他", problem="办事拖拉", **DONE | {"completed": date(2004, 5, 10)}),
        row("ledger", category="其他", problem="会议过多", **DONE | {"completed": may(26)}),
    ]
    held = sysu({"ledger": rows})
    assert told(held) == [("error", "window", 6, "completed")]


# ---- who reviews whose measures, who keeps which paper


def sysu(forms: Mapping[str, Any], unit: str = "ZD03", settings: Settings | None = None) -> Return:
    settings = settings or settings_for("sysu")
    name = next(u.name for u in settings.units if u.code == unit)
    return judged(forms, settings=settings, cover={"campaign": settings.campaign, "unit_code": unit, "unit_name": name})


def gdsta(forms: Mapping[str, Any], unit: str = "KX02", settings: Settings | None = None) -> Return:
    settings = settings or settings_for()
    name = next(u.name for u in settings.units if u.code == unit)
    return judged(forms, settings=settings, cover={"unit_code": unit, "unit_name": name})


PAPERS = {"gdsta": gdsta, "sysu": sysu}
REVIEWERS = {
    "gdsta": {
        "领导班子成员": "党组（党委）主要负责同志",
        "党组主要负责同志": "督导组",
        "部室主要负责人": "省科协党组分管成员",
        "直属单位主要负责人": "省科协党组分管成员",
        "其他党员": "党支部书记",
        "党支部书记": "上级党组织",
    },
    "sysu": {
        "校党委主要负责同志": "巡回检查组",
        "校领导班子成员": "校党委主要负责同志",
        "二级党委主要负责同志": "联系该单位的党员校领导",
        "其他党政领导班子成员": "本级党委主要负责人",
        "党支部书记": "本级党委主要负责人",
        "部处或直属单位正职": "有关党员校领导",
        "部处或直属单位副职": "所在单位正职",
        "其他党员": "党支部委员会",
    },
}
PAIRS = [
    (paper, role, option)
    for paper, named in REVIEWERS.items()
    for role, option in product(named, dict.fromkeys(settings_for(paper).lists["reviewer_role"]))
]


@pytest.mark.parametrize("paper", REVIEWERS)
def test_the_pairs_speak_of_every_role_of_the_paper(paper: str) -> None:
    assert set(REVIEWERS[paper]) == set(settings_for(paper).lists["member_role"])
    assert set(REVIEWERS[paper].values()) == set(settings_for(paper).lists["reviewer_role"])


@pytest.mark.parametrize(("paper", "role", "option"), PAIRS)
def test_the_reviewer_is_the_one_whom_the_paper_names(paper: str, role: str, option: str) -> None:
    held = PAPERS[paper]({"measures": [row("measures", member_role=role, reviewer_role=option)]})
    is_right = REVIEWERS[paper][role] == option
    assert told(held) == ([] if is_right else [("error", "reviewer", 4, "reviewer_role")])


@pytest.mark.parametrize(
    ("reviewers", "option", "is_right"),
    [
        ((("其他党员", "党支部书记"), ("其他党员", "督导组")), "党支部书记", True),
        ((("其他党员", "党支部书记"), ("其他党员", "督导组")), "督导组", True),
        ((("其他党员", "党支部书记"), ("其他党员", "督导组")), "上级党组织", False),
        ((("党支部书记", "上级党组织"),), "督导组", True),
        ((), "督导组", True),
    ],
)
def test_any_reviewer_of_a_role_is_right_and_a_role_without_one_is_not_judged(
    reviewers: tuple[tuple[str, str], ...], option: str, is_right: bool
) -> None:
    held = judged({"measures": [row("measures", reviewer_role=option)]}, settings=settings_for(reviewers=reviewers))
    assert told(held) == ([] if is_right else [("error", "reviewer", 4, "reviewer_role")])


OFFICE_OF_SYSU, ABOVE = "校先进性教育办公室", "上一级党组织"
OFFICE_OF_GDSTA = "省科协先进性教育活动办公室"
KEPT_BY = {
    "gdsta": {
        ("党组", "整改方案"): ("省委先进办", "error"),
        ("党委", "整改方案"): (OFFICE_OF_GDSTA, "error"),
        ("党支部", "整改方案"): (OFFICE_OF_GDSTA, "error"),
        ("党委", "总结报告"): (OFFICE_OF_GDSTA, "warning"),
        ("党支部", "总结报告"): (OFFICE_OF_GDSTA, "warning"),
        ("党支部", "党员整改措施"): ("本党支部", "error"),
    },
    "sysu": {
        ("校党委", "整改方案"): (ABOVE, "error"),
        ("党委", "整改方案"): (ABOVE, "error"),
        ("党总支", "整改方案"): (ABOVE, "error"),
        ("党支部", "整改方案"): (ABOVE, "error"),
        ("党委", "整改工作方案"): (OFFICE_OF_SYSU, "error"),
        ("党总支", "整改工作方案"): (OFFICE_OF_SYSU, "error"),
        ("党委", "总结报告"): (OFFICE_OF_SYSU, "error"),
        ("党总支", "总结报告"): (OFFICE_OF_SYSU, "error"),
    },
}
FILED = [
    (paper, unit.code, unit.kind, document, authority)
    for paper in KEPT_BY
    for settings in [settings_for(paper)]
    for unit, document, authority in product(
        [u for u in settings.units if u.code not in ("KX03",)],
        settings.lists["filed_document"],
        settings.lists["authority"],
    )
]


@pytest.mark.parametrize(("paper", "unit", "kind", "document", "authority"), FILED)
def test_the_authority_is_the_one_whom_the_paper_names(
    paper: str, unit: str, kind: str, document: str, authority: str
) -> None:
    held = PAPERS[paper]({"filings": [row("filings", document=document, authority=authority)]}, unit)
    right, level = KEPT_BY[paper].get((kind, document), (authority, ""))
    assert told(held) == ([] if authority == right else [(level, "authority", 4, "authority")])


@pytest.mark.parametrize(
    ("authority", "expected"),
    [("省委先进办", []), ("本党支部", []), (OFFICE_OF_GDSTA, [("error", "authority", 4, "authority")])],
)
def test_any_authority_of_a_pair_is_right(authority: str, expected: list[Told]) -> None:
    rules = tuple(
        Filing(unit_kind="党支部", document="整改方案", authority=named) for named in ("省委先进办", "本党支部")
    )
    held = judged({"filings": [row("filings", authority=authority)]}, settings=settings_for(filings=rules))
    assert told(held) == expected


def test_without_a_roster_no_authority_and_no_supervised_unit_is_judged() -> None:
    settings = settings_for(units=())
    filed = judged({"filings": [row("filings", authority="省委先进办")]}, settings=settings)
    seen = judged({"supervision": [row("supervision", unit_code="XX99")]}, settings=settings)
    assert told(filed) == told(seen) == []


# ---- the five kinds of participants


@pytest.mark.parametrize("left_out", FIVE)
def test_each_of_the_five_kinds_is_missed(left_out: str) -> None:
    held = judged({"survey": [row("survey", participant=kind) for kind in FIVE if kind != left_out]})
    assert told(held) == [("warning", "coverage", 3, "participant")]
    assert dict(held.findings[0].params)["missing"] == left_out
    assert len(held.forms[0].good) == 4


@pytest.mark.parametrize("kinds", [("不区分",), ("不区分", "服务对象"), FIVE, FIVE[::-1], FIVE[:1]])
def test_the_coverage_of_a_survey(kinds: tuple[str, ...]) -> None:
    held = judged({"survey": [row("survey", participant=kind) for kind in kinds]})
    is_covered = set(kinds) == {"不区分"} or set(FIVE) <= set(kinds)
    assert told(held) == ([] if is_covered else [("warning", "coverage", 3, "participant")])


def test_the_kinds_of_two_sheets_count_together() -> None:
    first, second = FIVE[:3], FIVE[3:]
    more = replace(form_grid("survey", [row("survey", participant=k) for k in second]), title="群众满意度测评 (2)")
    held = judged({"survey": [row("survey", participant=k) for k in first]}, sheets=[more])
    assert [f.code for f in held.findings] == ["twin-sheet"]


def test_a_kind_that_nobody_can_read_leaves_the_coverage_open() -> None:
    kinds = (*FIVE[:4], "服务对像们")
    held = judged({"survey": [row("survey", participant=kind) for kind in kinds]})
    assert told(held) == [("error", "choice", 8, "participant")]


# ---- columns that an office need not fill in

LEFT_OUT = ("aspect", "scope", "manner")


@pytest.mark.parametrize("names", [LEFT_OUT, LEFT_OUT[:1], LEFT_OUT[1:2], LEFT_OUT[2:]])
def test_what_the_paper_does_not_ask_for_may_be_blank_or_missing(names: tuple[str, ...]) -> None:
    blank = row("ledger", **dict.fromkeys(names))
    assert told(judged({"ledger": [blank]})) == []
    kept = [c.name for c in catalog.forms()["ledger"].columns if c.name not in names]
    held = judged({}, sheets=[form_grid("ledger", [row("ledger")], columns=kept)])
    assert told(held) == []
    assert len(held.forms[0].good) == 1


@pytest.mark.parametrize("name", LEFT_OUT)
def test_the_other_paper_asks_for_them(name: str) -> None:
    good = row("ledger", category="其他", due=may(27))
    assert told(sysu({"ledger": [good]})) == []
    assert told(sysu({"ledger": [{**good, name: None}]})) == [("error", "required", 4, name)]


def test_what_stands_in_a_column_that_need_not_be_filled_in_is_still_read() -> None:
    held = judged({"ledger": [row("ledger", aspect="文化整改")]})
    assert told(held) == [("error", "choice", 4, "aspect")]
