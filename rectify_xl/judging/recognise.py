"""Which sheet is the cover, which is which form, and where its header stands: told from the values alone."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from rectify_xl import catalog
from rectify_xl.grid import Grid, RawBook
from rectify_xl.judging.carried import Covered, covered_cells
from rectify_xl.judging.data_rows import data_rows
from rectify_xl.judging.header_rows import Header, SheetTop, find_header
from rectify_xl.judging.headings import Heading, label_key
from rectify_xl.model import Form
from rectify_xl.normal import key_text
from rectify_xl.terms import list_titles


@dataclass(frozen=True, kw_only=True, slots=True)
class FormSheet:
    """A sheet known as a form: its header, the offsets (into grid.rows) of its data, and what merged cells cover.

    `offsets` tells where each of our columns stands in a row of the grid.
    """

    form: Form
    grid: Grid
    header: Header
    offsets: Mapping[str, int]
    data: tuple[int, ...]
    covered: Mapping[int, Covered]
    renamed: bool = False

    @property
    def headings(self) -> tuple[Heading, ...]:
        """The cells of the header."""
        return self.header.headings

    def typed(self, offset: int, name: str) -> Any:
        """What stands in a row under one of our columns, "" where it is blank or the column is not there."""
        at, cells = self.offsets.get(name), self.grid.rows[offset]
        return cells[at] if at is not None and at < len(cells) else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class CoverCell:
    """The value of one cover field: what stands right of its label, and where (1-based row, 0-based column)."""

    value: Any
    row: int
    column: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Sorted:
    """The sheets of one workbook told apart; `others` are sheets with something on them that are none of ours."""

    cover: Mapping[str, CoverCell] | None
    cover_title: str
    stamp: str
    forms: tuple[FormSheet, ...]
    others: tuple[Grid, ...]


def is_ledger(raw: RawBook) -> bool:
    """Whether a workbook is a ledger of ours: a sheet shows where its rows, or whose its files, came from; no cover."""
    cover = key_text(catalog.cover().sheet)
    if any(key_text(grid.title) == cover for grid in raw.sheets):
        return False
    facts, within = catalog.words("ledger"), catalog.reading().header_within_rows
    marks = {column["label"] for part in (facts["source"], facts["files"]["columns"]) for column in part
             if column["name"] in ("source_digest", "digest")}  # fmt: skip
    return any(marks.intersection(c for c in row if c.__class__ is str) for g in raw.sheets for row in g.rows[:within])


def sort_sheets(sheets: Sequence[Grid]) -> Sorted:
    """Finds the cover and the forms among the sheets of a workbook."""
    cover_grid = next((g for g in sheets if key_text(g.title) == key_text(catalog.cover().sheet)), None)
    found: list[FormSheet] = []
    others: list[Grid] = []
    for grid in sheets:
        if grid is cover_grid or _is_ours(grid):
            continue
        sheet = form_sheet(grid)
        if sheet:
            found.append(sheet)
        elif any(_is_filled(row) for row in grid.rows):
            others.append(grid)
    for sheet in _examples(found):
        found.remove(sheet)
        others.append(sheet.grid)
    cover_grid = cover_grid or next((g for g in others if len(_cover_cells(g)) >= 4), None)
    cells = _cover_cells(cover_grid) if cover_grid else None
    stamp = cells.pop("", None) if cells else None
    return Sorted(
        cover=cells,
        cover_title=cover_grid.title if cover_grid else "",
        stamp=str(stamp.value) if stamp else "",
        forms=tuple(found),
        others=tuple(g for g in others if g is not cover_grid),
    )


def _is_ours(grid: Grid) -> bool:
    """Whether a sheet is one that we write beside the forms: a clerk's own may be called like it."""
    facts, title, top = catalog.reading(), key_text(grid.title), grid.rows[0] if grid.rows else []
    if title == key_text(facts.instructions_sheet) or catalog.words("marked")["sign"] in top:
        return True
    if title not in (key_text(facts.lists_sheet), key_text(facts.self_check_sheet)):
        return False
    return not grid.visible or (bool(top) and top[0] in (*list_titles().values(), _helper_sign()))


def _helper_sign() -> str:
    """What the first cell of the self-check's own sheet says."""
    sign: str = catalog.words("selfcheck")["helper"]["signs"]
    return sign


def _examples(found: Sequence[FormSheet]) -> list[FormSheet]:
    """The sheets that by their titles show how a form is filled in (填写示例), where another sheet holds the form."""
    shown = [sheet for sheet in found if key_text(sheet.grid.title).rstrip(")").endswith(_example_titles())]
    held = {sheet.form.name for sheet in found if sheet not in shown}
    return [sheet for sheet in shown if sheet.form.name in held]


@cache
def _example_titles() -> tuple[str, ...]:
    return tuple(key_text(title) for title in catalog.reading().example_titles)


def _is_filled(row: Sequence[Any]) -> bool:
    return any(value != "" for value in row)


# ---- the cover


@cache
def _cover_labels() -> Mapping[str, str]:
    """Field name by label in normal form; "" is the line that tells the edition."""
    labels = {label_key(catalog.cover().stamp_label): ""}
    for column in catalog.cover().columns:
        labels |= {label_key(alias): column.name for alias in column.aliases}
    return labels | {label_key(column.label): column.name for column in catalog.cover().columns}


def _cover_cells(grid: Grid) -> dict[str, CoverCell]:
    labels = _cover_labels()
    cells: dict[str, CoverCell] = {}
    for i, row in enumerate(grid.rows[:60]):
        for j, value in enumerate(row):
            name = labels.get(label_key(value)) if value.__class__ is str and value else None
            if name is not None and name not in cells:
                at = _value_at(row, j + 1, labels)
                cells[name] = CoverCell(
                    value=row[at] if at < len(row) else "", row=grid.first_row + i, column=grid.first_column + at
                )
    return cells


def _value_at(row: Sequence[Any], start: int, labels: Mapping[str, str]) -> int:
    """The place of a label's value: the next cell, or past it the first filled one (a merged label spans cells)."""
    for place in range(start, min(start + 4, len(row))):
        if row[place] != "":
            is_label = row[place].__class__ is str and label_key(row[place]) in labels
            return start if is_label else place
    return start


# ---- the forms


def form_sheet(grid: Grid) -> FormSheet | None:
    """The form that a sheet holds with its header and rows, or None."""
    top, title = SheetTop(grid), _title_key(grid.title)
    named = next((f for f in catalog.forms().values() if key_text(f.title) == title), None)
    if named and (header := find_header(top, named, 2)):
        return _read_sheet(grid, named, header, renamed=False)
    best: tuple[Header, Form] | None = None
    for form in catalog.forms().values():
        found = find_header(top, form, max(3, len(form.columns) // 2))
        if found and _names_key(found, form) and (best is None or found.score > best[0].score):
            best = (found, form)
    return _read_sheet(grid, best[1], best[0], renamed=True) if best else None


def _title_key(title: str) -> str:
    """A sheet's title without the (2) of a copy."""
    return re.sub(r"\(\d+\)\Z", "", key_text(title))


def _names_key(header: Header, form: Form) -> bool:
    """Whether a header names a column of the form's key: 文号, 份数 and 备注 alone are any register's."""
    return any(heading.column in form.key for heading in header.headings)


def _read_sheet(grid: Grid, form: Form, header: Header, *, renamed: bool) -> FormSheet:
    data = tuple(data_rows(grid, header))
    offsets = {heading.column: heading.offset for heading in header.headings if heading.column}
    return FormSheet(
        form=form,
        grid=grid,
        header=header,
        offsets=offsets,
        data=data,
        covered=covered_cells(grid, data, offsets.values()) if grid.merges else {},
        renamed=renamed,
    )
