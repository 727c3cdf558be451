"""A unit's fold as the memory keeps it, in plain values without what nothing asks for any more, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import compress, count
from operator import ne
from pickle import dumps
from typing import Any

from rectify_xl import catalog
from rectify_xl.laid_aside import Shelf, plain_of
from rectify_xl.merging.office import OfficeValues
from rectify_xl.merging.unit_fold import FormFold, UnitFold
from rectify_xl.model import Form, Item, State
from rectify_xl.plain_records import ITEM_FIELDS, Plain, items_from_plain
from rectify_xl.receiving.guarded.wire import Garbage, records

# What plain values of another shape than ours may raise.
_MISSHAPEN = (TypeError, ValueError, LookupError, AttributeError)
_NUMBER, _VALUES, _STANDS = (ITEM_FIELDS.index(name) for name in ("number", "values", "stands"))
_STATE_S_DAY, _STATE_S_VALUES = (State._fields.index(name) for name in ("filled_on", "values"))


def packed(typed: OfficeValues, fold: UnitFold, since: date | None) -> bytes:
    """What the office typed of a unit's items, and the unit's fold; `since` is the stage's start."""
    forms = catalog.forms()
    plain = [(name, _plain(told, forms[name], since)) for name, told in fold.items()]
    return dumps((_typed_in(plain, typed), plain), 5)


def unpacked(told: bytes, typed: OfficeValues, shelf: Shelf) -> UnitFold | None:
    """What `packed` was given, its items on a shelf; None where other things are typed by now.

    Garbage where it is nothing that `packed` gave.
    """
    try:
        said, plain = records(told)
        if said != _typed_in(plain, typed):
            return None
        return {name: _made(fold, shelf) for name, fold in plain}
    except _MISSHAPEN as error:
        raise Garbage(0) from error


def _typed_in(plain: Iterable[tuple[str, Any]], typed: OfficeValues) -> OfficeValues:
    """What the office typed of the items of a unit."""
    if not typed:
        return {}
    parts = ((form, part) for form, fold in plain for part in (fold.items, fold.withdrawn))
    names = ((form, told[_NUMBER]) for form, (said, _) in parts for told in said)
    return {name: typed[name] for name in names if name in typed}


def _plain(fold: FormFold, form: Form, since: date | None) -> Any:
    places = [at for at, column in enumerate(form.columns) if column.choices]
    items, withdrawn = (_apart(held, places, since) for held in (fold.items, fold.withdrawn))
    told: Mapping[str, Any] = {"items": items, "withdrawn": withdrawn}
    return fold._replace(**told)


def _made(fold: Any, shelf: Shelf) -> FormFold:
    withdrawn = items_from_plain(*_together(fold.withdrawn))
    made: FormFold = fold._replace(items=shelf.lay_plain(*_together(fold.items)), withdrawn=withdrawn)
    return made


def _apart(items: Sequence[Item], places: Sequence[int], since: date | None) -> Plain:
    """Items as plain values; instead of its values what differs in them from the state that stands."""
    all_said, all_states = [], []
    for said, states in zip(*plain_of(items), strict=True):
        values, stands = said[_VALUES], said[_STANDS]
        stood = states[stands][_STATE_S_VALUES]
        if len(states) > 2:
            stands, states = _lean(states, stands % len(states), places, since)
        differing = [(place, values[place]) for place in compress(count(), map(ne, values, stood))]
        all_said.append((*said[:_VALUES], differing, *said[_VALUES + 1 : _STANDS], stands))
        all_states.append(states)
    return all_said, all_states


def _together(told: Plain) -> Plain:
    """What `_apart` was given, in plain values."""
    return [_whole(said, states) for said, states in zip(*told, strict=True)], told[1]


def _whole(said: tuple[Any, ...], states: Sequence[tuple[Any, ...]]) -> tuple[Any, ...]:
    values = list(states[said[_STANDS]][_STATE_S_VALUES])
    for place, value in said[_VALUES]:
        values[place] = value
    return *said[:_VALUES], tuple(values), *said[_VALUES + 1 :]


def _lean(
    states: Sequence[tuple[Any, ...]], standing: int, places: Sequence[int], since: date | None
) -> tuple[int, list[tuple[Any, ...]]]:
    """The state that stands, the last one, and those that are the first to say something by options (`places`).

    A 判定条件 speaks of options alone, and asks for the first state from the stage's start on that fits it. Gives the
    place of the state that stands too, counted from the end.
    """
    wanted, before = {len(states) - 1, standing}, None
    for at, state in enumerate(states):
        said = [state[_STATE_S_VALUES][place] for place in places]
        if (since is None or state[_STATE_S_DAY] >= since) and said != before:
            wanted.add(at)
            before = said
    kept = sorted(wanted)
    return kept.index(standing) - len(kept), [states[at] for at in kept]
