"""The snapshot of items that a run leaves to the next, and the changes since: new, completed, reopened, moved, gone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any

from rectify_xl.facts import catalog
from rectify_xl.facts.in_force import kept_by_book, under_settings
from rectify_xl.kinds import as_text
from rectify_xl.little_memory.laid_aside import keep
from rectify_xl.merging.changes import key_words
from rectify_xl.model import Book, Change, Due, Form, Item, Known, Snapshot, Table
from rectify_xl.normal import shown
from rectify_xl.progress.units import CountedUnits, counted_units, items_of, subject_of, words

COMPLETED = ("done", "done_late")
# Where a part of a key is cut in words; two items whose keys are equal up to there are taken for one.
_LONGEST = 1_000
# The kinds of a change, in the order in which they are listed.
KINDS = ("new", "completed", "reopened", "moved", "missing", "gone")


@under_settings
def snapshot_of(book: Book) -> Snapshot:
    """The items of every form with a deadline as this run knows them, in the book's order; restricted forms never."""
    return Snapshot(as_of=book.as_of, items=_known_items(book))


@kept_by_book
def _known_items(book: Book) -> Sequence[Known]:
    return keep(_each_known(book, counted_units(book)), sum(map(len, book.items.values())))


def _each_known(book: Book, units: CountedUnits) -> Iterator[Known]:
    names = {text: name for name, text in catalog.states("item").items()}
    missing = _missing_rows(book)
    for form in catalog.forms().values():
        if form.deadline and not form.restricted:
            subject = subject_of(form)
            for item, due in zip(items_of(book, form.name), book.dues.get(form.name, ()), strict=False):
                is_missing = bool(missing) and (form.name, _reference(form, item)) in missing
                about = (units.code_of(subject(item)), names[due.state], is_missing)
                yield _known(form, item, due, about)


def _known(form: Form, item: Item, due: Due, about: tuple[str, str, bool]) -> Known:
    assert form.deadline is not None
    unit, state, is_missing = about
    place = form.positions[form.deadline.due]
    text = subject_in_words(form, item) if item.number else key_in_words(form, item)
    return Known(form.name, unit, item.number, text, state, due.day, item.states[-1].values[place], is_missing)


def subject_in_words(form: Form, item: Item) -> str:
    """What an item is about: the last column of its form's key as text, "" where it was left blank."""
    value = item.values[form.positions[form.key[-1]]]
    return "" if value is None else as_text(value)


def key_in_words(form: Form, item: Item) -> str:
    """The key of an item without a number on one line, each part cut."""
    values = (item.values[form.positions[name]] for name in form.key)
    joint: str = words()["key_joint"]
    return joint.join(shown(as_text(value), _LONGEST) for value in values if value is not None)


def _reference(form: Form, item: Item) -> str:
    """How a finding names the row."""
    return item.number or key_words(form, item.values)


def _missing_rows(book: Book) -> set[tuple[str, str]]:
    """The rows that a unit's latest return no longer has, by form and number (or key) as findings name them."""
    findings = (finding for finding in book.findings if finding.code == "missing-row")
    return {(finding.form, str(dict(finding.params).get("number", ""))) for finding in findings}


# ---- changes


@under_settings
def changes_between(previous: Snapshot | None, book: Book) -> tuple[Change, ...]:
    """The changes of items since `previous` (none: no changes), in the order of KINDS, then of the book.

    An item that came already completed is new and completed. moved: it is owed by another day, or its unit reports
    another deadline than before, agreed or not. missing: the unit's latest return no longer has it, gone: the ledger
    no longer has it.
    """
    if previous is None:
        return ()
    return _changes_since_previous(book) if previous is book.previous else _changes(previous.items, book)


@kept_by_book
def _changes_since_previous(book: Book) -> tuple[Change, ...]:
    return _changes(book.previous.items if book.previous else (), book)


def _changes(items: Sequence[Known], book: Book) -> tuple[Change, ...]:
    """The changes; items are compared a few at a time, so that those of both runs are never in memory whole."""
    units, now = counted_units(book), _known_items(book)
    changes: list[tuple[int, int, Change]] = []
    for before, after in _side_by_side(items, now):
        for key, (place, item) in after.items():
            earlier = before[key][1] if key in before else None
            for kind in _kinds(earlier, item):
                changes.append((KINDS.index(kind), place, _change(kind, units, earlier, item)))
        for key, (place, item) in before.items():
            if key not in after:
                changes.append((KINDS.index("gone"), place, _change("gone", units, item, None)))
    changes.sort(key=itemgetter(0, 1))
    return tuple(change for _, _, change in changes)


_Identity = tuple[str, str, str]
_Placed = dict[_Identity, tuple[int, Known]]


def _side_by_side(before: Sequence[Known], after: Sequence[Known]) -> Iterator[tuple[_Placed, _Placed]]:
    """The items of two runs by identity, each with its position, one pair for each series of numbers."""
    grouped: dict[tuple[str, str], tuple[list[int], list[int]]] = {}
    for side, items in enumerate((before, after)):
        for place, item in enumerate(items):
            grouped.setdefault(_series(item), ([], []))[side].append(place)
    for before_places, after_places in grouped.values():
        yield _by_identity(before, before_places), _by_identity(after, after_places)


def _by_identity(items: Sequence[Known], places: Sequence[int]) -> _Placed:
    placed = ((place, items[place]) for place in places)
    return {_identity(item): (place, item) for place, item in placed}


def _series(item: Known) -> tuple[str, str]:
    """The series that an item's number belongs to; items with the same identity are always of the same series."""
    return item.form, item.number.rpartition("-")[0] if item.number else item.unit_code


def _identity(item: Known) -> _Identity:
    """What an item is recognised by: its number, which survives a merger of units, else its unit and text."""
    return (item.form, item.number, "") if item.number else (item.form, item.unit_code, item.text)


def _kinds(before: Known | None, after: Known) -> Iterator[str]:
    was_completed, is_completed = before is not None and before.state in COMPLETED, after.state in COMPLETED
    if before is None:
        yield "new"
    if is_completed != was_completed:
        yield "completed" if is_completed else "reopened"
    if before is not None:
        asks_anew = after.told_due != before.told_due and after.told_due != after.due
        if after.due != before.due or asks_anew:
            yield "moved"
    if after.is_missing and not (before and before.is_missing):
        yield "missing"


def _change(kind: str, units: CountedUnits, before: Known | None, after: Known | None) -> Change:
    item = after or before
    assert item is not None
    code = units.code_of(item.unit_code)
    return Change(kind, item.form, code, units.unit(code).name, item.number, item.text, before, after)


def counts_of(changes: tuple[Change, ...], form: str = "") -> Mapping[str, int]:
    """How many changes there are of each of KINDS, of one form or of all."""
    counts = Counter(change.kind for change in changes if form in ("", change.form))
    return {kind: counts[kind] for kind in KINDS}


# ---- the table


def period_changes(book: Book) -> Table:
    """One row a change against the last finished run of an earlier day (see `changes_between`).

    Columns: change, unit_code, unit_name, matter (the form's title), number, text, before, after.
    """
    labels = words()["changes"]
    rows = [
        (labels[change.kind], change.unit_code, change.unit_name, catalog.forms()[change.form].title, change.number,
         change.text, *_before_and_after(change))
        for change in changes_between(book.previous, book)
    ]  # fmt: skip
    return Table(("change", "unit_code", "unit_name", "matter", "number", "text", "before", "after"), rows)


def _before_and_after(change: Change) -> tuple[str, str]:
    """What an item was and what it is now, in words."""
    facts, before, after = words()["change_words"], change.before, change.after
    if change.kind == "moved" and before and after:
        is_agreed = after.due != before.due
        earlier, deadline = (before.due, after.due) if is_agreed else (after.due, after.told_due)
        was, now = (as_text(day) if day else facts["no_day"] for day in (earlier, deadline))
        return was, facts["agreed" if is_agreed else "asked"].format(day=now)
    if change.kind == "missing":
        return _state(before), facts["missing"]
    return _state(before), _state(after) if after else facts["gone"]


def _state(item: Known | None) -> Any:
    if item is None:
        return ""
    state = catalog.states("item")[item.state]
    if item.due is None:
        return state
    return words()["change_words"]["state"].format(state=state, day=as_text(item.due))
