"""Reading real workbooks: values with their cells, and what calamine alone does not tell."""

from __future__ import annotations

import zipfile
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from returns import GOOD, UNITS, filled_template, reopened, row, settings_for

from rectify_xl.excel.reading.reader import read_workbook, values_of
from rectify_xl.facts import catalog
from rectify_xl.grid import Unreadable
from rectify_xl.kinds import CellError, NoValue
from rectify_xl.model import Return
from rectify_xl.office.ruling import ruling_for
from rectify_xl.receiving.intake import files_in
from rectify_xl.receiving.reading import read_file

RULING = ruling_for(settings_for())


def read(path: Path, as_of: date = date(2005, 6, 30)) -> Return:
    return read_file(files_in([path])[0], RULING, as_of)


def codes(held: Return) -> list[tuple[str, str]]:
    return [(f.code, f.cell) for f in held.findings]


@pytest.mark.parametrize("form", list(GOOD))
def test_a_filled_template_of_every_form_is_accepted(form: str, tmp_path: Path) -> None:
    office = next(u for u in UNITS if u.kind == "办公室")
    cover = {"unit_code": office.code, "unit_name": office.name} if form == "supervision" else {}
    held = read(filled_template(tmp_path / "a.xlsx", {form: [row(form)]}, cover=cover))
    assert (held.verdict, codes(held)) == ("accepted", [])
    if form != "guidance":
        facts = catalog.forms()[form]
        expected = tuple(GOOD[form].get(c.name) for c in facts.columns)
        assert held.forms[0].good[0].values == expected


def test_saved_time_and_digest_are_the_files_own(tmp_path: Path) -> None:
    held = read(filled_template(tmp_path / "a.xlsx", {"ledger": [row("ledger")]}))
    assert held.saved.startswith("20") and held.saved.endswith("Z") and len(held.digest) == 64


def spoiled(path: Path, change: Any) -> Path:
    filled_template(path, {"ledger": [row("ledger"), row("ledger", problem="第二个问题")]})
    with reopened(path) as book:
        change(book["整改台帐"])
    return path


@pytest.mark.parametrize(
    ("cell", "value", "code"),
    [
        ("B5", "#REF!", "error-value"),
        ("D5", "#N/A", "error-value"),
        ("R5", "=DATE(2005,5,27)", "no-value"),
        ("T5", "=1/2", "no-value"),
        ("B5", '=_xlfn.DISPIMG("ID_1",1)', "error-value"),
        ("J5", date(2005, 5, 16), "fixed-text"),
        ("J5", 12345, "fixed-text"),
        ("R5", "五月底看情况", "date"),
        ("R5", "2005-5-27", "fixed-date"),
        ("T5", "0.5", "fixed-percent"),
        ("T5", 50, "fixed-percent"),
    ],
)
def test_odd_cells_are_told_where_they_stand(cell: str, value: object, code: str, tmp_path: Path) -> None:
    def change(sheet: Any) -> None:
        sheet[cell].value = value
        sheet[cell].number_format = "General"

    found = codes(read(spoiled(tmp_path / "a.xlsx", change)))
    assert (code, cell) in found
    assert len(found) == 1


def test_fifty_in_a_percent_cell_is_5000_percent(tmp_path: Path) -> None:
    def change(sheet: Any) -> None:
        sheet["T5"].value = 50
        sheet["T5"].number_format = "0%"

    assert codes(read(spoiled(tmp_path / "a.xlsx", change))) == [("range", "T5")]


def test_a_day_without_its_format_is_counted_as_its_workbook_does(tmp_path: Path) -> None:
    path = filled_template(tmp_path / "a.xlsx", {"ledger": [row("ledger")]})
    with reopened(path) as book:
        book.epoch = CALENDAR_MAC_1904
        cells = [cell for line in book["封面"] for cell in line]
        (label,) = (cell for cell in cells if cell.value == "填报日期")
        for cell, serial in ((label.offset(column=1), 37035), (book["整改台帐"]["R4"], 37037)):
            cell.value, cell.number_format = serial, "General"
    held = read(path)
    days = [f.params[-1] for f in held.findings if f.code == "fixed-date"]
    assert days == [("understood", date(2005, 5, 25)), ("understood", date(2005, 5, 27))]
    assert (held.verdict, held.filled_on) == ("accepted", date(2005, 5, 25))
    assert held.forms[0].good[0].values[catalog.forms()["ledger"].positions["due"]] == date(2005, 5, 27)


def test_hidden_rows_are_data_and_told(tmp_path: Path) -> None:
    def change(sheet: Any) -> None:
        sheet.row_dimensions[5].hidden = True

    held = read(spoiled(tmp_path / "a.xlsx", change))
    assert [f.code for f in held.findings] == ["hidden-rows"] and len(held.forms[0].good) == 2


def test_error_cells_and_uncalculated_formulas_come_as_such() -> None:
    buffer = BytesIO()
    book = xlsxwriter.Workbook(buffer)
    sheet = book.add_worksheet("表")
    sheet.write_formula("B3", "=1/0", None, "#DIV/0!")
    sheet.write_formula("C3", "=1+1", None, "")
    sheet.write_formula("D3", "=1+1", None, 2)
    sheet.write_string("E3", "字")
    book.close()
    grid = read_workbook(buffer.getvalue()).sheets[0]
    cells = {
        (grid.first_row + i, grid.first_column + j): v for i, r in enumerate(grid.rows) for j, v in enumerate(r)
    }
    assert isinstance(cells[3, 1], CellError) and cells[3, 1] == "#DIV/0!"
    assert isinstance(cells[3, 2], NoValue) and cells[3, 2] == "=1+1"
    assert cells[3, 3] == 2 and cells[3, 4] == "字"


def word_file() -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr("word/document.xml", "<w/>")
        package.writestr("[Content_Types].xml", "<Types/>")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "code", "case"),
    [
        (b"", "not-a-workbook", "empty"),
        (b"  \n ", "not-a-workbook", "empty"),
        ("编码,名称\n1,2\n".encode(), "not-a-workbook", "csv"),
        (b"<html><table></table></html>", "not-a-workbook", "html"),
        (b"<?xml version='1.0'?><Workbook/>", "not-a-workbook", "xml"),
        (b"%PDF-1.7 ...", "not-a-workbook", "pdf"),
        (b"\x89PNG\r\n", "not-a-workbook", "image"),
        (word_file(), "not-a-workbook", "word"),
        (b"PK\x03\x04 cut off", "damaged", ""),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "encrypted", ""),
    ],
)
def test_what_is_no_workbook_is_refused_by_its_nature(data: bytes, code: str, case: str, tmp_path: Path) -> None:
    with pytest.raises(Unreadable) as caught:
        read_workbook(data)
    assert (caught.value.code, caught.value.case) == (code, case)
    (tmp_path / "x.xlsx").write_bytes(data)
    held = read(tmp_path / "x.xlsx")
    assert held.verdict == "refused" and [f.code for f in held.findings] == [code]


def test_a_truncated_workbook_is_damaged(tmp_path: Path) -> None:
    path = filled_template(tmp_path / "a.xlsx", {"ledger": [row("ledger")]})
    whole = path.read_bytes()
    for share in (0.2, 0.5, 0.9):
        path.write_bytes(whole[: int(len(whole) * share)])
        assert [f.code for f in read(path).findings] == ["damaged"]


def test_a_link_and_a_pipe_are_refused_without_being_opened(tmp_path: Path) -> None:
    import os

    (tmp_path / "link.xlsx").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / "pipe.xlsx")
    for name in ("link.xlsx", "pipe.xlsx"):
        assert [f.code for f in read(tmp_path / name).findings] == ["not-a-file"]


def test_values_of_our_own_workbooks_start_at_a1(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(str(path))
    book.add_worksheet("表").write_string("C3", "字")
    book.close()
    assert values_of(path.read_bytes()) == {"表": [[], [], ["", "", "字"]]}


@pytest.mark.parametrize("title", ["选项", "自检"])
def test_a_clerks_own_sheet_is_read_whatever_it_is_called(title: str, tmp_path: Path) -> None:
    for shows in (True, False):
        with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as book:
            book.add_worksheet("表").write_string("A1", "字")
            sheet = book.add_worksheet(title)
            sheet.write_string("A1", "群众提出的意见")
            if not shows:
                sheet.hide()
        raw = read_workbook((tmp_path / "a.xlsx").read_bytes())
        assert [held.title for held in raw.sheets] == ["表", *([title] if shows else [])]
