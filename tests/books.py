"""Made-up books for the tests of all writers: a small one with everything in it, and big ones of any size."""
# ruff: noqa: E501 (tables of Chinese text, where a character counts twice)

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from book_rows import PROBLEM, TASKS, UNITS, ledger_rows, other_rows

from rectify_xl.facts import catalog
from rectify_xl.model import (
    Book,
    Due,
    Filing,
    Finding,
    Form,
    FormRows,
    Item,
    Pending,
    Return,
    Row,
    Settings,
    State,
    TaskState,
    Unit,
)
from rectify_xl.rules import expression, expression_python

AS_OF = date(2005, 5, 25)


def small_settings() -> Settings:
    """Settings of five units (one of them the office), six tasks, the lists and rules of an organisation."""
    profile = catalog.read_toml("profiles/gdsta.toml")
    lists = {**catalog.base_lists(), **{name: tuple(options) for name, options in profile["lists"].items()}}
    return Settings(
        campaign="示例科协先进性教育活动整改提高阶段",
        organisation="示例科协",
        stage_start=date(2005, 5, 12),
        stage_end=date(2005, 5, 31),
        followup_end=date(2005, 8, 31),
        followup_months=3,
        units=UNITS,
        tasks=TASKS,
        reviewers=(("其他党员", "党支部书记"), ("党支部书记", "上级党组织")),
        filings=(Filing(unit_kind="党支部", document="整改方案", authority="省科协先进性教育活动办公室"),),
        lists=lists,
    )


# ---- items, dues


def values_of(form: Form, row: Mapping[str, Any]) -> tuple[Any, ...]:
    """The row's values in the form's column order; an unknown name is a mistake of the test."""
    assert set(row) <= set(form.positions), set(row) - set(form.positions)
    return tuple(row.get(column.name) for column in form.columns)


def item_for(form: Form, unit: Unit, place: int, row: Mapping[str, Any], **more: Any) -> Item:
    """The `place`-th item of a unit, told by its first return, and once more a week later."""
    number = f"{unit.code}-{form.id_letter}{place:03d}" if form.id_letter else ""
    values = values_of(form, {**row, **({"item_id": number} if number else {})})
    first, filled_on, file = date(2005, 5, 17), date(2005, 5, 24), f"{unit.name}/{form.template}"
    state = State(
        file=file, digest=hash_of(file), sheet=form.title, row=place + 3,
        filled_on=filled_on, saved="2005-05-24T09:30:00", values=values,
    )  # fmt: skip
    earlier = state._replace(filled_on=first, saved="2005-05-17T16:00:00", digest=hash_of(file + "1"))
    started = first if row.get("status", "") not in ("", "未启动") else None
    done_seen = filled_on if row.get("status") == "已完成" else None
    return Item(
        form=form.name, unit_code=unit.code, unit_name=unit.name, number=number, values=values, states=(earlier, state),
        first_on=first, started_on=started, done_seen_on=done_seen, **more,
    )  # fmt: skip


def hash_of(text: str) -> str:
    """The digest of a file that is nowhere: that of its name."""
    return sha256(text.encode()).hexdigest()


def due_of(form: Form, item: Item, as_of: date) -> Due:
    """到期状态 with plain Monday-to-Friday working days: near enough for looking at a page."""
    assert form.deadline is not None
    deadline, names = form.deadline, catalog.states("item")
    value = dict(zip(form.positions, item.values, strict=True))
    agreed = item.office.get("extended_to")
    day = max(filter(None, [value[deadline.due], agreed]), default=None)
    if deadline.standing and _is(form, deadline.standing, item):
        return Due(names["no_term"], None, None)
    if _is(form, deadline.done, item):
        done_on = value.get(deadline.done_on)
        in_time = day is None or done_on is None or done_on <= day
        return Due(names["done" if in_time else "done_late"], day, None)
    if day is None:
        return Due(names["no_term"], None, None)
    left = _weekdays(as_of, day)
    name = "late" if as_of > day else "due_soon" if left <= 3 else "not_due"
    return Due(names[name], day, left)


def _is(form: Form, node: expression.Node, item: Item) -> bool:
    return bool(expression_python.compile_test(node, form.positions, frozenset(), {})(item.values, (None,) * 4))


def _weekdays(after: date, until: date) -> int:
    if after > until:
        return -max(1, _weekdays(until, after))
    return sum((after + timedelta(days=n)).weekday() < 5 for n in range(1, (until - after).days + 1))


def dues_of(items: Mapping[str, Iterable[Item]], as_of: date) -> dict[str, tuple[Due, ...]]:
    """The dues side by side with the items, for forms with a deadline."""
    forms = catalog.forms()
    return {
        name: tuple(due_of(forms[name], item, as_of) for item in held)
        for name, held in items.items()
        if forms[name].deadline
    }


# ---- the small book


def _items() -> dict[str, tuple[Item, ...]]:
    forms, office = catalog.forms(), {
        "KX02-T001": {"supervision": "请加快改版，按周报送进度", "supervised_on": date(2005, 5, 20)},
        "KX00-T001": {"extended_to": date(2005, 6, 10)},
        "KX01-T001": {"closed": "是"},
    }  # fmt: skip
    by_form: dict[str, list[Item]] = {name: [] for name in forms}
    for name, rows in {"ledger": ledger_rows(), **other_rows()}.items():
        for unit in UNITS:
            for place, row in enumerate(rows.get(unit.code, ()), 1):
                item = item_for(forms[name], unit, place, {**PROBLEM, **row} if name == "ledger" else row)
                by_form[name].append(replace(item, office=office.get(item.number, {})))
    return {name: tuple(held) for name, held in by_form.items() if held}


def _findings(file: str) -> tuple[Finding, ...]:
    place = {"file": file, "sheet": "整改台帐", "form": "ledger"}
    return (
        Finding(level="error", code="date", cell="V7", row=7, column="completed", label="完成日期", value="2005.5.32", **place),
        Finding(level="error", code="required", cell="J7", row=7, column="goal", label="整改目标", **place),
        Finding(level="error", code="choice", cell="S8", row=8, column="status", label="整改状态", value="快好了",
                params=(("options", "未启动、整改中、已完成、长期坚持"),), **place),
        Finding(level="warning", code="workday", cell="R5", row=5, column="due", label="完成时限", value="2005-05-28", rule=17,
                params=(("day", date(2005, 5, 28)),), **place),
        Finding(level="fixed", code="fixed-header", cell="P4", row=4, column="department", label="责任部门", value="责任单位",
                params=(("case", "alias"),), **place),
    )  # fmt: skip


def counts(form: str, *, good: int, bad: int = 0) -> tuple[FormRows, ...]:
    """What a book keeps of a return's rows: where they stand."""
    title = catalog.forms()[form].title
    stood = [Row(title, row, ()) for row in range(4, 4 + good + bad)]
    return (FormRows(form=form, good=tuple(stood[:good]), bad=tuple(stood[good:])),)


def _returns() -> tuple[Return, ...]:
    def back(file: str, unit: Unit | None = None, **more: Any) -> Return:
        told = {"unit_code": unit.code, "unit_name": unit.name, "filled_on": date(2005, 5, 24)} if unit else {}
        usual = {"digest": hash_of(file), "suffix": ".xlsx", "size": 21000, "saved": "2005-05-24T09:30:00"}
        return Return(**{"file": file, **usual, **told, **more})

    returned, refused, held = "示例后勤支部/整改方案及台帐(1).xlsx", "收到的附件.xlsx", "示例党组/下月.xlsx"
    return (
        back("示例党组/整改方案及台帐.xlsx", UNITS[0], forms=counts("ledger", good=2)),
        back("示例机关党委/整改方案及台帐.xlsx", UNITS[1], forms=counts("ledger", good=3)),
        back("示例学会支部/整改方案及台帐.xlsx", UNITS[2], forms=counts("ledger", good=3)),
        back(returned, UNITS[3], verdict="returned", findings=_findings(returned), forms=counts("ledger", good=0, bad=2)),
        back(refused, verdict="refused", saved="", findings=(Finding(level="error", code="damaged", file=refused),)),
        back("示例学会支部/副本.xlsx", UNITS[2], verdict="repeated",
             findings=(Finding(level="warning", code="repeated", file="示例学会支部/副本.xlsx", params=(("other", "示例学会支部/整改方案及台帐.xlsx"),)),)),
        back(held, UNITS[0], verdict="held", filled_on=date(2005, 6, 3),
             findings=(Finding(level="warning", code="future", file=held, value="2005-06-03",
                               params=(("filled_on", date(2005, 6, 3)), ("as_of", AS_OF))),)),
    )  # fmt: skip


def _pending(findings: tuple[Finding, ...], file: str) -> tuple[Pending, ...]:
    form, unit = catalog.forms()["ledger"], UNITS[3]
    typed = {
        7: {"problem": "食堂卫生管理不到位", "measure": "加强检查", "status": "已完成", "completed": "2005.5.32", "owner": "示例丁"},
        8: {"problem": "车辆管理制度执行不严", "goal": "杜绝公车私用", "measure": "公布举报电话", "status": "快好了", "due": "2005-5-27"},
    }
    return tuple(
        Pending(
            unit_code=unit.code, unit_name=unit.name, form="ledger", file=file, digest=hash_of(file), filled_on=date(2005, 5, 24),
            row=Row("整改台帐", row, values_of(form, {"problem": shown["problem"]}), tuple(shown.get(c.name, "") for c in form.columns)),
            findings=tuple(f for f in findings if f.row == row and f.level == "error"),
        )
        for row, shown in typed.items()
    )  # fmt: skip


def _task_states() -> tuple[TaskState, ...]:
    by_unit = {  # unit -> (state, shown, asked, shown_on, working days left) of T1 T4 T6 T8 T9 T10
        "KX00": [("done", 1, 1, 12, None), ("done", 1, 1, 17, None), ("not_asked", 0, 0, None, None),
                 ("in_progress", 0, 1, None, 4), ("not_begun", 0, 1, None, 4), ("not_asked", 0, 0, None, None)],
        "KX01": [("late", 0, 1, None, -9), ("done", 1, 1, 17, None), ("not_asked", 0, 0, None, None),
                 ("in_progress", 0, 1, None, 4), ("not_begun", 0, 1, None, 4), ("undated", 0, 1, None, None)],
        "KX02": [("done_late", 1, 1, 16, None), ("done", 2, 2, 17, None), ("done", 1, 1, 24, None),
                 ("not_asked", 0, 0, None, None), ("done", 1, 1, 24, None), ("not_asked", 0, 0, None, None)],
        "KX03": [("late", 0, 1, None, -9), ("late", 1, 2, 17, -3), ("due_soon", 0, 1, None, 2),
                 ("not_asked", 0, 0, None, None), ("not_begun", 0, 1, None, 4), ("not_asked", 0, 0, None, None)],
        "KX90": [("not_asked", 0, 0, None, None)] * 6,
    }  # fmt: skip
    names, unit_names = catalog.states("task"), {unit.code: unit.name for unit in UNITS}
    return tuple(
        TaskState(task.id, code, unit_names[code], names[state], shown, asked, day and date(2005, 5, day), left)
        for code, told in by_unit.items()
        for task, (state, shown, asked, day, left) in zip(TASKS, told, strict=True)
    )


def small_book(as_of: date = AS_OF) -> Book:
    """Five units, items of every form without secrets, every verdict, task state and item state, two pending rows."""
    items, returns = _items(), _returns()
    returned = next(r for r in returns if r.verdict == "returned")
    gone = Finding(
        level="warning", code="missing-row", file=returns[0].file, sheet="整改台帐", form="ledger", value="KX00-T002",
        column="item_id", label="编号", params=(("number", "KX00-T002"), ("other", "科技工作者之家建设经费不足")),
    )  # fmt: skip
    return Book(
        as_of=as_of,
        settings=small_settings(),
        returns=returns,
        items=items,
        dues=dues_of(items, as_of),
        pending=_pending(returned.findings, returned.file),
        tasks=_task_states(),
        findings=(*(finding for r in returns for finding in r.findings), gone),
        restricted={("guidance", "KX02"): 2},
    )


# ---- big books


def big_book(units: int, rows: int, as_of: date = AS_OF) -> Book:
    """`rows` rows of the ledger form in all, spread over `units` made-up branches, each with one return."""
    made = tuple(
        Unit(code=f"KX{n:04d}", name=f"示例第{n}支部", kind="党支部", first_responsible="示例甲", leader="示例乙", members=20)
        for n in range(1, units + 1)
    )
    form, patterns = catalog.forms()["ledger"], [r for held in ledger_rows().values() for r in held]
    items = tuple(
        item_for(form, unit, place, {**PROBLEM, **patterns[(at + place) % len(patterns)]})
        for at, unit in enumerate(made)
        for place in range(1, rows // units + (at < rows % units) + 1)
    )
    returns = tuple(
        Return(file=f"{u.name}/{form.template}", digest=hash_of(f"{u.name}/{form.template}"), suffix=".xlsx", size=20000, unit_code=u.code,
               unit_name=u.name, filled_on=date(2005, 5, 24), saved="2005-05-24T09:30:00",
               forms=counts("ledger", good=rows // units + (at < rows % units)))
        for at, u in enumerate(made)
    )  # fmt: skip
    names = catalog.states("task")
    tasks = tuple(
        TaskState(task.id, u.code, u.name, names["done" if n % 3 else "late"], n % 3, 2, date(2005, 5, 17), None)
        for n, u in enumerate(made)
        for task in TASKS
    )
    settings = replace(small_settings(), units=made)
    return Book(
        as_of=as_of, settings=settings, returns=returns, items={"ledger": items}, dues=dues_of({"ledger": items}, as_of), tasks=tasks
    )
