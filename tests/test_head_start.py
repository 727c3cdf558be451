"""Reader processes that start while the program is loaded: as many as new files are worth, and none that stays."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from returns import DAY, row
from weeks import SETTINGS, drop, received, run

from rectify_xl.receiving import head_start
from rectify_xl.receiving.guarded import pool
from rectify_xl.runs import pipeline, workspace


@pytest.fixture
def place(tmp_path: Path) -> Path:
    workspace.create(tmp_path / "整改工作", SETTINGS)
    return tmp_path / "整改工作"


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    asked: list[int] = []
    monkeypatch.setattr(head_start, "start_ahead", asked.append)
    monkeypatch.setattr(head_start.os, "cpu_count", lambda: 4)
    return asked


@pytest.mark.parametrize(
    ("files", "workers", "processes"), [(1, None, [1]), (59, None, [1]), (60, None, [2]), (120, None, [4]),
                                        (120, 1, [1]), (30, 8, [2]), (0, None, [])]
)  # fmt: skip
def test_as_many_start_as_the_new_files_are_worth(
    place: Path, started: list[int], files: int, workers: int | None, processes: list[int]
) -> None:
    for number in range(files):
        path = place / f"收件/第{number % 3}批/{number}.xlsx"
        path.parent.mkdir(exist_ok=True)
        path.touch()
    head_start.begin(place, workers)
    assert started == processes


def test_none_start_for_files_that_were_there_at_the_last_run(place: Path, started: list[int]) -> None:
    drop(place, "一.xlsx", row("ledger"))
    run(place)
    head_start.begin(place)
    assert started == []
    new = drop(place, "二.xlsx", row("ledger"))
    os.utime(new, (time.time() + 60, time.time() + 60))
    head_start.begin(place)
    assert started == [1]


def test_a_folder_that_is_no_workspace_is_no_trouble(tmp_path: Path, started: list[int]) -> None:
    head_start.begin(tmp_path / "nowhere")
    head_start.begin(tmp_path)
    assert started == []


def test_a_run_takes_those_that_wait_and_leaves_none(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "_WAITING", pool._Waiting())
    drop(place, "一.xlsx", row("ledger"))
    head_start.begin(place)
    (waiting,) = pool._WAITING.processes
    monkeypatch.setattr(pool, "ReaderProcess", None)  # nobody may start another
    outcome = pipeline.run_workspace(place, as_of=DAY, options=pipeline.ReadOptions())
    assert received(outcome) == [("一.xlsx", "accepted")]
    assert pool._WAITING.processes == [] and not waiting.is_alive()


def test_those_that_nobody_needs_are_ended_by_the_run_too(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "_WAITING", pool._Waiting())
    pool.start_ahead(1)
    (waiting,) = pool._WAITING.processes
    run(place)
    assert pool._WAITING.processes == [] and not waiting.is_alive()


def test_the_command_gives_them_their_start(place: Path) -> None:
    drop(place, "一.xlsx", row("ledger"))
    told = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "rectify_xl", "run", str(place), "--as-of", DAY.isoformat()],
        capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    loaded = [line.rpartition("|")[2].strip() for line in told.stderr.splitlines() if line.startswith("import time:")]
    assert told.returncode == 0
    assert loaded.index("rectify_xl.receiving.head_start") < loaded.index("rectify_xl.facts.catalog")
