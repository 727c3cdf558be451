"""Mistakes seen at clerks' desks besides: days and options with more in the cell, pasting, covers filled in elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

from mistakes_in_sheets import _push_down
from spoiling import ALIKE, Kind, Paper, Spoil, Told, alike, fixed, framed, of_frame, of_office
from ways import GDSTA, dated, retyped, typed, wide

from rectify_xl.facts import catalog

_DATES = ("ledger.due", "measures.due", "activities.held_on")
_COUNTS = ("activities.expected", "survey.issued")

# ---- days

_WRONG_YEAR = tuple(
    Kind(f"年份写成 {year}", retyped(lambda d, y=year: d.replace(year=y)), ("ledger.due",), "window", offices=GDSTA)
    for year in (2004, 2006, 2015)
)
_TWO_DAYS = tuple(
    Kind(f"一格写两个日期 {pattern}", dated(pattern), _DATES, "date")
    for pattern in ("2005-05-03、{y}-{mm}-{dd}", "5.3和{y}.{m}.{d}", "2005-05-03\n{y}-{mm}-{dd}", "{y}-{mm}-{dd}至5月30日")
)
_MORE_DATES = (
    *(
        fixed(f"日期写成 {pattern}", dated(pattern), ("ledger.due", "cover.filled_on"), "fixed-date")
        for pattern in (
            "{y}.{m}.{d}.", "{y} - {m} - {d}", "{y}年{m}月{d}号", "{y}-{mm}-{dd} 00:00:00", "{y}／{m}／{d}",
            "{y}年 {m} 月 {d} 日",
        )
    ),
    *(
        Kind(f"日期写成 {pattern}", dated(pattern), ("ledger.due", "cover.filled_on"), "date fixed-date")
        for pattern in ("{y}。{m}。{d}", "{y}—{m}—{d}", "{y},{m},{d}", "{y}、{m}、{d}")
    ),
    fixed("日期连同横线用全角", retyped(lambda d: wide(f"{d.year}-{d.month}-{d.day}")), _DATES, "fixed-date"),
    Kind("日期两位年份", retyped(lambda d: f"{d.year % 100:02}.{d.month}.{d.day}"), _DATES, "date fixed-date"),
    Kind("星期不符", dated("{y}-{m}-{d}（星期日）"), ("ledger.due",), "date"),
    Kind("日期写成时刻（文字）", typed("08:30"), _DATES, "date"),
    Kind("日期填成时刻", typed(time(8, 30), "hh:mm"), _DATES, "date"),
    alike("日期带着时刻", lambda p: Told([], [p.put(datetime.combine(p.value(), time(9, 30)))]), _DATES, ""),
    Kind("日期写成公式文字", typed("=TODAY()"), _DATES, "date no-value"),
    Kind("日期带问号", dated("{y}-{mm}-{dd}?"), _DATES, "date fixed-date"),
    Kind("完成日期写成进度", lambda p: p.put("正在办理", row="usual"), ("ledger.completed",), "date"),
    Kind("填报日期写成旬", typed("5月下旬"), ("cover.filled_on",), "date"),
    Kind("填报日期只有年月", typed("2005年5月"), ("cover.filled_on",), "date"),
    Kind("填报日期写成区间", typed("2005年5月20日至25日"), ("cover.filled_on",), "date"),
)

# ---- options, counts and shares


def _with(before: str = "", behind: str = "") -> Spoil:
    return retyped(lambda text: f"{before}{text}{behind}")


_CHOICES = ("ledger.status", "measures.review_result", "activities.activity")
_OPTIONS = (
    *(
        Kind(f"选项后带说明 {behind}", _with(behind=behind), _CHOICES, "choice fixed-choice")
        for behind in ("（详见附件）", "，已报告", "-见备注", "?")
    ),
    *(
        Kind(f"选项前带序号 {before}", _with(before=before), _CHOICES, "choice fixed-choice")
        for before in ("1.", "①", "A、", "(2)")
    ),
    Kind("选项加引号", _with("“", "”"), _CHOICES, "choice fixed-choice fixed-text"),
    Kind("是否写成英文", typed("yes"), ("ledger.pledged", "branches.has_branch"), "choice fixed-choice"),
    Kind("选项写成公式文字", typed("=B2"), _CHOICES, "choice no-value"),
    Kind("人数为负（文字）", typed("-3"), _COUNTS, "range number"),
    Kind("人数为负（全角）", typed("－３"), _COUNTS, "range number"),
    Kind("人数写成分数", typed("28/30"), _COUNTS, "number"),
    Kind("人数带说明", retyped(lambda n: f"{n}人（含列席）"), _COUNTS, "number fixed-number"),
    Kind("人数两个数", typed("正式28，预备2"), _COUNTS, "number"),
    Kind("人数写成公式文字", typed("=28+2"), _COUNTS, "number no-value"),
    Kind("人数填成时刻", typed(time(8, 30), "hh:mm"), _COUNTS, "number"),
    Kind("份数为负", typed(-1), ("filings.copies",), "range"),
    Kind("比例大于一（文字）", typed("1.2"), ("ledger.percent",), "range"),
    Kind("比例带左右", typed("50%左右"), ("ledger.percent",), "number"),
    Kind("比例写成分数", typed("1/2"), ("ledger.percent",), "number fixed-percent"),
    Kind("比例写成区间", typed("50%-60%"), ("ledger.percent",), "number"),
    Kind("比例为负（文字）", typed("-50%"), ("ledger.percent",), "range number"),
)

# ---- pasting


def _columns_swapped(first: str, second: str) -> Spoil:
    """The contents of two columns the wrong way round, down the whole sheet."""

    def spoil(paper: Paper) -> Told:
        wrong = []
        for row in range(paper.header + 1, paper.last_row + 1):
            one, other = paper.cell(first, row), paper.cell(second, row)
            one.value, other.value = other.value, one.value
            wrong += [
                f"{paper.sheet.title}!{cell.coordinate}"
                for cell, name in ((one, first), (other, second))
                if cell.value is not None and cell.value not in paper.options(name)
            ]
        return Told(wrong, [f"{paper.sheet.title}!{row}" for row in range(paper.header + 1, paper.last_row + 1)])

    return spoil


def _header_between(paper: Paper) -> Told:
    """The header copied among the rows, as where a page was pasted below another."""
    labels = [cell.value for cell in paper.line(paper.header)]
    _push_down(paper, paper.header + 2, 1)
    for cell, label in zip(paper.line(paper.header + 2), labels, strict=True):
        cell.value = label
    return Told()


def _blanks_between(paper: Paper) -> Told:
    _push_down(paper, paper.header + 2, 5)
    return Told()


def _all_twice(paper: Paper) -> list[str]:
    """Every row pasted once more below the others."""
    first, rows = paper.last_row + 1, list(paper.clean.rows[paper.form.name])
    for number, name in enumerate(rows, start=first):
        paper.add(paper.row_values(name), number)
    return [paper.at(row=number) for number in range(first, first + len(rows))]


def _total_of_formulas(paper: Paper) -> Told:
    row = paper.last_row + 1
    paper.sheet.cell(row, 1).value = "合计"
    for cell in paper.line(row)[1:]:
        cell.value = f"=SUM({cell.column_letter}{paper.header + 1}:{cell.column_letter}{row - 1})"
    return Told()


def _tall_header(paper: Paper) -> Told:
    """Every label merged over two rows."""
    header = paper.header
    _push_down(paper, header + 1, 1)
    for cell in paper.line(header):
        paper.sheet.merge_cells(start_row=header, end_row=header + 1, start_column=cell.column, end_column=cell.column)
    return Told()


def _wide_merge(first: str, second: str) -> Spoil:
    """Two cells of a row merged into one: the second is gone."""

    def spoil(paper: Paper) -> str:
        one, other = paper.cell(first), paper.cell(second)
        here = paper.at(second)
        other.value = None
        paper.sheet.merge_cells(f"{one.coordinate}:{other.coordinate}")
        return here

    return spoil


def _hidden_column(paper: Paper) -> Told:
    paper.sheet.column_dimensions[paper.letter()].hidden = True
    return Told()


def _hidden_sheet(paper: Paper) -> Told:
    paper.sheet.sheet_state = "hidden"
    return Told([], [paper.sheet.title])


def _check_pasted_over(text: Any) -> Spoil:
    """Something over the self-check's column."""

    def spoil(paper: Paper) -> Told:
        at = paper.line(paper.header)[-1].column + 1
        for row in range(paper.header + 1, paper.last_row + 1):
            paper.sheet.cell(row, at).value = text
        return Told()

    return spoil


def _check_deleted(paper: Paper) -> Told:
    paper.sheet.delete_cols(paper.line(paper.header)[-1].column + 1)
    return Told()


def _check_edited(paper: Paper) -> Told:
    """Formulas of somebody's own in the self-check's column, never calculated."""
    at = paper.line(paper.header)[-1].column + 1
    for row in range(paper.header + 1, paper.last_row + 1):
        paper.sheet.cell(row, at).value = '=IF(1=1,"通过","")'
    return Told()


def _helpers_edited(paper: Paper) -> Told:
    """The helper sheet shown, and its first rows typed over."""
    helpers = paper.book[catalog.reading().self_check_sheet]
    helpers.sheet_state = "visible"
    for cell in (cell for line in helpers.iter_rows(max_row=12) for cell in line):
        cell.value = "通过"
    return Told()


def _helpers_deleted(paper: Paper) -> Told:
    del paper.book[catalog.reading().self_check_sheet]
    return Told()


_PASTED = (
    Kind("两栏整列填反", _columns_swapped("source", "category"), ("ledger",), "choice"),
    Kind("两栏整列填反（身份）", _columns_swapped("member_role", "aspect"), ("measures",), "choice"),
    framed("表头粘贴到中间", _header_between, ("ledger", "activities")),
    framed("中间空五行", _blanks_between, ("ledger", "survey")),
    Kind("整表粘贴两遍", _all_twice, ("activities.subject", "branches.name", "guidance.member"), "duplicate"),
    framed("合计行是公式", _total_of_formulas, ("activities", "survey")),
    framed("表头合并两行", _tall_header, ("ledger", "survey")),
    Kind("横向合并", _wide_merge("goal", "measure"), ("ledger",), "required fixed-merge"),
    framed("隐藏一列", _hidden_column, ("ledger.owner", "survey.valid")),
    framed("隐藏工作表", _hidden_sheet, ("ledger",)),
    framed("自检栏被文字覆盖", _check_pasted_over("已检查"), ("ledger", "survey")),
    framed("自检栏被清空", _check_pasted_over(None), ("ledger",)),
    framed("自检栏被删除", _check_deleted, ("ledger", "branches")),
    framed("自检栏的公式被改写", _check_edited, ("ledger", "survey")),
    framed("自检的隐藏工作表被改写", _helpers_edited, ("ledger", "branches")),
    framed("自检的隐藏工作表被删除", _helpers_deleted, ("ledger",)),
)

# ---- the cover


def _beside(value: Callable[[Paper], Any]) -> Spoil:
    """Typed into the cell right of the cover's, which stays blank."""

    def spoil(paper: Paper) -> Told:
        cell, typed_value = paper.cell(), value(paper)
        cell.value = None
        for merged in list(paper.sheet.merged_cells.ranges):
            if cell.coordinate in merged:
                paper.sheet.unmerge_cells(str(merged))
        cell.offset(column=1).value = typed_value
        return Told()

    return spoil


def _below(paper: Paper) -> str:
    """The cover's fields from this one on, typed one row too low."""
    cell = paper.cell()
    here, value = paper.at(), cell.value
    cell.value = None
    cell.offset(row=1).value = value
    return here


def _cover_moved(paper: Paper) -> Told:
    _push_down(paper, 1, 1)
    return Told()


def _labelled(text: str) -> Spoil:
    def spoil(paper: Paper) -> Told:
        label = paper.cell().offset(column=-1)
        label.value = text
        return Told([], [f"{paper.sheet.title}!{label.coordinate}"])

    return spoil


def _second_cover(change: Callable[[Paper, Any], None]) -> Spoil:
    def spoil(paper: Paper) -> str:
        twin = paper.book.copy_worksheet(paper.book[catalog.cover().sheet])
        twin.title = f"{catalog.cover().sheet} (2)"
        change(paper, twin)
        return twin.title

    return spoil


def _of_another(paper: Paper, twin: Any) -> None:
    other = next(u for u in paper.clean.settings.units if u != paper.clean.unit)
    place = paper.cell("unit_code").coordinate
    twin[place].value = other.code


_CODE = ("cover.unit_code",)
_COVERS = (
    # Read all the same; the template asks for it in its own cell, and is right to.
    framed("封面填在右边一格", _beside(lambda p: p.value()), ("cover.filled_by", "cover.approved_by")),
    Kind("封面填在下面一格", _below, ("cover.filled_by",), "required"),
    framed("封面下移一行", _cover_moved, ("cover.filled_by",)),
    *(
        framed(f"封面栏目写成 {text}", _labelled(text), (where,))
        for text, where in (
            ("单位名称", "cover.unit_name"), ("单位编码", "cover.unit_code"), ("填表人", "cover.filled_by"),
            ("填报时间", "cover.filled_on"), ("填报日期：", "cover.filled_on"), ("填 报 人", "cover.filled_by"),
        )
    ),
    of_office("封面编码小写", retyped(str.lower), _CODE, "fixed-text"),
    of_office("封面编码全角小写", retyped(lambda t: wide(t.lower())), _CODE, "fixed-text"),
    of_office("封面编码和名称填反", lambda p: _both_swapped(p), _CODE, "unknown-unit fixed-text unit-mismatch"),
    of_frame("两张封面", _second_cover(lambda paper, twin: None), ("cover.filled_by",), "extra-sheet"),
    of_frame("两张封面（另一单位）", _second_cover(_of_another), ("cover.unit_code",), "extra-sheet unit-mismatch"),
    alike(
        "填报日期带着时刻",
        lambda p: Told([], [p.put(datetime.combine(p.value(), time(9)))]),
        ("cover.filled_on",),
        "",
    ),
    Kind("填报人写成日期", typed(date(2005, 5, 25)), ("cover.filled_by",), "fixed-text", unseen=ALIKE),
)


def _both_swapped(paper: Paper) -> Told:
    code, name = paper.cell("unit_code"), paper.cell("unit_name")
    code.value, name.value = name.value, code.value
    code_at, name_at = paper.at("unit_code"), paper.at("unit_name")
    return Told([f"|{code_at}|{name_at}"], [code_at, name_at, ""])




def _known_number(change: Callable[[str], str]) -> Spoil:
    return lambda paper: paper.put(change(paper.value(row="first_known")), row="first_known")


_NUMBERS = (
    alike("编号小写", _known_number(str.lower), ("ledger.item_id", "measures.item_id")),
    alike("编号的横线写成长横", _known_number(lambda text: text.replace("-", "—")), ("ledger.item_id",)),
)

CLERKS = (*_WRONG_YEAR, *_TWO_DAYS, *_MORE_DATES, *_OPTIONS, *_PASTED, *_COVERS, *_NUMBERS)
