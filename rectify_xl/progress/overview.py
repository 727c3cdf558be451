"""The table of key figures: reports, items, tasks, surveys and branches, each counted in a group of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from rectify_xl import catalog
from rectify_xl.model import Book, Table
from rectify_xl.progress.forms import branch_flags
from rectify_xl.progress.items import CHOICES, ITEMS, told_by_items
from rectify_xl.progress.surveys import latest_surveys, must_make_up, rate_of, votes_of
from rectify_xl.progress.tasks import COMPLETED, states_by_task
from rectify_xl.progress.units import (
    counted_units,
    items_of,
    options_of,
    reported,
    rows_by_sender,
    said,
    share,
    together,
    words,
)


class Figure(NamedTuple):
    """One figure: its group and name (words of the status), a count or a share (a fraction of one), and a note."""

    group: str
    name: str
    number: int | None = None
    share: float | None = None
    note: str = ""


def overview(book: Book) -> Table:
    """One row a figure, group by group, the key figures first.

    Columns: group, name, number, share (of the group's whole, a fraction of one), note. Groups: the key figures; units
    asked, reported and not; files by verdict; items by 到期状态, status, category and handling; units' tasks by state;
    the survey over all units; branches. Items are the rows of the ledger form.
    """
    figures = [*_reports(book), *_files(book), *_items(book), *_tasks(book), *_survey(book), *_branches(book)]
    return Table(Figure._fields, [*_key_figures(book, figures), *figures])


def _counted(group: str, counts: Mapping[str, int]) -> Iterator[Figure]:
    whole = sum(counts.values())
    for name, count in counts.items():
        yield Figure(words()["overview"][group], name, count, share(count, whole))


def _reports(book: Book) -> Iterator[Figure]:
    named, units = words()["overview"], counted_units(book)
    arrived = len(reported(book, units) & {unit.code for unit in units.asked})
    asked = len(units.asked)
    note = "" if book.settings.units else named["no_roster"]
    yield Figure(named["reports"], named["asked"], asked, None, note)
    yield Figure(named["reports"], named["reported"], arrived, share(arrived, asked))
    yield Figure(named["reports"], named["not_reported"], asked - arrived, share(asked - arrived, asked))


def _files(book: Book) -> Iterator[Figure]:
    counts = Counter(back.verdict for back in book.returns)
    names = {name: text for name, text in catalog.states("verdict").items() if name != "ignored"}
    yield from _counted("files", {text: counts[name] for name, text in names.items()})  # type: ignore[index]


def _items(book: Book) -> Iterator[Figure]:
    states = Counter(due.state for due in book.dues.get(ITEMS, ()))
    yield from _counted("due", {text: states[text] for text in catalog.states("item").values()})
    for place, column in enumerate(CHOICES):
        counts = Counter[Any]()
        for values, count in told_by_items(book).choices.items():
            counts[values[place]] += count
        names = dict.fromkeys((*options_of(book, ITEMS, column), *counts))
        yield from _counted(column, {name: counts[name] for name in names if name})


def _tasks(book: Book) -> Iterator[Figure]:
    counts = together(states_by_task(book).values())
    names = {name: text for name, text in catalog.states("task").items() if name != "not_asked"}
    yield from _counted("tasks", {text: counts[text] for text in names.values()})


def _survey(book: Book) -> Iterator[Figure]:
    named, surveys = words()["overview"], latest_surveys(book)
    group = named["survey"]
    together = votes_of([values for rows in surveys.values() for values in rows])
    rates = [rate for rows in surveys.values() if (rate := rate_of(votes_of(rows))) is not None]
    sides = sum(together.values()) - together["abstained"]
    yield Figure(group, named["surveyed"], len(surveys))
    yield Figure(group, named["votes"], sides)
    yield Figure(group, named["mean_rate"], None, share(sum(rates), len(rates)))
    yield Figure(group, named["rate"], None, rate_of(together))
    yield Figure(group, named["make_up"], sum(map(must_make_up, surveys.values())))


def _branches(book: Book) -> Iterator[Figure]:
    named, rows = words()["overview"], [item.values for item in items_of(book, "branches")]
    flags = [branch_flags(values) for values in rows]
    founded = sum(map(said("founded", "branches"), rows))
    group = named["branches"]
    yield Figure(group, named["branch_count"], len(rows))
    yield Figure(group, named["founded"], founded, share(founded, len(rows)))
    for place, name in enumerate(("not_founded", "weak", "incomplete")):
        yield Figure(group, named[name], sum(flag[place] for flag in flags))


# ---- the key figures


def _key_figures(book: Book, figures: list[Figure]) -> Iterator[Figure]:
    named = words()["overview"]
    found = {(figure.group, figure.name): figure for figure in figures}

    def told(group: str, name: str) -> Figure:
        return found[(named[group], name)]

    for name, count, portion, note in (*_of_reports(book, told), *_of_items(book, told), *_of_work(book, told)):
        yield Figure(named["key"], named[name], count, portion, note)


def _of_reports(book: Book, told: Any) -> Iterator[tuple[str, int | None, float | None, str]]:
    named = words()["overview"]
    asked, arrived, missing = (told("reports", named[name]) for name in ("asked", "reported", "not_reported"))
    yield "asked", asked.number, None, asked.note
    yield "reported", arrived.number, None, _portion(arrived.share)
    yield "not_reported", missing.number, None, _portion(missing.share)


def _of_items(book: Book, told: Any) -> Iterator[tuple[str, int | None, float | None, str]]:
    named, names = words()["overview"], catalog.states("item")
    counts = {name: told("due", text).number for name, text in names.items()}
    total, done = sum(counts.values()), sum(counts[name] for name in COMPLETED)
    units = len(rows_by_sender(book).get(ITEMS, ()))
    late = min((due.day for due in book.dues.get(ITEMS, ()) if due.state == names["late"] and due.day), default=None)
    yield "items", total, None, named["note_items"].format(units=units) if total else ""
    yield "completed", done, None, named["note_completed"].format(late=counts["done_late"]) if done else ""
    yield "completion", None, share(done, total), ""
    yield "late", counts["late"], None, named["note_late"].format(day=late) if late else ""
    soon = named["note_due_soon"].format(days=book.settings.early_warning)
    yield "due_soon", counts["due_soon"], None, soon


def _of_work(book: Book, told: Any) -> Iterator[tuple[str, int | None, float | None, str]]:
    named, tasks = words()["overview"], catalog.states("task")
    soon = told("tasks", tasks["due_soon"]).number
    yield "tasks_late", told("tasks", tasks["late"]).number, None, named["note_tasks"].format(soon=soon) if soon else ""
    wrong = len({row.file for row in book.pending})
    yield "pending", len(book.pending), None, named["note_pending"].format(files=wrong) if wrong else ""
    files = sum(back.verdict != "ignored" for back in book.returns)
    returned = told("files", catalog.states("verdict")["returned"])
    yield "returned", returned.number, None, named["note_files"].format(files=files)
    units, votes = told("survey", named["surveyed"]).number, told("survey", named["votes"]).number
    note = named["note_survey"].format(units=units, votes=votes) if units else ""
    yield "mean_rate", None, told("survey", named["mean_rate"]).share, note


def _portion(part: float | None) -> str:
    text: str = words()["overview"]["note_reported"]
    return text.format(share=f"{part:.0%}") if part else ""
