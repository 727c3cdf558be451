"""The tables that follow items and tasks: progress by unit, what is late or due soon, the schedule."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from itertools import chain
from typing import Any

from rectify_xl.days.workdays import calendar_for
from rectify_xl.facts import catalog
from rectify_xl.facts.in_force import kept_by_book
from rectify_xl.little_memory.columnar import ColumnRows, picked
from rectify_xl.little_memory.laid_aside import keep, rearranged
from rectify_xl.merging.deadlines import Day
from rectify_xl.model import Book, Form, Item, Table, Task, TaskState, Unit
from rectify_xl.progress.items import ITEMS, item_summary
from rectify_xl.progress.units import (
    CountedUnits,
    band_columns,
    counted_units,
    items_of,
    share,
    subject_of,
    sum_counts,
    words,
)

COMPLETED = ("done", "done_late")
PRESSING = ("late", "due_soon")
_DAYS = date.max.toordinal() + 1
ITEM_COLUMNS = ("items", "done", "done_late", "late", "due_soon", "not_due", "no_term")


# ---- by unit


def unit_progress(book: Book) -> Table:
    """One row a unit, the last the total.

    Columns: unit_code, unit_name, kind; one a task of the schedule (its state, with 1/2 where part of the evidence
    is there; in the total units done/units asked); items and their counts by state; completion, a fraction of one.
    """
    units, counts = counts_by_unit(book)
    tasks = book.settings.tasks
    states = {(state.unit_code, state.task): state for state in book.tasks}
    rows = [
        (unit.code, unit.name, unit.kind, *_task_cells(unit, tasks, states),
         *item_cells(counts.get(unit.code, Counter())))
        for unit in units.listed(counts)
    ]  # fmt: skip
    if rows:
        by_task = states_by_task(book)
        ratios = (_ratio(by_task.get(task.id, Counter())) for task in tasks)
        rows.append(("", words()["total"], "", *ratios, *item_cells(sum_counts(counts.values()))))
    task_columns = band_columns("tasks", task_headings(tasks))
    return Table(("unit_code", "unit_name", "kind", *task_columns, *ITEM_COLUMNS, "completion"), rows)


@kept_by_book
def counts_by_unit(book: Book) -> tuple[CountedUnits, dict[str, Counter[str]]]:
    """The units, and the items of each unit by the name of their state."""
    dues, places = book.dues.get(ITEMS, ()), item_summary(book).places
    counts = {code: Counter(dues[place].state for place in unit_places) for code, unit_places in places.items()}
    return counted_units(book), counts


def item_cells(counts: Mapping[str, int]) -> tuple[Any, ...]:
    """How many items there are (ITEM_COLUMNS), and the share of them that is done."""
    names, total = catalog.states("item"), sum(counts.values())
    done = sum(counts.get(names[name], 0) for name in COMPLETED)
    return (total, *(counts.get(names[name], 0) for name in ITEM_COLUMNS[1:]), share(done, total))


def task_headings(tasks: tuple[Task, ...]) -> list[str]:
    """The tasks' column headings: T1 and its item."""
    return [words()["task_heading"].format(id=task.id, item=task.item) for task in tasks]


def _task_cells(unit: Unit, tasks: tuple[Task, ...], states: Mapping[tuple[str, str], TaskState]) -> Iterator[str]:
    for task in tasks:
        state = states.get((unit.code, task.id))
        yield task_cell(state) if state else ""


def task_cell(state: TaskState) -> str:
    """The state's name, followed by 1/2 where part of the evidence is there."""
    if not 0 < state.shown < state.asked:
        return state.state
    part: str = words()["part"].format(state=state.state, shown=state.shown, asked=state.asked)
    return part


@kept_by_book
def states_by_task(book: Book) -> dict[str, Counter[str]]:
    """How many units are in each state of a task, by the task's number; stopped units are not counted."""
    asked, counts = {unit.code for unit in counted_units(book).asked}, dict[str, Counter[str]]()
    for state in book.tasks:
        if state.unit_code in asked:
            counts.setdefault(state.task, Counter())[state.state] += 1
    return counts


def _ratio(counts: Mapping[str, int]) -> str:
    done, asked = _done_and_asked(counts)
    return words()["ratio"].format(done=done, asked=asked) if asked else ""


def _done_and_asked(counts: Mapping[str, int]) -> tuple[int, int]:
    names = catalog.states("task")
    done = sum(counts.get(names[name], 0) for name in COMPLETED)
    return done, sum(counts.values()) - counts.get(names["not_asked"], 0)


# ---- late, and due soon


def deadline_warnings(book: Book) -> Table:
    """One row an item (of every form with a deadline) or a unit's task that is late or due soon, the latest first.

    Columns: state, unit_code, unit_name, matter (the form's title, or that it is a task), number, text, person
    (who answers for it), due_on, workdays_left (negative: working days late).
    """
    units = counted_units(book)
    ranks = array("q")

    def ranked() -> Iterator[tuple[Any, ...]]:
        for row in chain(_all_pressing_items(book, units), _pressing_tasks(book, units)):
            ranks.append((row[-1] or 0) * _DAYS + (row[-2] or book.as_of).toordinal())
            yield row

    rows = keep(ranked(), sum(map(len, book.dues.values())))
    in_order = rearranged(rows, array("L", sorted(range(len(rows)), key=ranks.__getitem__)))
    columns = ("state", "unit_code", "unit_name", "matter", "number", "text", "person", "due_on", "workdays_left")
    by_column = ColumnRows(range(len(rows)), lambda places: list(zip(*picked(in_order, places), strict=True)))
    return Table(columns, by_column)


def _all_pressing_items(book: Book, units: CountedUnits) -> Iterator[tuple[Any, ...]]:
    names = frozenset(catalog.states("item")[name] for name in PRESSING)
    for form in catalog.forms().values():
        if form.deadline and not form.restricted:
            yield from _pressing_items(book, units, form, names)


def _pressing_items(book: Book, units: CountedUnits, form: Form, names: frozenset[str]) -> Iterator[tuple[Any, ...]]:
    about, person, number = subject_of(form), person_of(form), number_of(form)
    text = form.positions[form.key[-1]]
    for item, due in zip(items_of(book, form.name), book.dues.get(form.name, ()), strict=False):
        if due.state in names:
            code = units.code_of(about(item))
            unit = units.unit(code)
            yield (due.state, code, unit.name, form.title, number(item), item.values[text],
                   person(item) or unit.first_responsible, due.day, due.workdays_left)  # fmt: skip


def person_of(form: Form) -> Callable[[Item], str]:
    """A function item -> who answers for it, "" where the form names nobody."""
    usual = next((column.name for column in form.columns if column.kind == "people"), "")
    name = words()["person"].get(form.name, usual)
    return (lambda item: item.values[form.positions[name]] or "") if name else (lambda item: "")


def number_of(form: Form) -> Callable[[Item], str]:
    """A function item -> its own number, or that of the item it is about, or ""."""
    place = next((form.positions[c.name] for c in form.columns if c.kind == "id" and c.name == "item_id"), None)
    if place is None:
        return lambda item: item.number
    return lambda item: item.number or item.values[place] or ""


def _pressing_tasks(book: Book, units: CountedUnits) -> Iterator[tuple[Any, ...]]:
    names = {catalog.states("task")[name] for name in PRESSING}
    tasks = {task.id: task for task in book.settings.tasks}
    asked = {unit.code: unit for unit in units.asked}
    for state in book.tasks:
        if state.state in names and state.unit_code in asked and state.task in tasks:
            task, unit = tasks[state.task], asked[state.unit_code]
            text = words()["task_text"].format(item=task.item, time=task.time) if task.time else task.item
            yield (task_cell(state), unit.code, unit.name, words()["task_matter"], task.id, text,
                   unit.first_responsible, task.end, state.workdays_left)  # fmt: skip


# ---- the schedule


def schedule(book: Book) -> Table:
    """One row a task in the settings' order.

    Columns: id, time, item, content, start, end, workdays_left (negative: working days past the end), asked (units),
    one a state with its number of units, done_rate (units done of units asked, a fraction of one).
    """
    names = {name: text for name, text in catalog.states("task").items() if name != "not_asked"}
    calendar, counts = calendar_for(dict(book.settings.holidays)), states_by_task(book)
    day = Day(as_of=book.as_of, calendar=calendar, early_warning=book.settings.early_warning)
    rows = []
    for task in book.settings.tasks:
        counted = counts.get(task.id, Counter())
        done, asked = _done_and_asked(counted)
        left = day.workdays_left(task.end) if task.end else None
        by_state = (counted[text] for text in names.values())
        cells = (task.id, task.time, task.item, task.content, task.start, task.end, left)
        rows.append((*cells, asked, *by_state, share(done, asked)))
    columns = ("id", "time", "item", "content", "start", "end", "workdays_left", "asked")
    return Table((*columns, *band_columns("states", names.values()), "done_rate"), rows)
