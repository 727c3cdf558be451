"""Rows known through the weeks as the ledger's items: which state stands, since when, what the offices say of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from rectify_xl.expression_python import Test
from rectify_xl.merging.changes import standing_place
from rectify_xl.merging.deadlines import form_test
from rectify_xl.merging.identity import History
from rectify_xl.merging.known_rows import Entry
from rectify_xl.merging.office import Standing
from rectify_xl.model import Item, State

# What the offices say of nearly every item.
NOTHING_SAID: Mapping[str, Any] = {}


def items_from(history: History, unit_name: str, typed: Standing) -> list[Item]:
    """The items of one form of one unit, in the order in which their rows came to be known."""
    form = history.form
    asked = _Asked(
        started=form_test(form, form.started) if form.started else None,
        done=form_test(form, form.deadline.done) if form.deadline else None,
        numbered=[place for place, column in enumerate(form.columns) if column.assigned],
        due=form.positions[form.deadline.due] if form.deadline and form.deadline.agreed else None,
    )
    return [_item(history, unit_name, entry, typed, asked) for entry in history.entries]


class _Asked(NamedTuple):
    """What is asked of every row of a form: two tests, where its number stands, and the deadline as agreed."""

    started: Test | None
    done: Test | None
    numbered: Sequence[int]
    due: int | None


def _item(history: History, unit_name: str, entry: Entry, typed: Standing, asked: _Asked) -> Item:
    form, states = history.form, entry.states
    office = _office(entry, typed.get((form.name, entry.number), {}) if entry.number and typed else {})
    stands = standing_place(form, states, office) if office else len(states) - 1
    values = list(states[stands].values)
    for place in asked.numbered:
        values[place] = entry.number
    if asked.due is not None:
        values[asked.due] = entry.agreed
    is_done = bool(asked.done and asked.done(values, ()))
    told = [fact.row.item for fact in entry.facts]
    direct = [state for state in states if entry.fact_of(state) is None] if entry.brought else states
    return Item(
        form=form.name,
        unit_code=history.unit,
        unit_name=unit_name,
        number=entry.number,
        values=tuple(values),
        states=tuple(states),
        first_on=min([states[0].filled_on, *[item.first_on for item in told]]) if told else states[0].filled_on,
        started_on=_first(direct, asked.started, [item.started_on for item in told]),
        done_seen_on=_first(direct, asked.done, [item.done_seen_on for item in told]) if is_done else None,
        office=office,
        stands=stands - len(states),
    )


def _office(entry: Entry, typed: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the latest of the lower offices' ledgers says, in its place what the office itself typed."""
    if not entry.facts and not typed:
        return NOTHING_SAID
    latest = max(entry.facts, key=lambda fact: fact.ledger.order, default=None)
    said = {**(latest.row.item.office if latest else {}), **typed}
    return NOTHING_SAID if not said else {name: value for name, value in said.items() if value is not None}


def _first(states: Sequence[State], test: Test | None, told: Sequence[date | None]) -> date | None:
    """The first day on which a state fits, or that is told."""
    if len(states) == 1 and not told:
        return states[0].filled_on if test and test(states[0].values, ()) else None
    shown = [state.filled_on for state in states if test(state.values, ())] if test else []
    return min([*shown, *[day for day in told if day]], default=None)
