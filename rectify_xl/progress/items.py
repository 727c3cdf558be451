"""What the items of 整改台帐 tell all together: whose they are, how they stand, which of them ask for help."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import compress, count
from operator import itemgetter
from typing import Any, NamedTuple

from rectify_xl import catalog
from rectify_xl.columnar import ROWS_AT_ONCE
from rectify_xl.in_force import kept_by_book
from rectify_xl.model import Book
from rectify_xl.progress.units import counted_units, items_of, said, subject_of

# The form whose rows are the items that `deadlines` of a run counts.
ITEMS = "ledger"
# The columns of choices that are counted together.
CHOICES = ("status", "category", "handling")


class Told(NamedTuple):
    """Where each unit's items stand in `book.items`, by the code they count under; how many there are of each choice
    of CHOICES together; the places of those that their units cannot solve alone (处理方式: 提请上级协调)."""

    places: Mapping[str, Sequence[int]]
    choices: Mapping[tuple[Any, ...], int]
    asking_upper: frozenset[int]


@kept_by_book
def told_by_items(book: Book) -> Told:
    """All of it in one walk: items that were laid aside are dear to read."""
    form, units, items = catalog.forms()[ITEMS], counted_units(book), items_of(book, ITEMS)
    about, asks = subject_of(form), said("asks_upper", ITEMS)
    pick = itemgetter(*(form.positions[name] for name in CHOICES))
    places, choices, asking = dict[str, list[int]](), Counter[tuple[Any, ...]](), set[int]()
    for first in range(0, len(items), ROWS_AT_ONCE):
        held = items[first : first + ROWS_AT_ONCE]
        for place, code in enumerate(map(about, held), first):
            places.setdefault(units.code_of(code), []).append(place)
        values = [item.values for item in held]
        choices.update(map(pick, values))
        asking.update(compress(count(first), map(asks, values)))
    return Told(places, choices, frozenset(asking))
