"""Which sheet is which form, where its header stands, and which rows are no data: sheets in, rows and findings out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rectify_xl.facts import catalog
from rectify_xl.grid import Grid
from rectify_xl.judging.headings import label_key
from rectify_xl.judging.recognise import FormSheet, form_sheet, sort_sheets
from tests.returns import GOOD, cell, codes, cover_grid, form_grid, judged, row, told

FORMS = tuple(catalog.forms())
LEDGER = catalog.forms()["ledger"]
LABELS = [c.label for c in LEDGER.columns]


def body(form: str = "ledger", **changes: Any) -> list[Any]:
    """The cells of a good row."""
    return [cell(row(form, **changes).get(c.name)) for c in catalog.forms()[form].columns]


def sheet_of(*rows: Sequence[Any], title: str = "整改台帐", **facts: Any) -> Grid:
    return Grid(title=title, rows=list(rows), **facts)


def known(grid: Grid) -> FormSheet:
    found = form_sheet(grid)
    assert found is not None
    return found


def data_rows(grid: Grid) -> list[int]:
    """Excel's numbers of the rows that are data."""
    return [grid.first_row + offset for offset in known(grid).data]


def columns(grid: Grid) -> dict[str, int]:
    return known(grid).offsets


# ---- where the header stands


@pytest.mark.parametrize("form", FORMS)
def test_each_form_is_known_by_its_title_and_its_header(form: str) -> None:
    sheet = known(form_grid(form, [row(form)]))
    assert (sheet.form.name, sheet.header.bottom, sheet.data, sheet.is_renamed) == (form, 2, (3,), False)
    assert list(sheet.offsets) == [c.name for c in catalog.forms()[form].columns]
    assert not any(heading.deviation for heading in sheet.headings)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("title", ["Sheet1", "一支部", "整改台账汇总"])
def test_each_form_is_known_by_its_header_alone(form: str, title: str) -> None:
    sheet = known(replace(form_grid(form, [row(form)]), title=title))
    assert (sheet.form.name, sheet.is_renamed) == (form, True)


@pytest.mark.parametrize("title", ["整改台帐 (2)", "整改台帐(1)", " 整改台帐", "整改 台帐", "整改台帐（3）"])
def test_a_copy_of_a_sheet_is_not_renamed(title: str) -> None:
    assert not known(sheet_of(LABELS, body(), title=title)).is_renamed


@pytest.mark.parametrize("above", [0, 1, 2, 5, 28, 29])
def test_the_header_stands_in_one_of_the_first_30_rows(above: int) -> None:
    grid = sheet_of(*[["甲"]] * above, LABELS, body())
    assert data_rows(grid) == [above + 2]
    held = judged({}, sheets=[grid])
    assert told(held) == []


def test_further_down_is_no_header() -> None:
    assert form_sheet(sheet_of(*[["甲"]] * 30, LABELS, body())) is None


@pytest.mark.parametrize(
    ("first_row", "above", "is_found"), [(5, 0, True), (5, 25, True), (5, 26, False), (31, 0, False)]
)
def test_rows_are_counted_as_excel_counts_them(first_row: int, above: int, is_found: bool) -> None:
    grid = sheet_of(*[["甲"]] * above, LABELS, body(), first_row=first_row)
    assert (form_sheet(grid) is not None) is is_found


@pytest.mark.parametrize(
    ("first_row", "first_column", "where"), [(1, 0, "R2"), (7, 0, "R8"), (1, 3, "U2"), (4, 25, "AQ5")]
)
def test_a_grid_that_starts_at_another_cell_is_told_at_excels_own(
    first_row: int, first_column: int, where: str
) -> None:
    grid = sheet_of(LABELS, body(due="2005.5.32"), first_row=first_row, first_column=first_column)
    (finding,) = judged({}, sheets=[grid]).findings
    assert (finding.code, finding.cell, finding.row) == ("date", where, first_row + 1)


def test_title_and_unit_lines_above_are_silent() -> None:
    lines = [["示例第一党支部整改台帐"], ["填报单位：示例第一党支部", "", "", "填报日期：2005年5月25日"], []]
    held = judged({}, sheets=[sheet_of(*lines, LABELS, body())])
    assert told(held) == []
    assert [r.row for r in held.forms[0].good] == [5]


def test_the_row_that_says_most_is_the_header() -> None:
    few = ["存在问题", "整改措施", "责任人"]
    assert known(sheet_of(few, LABELS, body())).header.bottom == 1
    assert known(sheet_of(LABELS, few, body())).header.bottom == 0


@pytest.mark.parametrize("labels", [[], ["备注"], ["姓名", "电话", "地址"], ["存在问题", "备注"]])
def test_a_sheet_that_says_too_little_is_none_of_ours(labels: list[str]) -> None:
    assert form_sheet(sheet_of(labels, ["甲"] * len(labels), title="通讯录")) is None


@given(st.permutations(LABELS), st.integers(0, 10))
def test_the_order_of_the_columns_does_not_matter(labels: list[str], above: int) -> None:
    by_label = dict(zip(LABELS, body(), strict=True))
    grid = sheet_of(*[["标题"]] * above, labels, [by_label[label] for label in labels], title="任意")
    found = known(grid)
    assert found.form.name == "ledger"
    assert {c.label: found.offsets[c.name] for c in LEDGER.columns} == {label: labels.index(label) for label in labels}


# ---- header cells


@pytest.mark.parametrize(
    "text",
    [
        *(
            "完成时限*",
            "*完成时限",
            "完成时限＊",
            "完成时限 *",
            "完成时限（年月日）",
            "完成时限(年月日)",
            "完成时限 （年月日）",
        ),
        *(
            "完成时限【必填】",
            "完成时限[必填]",
            "完成时限（年月日）*",
            "完成时限*（年月日）",
            "完成时限：",
            "完成时限\n（年月日）",
        ),
        "完成时限（年月日）（必填）",
    ],
)
def test_stars_and_hints_are_silent(text: str) -> None:
    labels = [text if label == "完成时限" else label for label in LABELS]
    held = judged({}, sheets=[sheet_of(labels, body())])
    assert told(held) == []
    assert held.forms[0].good[0].values[17] == GOOD["ledger"]["due"]


@pytest.mark.parametrize(
    "text", ["完 成 时 限", "完成\n时限", " 完成时限", "完成时限\u3000", "完成\u200b时限", "完成时 限（年月日）"]
)
def test_spaces_in_a_header_are_fixed(text: str) -> None:
    labels = [text if label == "完成时限" else label for label in LABELS]
    held = judged({}, sheets=[sheet_of(labels, body())])
    assert told(held) == [("fixed", "fixed-header", 1, "due")]
    assert held.findings[0].cell == "R1"
    assert len(held.forms[0].good) == 1


@pytest.mark.parametrize(
    ("label", "alias"),
    [("责任部门", "责任单位"), ("完成时限", "整改时限"), ("完成时限", "整改期限（年月日）"), ("进展情况", "整改情况")],
)
def test_the_usual_other_words_are_fixed(label: str, alias: str) -> None:
    labels = [alias if known_as == label else known_as for known_as in LABELS]
    held = judged({}, sheets=[sheet_of(labels, body())])
    name = next(c.name for c in LEDGER.columns if c.label == label)
    assert told(held) == [("fixed", "fixed-header", 1, name)]
    assert len(held.forms[0].good) == 1


ALIASES = [
    (form.name, column.name, alias)
    for form in catalog.forms().values()
    for column in form.columns
    for alias in catalog.header_aliases().get(column.label, ())
    if label_key(alias) not in {label_key(c.label) for c in form.columns}
]


@pytest.mark.parametrize(("form", "name", "alias"), ALIASES)
def test_every_other_word_for_a_header_is_understood(form: str, name: str, alias: str) -> None:
    labels = [alias if c.name == name else c.label for c in catalog.forms()[form].columns]
    grid = sheet_of(labels, body(form), title=catalog.forms()[form].title)
    place = [c.name for c in catalog.forms()[form].columns].index(name)
    assert columns(grid)[name] == place


def test_a_label_of_the_form_comes_before_another_word_for_it() -> None:
    grid = sheet_of(["责任单位", *LABELS], ["示例单位", *body()])
    assert columns(grid)["department"] == 1 + LABELS.index("责任部门")
    assert codes(judged({}, sheets=[grid])) == [("extra-column", 1, "")]


def test_a_label_that_stands_twice_is_read_where_it_stands_first() -> None:
    held = judged({}, sheets=[sheet_of([*LABELS, "备注"], [*body(note="前"), "后"])])
    assert held.forms[0].good[0].values[-1] == "前"
    assert [(f.code, f.cell) for f in held.findings] == [("extra-column", "Y1")]


def test_a_serial_number_is_no_number_of_ours() -> None:
    for label in ("序号", "序 号", "序\n号"):
        held = judged({}, sheets=[sheet_of([label, *LABELS[1:]], [1.0, *body()[1:]])])
        assert codes(held) == [("missing-column", 1, "item_id")]
        assert held.findings[0].level == "warning"
    assert "序号" not in [alias for words in catalog.header_aliases().values() for alias in words]


def moved(labels: Sequence[str]) -> list[str]:
    held = judged({}, sheets=[sheet_of(labels, [dict(zip(LABELS, body(), strict=True)).get(x, "") for x in labels])])
    assert {f.code for f in held.findings} <= {"fixed-header", "extra-column"}
    return [f.label for f in held.findings if f.code == "fixed-header"]


def test_only_the_columns_out_of_order_are_told() -> None:
    assert moved(LABELS) == []
    assert moved([*LABELS[1:], LABELS[0]]) == [LABELS[0]]
    assert moved([LABELS[-1], *LABELS[:-1]]) == [LABELS[-1]]
    assert moved([*LABELS[:3], LABELS[17], *LABELS[3:17], *LABELS[18:]]) == [LABELS[17]]
    assert len(moved([LABELS[1], LABELS[0], *LABELS[2:]])) == 1
    assert len(moved([*LABELS[3:], *LABELS[:3]])) == 3
    assert len(moved(LABELS[::-1])) == len(LABELS) - 1


@given(st.integers(0, len(LABELS)), st.sampled_from(["备案号", "序号", "联系电话"]))
def test_an_inserted_column_moves_nobody(place: int, label: str) -> None:
    assert moved([*LABELS[:place], label, *LABELS[place:]]) == []


@given(st.permutations(LABELS))
def test_what_is_left_after_the_moved_columns_is_in_order(labels: list[str]) -> None:
    told_as = set(moved(labels))
    assert [label for label in labels if label not in told_as] == [x for x in LABELS if x not in told_as]


def test_left_out_columns_move_nobody() -> None:
    kept = [c.name for c in LEDGER.columns if c.name not in ("aspect", "scope", "manner")]
    assert told(judged({}, sheets=[form_grid("ledger", [row("ledger")], columns=kept)])) == []


# ---- rows that are no data


ASIDE = [
    ["合计"],
    ["", "合计", "", 12.0],
    ["总计：", 3.0],
    ["小计", "", 1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
    ["合 计"],
    ["合计3"],
    ["填报人：示例甲"],
    ["填报人：", "示例甲", "", "填报日期：", "2005-5-25"],
    ["单位负责人（签字）：", "", "示例乙"],
    ["负责人签字：示例乙"],
    ["签字：", "示例乙"],
    ["", "", "审核人签名：示例乙"],
    ["单位（盖章）：示例第一党支部"],
    ["（盖章）"],
    ["盖章"],
    ["填报单位：示例第一党支部"],
    ["示例"],
    ["（示例）", "理论学习不够", "个人查摆"],
    LABELS,
    [f"{label}*" for label in LABELS],
    ["", *LABELS[1:]],
    [],
    ["", "", ""],
    ["   "],
    ["\u3000", "\u200b"],
    ["无", "/", "—"],
]


@pytest.mark.parametrize("aside", ASIDE, ids=[str(i) for i in range(len(ASIDE))])
def test_rows_that_are_no_data_are_silent(aside: list[Any]) -> None:
    grid = sheet_of(LABELS, body(), aside, body(problem="服务群众不够主动"), aside)
    held = judged({}, sheets=[grid])
    assert told(held) == []
    assert [r.row for r in held.forms[0].good] == [2, 4]


def test_a_short_text_merged_over_rows_of_a_table_without_numbers_loses_none_of_them() -> None:
    labels, numbers = LABELS[1:], range(2, 7)
    rows = [body(problem=f"服务群众不够主动之{n}")[1:] for n in numbers]
    place = next(at for at, column in enumerate(LEDGER.columns[1:]) if column.name == "department")
    order = [place, *(at for at in range(len(labels)) if at != place)]  # the department comes first
    table = [[values[at] for at in order] for values in (labels, *rows)]
    for values in table[2:]:
        values[0] = ""
    for last in (0, 2):
        held = judged({}, sheets=[sheet_of(*table, merges=[(2, 0, 6, last)])])
        assert [r.row for r in (*held.forms[0].good, *held.forms[0].bad)] == [*numbers]


@pytest.mark.parametrize(
    "line",
    [
        [*[""] * 26, "填报人：示例甲"],
        ["填报人：示例甲", *[""] * 25, "填报日期：2005年5月25日"],
        ["合计", *[""] * 30, 5.0],
    ],
)
def test_a_line_that_stands_beside_the_columns_is_silent(line: list[Any]) -> None:
    assert told(judged({}, sheets=[sheet_of(LABELS, body(), line)])) == []


def test_a_register_of_their_own_is_not_taken_for_a_form() -> None:
    held = judged(
        {"ledger": [row("ledger")]}, sheets=[Grid(title="发文登记", rows=[["文号", "份数", "接收人", "备注"], ["1号"]])]
    )
    assert [(f.code, f.sheet) for f in held.findings] == [("extra-sheet", "发文登记")]


@pytest.mark.parametrize("serial", [3.0, "3", "合计", "总计"])
def test_a_row_with_nothing_but_a_serial_number_is_no_data(serial: Any) -> None:
    grid = sheet_of(["序号", *LABELS], [1.0, *body()], [serial, *[""] * 24], [4.0, "无", "/", *[""] * 22])
    assert data_rows(grid) == [2]


def test_a_total_behind_a_serial_number_is_no_data() -> None:
    grid = sheet_of(["序号", *LABELS], [1.0, *body()], [2.0, "", "合计", 3.0])
    assert data_rows(grid) == [2]


@pytest.mark.parametrize(
    "problem",
    [
        "合计数与明细数不符",
        "填报人不及时上报",
        "签字手续不规范",
        "盖章不规范",
        "合同未盖章",
        "未建立整改台帐",
        "示例不够具体",
        "整改台帐",
    ],
)
def test_a_row_that_only_begins_like_them_is_data(problem: str) -> None:
    grid = sheet_of(["整改台帐"], LABELS, body(problem=problem))
    assert data_rows(grid) == [3]


@pytest.mark.parametrize("problem", ["合同未盖章", "未建立整改台帐", "盖章不规范", "签字手续不规范", "无章可循"])
def test_a_problem_without_the_rest_is_data_too(problem: str) -> None:
    assert data_rows(sheet_of(["整改台帐"], LABELS, ["", problem])) == [3]


def test_a_cell_with_an_error_is_data() -> None:
    assert data_rows(sheet_of(LABELS, ["", "#REF!"], [0.0], [False])) == [2, 3, 4]


def test_the_title_and_the_header_of_the_next_page_are_no_data() -> None:
    title, unit = ["示例第一党支部整改台帐"], ["填报单位：示例第一党支部", "", "2005年5月25日"]
    second = body(problem="服务群众不够主动")
    grid = sheet_of(title, unit, LABELS, body(), title, unit, LABELS, second, ["合计", 2.0], title)
    held = judged({}, sheets=[grid])
    assert told(held) == []
    assert [r.row for r in held.forms[0].good] == [4, 8]


@pytest.mark.parametrize("form", FORMS)
def test_a_good_row_of_each_form_is_data(form: str) -> None:
    assert data_rows(form_grid(form, [row(form), {}, row(form)])) == [4, 6]


def test_rows_shorter_and_longer_than_the_header() -> None:
    short = body(note=None)[:21]
    held = judged({}, sheets=[sheet_of(LABELS, short, [*body(problem="服务群众不够"), "", ""])])
    assert told(held) == []
    assert len(held.forms[0].good) == 2


# ---- the sheets of a workbook


def test_the_forms_of_a_workbook_stand_in_its_order() -> None:
    names = ["survey", "ledger", "filings"]
    found = sort_sheets([*(form_grid(n, [row(n)]) for n in names), cover_grid()])
    assert [sheet.form.name for sheet in found.forms] == names
    assert found.cover_title == "封面"
    assert found.others == ()


SIGN = catalog.words("marked")["sign"]
OURS = [
    Grid(title="填表说明", rows=[["说明"]]),
    Grid(title="选项", rows=[["说明"]], visible=False),
    Grid(title="选项", rows=[["问题来源", "问题类别"], ["个人查摆", "党员素质"]]),
    Grid(title="自检", rows=[["说明"]], visible=False),
    Grid(title="自检", rows=[["空白", "source"], ["", "个人查摆"]]),
    Grid(title="问题清单", rows=[["检查结果", "", SIGN]]),
    Grid(title="改了名", rows=[["检查结果", "", SIGN]]),
]


@pytest.mark.parametrize("grid", OURS)
def test_our_own_other_sheets_are_silent(grid: Grid) -> None:
    found = sort_sheets([cover_grid(), form_grid("ledger", [row("ledger")]), grid])
    assert (len(found.forms), found.others) == (1, ())


@pytest.mark.parametrize("title", ["选项", "自检", "问题清单", "问题清单 (2)"])
def test_a_clerks_own_sheet_may_be_called_like_ours(title: str) -> None:
    own = Grid(title=title, rows=[["群众提出的意见"], ["改进服务"]])
    found = sort_sheets([cover_grid(), form_grid("ledger", [row("ledger")]), own])
    assert found.others == (own,)
    filled = replace(form_grid("ledger", [row("ledger")]), title=title)
    assert len(judged({}, sheets=[filled]).forms[0].good) == 1


def test_a_form_that_a_clerk_called_a_list_of_problems_is_a_form() -> None:
    grid = replace(form_grid("ledger", [row("ledger")]), title="问题清单及整改台帐")
    held = judged({}, sheets=[grid])
    assert codes(held) == [("fixed-header", None, "")]
    assert len(held.forms[0].good) == 1


@pytest.mark.parametrize(
    ("rows", "is_told"), [([["通讯录"], ["示例甲", 123.0]], True), ([], False), ([["", ""], []], False)]
)
def test_a_sheet_of_their_own_is_told_where_something_stands_on_it(rows: list[list[Any]], is_told: bool) -> None:
    held = judged({"ledger": [row("ledger")]}, sheets=[Grid(title="Sheet2", rows=rows)])
    assert [(f.level, f.code, f.sheet) for f in held.findings] == [("warning", "extra-sheet", "Sheet2")] * is_told


@pytest.mark.parametrize("title", ["Sheet1", "首页"])
def test_a_cover_is_known_by_its_labels(title: str) -> None:
    found = sort_sheets([form_grid("ledger", [row("ledger")]), replace(cover_grid(), title=title)])
    assert found.cover_title == title
    assert found.cover is not None
    assert found.cover["unit_code"].value == "KX02"
    assert found.others == ()


def test_a_form_with_a_signature_line_is_not_taken_for_a_cover() -> None:
    line = [
        "填报单位",
        "示例第一党支部",
        "填报人",
        "示例甲",
        "填报日期",
        "2005-5-25",
        "联系电话",
        "000",
        "单位负责人",
        "示例乙",
    ]
    found = sort_sheets([sheet_of(line, LABELS, body())])
    assert [sheet.form.name for sheet in found.forms] == ["ledger"]
    assert found.cover is None


@pytest.mark.parametrize(
    "cells",
    [
        [["填报单位编码", "KX02"], ["填报单位名称", "示例第一党支部"]],
        [["填报单位编码：", "KX02", "填报单位名称：", "示例第一党支部"]],
        [["", "", "填报单位编码*", "", "KX02"], ["", "", "填报单位名称（全称）", "", "", "示例第一党支部"]],
        [["单位编码", "KX02"], ["单位名称", "示例第一党支部"]],
        [[" 填报单位编码 ", "KX02"], ["填报 单位 名称", "示例第一党支部"]],
    ],
)
def test_a_value_of_the_cover_stands_right_of_its_label(cells: list[list[Any]]) -> None:
    found = sort_sheets([Grid(title="封面", rows=[["标题"], *cells], first_row=3, first_column=1)])
    assert found.cover is not None
    assert found.cover["unit_code"].value == "KX02"
    assert found.cover["unit_name"].value == "示例第一党支部"
    at = found.cover["unit_code"]
    assert (at.row, at.column) == (4, 1 + cells[0].index("KX02"))


def test_a_blank_value_does_not_borrow_the_next_label() -> None:
    found = sort_sheets([Grid(title="封面", rows=[["填报单位编码", "", "填报单位名称", "示例第一党支部"]])])
    assert found.cover is not None
    assert found.cover["unit_code"].value == ""
    assert (found.cover["unit_code"].row, found.cover["unit_code"].column) == (1, 1)
