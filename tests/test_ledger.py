"""整改台帐.xlsx as an office opens and prints it: sheets, widths, colours, folds, and the same bytes again."""
# ruff: noqa: E501 (tables of Chinese text, where a character counts twice)

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from books import AS_OF, small_book
from ledgers import frames_of, rows_of, written

from rectify_xl.excel.ledgers import ledger as ledger_writer
from rectify_xl.excel.ledgers.ledger import FIRST_ROW, HEADER_ROW, write_ledger
from rectify_xl.excel.ledgers.ledger_reader import read_ledger_tables
from rectify_xl.facts import catalog
from rectify_xl.layouts.ledger_columns import ledger_columns
from rectify_xl.model import Book
from rectify_xl.tables.ledger_table import ledger_table

SIDE_TITLES = ["解决问题登记", "待更正", "报送情况", "说明"]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ledger") / "整改台帐.xlsx"
    write_ledger(small_book(), path)
    return path


def test_a_sheet_a_form_with_rows_then_the_others(small: Path) -> None:
    book = small_book()
    titles = [catalog.forms()[name].title for name in catalog.forms() if book.items.get(name)]
    assert openpyxl.load_workbook(small).sheetnames == [*titles, *SIDE_TITLES]


def test_an_empty_book_is_a_workbook_too(tmp_path: Path) -> None:
    book = Book(as_of=AS_OF, settings=small_book().settings)
    write_ledger(book, tmp_path / "空.xlsx")
    assert openpyxl.load_workbook(tmp_path / "空.xlsx").sheetnames == SIDE_TITLES
    assert read_ledger_tables((tmp_path / "空.xlsx").read_bytes()) == {}


def test_the_header_freezes_filters_and_prints(small: Path) -> None:
    book = openpyxl.load_workbook(small)
    sheet = book["整改台帐"]
    labels = [cell.value for cell in sheet[HEADER_ROW + 1]]
    assert labels == [c.label for c in ledger_columns(catalog.forms()["ledger"])]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("D4", "A3:AN11")
    assert (sheet.print_title_rows, sheet.print_area) == ("$3:$3", "'整改台帐'!$A$1:$AF$11")
    page = sheet.page_setup  # 8 is A3: too wide for A4, unlike the narrower sheets
    assert (page.orientation, int(page.paperSize), page.fitToWidth, page.fitToHeight) == ("landscape", 8, None, 0)
    assert int(book["报送情况"].page_setup.paperSize) == 9
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.oddFooter.center.text == "第 &P 页　共 &N 页"
    assert (sheet["A1"].value, sheet["A2"].value) == (
        "示例科协先进性教育活动整改提高阶段整改台帐",
        "示例科协　　截至2005年5月25日　　共 8 条　　黄色各栏由办公室填写，下次汇总时读回；其余各栏的改动不起作用",
    )
    assert [book[title].freeze_panes for title in ("整改督查记录", "解决问题登记", "待更正", "报送情况")] == [
        "C4",
        "D4",
        "C4",
        "B4",
    ]


def folded(sheet: Any) -> list[str]:
    """The labels of the hidden columns, each of them grouped."""
    labels = {cell.column_letter: cell.value for cell in sheet[HEADER_ROW + 1]}
    made = []
    for held in sheet.column_dimensions.values():
        if held.hidden:
            assert held.outlineLevel == 1
            made += [labels[openpyxl.utils.get_column_letter(n)] for n in range(held.min, held.max + 1)]
    return made


def test_source_columns_are_folded_but_the_file(small: Path) -> None:
    book = openpyxl.load_workbook(small)
    rest = ["来源工作表", "来源行", "来源摘要", "填报日期", "保存时间", "首报日期"]
    assert folded(book["整改台帐"]) == [*rest, "首次启动日期"]
    assert folded(book["会议活动登记"]) == rest
    assert folded(book["报送情况"]) == ["保存时间", "文件摘要"]


def test_columns_that_may_be_left_out_are_folded_while_no_row_fills_them() -> None:
    book = small_book()
    settings = replace(book.settings, optional_columns=("整改层面", "整改范围", "备注"))
    place = catalog.forms()["ledger"].positions["scope"]
    items = tuple(replace(i, values=(*i.values[:place], None, *i.values[place + 1 :])) for i in book.items["ledger"])
    sheet = openpyxl.load_workbook(BytesIO(written(replace(book, settings=settings, items={"ledger": items}))))[
        "整改台帐"
    ]
    assert folded(sheet)[:2] == ["整改范围", "备注"]


def test_the_office_is_helped_in_its_own_columns_only(small: Path) -> None:
    sheet = openpyxl.load_workbook(small)["整改台帐"]
    checks = {str(v.sqref): (v.type, v.prompt) for v in sheet.data_validations.dataValidation}
    assert checks == {
        "AD4:AD11": ("date", "请填写日期，例如 2005-05-31"),
        "AE4:AE11": ("date", "请填写日期，例如 2005-05-31"),
        "AF4:AF11": ("list", "请选择 是 或 否"),
    }
    tints = {cell.column_letter: cell.fill.fgColor.rgb for cell in sheet[5] if cell.fill.patternType}
    assert tints == dict.fromkeys(["AC", "AD", "AE", "AF"], "FFFFF9E6")


def test_states_are_coloured_by_their_words(small: Path) -> None:
    book = openpyxl.load_workbook(small)
    told = {
        (str(held.sqref), rule.formula[0]): rule.dxf.fill.bgColor.rgb
        for held, rules in book["整改台帐"].conditional_formatting._cf_rules.items()
        for rule in rules
        if rule.dxf.fill
    }
    assert told == {
        ("AA4:AB11", '$AA4="按期完成"'): "FFD5E8D4",
        ("AA4:AB11", '$AA4="逾期完成"'): "FFD5E8D4",
        ("AA4:AB11", '$AA4="逾期"'): "FFF8CBC6",
        ("AA4:AB11", '$AA4="即将到期"'): "FFFFE699",
    }
    assert len(book["报送情况"].conditional_formatting) == 2
    assert len(book["会议活动登记"].conditional_formatting) == 0


def test_dates_percents_and_texts_carry_their_formats(small: Path) -> None:
    sheet = openpyxl.load_workbook(small)["整改台帐"]
    by_label = {header.value: cell for header, cell in zip(sheet[HEADER_ROW + 1], sheet[FIRST_ROW + 1], strict=True)}
    assert [(by_label[label].number_format, by_label[label].data_type) for label in ("完成时限", "完成比例", "编号", "剩余工作日")] == [
        ("yyyy-mm-dd", "d"), ("0%", "n"), ("@", "s"), ("0", "n"),
    ]  # fmt: skip
    percents = by_label["完成比例"].column_letter
    rules = [rule for held, rules in sheet.conditional_formatting._cf_rules.items() if percents in str(held.sqref)
             for rule in rules]  # fmt: skip
    assert [rule.dxf.numFmt.formatCode for rule in rules] == ["0.0000%", "0.000%", "0.00%", "0.0%"]
    assert f"AND({percents}4>=1-0.005,{percents}4<1)" in rules[-1].formula[0]
    assert {cell.border.left.style for cell in by_label.values()} == {"thin"}
    assert all(by_label[label].alignment.wrap_text for label in ("存在问题", "整改措施", "督查意见"))


def test_heights_are_estimates_that_excel_may_better(small: Path) -> None:
    part = zipfile.ZipFile(small).read("xl/worksheets/sheet1.xml").decode()
    heads = dict(re.findall(r'<row r="(\d+)"([^>]*)>', part))
    assert ["customHeight" in heads[str(n)] for n in (1, 2, 3, 4, 5)] == [True, True, True, False, False]
    heights = {n: float(re.search(r'ht="([\d.]+)"', heads[n])[1]) for n in ("4", "11")}
    assert heights["4"] > heights["11"] > 15


def test_the_same_book_gives_the_same_bytes_with_no_clock(tmp_path: Path) -> None:
    for name in ("一.xlsx", "二.xlsx"):
        write_ledger(small_book(), tmp_path / name)
    one, two = ((tmp_path / name).read_bytes() for name in ("一.xlsx", "二.xlsx"))
    assert one == two
    core = zipfile.ZipFile(BytesIO(one)).read("docProps/core.xml").decode()
    assert set(re.findall(r"\d{4}-\d\d-\d\dT[\d:]+Z", core)) == {"2005-05-25T00:00:00Z"}
    assert {info.date_time[0] for info in zipfile.ZipFile(BytesIO(one)).infolist()} == {1980}


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "整改台帐.xlsx"
    path.write_bytes(b"old")
    monkeypatch.setattr(ledger_writer, "sheets_for", lambda book: [][1])
    with pytest.raises(IndexError):
        write_ledger(small_book(), path)
    assert (path.read_bytes(), [p.name for p in tmp_path.iterdir()]) == (b"old", [path.name])


def test_a_target_that_cannot_be_written_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        write_ledger(small_book(), tmp_path / "没有" / "整改台帐.xlsx")


def test_a_result_is_written_as_its_book(tmp_path: Path, small: Path) -> None:
    from rectify_xl.frames.result import Result

    write_ledger(Result(book=small_book()), tmp_path / "台帐.xlsx")
    assert (tmp_path / "台帐.xlsx").read_bytes() == small.read_bytes()


def test_too_many_rows_go_on_on_further_sheets() -> None:
    book = small_book()
    data = written(book, rows_a_sheet=3)
    titles = openpyxl.load_workbook(BytesIO(data)).sheetnames
    assert titles[:5] == ["整改台帐", "整改台帐 (2)", "整改台帐 (3)", "党员整改措施", "建章立制登记"]
    assert rows_of(read_ledger_tables(data)["ledger"]) == rows_of(ledger_table(book, "ledger"))
    parts = frames_of(data)
    widths = [re.search("<cols>.*</cols>", parts[f"xl/worksheets/sheet{n}.xml"][0])[0] for n in (1, 2, 3)]
    assert widths[0] == widths[1] == widths[2]
