"""What the office says of items: its own entries, and the latest supervision record where it typed nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from rectify_xl.facts import catalog
from rectify_xl.little_memory.laid_aside import keep
from rectify_xl.model import Item, OfficeEntry, Remarks

Items = Mapping[str, Sequence[Item]]
# What the office typed of each item, by form and number: values by column, None where it cleared a cell.
OfficeValues = Mapping[tuple[str, str], Mapping[str, Any]]


def office_values(entries: Iterable[OfficeEntry]) -> OfficeValues:
    """What counts of the office's entries: of one cell the latest by its day, of one day's the last in order."""
    values: dict[tuple[str, str], dict[str, Any]] = {}
    for entry in sorted(entries, key=lambda e: e.as_of):
        values.setdefault((entry.form, entry.number), {})[entry.column] = entry.value
    return values


def with_remarks(items: Items) -> Items:
    """The items with the remarks that rows of other forms (supervision) make on them, found by their numbers."""
    remarked = dict(items)
    for form in catalog.forms().values():
        if form.remarks and form.remarks.form in remarked and form.name in remarked:
            remarks = _by_number(remarked[form.name], form.remarks)
            of_form = remarked[form.remarks.form]
            with_them = (_with_remark(item, form.remarks, remarks.get(item.number, ())) for item in of_form)
            remarked[form.remarks.form] = keep(with_them, len(of_form))
    return remarked


def _by_number(remarks: Sequence[Item], declared: Remarks) -> dict[str, list[Item]]:
    """The remarks by the number they are on, the latest last; of one day's the one reported last stands.

    A remark without its day, which a waiver may let pass, counts from its 填报日期.
    """
    form = catalog.forms()[remarks[0].form]
    number, day = form.positions[declared.number], form.positions[declared.day]

    def order(item: Item) -> tuple[date, date, int]:
        return item.values[day] or item.latest.filled_on, item.latest.filled_on, item.latest.row

    by_number: dict[str, list[Item]] = {}
    for item in sorted(remarks, key=order):
        if item.values[number]:
            by_number.setdefault(item.values[number], []).append(item)
    return by_number


def _with_remark(item: Item, declared: Remarks, remarks: Sequence[Item]) -> Item:
    """The item with its latest remark, unless an office typed its own.

    What a lower office's ledger shows in the office's columns may be an earlier remark: that is no text of its own.
    """
    if not remarks:
        return item
    positions = catalog.forms()[remarks[0].form].positions
    places = {declared.into_text: positions[declared.text], declared.into_day: positions[declared.day]}
    shown = [{name: remark.values[place] for name, place in places.items()} for remark in remarks]
    office = dict(item.office)
    text = office.get(declared.into_text)
    if earlier := next((cells for cells in shown if cells[declared.into_text] == text), None):
        office = {name: value for name, value in office.items() if earlier.get(name) != value}
    return replace(item, office={**shown[-1], **office})
