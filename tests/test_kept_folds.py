"""The folds that the memory keeps: used where nothing changed, made again where something did, never another truth."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from returns import row, settings_for
from test_ledger_edits import type_into
from weeks import SETTINGS, drop, run

from rectify_xl.excel.settings.settings_book import write_settings
from rectify_xl.facts.in_force import using
from rectify_xl.merging import merge
from rectify_xl.model import Book, Item, State, Waiver
from rectify_xl.runs import pipeline, weekly, workspace
from rectify_xl.store import Store

WEEKS = tuple(date(2005, *day) for day in ((5, 18), (5, 25), (6, 1), (6, 8)))
UNITS = {
    "KX01": "示例学院党委", "KX02": "示例第一党支部", "KX03": "示例第二党支部",
}  # fmt: skip
DONE = {"status": "已完成", "percent": 1.0, "completed": date(2005, 5, 30), "result": "已按期完成整改"}
EXTENDED = date(2005, 5, 30)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    workspace.create(tmp_path / "整改工作", SETTINGS)
    return tmp_path / "整改工作"


def sent(place: Path, unit: str, day: date, *rows: dict[str, Any]) -> None:
    drop(place, f"{day}/{unit}.xlsx", *rows, filled_on=day, unit_code=unit, unit_name=UNITS[unit])


def problem(text: str, **more: Any) -> dict[str, Any]:
    return row("ledger", problem=text, **more)


def book_on(place: Path, day: date) -> Book:
    """What the memory alone knows."""
    with (
        weekly.opened(place, "issue", day, pipeline.ReadOptions(workers=1), read_only=True) as job,
        using(job.settings.forms),
    ):
        return weekly.known_book(job, day)


@contextmanager
def folded_units(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[str]]:
    """The units that are folded meanwhile."""
    made: set[str] = set()
    real = merge.fold_form

    def noted(form: Any, unit: str, *given: Any, **named: Any) -> Any:
        made.add(unit)
        return real(form, unit, *given, **named)

    with monkeypatch.context() as patched:
        patched.setattr(merge, "fold_form", noted)
        yield made


def emptied(place: Path) -> None:
    with Store(place / "记录.sqlite") as store, store.transaction():
        store.write("DELETE FROM folds")


def shown(book: Book) -> Any:
    """All of a book but the states that nothing asks for, and the rows behind the counts of returns."""
    items = {
        form: [(replace(item, states=(), stands=0), item.latest, item.states[-1]) for item in held]
        for form, held in book.items.items()
    }
    returns = [
        replace(held, forms=tuple(replace(rows, good=(), bad=(), letters={}) for rows in held.forms))
        for held in book.returns
    ]
    counts = [[(rows.form, len(rows.good), len(rows.bad)) for rows in held.forms] for held in book.returns]
    return replace(book, items=items, returns=tuple(returns)), counts


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A unit that changes every week, one that lost a row and moved a deadline, one with a row that waits."""
    place = tmp_path_factory.mktemp("weeks") / "整改工作"
    workspace.create(place, SETTINGS)
    first, second, third = problem("第一个问题"), problem("第二个问题"), problem("第三个问题")
    sent(place, "KX01", WEEKS[0], problem("短"), problem("第四个问题"))
    sent(place, "KX02", WEEKS[0], first, second, third)
    sent(place, "KX03", WEEKS[0], first, second)
    run(place, WEEKS[0])
    sent(place, "KX02", WEEKS[1], first, {**second, "percent": 0.8})
    sent(place, "KX03", WEEKS[1], first, {**second, "due": EXTENDED})
    run(place, WEEKS[1])
    sent(place, "KX03", WEEKS[2], {**first, **DONE}, second)
    run(place, WEEKS[2])
    run(place, WEEKS[3])
    return place


@pytest.fixture
def four_weeks(played: Path, tmp_path: Path) -> Path:
    return shutil.copytree(played, tmp_path / "整改工作")


def test_a_week_folds_only_the_units_that_sent_something(four_weeks: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sent(four_weeks, "KX02", WEEKS[3], problem("第一个问题", percent=0.9))
    with folded_units(monkeypatch) as made:
        outcome = run(four_weeks, WEEKS[3])
    assert made == {"KX02"} and [held.file for held in outcome.received] == [f"{WEEKS[3]}/KX02.xlsx"]
    with folded_units(monkeypatch) as made:
        run(four_weeks, date(2005, 6, 15))
    assert made == set()


@pytest.mark.parametrize("day", [WEEKS[1], WEEKS[3]])
def test_what_is_kept_says_what_folding_again_says(four_weeks: Path, day: date) -> None:
    told = shown(book_on(four_weeks, day))
    assert {f.code for f in told[0].findings} >= {"missing-row", "moved-deadline", "length"} and told[0].pending
    emptied(four_weeks)
    assert shown(book_on(four_weeks, day)) == told


@pytest.mark.parametrize("change", [
    {"stall_days": 7},
    {"stage_start": date(2005, 5, 20)},
    {"waivers": (Waiver(unit="KX02", rule="missing-row", reason="并入他项", approved_by="示例领导", until=WEEKS[3]),)},
])  # fmt: skip
def test_other_settings_make_the_folds_anew(
    four_weeks: Path, change: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = four_weeks / "配置.xlsx"
    path.unlink()
    write_settings(settings_for(**change), path)
    with folded_units(monkeypatch) as made:
        told = shown(book_on(four_weeks, WEEKS[3]))
    emptied(four_weeks)
    assert made == set(UNITS) and shown(book_on(four_weeks, WEEKS[3])) == told


def test_what_the_office_types_makes_that_unit_s_fold_anew(four_weeks: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    type_into(four_weeks / "成果/整改台帐.xlsx", "KX03-T002", "同意延期至", EXTENDED)
    with folded_units(monkeypatch) as made:
        outcome = run(four_weeks, WEEKS[3])
    assert made == {"KX03"}
    assert {i.number: i.office for i in outcome.book.items["ledger"] if i.office} == {
        "KX03-T002": {"extended_to": EXTENDED}
    }
    assert not [f for f in outcome.book.findings if f.code == "moved-deadline"]  # the extension allows it
    with folded_units(monkeypatch) as made:
        told = shown(book_on(four_weeks, WEEKS[3]))
    emptied(four_weeks)
    assert made == set() and shown(book_on(four_weeks, WEEKS[3])) == told


def test_a_fold_that_cannot_be_read_is_made_again(four_weeks: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = shown(book_on(four_weeks, WEEKS[3]))
    with Store(four_weeks / "记录.sqlite") as store, store.transaction():
        store.write("UPDATE folds SET told = ? WHERE unit = 'KX02'", b"cos\nsystem\n(S'false'\ntR.")
    with folded_units(monkeypatch) as made:
        assert shown(book_on(four_weeks, WEEKS[3])) == told
    assert made == {"KX02"}


def test_the_first_day_that_shows_something_outlasts_the_states_between(place: Path) -> None:
    """The state of a 判定条件 that a middle week first showed decides the day of evidence, kept or not."""
    for day, status in zip(WEEKS, ("未启动", "整改中", "整改中", "整改中"), strict=True):
        more = {"percent": 0.0, "progress": None} if status == "未启动" else {}
        sent(place, "KX02", day, problem("第一个问题", status=status, **more))
        run(place, day)
    kept = book_on(place, WEEKS[3]).items["ledger"][0]
    emptied(place)
    whole = book_on(place, WEEKS[3]).items["ledger"][0]
    assert [state.filled_on for state in whole.states] == list(WEEKS)
    assert [state.filled_on for state in kept.states] == [WEEKS[0], WEEKS[1], WEEKS[3]]
    assert first_shown(kept, "整改中") == first_shown(whole, "整改中") == WEEKS[1]


def first_shown(item: Item, status: str) -> date:
    return next(state.filled_on for state in item.states if status in said(state))


def said(state: State) -> tuple[Any, ...]:
    return state.values
