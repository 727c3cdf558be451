"""What the office types into the ledger of 成果 through the weeks: read before it is overwritten, kept for good."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner
from returns import DAY, row
from test_cli import PROGRAM
from weeks import SETTINGS, drop, run, snapshot

from rectify_xl.runs import workspace
from rectify_xl.store import Store

FIRST, SECOND, THIRD = date(2005, 5, 18), DAY, date(2005, 5, 31)
LEDGER = "成果/整改台帐.xlsx"


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace after its first week."""
    folder = tmp_path_factory.mktemp("edits") / "整改工作"
    workspace.create(folder, SETTINGS)
    drop(folder, "一.xlsx", row("ledger", problem="第一个问题"), row("ledger", problem="第二个问题"), filled_on=FIRST)
    run(folder, FIRST)
    return folder


@pytest.fixture
def place(first: Path, tmp_path: Path) -> Path:
    return shutil.copytree(first, tmp_path / "整改工作")


def type_into(path: Path, number: str, label: str, value: Any) -> None:
    """Types into one cell of the ledger as the office does."""
    book = openpyxl.load_workbook(path)
    sheet = book["整改台帐"]
    header = next(line for line in sheet.iter_rows(max_row=10) if any(cell.value == "编号" for cell in line))
    at = {cell.value: cell.column for cell in header}
    line = next(n for n in range(header[0].row + 1, 99) if sheet.cell(row=n, column=at["编号"]).value == number)
    sheet.cell(row=line, column=at[label]).value = value
    book.save(path)


def entries(place: Path) -> list[tuple[str, str, Any, date]]:
    with Store(place / "记录.sqlite", read_only=True) as store:
        return [(e.number, e.column, e.value, e.as_of) for e in store.entries()]


def office(outcome: Any) -> dict[str, dict[str, Any]]:
    return {item.number: dict(item.office) for item in outcome.book.items["ledger"] if item.office}


def test_what_the_office_typed_in_vain_is_told_where_it_looks(place: Path) -> None:
    type_into(place / LEDGER, "KX02-T001", "销号", "是")
    type_into(place / LEDGER, "KX02-T002", "存在问题", "办公室改的问题")
    told = CliRunner().invoke(PROGRAM, ["run", str(place), "--as-of", SECOND.isoformat()])
    assert told.exit_code == 0 and "2 处改动没有起作用" in told.stdout
    assert "销号不起作用" in told.stdout and "由“第二个问题”改为“办公室改的问题”" in told.stdout


def test_entries_are_kept_stand_in_every_later_ledger_and_are_cleared_by_a_blank(place: Path) -> None:
    type_into(place / LEDGER, "KX02-T001", "同意延期至", date(2005, 6, 10))
    type_into(place / LEDGER, "KX02-T002", "督查意见", "进度偏慢")
    before = snapshot(place)
    tried = run(place, SECOND, dry_run=True)
    assert snapshot(place) == before
    done = run(place, SECOND)
    assert office(tried) == office(done) and list(office(done)["KX02-T002"].values()) == ["进度偏慢"]
    assert done.book.dues["ledger"][0].day == date(2005, 6, 10)
    assert [entry[0] for entry in entries(place)] == ["KX02-T001", "KX02-T002"]
    same = snapshot(place)
    assert office(run(place, SECOND)) == office(done) and snapshot(place) == same
    type_into(place / LEDGER, "KX02-T002", "督查意见", None)
    assert set(office(run(place, THIRD))) == {"KX02-T001"}
    assert [(entry[0], entry[2], entry[3]) for entry in entries(place)][-1] == ("KX02-T002", None, THIRD)


def test_other_edits_are_told_and_do_nothing(place: Path) -> None:
    type_into(place / LEDGER, "KX02-T001", "存在问题", "改了的问题")
    done = run(place, SECOND)
    told = [finding for finding in done.book.findings if finding.code == "ledger-edited"]
    assert [(f.value, f.file) for f in told] == [("改了的问题", "整改台帐.xlsx")]
    assert done.book.items["ledger"][0].values[1] == "第一个问题"
    again = run(place, SECOND)
    assert [f for f in again.book.findings if f.code == "ledger-edited"] == told


def test_an_open_ledger_is_read_each_time_against_what_stood_there_last(place: Path) -> None:
    (place / "成果/~$整改台帐.xlsx").touch()
    type_into(place / LEDGER, "KX02-T001", "督查意见", "第一次意见")
    run(place, SECOND)
    type_into(place / LEDGER, "KX02-T001", "督查意见", None)
    type_into(place / "成果/整改台帐-2005-05-25.xlsx", "KX02-T002", "督查意见", "写在副本里")
    done = run(place, THIRD)
    assert office(done) == {} and [entry[2] for entry in entries(place)] == ["第一次意见", None]
    copies = [f for f in done.book.findings if f.file == "整改台帐-2005-05-25.xlsx"]
    assert [dict(f.params)["case"] for f in copies] == ["copy"]


def test_a_ledger_that_cannot_be_read_is_not_overwritten(place: Path) -> None:
    (place / LEDGER).write_bytes(b"PK\x03\x04 locked with a password")
    for day in (SECOND, THIRD):
        done = run(place, day)
        assert (place / LEDGER).read_bytes().startswith(b"PK\x03\x04 locked")
        assert done.notes == ("ledger-unread:整改台帐.xlsx",) and done.outputs[0] == f"成果/整改台帐-{day}.xlsx"


def test_a_ledger_of_which_not_all_counts_is_kept_as_it_was(place: Path) -> None:
    book = openpyxl.load_workbook(place / LEDGER)
    book.create_sheet("记事")["A1"] = "例会纪要"
    book.save(place / LEDGER)
    type_into(place / LEDGER, "KX02-T001", "督查意见", "请抓紧")
    typed, before = (place / LEDGER).read_bytes(), snapshot(place)
    assert run(place, SECOND, dry_run=True).book.findings[-1].code == "ledger-edited" and snapshot(place) == before
    done = run(place, SECOND)
    (kept,) = (note.partition(":")[2] for note in done.notes)
    assert kept.startswith("成果/历史/2005-05-25/整改台帐.办公室改动-") and (place / kept).read_bytes() == typed
    assert office(done) == {"KX02-T001": {"supervision": "请抓紧"}}
    same = snapshot(place)
    assert run(place, SECOND).notes == () and snapshot(place) == same


def test_a_ledger_whose_copy_is_gone_is_read_by_what_the_memory_knows(place: Path) -> None:
    type_into(place / LEDGER, "KX02-T001", "督查意见", "第一次意见")
    run(place, SECOND)
    type_into(place / LEDGER, "KX02-T001", "督查意见", None)
    type_into(place / LEDGER, "KX02-T002", "同意延期至", date(2005, 6, 10))
    shutil.rmtree(place / "成果/历史")
    done = run(place, THIRD)
    assert office(done) == {"KX02-T002": {"extended_to": date(2005, 6, 10)}}
    assert done.notes == ("ledger-recalled:整改台帐.xlsx",)


def test_a_ledger_that_stayed_open_through_two_runs_of_its_day_is_read(place: Path) -> None:
    lock = place / "成果/.~lock.整改台帐.xlsx#"
    lock.touch()
    other = {"unit_code": "KX03", "unit_name": "示例第二党支部", "filled_on": FIRST}
    drop(place, "二.xlsx", row("ledger", problem="第三个问题"), **other)
    run(place, FIRST)
    lock.unlink()
    type_into(place / LEDGER, "KX02-T002", "督查意见", "请抓紧")
    assert office(run(place, SECOND)) == {"KX02-T002": {"supervision": "请抓紧"}}


def test_a_ledger_of_an_earlier_week_that_was_put_back_clears_nothing(place: Path) -> None:
    type_into(place / LEDGER, "KX02-T001", "督查意见", "第一次意见")
    run(place, SECOND)
    shutil.copy(place / "成果/历史/2005-05-18/整改台帐.xlsx", place / LEDGER)
    type_into(place / LEDGER, "KX02-T002", "督查意见", "写在旧台帐里")
    assert [held["supervision"] for held in office(run(place, THIRD)).values()] == ["第一次意见", "写在旧台帐里"]


def test_a_ledger_without_a_run_and_workbooks_beside_it_are_told(place: Path) -> None:
    book = openpyxl.load_workbook(place / LEDGER)
    del book["说明"], book.custom_doc_props["rectify_xl run"]
    book.save(place / LEDGER)
    shutil.copy(place / LEDGER, place / "成果/整改台帐 - 副本.xlsx")
    typed = (place / LEDGER).read_bytes()
    done = run(place, SECOND)
    told = [note.partition(":") for note in done.notes]
    assert [code for code, _, _ in told] == ["ledger-unknown", "ledger-beside", "ledger-kept"]
    assert (place / told[-1][2]).read_bytes() == typed
