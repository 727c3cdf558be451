"""Books made to measure for the tests of the status tables: a few rows of a few units, judged on one day."""
# ruff: noqa: E501 (tables of Chinese text, where a character counts twice)

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from book_rows import PROBLEM
from books import AS_OF, item_for, small_settings

from rectify_xl.days.workdays import calendar_for
from rectify_xl.facts import catalog
from rectify_xl.merging.deadlines import Day, dues_and_tasks
from rectify_xl.model import Book, Evidence, Item, Settings, Table, Task, Unit
from rectify_xl.office.roster import roster_for

UNITS = (
    Unit(code="A", name="甲支部", kind="党支部", first_responsible="示例甲"),
    Unit(code="B", name="乙支部", kind="党支部", first_responsible="示例乙"),
    Unit(code="C", name="丙党委", kind="党委", first_responsible="示例丙"),
    Unit(code="O", name="办公室", kind="办公室"),
)
BASE: Mapping[str, Mapping[str, Any]] = {
    "ledger": {**PROBLEM, "problem": "办事效率不高", "due": date(2005, 5, 31)},
    "measures": {"member": "示例戊", "problem": "学习不够", "measure": "每周自学半天", "member_role": "其他党员",
                 "reviewer_role": "党支部书记", "reviewer": "示例丙", "review_result": "审核通过", "status": "整改中",
                 "due": date(2005, 5, 31)},
    "institutions": {"name": "首问负责制", "action": "新建", "mechanism": "工作责任机制", "status": "起草中",
                     "due": date(2005, 5, 31)},
    "publications": {"published": "整改方案", "published_on": date(2005, 5, 23), "form": "公示栏", "audience": "全体职工",
                     "asked": 60, "satisfied": 30, "fairly_satisfied": 0, "dissatisfied": 0, "revised": "否"},
    "filings": {"document": "整改方案", "filed_on": date(2005, 5, 20), "authority": "省委先进办", "copies": 1},
    "survey": {"participant": "本单位党员", "method": "书面测评", "surveyed_on": date(2005, 5, 24), "satisfied": 0,
               "fairly_satisfied": 0, "dissatisfied": 0, "abstained": 0},
    "branches": {"name": "三班", "kind": "本科生", "senior_class": "是", "full_members": 3, "has_branch": "否"},
    "supervision": {"inspected_on": date(2005, 5, 20), "unit_code": "A", "finding": "进度偏慢", "result": "限期再改",
                    "respond_by": date(2005, 5, 24)},
    "activities": {"activity": "党员大会", "subject": "动员", "held_on": date(2005, 5, 12)},
}  # fmt: skip
Rows = Mapping[str, Sequence[tuple[str, Mapping[str, Any]]]]


def settings_of(units: Iterable[Unit] = UNITS, **more: Any) -> Settings:
    """The small settings with other units and no tasks or filing rules unless they are given."""
    return replace(small_settings(), **{"tasks": (), "filings": (), **more, "units": tuple(units)})


def book_of(rows: Rows, settings: Settings | None = None, as_of: date = AS_OF, **more: Any) -> Book:
    """A book of rows by form, each with its unit's code and what differs from BASE, judged by the real calendar.

    A row's `filled_on` is no column: it is the day of the return that told it last.
    """
    settings = settings or settings_of()
    items = {form: tuple(_items(form, told)) for form, told in rows.items()}
    day = Day(as_of=as_of, calendar=calendar_for({}), early_warning=3)
    dues, tasks = dues_and_tasks(items, settings, roster_for(settings), day)
    return Book(
        as_of=as_of,
        settings=settings,
        items=items,
        dues=dues,
        tasks=tasks,
        **more,
    )


def _items(form: str, told: Iterable[tuple[str, Mapping[str, Any]]]) -> Iterable[Item]:
    names = {unit.code: unit for unit in UNITS}
    for place, (code, row) in enumerate(told, 1):
        row = {**BASE[form], **row}
        filled_on = row.pop("filled_on", date(2005, 5, 24))
        unit = names.get(code, Unit(code=code, name=f"{code}单位"))
        made = item_for(catalog.forms()[form], unit, place, row)
        last = made.latest._replace(filled_on=filled_on, digest=f"{code}{filled_on}")
        yield replace(made, states=(made.states[0], last))


def task(number: str, form: str, kinds: tuple[str, ...] = ("党支部", "党委"), **more: Any) -> Task:
    """A task that good rows of one form show done."""
    evidence = (Evidence(form=form, kinds=kinds),)
    return Task(id=number, item=f"任务{number}", **{"evidence": evidence, **more})


def pick(table: Table, *names: str) -> list[tuple[Any, ...]]:
    """Some columns of a table, row by row."""
    places = [table.columns.index(name) for name in names]
    return [tuple(row[place] for place in places) for row in table.rows]
