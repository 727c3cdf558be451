"""催办通知.xlsx as it is printed: the list, a page a unit, what was told before, and the same bytes again."""
# ruff: noqa: E501 (tables of Chinese text, where a character counts twice)

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from books import small_book
from ledgers import NASTY
from python_calamine import CalamineWorkbook
from sheetxml import book_xml
from status_books import UNITS, book_of, settings_of

from rectify_xl.days.first_days import FirstDays
from rectify_xl.excel.papers import notice_matters, reminder_notices
from rectify_xl.excel.papers.reminders import write_reminders
from rectify_xl.model import Book, Unit
from rectify_xl.outgoing.reminders import reminders_for, sent_key


def written(book: Book, folder: Path) -> Path:
    path = folder / "催办通知.xlsx"
    write_reminders(book, path)
    return path


def cells(path: Path, title: str) -> list[list[Any]]:
    return CalamineWorkbook.from_path(path).get_sheet_by_name(title).to_python(skip_empty_area=False)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(small_book(), tmp_path_factory.mktemp("reminders"))


def test_the_list_has_a_row_for_every_reminder(small: Path) -> None:
    told = reminders_for(small_book())
    rows = cells(small, "催办清单")[5:]
    assert [(row[0], row[4]) for row in rows] == [(r.key.unit_code, r.number) for r in told]
    assert {row[9] for row in rows} == {date(2005, 5, 25)}


def test_every_owing_unit_has_a_page_of_its_own(small: Path) -> None:
    rows = cells(small, "催办通知单")
    starts = [at for at, row in enumerate(rows) if row[0] == "催办通知单"]
    owing = list(dict.fromkeys(r.unit_name for r in reminders_for(small_book())))
    assert [rows[at + 1][0].split("（")[0] for at in starts] == owing
    breaks = [int(e.get("id", "0")) for e in book_xml(small).sheets["催办通知单"].iter("brk")]
    assert breaks == starts[1:]


def test_a_notice_says_who_what_until_when_and_from_whom(small: Path) -> None:
    rows = cells(small, "催办通知单")
    said = [str(row[0]) for row in rows]
    at = said.index("示例学会支部（第一责任人：示例丙，联系领导：示例乙）：")
    mine = [r for r in reminders_for(small_book()) if r.key.unit_code == "KX02"]
    assert f"有以下 {len(mine)} 项工作" in said[at + 1] and "2005年5月30日前" in said[at + 1]
    listed = rows[at + 3 : at + 3 + len(mine)]
    assert [row[0] for row in listed] == [str(n) for n in range(1, len(mine) + 1)]
    assert ["逾期催办", "整改台帐", "KX02-T001", date(2005, 5, 23), "已逾期\n2 个工作日"] in [[*row[1:4], *row[6:8]] for row in listed]
    assert said[at + 3 + len(mine) :][1:3] == ["示例先进性教育活动办公室", "2005年5月25日"]


def test_the_page_is_upright_a4_and_its_breaks_count(small: Path) -> None:
    sheet = book_xml(small).sheets["催办通知单"]
    setup = sheet.find("pageSetup")
    assert setup is not None and sheet.find("sheetPr/pageSetUpPr") is None  # fitted pages would pass over the breaks
    assert (setup.get("paperSize"), setup.get("orientation"), setup.get("scale")) == ("9", "portrait", "80")
    # Pixels of the columns in a font whose digits take eight; the page has 717 of them.
    assert sum(width * 8 + 5 for width in notice_matters.WIDTHS) * 0.8 < 717 * 0.86


def test_what_went_out_before_is_listed_apart_and_counted_in_the_notice(tmp_path: Path) -> None:
    first = book_of({"ledger": [("A", {"due": date(2005, 5, 20)})]}, settings_of(), as_of=date(2005, 5, 24))
    known = FirstDays((sent_key(told.key), told.sent_on) for told in reminders_for(first))
    rows = [("A", {"due": date(2005, 5, 20)}), ("A", {"due": date(2005, 5, 24)})]
    path = written(replace(book_of({"ledger": rows}, settings_of()), sent=known), tmp_path)
    assert [row[4] for row in cells(path, "催办清单")[5:]] == ["A-T002"]
    assert [(row[4], row[9]) for row in cells(path, "已催未办")[5:]] == [("A-T001", date(2005, 5, 24))]
    assert any("另有 1 项前期已经催办" in str(row[0]) for row in cells(path, "催办通知单"))


def test_a_day_without_reminders_says_so(tmp_path: Path) -> None:
    path = written(book_of({}, settings_of()), tmp_path)
    assert cells(path, "催办清单")[5][0] == cells(path, "催办通知单")[0][0] == "今天没有需要催办的事项。"
    assert cells(path, "已催未办")[5][0] == "没有催办后仍未办结的事项。"


def test_units_beyond_what_a_sheet_can_break_go_on_on_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reminder_notices, "_UNITS_A_SHEET", 2)
    rows = [(unit.code, {"due": date(2005, 5, 20)}) for unit in UNITS[:3]]
    path = written(book_of({"ledger": rows}, settings_of()), tmp_path)
    assert CalamineWorkbook.from_path(path).sheet_names == ["催办清单", "催办通知单", "催办通知单 (2)", "已催未办"]
    assert str(cells(path, "催办通知单 (2)")[1][0]).startswith("丙党委")


def test_texts_are_texts_and_the_same_book_makes_the_same_bytes(tmp_path: Path) -> None:
    units = [replace(UNITS[0], code=f"A{at}", name=text or "无名", leader=text) for at, text in enumerate(NASTY)]
    rows = [(unit.code, {"problem": unit.name, "due": date(2005, 5, 20), "owner": unit.name}) for unit in units]
    (tmp_path / "again").mkdir()
    book = book_of({"ledger": rows}, settings_of(units))
    path = written(book, tmp_path)
    assert path.read_bytes() == written(book, tmp_path / "again").read_bytes()
    for sheet in book_xml(path).sheets.values():
        assert not list(sheet.iter("f"))
        told = {c.get("t") for c in sheet.iter("c") if re.fullmatch(r"E\d+", c.get("r", "")) and len(c)}
        assert told and told <= {"s", "inlineStr"}


def test_a_long_matter_is_told_whole_in_the_list_and_shortened_in_the_notice(tmp_path: Path) -> None:
    long = {"problem": "难" * 480, "due": date(2005, 5, 20)}
    path = written(book_of({"ledger": [("A", long)]}, settings_of()), tmp_path)
    assert long["problem"] in {row[5] for row in cells(path, "催办清单")}
    assert "难" * 199 + "…" in {row[4] for row in cells(path, "催办通知单")}
    heights = [row.height or 0 for row in openpyxl.load_workbook(path)["催办通知单"].row_dimensions.values()]
    assert 300 < max(heights) < 409


def test_no_page_begins_below_the_matters_of_a_notice(tmp_path: Path) -> None:
    units = [Unit(code=f"U{count:02d}", name="示例支部", kind="党支部") for count in range(12, 36)]
    late = {"due": date(2005, 5, 20)}
    rows = {"ledger": [(unit.code, {**late, "problem": f"办事效率不高{n}"}) for unit in units for n in range(int(unit.code[1:]))]}
    sheet = openpyxl.load_workbook(written(book_of(rows, settings_of(units)), tmp_path))["催办通知单"]
    breaks, used, starts = {held.id for held in sheet.row_breaks.brk}, 0.0, []
    for row in range(1, sheet.max_row + 1):
        height = sheet.row_dimensions[row].height
        used = 0.0 if row - 1 in breaks or used + height > 926 else used
        starts += [row] if not used else []
        used += height
    firsts = [sheet.cell(row, 1).value for row in starts]
    assert len(firsts) > len(units) and len(breaks) > len(units) - 1
    assert [f for f in firsts if f != "催办通知单" and not str(f).isdigit()] == []
