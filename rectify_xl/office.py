"""What the office says of items: the latest supervision record stands in its columns where it typed nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from rectify_xl import catalog
from rectify_xl.model import Item, Remarks

Items = Mapping[str, tuple[Item, ...]]


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
