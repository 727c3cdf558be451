"""到期状态 and task states at each of their edges, over the May holiday and a shifted working day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from returns import judged, row, settings_for

from rectify_xl.days.workdays import calendar_for
from rectify_xl.facts import catalog
from rectify_xl.merging.consolidation import book_of
from rectify_xl.merging.deadlines import Day, dues_and_tasks
from rectify_xl.merging.numbering import Numbers
from rectify_xl.model import Book, Item, Return, Settings, State
from rectify_xl.office.roster import Roster

# 2005: 1-7 May are holidays, Saturday 30 April and Sunday 8 May are worked.
CALENDAR = calendar_for({})


def day(text: str) -> date:
    return date.fromisoformat(f"2005-{text}")


def item(form: str = "ledger", office: dict[str, Any] | None = None, **changes: Any) -> Item:
    facts = catalog.forms()[form]
    values = tuple(row(form, **changes).get(c.name) for c in facts.columns)
    state = State("a.xlsx", "d", facts.title, 4, day("05-20"), "", values)
    done_seen = day("05-20") if changes.get("_seen") is None else changes["_seen"]
    return Item(
        form=form, unit_code="KX02", unit_name="示例", number="KX02-T001", values=values, states=(state,),
        first_on=day("05-20"), done_seen_on=done_seen, office=office or {},
    )


def due(held: Item, as_of: date, early: int = 3) -> tuple[str, int | None]:
    judged_day = Day(as_of=as_of, calendar=CALENDAR, early_warning=early)
    settings = Settings(campaign="", organisation="")
    state, _, left = dues_and_tasks({held.form: [held]}, settings, Roster(), judged_day)[0][held.form][0]
    return state, left


@pytest.mark.parametrize(
    ("as_of", "state", "left"),
    [
        # due on Wednesday 11 May: 9, 10, 11 are working days, 8 May (a Sunday) is worked, 1-7 May are not
        ("04-29", "未到期", 5),  # 30 April (a worked Saturday), 8, 9, 10, 11 May
        ("04-30", "未到期", 4),
        ("05-01", "未到期", 4),
        ("05-07", "未到期", 4),
        ("05-08", "即将到期", 3),
        ("05-10", "即将到期", 1),
        ("05-11", "即将到期", 0),
        ("05-12", "逾期", -1),
        ("05-13", "逾期", -2),
        ("05-14", "逾期", -2),  # a Saturday
    ],
)
def test_open_item_day_by_day(as_of: str, state: str, left: int) -> None:
    assert due(item(due=day("05-11")), day(as_of)) == (state, left)


def test_late_over_a_weekend_is_late_by_one_at_least() -> None:
    friday = item(due=day("05-13"))
    assert due(friday, day("05-14")) == ("逾期", -1)
    assert due(friday, day("05-15")) == ("逾期", -1)
    assert due(friday, day("05-16")) == ("逾期", -1)


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"status": "已完成", "due": day("05-20"), "completed": day("05-19")}, "按期完成"),
        ({"status": "已完成", "due": day("05-20"), "completed": day("05-20")}, "按期完成"),
        ({"status": "已完成", "due": day("05-20"), "completed": day("05-21")}, "逾期完成"),
        ({"status": "已完成", "due": None, "completed": day("05-21")}, "按期完成"),
        ({"status": "整改中", "due": None}, "无时限"),
        ({"status": "长期坚持", "due": day("05-01")}, "无时限"),
    ],
)
def test_item_states_that_no_day_changes(changes: dict[str, Any], state: str) -> None:
    for as_of in (day("05-19"), day("05-20"), day("06-30")):
        assert due(item(**changes), as_of) == (state, None)


@pytest.mark.parametrize(
    ("extended", "as_of", "state"),
    [
        (day("05-24"), "05-24", "即将到期"),
        (day("05-24"), "05-25", "逾期"),
        (day("05-16"), "05-21", "逾期"),  # an extension before the deadline does not count
        (None, "05-21", "逾期"),
    ],
)
def test_extension(extended: date | None, as_of: str, state: str) -> None:
    held = item(due=day("05-20"), office={"extended_to": extended})
    assert due(held, day(as_of))[0] == state
    done = item(due=day("05-20"), status="已完成", completed=day("05-24"), office={"extended_to": extended})
    assert due(done, day("06-01"))[0] == ("按期完成" if extended == day("05-24") else "逾期完成")


@pytest.mark.parametrize(
    ("form", "changes", "as_of", "state"),
    [
        ("measures", {"due": day("05-20")}, "05-21", "逾期"),
        ("measures", {"due": day("05-20"), "status": "已完成", "completed": day("05-20")}, "05-21", "按期完成"),
        ("measures", {"due": None, "status": "长期坚持"}, "05-21", "无时限"),
        ("institutions", {"due": day("05-20")}, "05-20", "即将到期"),
        ("institutions", {"due": day("05-20")}, "05-21", "逾期"),
        ("institutions", {"due": day("05-20"), "status": "已印发", "issued_on": day("05-20")}, "05-21", "按期完成"),
        ("institutions", {"due": day("05-20"), "status": "已印发", "issued_on": day("05-21")}, "05-21", "逾期完成"),
        ("institutions", {"due": None, "action": "坚持执行", "status": "执行中"}, "05-21", "按期完成"),
        ("supervision", {"respond_by": day("05-20")}, "05-20", "即将到期"),
        ("supervision", {"respond_by": day("05-20")}, "05-21", "逾期"),
        ("supervision", {"respond_by": day("05-20"), "response": "已整改"}, "05-21", "按期完成"),
        ("supervision", {"respond_by": day("05-19"), "response": "已整改"}, "05-21", "逾期完成"),
        ("supervision", {}, "05-21", "无时限"),
    ],
)
def test_other_forms_with_a_deadline(form: str, changes: dict[str, Any], as_of: str, state: str) -> None:
    assert due(item(form, **changes), day(as_of))[0] == state


def test_early_warning_is_a_setting() -> None:
    assert due(item(due=day("05-20")), day("05-13"), early=5) == ("即将到期", 5)
    assert due(item(due=day("05-20")), day("05-13"), early=4) == ("未到期", 5)


# ---- tasks of both papers


def book(returns: list[Return], as_of: date, settings: Settings) -> Book:
    return book_of(returns, settings, as_of, Numbers())


def state_of(task: str, unit: str, held: Book) -> tuple[str, int, int]:
    found = next(t for t in held.tasks if (t.task, t.unit_code) == (task, unit))
    return found.state, found.shown, found.asked


def returned(unit: str, forms: dict[str, list[dict[str, Any]]], filled_on: date, settings: Settings) -> Return:
    name = next(u.name for u in settings.units if u.code == unit)
    cover = {"unit_code": unit, "unit_name": name, "filled_on": filled_on, "campaign": settings.campaign}
    held = judged(forms, settings=settings, cover=cover, file=f"{unit}-{filled_on}.xlsx")
    assert held.verdict == "accepted", held.findings
    return held


# (task, unit, forms that show it, its last day): evidence dated on the last day is in time, a day later is late.
GDSTA = [
    ("T1", "KX02", "activities", {"activity": "党员大会"}, "held_on", day("05-12")),
    ("T2", "KX00", "activities", {"activity": "党组理论学习"}, "held_on", day("05-13")),
    ("T3", "KX01", "activities", {"activity": "党委会议"}, "held_on", day("05-20")),
    ("T6", "KX02", "activities", {"activity": "专题组织生活会"}, "held_on", day("05-27")),
    ("T8", "KX00", "activities", {"activity": "总结会议"}, "held_on", day("05-31")),
    ("T9", "KX03", "survey", {}, "surveyed_on", day("05-31")),
]


@pytest.mark.parametrize(("task", "unit", "form", "changes", "dated", "last"), GDSTA)
def test_dated_tasks_of_gdsta(
    task: str, unit: str, form: str, changes: dict[str, Any], dated: str, last: date
) -> None:
    settings = settings_for()
    after = date(2005, 6, 15)

    def state(shown_on: date, as_of: date = after) -> str:
        held = returned(unit, {form: [row(form, **changes, **{dated: shown_on})]}, after, settings)
        return state_of(task, unit, book([held], as_of, settings))[0]

    assert state(last) == "按期完成"
    assert state(last + timedelta(days=1)) == "逾期完成"
    assert state_of(task, unit, book([], last, settings)) == ("即将到期", 0, 1)
    assert state_of(task, unit, book([], last + timedelta(days=1), settings)) == ("逾期未办", 0, 1)
    other = {"activity": "其他"} if form == "activities" else None
    if other:
        held = returned(unit, {form: [row(form, **other, **{dated: last})]}, after, settings)
        assert state_of(task, unit, book([held], after, settings))[0] == "逾期未办"


def test_a_task_asks_only_units_of_its_kinds() -> None:
    held = book([], day("05-12"), settings_for())
    assert state_of("T2", "KX02", held)[0] == "不适用"
    assert state_of("T6", "KX00", held)[0] == "不适用"
    assert "KX09" not in {t.unit_code for t in held.tasks}  # the office itself owes no task


def test_a_task_before_its_window_in_it_and_near_its_end() -> None:
    settings = settings_for()
    assert state_of("T6", "KX02", book([], day("05-22"), settings))[0] == "未开始"
    assert state_of("T6", "KX02", book([], day("05-23"), settings))[0] == "进行中"  # 4 working days left
    assert state_of("T6", "KX02", book([], day("05-24"), settings))[0] == "即将到期"
    assert state_of("T6", "KX02", book([], day("05-27"), settings))[0] == "即将到期"
    assert state_of("T6", "KX02", book([], day("05-28"), settings))[0] == "逾期未办"


def test_a_half_day_never_makes_late() -> None:
    usual = settings_for()
    meeting = next(task for task in usual.tasks if task.id == "T1")
    assert meeting.half_day == "下午"
    morning = replace(usual, tasks=tuple(replace(t, half_day="上午") if t is meeting else t for t in usual.tasks))
    told = {"activities": [row("activities", activity="党员大会", held_on=day("05-12"), half_day="下午")]}
    for settings in (usual, morning):
        held = returned("KX02", told, day("05-12"), settings)
        assert state_of("T1", "KX02", book([held], day("05-12"), settings))[0] == "按期完成"
        assert state_of("T1", "KX03", book([held], day("05-12"), settings))[0] == "即将到期"


def test_plans_of_gdsta_need_ledger_and_measures() -> None:
    settings = settings_for()
    plan = returned("KX02", {"ledger": [row("ledger")]}, day("05-20"), settings)
    assert state_of("T4", "KX02", book([plan], day("05-20"), settings)) == ("即将到期", 1, 2)
    both = returned("KX02", {"ledger": [row("ledger")], "measures": [row("measures")]}, day("05-20"), settings)
    assert state_of("T4", "KX02", book([both], day("05-25"), settings)) == ("按期完成", 2, 2)
    late = returned("KX02", {"measures": [row("measures")]}, day("05-21"), settings)
    assert state_of("T4", "KX02", book([plan, late], day("05-25"), settings)) == ("逾期完成", 2, 2)
    group = returned("KX00", {"ledger": [row("ledger")]}, day("05-20"), settings)
    assert state_of("T4", "KX00", book([group], day("05-25"), settings)) == ("按期完成", 1, 1)
    assert state_of("T4", "KX03", book([], day("05-21"), settings)) == ("逾期未办", 0, 2)


def test_rectifying_has_begun_when_a_row_first_showed_it() -> None:
    settings = settings_for()
    idle = row("ledger", status="未启动", percent=0, progress=None)
    first = returned("KX02", {"ledger": [idle]}, day("05-18"), settings)
    assert state_of("T5", "KX02", book([first], day("05-18"), settings))[0] == "即将到期"
    begun = returned("KX02", {"ledger": [row("ledger")]}, day("05-20"), settings)
    assert state_of("T5", "KX02", book([first, begun], day("05-25"), settings))[0] == "按期完成"
    late = returned("KX02", {"ledger": [row("ledger")]}, day("05-21"), settings)
    assert state_of("T5", "KX02", book([first, late], day("05-25"), settings))[0] == "逾期完成"
    assert state_of("T5", "KX02", book([first], day("05-21"), settings))[0] == "逾期未办"


def test_publishing_needs_plan_and_state() -> None:
    settings = settings_for()
    plan = row("publications", published="整改方案", published_on=day("05-23"))
    state = row("publications", published="整改情况", published_on=day("05-27"))
    late = row("publications", published="整改情况", published_on=day("05-28"))
    part = returned("KX02", {"publications": [plan]}, day("05-28"), settings)
    both = returned("KX02", {"publications": [plan, state]}, day("05-29"), settings)
    after = returned("KX02", {"publications": [plan, late]}, day("05-30"), settings)
    assert state_of("T7", "KX02", book([part], day("05-27"), settings)) == ("即将到期", 1, 2)
    assert state_of("T7", "KX02", book([part], day("05-28"), settings)) == ("逾期未办", 1, 2)
    assert state_of("T7", "KX02", book([both], day("06-15"), settings)) == ("按期完成", 2, 2)
    assert state_of("T7", "KX02", book([after], day("06-15"), settings)) == ("逾期完成", 2, 2)


def test_evidence_before_the_stage_or_after_the_day_shows_nothing() -> None:
    settings = settings_for()
    early = returned("KX02", {"activities": [row("activities", held_on=day("05-11"))]}, day("05-12"), settings)
    assert state_of("T1", "KX02", book([early], day("05-13"), settings))[0] == "逾期未办"
    held = returned("KX02", {"activities": [row("activities", held_on=day("05-12"))]}, day("05-20"), settings)
    assert state_of("T1", "KX02", book([held], day("05-12"), settings))[0] == "按期完成"
    assert state_of("T1", "KX02", book([held], day("05-11"), settings))[0] == "未开始"


SYSU = [
    ("S1", "ZD03", {"measures": [row("measures", reviewer_role="党支部委员会", member_role="其他党员")]}),
    ("S2", "ZD02", {"ledger": [row("ledger", category="科研水平")]}),
    ("S3", "ZD03", {"measures": [row("measures", reviewer_role="党支部委员会", member_role="其他党员")]}),
    ("S4", "ZD00", {"ledger": [row("ledger", category="科研水平")]}),
    (
        "S5",
        "ZD01",
        {
            "publications": [row("publications", published="整改情况")],
            "activities": [row("activities", activity="专题民主生活会")],
        },
    ),
    (
        "S5",
        "ZD03",
        {
            "publications": [row("publications", published="整改情况")],
            "activities": [row("activities", activity="专题组织生活会")],
        },
    ),
    ("S6", "ZD01", {"institutions": [row("institutions")]}),
    ("S7", "ZD02", {"survey": [row("survey")], "publications": [row("publications", published="测评结果")]}),
    ("S8", "ZD00", {"activities": [row("activities", activity="领导小组会议")]}),
    ("S8", "ZD03", {"activities": [row("activities", activity="支部会议")]}),
    ("S9", "ZD01", {"activities": [row("activities", activity="总结会议")]}),
    (
        "S10",
        "ZD02",
        {
            "filings": [
                row("filings", document="整改工作方案", authority="校先进性教育办公室"),
                row("filings", document="总结报告", authority="校先进性教育办公室"),
            ]
        },
    ),
]


@pytest.mark.parametrize(("task", "unit", "forms"), SYSU)
def test_steps_of_sysu(task: str, unit: str, forms: dict[str, list[dict[str, Any]]]) -> None:
    undated = settings_for("sysu")
    after = date(2005, 6, 15)
    held = returned(unit, forms, day("05-26"), undated)
    assert state_of(task, unit, book([], after, undated))[0] == "未定"
    assert state_of(task, unit, book([held], after, undated))[0] == "按期完成"
    # one piece of the evidence missing: still undated, and only the count says so
    name = next(iter(forms))
    fewer = {n: rows[1:] if n == name else rows for n, rows in forms.items()}
    part = [returned(unit, fewer, day("05-26"), undated)] if any(fewer.values()) else []
    assert state_of(task, unit, book(part, after, undated))[0] == "未定"
    # once the office dates the steps they are judged: in time, late, missing
    for end, state in ((day("05-26"), "按期完成"), (day("05-11"), "逾期完成")):
        tasks = tuple(
            type(t)(**{**{f: getattr(t, f) for f in t.__slots__}, "start": day("05-09"), "end": end})
            for t in undated.tasks
        )
        dated = settings_for("sysu", tasks=tasks)
        assert state_of(task, unit, book([held], after, dated))[0] == state
        assert state_of(task, unit, book([], after, dated))[0] == "逾期未办"


def test_measures_that_nobody_approved_are_no_step_of_sysu() -> None:
    settings = settings_for("sysu")
    waiting = row(
        "measures", reviewer_role="党支部委员会", review_result="待审核", reviewed_on=None,
        status="未启动", progress=None,
    )
    held = returned("ZD03", {"measures": [waiting]}, day("05-26"), settings)
    made = book([held], day("06-15"), settings)
    assert state_of("S1", "ZD03", made)[0] == "按期完成"
    assert state_of("S3", "ZD03", made)[0] == "未定"
