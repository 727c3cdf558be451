"""docs/weekly: the script that offices copy runs the job, writes its summary, and ends with a status that means it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from returns import DAY, row
from sources import ROOT
from weeks import SETTINGS, drop

from rectify_xl.runs import workspace

WEEKLY = ROOT / "docs" / "weekly"
SUMMARY = "本周小结.txt"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    folder = tmp_path / "整改 工作"
    workspace.create(folder, SETTINGS)
    late = row("ledger", problem="一个逾期的问题", due=date(2005, 5, 20))
    drop(folder, "好.xlsx", late)
    drop(folder, "错.xlsx", row("ledger", problem="短"), unit_code="KX03", unit_name="示例第二党支部")
    return folder


def call(*command: object) -> subprocess.CompletedProcess[str]:
    """A command as a timer calls it: with no locale and from another folder."""
    environment = {name: value for name, value in os.environ.items() if name not in ("LANG", "LC_ALL", "PYTHONUTF8")}
    environment |= {"PYTHONPATH": str(ROOT), "PYTHON": sys.executable, "LC_ALL": "C"}
    return subprocess.run(
        list(map(str, command)), capture_output=True, encoding="utf-8", check=False, env=environment, cwd=ROOT.parent
    )


def lines_of(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8-sig").splitlines()


def test_a_week_is_summed_up_and_the_next_one_has_nothing_to_send_back(place: Path) -> None:
    told = call("sh", WEEKLY / "weekly.sh", place, "--as-of", DAY)
    assert (told.returncode, told.stderr) == (1, "")
    lines = lines_of(place / SUMMARY)
    assert lines[0] == f"{DAY} 汇总完成：新收到 2 份，接收 1，退回 1。"
    assert f"  退回/{DAY}/错.xlsx" in lines and "待更正 1 行。" in lines
    assert any(line.startswith("还没有报送的单位") and "示例学院党委" in line for line in lines)
    assert any("KX02-T001 一个逾期的问题" in line for line in lines)
    assert told.stdout.splitlines() == lines
    again = call(sys.executable, WEEKLY / "weekly.py", place, "--as-of", DAY, "--summary", place.parent / "小结.txt")
    assert again.returncode == 0 and lines_of(place.parent / "小结.txt")[0] == f"{DAY} 汇总完成：新收到 0 份。"


def test_settings_with_a_mistake_are_told_in_the_summary(place: Path) -> None:
    (place / "配置.xlsx").write_bytes(b"no workbook")
    told = call(sys.executable, WEEKLY / "weekly.py", place)
    assert told.returncode == 2
    assert lines_of(place / SUMMARY)[0] == "汇总没有完成（退出状态 2）：" and "配置文件打不开" in told.stdout
    assert not (place / "成果" / "整改台帐.xlsx").exists()


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    told = call(sys.executable, WEEKLY / "weekly.py", tmp_path / "没有")
    assert told.returncode == 2 and "没有汇总" in told.stderr


def test_the_starter_for_windows_calls_the_script_beside_it_and_hands_its_status_on() -> None:
    text = (WEEKLY / "weekly.cmd").read_bytes()
    assert text.isascii() and text.count(b"\r\n") == text.count(b"\n") == 5
    assert re.search(rb'"%PYTHON%" "%~dp0weekly.py" %\*\r\nexit /b %ERRORLEVEL%', text)
