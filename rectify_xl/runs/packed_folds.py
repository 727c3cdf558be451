"""A unit's fold as the memory keeps it, in plain values, and back: pickling so many records takes its time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from operator import attrgetter
from pickle import dumps
from typing import Any

from rectify_xl.merging.office import Standing
from rectify_xl.merging.unit_fold import UnitFold
from rectify_xl.model import Item, State
from rectify_xl.receiving.guarded.wire import Garbage, records

# The fields of an item, its states last.
_NAMES = (*(field.name for field in fields(Item) if field.name != "states"), "states")
_said_of = attrgetter(*_NAMES[:-1])
# What fills the fields of an item that is read again, as its own way through pickle would, in a quarter of the time.
_FILL = tuple(getattr(Item, name).__set__ for name in _NAMES)
# What plain values of another shape than ours may raise.
_MISSHAPEN = (TypeError, ValueError, LookupError, AttributeError)


def packed(typed: Standing, fold: UnitFold) -> bytes:
    """What the office typed of a unit's items, and the unit's fold."""
    return dumps((typed, [(name, told._replace(items=_plain(told.items))) for name, told in fold.items()]), 5)


def unpacked(told: bytes) -> tuple[Standing, UnitFold]:
    """What `packed` was given; Garbage where it was not that."""
    try:
        typed, forms = records(told)
        return typed, {name: fold._replace(items=_items(fold.items)) for name, fold in forms}
    except _MISSHAPEN as error:
        raise Garbage(0) from error


def _plain(items: Iterable[Item]) -> Any:
    return [(*_said_of(item), [tuple(state) for state in item.states]) for item in items]


def _items(told: Iterable[Any]) -> tuple[Item, ...]:
    return tuple([_item(*said) for said in told])


def _item(*told: Any) -> Item:
    made, (*said, states) = object.__new__(Item), told
    for fill, value in zip(_FILL, (*said, tuple(map(State._make, states))), strict=True):
        fill(made, value)
    return made
