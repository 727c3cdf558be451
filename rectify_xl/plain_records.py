"""Records as plain values and back: pickling many records as what they are takes four times as long."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from itertools import repeat
from operator import attrgetter
from typing import Any

from rectify_xl.model import Item, State

# The fields of an item, its states last; and what fills each of one that is made again.
_NAMES = (*(field.name for field in fields(Item) if field.name != "states"), "states")
_said_of = attrgetter(*_NAMES[:-1])
_FILL: Sequence[Callable[[Item, Any], None]] = tuple(getattr(Item, name).__set__ for name in _NAMES)


def plain_items(items: Iterable[Item]) -> list[tuple[Any, ...]]:
    """Items as plain values, what `items_from` takes."""
    return [(*said, states) for said, states in zip(*plain_parts(items), strict=True)]


def plain_parts(items: Iterable[Item]) -> tuple[list[tuple[Any, ...]], list[list[tuple[Any, ...]]]]:
    """Items as plain values but for their states, and the states of each."""
    held = list(items)
    return list(map(_said_of, held)), [list(map(tuple, item.states)) for item in held]


def items_from(told: Iterable[Sequence[Any]]) -> tuple[Item, ...]:
    """What `plain_items` was given. Values of another shape raise one of TypeError, ValueError, AttributeError."""
    held = list(told)
    return items_with([said[:-1] for said in held], [named(State, said[-1]) for said in held])


def items_with(told: Iterable[Sequence[Any]], states: Iterable[Sequence[State]]) -> tuple[Item, ...]:
    """Items from plain values but for their states, with these."""
    new, fill = object.__new__, _FILL
    form, unit, name, number, values, first, started, done, office, stands, those = fill
    made = []
    for (a, b, c, d, e, f, g, h, i, j), held in zip(told, states, strict=True):
        item = new(Item)
        form(item, a)
        unit(item, b)
        name(item, c)
        number(item, d)
        values(item, e)
        first(item, f)
        started(item, g)
        done(item, h)
        office(item, i)
        stands(item, j)
        those(item, held)
        made.append(item)
    return tuple(made)


def named(kind: Any, told: Iterable[Sequence[Any]]) -> tuple[Any, ...]:
    """Named tuples of a kind from their values."""
    return tuple(map(tuple.__new__, repeat(kind), told))
