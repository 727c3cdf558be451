"""Mistakes around the entries: headers, columns, rows that are no data, merged and hidden rows, sheets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from typing import Any

from spoiling import Kind, Paper, Spoil, Told, fixed, framed, of_frame

from rectify_xl.facts import catalog

# ---- headers


def headed(text: str | Callable[[str], str]) -> Spoil:
    """Another header over the column; told in the header's cell."""

    def spoil(paper: Paper) -> str:
        cell = paper.cell(row=paper.header)
        cell.value = text if isinstance(text, str) else text(str(cell.value).rstrip("*"))
        return f"{paper.sheet.title}!{cell.coordinate}"

    return spoil


def _lost(text: str | None) -> Spoil:
    """A header that is none of ours, or none: the column is missing, and what stands there is extra."""

    def spoil(paper: Paper) -> Told:
        assert paper.column is not None
        cell = paper.cell(row=paper.header)
        cell.value = text
        first = next(
            row
            for row in range(paper.header + 1, paper.last_row + 1)
            if paper.sheet[f"{cell.column_letter}{row}"].value
        )
        extra = cell.coordinate if text else f"{cell.column_letter}{first}"
        return Told([f"{paper.sheet.title}!{paper.column.label}", f"{paper.sheet.title}!{extra}"])

    return spoil


def _near_miss(paper: Paper) -> Told:
    """A header with one character wrong: told as missing there, and as extra if need be."""
    assert paper.column is not None
    here = headed(lambda text: text[:-1] + "某")(paper)
    return Told([f"{here}|{paper.sheet.title}!{paper.column.label}"], [here])


def _column_deleted(paper: Paper) -> str:
    assert paper.column is not None
    paper.sheet.delete_cols(paper.cell(row=paper.header).column)
    return f"{paper.sheet.title}!{paper.column.label}"


def _values_of(paper: Paper, column: int) -> list[tuple[Any, Any]]:
    rows = range(paper.header, paper.last_row + 1)
    cells = [paper.sheet.cell(row, column) for row in rows]
    return [(cell.value, copy(cell._style)) for cell in cells]


def _set_values(paper: Paper, column: int, values: Sequence[tuple[Any, Any]]) -> None:
    for row, (value, style) in enumerate(values, start=paper.header):
        cell = paper.sheet.cell(row, column)
        cell.value, cell._style = value, style


def _moved_to_front(paper: Paper) -> str:
    """The column cut out and put before all others."""
    at = paper.cell(row=paper.header).column
    held = [_values_of(paper, column) for column in range(1, at + 1)]
    for column, values in enumerate([held[-1], *held[:-1]], start=1):
        _set_values(paper, column, values)
    return f"{paper.sheet.title}!A{paper.header}"


def _inserted(header: str | None, value: Any) -> Spoil:
    """A column of the clerk's own before the kind's, or an empty one."""

    def spoil(paper: Paper) -> Told:
        at, rows = paper.cell(row=paper.header).column, range(paper.header, paper.last_row + 1)
        for merged in list(paper.sheet.merged_cells.ranges):
            paper.sheet.unmerge_cells(str(merged))
        paper.sheet.insert_cols(at)
        for row in rows:
            paper.sheet.cell(row, at).value = header if row == paper.header else value
        if header is None or header == "序号":
            return Told()
        return Told([f"{paper.sheet.title}!{paper.sheet.cell(paper.header, at).coordinate}"])

    return spoil


_COLUMNS = ("ledger.owner", "measures.reviewer", "activities.content", "branches.kind")
_HEADERS = (
    framed("栏目改用别称", headed("责任单位"), ("ledger.department", "institutions.department"), "fixed-header"),
    framed("栏目改用别称（时限）", headed("整改时限"), ("ledger.due", "measures.due"), "fixed-header"),
    framed("栏目中有空格", headed(lambda t: " ".join(t)), ("ledger.owner", "survey.participant"), "fixed-header"),
    framed("栏目后有空格", headed(lambda t: f"{t} "), ("ledger.goal", "branches.kind"), "fixed-header"),
    framed("栏目换行", headed(lambda t: f"{t[:2]}\n{t[2:]}"), ("ledger.status", "filings.document"), "fixed-header"),
    framed(
        "栏目后有括号提示",
        lambda p: Told([], [headed(lambda t: f"{t}（年月日）")(p)]),
        ("ledger.due", "survey.surveyed_on"),
    ),
    of_frame("栏目写错一个字", _near_miss, ("ledger.owner", "ledger.measure"), "missing-column fixed-header"),
    of_frame("栏目改成别的", _lost("联系人"), _COLUMNS, "missing-column extra-column"),
    of_frame("栏目删去文字", _lost(None), _COLUMNS, "missing-column extra-column"),
    of_frame("删去一栏", _column_deleted, _COLUMNS, "missing-column"),
    of_frame(
        "删去一栏（选填）", _column_deleted, ("ledger.note", "ledger.explanation", "measures.post"), "missing-column"
    ),
    framed("移动一栏", _moved_to_front, ("ledger.owner", "measures.status", "survey.valid"), "fixed-header"),
    framed("插入空白栏", _inserted(None, None), ("ledger.owner", "activities.place")),
    framed("插入序号栏", _inserted("序号", 1), ("ledger.item_id", "filings.document")),
    framed("插入自编栏", _inserted("联系电话", "020-12345678"), ("ledger.owner", "branches.kind"), "extra-column"),
    framed("同名栏目两次", lambda p: Told([_twin(p)]), ("ledger.goal",), "extra-column"),
)


def _twin(paper: Paper) -> str:
    """The column's header once more, behind the last one, with a value below it."""
    after = len(paper.form.columns) + 2
    cell = paper.sheet.cell(paper.header, after)
    cell.value = paper.cell(row=paper.header).value
    paper.sheet.cell(paper.header + 1, after).value = "示例内容"
    return f"{paper.sheet.title}!{cell.coordinate}"


# ---- rows that are no data


def _line(column: int, text: str, *more: tuple[int, Any]) -> Spoil:
    """A line below the last row that is no data."""

    def spoil(paper: Paper) -> Told:
        row = paper.last_row + 1
        for at, value in ((column, text), *more):
            paper.sheet.cell(row, at).value = value
        return Told()

    return spoil


def _above(texts: Sequence[str]) -> Spoil:
    """Lines above the header."""

    def spoil(paper: Paper) -> Told:
        _push_down(paper, 1, len(texts))
        for row, text in enumerate(texts, start=1):
            paper.sheet.cell(row, 1).value = text
        return Told()

    return spoil


def _push_down(paper: Paper, first: int, count: int) -> None:
    """Inserts rows before a row; openpyxl leaves merged cells where they were, so there are none left."""
    for merged in list(paper.sheet.merged_cells.ranges):
        paper.sheet.unmerge_cells(str(merged))
    paper.sheet.insert_rows(first, count)


def _group_titles(paper: Paper) -> Told:
    """A first header row with titles of groups above the labels, merged over them."""
    header = paper.header
    _push_down(paper, header, 1)
    for first, last, text in ((1, 4, "基本情况"), (5, 8, "整改安排")):
        paper.sheet.cell(header, first).value = text
        paper.sheet.merge_cells(start_row=header, end_row=header, start_column=first, end_column=last)
    return Told()


def _header_again(paper: Paper) -> Told:
    """The header once more, as on the next page."""
    row, labels = paper.last_row + 1, [cell.value for cell in paper.line(paper.header)]
    for cell, label in zip(paper.line(row), labels, strict=True):
        cell.value = label
    return Told()


def _blank_between(paper: Paper) -> Told:
    _push_down(paper, paper.header + 2, 1)
    return Told()


def _far_below(paper: Paper) -> Told:
    """A good row below the rows that are prepared: taken, and the template says that it does not check it."""
    values = {**paper.row_values("usual"), "problem": "预置行以下的问题"}
    paper.add(values, paper.header + 220)
    return Told(rows=1)


def _stray(at: str) -> Spoil:
    def spoil(paper: Paper) -> str:
        paper.sheet[at].value = "请领导阅示"
        return f"{paper.sheet.title}!{at}"

    return spoil


def _serials_only(paper: Paper) -> Told:
    """序号 typed in advance, down a column of its own, and no more."""
    _inserted("序号", 1)(paper)
    for row in range(paper.last_row + 1, paper.last_row + 6):
        paper.sheet.cell(row, 1).value = row
    return Told()


_ASIDE = (
    framed("合计行", _line(1, "合计", (4, 80)), ("activities", "survey")),
    framed("小计行", _line(2, "小计"), ("ledger",)),
    framed("签字行", _line(1, "填报人签字：", (3, "单位负责人签字：")), ("ledger", "filings")),
    framed("盖章行", _line(1, "（盖章）"), ("ledger", "branches")),
    framed("填报日期行", _line(1, "填报日期：2005年5月25日"), ("measures",)),
    framed("标题和单位两行", _above(("整改情况一览表", "填报单位：示例第一党支部")), ("ledger", "activities")),
    framed("两层表头", _group_titles, ("ledger", "survey", "measures")),
    framed("表头重复一次", _header_again, ("ledger", "survey")),
    framed("中间空一行", _blank_between, ("ledger", "branches")),
    framed("只有序号的行", _serials_only, ("ledger.item_id",)),
    Kind("预置行以下还有内容", _far_below, ("ledger",), ""),
    fixed("栏目以外有内容", _stray("AB5"), ("ledger",), "extra-column"),
    of_frame("最远的单元格有内容", _stray("XFD1048576"), ("filings",), "extra-column"),
)

# ---- merged cells, the same as above, hidden rows


def _merged(paper: Paper) -> str:
    """The first two rows say the same, in one merged cell."""
    top, below = paper.cell(row=paper.header + 1), paper.cell(row=paper.header + 2)
    below.value = top.value
    kept = below.coordinate
    paper.sheet.merge_cells(f"{top.coordinate}:{kept}")
    return f"{paper.sheet.title}!{kept}"


def _ditto(paper: Paper) -> str:
    row = paper.header + 2
    above, here = paper.cell(row=row - 1), paper.cell(row=row)
    assert above.value == here.value, "the second row says something else"
    return paper.put("同上", row=row)


def _hidden(paper: Paper) -> str:
    row = paper.header + 2
    paper.sheet.row_dimensions[row].hidden = True
    return f"{paper.sheet.title}!{row}"


_PLACES = ("ledger.department", "ledger.owner", "ledger.source", "ledger.due", "ledger.percent", "ledger.measure")
_ROWS = (
    fixed("合并单元格", _merged, _PLACES, "fixed-merge"),
    fixed("同上", _ditto, _PLACES, "fixed-merge"),
    Kind("第一行同上", lambda p: p.put("同上", row=p.header + 1), _PLACES[:4], "required"),
    framed("隐藏一行", _hidden, ("ledger", "survey", "guidance"), "hidden-rows"),
)

# ---- sheets


def _sheet_renamed(title: str) -> Spoil:
    def spoil(paper: Paper) -> str:
        paper.sheet.title = title
        return title

    return spoil


def _sheet_deleted(paper: Paper) -> str:
    del paper.book[paper.form.title]
    return ""


def _cover_deleted(paper: Paper) -> str:
    del paper.book[catalog.cover().sheet]
    return ""


def _extra_sheet(paper: Paper) -> str:
    sheet = paper.book.create_sheet("领导批示")
    sheet["B2"].value = "请抓紧落实"
    return "领导批示"


def _emptied(paper: Paper) -> str:
    for row in range(paper.header + 1, paper.last_row + 1):
        for cell in paper.line(row):
            cell.value = None
    return paper.form.title


def _twin_sheet(paper: Paper) -> Told:
    """A copy of the form's sheet with one other row in it."""
    rows = [[cell.value for cell in paper.line(row)] for row in (paper.header, paper.row("usual"))]
    twin = paper.book.create_sheet(f"{paper.form.title} (2)")
    for row, values in enumerate(rows, start=1):
        for column, value in enumerate(values, start=1):
            twin.cell(row, column).value = value
    key = [c.name for c in paper.form.columns].index(paper.form.key[0]) + 1
    twin.cell(2, key).value = "另一张表上的问题"
    return Told([twin.title], rows=1)


def _second_table(paper: Paper) -> str:
    """Some of the columns once more, below the rows, in another order and with a row of their own."""
    labels = [paper.cell(name, row=paper.header).value for name in ("owner", "problem", "status")]
    header = paper.last_row + 2
    for row, values in ((header, labels), (header + 1, ["示例丙", "另一张表上的问题", "整改中"])):
        for column, value in enumerate(values, start=1):
            paper.sheet.cell(row, column).value = value
    return f"{paper.sheet.title}!A{header}"


_SHEETS = (
    framed("工作表改名", _sheet_renamed("整改情况"), ("ledger", "survey"), "fixed-header"),
    framed("工作表改用台账", _sheet_renamed("整改台账"), ("ledger",), "fixed-header"),
    of_frame("删去工作表", _sheet_deleted, ("ledger",), "no-form"),
    of_frame("删去封面", _cover_deleted, ("ledger",), "unknown-unit"),
    framed("多一张工作表", _extra_sheet, ("ledger", "filings"), "extra-sheet"),
    Kind("一行也没有填", _emptied, ("ledger", "guidance"), "no-rows"),
    of_frame("一张表分两页", _twin_sheet, ("ledger",), "twin-sheet"),
    of_frame("下面另有一张表", _second_table, ("ledger",), "second-table"),
)

SHEETS = (*_HEADERS, *_ASIDE, *_ROWS, *_SHEETS)
