"""The bulletin: every number counted again from the rows, one page whatever the number of units, texts that are texts."""
# ruff: noqa: E501 (tables of Chinese text, where a character counts twice)

from __future__ import annotations

import re
import subprocess
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from books import AS_OF, big_book, small_book
from ledgers import NASTY
from python_calamine import CalamineWorkbook
from sheetxml import book_xml
from soffice import convert, needs_soffice
from status_books import UNITS, book_of, settings_of
from traced import counted_numbers, counted_units, printed_numbers, printed_units

from rectify_xl.excel.ledgers.ledger import write_ledger
from rectify_xl.excel.papers.bulletin import write_bulletin
from rectify_xl.facts import catalog
from rectify_xl.model import Book, Settings, Snapshot, Unit
from rectify_xl.outgoing.bulletin import Bulletin, bulletin_for, words
from rectify_xl.outgoing.bulletin_units import best_and_worst, standings
from rectify_xl.progress.period import snapshot_of

DONE = {"status": "已完成", "percent": 1.0, "completed": date(2005, 5, 23)}


def told_against_last_week() -> Book:
    """The small book, against a run of a week before that knew half of its items, all of them open."""
    book = small_book()
    known = snapshot_of(book).items
    before = tuple(item._replace(state="not_due") for item in known if item.number.endswith("1"))
    return replace(book, previous=Snapshot(as_of=date(2005, 5, 18), items=before))


BOOKS = {
    "small": told_against_last_week(),
    "first": small_book(),
    "empty": Book(as_of=AS_OF, settings=Settings(campaign="示例活动", organisation="示例单位")),
    "big": big_book(40, 300),
}


# ---- the numbers


def counted_again(book: Book) -> dict[str, Any]:
    """The bulletin's figures of items, tasks and rows, counted from the items' own values and the tasks' own states."""
    form = catalog.forms()["ledger"]
    rows = [dict(zip(form.positions, item.values, strict=True)) for item in book.items.get("ledger", ())]
    done = [row for row in rows if row["status"] == "已完成"]
    open_rows = [row for row in rows if row["status"] not in ("已完成", "长期坚持")]
    extended = {item.number: item.office.get("extended_to") for item in book.items.get("ledger", ())}
    due = {row["item_id"]: max(filter(None, [row["due"], extended[row["item_id"]]]), default=None) for row in open_rows}
    states = Counter(state.state for state in book.tasks if state.unit_code != "KX90")
    return {
        "items": len(rows),
        "holders": len({row["item_id"].split("-")[0] for row in rows}),
        "completed": len(done),
        "completion": len(done) / len(rows) if rows else None,
        "late": sum(day is not None and day < book.as_of for day in due.values()),
        "upper": sum(row["handling"] == "提请上级协调" for row in rows),
        "pending": len(book.pending),
        "tasks": sum(states.values()) - states["不适用"],
        "tasks_done": states["按期完成"] + states["逾期完成"],
        "tasks_late": states["逾期未办"],
        "asked": len([unit for unit in book.settings.units if unit.kind != "办公室"]),
    }


@pytest.mark.parametrize("book", BOOKS.values(), ids=BOOKS)
def test_every_figure_is_that_of_the_rows(book: Book) -> None:
    figures = bulletin_for(book).figures
    assert {name: figures[name] for name in counted_again(book)} == counted_again(book)


def test_what_changed_is_counted_from_the_two_runs() -> None:
    figures = bulletin_for(BOOKS["small"]).figures
    before = {known.number for known in BOOKS["small"].previous.items if known.form == "ledger"}
    now = {item.number: item.values for item in BOOKS["small"].items["ledger"]}
    place = catalog.forms()["ledger"].positions["status"]
    assert figures["change_new"] == len(set(now) - before)
    assert figures["change_completed"] == sum(values[place] == "已完成" for values in now.values())
    assert (figures["change_gone"], figures["completion_before"]) == (0, 0.0)


def texts_of(told: Bulletin) -> list[str]:
    return [text for _, paragraphs in told.sections for text in paragraphs]


@pytest.mark.parametrize("book", BOOKS.values(), ids=BOOKS)
def test_no_number_stands_in_a_sentence_that_is_no_figure(book: Book) -> None:
    told = bulletin_for(book)
    figures = {f"{value:.0%}" if isinstance(value, float) else str(value) for value in told.figures.values()}
    for text in texts_of(told):
        bare = re.sub(r"\d+年\d+月\d+日|示例第\d+支部", "", text)
        assert set(re.findall(r"\d+%?", bare)) <= figures, text


def test_the_tables_of_units_are_counted_from_the_rows() -> None:
    told = bulletin_for(BOOKS["small"])
    assert told.best.rows == [("示例机关党委", 3, 2, 2 / 3, 1)]
    assert told.worst.rows == [("示例学会支部", 3, 0, 0.0, 1), ("示例党组", 2, 0, 0.0, 0)]


def test_what_is_due_next_is_counted_by_day() -> None:
    rows = [("A", {"due": date(2005, 5, 27)}), ("B", {"due": date(2005, 5, 27)}), ("B", {"due": date(2005, 5, 20)}), ("C", DONE)]
    assert bulletin_for(book_of({"ledger": rows})).coming.rows == [(date(2005, 5, 27), "整改台帐", 2, False)]
    tasks = [row[1:] for row in bulletin_for(small_book()).coming.rows if row[3]]
    assert tasks == [("T6 支部会议", 1, True), ("T8 总结会议", 2, True), ("T9 测评工作", 3, True)]


@pytest.mark.parametrize("name", ["small", "big"])
def test_every_printed_number_is_that_of_the_ledgers_cells(tmp_path: Path, name: str) -> None:
    write_ledger(BOOKS[name], tmp_path / "整改台帐.xlsx")
    bulletin = written(BOOKS[name], tmp_path)
    printed, counted = printed_numbers(bulletin), counted_numbers(tmp_path / "整改台帐.xlsx")
    assert printed and printed == {key: counted[key] for key in printed}
    assert {"items", "completed", "completion", "late", "due_soon"} <= set(printed)
    units = printed_units(bulletin)
    assert units and units == {key: counted_units(tmp_path / "整改台帐.xlsx")[key] for key in units}


# ---- the units


def test_no_unit_is_called_best_and_worst_and_the_best_stand_above_the_rest() -> None:
    for units in (1, 2, 3, 11, 40):
        best, worst = best_and_worst(big_book(units, 5 * units))
        assert not {s.unit.code for s in best} & {s.unit.code for s in worst}
        assert len(best) <= max(units // 2, 1) and max(len(best), len(worst)) <= 5
        assert all(one.score >= other.score for one in best for other in worst)
        assert all(s.completed >= max(s.late, 1) for s in best) and all(s.late or not s.completed for s in worst)


def test_who_is_late_with_more_than_is_done_is_not_praised() -> None:
    late = {"due": date(2005, 5, 20)}
    rows = [("A", DONE), ("A", late), ("A", late), ("B", DONE), ("B", late)]
    best, worst = best_and_worst(book_of({"ledger": rows}))
    assert [s.unit.code for s in best] == ["B"] and [s.unit.code for s in worst] == ["A"]


def test_a_unit_without_items_is_ranked_nowhere_and_named_where_it_has_not_reported() -> None:
    book = book_of({"ledger": [("A", DONE)]})
    assert [s.unit.code for s in standings(book)] == ["A"]
    assert "未报送 2 个：乙支部、丙党委" in texts_of(bulletin_for(book))[0]


def test_of_many_who_have_not_reported_only_some_are_named() -> None:
    units = [Unit(code=f"U{n:02d}", name=f"第{n}单位", kind="党支部") for n in range(30)]
    text = texts_of(bulletin_for(book_of({}, settings_of(units))))[0]
    assert "未报送 30 个" in text and text.count("单位") < 12 and "等。" in text


def test_the_first_run_and_a_run_without_changes_say_so() -> None:
    book = small_book()
    assert words()["changes"]["first"] in texts_of(bulletin_for(book))
    same = replace(book, previous=replace(snapshot_of(book), as_of=date(2005, 5, 18)))
    assert any("没有变化" in text and "2005年5月18日" in text for text in texts_of(bulletin_for(same)))


def test_a_rate_that_shows_the_same_is_told_once_and_nobody_is_owed_without_a_roster() -> None:
    one = book_of({"ledger": [("A", DONE), ("A", {"problem": "其他问题"})]}, settings_of(units=()))
    four = book_of({"ledger": [("A", {**DONE, "problem": f"问题{n}"} if n % 2 else {"problem": f"问题{n}"}) for n in range(4)]})
    texts = "".join(texts_of(bulletin_for(replace(one, previous=snapshot_of(four)))))
    assert "完成率仍为 50%" in texts and "变为" not in texts
    assert "单位名册为空" in texts and "应报单位 " not in texts


# ---- the page


def written(book: Book, folder: Path) -> Path:
    path = folder / "整改情况通报.xlsx"
    write_bulletin(book, path)
    return path


def test_the_page_is_one_of_a4_upright_and_holds_everything(tmp_path: Path) -> None:
    path = written(BOOKS["small"], tmp_path)
    sheet = book_xml(path).sheets["整改情况通报"]
    setup = sheet.find("pageSetup")
    assert setup is not None and sheet.find("sheetPr/pageSetUpPr") is not None
    assert (setup.get("paperSize"), setup.get("orientation"), setup.get("fitToHeight", "1")) == ("9", "portrait", "1")
    said = [str(value) for row in CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python() for value in row if value]
    told = bulletin_for(BOOKS["small"])
    assert {told.title, *(heading for heading, _ in told.sections)} <= set(said)
    assert all("　　" + text in said for text in texts_of(told))
    assert said[-2:] == ["示例先进性教育活动办公室", "2005年5月25日"]


@pytest.mark.parametrize("book", BOOKS.values(), ids=BOOKS)
def test_the_same_book_makes_the_same_bytes(tmp_path: Path, book: Book) -> None:
    (tmp_path / "again").mkdir()
    assert written(book, tmp_path).read_bytes() == written(book, tmp_path / "again").read_bytes()


def test_the_page_is_not_crowded_however_long_the_names_are(tmp_path: Path) -> None:
    """The heights together stay within a page that is shrunk to four fifths at most."""
    book = big_book(300, 2400)
    long = tuple(replace(unit, name=f"{unit.name}{'很长的单位名称' * 6}") for unit in book.settings.units)
    sheet = book_xml(written(replace(book, settings=replace(book.settings, units=long)), tmp_path)).sheets["整改情况通报"]
    assert sum(float(row.get("ht", "15")) for row in sheet.iter("row")) < 750 / 0.8


def test_the_frame_goes_round_the_shorter_list_of_units_too(tmp_path: Path) -> None:
    path = written(book_of({"ledger": [("A", DONE)]}), tmp_path)  # one good unit, none that must hurry
    sheet, lines = book_xml(path).sheets["整改情况通报"], CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    only = next(row for row, line in enumerate(lines, 1) if line[0] == "甲支部")
    assert f"H{only}:N{only}" in {str(merged.get("ref")) for merged in sheet.iter("mergeCell")}


def test_texts_are_texts_whatever_they_begin_with(tmp_path: Path) -> None:
    units = [replace(UNITS[0], code=f"A{at}", name=text or "无名") for at, text in enumerate(NASTY)]
    rows = [(unit.code, DONE) for unit in units[: len(units) // 2]]
    book = book_xml(written(book_of({"ledger": rows}, settings_of(units)), tmp_path))
    assert not list(book.sheets["整改情况通报"].iter("f"))


@needs_soffice
def test_libreoffice_prints_one_page(tmp_path: Path) -> None:
    made = convert(written(big_book(300, 2400), tmp_path), "pdf", tmp_path / "pdf")
    told = subprocess.run(["pdfinfo", str(made)], capture_output=True, text=True, check=True).stdout
    assert re.search(r"Pages:\s+1\b", told)
