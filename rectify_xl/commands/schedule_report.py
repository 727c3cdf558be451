"""The object that `schedule --json` prints: every task with its window and how many units stand in each state."""

from __future__ import annotations

from collections import Counter
from typing import Any

from rectify_xl.days.workdays import calendar_for
from rectify_xl.facts import catalog
from rectify_xl.merging.deadlines import Day
from rectify_xl.model import Book
from rectify_xl.progress.tasks import states_by_task


def schedule_json(book: Book) -> dict[str, Any]:
    """{"as_of", "tasks": [{"id", "item", "time", "start", "end", "workdays_left", "units": {state: n}}]}.

    Days are written 2005-05-25, None where a side is open; `workdays_left` is negative past the end, None without
    one; `units` names every state by its Chinese name, in the order of reports.
    """
    calendar = calendar_for(dict(book.settings.holidays))
    day = Day(as_of=book.as_of, calendar=calendar, early_warning=book.settings.early_warning)
    counts = states_by_task(book)
    tasks = [
        {
            "id": task.id,
            "item": task.item,
            "time": task.time,
            "start": task.start.isoformat() if task.start else None,
            "end": task.end.isoformat() if task.end else None,
            "workdays_left": day.workdays_left(task.end) if task.end else None,
            "units": {name: counts.get(task.id, Counter())[name] for name in catalog.states("task").values()},
        }
        for task in book.settings.tasks
    ]
    return {"as_of": book.as_of.isoformat(), "tasks": tasks}
