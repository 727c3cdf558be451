"""Every mistake that one cell of 配置.xlsx can hold, told by sheet and cell."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path
from typing import Any

import pytest
from settings_books import find, full_book, full_sheets, problems, put

from rectify_xl.excel.settings.settings_reader import load_settings


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A full 配置.xlsx to be changed."""
    return full_book(tmp_path)


# ---- mistakes: (sheet, row by its first column, header, what is typed, the code)

MISTAKES: tuple[tuple[str, str, str, Any, str], ...] = (
    ("活动", "活动名称", "内容", None, "required"),
    ("活动", "组织名称", "内容", "　", "required"),
    ("活动", "阶段开始", "内容", "2005.5.32", "date"),
    ("活动", "阶段开始", "内容", "五月某日", "date"),
    ("活动", "阶段开始", "内容", "5月12日", "date"),
    ("活动", "阶段开始", "内容", 12.5, "date"),
    ("活动", "阶段开始", "内容", "待定", "date"),
    ("活动", "阶段开始", "内容", "长期坚持", "date"),
    ("活动", "阶段开始", "内容", date(1905, 5, 12), "date"),
    ("活动", "阶段开始", "内容", time(12, 30), "date"),
    ("活动", "阶段结束", "内容", "2005-05-11", "early-end"),
    ("活动", "巩固期结束", "内容", date(2005, 5, 30), "early-end"),
    ("活动", "巩固月数", "内容", 2.5, "number"),
    ("活动", "巩固月数", "内容", "两三个", "number"),
    ("活动", "巩固月数", "内容", -1, "range"),
    ("活动", "巩固月数", "内容", 9999999, "range"),
    ("活动", "提前提醒工作日", "内容", "-3", "range"),
    ("活动", "停滞天数", "内容", True, "number"),
    ("活动", "停滞天数", "内容", "=1/0", "no-value"),
    ("活动", "可不填栏目", "内容", "整改层面、整改层次", "choice"),
    ("活动", "备注", "项目", "备往", "setting"),
    ("活动", "备注", "项目", "停滞 天数", "duplicate"),
    ("活动", "备注", "项目", None, "required"),
    ("单位名册", "KX02", "单位编码", None, "required"),
    ("单位名册", "KX02", "单位编码", "kx 01", "duplicate"),
    ("单位名册", "KX02", "单位名称", None, "required"),
    ("单位名册", "KX02", "单位名称", "示例机关　党委", "duplicate"),
    ("单位名册", "KX02", "单位名称", "机关党委", "duplicate"),
    ("单位名册", "KX02", "别名", "学会支部、示例后勤支部", "duplicate"),
    ("单位名册", "KX02", "别名", "直属机关党委", "duplicate"),
    ("单位名册", "KX02", "单位类别", None, "required"),
    ("单位名册", "KX02", "单位类别", "支委会", "choice"),
    ("单位名册", "KX02", "上级单位编码", "KX77", "no-unit"),
    ("单位名册", "KX02", "上级单位编码", "KX02", "circle"),
    ("单位名册", "KX00", "上级单位编码", "KX02", "circle"),
    ("单位名册", "KX04", "并入单位编码", "KX55", "no-unit"),
    ("单位名册", "KX02", "并入单位编码", "KX04", "circle"),
    ("单位名册", "KX02", "党员人数", "二十多", "number"),
    ("单位名册", "KX02", "党员人数", -2, "range"),
    ("单位名册", "KX02", "停用日期", "2005-02-30", "date"),
    ("工作安排", "T3", "任务编号", None, "required"),
    ("工作安排", "T3", "项目", None, "required"),
    ("工作安排", "T3", "时间", "下个星期", "time-unknown"),
    ("工作安排", "T3", "时间", 5.2, "time-ambiguous"),
    ("工作安排", "T3", "时间", "5月32日", "time-impossible"),
    ("工作安排", "T3", "时间", "5月16日（星期二）", "time-impossible"),
    ("工作安排", "T3", "时间", "5月20日至16日", "time-reversed"),
    ("工作安排", "T3", "责任单位类别", "党委、党总支", "choice"),
    ("工作安排", "T5", "责任单位类别", None, "no-kinds"),
    ("工作安排", "T3", "责任单位", "KX01、KX99", "no-unit"),
    ("工作安排", "T3", "责任单位", "KX02、KX03", "asks-nobody"),
    ("工作安排", "T3", "对应表单", "会议登记", "choice"),
    ("工作安排", "T3", "对应表单", None, "no-form"),
    ("工作安排", "T3", "判定条件", "会议类型 = 党委会议", "condition"),
    ("工作安排", "T3", "判定条件", "活动类型 = 党委大会", "condition"),
    ("工作安排", "T3", "判定条件", "活动类型 属于 党委会议、聚餐", "condition"),
    ("工作安排", "T3", "判定条件", "主题 = 党委会议", "condition"),
    ("工作安排", "T3", "判定条件", "活动类型 大于 党委会议", "condition"),
    ("工作安排", "T3", "判定条件", "活动类型 = 党委会议 党员大会", "condition"),
    ("工作安排", "T3", "判定条件", "活动类型 = 党委会议 且 或", "condition"),
    ("工作安排", "T3", "判定条件", "活动类型 =", "condition-end"),
    ("工作安排", "T3", "开始", "5月中旬", "date"),
    ("工作安排", "T3", "开始", date(2005, 5, 21), "late-start"),
    ("工作安排", "T3", "截止", "2005年5月10日", "early-end"),
    ("工作安排", "T3", "时段", "晚上", "choice"),
    ("审核规则", "其他党员", "职务类别", "群众", "choice"),
    ("审核规则", "其他党员", "职务类别", None, "required"),
    ("审核规则", "其他党员", "审核人身份", "支部书记甲", "choice"),
    ("审核规则", "其他党员", "审核人身份", None, "required"),
    ("备案规则", "党组", "单位类别", "党团", "choice"),
    ("备案规则", "党组", "材料名称", "方案", "choice"),
    ("备案规则", "党组", "报送机关", "省委", "choice"),
    ("备案规则", "党组", "报送机关", None, "required"),
    ("备案规则", "党组", "级别", "警告", "choice"),
    ("字典", "整改状态", "字典", "状态种类", "choice"),
    ("字典", "问题来源", "选项", None, "required"),
    ("字典", "整改范围", "选项", "全面整改", "duplicate"),
    ("字典", "整改状态", "别名", "没动、办结", "alias-taken"),
    ("字典", "整改状态", "别名", "整改中", "alias-taken"),
    ("节假日", "2005-05-08 00:00:00", "日期", "昨天", "date"),
    ("节假日", "2005-05-08 00:00:00", "日期", None, "required"),
    ("节假日", "2005-05-08 00:00:00", "上班/放假", "休息", "choice"),
    ("节假日", "2005-05-08 00:00:00", "上班/放假", None, "required"),
    ("豁免", "KX02", "单位编码", "KX77", "no-unit"),
    ("豁免", "KX02", "单位编码", None, "required"),
    ("豁免", "KX02", "规则", "work-day", "choice"),
    ("豁免", "KX02", "规则", None, "required"),
    ("豁免", "KX02", "文件摘要", "第三份", "digest"),
    ("豁免", "KX02", "有效期至", "月底", "date"),
)
# Where a mistake is told elsewhere than in the changed cell: a twin in the later row, a missing option below the last.
TOLD_ELSEWHERE: dict[tuple[str, str, str, Any], tuple[str, str, int]] = {
    ("单位名册", "KX02", "别名", "学会支部、示例后勤支部"): ("KX03", "单位名称", 1),
    ("字典", "整改范围", "选项", "全面整改"): ("整改范围", "选项", 2),
    ("字典", "整改状态", "别名", "没动、办结"): ("整改状态", "别名", 3),
}


@pytest.mark.parametrize(("sheet", "key", "label", "typed", "code"), MISTAKES)
def test_a_mistake_is_told_by_its_cell(book: Path, sheet: str, key: str, label: str, typed: Any, code: str) -> None:
    read = full_sheets()[sheet]
    told = TOLD_ELSEWHERE.get((sheet, key, label, typed), (key, label, 1))
    cell, expected = find(read, key, label), find(read, *told)
    put(book, {(sheet, cell): typed})
    found = problems(book)
    assert (sheet, expected, code) in found
    assert {place for place, *_ in found} <= {sheet, "豁免", "工作安排"}
    if code not in ("required", "choice", "no-unit", "duplicate"):
        assert found == [(sheet, expected, code)]


@pytest.mark.parametrize("typed", ["—", "/"])
def test_a_dash_for_a_time_leaves_the_task_undated(book: Path, typed: str) -> None:
    put(book, {("工作安排", find(full_sheets()["工作安排"], "T2", "时间")): typed})
    (task,) = (task for task in load_settings(book).tasks if task.id == "T2")
    assert (task.time, task.start, task.end) == (typed, None, None)
