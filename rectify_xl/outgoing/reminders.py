"""Who is reminded of what on a day: half of a term, shortly before its end, on the day and after, each once."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from datetime import date
from functools import cache, partial

from rectify_xl.columnar import ColumnRows, Columns, picked
from rectify_xl.first_days import FirstDays
from rectify_xl.in_force import kept_by_book, under_settings
from rectify_xl.kinds import item_number
from rectify_xl.laid_aside import keep, rearranged
from rectify_xl.merging.deadlines import Day
from rectify_xl.model import Book, Reminder, ReminderKey, Table
from rectify_xl.outgoing.matters import CORRECT, FILE, Matter, matters_of, words
from rectify_xl.progress.units import counted_units
from rectify_xl.workdays import calendar_for

# From the first and the last day of a term: the step on the day of judgement, and the working days left.
_Ladder = Callable[[date | None, date], tuple[str, int]]
# From the gravest to the mildest: the order within a unit.
KINDS = ("late", "day", "soon", "half", "missing", "correct")
_DAYS = date.max.toordinal() + 1


def reminders_for(book: Book) -> Sequence[Reminder]:
    """What goes out on the day of judgement: what was never sent, and what that very day sent first.

    Units in the roster's order, within a unit the gravest first. The half of a term, or any other day, that no run
    met is told by the next one; what has become graver meanwhile is told as that alone.
    """
    return now_and_before(book)[0]


def first_told(book: Book) -> Iterator[Reminder]:
    """What goes out on the day of judgement and was never sent before, not by an earlier run of that day either."""
    latest = book.sent.latest
    for told in reminders_for(book):
        if latest is None or latest < book.as_of or book.sent.day_of(whoever(told.key)) is None:
            yield told


def reminded_before(book: Book) -> Sequence[Reminder]:
    """What is still owed and was reminded of before: it is not sent again; `sent_on` says when it was."""
    return now_and_before(book)[1]


@under_settings
@kept_by_book
def now_and_before(book: Book) -> tuple[Sequence[Reminder], Sequence[Reminder]]:
    """`reminders_for` and `reminded_before` in one go."""
    units = counted_units(book)
    order, gravity = ({name: at for at, name in enumerate(names)} for names in ([u.code for u in units.asked], KINDS))
    ranks, is_now = array("Q"), bytearray()

    def ranked() -> Iterator[Reminder]:
        for told in _owed(book, order):
            due = (told.due_on or date.max).toordinal()
            ranks.append((order[told.key.unit_code] * len(KINDS) + gravity[told.key.kind]) * _DAYS + due)
            is_now.append(told.sent_on >= book.as_of)
            yield told

    owed = keep(ranked(), sum(map(len, book.items.values())))
    in_order = array("L", sorted(range(len(owed)), key=ranks.__getitem__))
    now, before = (array("L", [at for at in in_order if is_now[at] == wanted]) for wanted in (True, False))
    return rearranged(owed, now), rearranged(owed, before)


def _owed(book: Book, units: Container[str]) -> Iterator[Reminder]:
    """What some units owe and are reminded of."""
    day = Day(
        as_of=book.as_of,
        calendar=calendar_for(dict(book.settings.holidays)),
        early_warning=book.settings.early_warning,
    )
    ladder = cache(partial(_rung, day))
    for matter in matters_of(book):
        if matter.unit.code in units and (made := _reminder(matter, book.sent, day, ladder)):
            yield made


def whoever(key: ReminderKey) -> ReminderKey:
    """What a reminder is known by once it was sent; that of a numbered item whichever unit got it: units merge."""
    return ReminderKey(key[0], "", *key[2:]) if item_number(key.matter) else key


def first_sent(told: Iterable[tuple[ReminderKey, date]]) -> FirstDays:
    """The day that first sent each of some reminders, which are told in the order of the days."""
    return FirstDays((whoever(key), day) for key, day in told)


def step_of(start: date | None, due: date, day: Day) -> str:
    """Where a day stands on the way to `due`: late, day, soon, half, or "" before the half of the term."""
    if day.as_of > due:
        return "late"
    if day.as_of == due:
        return "day"
    if day.workdays_left(due) <= day.early_warning:
        return "soon"
    return "half" if start and start < due and day.as_of >= start + (due - start) / 2 else ""


def _rung(day: Day, start: date | None, due: date) -> tuple[str, int]:
    """`step_of`, and the working days left: many matters have the same days."""
    return step_of(start, due, day), day.workdays_left(due)


def _reminder(matter: Matter, sent: FirstDays, day: Day, ladder: _Ladder) -> Reminder | None:
    kind, due = matter.kind, matter.due
    if kind == CORRECT and matter.form == FILE:
        kind, due = _of_a_file(matter, sent, day)
    elif not kind and due:
        kind = ladder(matter.start, due)[0]
    if not kind:
        return None
    key = ReminderKey(matter.form, matter.unit.code, matter.id, kind, None if kind == CORRECT else due)
    first = sent.day_of(whoever(key)) if sent else None
    return Reminder(
        key, matter.unit.name, matter.name, matter.text,
        sent_on=min(first or day.as_of, day.as_of),
        number=matter.number,
        person=matter.person or matter.unit.first_responsible,
        due_on=due,
        workdays_left=ladder(matter.start, due)[1] if due else None,
    )  # fmt: skip


def _of_a_file(matter: Matter, sent: FirstDays, day: Day) -> tuple[str, date]:
    """A file sent back is due some working days after that was first told, and late then."""
    first = sent.day_of(ReminderKey(FILE, matter.unit.code, matter.id, CORRECT)) or day.as_of
    due = day.calendar.step(min(first, day.as_of), max(day.early_warning, 1))
    return ("late" if day.as_of > due else CORRECT), due


# ---- tables


def reminder_table(told: Sequence[Reminder]) -> Table:
    """One row a reminder, in their order.

    Columns: unit_code, unit_name, reminder (its kind), matter, number, text, person, due_on, workdays_left, sent_on.
    """
    columns = ("unit_code", "unit_name", "reminder", "matter", "number", "text", "person", "due_on", "workdays_left")
    made = ColumnRows(range(len(told)), lambda places: _columns(picked(told, places)))
    return Table((*columns, "sent_on"), made)


def _columns(told: Sequence[Reminder]) -> Columns:
    kinds = words()["kinds"]
    return [
        [r.key.unit_code for r in told], [r.unit_name for r in told], [kinds[r.key.kind] for r in told],
        [r.matter for r in told], [r.number for r in told], [r.text for r in told], [r.person for r in told],
        [r.due_on for r in told], [r.workdays_left for r in told], [r.sent_on for r in told],
    ]  # fmt: skip
