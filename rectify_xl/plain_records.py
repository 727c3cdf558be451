"""Records as plain values and back: pickling many records as what they are takes four times as long."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from itertools import repeat
from operator import attrgetter
from typing import Any

from rectify_xl.model import Item, State

# The fields of an item but for its states; and what fills each of one that is made again, its states last.
SAID = tuple(field.name for field in fields(Item) if field.name != "states")
_said_of = attrgetter(*SAID)
_FILL: Sequence[Callable[[Item, Any], None]] = tuple(getattr(Item, name).__set__ for name in (*SAID, "states"))
# Items as plain values but for their states, and the states of each.
Plain = tuple[Sequence[tuple[Any, ...]], Sequence[Sequence[tuple[Any, ...]]]]


def plain_parts(items: Iterable[Item]) -> Plain:
    """Items as plain values, what `items_made` takes."""
    held = list(items)
    return list(map(_said_of, held)), [list(map(tuple, item.states)) for item in held]


def items_made(told: Iterable[Sequence[Any]], states: Iterable[Iterable[Sequence[Any]]]) -> tuple[Item, ...]:
    """What `plain_parts` was given. Values of another shape raise one of TypeError, ValueError, AttributeError."""
    return items_with(told, [named(State, said) for said in states])


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
