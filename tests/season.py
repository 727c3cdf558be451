"""Six weeks of an office, made up: what comes in, what the office types, and the run of each week, for either profile."""
# ruff: noqa: E501 (tables of Chinese text, where a character counts twice)

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from returns import SYSU_UNITS, UNITS, row
from test_cli import PROGRAM
from test_ledger_edits import type_into

import rectify_xl as rx
from rectify_xl.demo.fill import Blank, blank_for, filled
from rectify_xl.facts import catalog
from rectify_xl.model import Unit, Waiver

WEEKS = tuple(date(2005, *day) for day in ((5, 18), (5, 25), (6, 1), (6, 8), (6, 15), (6, 22)))
FILED = tuple(date(2005, *day) for day in ((5, 17), (5, 24), (5, 31), (6, 7), (6, 14), (6, 21)))
DONE = {"status": "已完成", "percent": 1.0, "completed": date(2005, 5, 23), "result": "已按期完成整改"}


@dataclass(kw_only=True)
class Season:
    """A workspace from `init` on; `units` are (the head, a committee, a unit, another unit, the office)."""

    folder: Path
    profile: str
    units: tuple[Unit, ...] = ()
    blanks: dict[str, Blank] = field(default_factory=dict)
    heard: str = ""  # what the last command said on standard error

    @property
    def settings(self) -> Any:
        """配置.xlsx as it stands."""
        return rx.load_settings(self.folder / "配置.xlsx")

    def set_up(self, **changes: Any) -> None:
        """The office edits 配置.xlsx."""
        settings = replace(self.settings, **changes)
        (self.folder / "配置.xlsx").unlink()
        rx.write_settings(settings, self.folder / "配置.xlsx")

    def begin(self, *, templates: bool = True) -> None:
        """init, the roster and the dates of the stage, and the templates."""
        self.call("init", self.folder, "--profile", self.profile)
        self.units = UNITS if self.profile == "gdsta" else SYSU_UNITS
        stage = {"stage_start": date(2005, 5, 12), "stage_end": date(2005, 5, 31), "followup_end": date(2005, 8, 31)}
        self.set_up(units=self.units, **stage)
        if templates:
            self.call("templates", self.folder / "模板", "--settings", self.folder / "配置.xlsx")

    def call(self, *args: object, code: int = 0) -> Any:
        """A command; what it printed, as JSON where that was asked for."""
        result = CliRunner().invoke(PROGRAM, [str(arg) for arg in args])
        self.heard = result.stderr
        assert result.exit_code == code, (args, result.output, result.exception)
        return json.loads(result.stdout) if "--json" in args else result.output

    def run(self, week: int, *more: object) -> Any:
        """The weekly job on the Wednesday of a week (1..6)."""
        return self.call("run", self.folder, "--as-of", WEEKS[week - 1], "--workers", 1, "--json", *more)

    # ---- what comes in

    def made(self, unit: Unit, week: int | date, *rows: Mapping[str, Any], form: str = "ledger", **cover: Any) -> bytes:
        """The bytes of a unit's return, filled on the eve of a week's run (or on a day)."""
        day = FILED[week - 1] if isinstance(week, int) else week
        values = {
            "campaign": self.settings.campaign, "unit_code": unit.code, "unit_name": unit.name, "filled_by": "示例甲",
            "filled_on": day, "approved_by": "示例乙", **cover,
        }  # fmt: skip
        if form not in self.blanks:
            path = self.folder.parent / f"{form}.xlsx"
            rx.write_template([rx.forms[form]], path, self.settings)
            self.blanks[form] = blank_for(path.read_bytes(), [catalog.forms()[form]])
        return filled(self.blanks[form], values, {form: rows}, saved=day)

    def drop(self, name: str, data: bytes) -> None:
        """A file arrives in the inbox."""
        target = self.folder / "收件" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)

    def types(self, number: str, label: str, value: Any) -> None:
        """The office types into its ledger."""
        type_into(self.ledger, number, label, value)

    # ---- what it holds

    @property
    def ledger(self) -> Path:
        """整改台帐.xlsx of the last run."""
        return self.folder / "成果/整改台帐.xlsx"

    def items(self) -> dict[str, Any]:
        """The ledger form's rows by number, as the public reader gives them."""
        frame = rx.read_ledger(self.ledger)["ledger"]
        return {told["item_id"]: told for told in frame.to_dict("records")}


def problem(text: str, number: str | None = None, **changes: Any) -> dict[str, Any]:
    """A row of the ledger form that both organisations accept."""
    return row("ledger", problem=text, item_id=number, category="其他", **changes)


def zipped(members: Mapping[str, bytes]) -> bytes:
    """A zip of some files."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as package:
        for name, data in members.items():
            package.writestr(name, data)
    return target.getvalue()


def codes(told: Any, *, level: str = "") -> list[tuple[str, str]]:
    """(code, file) of a run's findings, fixed ones aside."""
    wanted = (level,) if level else ("error", "warning")
    return sorted((f["code"], f.get("file", "")) for f in told["findings"] if f["level"] in wanted)


# ---- week by week


def week_1(season: Season) -> None:
    """Two units report, one of them with a row that is too short; a note that is no workbook."""
    _, _, one, other, _ = season.units
    rows = (problem("学习不够深入"), problem("走访群众不够"), problem("档案不够齐全", due=date(2005, 5, 30)))
    season.drop("第一周/甲.xlsx", season.made(one, 1, *rows))
    season.drop("第一周/乙.xlsx", season.made(other, 1, problem("会议过多"), problem("短")))
    season.drop("第一周/便条.xlsx", "不是工作簿".encode())


def week_2(season: Season) -> None:
    """A zip with a correction and a new unit; an item done, a deadline moved; known bytes elsewhere; supervision."""
    _, committee, one, other, office = season.units
    a = one.code
    upper = problem("编制不足", handling="提请上级协调", explanation="需要上级批准编制")
    season.drop("第二周/报送.zip", zipped({
        "丙.xlsx": season.made(committee, 2, upper),
        "乙更正.xlsx": season.made(other, 2, problem("会议过多", f"{other.code}-T001"), problem("车辆管理不严")),
    }))  # fmt: skip
    season.drop("第二周/甲.xlsx", season.made(
        one, 2, problem("学习不够深入", f"{a}-T001", **DONE), problem("走访群众不够", f"{a}-T002", due=date(2005, 5, 31)),
        problem("档案不够齐全", f"{a}-T003", due=date(2005, 5, 30)),
    ))  # fmt: skip
    season.drop("第二周/抄件.xlsx", (season.folder / "收件/第一周/甲.xlsx").read_bytes())
    said = row("supervision", unit_code=a, item_id=f"{a}-T002", inspected_on=date(2005, 5, 23))
    season.drop("第二周/督查.xlsx", season.made(office, 2, said, form="supervision"))
    season.types(f"{a}-T003", "同意延期至", date(2005, 6, 24))
    season.types(f"{a}-T002", "销号", "是")


def week_3(season: Season) -> None:
    """A row is missing, another stands still; a return dated next week; a supervision record of no item of ours."""
    _, _, one, other, office = season.units
    a, b = one.code, other.code
    season.drop("第三周/甲.xlsx", season.made(
        one, 3, problem("学习不够深入", f"{a}-T001", **DONE), problem("档案不够齐全", f"{a}-T003", due=date(2005, 5, 30))
    ))  # fmt: skip
    ahead = (problem("会议过多", f"{b}-T001", percent=0.8), problem("车辆管理不严", f"{b}-T002"))
    season.drop("第三周/乙.xlsx", season.made(other, date(2005, 6, 6), *ahead))
    said = row("supervision", unit_code=a, item_id=f"{a}-T099", inspected_on=date(2005, 5, 30))
    season.drop("第三周/督查.xlsx", season.made(office, 3, said, form="supervision"))
    season.types(f"{a}-T001", "销号", "是")
    season.types(f"{b}-T002", "督查意见", "请抓紧")


def week_4(season: Season) -> None:
    """The closed item comes open again; a late return of an earlier day; the same return saved once more; a waiver."""
    _, _, one, _, _ = season.units
    a = one.code
    again = {"status": "整改中", "percent": 0.6}
    rows = (problem("学习不够深入", f"{a}-T001", **again), problem("档案不够齐全", f"{a}-T003", due=date(2005, 5, 30), percent=0.7))
    season.drop("第四周/甲.xlsx", season.made(one, 4, *rows))
    season.drop("第四周/甲再报.xlsx", season.made(one, 4, *rows, filled_by="示例丙"))
    season.drop("第四周/迟到.xlsx", season.made(one, date(2005, 5, 20), problem("走访群众不够", percent=0.2)))
    waiver = Waiver(unit=a, rule="missing-row", item=f"{a}-T002", reason="并入其他事项", approved_by="示例丁", until=date(2005, 12, 31))
    season.set_up(waivers=(waiver,))


def week_5(season: Season) -> None:
    """The other unit is merged into the first, which reports its items from now on; an item is reopened."""
    head, committee, one, other, office = season.units
    merged = replace(other, merged_into=one.code, stopped_on=date(2005, 6, 10))
    season.set_up(units=(head, committee, one, merged, office))
    a, b = one.code, other.code
    season.drop("第五周/甲.xlsx", season.made(
        one, 5, problem("学习不够深入", f"{a}-T001", **DONE),
        problem("档案不够齐全", f"{a}-T003", **{**DONE, "due": date(2005, 5, 30), "completed": date(2005, 6, 13)}),
        problem("会议过多", f"{b}-T001", **{**DONE, "completed": date(2005, 6, 13)}), problem("车辆管理不严", f"{b}-T002"),
    ))  # fmt: skip


def week_6(season: Season) -> None:
    """The item of the merged unit is open again, a new one comes, and the committee is still to report."""
    _, _, one, other, _ = season.units
    a, b = one.code, other.code
    season.drop("第六周/甲.xlsx", season.made(
        one, 6, problem("学习不够深入", f"{a}-T001", **DONE),
        problem("档案不够齐全", f"{a}-T003", **{**DONE, "due": date(2005, 5, 30), "completed": date(2005, 6, 13)}),
        problem("会议过多", f"{b}-T001", percent=0.9), problem("车辆管理不严", f"{b}-T002", percent=0.6),
        problem("值班安排不周", horizon="中期", due=date(2005, 7, 29)),
    ))  # fmt: skip


HAPPENS: tuple[Callable[[Season], None], ...] = (week_1, week_2, week_3, week_4, week_5, week_6)
