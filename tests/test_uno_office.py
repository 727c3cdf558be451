from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from time import sleep

import pytest
import soffice
import uno_office
import xlsxwriter
from python_calamine import CalamineWorkbook
from soffice import needs_soffice
from uno_office import Book, Office, OfficeError, office, opened, serial_of

from rectify_xl.kinds import CellError

SHEET = "表 一"


@pytest.fixture
def blank(tmp_path: Path) -> Path:
    path = tmp_path / "空.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet(SHEET)
    return path


@pytest.fixture
def book(blank: Path) -> Iterator[Book]:
    with opened(blank) as book:
        yield book


@needs_soffice
def test_texts_numbers_days_and_errors_stand_as_typed(book: Book) -> None:
    typed = ["=1+1", "2005-5-16", "００１", 0.1, 12, date(2005, 5, 16), datetime(2005, 5, 16, 12), "", None]
    book.write(SHEET, "B2", [typed])
    assert book.read(SHEET, "A2:J2") == [["", *typed[:3], 0.1, 12.0, 38488.0, 38488.5, "", ""]]


@needs_soffice
@pytest.mark.parametrize("error", uno_office._ERRORS)
def test_an_error_value_is_an_error(book: Book, error: str) -> None:
    book.write(SHEET, "A1", [[CellError(error)]])
    book.write_formulas(SHEET, "B1", [["=ISERROR(A1)"]])
    book.calculate()
    assert book.read(SHEET, "A1:B1") == [[None, 1.0]]


@needs_soffice
def test_a_block_replaces_what_stood_there(book: Book) -> None:
    book.write(SHEET, "A1", [["甲", 1.0], ["乙", 2.0]])
    book.write(SHEET, "A1", [["", "丙"]])
    assert book.read(SHEET, "A1:B2") == [["", "丙"], ["乙", 2.0]]
    book.clear(SHEET, "A1:B2")
    assert book.read(SHEET, "A1:B2") == [["", ""], ["", ""]]


@needs_soffice
def test_formulas_are_calculated_when_asked(book: Book) -> None:
    book.write(SHEET, "A1", [[2.0], [3.0]])
    book.write_formulas(SHEET, "B1", [["=A1*10"], [f"=SUM($'{SHEET}'.A1:A2)"]])
    book.calculate()
    assert book.read(SHEET, "B1:B2") == [[20.0], [5.0]]
    assert book.formulas(SHEET, "A1:B1") == [["2", "=A1*10"]]


@needs_soffice
def test_rows_are_inserted_deleted_sorted_cut_and_copied(book: Book) -> None:
    book.write(SHEET, "A1", [["甲", 3.0], ["乙", 1.0], ["丙", 2.0]])
    book.sort(SHEET, "A1:B3", by=1)
    assert [name for (name,) in book.read(SHEET, "A1:A3")] == ["乙", "丙", "甲"]
    book.sort(SHEET, "A1:B3", by=1, ascending=False)
    book.insert_rows(SHEET, 2, 2)
    assert [name for (name,) in book.read(SHEET, "A1:A5")] == ["甲", "", "", "丙", "乙"]
    book.delete_rows(SHEET, 1)
    book.move(SHEET, "A3:B3", "A6")
    book.copy(SHEET, "A4:B4", "A1")
    assert [name for (name,) in book.read(SHEET, "A1:A6")] == ["乙", "", "", "乙", "", "丙"]


@needs_soffice
def test_a_saved_copy_is_read_by_others(book: Book, tmp_path: Path) -> None:
    book.write(SHEET, "A1", [["甲", date(2005, 5, 16), 0.5]])
    saved = book.save(tmp_path / "存.xlsx")
    values = CalamineWorkbook.from_path(saved).get_sheet_by_name(SHEET).to_python()
    assert values == [["甲", date(2005, 5, 16), 0.5]]
    assert "甲" in book.save(tmp_path / "存.html").read_text(encoding="utf-8")
    assert book.save(tmp_path / "存.pdf").read_bytes().startswith(b"%PDF")


@needs_soffice
def test_several_workbooks_are_open_at_once(blank: Path, book: Book) -> None:
    with opened(blank) as other:
        other.write(SHEET, "A1", [["别的"]])
        assert book.read(SHEET, "A1:A1") == [[""]]
        assert other.office is book.office
    assert book.sheets == [SHEET]


@needs_soffice
def test_a_refusal_is_said_and_the_next_request_is_answered(book: Book) -> None:
    with pytest.raises(OfficeError, match="read"):
        book.read("没有", "A1:A1")
    with pytest.raises(OfficeError, match="dance"):
        book.ask("dance")
    assert book.read(SHEET, "A1:A1") == [[""]]


@needs_soffice
def test_its_soffice_ends_with_it() -> None:
    python = office().process.args
    assert isinstance(python, list)
    made = Office(python[0])
    group = made.process.pid
    assert made.ask("sheets", book=made.ask("open", path=str(_any_workbook(made.folder)))) == [SHEET]
    made.end()
    for _ in range(100):  # a killed process needs a moment to be gone
        if not _is_alive(group):
            break
        sleep(0.1)
    assert not _is_alive(group)
    assert not made.folder.exists()


def _is_alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def _any_workbook(folder: Path) -> Path:
    path = folder / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet(SHEET)
    return path


# ---- where something is missing


def test_without_libreoffice_the_tests_skip_and_say_so(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(sys, "__stderr__", sys.stderr)
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="LibreOffice"):
        soffice.program()
    assert "SKIPPED" in capfd.readouterr().err


def test_without_libreoffice_ci_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="LibreOffice"):
        soffice.program()


@needs_soffice
def test_without_uno_ci_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uno_office, "_PYTHONS", ())
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="python3-uno"):
        office.__wrapped__()


def test_days_are_excels_numbers() -> None:
    assert [serial_of(date(2005, 5, 16)), serial_of(datetime(2005, 5, 16, 18)), serial_of(date(1900, 3, 1))] == [
        38488.0,
        38488.75,
        61.0,
    ]
