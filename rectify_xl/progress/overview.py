"""The table of key figures: reports, items, tasks, surveys and branches, each counted in a group of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from rectify_xl.facts import catalog
from rectify_xl.model import Book, Table
from rectify_xl.progress.forms import branch_flags
from rectify_xl.progress.items import CHOICES, ITEMS, item_summary
from rectify_xl.progress.surveys import latest_surveys, must_make_up, rate_of, votes_of
from rectify_xl.progress.tasks import COMPLETED, states_by_task
from rectify_xl.progress.units import (
    counted_units,
    items_of,
    options_of,
    reporting_codes,
    row_test_for,
    rows_by_sender,
    share,
    sum_counts,
    words,
)
from rectify_xl.shares import percent_text


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


def _figures_of_counts(group: str, counts: Mapping[str, int]) -> Iterator[Figure]:
    whole = sum(counts.values())
    for name, count in counts.items():
        yield Figure(words()["overview"][group], name, count, share(count, whole))


def _reports(book: Book) -> Iterator[Figure]:
    labels, units = words()["overview"], counted_units(book)
    arrived = len(reporting_codes(book, units) & {unit.code for unit in units.asked})
    asked = len(units.asked)
    note = "" if book.settings.units else labels["no_roster"]
    yield Figure(labels["reports"], labels["asked"], asked, None, note)
    yield Figure(labels["reports"], labels["reported"], arrived, share(arrived, asked))
    yield Figure(labels["reports"], labels["not_reported"], asked - arrived, share(asked - arrived, asked))


def _files(book: Book) -> Iterator[Figure]:
    counts = Counter(return_.verdict for return_ in book.returns)
    names = {name: text for name, text in catalog.states("verdict").items() if name != "ignored"}
    yield from _figures_of_counts("files", {text: counts[name] for name, text in names.items()})  # type: ignore[index]


def _items(book: Book) -> Iterator[Figure]:
    states = Counter(due.state for due in book.dues.get(ITEMS, ()))
    yield from _figures_of_counts("due", {text: states[text] for text in catalog.states("item").values()})
    for place, column in enumerate(CHOICES):
        counts = Counter[Any]()
        for values, count in item_summary(book).choices.items():
            counts[values[place]] += count
        names = dict.fromkeys((*options_of(book, ITEMS, column), *counts))
        yield from _figures_of_counts(column, {name: counts[name] for name in names if name})


def _tasks(book: Book) -> Iterator[Figure]:
    counts = sum_counts(states_by_task(book).values())
    names = {name: text for name, text in catalog.states("task").items() if name != "not_asked"}
    yield from _figures_of_counts("tasks", {text: counts[text] for text in names.values()})


def _survey(book: Book) -> Iterator[Figure]:
    labels, surveys = words()["overview"], latest_surveys(book)
    group = labels["survey"]
    votes = votes_of([values for rows in surveys.values() for values in rows])
    rates = [rate for rows in surveys.values() if (rate := rate_of(votes_of(rows))) is not None]
    sides = sum(votes.values()) - votes["abstained"]
    yield Figure(group, labels["surveyed"], len(surveys))
    yield Figure(group, labels["votes"], sides)
    yield Figure(group, labels["mean_rate"], None, share(sum(rates), len(rates)))
    yield Figure(group, labels["rate"], None, rate_of(votes))
    yield Figure(group, labels["make_up"], sum(map(must_make_up, surveys.values())))


def _branches(book: Book) -> Iterator[Figure]:
    labels, rows = words()["overview"], [item.values for item in items_of(book, "branches")]
    flags = [branch_flags(values) for values in rows]
    founded = sum(map(row_test_for("founded", "branches"), rows))
    group = labels["branches"]
    yield Figure(group, labels["branch_count"], len(rows))
    yield Figure(group, labels["founded"], founded, share(founded, len(rows)))
    for place, name in enumerate(("not_founded", "weak", "incomplete")):
        yield Figure(group, labels[name], sum(flag[place] for flag in flags))


# ---- the key figures

# A figure counted before, by its group (a key of the wording) and its name.
_Lookup = Callable[[str, str], Figure]
# Name (a key of the wording), number, share, note.
_KeyFigure = tuple[str, int | None, float | None, str]


def _key_figures(book: Book, figures: list[Figure]) -> Iterator[Figure]:
    labels = words()["overview"]
    by_name = {(figure.group, figure.name): figure for figure in figures}

    def figure(group: str, name: str) -> Figure:
        return by_name[(labels[group], name)]

    for part in (_key_reports, _key_items, _key_work):
        for name, count, portion, note in part(book, figure):
            yield Figure(labels["key"], labels[name], count, portion, note)


def _key_reports(book: Book, figure: _Lookup) -> Iterator[_KeyFigure]:
    labels = words()["overview"]
    asked, arrived, missing = (figure("reports", labels[name]) for name in ("asked", "reported", "not_reported"))
    yield "asked", asked.number, None, asked.note
    yield "reported", arrived.number, None, _portion(arrived.share)
    yield "not_reported", missing.number, None, _portion(missing.share)


def _key_items(book: Book, figure: _Lookup) -> Iterator[_KeyFigure]:
    labels, names = words()["overview"], catalog.states("item")
    counts = {name: figure("due", text).number or 0 for name, text in names.items()}
    total, done = sum(counts.values()), sum(counts[name] for name in COMPLETED)
    units = len(rows_by_sender(book).get(ITEMS, ()))
    late = min((due.day for due in book.dues.get(ITEMS, ()) if due.state == names["late"] and due.day), default=None)
    yield "items", total, None, labels["note_items"].format(units=units) if total else ""
    yield "completed", done, None, labels["note_completed"].format(late=counts["done_late"]) if done else ""
    yield "completion", None, share(done, total), ""
    yield "late", counts["late"], None, labels["note_late"].format(day=late) if late else ""
    soon = labels["note_due_soon"].format(days=book.settings.early_warning)
    yield "due_soon", counts["due_soon"], None, soon


def _key_work(book: Book, figure: _Lookup) -> Iterator[_KeyFigure]:
    labels, tasks = words()["overview"], catalog.states("task")
    late, soon = figure("tasks", tasks["late"]).number, figure("tasks", tasks["due_soon"]).number
    yield "tasks_late", late, None, labels["note_tasks"].format(soon=soon) if soon else ""
    wrong = len({row.file for row in book.pending})
    yield "pending", len(book.pending), None, labels["note_pending"].format(files=wrong) if wrong else ""
    files = sum(return_.verdict != "ignored" for return_ in book.returns)
    returned = figure("files", catalog.states("verdict")["returned"])
    yield "returned", returned.number, None, labels["note_files"].format(files=files)
    units, votes = figure("survey", labels["surveyed"]).number, figure("survey", labels["votes"]).number
    note = labels["note_survey"].format(units=units, votes=votes) if units else ""
    yield "mean_rate", None, figure("survey", labels["mean_rate"]).share, note


def _portion(part: float | None) -> str:
    text: str = words()["overview"]["note_reported"]
    return text.format(share=percent_text(part)) if part else ""
