"""What the office says of items: its own entries, and the latest supervision record where it typed nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from rectify_xl import catalog
from rectify_xl.model import Item, OfficeEntry, Remarks

Items = Mapping[str, tuple[Item, ...]]
# What the office typed of each item: values by column, None where it cleared a cell; items by form and number.
Standing = Mapping[tuple[str, str], Mapping[str, Any]]


def standing(entries: Iterable[OfficeEntry]) -> Standing:
    """What stands of the office's entries: of one cell the latest by its day, of one day's the last in order."""
    made: dict[tuple[str, str], dict[str, Any]] = {}
    for entry in sorted(entries, key=lambda e: e.as_of):
        made.setdefault((entry.form, entry.number), {})[entry.column] = entry.value
    return made


def with_entries(items: Items, entries: Iterable[OfficeEntry]) -> Items:
    """The items with what the office typed of them, in place of what lower offices typed; cleared cells are blank."""
    typed = standing(entries)
    return {form: tuple(_typed(item, typed.get((form, item.number))) for item in held) for form, held in items.items()}


def _typed(item: Item, typed: Mapping[str, Any] | None) -> Item:
    if not typed or not item.number:
        return item
    office = {name: value for name, value in {**item.office, **typed}.items() if value is not None}
    return replace(item, office=office)


def with_remarks(items: Items) -> Items:
    """The items with the remarks that rows of other forms (supervision) make on them, found by their numbers."""
    made = dict(items)
    for form in catalog.forms().values():
        if form.remarks and form.remarks.form in made and form.name in made:
            latest = _latest(made[form.name], form.remarks)
            made[form.remarks.form] = tuple(_remarked(item, form.remarks, latest) for item in made[form.remarks.form])
    return made


def _latest(remarks: Sequence[Item], facts: Remarks) -> dict[str, Item]:
    """The latest remark by the number it is on; of one day's the one told last stands."""
    form = catalog.forms()[remarks[0].form]
    number, day = form.positions[facts.number], form.positions[facts.day]
    ordered = sorted(remarks, key=lambda item: (item.values[day], item.latest.filled_on, item.latest.row))
    return {item.values[number]: item for item in ordered if item.values[number]}


def _remarked(item: Item, facts: Remarks, latest: Mapping[str, Item]) -> Item:
    remark = latest.get(item.number)
    if remark is None:
        return item
    positions = catalog.forms()[remark.form].positions
    told = {facts.into_text: facts.text, facts.into_day: facts.day}
    said = {name: remark.values[positions[source]] for name, source in told.items()}
    return replace(item, office={**said, **item.office})
