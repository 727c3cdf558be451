"""Mistakes around the entries: headers, columns, rows that are no data, sheets, the cover, and the file itself."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Sequence
from copy import copy
from datetime import date, datetime
from io import BytesIO
from typing import Any

from clean_returns import with_parts
from spoiling import ALIKE, FRAME, OFFICE, Kind, Paper, Told, written

from rectify_xl import catalog

Spoil = Callable[[Paper], Any]

GDSTA = ("gdsta",)

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
        first = next(row for row in range(paper.header + 1, paper.last_row + 1) if paper.sheet[f"{cell.column_letter}{row}"].value)
        extra = cell.coordinate if text else f"{cell.column_letter}{first}"
        return Told([f"{paper.sheet.title}!{paper.column.label}", f"{paper.sheet.title}!{extra}"])

    return spoil


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
    Kind("栏目改用别称", headed("责任单位"), ("ledger.department", "institutions.department"), "fixed-header", True, FRAME),
    Kind("栏目改用别称（时限）", headed("整改时限"), ("ledger.due", "measures.due"), "fixed-header", True, FRAME),
    Kind("栏目中有空格", headed(lambda t: " ".join(t)), ("ledger.owner", "survey.participant"), "fixed-header", True, FRAME),
    Kind("栏目后有空格", headed(lambda t: f"{t} "), ("ledger.goal", "branches.kind"), "fixed-header", True, FRAME),
    Kind("栏目换行", headed(lambda t: f"{t[:2]}\n{t[2:]}"), ("ledger.status", "filings.document"), "fixed-header", True, FRAME),
    Kind("栏目后有括号提示", lambda p: Told([], [headed(lambda t: f"{t}（年月日）")(p)]), ("ledger.due", "survey.surveyed_on"),
         "", True, FRAME),
    Kind("栏目写错一个字", _lost("责任仁"), ("ledger.owner",), "missing-column extra-column", unseen=FRAME),
    Kind("栏目改成别的", _lost("联系人"), _COLUMNS, "missing-column extra-column", unseen=FRAME),
    Kind("栏目删去文字", _lost(None), _COLUMNS, "missing-column extra-column", unseen=FRAME),
    Kind("删去一栏", _column_deleted, _COLUMNS, "missing-column", unseen=FRAME),
    Kind("删去一栏（选填）", _column_deleted, ("ledger.note", "ledger.explanation", "measures.post"), "missing-column", unseen=FRAME),
    Kind("移动一栏", _moved_to_front, ("ledger.owner", "measures.status", "survey.valid"), "fixed-header", True, FRAME),
    Kind("插入空白栏", _inserted(None, None), ("ledger.owner", "activities.place"), "", True, FRAME),
    Kind("插入序号栏", _inserted("序号", 1), ("ledger.item_id", "filings.document"), "", True, FRAME),
    Kind("插入自编栏", _inserted("联系电话", "020-12345678"), ("ledger.owner", "branches.kind"), "extra-column", True, FRAME),
    Kind("同名栏目两次", lambda p: Told([_twin(p)]), ("ledger.goal",), "extra-column", True, FRAME),
)  # fmt: skip


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
    Kind("合计行", _line(1, "合计", (4, 80)), ("activities", "survey"), "", True, FRAME),
    Kind("小计行", _line(2, "小计"), ("ledger",), "", True, FRAME),
    Kind("签字行", _line(1, "填报人签字：", (3, "单位负责人签字：")), ("ledger", "filings"), "", True, FRAME),
    Kind("盖章行", _line(1, "（盖章）"), ("ledger", "branches"), "", True, FRAME),
    Kind("填报日期行", _line(1, "填报日期：2005年5月25日"), ("measures",), "", True, FRAME),
    Kind("标题和单位两行", _above(("整改情况一览表", "填报单位：示例第一党支部")), ("ledger", "activities"), "", True, FRAME),
    Kind("两层表头", _group_titles, ("ledger", "survey", "measures"), "", True, FRAME),
    Kind("表头重复一次", _header_again, ("ledger", "survey"), "", True, FRAME),
    Kind("中间空一行", _blank_between, ("ledger", "branches"), "", True, FRAME),
    Kind("只有序号的行", _serials_only, ("ledger.item_id",), "", True, FRAME),
    Kind("预置行以下还有内容", _far_below, ("ledger",), ""),
    Kind("栏目以外有内容", _stray("AB5"), ("ledger",), "extra-column", True, FRAME),
    Kind("最远的单元格有内容", _stray("XFD1048576"), ("filings",), "extra-column", unseen=FRAME),
)  # fmt: skip

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


_SAME = ("ledger.department", "ledger.owner", "ledger.due", "ledger.source", "ledger.measure", "branches.condition")
_ROWS = (
    Kind("合并单元格", _merged, ("ledger.department", "ledger.owner", "ledger.source", "ledger.due", "ledger.percent"), "fixed-merge", True),
    Kind("同上", _ditto, ("ledger.source", "ledger.due", "ledger.percent", "ledger.measure", "ledger.pledged"), "fixed-merge", True),
    Kind("同上（部门和人）", _ditto, ("ledger.department", "ledger.owner"), "fixed-merge", True, ALIKE),
    Kind("第一行同上", lambda p: p.put("同上", row=p.header + 1), ("ledger.source", "ledger.due"), "required"),
    Kind("第一行同上（部门）", lambda p: p.put("同上", row=p.header + 1), ("ledger.department",), "required", unseen=ALIKE),
    Kind("隐藏一行", _hidden, ("ledger", "survey", "guidance"), "hidden-rows", True, FRAME),
)  # fmt: skip

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


_SHEETS = (
    Kind("工作表改名", _sheet_renamed("整改情况"), ("ledger", "survey"), "fixed-header", True, FRAME),
    Kind("工作表改用台账", _sheet_renamed("整改台账"), ("ledger",), "fixed-header", True, FRAME),
    Kind("删去工作表", _sheet_deleted, ("ledger",), "no-form", unseen=FRAME),
    Kind("删去封面", _cover_deleted, ("ledger",), "unknown-unit", unseen=FRAME),
    Kind("多一张工作表", _extra_sheet, ("ledger", "filings"), "extra-sheet", True, FRAME),
    Kind("一行也没有填", _emptied, ("ledger", "guidance"), "no-rows"),
    Kind("一张表分两页", _twin_sheet, ("ledger",), "twin-sheet", unseen=FRAME),
)  # fmt: skip

# ---- the cover


def cover(value: Any, **named: Any) -> Spoil:
    """Types a value into the field of the cover."""
    return lambda paper: paper.put(value, **named)


def _either_of_unit(value: Callable[[Paper], Any]) -> Spoil:
    """Code and name that disagree are told at one of them."""

    def spoil(paper: Paper) -> str:
        paper.put(value(paper))
        return f"{paper.at('unit_code')}|{paper.at('unit_name')}"

    return spoil


def _other_unit(part: str) -> Callable[[Paper], Any]:
    return lambda paper: getattr(next(u for u in paper.clean.settings.units if u != paper.clean.unit), part)


def _both_unknown(paper: Paper) -> str:
    paper.put("QQ77", "unit_code")
    paper.put("不知何处支部", "unit_name")
    return f"|{paper.at('unit_code')}|{paper.at('unit_name')}"


def _before_stage(paper: Paper) -> str:
    return paper.put(date(2005, 5, 10))


_PEOPLE = ("cover.filled_by", "cover.approved_by")
_DAY = ("cover.filled_on",)
_COVERS = (
    Kind("封面必填留空", cover(None), (*_PEOPLE, *_DAY), "required"),
    Kind("封面必填填“无”", cover("无"), (*_PEOPLE, *_DAY), "required"),
    Kind("封面单位名称留空", cover(None), ("cover.unit_name",), "required"),
    Kind("封面单位编码留空", cover(None), ("cover.unit_code",), "fixed-text", True),
    Kind("封面活动名称留空", lambda p: p.put(None), ("cover.campaign",), "required"),
    Kind("单位编码是别家的", _either_of_unit(_other_unit("code")), ("cover.unit_code",), "unit-mismatch", unseen=OFFICE),
    Kind("单位编码不存在", _either_of_unit(lambda p: "QQ77"), ("cover.unit_code",), "unit-mismatch", unseen=OFFICE),
    Kind("单位名称是别家的", _either_of_unit(_other_unit("name")), ("cover.unit_name",), "unit-mismatch", unseen=OFFICE),
    Kind("单位名称写错一个字", _either_of_unit(lambda p: p.value()[:-1] + "布"), ("cover.unit_name",), "unit-mismatch", unseen=OFFICE),
    Kind("单位编码和名称都不对", _both_unknown, ("cover.unit_code",), "unknown-unit", unseen=OFFICE),
    Kind("单位编码有空格", lambda p: p.put(f" {p.value()} "), ("cover.unit_code",), "fixed-text", True, ALIKE),
    Kind("单位编码用全角", lambda p: p.put(p.value().translate({c: c + 0xFEE0 for c in range(0x21, 0x7F)})), ("cover.unit_code",),
         "fixed-text", True, ALIKE),
    Kind("单位名称有空格", lambda p: p.put(f"{p.value()}\u3000"), ("cover.unit_name",), "fixed-text", True, ALIKE),
    Kind("别的活动", lambda p: f"|{p.put('别的活动')}", ("cover.campaign",), "other-campaign", unseen=OFFICE),
    Kind("活动名称有空格", lambda p: p.put(f"{p.value()} "), ("cover.campaign",), "fixed-text", True, ALIKE),
    Kind("填报日期在以后", cover(date(2005, 6, 10)), _DAY, "future", unseen=OFFICE),
    Kind("填报日期不存在", cover("2005.5.32"), _DAY, "date"),
    Kind("填报日期早于阶段", _before_stage, ("branches:filled_on", "guidance:filled_on"), "window", offices=GDSTA),
    Kind("填报日期没有年份", lambda p: p.put(written(p.value(), "{m}月{d}日")), _DAY, "fixed-date", True, offices=GDSTA),
    Kind("填报日期没有年份（阶段未定）", lambda p: p.put(written(p.value(), "{m}月{d}日")), _DAY, "date", offices=("sysu",)),
    Kind("填报日期带时刻（文字）", lambda p: p.put(written(p.value(), "{y}-{mm}-{dd} 00:00:00")), _DAY, "fixed-date", True),
    Kind("填报人用逗号", cover("示例甲,示例丙"), ("cover.filled_by",), "fixed-text", unseen=ALIKE),
    Kind("电话写成数字", cover(2012345678), ("cover.phone",), "fixed-text", unseen=ALIKE),
    Kind("电话超过15位", cover(1234567890123456), ("cover.phone",), "number"),
    Kind("封面公式出错", cover("#REF!"), (*_PEOPLE, *_DAY), "error-value"),
    Kind("督查记录由支部填报", lambda p: _as_branch(p), ("supervision:unit_code",), "unit-mismatch", unseen=OFFICE),
)  # fmt: skip


def _as_branch(paper: Paper) -> str:
    unit = next(u for u in paper.clean.settings.units if u.kind == "党支部")
    paper.put(unit.name, "unit_name")
    return paper.put(unit.code, "unit_code")


# ---- the file


def _stamped(paper: Paper) -> str:
    """The edition of a template of last month."""
    sheet = paper.book[catalog.cover().sheet]
    label = next(cell for line in sheet.iter_rows() for cell in line if cell.value == catalog.cover().stamp_label)
    stamp = label.offset(column=1)
    stamp.value = re.sub("[0-9a-f]{8}", "0a1b2c3d", stamp.value, count=1)
    return f"|{sheet.title}!{stamp.coordinate}"


def _from_1904(paper: Paper) -> Told:
    """The workbook of a Mac: its days are counted from 1904."""
    from openpyxl.utils.datetime import CALENDAR_MAC_1904

    paper.book.epoch = CALENDAR_MAC_1904
    for line in paper.sheet.iter_rows():
        for cell in line:
            assert cell.value is None or not isinstance(cell.value, datetime) or cell.is_date
    return Told()


def filed(change: Callable[[bytes], bytes]) -> Spoil:
    """Changes the file; told of the file."""

    def spoil(paper: Paper) -> str:
        paper.patch(change)
        return ""

    return spoil


def in_xml(change: Callable[[str], str]) -> Spoil:
    """Changes the XML of the form's sheet; told of the file."""

    def spoil(paper: Paper) -> str:
        paper.patch_sheet(change)
        return ""

    return spoil


def _entry_twice(data: bytes) -> bytes:
    held = BytesIO(data)
    with zipfile.ZipFile(held, "a") as package:
        info = zipfile.ZipInfo("xl/workbook.xml")
        package.filelist = [i for i in package.filelist if i.filename != info.filename] + package.filelist
        package.NameToInfo.pop(info.filename)
        package.writestr(info, zipfile.ZipFile(BytesIO(data)).read("xl/workbook.xml"))
    return held.getvalue()


_VALUE = re.compile(r"<t>理论学习不够深入</t>|<t>[^<]*&#29702;[^<]*</t>")
_FILES = (
    Kind("旧版模板", _stamped, ("ledger", "activities", "survey"), "old-template", True, FRAME),
    Kind("1904 日期系统", _from_1904, ("ledger", "survey", "supervision"), "", True, ALIKE),
    Kind("含有宏", filed(lambda data: with_parts(data, {"xl/vbaProject.bin": b"\0"})), ("ledger",), "macros", True, FRAME),
    Kind("链接别的工作簿", filed(lambda data: with_parts(data, {"xl/externalLinks/externalLink1.xml": b"<externalLink/>"})),
         ("ledger",), "external-links", True, FRAME),
    Kind("文件不完整", filed(lambda data: data[: len(data) // 2]), ("ledger",), "damaged", unseen=FRAME),
    Kind("空文件", filed(lambda data: b""), ("ledger",), "not-a-workbook damaged", unseen=FRAME),
    Kind("CSV 改名", filed(lambda data: "编号,存在问题\n1,示例\n".encode("gbk")), ("ledger",), "not-a-workbook", unseen=FRAME),
    Kind("网页改名", filed(lambda data: b"<html><table><tr><td>1</td></tr></table></html>"), ("ledger",), "not-a-workbook", unseen=FRAME),
    Kind("压缩包中同名两份", filed(_entry_twice), ("ledger",), "damaged", unseen=FRAME),
    Kind("裸控制字符", in_xml(lambda xml: xml.replace("</t></is>", "\x02</t></is>", 1)), ("ledger",), "damaged", unseen=FRAME),
    Kind("单元格写了两次", in_xml(lambda xml: re.sub(r'(<c r="B4"[^>]*>.*?</c>)', r"\1\1", xml)), ("ledger",), "damaged", unseen=FRAME),
    Kind("行写了两次", in_xml(lambda xml: re.sub(r'(<row r="4"[^>]*>.*?</row>)', r"\1\1", xml)), ("ledger",), "damaged", unseen=FRAME),
    Kind("共享文字序号越界", in_xml(lambda xml: re.sub(r'<c r="B4"([^>]*?) t="inlineStr"><is>.*?</is></c>',
                                            r'<c r="B4"\1 t="s"><v>99999</v></c>', xml)), ("ledger",), "damaged", unseen=FRAME),
    Kind("带有 DTD", in_xml(lambda xml: re.sub("<worksheet", "<!DOCTYPE x [<!ENTITY a 'b'>]><worksheet", xml, count=1)),
         ("ledger",), "damaged", unseen=FRAME),
)  # fmt: skip

SHEETS = (*_HEADERS, *_ASIDE, *_ROWS, *_SHEETS, *_COVERS, *_FILES)
