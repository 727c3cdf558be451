"""Six weeks from `init` to the last bulletin, for both profiles: what an office expects of each week, number by number."""
# ruff: noqa: E501 (tables of Chinese text, where a character counts twice)

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from season import HAPPENS, WEEKS, Season, codes
from traced import counted_numbers, counted_units, printed_numbers, printed_units
from weeks import snapshot

import rectify_xl as rx

RESULTS = ["整改台帐", "整改进度", "整改情况通报", "催办通知", "公布稿"]


@dataclass(frozen=True, kw_only=True)
class Played:
    """A season that was played, with what each week's run printed, its ledger's rows, and what `status` said then."""

    season: Season
    told: list[Any]
    items: list[dict[str, Any]]
    status: list[Any]
    folder: Path

    @property
    def names(self) -> tuple[str, str, str]:
        """The codes of the unit that reports every week, the one merged into it, and the committee."""
        _, committee, one, other, _ = self.season.units
        return one.code, other.code, committee.code


@pytest.fixture(scope="module", params=["gdsta", "sysu"])
def played(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    base = tmp_path_factory.mktemp(request.param)
    season = Season(folder=base / "整改工作", profile=request.param)
    season.begin()
    told, items, status = [], [], []
    for week, happens in enumerate(HAPPENS, start=1):
        happens(season)
        if week in (3, 6):
            shutil.copytree(season.folder, base / f"第{week}周前")
        if week == 4:
            shutil.copytree(season.folder, base / "丢失")
        told.append(season.run(week))
        items.append(season.items())
        status.append(season.call("status", season.folder, "--as-of", WEEKS[week - 1], "--json"))
    yield Played(season=season, told=told, items=items, status=status, folder=base)


# ---- week by week


def test_every_week_counts_the_files_that_came(played: Played) -> None:
    names = ("received", "accepted", "returned", "refused", "repeated", "held", "ignored")
    assert [tuple(told["files"][name] for name in names) for told in played.told] == [
        (3, 1, 1, 1, 0, 0, 0), (5, 4, 0, 0, 1, 0, 0), (3, 1, 1, 0, 0, 1, 0),
        (3, 3, 0, 0, 0, 0, 0), (1, 1, 0, 0, 0, 0, 0), (1, 1, 0, 0, 0, 0, 0),
    ]  # fmt: skip
    assert [told["rows"].get("ledger") for told in played.told] == [4, 6, 6, 5, 5, 6]
    assert [told["pending"] for told in played.told] == [1, 0, 1, 1, 1, 1]
    assert [status["arrived"] for status in played.status] == [[]] * 6
    sent_back = [[path for path in told["outputs"] if path.startswith("退回")] for told in played.told]
    assert [len(paths) for paths in sent_back] == [3, 0, 1, 0, 0, 0]
    assert all((played.season.folder / path).is_file() for paths in sent_back for path in paths)


def test_numbers_are_given_once_and_kept(played: Played) -> None:
    a, b, c = played.names
    texts = {
        f"{a}-T001": "学习不够深入", f"{a}-T002": "走访群众不够", f"{a}-T003": "档案不够齐全", f"{b}-T001": "会议过多",
        f"{b}-T002": "车辆管理不严", f"{c}-T001": "编制不足", f"{a}-T004": "值班安排不周",
    }  # fmt: skip
    weeks = [{number: told["problem"] for number, told in items.items()} for items in played.items]
    assert all(texts[number] == text for week in weeks for number, text in week.items())
    first = {number: next(at for at, week in enumerate(weeks, 1) if number in week) for number in texts}
    assert list(first.values()) == [1, 1, 1, 1, 2, 2, 6]
    assert [f"{a}-T002" in week for week in weeks] == [True, True, True, False, False, False]


def test_states_follow_what_was_reported_and_what_the_office_agreed_to(played: Played) -> None:
    a, b, c = played.names
    states = [{number: told["state"] for number, told in items.items()} for items in played.items]
    assert [week.get(f"{a}-T001") for week in states] == ["未到期", *["按期完成"] * 5]
    assert [week.get(f"{a}-T003") for week in states] == [*["未到期"] * 4, "按期完成", "按期完成"]
    assert [week.get(f"{b}-T001") for week in states] == ["未到期", "即将到期", "逾期", "逾期", "逾期完成", "逾期"]
    assert [week.get(f"{c}-T001") for week in states] == [None, "即将到期", *["逾期"] * 4]
    for told, items in zip(played.told, played.items, strict=True):
        found = [row["state"] for row in items.values()]
        assert told["deadlines"] == {state: found.count(state) for state in told["deadlines"]}
    assert played.items[1][f"{a}-T002"]["due"].date() == date(2005, 5, 27)  # what its unit moved, the office had not


def test_what_the_office_typed_stands_in_every_later_ledger(played: Played) -> None:
    a, b, _ = played.names
    extended = [items[f"{a}-T003"]["extended_to"] for items in played.items]
    assert [str(day)[:10] for day in extended] == ["NaT", *["2005-06-24"] * 5]
    assert [items[f"{a}-T001"]["closed"] for items in played.items] == [None, None, *["是"] * 4]
    assert [items.get(f"{b}-T002", {}).get("supervision") for items in played.items] == [None, None, *["请抓紧"] * 4]
    assert [items.get(f"{a}-T002", {}).get("closed") for items in played.items] == [None] * 6
    assert [items.get(f"{a}-T002", {}).get("supervision") for items in played.items[:3]] == [
        None, *["进度偏慢，请抓紧"] * 2,
    ]  # fmt: skip
    assert played.items[3][f"{a}-T001"]["status"] == "已完成"  # 销号: reopened, and closed for good


def test_each_weeks_findings_are_those_of_what_happened(played: Played) -> None:
    def new(week: int, *passing: str) -> set[str]:
        before = {code for code, _ in codes(played.told[week - 2])} if week > 1 else set()
        return {code for code, _ in codes(played.told[week - 1])} - before - set(passing)

    assert new(1) == {"length", "not-a-workbook"}
    assert new(2) == {"repeated", "moved-deadline", "consistent"}
    assert new(3) == {"future", "missing-row", "stalled", "unknown"}
    assert new(4) == {"reopened", "superseded"}
    assert new(5) == {"stalled"}
    assert new(6) == set()
    waived = [f["message"] for f in played.told[3]["findings"] if f["code"] == "missing-row" and "豁免" in f["message"]]
    assert len(waived) == 1 and "并入其他事项" in waived[0] and "示例丁" in waived[0]
    assert not {"foreign-id", "duplicate", "conflict"} & {code for told in played.told for code, _ in codes(told)}
    assert len([f for f in played.told[5]["findings"] if f["code"] == "reopened"]) == 2


def test_what_changed_is_told_against_the_week_before(played: Played) -> None:
    kinds = ("new", "completed", "reopened", "moved", "missing", "gone")
    assert [tuple(status["changes"][kind] for kind in kinds) for status in played.status] == [
        (0, 0, 0, 0, 0, 0), (3, 1, 0, 2, 0, 0), (0, 0, 0, 0, 2, 0),
        (0, 0, 0, 0, 0, 1), (0, 2, 0, 0, 0, 0), (1, 0, 1, 0, 0, 0),
    ]  # fmt: skip
    for day, status in zip(WEEKS, played.status, strict=True):
        rows = listed(played.season.folder / f"成果/历史/{day.isoformat()}/整改进度.xlsx", "本期变化")
        for name, titles in (("changes", {row["类别"] for row in rows}), ("item_changes", {"整改台帐"})):
            assert sum(status[name].values()) == sum(row["类别"] in titles for row in rows), (day, name)
    assert [status["since"] for status in played.status] == [None, *(day.isoformat() for day in WEEKS[:-1])]
    head = played.season.units[0].name
    assert [head in status["not_reported"] for status in played.status] == [True] * 6
    assert len(played.status[5]["not_reported"]) == len(played.season.units) - 4


def test_a_reminder_is_sent_once(played: Played) -> None:
    sent = [reminders(played.season.folder / f"成果/历史/{day.isoformat()}/催办通知.xlsx") for day in WEEKS]
    for day, told in zip(WEEKS, sent, strict=True):
        assert {row["首次催办"] for row in told} <= {day}
    keys = [(r["单位编码"], r["催办类型"], r["类别"], r["编号"], re.sub("，已办.*", "", r["内容"])) for w in sent for r in w]
    a, b, c = played.names
    assert len(keys) == len(set(keys)) >= 15
    late = {number: day for day, told in zip(WEEKS, sent, strict=True) for row in told
            if row["催办类型"] == "逾期催办" and (number := row["编号"]) and row["类别"] == "整改台帐"}  # fmt: skip
    assert late == {
        f"{c}-T001": WEEKS[2], f"{a}-T002": WEEKS[2], f"{b}-T002": WEEKS[2], f"{b}-T001": WEEKS[2],
    }  # fmt: skip
    assert [row["催办类型"] for row in sent[3] if row["编号"] == f"{a}-T003"] == ["时限过半"]


def reminders(path: Path) -> list[dict[str, Any]]:
    return listed(path, "催办清单")


def listed(path: Path, title: str) -> list[dict[str, Any]]:
    rows = CalamineWorkbook.from_path(path).get_sheet_by_name(title).to_python(skip_empty_area=False)
    first = next(at for at, row in enumerate(rows) if "单位编码" in row[:2])
    return [dict(zip(rows[first], row, strict=True)) for row in rows[first + 1 :] if row[1]]


# ---- the last bulletin


def test_every_number_of_the_last_bulletin_stands_in_a_cell(played: Played) -> None:
    results = played.season.folder / "成果"
    bulletin, ledger = results / "整改情况通报.xlsx", results / "整改台帐.xlsx"
    printed = printed_numbers(bulletin)
    assert printed == counted_numbers(ledger) and len(printed) == 10
    names = {unit.name for unit in played.season.units}
    assert printed_units(bulletin).items() <= counted_units(ledger).items() and counted_units(ledger).keys() <= names


def test_its_tasks_reports_and_changes_stand_in_cells_of_the_status_workbook(played: Played) -> None:
    results = played.season.folder / "成果"
    status = CalamineWorkbook.from_path(results / "整改进度.xlsx")
    rows = status.get_sheet_by_name("单位进度").to_python(skip_empty_area=False)
    header = next(row for row in rows if row[0] == "单位编码")
    units = [row for row in rows if row[0] in {unit.code for unit in played.season.units}]
    cells = [str(cell) for row in units for cell in row[3 : header.index("事项总数")] if cell not in ("", "不适用")]
    done = sum(cell.startswith(("按期完成", "逾期完成")) for cell in cells)
    changes = [row[0] for row in status.get_sheet_by_name("本期变化").to_python()]
    not_reported = len(played.status[5]["not_reported"])
    before = played.items[4].values()
    told = {
        r"应报单位 (\d+) 个": len(units),
        r"，已报送 (\d+) 个": len(units) - not_reported,
        r"未报送 (\d+) 个": not_reported,
        r"任务应办 (\d+) 项次": len(cells),
        r"，已办 (\d+) 项次": done,
        r"办理率 (\d+)%": round(100 * done / len(cells)),
        r"逾期未办 (\d+) 项次": sum(cell.startswith("逾期未办") for cell in cells),
        r"整改事项新增 (\d+) 项": changes.count("新增"),
        r"重新打开 (\d+) 项": changes.count("重新打开"),
        r"完成率由 (\d+)%": round(100 * sum(row["status"] == "已完成" for row in before) / len(before)),
    }
    text = "".join(str(row[0]) for row in CalamineWorkbook.from_path(results / "整改情况通报.xlsx").get_sheet_by_index(0).to_python())
    printed = {pattern: int(found[1]) for pattern in told if (found := re.search(pattern, text))}
    assert printed == told


# ---- the same again, tried, looked back on, lost


def test_the_last_week_again_gives_the_same_bytes(played: Played) -> None:
    before = snapshot(played.season.folder)
    told = played.season.run(6)
    assert snapshot(played.season.folder) == before
    assert told["files"]["received"] == 0 and told["rows"] == played.told[5]["rows"]


def test_a_dry_run_of_the_last_week_changes_nothing(played: Played) -> None:
    season = Season(folder=played.folder / "第6周前", profile=played.season.profile, units=played.season.units)
    before = snapshot(season.folder)
    told = season.run(6, "--dry-run")
    assert snapshot(season.folder) == before
    names = ("files", "rows", "pending", "deadlines", "tasks", "findings")
    assert {name: told[name] for name in names} == {name: played.told[5][name] for name in names}


def test_a_day_looked_back_on_writes_its_history_alone(played: Played) -> None:
    season = Season(folder=played.folder / "回看", profile=played.season.profile, units=played.season.units)
    shutil.copytree(played.season.folder, season.folder)
    before = snapshot(season.folder)
    told = season.run(2)
    day = f"成果/历史/{WEEKS[1].isoformat()}/"
    assert told["outputs"] == [f"{day}{name}.xlsx" for name in RESULTS]
    after = snapshot(season.folder)
    assert {name for name, held in after.items() if before.get(name) != held} <= set(told["outputs"])
    assert told["rows"] == {"ledger": 6, "supervision": 1}


def test_a_lost_laptop(played: Played) -> None:
    lost = Season(folder=played.folder / "丢失", profile=played.season.profile, units=played.season.units)
    for left in lost.folder.glob("记录.sqlite*"):
        left.unlink()
    told = lost.run(4)
    names = ("files", "rows", "pending", "deadlines", "tasks", "findings")
    assert {name: told[name] for name in names} == {name: played.told[3][name] for name in names}
    assert same(lost.items(), played.items[3])
    assert "已按存档和台帐重建" in lost.heard
    differing = {
        (name, title) for name in RESULTS for title, rows in sheets(played.season, name).items()
        if sheets(lost, name)[title] != rows
    }  # fmt: skip
    # The run's name, and changes against a day whose settings (without the waiver) nobody knows any more.
    assert differing == {("整改台帐", "说明"), ("整改进度", "本期变化"), ("整改情况通报", "整改情况通报")}
    told_changes = sheets(lost, "整改进度")["本期变化"]
    assert not [row for row in told_changes if "时限变动" in row]  # the extension of week 2 is no news in week 4


def sheets(season: Season, name: str) -> dict[str, Any]:
    """The values of a result of the fourth week by sheet."""
    book = CalamineWorkbook.from_path(season.folder / f"成果/历史/{WEEKS[3].isoformat()}/{name}.xlsx")
    return {title: book.get_sheet_by_name(title).to_python() for title in book.sheet_names}


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return json.dumps(one, default=str, ensure_ascii=False) == json.dumps(other, default=str, ensure_ascii=False)


# ---- asked for


def test_the_history_of_a_row_and_the_memory_tell_the_season(played: Played) -> None:
    a, b, _ = played.names
    frame = rx.history(played.season.folder, f"{a}-T002")
    assert list(frame["filled_on"].astype(str).str[:10]) == ["2005-05-17", "2005-05-20", "2005-05-24"]
    told = played.season.call("history", played.season.folder, f"{b}-T001", "--json")
    assert [state["values"]["percent"] for state in told["states"]][-2:] == ["1", "0.9"]
    memory = rx.open(played.season.folder)
    assert [told.date() for told in memory.runs["as_of"]] == list(WEEKS)
    assert len(memory.files) == sum(told["files"]["received"] for told in played.told)
    assert (memory.files["verdict"] == "held").sum() == 0


def test_issued_workbooks_hold_what_the_ledger_holds(played: Played) -> None:
    a, _, _ = played.names
    paths = rx.issue(played.season.folder, as_of=WEEKS[5], units=[a])
    assert len(paths) == 1
    report = rx.check([played.season.folder / paths[0]], played.season.settings, as_of=WEEKS[5])
    told = report.findings[report.findings["level"] == "error"]
    assert set(zip(told["code"], told["sheet"], strict=True)) == {("required", "封面")}  # what its unit has to fill in
    frame = rx.read_ledger(played.season.ledger)["ledger"]
    assert report.files["file"].size == 1 and (frame["unit_code"] == a).sum() == 5
