"""Made-up returns for tests: one good row of every form, and the shortest ways from rows to verdicts or to a file."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

from packed_books import opened
from set_aside import set_aside, with_check

from rectify_xl.facts import catalog
from rectify_xl.grid import Grid, RawBook
from rectify_xl.judging.judge import Received, judge_book
from rectify_xl.model import Return, Settings, Unit
from rectify_xl.office.profiles import profile
from rectify_xl.office.ruling import ruling_for

DAY = date(2005, 5, 25)
COVER = {
    "campaign": "省科协先进性教育活动整改提高阶段",
    "unit_code": "KX02",
    "unit_name": "示例第一党支部",
    "filled_by": "示例甲",
    "filled_on": DAY,
    "approved_by": "示例乙",
}
UNITS = (
    Unit(code="KX00", name="示例党组", kind="党组"),
    Unit(code="KX01", name="示例学院党委", kind="党委", parent="KX00"),
    Unit(code="KX02", name="示例第一党支部", aliases=("一支部",), kind="党支部", parent="KX00"),
    Unit(code="KX03", name="示例第二党支部", kind="党支部", parent="KX01"),
    Unit(code="KX09", name="示例办公室", kind="办公室"),
)
SYSU_UNITS = (
    Unit(code="ZD00", name="示例校党委", kind="校党委"),
    Unit(code="ZD01", name="示例学院党委", kind="党委", parent="ZD00"),
    Unit(code="ZD02", name="示例研究所党总支", kind="党总支", parent="ZD00"),
    Unit(code="ZD03", name="示例本科党支部", kind="党支部", parent="ZD01"),
    Unit(code="ZD09", name="示例办公室", kind="办公室"),
)

GOOD: dict[str, dict[str, Any]] = {
    "ledger": {
        "problem": "理论学习不够深入",
        "source": "个人查摆",
        "category": "党员素质",
        "aspect": "思想整改",
        "scope": "重点整改",
        "manner": "集中整改",
        "urgency": "急",
        "difficulty": "易",
        "goal": "每周学习一次",
        "measure": "制定学习计划并落实",
        "handling": "限期整改",
        "pledged": "否",
        "horizon": "近期",
        "department": "办公室",
        "owner": "示例丙",
        "due": date(2005, 5, 27),
        "status": "整改中",
        "percent": 0.5,
        "progress": "已组织两次学习",
    },
    "measures": {
        "member": "示例丁",
        "member_role": "其他党员",
        "problem": "服务群众不够主动",
        "aspect": "作风",
        "measure": "每月走访一次基层",
        "due": date(2005, 5, 27),
        "reviewer_role": "党支部书记",
        "reviewer": "示例戊",
        "review_result": "审核通过",
        "reviewed_on": date(2005, 5, 18),
        "status": "整改中",
        "progress": "已走访一次",
    },
    "institutions": {
        "name": "党员学习管理制度",
        "action": "新建",
        "mechanism": "党员学习机制",
        "department": "办公室",
        "owner": "示例丙",
        "due": date(2005, 5, 31),
        "status": "起草中",
    },
    "activities": {
        "activity": "党员大会",
        "subject": "布置整改提高阶段工作",
        "held_on": date(2005, 5, 12),
        "half_day": "下午",
        "expected": 30,
        "attended": 28,
        "content": "总结分析评议阶段，布置整改提高阶段工作",
    },
    "publications": {
        "published": "整改方案",
        "published_on": date(2005, 5, 23),
        "form": "公示栏",
        "audience": "全体党员群众",
        "asked": 40,
        "satisfied": 30,
        "fairly_satisfied": 8,
        "dissatisfied": 2,
        "revised": "否",
    },
    "filings": {
        "document": "整改方案",
        "filed_on": date(2005, 5, 20),
        "authority": "省科协先进性教育活动办公室",
        "copies": 2,
    },
    "survey": {
        "participant": "不区分",
        "method": "书面测评",
        "surveyed_on": date(2005, 5, 25),
        "issued": 50,
        "returned": 48,
        "valid": 47,
        "satisfied": 30,
        "fairly_satisfied": 12,
        "dissatisfied": 3,
        "abstained": 2,
    },
    "branches": {
        "name": "示例本科一班",
        "kind": "本科生",
        "senior_class": "是",
        "full_members": 5,
        "has_branch": "是",
        "secretary": "示例己",
        "committee": "健全",
        "condition": "好",
    },
    "supervision": {
        "inspected_on": date(2005, 5, 20),
        "unit_code": "KX02",
        "inspector": "示例庚",
        "finding": "进度偏慢，请抓紧",
        "result": "合格",
    },
    "guidance": {
        "member": "示例辛",
        "situation": "不按时参加组织生活",
        "help": "谈心谈话，结对帮助",
        "helper": "示例壬",
        "due": date(2005, 5, 31),
    },
}


def settings_for(name: str = "gdsta", **changes: Any) -> Settings:
    """A profile's settings with a few made-up units."""
    units = UNITS if name == "gdsta" else SYSU_UNITS
    return replace(profile(name), **{"units": units, **changes})


def row(form: str, /, **changes: Any) -> dict[str, Any]:
    """The good row of a form with some cells changed; None blanks a cell."""
    return {**GOOD[form], **changes}


def cell(value: Any) -> Any:
    """A value as calamine gives it: blanks are "", numbers floats."""
    if value is None:
        return ""
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def form_grid(form: str, rows: Sequence[Mapping[str, Any]], *, columns: Sequence[str] | None = None) -> Grid:
    """A sheet of a form with its title line, header (row 3) and rows (from row 4 on)."""
    facts = catalog.forms()[form]
    names = list(columns) if columns is not None else [c.name for c in facts.columns]
    labels = [facts.column(n).label if n in facts.positions else n for n in names]
    body = [[cell(r.get(n)) for n in names] for r in rows]
    return Grid(title=facts.title, rows=[[facts.title], [""], labels, *body])


def cover_grid(**changes: Any) -> Grid:
    """A cover sheet as our template lays it out."""
    cover = {**COVER, **changes}
    rows = [["", c.label, cell(cover.get(c.name))] for c in catalog.cover().columns]
    return Grid(title=catalog.cover().sheet, rows=rows)


def judged(
    forms: Mapping[str, Sequence[Mapping[str, Any]]],
    *,
    settings: Settings | None = None,
    cover: Mapping[str, Any] | None = None,
    sheets: Sequence[Grid] = (),
    file: str = "a.xlsx",
    saved: str = "2005-05-25T08:00:00Z",
    as_of: date = date(2005, 6, 30),
) -> Return:
    """The verdict on a workbook of some rows by form, without any file."""
    settings = settings or settings_for()
    grids = [cover_grid(**(cover or {})), *(form_grid(n, rows) for n, rows in forms.items()), *sheets]
    digest = f"{file}:{saved}"
    return judge_book(
        RawBook(sheets=tuple(grids), saved=saved), ruling_for(settings), Received(file=file, digest=digest), as_of
    )


def told(held: Return) -> list[tuple[str, str, int | None, str]]:
    """(level, code, row, column) of every finding, in order."""
    return [(f.level, f.code, f.row, f.column) for f in held.findings]


def codes(held: Return) -> list[tuple[str, int | None, str]]:
    """(code, row, column) of every finding, in order."""
    return [(f.code, f.row, f.column) for f in held.findings]


def filled_template(
    path: Path,
    forms: Mapping[str, Sequence[Mapping[str, Any]]],
    *,
    settings: Settings | None = None,
    cover: Mapping[str, Any] | None = None,
) -> Path:
    """A real workbook: our template filled by openpyxl, found by labels as a clerk would."""
    settings = settings or settings_for()
    blank, check = _blank(tuple(forms), settings)
    with _saved(opened(blank), check, path) as book:
        values = {**COVER, "campaign": settings.campaign, **(cover or {})}
        labels = {c.label: c.name for c in catalog.cover().columns}
        for line in book[catalog.cover().sheet].iter_rows():
            for place in line:
                if place.value in labels:
                    place.offset(column=1).value = values.get(labels[place.value])
        for name, rows in forms.items():
            _fill(book[catalog.forms()[name].title], name, rows)
    return path


@contextmanager
def reopened(path: Path) -> Iterator[Any]:
    """A workbook open in openpyxl, and saved again after."""
    import openpyxl

    data, check = set_aside(path.read_bytes())
    with _saved(openpyxl.load_workbook(BytesIO(data)), check, path) as book:
        yield book


@contextmanager
def _saved(book: Any, check: bytes, path: Path) -> Iterator[Any]:
    yield book
    held = BytesIO()
    book.save(held)
    path.write_bytes(with_check(held.getvalue(), check))


_BLANKS: list[tuple[tuple[str, ...], Settings, tuple[bytes, bytes]]] = []


def _blank(forms: tuple[str, ...], settings: Settings) -> tuple[bytes, bytes]:
    """The template of some forms and its self-check apart, written once for the same settings."""
    for names, known, parts in _BLANKS:
        if names == forms and known == settings:
            return parts
    from rectify_xl.excel.templates.template import write_template

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "blank.xlsx"
        write_template([catalog.forms()[n] for n in forms], path, settings)
        _BLANKS.append((forms, settings, set_aside(path.read_bytes())))
    return _BLANKS[-1][2]


def _fill(sheet: Any, name: str, rows: Sequence[Mapping[str, Any]]) -> None:
    form = catalog.forms()[name]
    header = next(r for r in sheet.iter_rows(max_row=30) if sum(bool(c.value) for c in r) >= len(form.columns) - 1)
    at = {str(c.value).rstrip("*").replace("\n", ""): c.column for c in header if c.value}
    for offset, values in enumerate(rows, start=1):
        for column, value in values.items():
            sheet.cell(row=header[0].row + offset, column=at[form.column(column).label], value=value)
