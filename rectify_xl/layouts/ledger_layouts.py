"""Finds the sheets of a ledger in a workbook, wherever their columns and rows stand now."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from typing import Any, NamedTuple

from rectify_xl.facts import catalog
from rectify_xl.facts.in_force import kept_by_forms
from rectify_xl.kinds import as_text
from rectify_xl.layouts.ledger_columns import declared, ledger_columns, solved_columns
from rectify_xl.model import Column
from rectify_xl.normal import key_text

Values = Sequence[Sequence[Any]]

# The share of a sheet's labels that the header of a renamed sheet must have.
_ENOUGH = 0.8
# How similar to our label a changed header must be that stands in its place.
_LIKE = 0.5
_ENDING = re.compile(r"\s*\(\d+\)\Z")


class Layout(NamedTuple):
    """A sheet of the ledger: the form (or the part beside the forms) it shows, its title and columns."""

    name: str
    title: str
    columns: tuple[Column, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class LedgerSheet:
    """A sheet found: its values from A1 on, the offset of its header, and the offset of each column (None: missing)."""

    layout: Layout
    title: str
    values: Values
    header: int
    places: tuple[int | None, ...]

    def rows(self) -> Iterator[tuple[int, tuple[Any, ...]]]:
        """(Excel's row number, cells in the order of the layout's columns) of every row that holds anything there."""
        for number, row in enumerate(self.values[self.header + 1 :], self.header + 2):
            width = len(row)
            cells = tuple(row[place] if place is not None and place < width else "" for place in self.places)
            if any(value != "" for value in cells):
                yield number, cells

    def place_of(self, name: str) -> int | None:
        """The offset of the column of that name; None if it is missing."""
        places = zip(self.layout.columns, self.places, strict=True)
        return next((place for column, place in places if column.name == name), None)

    def renamed(self) -> Iterator[tuple[int, str]]:
        """(Index in the layout, heading) of columns whose heading was changed and which are known by their place."""
        header = self.values[self.header]
        for at, (column, place) in enumerate(zip(self.layout.columns, self.places, strict=True)):
            heading = "" if place is None else header[place]
            if place is not None and (not isinstance(heading, str) or key_text(heading) != key_text(column.label)):
                yield at, as_text(heading)

    def other_columns(self) -> Iterator[tuple[str, list[tuple[int, int, Any]]]]:
        """(Header, the filled cells (row, place, value)) of every column that is none of ours."""
        header, below = self.values[self.header], self.values[self.header + 1 :]
        for place in sorted(set(range(max(map(len, below), default=0))).difference(self.places)):
            filled = [
                (number, place, row[place])
                for number, row in enumerate(below, self.header + 2) if place < len(row) and row[place] != ""
            ]  # fmt: skip
            if filled:
                yield as_text(header[place]) if place < len(header) else "", filled


@kept_by_forms()
def form_layouts() -> Mapping[str, Layout]:
    """The sheets of the forms by form name; restricted forms have none."""
    forms = (form for form in catalog.forms().values() if not form.restricted)
    return {form.name: Layout(form.name, form.title, ledger_columns(form)) for form in forms}


@cache
def side_layouts() -> Mapping[str, Layout]:
    """The sheets beside the forms: solved, pending, files and about."""
    facts = catalog.words("ledger")
    solved = Layout("solved", facts["solved"]["title"], solved_columns())
    parts = ("pending", "files", "about")
    return {"solved": solved, **{p: Layout(p, facts[p]["title"], declared(p, "columns")) for p in parts}}


def sheets_in(sheets: Mapping[str, Values]) -> Iterator[LedgerSheet]:
    """The sheets of a ledger among the sheets of a workbook (values from A1 on, by title), in their order."""
    layouts = (*form_layouts().values(), *side_layouts().values())
    for title, values in sheets.items():
        if match := _layout_of(title, values, layouts):
            layout, header = match
            places = tuple(_places(values[header], layout.columns))
            yield LedgerSheet(layout=layout, title=title, values=values, header=header, places=places)


def _layout_of(title: str, values: Values, layouts: Sequence[Layout]) -> tuple[Layout, int] | None:
    """The layout of a sheet and the place of its header, by its title or, if it was renamed, by its labels."""
    titled = key_text(_ENDING.sub("", title))
    candidates = [(layout, *_header_of(values, layout.columns)) for layout in layouts]
    for layout, share, header in candidates:
        if share and key_text(layout.title) == titled:
            return layout, header
    layout, share, header = max(candidates, key=lambda candidate: (candidate[1], len(candidate[0].columns)))
    return (layout, header) if share >= _ENOUGH else None


def _header_of(values: Values, columns: Sequence[Column]) -> tuple[float, int]:
    """The share of the labels in the row that has most of them, and its place; one label alone is no header."""
    labels = {key_text(column.label) for column in columns}
    counts = [len(labels & _keys(row)) for row in values[: catalog.reading().header_within_rows]]
    most = max(counts, default=0)
    return (most / len(labels), counts.index(most)) if most > 1 else (0.0, 0)


def _keys(row: Sequence[Any]) -> set[str]:
    return {key_text(value) for value in row if isinstance(value, str)}


def _places(header: Sequence[Any], columns: Sequence[Column]) -> list[int | None]:
    """Where each column stands; of columns with one label the first of ours is the leftmost.

    A header that was changed is known by where it stands: behind the column that it followed, if it is like our
    label, or blank between both its neighbours.
    """
    places_by_label: dict[str, list[int]] = {}
    for place, value in enumerate(header):
        if isinstance(value, str):
            places_by_label.setdefault(key_text(value), []).append(place)
    places: list[int | None] = []
    for column in columns:
        of_label = places_by_label.get(key_text(column.label), [])
        places.append(of_label.pop(0) if of_label else None)
    for at, column in enumerate(columns):
        before = places[at - 1] if at else -1
        if places[at] is not None or before is None:
            continue
        place, after = before + 1, places[at + 1] if at + 1 < len(places) else len(header)
        is_free = place < len(header) and place not in places
        if is_free and _is_renamed(header[place], column.label, after == place + 1):
            places[at] = place
    return places


def _is_renamed(heading: Any, label: str, is_between: bool) -> bool:
    if heading == "":
        return is_between
    return SequenceMatcher(None, key_text(as_text(heading)), key_text(label), autojunk=False).ratio() > _LIKE
