"""What units owe on a day: items, tasks, reports, filings, returned files, plans to revise, surveys to make up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import PurePath
from typing import Any, NamedTuple

from rectify_xl.facts import catalog
from rectify_xl.kinds import as_text
from rectify_xl.merging.deadlines import is_asked
from rectify_xl.model import Book, Form, Task, Unit
from rectify_xl.normal import shown
from rectify_xl.progress.forms import filings
from rectify_xl.progress.period import key_in_words, subject_in_words
from rectify_xl.progress.quality import owed_forms
from rectify_xl.progress.surveys import latest_surveys, must_make_up
from rectify_xl.progress.tasks import number_of, person_of
from rectify_xl.progress.units import CountedUnits, counted_units, items_of, last_day, reporting_codes, subject_of
from rectify_xl.progress.units import words as status_words
from rectify_xl.tables.ledger_table import returns_to_correct

# The `form` of a matter that is no row of a form.
TASK, REPORT, FILING, FILE, REVISION, SURVEY = "task", "report", "filing", "file", "revision", "survey"
MISSING, CORRECT = "missing", "correct"


def words() -> Mapping[str, Any]:
    """The wording of 催办通知.xlsx (facts/words/reminders.toml)."""
    return catalog.words("reminders")


class Matter(NamedTuple):
    """What a unit owes. With a `due` the step between `start` and `due` decides the reminder, else `kind` is it."""

    form: str
    unit: Unit
    id: str
    name: str
    text: str
    number: str = ""
    person: str = ""
    start: date | None = None
    due: date | None = None
    kind: str = ""


def matters_of(book: Book) -> Iterator[Matter]:
    """Everything that units owe, whether or not it is time to remind them."""
    units = counted_units(book)
    for part in (_items, _tasks, _reports, _filings, _files, _revisions, _surveys):
        yield from part(book, units)


def revisions_of(book: Book) -> Iterator[Matter]:
    """The plans that units must revise."""
    return _revisions(book, counted_units(book))


# ---- items and tasks


def _items(book: Book, units: CountedUnits) -> Iterator[Matter]:
    names = {catalog.states("item")[name] for name in ("late", "due_soon", "not_due")}
    for form in catalog.forms().values():
        if form.deadline and not form.restricted:
            yield from _items_of(book, units, form, names)


def _items_of(book: Book, units: CountedUnits, form: Form, names: set[str]) -> Iterator[Matter]:
    about, number, person = subject_of(form), number_of(form), person_of(form)
    for item, due in zip(items_of(book, form.name), book.dues.get(form.name, ()), strict=False):
        if due.state in names:
            yield Matter(
                form=form.name,
                unit=units.unit(units.code_of(about(item))),
                id=item.number or key_in_words(form, item),
                name=form.title,
                text=subject_in_words(form, item),
                number=number(item),
                person=person(item),
                start=item.first_on,
                due=due.day,
            )


def _tasks(book: Book, units: CountedUnits) -> Iterator[Matter]:
    names = {catalog.states("task")[name] for name in ("late", "due_soon", "in_progress")}
    tasks = {task.id: task for task in book.settings.tasks}
    for state in book.tasks:
        task = tasks.get(state.task)
        if task and state.state in names:
            text = words()["task_text"].format(item=task.item, time=task.time) if task.time else task.item
            yield Matter(
                form=TASK,
                unit=units.unit(state.unit_code),
                id=task.id,
                name=words()["matters"][TASK],
                text=words()["part"].format(text=text, **state._asdict()) if 0 < state.shown < state.asked else text,
                number=task.id,
                start=task.start or book.settings.stage_start,
                due=task.end,
            )


# ---- reports, filings


def _reports(book: Book, units: CountedUnits) -> Iterator[Matter]:
    """Units that have sent nothing although tasks that have begun, or are undated, ask them for something."""
    arrived = reporting_codes(book, units)
    for unit in units.asked if book.settings.units else ():
        owed = dict.fromkeys(owed_forms(book, unit))
        if owed and unit.code not in arrived:
            papers = dict.fromkeys(PurePath(catalog.forms()[name].template).stem for name in owed)
            asking = [task for task in book.settings.tasks if any(is_asked(e, unit) for e in task.evidence)]
            ends = [task.end for task in asking if task.end]
            yield Matter(
                form=REPORT,
                unit=unit,
                id=REPORT,
                name=words()["matters"][REPORT],
                text=words()["report"].format(papers=status_words()["joint"].join(papers)),
                start=_begun(asking, book),
                due=min(ends, default=None),
                kind="" if ends else MISSING,
            )


def _begun(tasks: Sequence[Task], book: Book) -> date | None:
    return min((task.start for task in tasks if task.start), default=book.settings.stage_start)


def _filings(book: Book, units: CountedUnits) -> Iterator[Matter]:
    """Documents that the filing rules ask for and no task asks for; they are owed by the stage's end."""
    stage, arrived = book.settings, reporting_codes(book, units)
    for row in _rows(book, "not_filed"):
        unit = units.unit(row["unit_code"])
        if unit.code in arrived and stage.stage_end and not _is_asked_by_a_task(book, unit, row["document"]):
            yield Matter(
                form=FILING,
                unit=unit,
                id=row["document"],
                name=words()["matters"][FILING],
                text=words()["filing"].format(document=row["document"], authority=row["target"]),
                start=stage.stage_start,
                due=stage.stage_end,
            )


def _rows(book: Book, answer: str) -> Iterator[dict[str, Any]]:
    """The rows of the status table of filings and publications in that state, by column."""
    table, text = filings(book), status_words()["answers"][answer]
    rows = (dict(zip(table.columns, row, strict=True)) for row in table.rows)
    return (row for row in rows if row["state"] == text)


def _is_asked_by_a_task(book: Book, unit: Unit, document: str) -> bool:
    asked = (e for task in book.settings.tasks for e in task.evidence if e.form == "filings" and is_asked(e, unit))
    return any(not e.where or document in e.where for e in asked)


# ---- what must be put right


def _files(book: Book, units: CountedUnits) -> Iterator[Matter]:
    """Returned files that are still the latest of their unit."""
    owing = returns_to_correct(book)
    for place, return_ in enumerate(book.returns):
        if place in owing and return_.digest:
            errors = sum(finding.level == "error" for finding in return_.findings)
            yield Matter(
                form=FILE,
                unit=units.unit(units.code_of(return_.unit_code, return_.unit_name)),
                id=return_.digest,
                name=words()["matters"][FILE],
                text=words()["file"].format(file=shown(return_.file, 120), errors=errors),
                kind=CORRECT,
            )


def _revisions(book: Book, units: CountedUnits) -> Iterator[Matter]:
    for row in _rows(book, "to_revise"):
        parts = {"document": row["document"], "on": _day(row["on"]), "dissatisfied": row["dissatisfied"]}
        yield Matter(
            form=REVISION,
            unit=units.unit(row["unit_code"]),
            id=f"{parts['document']} {parts['on']}",
            name=words()["matters"][REVISION],
            text=words()["revision"].format(**parts),
            kind=CORRECT,
        )


def _day(day: date | None) -> str:
    """A day as a reminder names it, also one that a waiver allows to be left blank."""
    return as_text(day) if day else str(words()["undated"])


def _surveys(book: Book, units: CountedUnits) -> Iterator[Matter]:
    place = catalog.forms()["survey"].positions["surveyed_on"]
    for code, rows in latest_surveys(book).items():
        if must_make_up(rows):
            on = _day(last_day(values[place] for values in rows))
            text = words()["survey"].format(on=on)
            name = words()["matters"][SURVEY]
            yield Matter(form=SURVEY, unit=units.unit(code), id=on, name=name, text=text, kind=CORRECT)
