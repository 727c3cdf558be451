"""Where items and tasks stand on a day: 到期状态, the states of tasks by unit, working days left."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, partial

from rectify_xl.days.workdays import WorkCalendar
from rectify_xl.facts import catalog
from rectify_xl.facts.in_force import kept_by_forms
from rectify_xl.facts.terms import condition_words
from rectify_xl.model import Deadline, Due, Evidence, Form, Item, Settings, Task, TaskState, Unit
from rectify_xl.normal import plain
from rectify_xl.office.roster import Roster
from rectify_xl.rules.expression import Node
from rectify_xl.rules.expression_python import Test, compile_test
from rectify_xl.rules.expression_text import parse_condition

# The office's own columns that count: the day it agreed to, and that it closed an item for good.
EXTENDED_TO, CLOSED = "extended_to", "closed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Day:
    """The day of judgement with the calendar and the early warning (working days) it is judged by."""

    as_of: date
    calendar: WorkCalendar
    early_warning: int

    def workdays_left(self, until: date) -> int:
        """Working days in (day, until]; 0 on the day itself, negative when late (at least -1)."""
        if self.as_of > until:
            return -max(1, self.calendar.workdays_between(until, self.as_of))
        return self.calendar.workdays_between(self.as_of, until)


# ---- items


def form_test(form: Form, node: Node) -> Test:
    """A function (row values, ()) -> bool for an expression over a form's columns; made once."""
    return _form_test(form.name, node)


@kept_by_forms()
def _form_test(form: str, node: Node) -> Test:
    return compile_test(node, catalog.forms()[form].positions, frozenset(), {"plain": plain})


def _due_function(form: Form, day: Day) -> Callable[[Item], Due] | None:
    """A function item -> 到期状态 for the items of a form, None where it has no deadline."""
    deadline = form.deadline
    if deadline is None:
        return None
    is_standing = form_test(form, deadline.standing) if deadline.standing else None
    is_done = form_test(form, deadline.done)
    names = catalog.states("item")
    # Many items are owed by the same day: of each state and day there is one Due in memory.
    open_due, closed_due = cache(partial(_open_due, day)), cache(lambda name, owed: Due(names[name], owed, None))

    def due_of(item: Item) -> Due:
        owed = owed_day(item, form)
        if is_standing and is_standing(item.values, ()):
            return closed_due("no_term", owed)
        return closed_due(_done_name(item, form, owed), owed) if is_done(item.values, ()) else open_due(owed)

    return due_of


def _done_name(item: Item, form: Form, owed: date | None) -> str:
    """The name of the state of an item that was done."""
    done_on = _done_day(item, form)
    return "done" if owed is None or done_on is None or done_on <= owed else "done_late"


def _open_due(day: Day, owed: date | None) -> Due:
    """The state of an open item."""
    names = catalog.states("item")
    if owed is None:
        return Due(names["no_term"], None, None)
    left = day.workdays_left(owed)
    if day.as_of > owed:
        return Due(names["late"], owed, left)
    return Due(names["due_soon" if left <= day.early_warning else "not_due"], owed, left)


def owed_day(item: Item, form: Form) -> date | None:
    """The day D an item is owed by: the office's extension if it is later than the agreed deadline, else that."""
    assert form.deadline is not None
    agreed: date | None = item.values[form.positions[form.deadline.due]]
    extended: date | None = item.office.get(EXTENDED_TO)
    return extended if agreed and extended and extended > agreed else agreed


def _done_day(item: Item, form: Form) -> date | None:
    """The day an item was done: its own date, else the 填报日期 that first showed it done."""
    deadline: Deadline | None = form.deadline
    own_day = item.values[form.positions[deadline.done_on]] if deadline and deadline.done_on else None
    return own_day or item.done_seen_on


# ---- items and tasks


def dues_and_tasks(
    items: Mapping[str, Sequence[Item]], settings: Settings, roster: Roster, day: Day
) -> tuple[dict[str, tuple[Due, ...]], tuple[TaskState, ...]]:
    """到期状态 of every item of the forms with a deadline, side by side with `items`; and where every task stands for
    every active unit, tasks in the schedule's order, units in the roster's.

    In one walk: items that lie in a temporary file are slow to read.
    """
    shown, dues = _EvidenceDays(settings, day), {}
    for name, of_form in items.items():
        form = catalog.forms()[name]
        due_of, collectors = _due_function(form, day), shown.collectors(form)
        if due_of is None and not collectors:
            continue
        dues_of_form = []
        for item in of_form:
            if due_of is not None:
                dues_of_form.append(due_of(item))
            for collect in collectors:
                collect(item)
        if due_of is not None:
            dues[name] = tuple(dues_of_form)
    units = units_that_report(roster, day.as_of)
    return dues, tuple(_task_state(task, unit, shown, day) for task in settings.tasks for unit in units)


def units_that_report(roster: Roster, day: date) -> list[Unit]:
    """The units that owe something on a day, in the roster's order: the active ones but the office itself."""
    return [unit for unit in roster.active(day) if unit.kind != catalog.reading().office_kind]


class _EvidenceDays:
    """The first day that shows each piece of evidence, by evidence and unit, among the items collected."""

    def __init__(self, settings: Settings, day: Day) -> None:
        self._settings, self._since, self._until = settings, settings.stage_start, day.as_of
        self._days: dict[Evidence, dict[str, date]] = {e: {} for task in settings.tasks for e in task.evidence}

    def collectors(self, form: Form) -> list[Callable[[Item], None]]:
        """A function for each piece of evidence of a form, which takes in what an item shows of it."""
        return [
            self._collector(form, evidence, first)
            for evidence, first in self._days.items()
            if evidence.form == form.name
        ]

    def _collector(self, form: Form, evidence: Evidence, first: dict[str, date]) -> Callable[[Item], None]:
        tree = _where(form, evidence.where, self._settings)
        test = form_test(form, tree) if tree else None

        def collect(item: Item) -> None:
            if not form.evidence_on and item.unit_code in first and first[item.unit_code] <= _known_from(item):
                return  # no state of it can show an earlier day
            shown_on = self._shown_on(item, form, test, _known_since(item, form, tree))
            if shown_on and shown_on < first.get(item.unit_code, date.max):
                first[item.unit_code] = shown_on

        return collect

    def on(self, evidence: Evidence, unit: str) -> date | None:
        """The first day that shows the evidence for a unit, None if nothing does."""
        return self._days[evidence].get(unit)

    def _shown_on(self, item: Item, form: Form, test: Test | None, since: date | None) -> date | None:
        if test and not test(item.values, ()):
            return None
        if form.evidence_on:
            own: date | None = item.values[form.positions[form.evidence_on]]
            return own if own and self._counts(own) else None
        days = [s.filled_on for s in item.states if self._counts(s.filled_on) and (not test or test(s.values, ()))]
        if since and self._counts(since):
            days.append(since)
        return min(days, default=None)

    def _counts(self, day: date) -> bool:
        return day <= self._until and (self._since is None or day >= self._since)


def _known_from(item: Item) -> date:
    """The first day that anything is known of an item."""
    return min(item.first_on, item.started_on or item.first_on)


def _known_since(item: Item, form: Form, tree: Node | None) -> date | None:
    """The day that first showed the item, or first showed it begun, where that is what is asked.

    A lower office's ledger brings the latest state alone and these two days beside it.
    """
    if tree is None:
        return item.first_on
    return item.started_on if tree == form.started else None


def _where(form: Form, where: str, settings: Settings) -> Node | None:
    return parse_condition(where, condition_words(form, settings.lists)) if where else None


def is_asked(evidence: Evidence, unit: Unit) -> bool:
    """Whether a piece of evidence is asked of a unit: by its kind, and where codes are named by its code."""
    by_kind = not evidence.kinds or unit.kind in evidence.kinds
    return by_kind and (not evidence.units or unit.code in evidence.units)


def _task_state(task: Task, unit: Unit, shown: _EvidenceDays, day: Day) -> TaskState:
    asked = [e for e in task.evidence if is_asked(e, unit)]
    days = [d for d in (shown.on(e, unit.code) for e in asked) if d]
    shown_on = max(days, default=None)
    state, left = _state_of(task, len(asked), len(days), shown_on, day)
    return TaskState(
        task=task.id,
        unit_code=unit.code,
        unit_name=unit.name,
        state=catalog.states("task")[state],
        shown=len(days),
        asked=len(asked),
        shown_on=shown_on,
        workdays_left=left,
    )


def _state_of(task: Task, asked: int, shown: int, shown_on: date | None, day: Day) -> tuple[str, int | None]:
    """The state's code name, the first that fits, and the working days left."""
    if not asked:
        return "not_asked", None
    if shown == asked and shown_on:
        return ("done" if task.end is None or shown_on <= task.end else "done_late"), None
    if task.is_undated:
        return "undated", None
    left = day.workdays_left(task.end) if task.end else None
    if task.end and day.as_of > task.end:
        return "late", left
    if task.start and day.as_of < task.start:
        return "not_begun", left
    return ("due_soon" if left is not None and left <= day.early_warning else "in_progress"), left
