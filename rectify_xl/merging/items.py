"""Rows known through the weeks as the ledger's items: which state stands, since when, what the offices say of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from rectify_xl.merging.changes import standing_place
from rectify_xl.merging.deadlines import form_test
from rectify_xl.merging.office import OfficeValues
from rectify_xl.merging.row_tracking import RowTracker
from rectify_xl.merging.tracks import Track
from rectify_xl.model import Item, State
from rectify_xl.rules.expression_python import Test

# What the offices say of nearly every item.
_NOTHING: Mapping[str, Any] = {}


class _ItemRules(NamedTuple):
    """What is asked of every row of a form: two tests, the places of its number and of the deadline as agreed."""

    started: Test | None
    done: Test | None
    number_places: Sequence[int]
    due_place: int | None


def items_from(tracker: RowTracker, unit_name: str, office_values: OfficeValues) -> list[Item]:
    """The items of one form of one unit, in the order in which their rows came to be known."""
    form = tracker.form
    rules = _ItemRules(
        started=form_test(form, form.started) if form.started else None,
        done=form_test(form, form.deadline.done) if form.deadline else None,
        number_places=[place for place, column in enumerate(form.columns) if column.assigned],
        due_place=form.positions[form.deadline.due] if form.deadline and form.deadline.agreed else None,
    )
    return [_item(tracker, unit_name, track, office_values, rules) for track in tracker.tracks]


def _item(
    tracker: RowTracker, unit_name: str, track: Track, office_values: OfficeValues, rules: _ItemRules
) -> Item:
    form, states = tracker.form, track.states
    typed = office_values.get((form.name, track.number), _NOTHING) if office_values and track.number else _NOTHING
    told = tracker.context.ledger_order.office_columns(track.ledger_records) if track.ledger_records else _NOTHING
    office = {name: value for name, value in {**told, **typed}.items() if value is not None} or _NOTHING
    stands = standing_place(form, states, office) if office else len(states) - 1
    values = list(states[stands].values)
    for place in rules.number_places:
        values[place] = track.number
    if rules.due_place is not None:
        values[rules.due_place] = track.agreed_due
    is_done = bool(rules.done and rules.done(values, ()))
    in_ledgers = [record.row.item for record in track.ledger_records]
    direct = [state for state in states if track.ledger_record_of(state) is None] if track.only_in_ledgers else states
    return Item(
        form=form.name,
        unit_code=tracker.unit,
        unit_name=unit_name,
        number=track.number,
        values=tuple(values),
        states=tuple(states),
        first_on=min([states[0].filled_on, *[item.first_on for item in in_ledgers]]),
        started_on=_first_day(direct, rules.started, [item.started_on for item in in_ledgers]),
        done_seen_on=_first_day(direct, rules.done, [item.done_seen_on for item in in_ledgers]) if is_done else None,
        office=office,
        stands=stands - len(states),
    )


def _first_day(states: Sequence[State], test: Test | None, in_ledgers: Sequence[date | None]) -> date | None:
    """The first day on which a state passes the test, or that a ledger names."""
    if len(states) == 1 and not in_ledgers:
        return states[0].filled_on if test and test(states[0].values, ()) else None
    days = [state.filled_on for state in states if test(state.values, ())] if test else []
    return min([*days, *filter(None, in_ledgers)], default=None)
