"""Numbers stay when an older return comes late: its row is the one that was numbered since, not a new one."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import chain
from operator import attrgetter
from typing import Any

from rectify_xl import catalog
from rectify_xl.merging.merge import Numbers, StateRef, numbers_carried
from rectify_xl.model import Book, Form, Return
from rectify_xl.ruling import key_of

_Order = tuple[date, str, str]
_ref_of = attrgetter("digest", "sheet", "row")
Given = tuple[str, str, str, Sequence[StateRef], bool]  # form, number, unit code, states, whether it is withdrawn


def with_late_arrivals(numbers: Numbers, known: Sequence[Return], fresh: Sequence[Return]) -> Numbers:
    """The numbers given, also for rows of `fresh` returns that stand before the first state of the item they tell.

    Such a row is known by its unit and key, where exactly one number has them.
    """
    latest: dict[str, _Order] = {}
    for held in known:
        if held.forms:
            latest[held.unit_code] = max(held.order, latest.get(held.unit_code, held.order))
    late = [held for held in fresh if held.forms and held.unit_code in latest and held.order < latest[held.unit_code]]
    if not late:
        return numbers
    units = {held.unit_code for held in late}
    by_key = _numbered(numbers, [held for held in known if held.unit_code in units])
    given: dict[StateRef, str] = {}
    for held in late:
        carried = set(numbers_carried([held]))
        for form, sheet, row, values in unnumbered(held):
            found = by_key.get((form.name, held.unit_code, key_of(values, form, form.key)), {})
            if len(found) == 1:
                ((number, first),) = found.items()
                if held.order < first and number not in carried:
                    given[held.digest, sheet, row] = number
    return replace(numbers, given={**given, **numbers.given})


def _numbered(numbers: Numbers, known: Sequence[Return]) -> dict[tuple[Any, ...], dict[str, _Order]]:
    """By form, unit and key the numbers that rows had, each with the order of the first return that told it."""
    made: dict[tuple[Any, ...], dict[str, _Order]] = {}
    for held in known:
        for form, sheet, row, values in unnumbered(held):
            if number := numbers.given.get((held.digest, sheet, row)):
                told = made.setdefault((form.name, held.unit_code, key_of(values, form, form.key)), {})
                told[number] = min(told.get(number, held.order), held.order)
    return made


def unnumbered(held: Return) -> Iterator[tuple[Form, str, int, tuple[Any, ...]]]:
    """(form, sheet, row, values) of a return's good rows that carry no number though their form gives one."""
    for rows in held.forms:
        form = catalog.forms()[rows.form]
        places = [at for at, column in enumerate(form.columns) if column.assigned]
        for row in rows.good if places and not form.restricted else ():
            if row.values and not row.values[places[0]]:
                yield form, row.sheet, row.row, row.values


def given_in(book: Book, given: Mapping[StateRef, str], kept: Collection[str] = ()) -> Iterator[Given]:
    """The numbers that a book's items have, those taken out by a waiver too, with the states `given` has not yet.

    Of the units in `kept` the memory has them all.
    """
    for is_withdrawn, items in ((False, chain.from_iterable(book.items.values())), (True, book.withdrawn)):
        for item in items:
            if item.number and item.unit_code not in kept:
                unknown = [state for state in map(_ref_of, item.states) if given.get(state) != item.number]
                yield item.form, item.number, item.unit_code, unknown, is_withdrawn


def gone_from(book: Book, given: Collection[str]) -> set[str]:
    """The numbers among those given that no item of a book has, be it one that a waiver took out."""
    gone = set(given)
    for item in chain(*book.items.values(), book.withdrawn) if gone else ():
        gone.discard(item.number)
    return gone
