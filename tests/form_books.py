"""A form of an office's own for tests, as the rows of its workbook: as an office writes it, without English names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rectify_xl.facts import catalog
from rectify_xl.form_book import form_from
from rectify_xl.form_book.book import Around
from rectify_xl.model import Form

Rows = list[list[Any]]

ABOUT: Rows = [
    ["项目", "内容"],
    ["标题", "培训登记"],
    ["关键栏目", "培训主题、培训日期"],
    ["填表说明", "一行填写一次培训。\n参加人数按签到计。"],
    ["办理日期栏目", "培训日期"],
]
COLUMNS: Rows = [
    ["标签", "类型", "必填", "选项名", "最短", "最长", "最小", "最大", "涉及个人", "级别"],
    ["培训主题", "文字", "", "", 2, 100, "", "", "", ""],
    ["培训日期", "日期", "", "", "", "", "", "", "", ""],
    ["培训方式", "单选", "", "培训方式", "", "", "", "", "", ""],
    ["培训对象", "单选", "否", "参评人员类别", "", "", "", "", "", ""],
    ["应到人数", "整数", "", "", "", "", 1, 1000, "", ""],
    ["实到人数（人）", "整数", "", "", "", "", 0, 1000, "", ""],
    ["是否考核", "是否", "", "", "", "", "", "", "", ""],
    ["合格率", "百分比", "否", "", "", "", 0, 1, "", "提醒"],
    ["负责人", "人名", "", "", "", "", "", "", "是", ""],
]
LISTS: Rows = [
    ["选项名", "选项", "别名"],
    ["培训方式", "集中培训", "集中、面授"],
    ["培训方式", "A类 讲座", ""],
    ["培训方式", "网络培训 或 自学", "网课"],
]
RULES: Rows = [
    ["规则", "字段", "条件", "要求", "级别"],
    ["按规定应填未填", "合格率", "是否考核 = 是 且 培训方式 ≠ A类 讲座", "", ""],
    ["数字不相符", "实到人数（人）", "", "实到人数（人） ≤ 应到人数", ""],
    ["不在规定期限内", "培训日期", "", "阶段开始 ≤ 培训日期 ≤ 填报日期", ""],
    ["前后不一致", "是否考核", "培训方式 属于 集中培训、网络培训 或 自学 且 负责人 已填", "是否考核 = 是", "提醒"],
    ["重复", "培训主题", "", "培训主题、培训日期", ""],
]
GOOD = {
    "培训主题": "学习党章", "培训方式": "集中培训", "应到人数": 20, "实到人数（人）": 18, "是否考核": "是",
    "合格率": 0.9, "负责人": "示例甲",
}  # fmt: skip
AROUND = Around(
    lists=catalog.base_lists(),
    forms=tuple(catalog.built_in_forms().values()),
    taken=tuple(catalog.built_in_forms().values()),
)


def sheets(**changed: Rows | None) -> dict[str, Sequence[Sequence[Any]]]:
    """The sheets by title; `about`, `columns`, `lists` and `rules` may be others, or missing (None)."""
    held = {"表单": ABOUT, "字段": COLUMNS, "选项": LISTS, "规则": RULES}
    names = {"表单": "about", "字段": "columns", "选项": "lists", "规则": "rules"}
    given = {title: changed.get(names[title], rows) for title, rows in held.items()}
    return {title: rows for title, rows in given.items() if rows is not None}


def training(around: Around = AROUND) -> Form:
    """The form of the sheets above."""
    return form_from(sheets(), around, "培训登记.xlsx")


def write_book(path: Path, rows: Mapping[str, Sequence[Sequence[Any]]]) -> Path:
    """The sheets as a plain workbook, as an office types them."""
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, held in rows.items():
        sheet = book.create_sheet(title)
        for line in held:
            sheet.append([value if value != "" else None for value in line])
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    return path
