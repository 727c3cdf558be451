"""Mistakes on the cover, and with the file itself."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any

from set_aside import with_parts
from spoiling import ALIKE, Kind, Paper, Spoil, Told, alike, fixed, framed, of_frame, of_office
from ways import GDSTA, dated, retyped, typed, wide

from rectify_xl.facts import catalog

# ---- the cover


def _one_of_two(value: Callable[[Paper], Any]) -> Spoil:
    """Types into code or name; that they disagree is told at one of them."""

    def spoil(paper: Paper) -> str:
        paper.put(value(paper))
        return f"{paper.at('unit_code')}|{paper.at('unit_name')}"

    return spoil


def _other_unit(part: str) -> Callable[[Paper], Any]:
    return lambda paper: getattr(next(u for u in paper.clean.settings.units if u != paper.clean.unit), part)


def _both_unknown(paper: Paper) -> str:
    paper.put("不知何处支部", "unit_name")
    return paper.put("QQ77", "unit_code")


def _as_branch(paper: Paper) -> str:
    """A form that only the office fills in, from a branch."""
    unit = next(u for u in paper.clean.settings.units if u.kind == "党支部")
    paper.put(unit.name, "unit_name")
    return paper.put(unit.code, "unit_code")


_DAY, _CODE, _NAME = ("cover.filled_on",), ("cover.unit_code",), ("cover.unit_name",)
_OWN = ("cover.filled_by", "cover.approved_by", *_DAY)
_COVERS = (
    Kind("封面必填留空", typed(None), _OWN, "required"),
    Kind("封面必填填“无”", typed("无"), _OWN, "required"),
    Kind("封面公式出错", typed("#REF!"), _OWN, "error-value"),
    Kind("封面单位名称留空", typed(None), _NAME, "required"),
    fixed("封面单位编码留空", typed(None), _CODE, "fixed-text"),
    Kind("封面活动名称留空", typed(None), ("cover.campaign",), "required"),
    of_office("单位编码是别家的", _one_of_two(_other_unit("code")), _CODE, "unit-mismatch"),
    of_office("单位编码不存在", _one_of_two(lambda paper: "QQ77"), _CODE, "unit-mismatch"),
    of_office("单位名称是别家的", _one_of_two(_other_unit("name")), _NAME, "unit-mismatch"),
    of_office("单位名称错一个字", _one_of_two(lambda p: p.value()[:-1] + "布"), _NAME, "unit-mismatch"),
    of_office("单位编码和名称都不对", _both_unknown, _CODE, "unknown-unit"),
    of_office("督查记录由支部填报", _as_branch, ("supervision:unit_code",), "unit-mismatch"),
    alike("封面编码有空格", retyped(lambda text: f" {text} "), _CODE),
    alike("封面编码用全角", retyped(wide), _CODE),
    alike("封面单位名称有空格", retyped(lambda text: f"{text}\u3000"), _NAME),
    of_office("别的活动", typed("别的活动"), ("cover.campaign",), "other-campaign"),
    alike("活动名称有空格", retyped(lambda text: f"{text} "), ("cover.campaign",)),
    of_office("填报日期在以后", typed(date(2005, 6, 10)), _DAY, "future"),
    Kind("填报日期不存在", typed("2005.5.32"), _DAY, "date"),
    Kind("填报日期早于阶段", typed(date(2005, 5, 10)), ("branches:filled_on",), "window", offices=GDSTA),
    fixed("填报日期没有年份", dated("{m}月{d}日"), _DAY, "fixed-date", GDSTA),
    Kind("填报日期没有年份（阶段未定）", dated("{m}月{d}日"), _DAY, "date", offices=("sysu",)),
    Kind("填报人用逗号分开", typed("示例甲,示例丙"), ("cover.filled_by",), "fixed-text", unseen=ALIKE),
    Kind("电话写成数字", typed(2012345678), ("cover.phone",), "fixed-text", unseen=ALIKE),
    Kind("电话超过15位", typed(1234567890123456), ("cover.phone",), "number"),
)

# ---- the file


def _stamped(paper: Paper) -> str:
    """The edition of last month's template; told of the file, or where the cover says it."""
    sheet = paper.book[catalog.cover().sheet]
    label = next(cell for line in sheet.iter_rows() for cell in line if cell.value == catalog.cover().stamp_label)
    stamp = label.offset(column=1)
    stamp.value = re.sub("[0-9a-f]{8}", "0a1b2c3d", stamp.value, count=1)
    return f"|{sheet.title}!{stamp.coordinate}"


def _from_1904(paper: Paper) -> Told:
    """The workbook of an old Mac: its days are counted from 1904."""
    from openpyxl.utils.datetime import CALENDAR_MAC_1904

    paper.book.epoch = CALENDAR_MAC_1904
    return Told()


def _filed(change: Callable[[bytes], bytes]) -> Spoil:
    """Changes the file; told of the file."""

    def spoil(paper: Paper) -> str:
        paper.patch(change)
        return ""

    return spoil


def _in_sheet(pattern: str, text: str) -> Spoil:
    """Changes what a pattern finds first in the XML of the form's sheet; told of the file."""

    def spoil(paper: Paper) -> str:
        paper.patch_sheet(lambda xml: re.sub(pattern, text, xml, count=1))
        return ""

    return spoil


def _entry_twice(data: bytes) -> bytes:
    """The package with its workbook part in it twice."""
    name, held = "xl/workbook.xml", BytesIO(data)
    with zipfile.ZipFile(held, "a") as package:
        part = package.read(name)
        package.NameToInfo.pop(name)
        package.writestr(zipfile.ZipInfo(name), part)
    return held.getvalue()


_B4, _B4_TEXT = r'(<c r="B4"[^>]*>.*?</c>)', r'<c r="B4"([^>]*?) t="inlineStr"><is>.*?</is></c>'
_ROW_4 = r'(<row r="4"[^>]*>.*?</row>)'
_WEB_PAGE = b"<html><table><tr><td>1</td></tr></table></html>"
_TEXT_FILE = "编号,存在问题\n1,示例\n".encode("gbk")
_LINK = {"xl/externalLinks/externalLink1.xml": b"<externalLink/>"}
_LEDGER = ("ledger",)
_FILES = (
    framed("旧版模板", _stamped, ("ledger", "activities", "survey"), "old-template"),
    alike("1904 日期系统", _from_1904, ("ledger", "survey", "supervision"), ""),
    framed("含有宏", _filed(lambda data: with_parts(data, {"xl/vbaProject.bin": b"0"})), _LEDGER, "macros"),
    framed("链接别的工作簿", _filed(lambda data: with_parts(data, _LINK)), _LEDGER, "external-links"),
    of_frame("文件不完整", _filed(lambda data: data[: len(data) // 2]), _LEDGER, "damaged"),
    of_frame("空文件", _filed(lambda data: b""), _LEDGER, "not-a-workbook damaged"),
    of_frame("文本文件改名", _filed(lambda data: _TEXT_FILE), _LEDGER, "not-a-workbook"),
    of_frame("网页改名", _filed(lambda data: _WEB_PAGE), _LEDGER, "not-a-workbook"),
    of_frame("压缩包中同名两份", _filed(_entry_twice), _LEDGER, "damaged"),
    of_frame("裸控制字符", _in_sheet("</t></is>", "\x02</t></is>"), _LEDGER, "damaged"),
    of_frame("单元格写了两次", _in_sheet(_B4, r"\1\1"), _LEDGER, "damaged"),
    of_frame("行写了两次", _in_sheet(_ROW_4, r"\1\1"), _LEDGER, "damaged"),
    of_frame("共享文字序号越界", _in_sheet(_B4_TEXT, r'<c r="B4"\1 t="s"><v>99999</v></c>'), _LEDGER, "damaged"),
    of_frame("带有 DTD", _in_sheet("<worksheet", "<!DOCTYPE x [<!ENTITY a 'b'>]><worksheet"), _LEDGER, "damaged"),
)

FILES = (*_COVERS, *_FILES)
