"""A unit's fold as the memory keeps it, in plain values without what nothing asks for any more, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import compress, count
from operator import ne
from pickle import dumps
from typing import Any

from rectify_xl.facts import catalog
from rectify_xl.little_memory.laid_aside import Shelf, plain_of
from rectify_xl.little_memory.plain_records import ITEM_FIELDS, Plain, items_from_plain
from rectify_xl.merging.office import OfficeValues
from rectify_xl.merging.unit_fold import FormFold, UnitFold
from rectify_xl.model import Form, Item, State
from rectify_xl.receiving.guarded.wire import Garbage, records

# What plain values of another shape than ours may raise.
_MISSHAPEN = (TypeError, ValueError, LookupError, AttributeError)
_NUMBER, _VALUES, _STANDS = (ITEM_FIELDS.index(name) for name in ("number", "values", "stands"))
_STATE_S_DAY, _STATE_S_VALUES = (State._fields.index(name) for name in ("filled_on", "values"))


def packed(typed: OfficeValues, fold: UnitFold, since: date | None) -> bytes:
    """What the office typed of a unit's items, and the unit's fold; `since` is the stage's start."""
    forms = catalog.forms()
    plain = [(name, _plain(form_fold, forms[name], since)) for name, form_fold in fold.items()]
    return dumps((_typed_in(plain, typed), plain), 5)


def unpacked(content: bytes, typed: OfficeValues, shelf: Shelf) -> UnitFold | None:
    """What `packed` was given, its items on a shelf; None where other things are typed by now.

    Garbage where it is nothing that `packed` gave.
    """
    try:
        typed_then, plain = records(content)
        if typed_then != _typed_in(plain, typed):
            return None
        return {name: _form_fold(plain_fold, shelf) for name, plain_fold in plain}
    except _MISSHAPEN as error:
        raise Garbage(0) from error


def _typed_in(plain: Iterable[tuple[str, Any]], typed: OfficeValues) -> OfficeValues:
    """What the office typed of the items of a unit."""
    if not typed:
        return {}
    parts = ((form, part) for form, fold in plain for part in (fold.items, fold.withdrawn))
    names = ((form, fields[_NUMBER]) for form, (all_fields, _) in parts for fields in all_fields)
    return {name: typed[name] for name in names if name in typed}


def _plain(fold: FormFold, form: Form, since: date | None) -> Any:
    places = [at for at, column in enumerate(form.columns) if column.choices]
    items, withdrawn = (_apart(of_fold, places, since) for of_fold in (fold.items, fold.withdrawn))
    changes: Mapping[str, Any] = {"items": items, "withdrawn": withdrawn}
    return fold._replace(**changes)


def _form_fold(plain: Any, shelf: Shelf) -> FormFold:
    withdrawn = items_from_plain(*_together(plain.withdrawn))
    fold: FormFold = plain._replace(items=shelf.lay_plain(*_together(plain.items)), withdrawn=withdrawn)
    return fold


def _apart(items: Sequence[Item], places: Sequence[int], since: date | None) -> Plain:
    """Items as plain values; instead of its values what differs in them from the state that stands."""
    all_fields, all_states = [], []
    for fields, states in zip(*plain_of(items), strict=True):
        values, stands = fields[_VALUES], fields[_STANDS]
        stood = states[stands][_STATE_S_VALUES]
        if len(states) > 2:
            stands, states = _lean(states, stands % len(states), places, since)
        differing = [(place, values[place]) for place in compress(count(), map(ne, values, stood))]
        all_fields.append((*fields[:_VALUES], differing, *fields[_VALUES + 1 : _STANDS], stands))
        all_states.append(states)
    return all_fields, all_states


def _together(apart: Plain) -> Plain:
    """What `_apart` was given, in plain values."""
    return [_whole(fields, states) for fields, states in zip(*apart, strict=True)], apart[1]


def _whole(fields: tuple[Any, ...], states: Sequence[tuple[Any, ...]]) -> tuple[Any, ...]:
    values = list(states[fields[_STANDS]][_STATE_S_VALUES])
    for place, value in fields[_VALUES]:
        values[place] = value
    return *fields[:_VALUES], tuple(values), *fields[_VALUES + 1 :]


def _lean(
    states: Sequence[tuple[Any, ...]], standing: int, places: Sequence[int], since: date | None
) -> tuple[int, list[tuple[Any, ...]]]:
    """The state that stands, the last one, and those that are the first to say something by options (`places`).

    A 判定条件 speaks of options alone, and asks for the first state from the stage's start on that fits it. Gives the
    place of the state that stands too, counted from the end.
    """
    wanted, before = {len(states) - 1, standing}, None
    for at, state in enumerate(states):
        options = [state[_STATE_S_VALUES][place] for place in places]
        if (since is None or state[_STATE_S_DAY] >= since) and options != before:
            wanted.add(at)
            before = options
    kept = sorted(wanted)
    return kept.index(standing) - len(kept), [states[at] for at in kept]
