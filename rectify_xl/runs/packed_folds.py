"""A unit's fold as the memory keeps it, in plain values, and back."""

from __future__ import annotations

from pickle import dumps
from typing import Any

from rectify_xl.merging.office import Standing
from rectify_xl.merging.unit_fold import FormFold, UnitFold
from rectify_xl.plain_records import items_from, plain_items
from rectify_xl.receiving.guarded.wire import Garbage, records

# What plain values of another shape than ours may raise.
_MISSHAPEN = (TypeError, ValueError, LookupError, AttributeError)


def packed(typed: Standing, fold: UnitFold) -> bytes:
    """What the office typed of a unit's items, and the unit's fold."""
    return dumps((typed, [(name, _plain(told)) for name, told in fold.items()]), 5)


def _plain(told: FormFold) -> FormFold:
    items: Any = plain_items(told.items)
    return told._replace(items=items)


def unpacked(told: bytes) -> tuple[Standing, UnitFold]:
    """What `packed` was given; Garbage where it was not that."""
    try:
        typed, forms = records(told)
        return typed, {name: fold._replace(items=items_from(fold.items)) for name, fold in forms}
    except _MISSHAPEN as error:
        raise Garbage(0) from error
