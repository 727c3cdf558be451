"""What the office says of items: its own entries, and the latest supervision record where it typed nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from rectify_xl import catalog
from rectify_xl.laid_aside import keep
from rectify_xl.model import Item, OfficeEntry, Remarks

Items = Mapping[str, Sequence[Item]]
# What the office typed of each item: values by column, None where it cleared a cell; items by form and number.
Standing = Mapping[tuple[str, str], Mapping[str, Any]]


def standing(entries: Iterable[OfficeEntry]) -> Standing:
    """What stands of the office's entries: of one cell the latest by its day, of one day's the last in order."""
    made: dict[tuple[str, str], dict[str, Any]] = {}
    for entry in sorted(entries, key=lambda e: e.as_of):
        made.setdefault((entry.form, entry.number), {})[entry.column] = entry.value
    return made


def with_remarks(items: Items) -> Items:
    """The items with the remarks that rows of other forms (supervision) make on them, found by their numbers."""
    made = dict(items)
    for form in catalog.forms().values():
        if form.remarks and form.remarks.form in made and form.name in made:
            told = _by_number(made[form.name], form.remarks)
            held = made[form.remarks.form]
            made[form.remarks.form] = keep((_remarked(item, form.remarks, told) for item in held), len(held))
    return made


def _by_number(remarks: Sequence[Item], facts: Remarks) -> dict[str, list[Item]]:
    """The remarks by the number they are on, the latest last; of one day's the one told last stands."""
    form = catalog.forms()[remarks[0].form]
    number, day = form.positions[facts.number], form.positions[facts.day]
    made: dict[str, list[Item]] = {}

    def told_on(item: Item) -> tuple[date, date, int]:
        return item.values[day] or item.latest.filled_on, item.latest.filled_on, item.latest.row

    for item in sorted(remarks, key=told_on):
        if item.values[number]:
            made.setdefault(item.values[number], []).append(item)
    return made


def _remarked(item: Item, facts: Remarks, told: Mapping[str, Sequence[Item]]) -> Item:
    """The item with its latest remark, unless an office typed its own; what a lower office's ledger shows may be an
    earlier remark."""
    remarks = told.get(item.number)
    if not remarks:
        return item
    positions = catalog.forms()[remarks[0].form].positions
    parts = {facts.into_text: positions[facts.text], facts.into_day: positions[facts.day]}
    said = [{name: remark.values[place] for name, place in parts.items()} for remark in remarks]
    office = dict(item.office)
    if earlier := next((s for s in said if s[facts.into_text] == office.get(facts.into_text)), None):
        office = {name: value for name, value in office.items() if earlier.get(name) != value}
    return replace(item, office={**said[-1], **office})
