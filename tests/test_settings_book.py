"""配置.xlsx as it is written: read back equal, the sheets and columns of the contract, drop-downs."""

from __future__ import annotations

import errno
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook
from settings_books import SHEETS, UNITS, find, full_book, full_settings, header_row, put, spoil
from soffice import convert, needs_soffice

import rectify_xl
from rectify_xl.errors import RectifyError
from rectify_xl.excel.settings.settings_book import write_settings
from rectify_xl.excel.settings.settings_reader import load_settings
from rectify_xl.model import Evidence, Settings, Task
from rectify_xl.office.profiles import profile
from rectify_xl.office.settings import SettingsError, fingerprint
from rectify_xl.office.settings.layout import settings_layout


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A full 配置.xlsx to be changed."""
    return full_book(tmp_path)


SETTINGS: dict[str, Callable[[], Settings]] = {
    "gdsta": lambda: profile("gdsta"),
    "sysu": lambda: profile("sysu"),
    "full": full_settings,
}


# ---- there and back


@pytest.mark.parametrize("name", SETTINGS)
def test_what_was_written_is_read_back(name: str, tmp_path: Path) -> None:
    settings, path = SETTINGS[name](), tmp_path / "配置.xlsx"
    write_settings(settings, path)
    again = load_settings(path)
    assert again == settings
    assert list(again.lists) == list(settings.lists)
    assert fingerprint(again) == fingerprint(settings)


@pytest.mark.parametrize("name", SETTINGS)
def test_and_after_openpyxl_saved_it(name: str, tmp_path: Path) -> None:
    settings, path = SETTINGS[name](), tmp_path / "配置.xlsx"
    write_settings(settings, path)
    spoil(path, lambda book: None)
    assert load_settings(path) == settings


@needs_soffice
@pytest.mark.parametrize("name", ["full", "sysu"])
def test_and_after_libreoffice_saved_it(name: str, tmp_path: Path) -> None:
    settings, path = SETTINGS[name](), tmp_path / "配置.xlsx"
    write_settings(settings, path)
    for suffix in ("xlsx", "ods"):
        assert load_settings(convert(path, suffix, tmp_path / suffix)) == settings


def test_the_public_names() -> None:
    assert rectify_xl.load_settings is load_settings
    assert rectify_xl.SettingsError is SettingsError
    assert issubclass(SettingsError, RectifyError)


def test_the_same_settings_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        write_settings(full_settings(), tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.xlsx", "b.xlsx"]


def test_the_sheets_and_columns_of_the_contract(book: Path) -> None:
    read = load_workbook(book)
    assert tuple(read.sheetnames) == (*SHEETS, "说明")
    labels = {name: [cell.value for cell in read[name][header_row(read[name])] if cell.value] for name in SHEETS}
    names = [cell.value for cell in read["活动"]["A"][3:] if cell.value]
    assert labels["单位名册"] == [
        "单位编码", "单位名称", "别名", "单位类别", "上级单位编码", "第一责任人", "联系领导", "党员人数",
        "并入单位编码", "停用日期",
    ]  # fmt: skip
    assert labels["工作安排"] == [
        "任务编号", "时间", "项目", "内容", "备注", "责任单位类别", "责任单位", "对应表单", "判定条件",
        "开始", "截止", "时段",
    ]  # fmt: skip
    assert labels["审核规则"] == ["职务类别", "审核人身份"]
    assert labels["备案规则"] == ["单位类别", "材料名称", "报送机关", "级别"]
    assert labels["字典"] == ["字典", "选项", "别名"]
    assert labels["节假日"] == ["日期", "上班/放假"]
    assert labels["豁免"] == ["单位编码", "规则", "事项", "文件摘要", "理由", "批准人", "有效期至"]
    assert names == [
        "活动名称", "组织名称", "阶段开始", "阶段结束", "巩固期结束", "巩固月数", "提前提醒工作日", "停滞天数",
        "可不填栏目", "备注",
    ]  # fmt: skip


def test_a_profile_shows_one_row_that_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "配置.xlsx"
    write_settings(profile("gdsta"), path)
    column = [cell.value for cell in load_workbook(path)["单位名册"]["A"]]
    assert column[3:] == ["示例"]
    put(path, {("单位名册", "D4"): "没有这一类"})
    assert load_settings(path).units == ()


def test_units_stand_without_an_example(book: Path) -> None:
    column = [cell.value for cell in load_workbook(book)["单位名册"]["A"]]
    assert column[3:] == [unit.code for unit in UNITS]


def test_days_stand_there_only_where_the_time_does_not_say_them(tmp_path: Path) -> None:
    tasks = profile("gdsta").tasks
    moved = replace(tasks[2], end=date(2005, 5, 25))
    path = tmp_path / "配置.xlsx"
    settings = replace(profile("gdsta"), tasks=(tasks[0], moved))
    write_settings(settings, path)
    sheet = load_workbook(path)["工作安排"]
    days = {key: [sheet[find(sheet, key, label)].value for label in ("开始", "截止", "时段")] for key in ("T1", "T3")}
    assert days == {"T1": [None] * 3, "T3": [datetime(2005, 5, 11), datetime(2005, 5, 25), None]}
    assert load_settings(path) == settings


def test_texts_are_texts(book: Path) -> None:
    sheet = load_workbook(book)["豁免"]
    cell = sheet[find(sheet, "KX03", "事项")]
    assert (cell.value, cell.data_type) == ("=1+1 这样开头的问题", "s")
    assert sheet[find(sheet, "KX03", "文件摘要")].value == "0123456789012345"


def test_what_cannot_be_written_leaves_what_stood_there(book: Path) -> None:
    before = book.read_bytes()
    with pytest.raises(KeyError):
        task = Task(id="X", item="x", evidence=(Evidence(form="none"),))
        write_settings(replace(full_settings(), tasks=(task,)), book)
    assert book.read_bytes() == before
    assert [path.name for path in book.parent.iterdir()] == [book.name]


def test_where_there_is_no_room_it_is_an_error_of_the_disk_that_names_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, data: bytes) -> int:
        raise OSError(errno.ENOSPC, "full", str(path))

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match=r"x\.xlsx"):
        write_settings(full_settings(), tmp_path / "x.xlsx")
    with pytest.raises(FileNotFoundError, match=r"x\.xlsx"):
        monkeypatch.undo()
        write_settings(full_settings(), tmp_path / "none" / "x.xlsx")


def test_every_choice_has_a_drop_down_that_leads_somewhere(book: Path) -> None:
    read = load_workbook(book)
    offered = 0
    for sheet in settings_layout().sheets.values():
        rules = read[sheet.title].data_validations.dataValidation
        validated = {str(rule.sqref).split(":")[0].rstrip("0123456789"): rule for rule in rules}
        for cell in read[sheet.title][3]:
            column = next((c for c in sheet.columns if c.label == cell.value), None)
            if column and column.kind == "choice":
                source = validated[cell.column_letter].formula1
                assert source.startswith('"') or source in read.defined_names, (sheet.title, column.label, source)
                offered += 1
    assert offered == 15


@needs_soffice
def test_drop_downs_follow_the_lists(book: Path, tmp_path: Path) -> None:
    """The names of the lists hold their options, also one that was added at the end of its block."""

    def change(read: Workbook) -> None:
        sheet = read["字典"]
        row = int(find(sheet, "单位类别", "选项", nth=4)[1:])
        sheet.insert_rows(row + 1)
        sheet[f"A{row + 1}"], sheet[f"B{row + 1}"] = "单位类别", "党总支"
        probe = read.create_sheet("数")
        for at, name in enumerate(("list_unit_kind", "list_unit", "list_form", "list_code", "list_half_day"), 1):
            probe[f"A{at}"] = f"=ROWS({name})"
            probe[f"B{at}"] = f"=INDEX({name},ROWS({name}))"

    spoil(book, change)
    probe = load_workbook(convert(book, "xlsx", tmp_path / "saved"), data_only=True)["数"]
    counted = {"A1": 5, "A2": len(UNITS), "A3": 10, "A5": 3}
    last = {"B1": "党总支", "B2": "KX90", "B3": "教育转化登记", "B5": "全天"}
    assert {cell: probe[cell].value for cell in (*counted, *last)} == counted | last
    assert probe["A4"].value > 30
