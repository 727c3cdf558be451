"""A summary of the items of 整改台帐: whose they are, their choices counted, and which need the upper level."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import compress, count
from operator import itemgetter
from typing import Any, NamedTuple

from rectify_xl.facts import catalog
from rectify_xl.facts.in_force import kept_by_book
from rectify_xl.little_memory.columnar import ROWS_AT_ONCE
from rectify_xl.model import Book
from rectify_xl.progress.units import counted_units, items_of, row_test_for, subject_of

# The form whose rows are the items that `deadlines` of a run counts.
ITEMS = "ledger"
# The choice columns whose combinations are counted.
CHOICES = ("status", "category", "handling")


class ItemSummary(NamedTuple):
    """`places`: each unit's items as positions in `book.items`, by the code they count under. `choices`: how many
    items have each combination of CHOICES. `asking_upper`: positions of items with 处理方式 提请上级协调."""

    places: Mapping[str, Sequence[int]]
    choices: Mapping[tuple[Any, ...], int]
    asking_upper: frozenset[int]


@kept_by_book
def item_summary(book: Book) -> ItemSummary:
    """The summary, made in one pass: items that lie in temporary files are slow to read."""
    form, units, items = catalog.forms()[ITEMS], counted_units(book), items_of(book, ITEMS)
    about, asks = subject_of(form), row_test_for("asks_upper", ITEMS)
    pick = itemgetter(*(form.positions[name] for name in CHOICES))
    places, choices, asking = dict[str, list[int]](), Counter[tuple[Any, ...]](), set[int]()
    for first in range(0, len(items), ROWS_AT_ONCE):
        batch = items[first : first + ROWS_AT_ONCE]
        for place, code in enumerate(map(about, batch), first):
            places.setdefault(units.code_of(code), []).append(place)
        values = [item.values for item in batch]
        choices.update(map(pick, values))
        asking.update(compress(count(first), map(asks, values)))
    return ItemSummary(places, choices, frozenset(asking))
