"""`status`, `history` and rx.open: what the memory tells of the week and of one row."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner
from returns import DAY, row, settings_for
from test_cli import PROGRAM
from weeks import SETTINGS, drop, run, snapshot

import rectify_xl as rx
from rectify_xl.frames.columns import DTYPES, TEXT_DTYPE, frame_facts
from rectify_xl.model import Unit
from rectify_xl.runs import workspace

FIRST = date(2005, 5, 18)
DONE = {"status": "已完成", "percent": 1.0, "completed": date(2005, 5, 24), "result": "已按期完成整改"}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two weeks: one item completed, one late, a flawed return of another unit, and a file that nobody ran yet.

    The first week's file comes again in the second under a name that is first in order.
    """
    folder = tmp_path_factory.mktemp("status") / "整改工作"
    workspace.create(folder, SETTINGS)
    late = row("ledger", problem="第二个问题", due=date(2005, 5, 20))
    drop(folder, "一.xlsx", row("ledger", problem="第一个问题"), late, filled_on=FIRST)
    run(folder, FIRST)
    shutil.copytree(folder / "收件", folder / "收件/0")
    drop(folder, "新/一.xlsx", row("ledger", problem="第一个问题", **DONE), late, filled_on=DAY)
    drop(folder, "二.xlsx", row("ledger", problem="短"), unit_code="KX03", unit_name="示例第二党支部")
    run(folder, DAY)
    drop(folder, "三.xlsx", row("ledger", problem="第三个问题"), filled_on=DAY)
    return folder


def call(*args: object) -> Any:
    result = CliRunner().invoke(PROGRAM, [str(arg) for arg in args])
    assert result.exit_code in (0, 2), result.output
    return result


def test_status_tells_the_week_and_changes_nothing(place: Path) -> None:
    before = snapshot(place)
    told = json.loads(call("status", place, "--as-of", "2005-05-25", "--json").stdout)
    assert snapshot(place) == before
    assert told["run"] == "2005-05-25" and told["arrived"] == ["三.xlsx"]
    assert told["files"]["accepted"] == 2 and told["files"]["returned"] == told["files"]["repeated"] == 1
    assert told["rows"] == {"ledger": 2} and told["pending"] == 1
    assert told["deadlines"]["逾期"] == 1 and told["deadlines"]["按期完成"] == 1
    assert [(item["id"], item["due"], item["workdays_left"]) for item in told["late"]] == [
        ("KX02-T002", "2005-05-20", -3)
    ]
    assert told["since"] == "2005-05-18" and told["changes"]["completed"] == 1 == told["item_changes"]["completed"]
    assert "示例学院党委" in told["not_reported"] and "示例第一党支部" not in told["not_reported"]


def test_settings_are_tried_by_a_dry_run_that_names_the_files_judged_otherwise(place: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(place, tmp_path / "试")
    (folder / "配置.xlsx").unlink()
    rx.write_settings(settings_for(lists={**SETTINGS.lists, "urgency": ("一般",)}), folder / "配置.xlsx")
    before = snapshot(folder)
    told = call("run", folder, "--as-of", "2005-05-26", "--dry-run").stdout
    assert "2 份结论有变" in told and "  一.xlsx：接收 → 退回\n  新/一.xlsx：接收 → 退回\n" in told
    assert snapshot(folder) == before


def test_deadlines_are_those_of_the_day_that_is_asked_for(place: Path) -> None:
    told = json.loads(call("status", place, "--as-of", "2005-05-19", "--json").stdout)
    assert told["late"] == [] and [item["id"] for item in told["due_soon"]] == ["KX02-T002"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_week_and_a_row_in_words(place: Path, lang: str) -> None:
    week = call("status", place, "--as-of", "2005-05-25", "--lang", lang).stdout
    assert "KX02-T002" in week and "三.xlsx" in week and "2005-05-18" in week
    told = call("history", place, "KX02-T001", "--lang", lang).stdout
    assert "新/一.xlsx" in told and "整改中" in told and "已完成" in told and "100%" in told


def test_an_empty_roster_is_told_as_one(tmp_path: Path) -> None:
    workspace.create(tmp_path / "空", rx.profile("sysu"))
    run(tmp_path / "空", DAY)
    told = call("status", tmp_path / "空", "--as-of", "2005-05-25").stdout
    assert "单位名册还是空的" in told and "都已报送" not in told


def test_history_tells_every_state_with_its_source_and_what_changed(place: Path) -> None:
    told = json.loads(call("history", place, "kx02-t001", "--json").stdout)
    assert (told["id"], told["form"], told["unit"]) == ("KX02-T001", "ledger", "KX02")
    assert [(s["file"], s["arrived"], s["sheet"], s["row"], s["filled_on"]) for s in told["states"]] == [
        ("一.xlsx", "2005-05-18", "整改台帐", 4, "2005-05-18"),
        ("新/一.xlsx", "2005-05-25", "整改台帐", 4, "2005-05-25"),
    ]
    assert told["states"][1]["changed"]["status"] == ["整改中", "已完成"] and told["states"][0]["changed"] == {}
    assert list(rx.history(place, "KX02-T001")["status"]) == ["整改中", "已完成"]
    assert call("history", place, "KX02-T099").exit_code == 2


def test_a_number_is_found_whatever_letters_it_and_its_unit_have(tmp_path: Path) -> None:
    units = tuple(Unit(code=code, name=f"示例{code}支部", kind="党支部") for code in ("kx-01", "KX-02"))
    workspace.create(tmp_path / "w", settings_for(units=units, tasks=()))
    for unit in units:
        drop(tmp_path / "w", f"{unit.code}.xlsx", row("ledger"), unit_code=unit.code, unit_name=unit.name)
    run(tmp_path / "w", DAY)
    for typed, number in (("kx-01-T001", "kx-01-T001"), ("KX-01-t001", "kx-01-T001"), ("kx-02-t001", "KX-02-T001")):
        assert json.loads(call("history", tmp_path / "w", typed, "--json").stdout)["id"] == number


def test_the_memory_as_frames(place: Path) -> None:
    memory = rx.open(place)
    assert list(memory.runs["as_of"]) == [pd.Timestamp(2005, 5, 18), pd.Timestamp(2005, 5, 25)]
    assert memory.runs["is_finished"].all()
    assert list(memory.files["verdict"]) == ["accepted", "returned", "repeated", "accepted"]
    assert set(memory.findings["code"]) >= {"length"}
    states = memory.states["ledger"]
    assert list(states["source_file"].drop_duplicates()) == ["一.xlsx", "新/一.xlsx", "二.xlsx"]
    assert list(states["number"].dropna()) == ["KX02-T001", "KX02-T002"] * 2 and len(states) == 5
    assert str(states["due"].dtype).startswith("datetime64") and list(memory.states["survey"].index) == []
    for name, frame in {"runs": memory.runs, "arrivals": memory.files, "findings": memory.findings}.items():
        told = [(column.name, column.dtype) for column in frame_facts()[name].columns]
        assert [(column, str(dtype)) for column, dtype in frame.dtypes.items()] == told


def test_the_memory_of_an_upper_office_has_the_rows_of_lower_ledgers(place: Path, tmp_path: Path) -> None:
    upper = tmp_path / "上级"
    workspace.create(upper, SETTINGS)
    shutil.copy(place / "成果/整改台帐.xlsx", upper / "收件")
    run(upper, DAY)
    states = rx.open(upper).states["ledger"]
    assert list(zip(states["number"], states["status"], states["source_row"], strict=True)) == [
        ("KX02-T001", "已完成", 4), ("KX02-T002", "整改中", 5),
    ]  # fmt: skip
    assert call("export", upper, "--to", tmp_path / "表", "--as-of", "2005-05-25").exit_code == 0


def test_a_history_is_typed_as_the_ledger_is(place: Path) -> None:
    frame = rx.history(place, "KX02-T001")
    own = {column.name: DTYPES.get(column.kind, TEXT_DTYPE) for column in rx.forms["ledger"].columns}
    source = {column.name: column.dtype for column in frame_facts()["history"].columns}
    assert {name: str(dtype) for name, dtype in frame.dtypes.items()} == source | own
    assert list(frame["percent"])[-1] == 1.0 and frame["completed"].iloc[-1] == pd.Timestamp(2005, 5, 24)
    assert "status" in frame["changed"].iloc[-1].split(",") and frame["changed"].iloc[0] is None


def test_a_workspace_that_was_never_run(tmp_path: Path) -> None:
    workspace.create(tmp_path / "w", SETTINGS)
    told = json.loads(call("status", tmp_path / "w", "--as-of", "2005-05-25", "--json").stdout)
    assert told["run"] is None and told["arrived"] == [] and not (tmp_path / "w/记录.sqlite").exists()
    assert call("status", tmp_path / "w", "--as-of", "2005-05-25").exit_code == 0


def test_an_unfinished_run_is_finished_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "w"
    workspace.create(folder, SETTINGS)
    drop(folder, "一.xlsx", row("ledger"), filled_on=FIRST)
    with monkeypatch.context() as broken:
        broken.setattr(workspace.Workspace, "write_results", lambda *_, **__: (_ for _ in ()).throw(OSError(5, "cut")))
        with pytest.raises(OSError, match="cut"):
            run(folder, FIRST)
    told = json.loads(call("status", folder, "--as-of", "2005-05-25", "--json").stdout)
    assert told["run"] == "2005-05-18" and (folder / "成果/整改台帐.xlsx").is_file()
