"""One finding of every code and case, as the judge would make it."""

from __future__ import annotations

from datetime import date
from typing import Any

from rectify_xl.facts import catalog
from rectify_xl.model import Finding

# One plausible value for every param that a sentence may name.
SAMPLES: dict[str, Any] = {
    "part": "xl/workbook.xml",
    "size": 83886080,
    "limit": 52428800,
    "seconds": 20,
    "reason": "",
    "expected": "省科协先进性教育活动整改提高阶段",
    "found": "1",
    "code": "KX01",
    "name": "示例支部",
    "other": "KX01_示例支部.xlsx",
    "current": "2",
    "filled_on": date(2005, 5, 30),
    "as_of": date(2005, 5, 25),
    "years": "2003",
    "options": "未启动、整改中、已完成、长期坚持",
    "suggestion": "整改中",
    "start": date(2005, 5, 11),
    "end": date(2005, 5, 20),
    "stage_end": date(2005, 5, 31),
    "one": date(2005, 5, 6),
    "other_label": "完成时限",
    "low": 4,
    "high": 500,
    "length": 2,
    "allowed": "党支部书记",
    "day": date(2005, 5, 21),
    "keys": "",
    "other_row": 5,
    "other_sheet": "整改台帐",
    "numbers": "KX01-T001、KX01-T002",
    "missing": "基层群众、服务对象",
    "header": "领导批示",
    "rows": "7、9",
    "count": 2,
    "number": "KX01-T001",
    "here": "KX01-T002",
    "text": "V7: 2005.5.32",
    "forms": "教育转化登记",
    "labels": "整改目标、整改措施",
    "old": date(2005, 5, 20),
    "new": date(2005, 5, 31),
    "days": 15,
    "since": date(2005, 5, 10),
    "label": "完成时限",
    "understood": date(2005, 5, 16),
    "source": "V6",
    "at": "整改台帐!H9",
}
# Values that read better than the usual ones.
BY_CODE: dict[str, dict[str, Any]] = {
    "limit-memory": {"limit": 536870912},
    "limit-entries": {"count": 60_000, "limit": 5_000},
    "limit-sheets": {"count": 2_000, "limit": 200},
    "limit-ratio": {"limit": 200},
    "limit-cells": {"limit": 5_000_000},
    "limit-columns": {"limit": 512},
    "limit-merges": {"limit": 100_000},
    "limit-depth": {"limit": 64},
    "limit-archives": {"limit": 3},
    "unknown-unit.near": {"code": "", "name": "示例第一党部", "suggestion": "示例第一党支部"},
    "date.near": {"suggestion": date(2005, 5, 16)},
    "date.either": {"other": date(2005, 6, 5)},
    "number.near": {"suggestion": "30"},
    "number.percent-near": {"suggestion": 0.5},
    "duplicate.key": {"keys": "「姓名」「存在问题」", "other_sheet": "党员整改措施"},
    "missing-column.near": {"suggestion": "责任部门"},
    "missing-column.near-warning": {"suggestion": "备注"},
    "extra-column.near": {"header": "责任部们", "suggestion": "责任部门"},
    "fixed-choice.filled": {"understood": "长期"},
    "range.percent": {"low": "0%", "high": "100%"},
    "reopened": {"old": "已完成", "new": "整改中"},
    "reopened.closed": {"old": "已完成", "new": "整改中"},
    "ledger-edited": {"old": "整改中", "new": "已完成"},
    "fixed-text": {"understood": "示例部"},
    "fixed-text.date": {"understood": "2005-05-16"},
    "fixed-text.number": {"understood": "12"},
    "fixed-text.code": {"understood": "KX01"},
    "fixed-text.unit": {"understood": "KX01"},
    "fixed-number": {"understood": 12},
    "fixed-percent": {"understood": 0.55},
    "fixed-choice": {"understood": "已完成"},
    "unit-mismatch": {"expected": "KX01 示例支部"},
    "missing-row": {"other": "上周/KX01.xlsx", "other_sheet": "整改台帐"},
    "second-table": {"other": "建章立制"},
    "twin-sheet": {"other": "整改台帐"},
    "authority": {"allowed": "省委先进办"},
}
# A rule of each row code, by form and index.
RULES = {
    rule.code: (form.name, rule.index) for form in reversed(catalog.forms().values()) for rule in reversed(form.rules)
} | {"reviewer.self": ("measures", 1), "reviewer.helper": ("guidance", 0)}
BOUNDS = (("stage_start", date(2005, 5, 12)), ("stage_end", date(2005, 5, 31)), ("filled_on", date(2005, 5, 25)))


# Where a finding stands and what was typed there, by code or code.case; the rest stand at 「整改台帐」V7.
PLACES: dict[str, dict[str, Any]] = {
    "unit-mismatch": {"sheet": "封面", "cell": "B3", "label": "填报单位编码", "value": "KX01"},
    "other-campaign": {"value": "别的活动"},
    "future": {"sheet": "封面", "cell": "B7", "label": "填报日期", "value": "2005-05-30"},
    "choice": {"label": "整改状态", "value": "搞定"},
    "choice.near": {"label": "整改状态", "value": "在整改中"},
    "date.period": {"value": "5月中旬"},
    "date.undated": {"value": "适时"},
    "required.void": {"value": "无"},
    "required.ditto": {"value": "同上"},
    "required-when.void": {"value": "无"},
    "date.undated-offer": {"value": "立行立改"},
    "date.near": {"value": "5.16"},
    "date.either": {"value": "05/06/2005"},
    "date.ambiguous": {"value": "05.5.6"},
    "date.weekday": {"value": "5月16日（星期二）"},
    "date.serial": {"value": "5.16"},
    "date.year": {"value": "1005-05-16"},
    "number": {"label": "应到人数", "value": "约30"},
    "number.near": {"label": "应到人数", "value": "约30"},
    "number.percent": {"label": "完成比例", "value": "过半"},
    "number.percent-near": {"label": "完成比例", "value": "一半"},
    "number.fraction": {"label": "应到人数", "value": "3.5"},
    "number.digits": {"label": "文号", "value": "1234567890123456"},
    "number.long": {"label": "应到人数", "value": "1234567890123456"},
    "length": {"label": "存在问题", "value": "问题"},
    "range": {"label": "应到人数", "value": "0"},
    "range.percent": {"label": "完成比例", "value": "150"},
    "error-value": {"value": "#REF!"},
    "required-when": {"value": ""},
    "consistent": {"value": "50%"},
    "sum": {"value": "40"},
    "reviewer": {"value": "督导组"},
    "reviewer.self": {"value": "示例甲"},
    "reviewer.helper": {"value": "示例甲、示例乙"},
    "authority": {"value": "本党支部"},
    "branch-due": {"value": "否"},
    "duplicate": {"label": "存在问题", "value": "会议多，调研少"},
    "duplicate.key": {"sheet": "党员整改措施", "label": "存在问题", "value": "会议多，调研少"},
    "duplicate.id": {"label": "编号", "value": "KX01-T001"},
    "duplicate.several": {"label": "存在问题", "value": "会议多，调研少"},
    "coverage": {"sheet": "群众满意度测评", "label": "参评人员类别"},
    "missing-column.near": {"cell": "P3", "label": "责任部门", "value": "责任部们"},
    "missing-column.near-warning": {"cell": "X3", "label": "备注", "value": "备主"},
    "extra-column": {"label": ""},
    "extra-column.near": {"cell": "P3", "label": ""},
    "extra-column.stray": {"label": "", "value": "已阅"},
    "extra-sheet": {"sheet": "Sheet1"},
    "extra-column.spanned": {"label": "", "cell": "B7", "value": "学习不够深入"},
    "second-table": {"label": "", "cell": "A7"},
    "twin-sheet": {"sheet": "整改台帐 (2)"},
    "no-rows": {"cell": "", "label": ""},
    "missing-row": {"cell": "", "label": ""},
    "unknown": {"label": "事项编号", "value": "KX09-T001"},
    "unknown.unit": {"label": "被督查单位编码", "value": "KX99"},
    "unknown.item": {"label": "事项编号", "value": "KX09-T001"},
    "foreign-id": {"label": "编号", "value": "KX09-T001"},
    "foreign-id.other-unit": {"label": "编号", "value": "KX09-T001"},
    "foreign-id.never-given": {"label": "编号", "value": "KX01-T099"},
    "reopened": {"label": "整改状态"},
    "stalled": {"label": "整改状态"},
    "ledger-edited": {"label": "整改状态"},
    "fixed-header.alias": {"value": "整改时限"},
    "fixed-header.sheet": {"sheet": "Sheet1", "label": "整改台帐"},
    "fixed-text": {"label": "责任部门", "value": "示例\u3000部"},
    "fixed-text.date": {"label": "备注", "value": "2005-05-16"},
    "fixed-text.number": {"label": "备注", "value": "12"},
    "fixed-text.code": {"sheet": "封面", "cell": "B3", "label": "填报单位编码", "value": "kx1"},
    "fixed-text.unit": {"sheet": "封面", "cell": "B3", "label": "填报单位编码"},
    "fixed-date": {"value": "2005.5.16"},
    "fixed-date.standing": {"value": "长期坚持"},
    "fixed-date.standing-day": {"value": "5月底前，并长期坚持"},
    "fixed-choice.filled": {"label": "时限类型", "value": ""},
    "fixed-number": {"label": "应到人数", "value": "十二人"},
    "fixed-percent": {"label": "完成比例", "value": "55"},
    "fixed-choice": {"label": "整改状态", "value": "销号"},
    "fixed-id": {"label": "编号", "value": "3"},
}


def sample(key: str) -> Finding:
    """A finding of a code and case as the judge would make it."""
    code, _, case = key.partition(".")
    scope, level = catalog.codes()[code].scope, catalog.codes()[code].level
    named = catalog.words("phrases")["params"].get(key, ())
    own = BY_CODE.get(key, {})
    params = (*((("case", case),) if case else ()), *((name, own.get(name, SAMPLES[name])) for name in named))
    place: dict[str, Any] = {}
    if scope != "file":
        place = {"sheet": "整改台帐", "cell": "V7", "row": 7, "label": "完成时限", "value": "2005.5.32"}
    if scope == "row":
        form_name, index = RULES.get(key, RULES[code])
        form = catalog.forms()[form_name]
        level = form.rules[index].level
        place |= {"form": form_name, "rule": index, "sheet": form.title}
        place["label"] = form.column(form.rules[index].column).label
        params = (*params, *BOUNDS)
    place |= PLACES.get(key, PLACES["unit-mismatch"] if code == "unit-mismatch" else {})
    return Finding(level=level, code=code, params=params, **place)
