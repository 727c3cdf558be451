"""Numbers over the runs: rows of late returns keep the numbers given since, and numbers no longer used are found."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import chain
from operator import attrgetter
from typing import Any

from rectify_xl.facts import catalog
from rectify_xl.merging.merge import written_numbers
from rectify_xl.merging.numbering import Numbers, StateRef
from rectify_xl.model import Book, Form, Return
from rectify_xl.office.ruling import key_of

_Order = tuple[date, str, str]
_ref_of = attrgetter("digest", "sheet", "row")
Given = tuple[str, str, str, Sequence[StateRef], bool]  # form, number, unit code, states, whether it is withdrawn


def with_late_arrivals(numbers: Numbers, known: Sequence[Return], fresh: Sequence[Return]) -> Numbers:
    """The numbers given, with those of items that late returns (in `fresh`) show in an earlier state than their first.

    Such a row gets the number that its unit and key have, where there is exactly one.
    """
    latest: dict[str, _Order] = {}
    for return_ in known:
        if return_.forms:
            latest[return_.unit_code] = max(return_.order, latest.get(return_.unit_code, return_.order))
    late = [r for r in fresh if r.forms and r.unit_code in latest and r.order < latest[r.unit_code]]
    if not late:
        return numbers
    units = {return_.unit_code for return_ in late}
    by_key = _numbers_by_key(numbers, [return_ for return_ in known if return_.unit_code in units])
    given: dict[StateRef, str] = {}
    for return_ in late:
        carried = set(written_numbers([return_]))
        for form, sheet, row, values in unnumbered(return_):
            numbers_of_key = by_key.get((form.name, return_.unit_code, key_of(values, form, form.key)), {})
            if len(numbers_of_key) == 1:
                ((number, first),) = numbers_of_key.items()
                if return_.order < first and number not in carried:
                    given[return_.digest, sheet, row] = number
    return replace(numbers, by_state={**given, **numbers.by_state})


def _numbers_by_key(numbers: Numbers, known: Sequence[Return]) -> dict[tuple[Any, ...], dict[str, _Order]]:
    """By form, unit and key the numbers of rows, each with the order of the first return that had it."""
    by_key: dict[tuple[Any, ...], dict[str, _Order]] = {}
    for return_ in known:
        for form, sheet, row, values in unnumbered(return_):
            if number := numbers.by_state.get((return_.digest, sheet, row)):
                first_orders = by_key.setdefault((form.name, return_.unit_code, key_of(values, form, form.key)), {})
                first_orders[number] = min(first_orders.get(number, return_.order), return_.order)
    return by_key


def unnumbered(return_: Return) -> Iterator[tuple[Form, str, int, tuple[Any, ...]]]:
    """(form, sheet, row, values) of a return's good rows without a number, of forms whose rows are numbered."""
    for rows in return_.forms:
        form = catalog.forms()[rows.form]
        assigned = [position for position, column in enumerate(form.columns) if column.assigned]
        for row in rows.good if assigned and not form.restricted else ():
            if row.values and not row.values[assigned[0]]:
                yield form, row.sheet, row.row, row.values


def given_in(book: Book, given: Mapping[StateRef, str], kept_units: Collection[str] = ()) -> Iterator[Given]:
    """The numbers of a book's items, also of those taken out by a waiver, with the states that `given` lacks.

    The memory has all those of the units in `kept_units`.
    """
    for is_withdrawn, items in ((False, chain.from_iterable(book.items.values())), (True, book.withdrawn)):
        for item in items:
            if item.number and item.unit_code not in kept_units:
                new_refs = [ref for ref in map(_ref_of, item.states) if given.get(ref) != item.number]
                yield item.form, item.number, item.unit_code, new_refs, is_withdrawn


def gone_from(book: Book, given: Collection[str]) -> set[str]:
    """The given numbers that no item of a book has, nor any that a waiver took out."""
    gone = set(given)
    for item in chain(*book.items.values(), book.withdrawn) if gone else ():
        gone.discard(item.number)
    return gone
