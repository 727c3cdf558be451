"""What goes wrong in an office's weeks, through the commands: a ledger it rearranged, a memory in trouble, offices above."""
# ruff: noqa: E501 (tables of Chinese text, where a character counts twice)

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from season import HAPPENS, WEEKS, Season, codes, problem
from weeks import snapshot

from rectify_xl.runs import run_lock


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Season:
    """A season's first week."""
    season = Season(folder=tmp_path_factory.mktemp("mishaps") / "整改工作", profile="gdsta")
    season.begin(templates=False)
    HAPPENS[0](season)
    season.run(1)
    return season


@pytest.fixture
def season(first: Season, tmp_path: Path) -> Season:
    shutil.copytree(first.folder, tmp_path / "整改工作")
    return Season(folder=tmp_path / "整改工作", profile="gdsta", units=first.units, blanks=first.blanks)


# ---- the ledger as the office left it


def renamed(sheet: Any) -> None:
    sheet.title = "我的台帐"


def sorted_backwards(sheet: Any) -> None:
    rows = [[cell.value for cell in line] for line in sheet.iter_rows(min_row=4, max_row=7)]
    for place, values in enumerate(reversed(rows)):
        for column, value in enumerate(values, start=1):
            sheet.cell(row=4 + place, column=column).value = value


def filtered(sheet: Any) -> None:
    sheet.auto_filter.ref = sheet.dimensions
    sheet.row_dimensions[5].hidden = True


def with_hidden_columns(sheet: Any) -> None:
    for letter in ("D", "E", "AC"):
        sheet.column_dimensions[letter].hidden = True


def without_a_row(sheet: Any) -> None:
    sheet.delete_rows(next(n for n in range(4, 9) if sheet.cell(row=n, column=3).value == "KX03-T001"))


@pytest.mark.parametrize("change", [renamed, sorted_backwards, filtered, with_hidden_columns, without_a_row])
def test_an_entry_is_taken_from_a_ledger_however_the_office_arranged_it(
    change: Callable[[Any], None], season: Season
) -> None:
    season.types("KX02-T003", "督查意见", "请抓紧")
    book = openpyxl.load_workbook(season.ledger)
    change(book["整改台帐"])
    book.save(season.ledger)
    told = season.run(2)
    items = season.items()
    assert {number: held["supervision"] for number, held in items.items() if held["supervision"]} == {"KX02-T003": "请抓紧"}
    assert sorted(items) == ["KX02-T001", "KX02-T002", "KX02-T003", "KX03-T001"]
    edited = [f for f in told["findings"] if f["code"] == "ledger-edited"]
    assert len(edited) == (change is without_a_row) and all("KX03-T001" in f["message"] for f in edited)


# ---- the memory


def test_a_memory_in_trouble_is_told_and_nothing_is_touched(season: Season) -> None:
    memory = season.folder / "记录.sqlite"
    whole = memory.read_bytes()
    HAPPENS[1](season)
    memory.write_bytes(whole[: len(whole) // 2])
    before = snapshot(season.folder)
    season.call("run", season.folder, "--as-of", WEEKS[1], code=3)
    assert snapshot(season.folder) == before and "记录.sqlite" in season.heard
    memory.write_bytes(whole)
    with sqlite3.connect(memory) as opened:
        opened.execute("PRAGMA user_version = 999")
    opened.close()
    before = snapshot(season.folder)
    season.call("run", season.folder, "--as-of", WEEKS[1], code=3)
    assert snapshot(season.folder) == before and "记录.sqlite" in season.heard


def test_a_second_run_says_who_holds_the_workspace(season: Season, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_lock, "PATIENCE", 0.1)
    before = snapshot(season.folder)
    with run_lock.locked(season.folder, "run", WEEKS[1]):
        season.call("run", season.folder, "--as-of", WEEKS[1], code=3)
    assert "2005-05-25" in season.heard and snapshot(season.folder) == before


# ---- the inbox


def test_a_missing_inbox_ends_the_run_once_files_have_come(season: Season) -> None:
    (season.folder / "收件").rename(season.folder / "收件-旧")
    before = snapshot(season.folder)
    for command in (("run",), ("run", "--dry-run"), ("schedule",)):
        season.call(command[0], season.folder, "--as-of", WEEKS[1], *command[1:], code=3)
        assert "收件" in season.heard and len(season.heard.splitlines()) == 1
    assert snapshot(season.folder) == before and not (season.folder / "收件").exists()
    assert season.call("status", season.folder, "--as-of", WEEKS[1], "--json")["arrived"] == []
    assert "收件" in season.heard
    assert season.call("issue", season.folder, "--as-of", WEEKS[1], "--json")["outputs"]
    season.call("run", season.folder, "--as-of", WEEKS[0].replace(day=17))  # a look back takes nothing in
    (season.folder / "收件-旧").rename(season.folder / "收件")
    assert season.run(2)["files"]["received"] == 0


def test_what_is_left_of_a_lost_workspace_is_run_without_its_inbox(season: Season) -> None:
    items = season.items()
    shutil.rmtree(season.folder / "收件")
    (season.folder / "记录.sqlite").unlink()
    season.call("run", season.folder, "--as-of", WEEKS[0])
    assert "收件" in season.heard and (season.folder / "收件").is_dir()
    assert season.items() == items


def test_a_missing_inbox_is_made_anew_where_no_file_ever_came(tmp_path: Path) -> None:
    season = Season(folder=tmp_path / "整改工作", profile="gdsta")
    season.begin(templates=False)
    (season.folder / "收件").rmdir()
    season.call("run", season.folder, "--as-of", WEEKS[0], "--dry-run")
    assert "收件" in season.heard and not (season.folder / "收件").exists()
    season.call("run", season.folder, "--as-of", WEEKS[0])
    assert "收件" in season.heard and (season.folder / "收件").is_dir()
    (season.folder / "收件").rmdir()
    (season.folder / "收件").symlink_to(tmp_path / "没有连上的共享盘")
    season.call("run", season.folder, "--as-of", WEEKS[1], code=3)


# ---- an office above


def test_an_upper_office_gets_two_ledgers_and_a_direct_return(season: Season, tmp_path: Path) -> None:
    HAPPENS[1](season)
    season.run(2)
    lower = season.ledger.read_bytes()
    _, committee, one, other, _ = season.units
    second = Season(folder=tmp_path / "另一办公室", profile="gdsta", blanks=season.blanks)
    second.begin(templates=False)
    second.drop("丁.xlsx", second.made(season.units[0], 2, problem("调研不够深入")))
    second.run(2)
    upper = Season(folder=tmp_path / "上级", profile="gdsta", blanks=season.blanks)
    upper.begin(templates=False)
    upper.drop("一处.xlsx", lower)
    upper.drop("二处.xlsx", second.ledger.read_bytes())
    upper.drop("乙.xlsx", upper.made(other, 3, problem("会议过多", f"{other.code}-T001", percent=0.8)))
    told = upper.run(3)
    assert told["files"]["accepted"] == 3
    items = upper.items()
    assert {n: i["problem"] for n, i in items.items()} == {
        n: i["problem"] for held in (season.items(), second.items()) for n, i in held.items()
    }  # fmt: skip
    assert items[f"{other.code}-T001"]["percent"] == 0.8
    assert items[f"{one.code}-T003"]["extended_to"].date() == date(2005, 6, 24)
    assert items[f"{committee.code}-T001"]["source_file"] == season.items()[f"{committee.code}-T001"]["source_file"]
    assert not {"foreign-id", "duplicate", "unknown"} & {code for code, _ in codes(told)}
    before = snapshot(upper.folder)
    upper.run(3)
    assert snapshot(upper.folder) == before
    (upper.folder / "记录.sqlite").unlink()
    upper.run(3)
    assert "已按存档和台帐重建" in upper.heard and "不一致" not in upper.heard
    past = upper.call("history", upper.folder, f"{one.code}-T003", "--json")
    assert [(state["file"], state["filled_on"]) for state in past["states"]] == [("一处.xlsx", "2005-05-24")]
    assert past["office"] == [{"column": "extended_to", "value": "2005-06-24", "as_of": "2005-05-25", "file": "一处.xlsx"}]
    past = upper.call("history", upper.folder, f"{other.code}-T001", "--json")["states"]
    assert [state["file"] for state in past] == ["一处.xlsx", "乙.xlsx"] and past[1]["changed"]["percent"] == ["0.5", "0.8"]
