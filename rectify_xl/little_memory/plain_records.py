"""Records as plain values and back: pickling many records as objects takes four times as long."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from itertools import repeat
from operator import attrgetter
from typing import Any

from rectify_xl.model import Item, State

# The fields of an item other than its states.
ITEM_FIELDS = tuple(field.name for field in fields(Item) if field.name != "states")
_plain_values = attrgetter(*ITEM_FIELDS)
# Set the fields of a frozen item, its states last: half the time of its own constructor.
_SETTERS: Sequence[Callable[[Item, Any], None]] = tuple(
    getattr(Item, name).__set__ for name in (*ITEM_FIELDS, "states")
)
# Of some items the plain values of ITEM_FIELDS, and the plain values of their states.
Plain = tuple[Sequence[tuple[Any, ...]], Sequence[Sequence[tuple[Any, ...]]]]


def plain_parts(items: Iterable[Item]) -> Plain:
    """Items as plain values; `items_from_plain` makes them again."""
    listed = list(items)
    return list(map(_plain_values, listed)), [list(map(tuple, item.states)) for item in listed]


def items_from_plain(values: Iterable[Sequence[Any]], states: Iterable[Iterable[Sequence[Any]]]) -> tuple[Item, ...]:
    """The items that `plain_parts` took apart. Values of another shape: TypeError, ValueError or AttributeError."""
    return items_with(values, [named(State, plain) for plain in states])


def items_with(plain: Iterable[Sequence[Any]], states: Iterable[Sequence[State]]) -> tuple[Item, ...]:
    """Items from the plain values of ITEM_FIELDS and from their states."""
    new, items = object.__new__, []
    (
        set_form, set_unit_code, set_unit_name, set_number, set_values, set_first_on, set_started_on, set_done_seen_on,
        set_office, set_stands, set_states,
    ) = _SETTERS  # fmt: skip
    for (form, code, name, number, values, first, started, done, office, stands), of_item in zip(
        plain, states, strict=True
    ):
        item = new(Item)
        set_form(item, form)
        set_unit_code(item, code)
        set_unit_name(item, name)
        set_number(item, number)
        set_values(item, values)
        set_first_on(item, first)
        set_started_on(item, started)
        set_done_seen_on(item, done)
        set_office(item, office)
        set_stands(item, stands)
        set_states(item, of_item)
        items.append(item)
    return tuple(items)


def named(kind: Any, values: Iterable[Sequence[Any]]) -> tuple[Any, ...]:
    """Named tuples of one class from their values."""
    return tuple(map(tuple.__new__, repeat(kind), values))
