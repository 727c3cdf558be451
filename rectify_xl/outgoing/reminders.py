"""The reminders of a day: halfway through a term, shortly before its end, on the last day and after, each once."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Container, Iterator, Sequence
from datetime import date
from functools import cache, partial

from rectify_xl.days.first_days import FirstDays, Key
from rectify_xl.days.workdays import calendar_for
from rectify_xl.facts.in_force import kept_by_book, under_settings
from rectify_xl.kinds import is_item_number
from rectify_xl.little_memory.columnar import ColumnRows, Columns, picked
from rectify_xl.little_memory.laid_aside import keep, rearranged
from rectify_xl.merging.deadlines import Day
from rectify_xl.model import Book, Reminder, ReminderKey, Table
from rectify_xl.outgoing.matters import CORRECT, FILE, Matter, matters_of, words
from rectify_xl.progress.units import counted_units

# A function (first day, last day of a term) -> the step on the day of judgement, and the working days left.
_Steps = Callable[[date | None, date], tuple[str, int]]
# From the gravest to the mildest: the order within a unit.
KINDS = ("late", "day", "soon", "half", "missing", "correct")
_DAYS, _PLACE_BITS = date.max.toordinal() + 1, 32


def reminders_for(book: Book) -> Sequence[Reminder]:
    """The reminders sent on the day of judgement: never sent before, or first sent by another run of that day.

    Units in the roster's order, within a unit the gravest first. A step that fell between two runs is sent by the
    second; where several did, only the gravest.
    """
    return now_and_before(book)[0]


def new_reminders(book: Book) -> Iterator[Reminder]:
    """The reminders that no earlier run sent, not even one of the same day."""
    latest = book.sent.latest
    for reminder in reminders_for(book):
        if latest is None or latest < book.as_of or book.sent.day_of(sent_key(reminder.key)) is None:
            yield reminder


def reminded_before(book: Book) -> Sequence[Reminder]:
    """The reminders sent on an earlier day (`sent_on`) whose matter is still owed: they are not sent again."""
    return now_and_before(book)[1]


@under_settings
@kept_by_book
def now_and_before(book: Book) -> tuple[Sequence[Reminder], Sequence[Reminder]]:
    """`reminders_for` and `reminded_before`, made together."""
    gravity = {kind: place for place, kind in enumerate(KINDS)}
    ordinals: dict[date | None, int] = {None: date.max.toordinal()}
    # Of each unit's reminders how grave they are and when they are due, and below that their places.
    ranks, is_now = {unit.code: array("Q") for unit in counted_units(book).asked}, bytearray()

    def ranked() -> Iterator[Reminder]:
        for place, reminder in enumerate(_reminders(book, ranks)):
            (_, unit, _, kind, _), due = reminder.key, reminder.due_on
            if due and due not in ordinals:
                ordinals[due] = due.toordinal()
            ranks[unit].append((gravity[kind] * _DAYS + ordinals[due]) << _PLACE_BITS | place)
            is_now.append(reminder.sent_on >= book.as_of)
            yield reminder

    reminders = keep(ranked(), sum(map(len, book.items.values())))
    now, earlier = array("I"), array("I")
    for of_unit in ranks.values():
        for rank in sorted(of_unit):
            place = rank & (1 << _PLACE_BITS) - 1
            (now if is_now[place] else earlier).append(place)
    return rearranged(reminders, now), rearranged(reminders, earlier)


def _reminders(book: Book, units: Container[str]) -> Iterator[Reminder]:
    """The reminders of what some units owe, new and earlier."""
    day = Day(
        as_of=book.as_of,
        calendar=calendar_for(dict(book.settings.holidays)),
        early_warning=book.settings.early_warning,
    )
    steps = cache(partial(_step_and_days_left, day))
    for matter in matters_of(book):
        reminder = _reminder(matter, book.sent, day, steps) if matter.unit.code in units else None
        if reminder:
            yield reminder


def sent_key(key: ReminderKey) -> Key:
    """The key by which a sent reminder is found again: of a numbered item without the unit, for units merge."""
    return (key[0], "", *key[2:]) if is_item_number(key[2]) else key


def step_of(start: date | None, due: date, day: Day) -> str:
    """The step of a term on a day: late, day, soon, half, or "" in the first half of the term."""
    if day.as_of > due:
        return "late"
    if day.as_of == due:
        return "day"
    if day.workdays_left(due) <= day.early_warning:
        return "soon"
    return "half" if start and start < due and day.as_of >= start + (due - start) / 2 else ""


def _step_and_days_left(day: Day, start: date | None, due: date) -> tuple[str, int]:
    """`step_of`, and the working days left: many matters have the same days."""
    return step_of(start, due, day), day.workdays_left(due)


def _reminder(matter: Matter, sent: FirstDays, day: Day, steps: _Steps) -> Reminder | None:
    kind, due = matter.kind, matter.due
    if kind == CORRECT and matter.form == FILE:
        kind, due = _of_a_file(matter, sent, day)
    elif not kind and due:
        kind = steps(matter.start, due)[0]
    if not kind:
        return None
    unit = matter.unit
    key = ReminderKey(matter.form, unit.code, matter.id, kind, None if kind == CORRECT else due)
    sent_on = (sent.day_of(sent_key(key)) if sent else None) or day.as_of
    days_left = steps(matter.start, due)[1] if due else None
    return Reminder(
        key, unit.name, matter.name, matter.text, min(sent_on, day.as_of), matter.number,
        matter.person or unit.first_responsible, due, days_left,
    )  # fmt: skip


def _of_a_file(matter: Matter, sent: FirstDays, day: Day) -> tuple[str, date]:
    """Kind and due day of a file sent back: due some working days after the first reminder, then late."""
    first_sent_on = sent.day_of(ReminderKey(FILE, matter.unit.code, matter.id, CORRECT)) or day.as_of
    due = day.calendar.step(min(first_sent_on, day.as_of), max(day.early_warning, 1))
    return ("late" if day.as_of > due else CORRECT), due


# ---- tables


def reminder_table(reminders: Sequence[Reminder]) -> Table:
    """One row a reminder, in their order.

    Columns: unit_code, unit_name, reminder (its kind), matter, number, text, person, due_on, workdays_left, sent_on.
    """
    columns = ("unit_code", "unit_name", "reminder", "matter", "number", "text", "person", "due_on", "workdays_left")
    rows = ColumnRows(range(len(reminders)), lambda places: _columns(picked(reminders, places)))
    return Table((*columns, "sent_on"), rows)


def _columns(reminders: Sequence[Reminder]) -> Columns:
    kinds = words()["kinds"]
    return [
        [r.key.unit_code for r in reminders], [r.unit_name for r in reminders], [kinds[r.key.kind] for r in reminders],
        [r.matter for r in reminders], [r.number for r in reminders], [r.text for r in reminders],
        [r.person for r in reminders], [r.due_on for r in reminders], [r.workdays_left for r in reminders],
        [r.sent_on for r in reminders],
    ]  # fmt: skip
