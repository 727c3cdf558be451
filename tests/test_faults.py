from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import fault_driver
import pytest
from returns import filled_template, row, settings_for

from rectify_xl import files
from rectify_xl.runs import pipeline, workspace


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a run behind it, and a good and a flawed return newly arrived."""
    place = tmp_path_factory.mktemp("faults") / "整改工作"
    settings = settings_for()
    workspace.create(place, settings)
    inbox = place / "收件"
    filled_template(inbox / "KX02.xlsx", {"ledger": [row("ledger")]}, settings=settings)
    pipeline.run_workspace(place, as_of=date(2005, 5, 25))
    cover = {"unit_code": "KX03", "unit_name": "示例第二党支部"}
    filled_template(inbox / "KX03.xlsx", {"ledger": [row("ledger", due="2005.5.32")]}, settings=settings, cover=cover)
    (inbox / "说明.txt").write_text("不是工作簿", encoding="utf-8")
    return place


@pytest.mark.parametrize("children", [False, True])
def test_a_run_broken_anywhere_leaves_old_or_new_and_the_next_makes_it_whole(
    children: bool, started: Path, tmp_path: Path
) -> None:
    if children and sys.platform != "linux":
        pytest.skip("only Linux copies a process")
    every = os.environ.get("FAULTS_EVERY", "25" if children else "11")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, fault_driver.__file__, str(started), str(tmp_path), every, str(int(children))]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, encoding="utf-8")
    assert ended.returncode == 0, ended.stderr
    told = [json.loads(line) for line in ended.stdout.splitlines()]
    assert len(told) >= 2 * ((45 if children else 60) // int(every))
    statuses = {"killed": {fault_driver.KILLED}, "failed": set(fault_driver.ERRORS)}
    for found in told:
        assert found["status"] in statuses[found["way"]], found
        assert (found["torn"], found["lost"], found["differs"]) == ([], [], []), found
        assert found["way"] == "killed" or not found["half"], found


def test_a_file_that_changed_meanwhile_is_not_kept_as_what_it_was(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"newer")
    with pytest.raises(OSError, match="Stale"):
        files.save_atomically(
            tmp_path / "kept.xlsx", lambda temporary: files.copy_exactly(tmp_path / "a.xlsx", "0" * 64, temporary)
        )
    assert [path.name for path in tmp_path.iterdir()] == ["a.xlsx"]


def test_what_a_killed_run_left_is_swept_but_never_in_the_inbox(started: Path) -> None:
    left = f"{files.TEMPORARY_PREFIX}0-1.tmp"
    for part in ("", "成果", "退回", "存档", "收件"):
        (started / part / left).write_bytes(b"half")
    workspace.Workspace(started).sweep()
    assert [path.parent.name for path in started.rglob(left)] == ["收件"]
    (started / "收件" / left).unlink()
