"""The weekly job for cron or the Windows Task Scheduler: runs it, and writes what came of it as a few lines of text.

    python weekly.py WORKSPACE [--as-of DATE] [--summary FILE]

Copy this file and change what you like. It mails nothing and sends nothing back; a person reads the summary
(本周小结.txt in the workspace unless said) and decides. Exit status: that of `rectify-xl run --fail-on returned`:
0 done, 1 done and something must be sent back, 2 wrong use or settings, 3 not finished.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SUMMARY = "本周小结.txt"
VERDICTS = {"accepted": "接收", "returned": "退回", "refused": "拒收", "repeated": "重复", "held": "暂存"}
DONE, TO_CORRECT, WRONG_USE = 0, 1, 2
# How many late items are named.
MOST_NAMED = 20


def main() -> int:
    """Runs the job and writes the summary; gives the exit status."""
    asked = argparse.ArgumentParser(description="The weekly run and a short summary of it.")
    asked.add_argument("workspace", type=Path)
    asked.add_argument("--as-of", default="", help="the day of judgement, today unless said")
    asked.add_argument("--summary", type=Path, help=f"where the summary is written, WORKSPACE/{SUMMARY} unless said")
    given = asked.parse_args()
    if not given.workspace.is_dir():
        print(f"{given.workspace} 不是文件夹，没有汇总。", file=sys.stderr)
        return WRONG_USE
    day = ["--as-of", given.as_of] if given.as_of else []
    run = call("run", str(given.workspace), "--json", "--quiet", "--fail-on", "returned", *day)
    if run.returncode in (DONE, TO_CORRECT):
        status = call("status", str(given.workspace), "--json", "--quiet", *day)
        lines = list(summary(json.loads(run.stdout), json.loads(status.stdout)))
    else:
        lines = [f"汇总没有完成（退出状态 {run.returncode}）：", run.stderr.strip()]
    save(given.summary or given.workspace / SUMMARY, lines)
    print("\n".join(lines))
    return run.returncode


def call(*words: str) -> subprocess.CompletedProcess[str]:
    """One command of rectify_xl, by the interpreter that runs this script."""
    environment = {**os.environ, "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", "rectify_xl", *words]
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=False, env=environment)


def summary(run: dict[str, Any], status: dict[str, Any]) -> Iterator[str]:
    """What a person wants to know on Friday, a line a matter."""
    files = run["files"]
    told = "，".join(f"{word} {files[name]}" for name, word in VERDICTS.items() if files[name])
    yield f"{run['as_of']} 汇总完成：新收到 {files['received']} 份{'，' if told else ''}{told}。"
    back = [path for path in run["outputs"] if path.startswith("退回/")]
    if back:
        yield f"要发回去的有 {len(back)} 份："
        yield from (f"  {path}" for path in back)
    yield f"待更正 {run['pending']} 行。"
    if status["not_reported"]:
        yield f"还没有报送的单位 {len(status['not_reported'])} 个：{'、'.join(status['not_reported'])}。"
    late = status["late"]
    yield f"逾期 {len(late)} 项，即将到期 {len(status['due_soon'])} 项。"
    yield from (f"  {item['due']} {item['unit']} {item['id']} {item['text']}" for item in late[:MOST_NAMED])
    if len(late) > MOST_NAMED:
        yield f"  另有 {len(late) - MOST_NAMED} 项"
    yield "成果：整改进度.xlsx（总览）、整改情况通报.xlsx、催办通知.xlsx，请打开核对后再发。"


def save(path: Path, lines: list[str]) -> None:
    """Writes the lines as a text that Windows' editor reads too, whole or not at all."""
    written = path.with_name(f"{path.name}.new")
    written.write_text("\n".join(lines) + "\n", encoding="utf-8-sig")
    written.replace(path)


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    sys.exit(main())
