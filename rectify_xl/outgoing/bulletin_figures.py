"""The numbers of the bulletin, each counted once, and the table of what is due next."""

from __future__ import annotations

from collections import Counter
from typing import Any

from rectify_xl.facts import catalog
from rectify_xl.model import Book, Table
from rectify_xl.outgoing.matters import revisions_of
from rectify_xl.progress.items import ITEMS, item_summary
from rectify_xl.progress.period import COMPLETED, changes_between, counts_of
from rectify_xl.progress.surveys import latest_surveys, must_make_up, rate_of, votes_of
from rectify_xl.progress.tasks import states_by_task, task_headings
from rectify_xl.progress.units import CountedUnits, counted_units, reporting_codes, rows_by_sender, share, sum_counts
from rectify_xl.tables.ledger_table import files_to_correct


def figures_of(book: Book) -> dict[str, Any]:
    """Every number of the bulletin by name: counts, shares (fractions of one, None of nothing) and days.

    Items are rows of the ledger form; tasks are counted by unit. completion_before and the kinds of changes are
    against the last run of an earlier day (`previous` its day, None: there was none).
    """
    units = counted_units(book)
    return {**_reports(book, units), **_items(book), **_tasks(book), **_surveys(book), **_changes(book)}


def _reports(book: Book, units: CountedUnits) -> dict[str, Any]:
    asked, arrived = len(units.asked), len(reporting_codes(book, units) & {unit.code for unit in units.asked})
    counts = {"asked": asked, "reported": arrived, "not_reported": asked - arrived}
    revise = sum(1 for _ in revisions_of(book))
    waiting = {"pending": len(book.pending), "to_correct": files_to_correct(book), "to_revise": revise}
    return {"files": sum(return_.verdict != "ignored" for return_ in book.returns), **counts, **waiting}


def _items(book: Book) -> dict[str, Any]:
    names, counts = catalog.states("item"), Counter(due.state for due in book.dues.get(ITEMS, ()))
    by_state = {name: counts[text] for name, text in names.items()}
    total, done = sum(by_state.values()), by_state["done"] + by_state["done_late"]
    holders = len(rows_by_sender(book).get(ITEMS, ()))
    figures = {"items": total, "completed": done, "completion": share(done, total), "holders": holders}
    figures["upper"] = len(item_summary(book).asking_upper)
    return {**by_state, **figures, "warning": book.settings.early_warning}


def _tasks(book: Book) -> dict[str, Any]:
    names, counts = catalog.states("task"), sum_counts(states_by_task(book).values())
    asked = sum(counts.values()) - counts[names["not_asked"]]
    done = sum(counts[names[name]] for name in COMPLETED)
    return {"tasks": asked, "tasks_done": done, "tasks_rate": share(done, asked), "tasks_late": counts[names["late"]]}


def _surveys(book: Book) -> dict[str, Any]:
    surveys = latest_surveys(book)
    votes = votes_of([values for rows in surveys.values() for values in rows])
    return {
        "surveyed": len(surveys),
        "votes": sum(votes.values()),
        "rate": rate_of(votes),
        "make_up": sum(map(must_make_up, surveys.values())),
    }


def _changes(book: Book) -> dict[str, Any]:
    before = [item for item in book.previous.items if item.form == ITEMS] if book.previous else []
    done = sum(item.state in COMPLETED for item in before)
    return {
        "previous": book.previous.as_of if book.previous else None,
        "completion_before": share(done, len(before)),
        **{f"change_{kind}": n for kind, n in counts_of(changes_between(book.previous, book), ITEMS).items()},
    }


def what_is_next(book: Book, most: int) -> Table:
    """What falls due from the day of judgement on and is still owed, the nearest first, at most `most` rows.

    Columns: due_on, matter (a task, or the title of a form whose items are due that day), owed (how many units still
    owe the task, or how many items), is_task.
    """
    states, tasks = catalog.states("task"), states_by_task(book)
    names = [states[name] for name in ("in_progress", "due_soon", "not_begun")]
    rows = []
    for task, heading in zip(book.settings.tasks, task_headings(book.settings.tasks), strict=True):
        counts = tasks.get(task.id, Counter())
        owed = sum(counts[name] for name in names)
        if owed and task.end and task.end >= book.as_of:
            rows.append((task.end, heading, owed, True))
    waiting = {catalog.states("item")[name] for name in ("due_soon", "not_due")}
    for form in catalog.forms().values():
        days = Counter(due.day for due in book.dues.get(form.name, ()) if due.state in waiting and due.day)
        rows += [(day, form.title, count, False) for day, count in days.items() if not form.restricted]
    rows.sort(key=lambda row: (row[0], not row[3], row[1]))
    return Table(("due_on", "matter", "owed", "is_task"), rows[:most])
