"""A memory that was lost, with more than it: the archive, files of it, the ledger in 成果."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from returns import DAY, row
from test_ledger_edits import LEDGER, office, type_into
from weeks import SETTINGS, drop, numbers, run, snapshot

from rectify_xl.excel.settings.settings_book import write_settings
from rectify_xl.model import Waiver
from rectify_xl.runs import workspace

FIRST, THIRD = date(2005, 5, 18), date(2005, 5, 31)
KNOWN = {"KX02-T001": "第一个问题", "KX02-T002": "第二个问题", "KX02-T003": "更早的问题"}


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace after two weeks: numbers that its files alone would not be given, and a word of the office."""
    folder = tmp_path_factory.mktemp("lost") / "整改工作"
    workspace.create(folder, SETTINGS)
    drop(folder, "一.xlsx", row("ledger", problem="第一个问题"), row("ledger", problem="第二个问题"), filled_on=FIRST)
    run(folder, FIRST)
    drop(folder, "甲.xlsx", row("ledger", problem="更早的问题"), filled_on=date(2005, 5, 12))
    type_into(folder / LEDGER, "KX02-T001", "督查意见", "请抓紧")
    run(folder, DAY)
    return folder


@pytest.fixture
def place(second: Path, tmp_path: Path) -> Path:
    folder = shutil.copytree(second, tmp_path / "整改工作")
    (folder / "记录.sqlite").unlink()
    return folder


def known(done: Any) -> tuple[dict[str, str], dict[str, Any]]:
    return numbers(done), office(done)


def test_without_an_archive_numbers_and_entries_come_from_the_ledger_which_is_kept(place: Path) -> None:
    shutil.rmtree(place / "存档")
    type_into(place / LEDGER, "KX02-T003", "督查意见", "也请抓紧")
    (place / "收件/一.xlsx").rename(place / "收件/二.xlsx")
    typed = (place / LEDGER).read_bytes()
    done = run(place, THIRD)
    assert known(done) == (KNOWN, {"KX02-T001": {"supervision": "请抓紧"}, "KX02-T003": {"supervision": "也请抓紧"}})
    assert [note.partition(":")[0] for note in done.notes] == ["archive-lost", "ledger-kept"]
    assert (place / done.notes[1].partition(":")[2]).read_bytes() == typed
    same = snapshot(place)
    assert known(run(place, THIRD)) == known(done) and snapshot(place) == same


def test_a_row_reworded_under_its_number_is_one_row_by_the_ledgers_of_the_history(
    second: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(second, tmp_path / "整改工作")
    reworded = row("ledger", problem="换了说法的问题", item_id="KX02-T001")
    drop(folder, "三.xlsx", reworded, row("ledger", problem="第一个问题"), filled_on=THIRD)
    before = run(folder, THIRD)
    (folder / "记录.sqlite").unlink()
    shutil.rmtree(folder / "存档")
    done = run(folder, THIRD)
    told = {**KNOWN, "KX02-T001": "换了说法的问题", "KX02-T004": "第一个问题"}
    assert known(done) == known(before) == (told, {"KX02-T001": {"supervision": "请抓紧"}})
    first = {item.number: item.first_on for item in done.book.items["ledger"]}
    assert (first["KX02-T001"], first["KX02-T004"]) == (FIRST, THIRD)


def test_a_merged_unit_s_rows_get_their_numbers_again_by_the_words_they_had_under_its_own_code(tmp_path: Path) -> None:
    folder = tmp_path / "整改工作"
    workspace.create(folder, SETTINGS)
    dropped = drop(folder, "前.xlsx", row("ledger", problem="不再计入的问题"), filled_on=FIRST)
    run(folder, FIRST)
    drop(folder, "一.xlsx", row("ledger", problem="第一个问题"), filled_on=date(2005, 5, 20))
    run(folder, DAY)
    let = Waiver(unit="KX02", rule="", digest=sha256(dropped.read_bytes()).hexdigest(), reason="作废")
    stop = {"merged_into": "KX03", "stopped_on": DAY}
    units = tuple(replace(unit, **stop) if unit.code == "KX02" else unit for unit in SETTINGS.units)
    (folder / "配置.xlsx").unlink()
    write_settings(replace(SETTINGS, units=units, waivers=(let,)), folder / "配置.xlsx")
    drop(folder, "二.xlsx", row("ledger", problem="第一个问题"), filled_on=date(2005, 5, 30))
    assert numbers(run(folder, THIRD)) == {"KX02-T002": "第一个问题"}
    (folder / "记录.sqlite").unlink()
    shutil.rmtree(folder / "成果/历史")
    assert numbers(run(folder, THIRD)) == {"KX02-T002": "第一个问题"}


@pytest.mark.parametrize("is_archived", [True, False])
def test_an_item_closed_before_its_unit_reopened_it_stays_closed(is_archived: bool, tmp_path: Path) -> None:
    folder = tmp_path / "整改工作"
    workspace.create(folder, SETTINGS)
    done = {"status": "已完成", "percent": 1, "completed": date(2005, 5, 17), "result": "已见成效"}
    drop(folder, "一.xlsx", row("ledger", **done), row("ledger", problem="还没办完的问题"), filled_on=FIRST)
    run(folder, FIRST)
    type_into(folder / LEDGER, "KX02-T001", "销号", "是")
    drop(folder, "二.xlsx", row("ledger"), row("ledger", problem="还没办完的问题"), filled_on=DAY)
    run(folder, DAY)
    type_into(folder / LEDGER, "KX02-T002", "销号", "是")  # in vain: it is open
    (folder / "记录.sqlite").unlink()
    if not is_archived:
        shutil.rmtree(folder / "存档")
    told = run(folder, THIRD)
    assert office(told) == {"KX02-T001": {"closed": "是"}}
    assert [item.values[18] for item in told.book.items["ledger"]] == ["已完成", "整改中"]


def test_without_a_ledger_the_newest_in_the_history_tells_and_a_file_still_in_the_inbox_is_taken(place: Path) -> None:
    (place / LEDGER).unlink()
    later = sha256((place / "收件/甲.xlsx").read_bytes()).hexdigest()
    (place / f"存档/{later}.xlsx").unlink()
    done = run(place, THIRD)
    assert known(done) == (KNOWN, {"KX02-T001": {"supervision": "请抓紧"}})
    assert (done.notes, done.received) == (("rebuilt:记录.sqlite", "archive-mended:1"), ())
    assert (place / f"存档/{later}.xlsx").read_bytes() == (place / "收件/甲.xlsx").read_bytes()


def test_a_file_that_is_nowhere_any_more_is_told(place: Path) -> None:
    first = sha256((place / "收件/一.xlsx").read_bytes()).hexdigest()
    (place / f"存档/{first}.xlsx").unlink()
    (place / "收件/一.xlsx").unlink()
    done = run(place, THIRD, dry_run=True)
    assert numbers(done) == {"KX02-T003": "更早的问题"}
    assert done.book.withdrawn_numbers == ("KX02-T001", "KX02-T002")
