"""Pre-filled workbooks: what goes out comes back as it was, agreed cells are locked, urgent rows coloured."""

from __future__ import annotations

import shutil
from datetime import date
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner
from returns import DAY, filled_template, reopened, row, settings_for
from set_aside import set_aside

from rectify_xl.cli import main
from rectify_xl.errors import WrongUse
from rectify_xl.excel.templates import issued
from rectify_xl.model import Unit
from rectify_xl.office.ruling import ruling_for
from rectify_xl.receiving.intake import files_in
from rectify_xl.receiving.reading import read_file
from rectify_xl.runs import pipeline, workspace
from rectify_xl.tables.prefilled import file_name


@pytest.fixture(scope="module")
def first_week(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace after its first run, from which every test takes a copy: a run costs more than any of them."""
    folder = tmp_path_factory.mktemp("prefilled")
    workspace.create(folder, settings_for())
    inbox = folder / "收件"
    late = row("ledger", problem="逾期的问题", due=date(2005, 5, 20))
    far = row("ledger", problem="还早的问题", horizon="中期", due=date(2005, 7, 20))
    filled_template(inbox / "a.xlsx", {"ledger": [late, row("ledger"), far], "measures": [row("measures")]})
    remark = row("supervision", item_id="KX02-T001", finding="请抓紧办理此事")
    office = {"unit_code": "KX09", "unit_name": "示例办公室"}
    filled_template(inbox / "b.xlsx", {"supervision": [remark]}, cover=office)
    pipeline.run_workspace(folder, as_of=DAY)
    return folder


@pytest.fixture
def place(first_week: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(first_week, tmp_path / "w"))


def opened(path: Path) -> Any:
    return openpyxl.load_workbook(BytesIO(set_aside(path.read_bytes())[0]))


def test_every_unit_that_reports_gets_its_workbook(place: Path) -> None:
    outputs = pipeline.issue_workspace(place, as_of=DAY)
    assert outputs == (
        "下发/KX00_示例党组.xlsx",
        "下发/KX01_示例学院党委.xlsx",
        "下发/KX02_示例第一党支部.xlsx",
        "下发/KX03_示例第二党支部.xlsx",
    )
    assert pipeline.issue_workspace(place, as_of=DAY, units=["KX03", "kx03"]) == outputs[3:]
    with pytest.raises(WrongUse):
        pipeline.issue_workspace(place, as_of=DAY, units=["XX"])
    left = place / "下发/KX02_从前的名称.xlsx"
    for name in (left.name, "说明.xlsx", "~$KX02_从前的名称.xlsx"):
        left.with_name(name).write_bytes(b"")
    told = CliRunner().invoke(SimpleNamespace(main=main, name=""), ["issue", str(place), "--as-of", "2005-05-25"])
    assert left.name in told.output and "说明.xlsx" not in told.output
    for path in left.parent.glob("*.xlsx"):
        path.unlink()


def test_what_goes_out_is_judged_clean_once_the_cover_is_filled_in(place: Path) -> None:
    pipeline.issue_workspace(place, as_of=DAY, units=["KX02"])
    path = place / "下发/KX02_示例第一党支部.xlsx"
    cover = {"填报人": "示例甲", "填报日期": date(2005, 5, 26), "单位负责人": "示例乙"}
    with reopened(path) as book:
        for line in book["封面"].iter_rows():
            for cell in line:
                if cell.value in cover:
                    cell.offset(column=1).value = cover[cell.value]
    held = read_file(files_in([path])[0], ruling_for(settings_for()), date(2005, 5, 26))
    assert (held.verdict, [(f.code, f.cell) for f in held.findings]) == ("accepted", [])
    ledger = next(f for f in held.forms if f.form == "ledger")
    assert [r.values[0] for r in ledger.good] == ["KX02-T001", "KX02-T002", "KX02-T003"]


def test_agreed_cells_are_locked_and_urgent_rows_coloured(place: Path) -> None:
    pipeline.issue_workspace(place, as_of=DAY, units=["KX02"])
    sheet = opened(place / "下发/KX02_示例第一党支部.xlsx")["整改台帐"]
    at = {c.value.rstrip("*"): c.column for c in sheet[3] if c.value}
    for label, locked in (("编号", True), ("完成时限", True), ("存在问题", False), ("完成比例", False)):
        assert sheet.cell(row=4, column=at[label]).protection.locked is locked, label
    fills = [sheet.cell(row=r, column=at["整改状态"]).fill.fgColor.rgb for r in (4, 5, 6)]
    assert len(set(fills)) == 3 and fills[2] == "00000000"
    assert "请抓紧办理此事" in sheet["A4"].comment.text and "逾期" in sheet["A4"].comment.text
    assert sheet["A6"].comment is not None and "请抓紧" not in sheet["A6"].comment.text


def test_the_same_ledger_gives_the_same_bytes(place: Path) -> None:
    path = place / "下发/KX02_示例第一党支部.xlsx"
    pipeline.issue_workspace(place, as_of=DAY)
    first = path.read_bytes()
    pipeline.issue_workspace(place, as_of=DAY)
    assert path.read_bytes() == first


def test_a_file_name_holds_nothing_that_a_file_system_refuses() -> None:
    assert file_name(Unit(code="A/1", name='甲:"乙"?\n')) == "A_1_甲__乙___.xlsx"


def test_a_unit_whose_name_no_disk_takes_gets_its_workbook_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issued, "write_issued", lambda _, path, __: path.touch())
    unit = Unit(code="KX01", name="示例第一党支部" * 14, kind="党支部")
    workspace.create(tmp_path / "w", settings_for(units=(unit,)))
    (path,) = pipeline.issue_workspace(tmp_path / "w", as_of=DAY)
    assert (tmp_path / "w" / path).is_file()
    assert path.startswith("下发/KX01_示例第一党支部") and path.endswith(".xlsx")
