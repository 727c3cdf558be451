"""A full 配置.xlsx and its spoiling: one cell is changed as a clerk would, the mistake is expected there."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from packed_books import opened

from rectify_xl.excel.settings.settings_book import write_settings
from rectify_xl.excel.settings.settings_reader import load_settings
from rectify_xl.model import Settings, Unit, Waiver
from rectify_xl.office.profiles import profile
from rectify_xl.office.settings import SettingsError
from rectify_xl.office.settings.layout import settings_layout
from rectify_xl.office.settings.rows import rows_for

UNITS = (
    Unit(code="KX00", name="示例党组", kind="党组", first_responsible="示例甲", leader="示例甲", members=9),
    Unit(code="KX01", name="示例机关党委", kind="党委", parent="KX00", aliases=("机关党委", "直属机关党委")),
    Unit(code="KX02", name="示例学会支部", kind="党支部", parent="KX01", aliases=("学会支部",), members=23),
    Unit(code="KX03", name="示例后勤支部", kind="党支部", parent="KX01", leader="示例乙", members=0),
    Unit(code="KX04", name="示例撤并支部", kind="党支部", merged_into="KX02", stopped_on=date(2005, 5, 20)),
    Unit(code="KX90", name="示例活动办公室", kind="办公室"),
)
WAIVERS = (
    Waiver(unit="KX02", rule="workday", item="KX02-T001", reason="周末完成", approved_by="示例甲",
           until=date(2005, 6, 30)),
    Waiver(unit="KX03", rule="missing-row", item="=1+1 这样开头的问题", digest="0123456789012345"),
)  # fmt: skip
SHEETS = ("活动", "单位名册", "工作安排", "审核规则", "备案规则", "字典", "节假日", "豁免")


def full_settings() -> Settings:
    """Settings with something in every sheet; two tasks name units."""
    base = profile("gdsta")
    tasks = tuple(
        replace(task, evidence=tuple(replace(e, units=("KX01",)) for e in task.evidence)) if task.id == "T3" else task
        for task in base.tasks
    )
    return replace(
        base, units=UNITS, tasks=tasks, waivers=WAIVERS, remark="第一行\n第二行",
        holidays=((date(2005, 5, 8), True), (date(2005, 5, 18), False)),
    )  # fmt: skip


def header_row(sheet: Worksheet) -> int:
    """The row of the header in a workbook of ours."""
    return 3


def find(sheet: Worksheet, key: str, label: str, nth: int = 1) -> str:
    """The cell of the nth row whose first column says `key`, under the header `label`."""
    column = next(cell.column_letter for cell in sheet[header_row(sheet)] if cell.value == label)
    rows = [cell.row for cell in sheet["A"] if str(cell.value) == key and cell.row > header_row(sheet)]
    return f"{column}{rows[nth - 1]}"


def spoil(path: Path, change: Callable[[Workbook], Any]) -> None:
    """Changes a workbook and saves it again, as somebody would in Excel."""
    book = opened(path.read_bytes())
    change(book)
    book.save(path)


def put(path: Path, cells: Mapping[tuple[str, str], Any]) -> None:
    """Sets cells by (sheet, cell)."""

    def change(book: Workbook) -> None:
        for (sheet, cell), value in cells.items():
            book[sheet][cell] = value

    spoil(path, change)


def full_book(folder: Path) -> Path:
    """A workbook of the full settings in that folder."""
    path = folder / "配置.xlsx"
    path.write_bytes(_full_bytes())
    return path


@cache
def full_sheets() -> Workbook:
    """The same open in openpyxl, to look up places; read only."""
    return opened(_full_bytes())


@cache
def _full_bytes() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "配置.xlsx"
        write_settings(full_settings(), path)
        return path.read_bytes()


def problems(path: Path) -> list[tuple[str, str, str]]:
    """(sheet, cell, code) of every mistake; their sentences name sheet and cell in both languages."""
    with pytest.raises(SettingsError) as caught:
        load_settings(path)
    for problem in caught.value.problems:
        for lang in ("zh", "en"):
            sentence = problem.sentence(lang)
            assert problem.sheet in sentence and problem.cell in sentence
            assert not re.search(r"[{}]|None|\(\)", sentence), sentence
    assert str(caught.value) == "\n".join(problem.sentence("zh") for problem in caught.value.problems)
    return [(p.sheet, p.cell, p.code) for p in caught.value.problems]


def as_sheets(settings: Settings) -> dict[str, list[list[Any]]]:
    """The sheets as they are read, without a workbook."""
    layout = settings_layout()
    joint = layout.separators[0]
    made: dict[str, list[list[Any]]] = {}
    for name, rows in rows_for(settings).items():
        sheet = layout.sheets[name]
        values = [[row.get(column.name) for column in sheet.columns] for row in rows]
        shown = [[joint.join(v) if isinstance(v, tuple | list) else v for v in row] for row in values]
        shown = [["" if value is None else value for value in row] for row in shown]
        made[sheet.title] = [[sheet.title], [sheet.hint], [c.label for c in sheet.columns], *shown]
    return made
