"""What the memory saves and costs: a second week against the first, and 26 weeks of a thousand units in one file.

    python benchmarks/weeks.py FOLDER [--units 1000] [--new 50] [--workers 2] [--weeks 26] [--rows 30]

Part one makes so many returns of our own template, runs a first week on them and a second with some new ones, and
prints the times and their ratio. Part two puts judged returns of so many weeks into a memory (every row told every
week, a third of them changed), and prints its size and what `status` takes on it. Deterministic.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from made_returns import ledger_row, settings_for

from rectify_xl.demo.fill import Blank, blank_for, filled
from rectify_xl.excel.templates.template import write_template
from rectify_xl.facts import catalog
from rectify_xl.merging.consolidation import book_of
from rectify_xl.merging.numbering import Numbers
from rectify_xl.model import FormRows, Return, Row, Settings
from rectify_xl.progress.period import snapshot_of
from rectify_xl.runs import pipeline, workspace
from rectify_xl.runs.remembering import summary_of
from rectify_xl.runs.status import status_of
from rectify_xl.store import Store

FIRST, SECOND = date(2005, 5, 25), date(2005, 6, 1)


def seconds(call: Callable[[], object]) -> float:
    """How long a call takes, by the clock on the wall."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def opened_blank(folder: Path, settings: Settings) -> Blank:
    """The template of the ledger form, ready to be filled."""
    forms = [catalog.forms()["ledger"]]
    path = folder / "blank.xlsx"
    write_template(forms, path, settings)
    return blank_for(path.read_bytes(), forms)


def put(blank: Blank, place: Path, unit: int, day: date, settings: Settings, rows: int) -> None:
    """One unit's return of a day in the inbox."""
    source = random.Random(unit)
    made = [ledger_row(source, number, settings) for number in range(1, rows + 1)]
    if day != FIRST:
        made = [
            {**row, "progress": f"{row['progress'] or ''}又有进展"} if row["status"] == "整改中" else row
            for row in made
        ]
    cover = {
        "unit_code": f"KX{unit:05d}", "unit_name": f"示例第{unit:05d}党支部", "filled_by": "示例甲", "filled_on": day,
        "approved_by": "示例乙",
    }  # fmt: skip
    target = place / "收件" / day.isoformat() / f"{unit:05d}.xlsx"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(filled(blank, cover, {"ledger": made}, saved=day))


def two_weeks(folder: Path, given: argparse.Namespace) -> None:
    """Runs a first and a second week; prints what each takes."""
    settings = settings_for(given.units)
    place = folder / "workspace"
    workspace.create(place, settings)
    blank = opened_blank(folder, settings)
    for unit in range(1, given.units + 1):
        put(blank, place, unit, FIRST, settings, given.rows)
    options = pipeline.ReadOptions(workers=given.workers)
    first = seconds(lambda: pipeline.run_workspace(place, as_of=FIRST, options=options))
    again = seconds(lambda: pipeline.run_workspace(place, as_of=FIRST, options=options))
    for unit in range(1, given.new + 1):
        put(blank, place, unit * (given.units // given.new), SECOND, settings, given.rows)
    second = seconds(lambda: pipeline.run_workspace(place, as_of=SECOND, options=options))
    print(f"{given.units} units of {given.rows} rows, {given.workers} processes")
    print(f"first week              {first:7.2f} s")
    print(f"the same day again      {again:7.2f} s  {again / first:.2f} of it")
    print(f"second week, {given.new:4} new   {second:7.2f} s  {second / first:.2f} of it")


# ---- many weeks


def told_rows(unit: int, week: int, count: int, settings: Settings) -> tuple[Row, ...]:
    """A unit's rows in a week: each changes every third week."""
    form = catalog.forms()["ledger"]
    source = random.Random(unit)
    made = []
    for number in range(1, count + 1):
        said: dict[str, Any] = {**ledger_row(source, number, settings), "status": "整改中", "percent": 0.5}
        said |= {
            "progress": f"第{(week + number) // 3}次进展：{said['progress'] or ''}",
            "completed": None,
            "result": None,
        }
        values = tuple(said.get(column.name) for column in form.columns)
        made.append(Row(form.title, 3 + number, values))
    return tuple(made)


def told(unit: int, week: int, rows: int, settings: Settings) -> Return:
    """A unit's judged return of a week."""
    form, day = catalog.forms()["ledger"], FIRST + timedelta(weeks=week)
    letters = tuple(chr(ord("A") + place) for place in range(len(form.columns)))
    return Return(
        file=f"{day}/{unit:05d}.xlsx", digest=sha256(f"{unit} {week}".encode()).hexdigest(), suffix=".xlsx", size=40_000,
        unit_code=f"KX{unit:05d}", unit_name=f"示例第{unit:05d}党支部", filled_on=day, saved=f"{day}T08:00:00Z",
        forms=(FormRows(form="ledger", good=told_rows(unit, week, rows, settings), letters={form.title: letters}),),
    )  # fmt: skip


def many_weeks(folder: Path, given: argparse.Namespace) -> None:
    """Fills a memory with many weeks; prints its size and what `status` takes."""
    settings = settings_for(given.units)
    place = folder / "history"
    workspace.create(place, settings)
    path = workspace.Workspace(place).memory
    with Store(path) as store:
        for week in range(given.weeks):
            day = FIRST + timedelta(weeks=week)
            returns = [told(unit, week, given.rows, settings) for unit in range(1, given.units + 1)]
            book = replace(book_of(returns, settings, day, Numbers()), run=f"{day} 00000000")
            with store.transaction():
                seq = store.begin(book.run, day, "")
                numbered = [item for item in book.items["ledger"] if item.number]
                items = store.keep_items(
                    (item.form, item.number, item.unit_code, [(s.digest, s.sheet, s.row) for s in item.states], False)
                    for item in numbered
                )
                for held in returns:
                    store.keep_arrival(held, "0" * 32, seq, day, items)
                store.keep_run(seq, summary_of(book, returns), snapshot_of(book))
                store.finish(seq)
    size = path.stat().st_size / 1e6
    states = 0
    with Store(path, read_only=True) as store:
        states = store.rows("SELECT sum(good + bad) FROM sheets")[0][0]
    taken = min(seconds(lambda: status_of(place, day + timedelta(days=1))) for _ in range(3))
    print(f"{given.weeks} weeks of {given.units} units of {given.rows} rows: {states} row states")
    print(f"memory                  {size:7.1f} MB  {size * 1e6 / states:.0f} bytes a state")
    print(f"status                  {taken:7.2f} s")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--units", type=int, default=1000)
    parser.add_argument("--new", type=int, default=50)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--weeks", type=int, default=26)
    parser.add_argument("--rows", type=int, default=30)
    parser.add_argument("--only", choices=("weeks", "history"))
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    if asked.only != "history":
        two_weeks(asked.folder, asked)
    if asked.only != "weeks":
        many_weeks(asked.folder, asked)
