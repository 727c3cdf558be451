"""The weekly run with its memory: files read once, judged again when their grounds change, the same bytes twice."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from returns import DAY, UNITS, judged, row, settings_for
from weeks import SETTINGS, drop, numbers, received, run, snapshot

from rectify_xl.commands.table import words_in
from rectify_xl.errors import CannotFinish
from rectify_xl.excel.settings.settings_book import write_settings
from rectify_xl.model import Unit, Waiver
from rectify_xl.office.grounds import Grounds
from rectify_xl.runs import pipeline, weekly, workspace
from rectify_xl.runs.archive import Archive
from rectify_xl.runs.taking_in import Intake
from rectify_xl.runs.workspace import Workspace
from rectify_xl.store import Store

FIRST, SECOND, THIRD = date(2005, 5, 18), DAY, date(2005, 5, 31)
OTHER = {"unit_code": "KX03", "unit_name": "示例第二党支部"}
RESULTS = tuple(f"成果/{name}.xlsx" for name in ("整改台帐", "整改进度", "整改情况通报", "催办通知", "公布稿"))


@pytest.fixture
def place(tmp_path: Path) -> Path:
    workspace.create(tmp_path / "整改工作", SETTINGS)
    return tmp_path / "整改工作"


@pytest.fixture
def first_week(place: Path) -> Path:
    """One good and one flawed return, run on the first day."""
    drop(place, "一.xlsx", row("ledger", problem="第一个问题"), row("ledger", problem="第二个问题"), filled_on=FIRST)
    drop(place, "二.xlsx", row("ledger", problem="短"), filled_on=FIRST, **OTHER)
    run(place, FIRST)
    return place


def set_up(place: Path, **changes: object) -> None:
    path = place / "配置.xlsx"
    path.unlink()
    write_settings(settings_for(**changes), path)


# ---- what a run takes in


def test_a_file_is_read_once_and_counted_by_the_run_that_first_saw_it(
    first_week: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    real = pipeline.ReadOptions.read
    monkeypatch.setattr(
        pipeline.ReadOptions,
        "read",
        lambda self, sources, *rest: real(self, (asked.extend(s.name for s in sources), sources)[1], *rest),
    )
    assert received(run(first_week, FIRST)) == [] and asked == []
    drop(first_week, "三.xlsx", row("ledger", problem="第三个问题"), filled_on=SECOND, **OTHER)
    again = run(first_week, SECOND)
    assert asked == ["三.xlsx"] and received(again) == [("三.xlsx", "accepted")]
    assert [held.file for held in again.book.returns] == ["一.xlsx", "二.xlsx", "三.xlsx"]
    assert len(numbers(again)) == 3
    new = drop(first_week, "四.xlsx", row("ledger", problem="第四个问题"), filled_on=THIRD, **OTHER)
    shutil.copy(new, new.with_name("四副本.xlsx"))
    shutil.copy(new.with_name("一.xlsx"), new.with_name("一副本.xlsx"))
    assert set(received(run(first_week, THIRD))) == {
        ("四.xlsx", "accepted"), ("四副本.xlsx", "repeated"), ("一副本.xlsx", "repeated")
    }  # fmt: skip
    assert asked == ["三.xlsx", "四.xlsx"]


def test_new_bytes_under_a_known_path_are_a_new_file_and_known_bytes_elsewhere_are_repeated(first_week: Path) -> None:
    (first_week / "收件/抄件.xlsx").write_bytes((first_week / "收件/一.xlsx").read_bytes())
    drop(first_week, "一.xlsx", row("ledger", problem="第一个问题", percent=0.8), filled_on=SECOND)
    outcome = run(first_week, SECOND)
    assert received(outcome) == [("一.xlsx", "accepted"), ("抄件.xlsx", "repeated")]
    assert [held.file for held in outcome.book.returns] == ["一.xlsx", "二.xlsx", "一.xlsx", "抄件.xlsx"]
    item = outcome.book.items["ledger"][0]
    assert item.number == "KX02-T001" and len(item.states) == 2
    missing = [held for held in outcome.book.returns if any(f.code == "missing-row" for f in held.findings)]
    assert [(held.file, held.filled_on) for held in missing] == [("一.xlsx", SECOND)]


def test_a_file_that_left_the_inbox_still_counts(first_week: Path) -> None:
    (first_week / "收件/一.xlsx").unlink()
    assert set(numbers(run(first_week, SECOND))) == {"KX02-T001", "KX02-T002"}


def test_a_held_file_is_judged_on_later_runs_and_counted_once(place: Path) -> None:
    drop(place, "一.xlsx", row("ledger"), filled_on=SECOND)
    assert received(run(place, FIRST)) == [("一.xlsx", "held")]
    later = run(place, SECOND)
    assert received(later) == [] and [held.verdict for held in later.book.returns] == ["accepted"]
    assert list(numbers(later)) == ["KX02-T001"]


# ---- the same again


def test_twice_on_one_day_gives_the_same_bytes_and_memory(first_week: Path) -> None:
    before = snapshot(first_week)
    outcome = run(first_week, FIRST)
    assert snapshot(first_week) == before and outcome.outputs == RESULTS
    for name in RESULTS:
        (first_week / name).unlink()
    run(first_week, FIRST)
    assert snapshot(first_week) == before


def test_a_dry_run_says_what_a_run_would_do_and_changes_nothing(first_week: Path) -> None:
    drop(first_week, "三.xlsx", row("ledger", problem="第三个问题"), filled_on=SECOND, **OTHER)
    before = snapshot(first_week)
    tried = run(first_week, SECOND, dry_run=True)
    assert snapshot(first_week) == before and tried.outputs == ()
    done = run(first_week, SECOND)
    assert received(tried) == received(done) and tried.book == done.book


def test_only_files_of_this_run_are_sent_back(first_week: Path) -> None:
    assert (first_week / "退回/2005-05-18/二.xlsx").is_file()
    drop(first_week, "三.xlsx", row("ledger", problem="短"), filled_on=SECOND)
    assert run(first_week, SECOND).outputs == (*RESULTS, "退回/2005-05-25/三.xlsx")
    assert [path.name for path in (first_week / "退回/2005-05-25").iterdir()] == ["三.xlsx"]


def test_a_refused_file_has_its_reason_beside_it_as_text(first_week: Path) -> None:
    (first_week / "收件/便条.xlsx").write_text("不是工作簿", encoding="utf-8")
    assert "退回/2005-05-25/便条.xlsx.txt" in run(first_week, SECOND).outputs
    told = (first_week / "退回/2005-05-25/便条.xlsx.txt").read_text(encoding="utf-8-sig")
    assert "文本文件" in told and "重新报送" in told


def test_no_list_of_problems_stands_in_the_place_of_another_files(first_week: Path) -> None:
    for names in (("便条.csv", "便条.pdf"), ("便条.xls",)):  # of one run, and of a later one of the same day
        for name in names:
            (first_week / "收件" / name).write_bytes(b"%PDF-1.4 " + name.encode())
        run(first_week, SECOND)
    lists = {path.name for path in (first_week / "退回/2005-05-25").glob("*.问题清单.xlsx")}
    assert lists == {f"便条{suffix}.问题清单.xlsx" for suffix in ("", ".pdf", ".xls")}


def test_an_earlier_day_is_a_look_back(first_week: Path) -> None:
    drop(first_week, "三.xlsx", row("ledger", problem="第三个问题"), filled_on=SECOND, **OTHER)
    run(first_week, SECOND)
    before = snapshot(first_week)
    for path in (first_week / "成果/历史/2005-05-18").iterdir():
        path.unlink()
    drop(first_week, "四.xlsx", row("ledger", problem="第四个问题"), filled_on=FIRST, **OTHER)
    looked = run(first_week, FIRST)
    assert looked.notes == ("look-back",) and looked.received == ()
    assert all(path.startswith("成果/历史/2005-05-18/") for path in looked.outputs)
    after = snapshot(first_week)
    assert {name: held for name, held in after.items() if name != "收件/四.xlsx"} == before
    assert run(first_week, THIRD).book.previous.as_of == SECOND  # type: ignore[union-attr]


# ---- judged again


def test_a_changed_list_judges_again_and_sends_back_what_is_newly_wrong(first_week: Path) -> None:
    lists = {**SETTINGS.lists, "problem_category": ("另一类",)}
    set_up(first_week, lists=lists)
    outcome = run(first_week, SECOND)
    assert [held.verdict for held in outcome.book.returns] == ["returned", "returned"] and received(outcome) == []
    assert [path for path in outcome.outputs if path.startswith("退回")] == ["退回/2005-05-25/一.xlsx"]
    assert numbers(outcome) == {}
    set_up(first_week)
    assert set(numbers(run(first_week, THIRD))) == {"KX02-T001", "KX02-T002"}


@pytest.mark.parametrize("is_in_inbox", [True, False])
def test_what_is_torn_in_the_archive_is_judged_again_from_the_inbox_else_stays(
    is_in_inbox: bool, first_week: Path
) -> None:
    for archived in (first_week / "存档").glob("*.xlsx"):
        archived.write_bytes(b"")
    if not is_in_inbox:
        for received_file in (first_week / "收件").rglob("*.xlsx"):
            received_file.unlink()
    set_up(first_week, lists={**SETTINGS.lists, "problem_category": ("另一类",)})
    verdicts = [held.verdict for held in run(first_week, SECOND).book.returns]
    assert verdicts == (["returned", "returned"] if is_in_inbox else ["accepted", "returned"])


def test_what_a_verdict_rests_on() -> None:
    held, grounds = judged({"ledger": [row("ledger")]}), Grounds(SETTINGS).of
    basis = grounds(held)

    def changed(**parts: object) -> bool:
        return Grounds(replace(SETTINGS, **parts)).of(held) != basis  # type: ignore[arg-type]

    def units(code: str, **parts: object) -> tuple[object, ...]:
        return tuple(replace(u, **parts) if u.code == code else u for u in UNITS)  # type: ignore[arg-type]

    assert not changed(tasks=(), early_warning=9, stall_days=3, organisation="另一处")
    assert not changed(units=units("KX02", leader="示例人")) and not changed(units=units("KX03", name="改名"))
    assert changed(units=units("KX02", name="改名")) and changed(stage_start=date(2005, 5, 1))
    assert changed(units=units("KX03", merged_into="KX02"))
    assert changed(waivers=(Waiver(unit="KX02", rule="length"),))
    assert not changed(waivers=(Waiver(unit="KX03", rule="length"),))
    merged = replace(SETTINGS, units=units("KX03", merged_into="KX02"))
    waived = replace(merged, waivers=(Waiver(unit="KX03", rule="length"),))  # counts for its successor's files too
    assert Grounds(merged).of(held) != Grounds(waived).of(held)
    unknown = judged({"ledger": [row("ledger")]}, cover={"unit_code": "XX", "unit_name": "册外"})
    assert Grounds(replace(SETTINGS, units=UNITS[:2])).of(unknown) != grounds(unknown)


# ---- lost, cut off, held by another


def test_a_lost_memory_is_rebuilt_from_the_archive(first_week: Path) -> None:
    drop(first_week, "旧.xlsx", row("ledger", problem="较早的问题"), filled_on=date(2005, 5, 12))
    drop(first_week, "一.xlsx", row("ledger", problem="第一个问题", percent=0.8), filled_on=SECOND)
    whole = run(first_week, SECOND)
    before = snapshot(first_week)
    (first_week / "记录.sqlite").unlink()
    again = run(first_week, SECOND)
    assert numbers(again) == numbers(whole) and numbers(whole)["KX02-T003"] == "较早的问题"
    assert {n: d for n, d in snapshot(first_week).items() if n.startswith("成果")} == {
        n: d for n, d in before.items() if n.startswith("成果")
    }


@pytest.mark.parametrize(
    ("holder", "step"), [(Archive, "keep"), (Workspace, "send_back"), (Workspace, "write_results")]
)
def test_a_run_that_was_cut_off_is_finished_by_the_next(
    holder: type, step: str, first_week: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(first_week, "三.xlsx", row("ledger", problem="短"), filled_on=SECOND)
    undisturbed = tmp_path / "另一处"
    shutil.copytree(first_week, undisturbed)
    for day in (SECOND, THIRD):
        run(undisturbed, day)
    with monkeypatch.context() as broken:
        broken.setattr(holder, step, lambda *_, **__: (_ for _ in ()).throw(OSError(5, "cut off")))
        with pytest.raises(OSError, match="cut off"):
            run(first_week, SECOND)
    if step == "keep":  # nothing had been taken in: the day is run again by hand
        run(first_week, SECOND)
    run(first_week, THIRD)
    told = {name: held for name, held in snapshot(undisturbed).items() if "sqlite" not in name}
    assert {name: held for name, held in snapshot(first_week).items() if "sqlite" not in name} == told


def test_a_number_of_a_row_that_was_held_is_not_known_before_its_day(place: Path) -> None:
    made_up = row("ledger", problem="自己编了号的问题", item_id="KX02-T002")
    drop(place, "一.xlsx", row("ledger", problem="第一个问题"), made_up, filled_on=FIRST)
    drop(place, "早.xlsx", row("ledger", problem="以后才算的问题"), filled_on=THIRD)
    run(place, SECOND)
    told = {"KX02-T001": "第一个问题", "KX02-T002": "以后才算的问题"}
    assert numbers(run(place, THIRD)) == told
    restated = [row("ledger", problem=problem, item_id=number) for number, problem in told.items()]
    drop(place, "三.xlsx", *restated, filled_on=date(2005, 6, 7))
    later = run(place, date(2005, 6, 7))
    assert numbers(later) == told
    assert [item.first_on for item in later.book.items["ledger"]] == [FIRST, THIRD]


def test_a_renamed_unit_is_told_to_the_office_until_its_old_name_is_an_alias(first_week: Path) -> None:
    old = UNITS[2]
    assert (old.code, old.name) == ("KX02", "示例第一党支部")

    def with_unit(**changes: Any) -> tuple[Unit, ...]:
        return tuple(replace(unit, **changes) if unit.code == old.code else unit for unit in UNITS)

    assert len(numbers(run(first_week, SECOND))) == 2
    set_up(first_week, units=with_unit(name="示例第一党总支"))
    told = f"unit-renamed:{old.code} {old.name}"
    tried = run(first_week, SECOND, dry_run=True, verify=True)
    assert tried.notes == (told,)
    done = run(first_week, SECOND, verify=True)
    assert done.notes == (told,) and numbers(done) == {} and done.turned == (("一.xlsx", "accepted", "returned"),)
    set_up(first_week, units=with_unit(name="示例第一党总支", aliases=(old.name,)))
    again = run(first_week, THIRD)
    assert again.notes == () and len(numbers(again)) == 2
    assert "示例第一党支部" in words_in("zh")["notes"]["unit-renamed"].format(name=told)
    many = tuple((f"KX{number:02}", "甲") for number in range(1, 8))
    (short,) = Intake(arrivals=(), known=(), renamed=many).notes
    assert short == "unit-renamed:KX01 甲、KX02 甲、KX03 甲、KX04 甲、KX05 甲… (7)"


@pytest.mark.parametrize("cover", [{"unit_name": "示例第二党支部"}, {"campaign": None}, {"approved_by": None}])
def test_a_file_with_a_mistake_on_its_cover_is_marked_too(cover: dict[str, Any], place: Path) -> None:
    path = drop(place, "一.xlsx", row("ledger"), **cover)
    done = run(place, SECOND)
    assert received(done) == [("一.xlsx", "returned")]
    assert done.outputs[len(RESULTS) :] == (f"退回/{SECOND}/一.xlsx",)
    assert (place / "退回" / SECOND.isoformat() / "一.xlsx").read_bytes() != path.read_bytes()


def test_what_is_gone_from_the_days_copies_is_sent_back_once_more(first_week: Path) -> None:
    (first_week / "收件/残.xlsx").write_bytes(b"PK\x03\x04")
    run(first_week, SECOND)
    drop(first_week, "三.xlsx", row("ledger", problem="短"), filled_on=SECOND)
    run(first_week, SECOND)
    before = snapshot(first_week / "退回")
    folder = first_week / "退回" / SECOND.isoformat()
    assert sorted(path.name for path in folder.iterdir()) == ["三.xlsx", "残.xlsx.txt", "残.问题清单.xlsx"]
    assert run(first_week, SECOND).outputs == RESULTS
    (folder / "三.xlsx").unlink()
    assert run(first_week, SECOND).outputs == (*RESULTS, f"退回/{SECOND}/三.xlsx")
    shutil.rmtree(folder)
    run(first_week, SECOND)
    assert snapshot(first_week / "退回") == before
    shutil.rmtree(folder)
    assert run(first_week, THIRD).outputs == RESULTS and not folder.exists()  # of an earlier day


def test_another_run_is_waited_for_and_named(first_week: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from rectify_xl.runs import run_lock

    monkeypatch.setattr(run_lock, "PATIENCE", 0.2)
    with run_lock.locked(first_week, "issue", FIRST), pytest.raises(CannotFinish) as caught:
        run(first_week, SECOND)
    assert caught.value.code == "busy" and caught.value.params == {"command": "issue", "as_of": "2005-05-18"}
    assert run(first_week, SECOND).outputs == RESULTS and not list(first_week.glob(".*"))


def test_an_open_ledger_gets_a_dated_copy_beside_it(first_week: Path) -> None:
    (first_week / "成果/~$整改台帐.xlsx").touch()
    before = (first_week / "成果/整改台帐.xlsx").read_bytes()
    outcome = run(first_week, SECOND)
    assert outcome.notes == ("open:整改台帐.xlsx",) and outcome.outputs[0] == "成果/整改台帐-2005-05-25.xlsx"
    assert (first_week / "成果/整改台帐.xlsx").read_bytes() == before


def test_issued_workbooks_show_what_the_memory_knows(first_week: Path) -> None:
    drop(first_week, "三.xlsx", row("ledger", problem="尚未汇总"), filled_on=SECOND)
    _, book = weekly.issue_book(first_week, as_of=SECOND, options=pipeline.ReadOptions(workers=1))
    assert {item.number for item in book.items["ledger"]} == {"KX02-T001", "KX02-T002"}


def test_the_archive_lists_every_path_once(first_week: Path) -> None:
    (first_week / "收件/抄件.xlsx").write_bytes((first_week / "收件/一.xlsx").read_bytes())
    run(first_week, SECOND)
    run(first_week, SECOND)
    lines = (first_week / "存档/清单.jsonl").read_text(encoding="utf-8").splitlines()
    assert [(e["path"], e["arrived"]) for e in map(json.loads, lines)] == [
        ("一.xlsx", "2005-05-18"), ("二.xlsx", "2005-05-18"), ("抄件.xlsx", "2005-05-25"),
    ]  # fmt: skip
    with Store(first_week / "记录.sqlite", read_only=True) as store:
        assert [run.is_finished for run in store.runs()] == [True, True]


# ---- numbers stay


def test_an_older_return_that_comes_late_takes_the_number_of_its_row(first_week: Path) -> None:
    older = row("ledger", problem="第二个问题", percent=0.1)
    drop(first_week, "迟到.xlsx", older, row("ledger", problem="新的问题"), filled_on=date(2005, 5, 11))
    done = run(first_week, SECOND)
    assert numbers(done) == {"KX02-T001": "第一个问题", "KX02-T002": "第二个问题", "KX02-T003": "新的问题"}
    assert [len(item.states) for item in done.book.items["ledger"] if item.number == "KX02-T002"] == [2]
    assert run(first_week, SECOND).book.items == done.book.items


def test_a_rebuilt_memory_takes_its_numbers_and_entries_from_the_ledger(first_week: Path) -> None:
    from test_ledger_edits import type_into

    lists = SETTINGS.lists
    set_up(
        first_week, lists={**lists, "problem_category": tuple(o for o in lists["problem_category"] if o != "党员素质")}
    )
    drop(first_week, "先.xlsx", row("ledger", problem="先编号的", category=lists["problem_category"][-1]), **OTHER)
    (first_week / "收件/一.xlsx").unlink()
    shutil.rmtree(first_week / "成果")
    shutil.rmtree(first_week / "存档")
    (first_week / "记录.sqlite").unlink()
    drop(first_week, "甲.xlsx", row("ledger", problem="后编号的"), filled_on=FIRST, **OTHER)
    run(first_week, FIRST)
    run(first_week, SECOND)
    set_up(first_week)
    whole = numbers(run(first_week, THIRD))
    assert whole == {"KX03-T001": "先编号的", "KX03-T002": "后编号的"}
    type_into(first_week / "成果/整改台帐.xlsx", "KX03-T002", "督查意见", "请抓紧")
    run(first_week, THIRD)
    type_into(first_week / "成果/整改台帐.xlsx", "KX03-T001", "督查意见", "也请抓紧")
    (first_week / "记录.sqlite").unlink()
    again = run(first_week, THIRD)
    assert numbers(again) == whole and again.notes == ("rebuilt:记录.sqlite",)
    assert {i.number: i.office for i in again.book.items["ledger"]} == {
        "KX03-T001": {"supervision": "也请抓紧"}, "KX03-T002": {"supervision": "请抓紧"},
    }  # fmt: skip
