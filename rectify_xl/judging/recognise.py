"""Which sheet is the cover, which is which form, and where its header stands, known by their values alone."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from rectify_xl.facts import catalog
from rectify_xl.facts.terms import list_titles
from rectify_xl.grid import Grid, RawBook
from rectify_xl.judging.data_rows import data_lines, spanned_lines
from rectify_xl.judging.fill_down import Covered, covered_cells
from rectify_xl.judging.header_rows import Header, SheetTop, find_header
from rectify_xl.judging.headings import Heading, label_key
from rectify_xl.judging.passed_over import OtherTable, rows_in_one_cell, table_above, table_below
from rectify_xl.model import Form
from rectify_xl.normal import key_text

# A cover's labels stand in its first rows; its value stands among so many cells right of a label.
_COVER_ROWS, _LABEL_SPAN = 60, 4
# A sheet of another title is a cover if it has so many of its labels.
_LEAST_FIELDS = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class FormSheet:
    """A sheet recognised as a form: its header, the lines of its data, and the cells that merged cells cover, by line.

    In this package a `line` is an index into grid.rows, an `offset` one into a row of them, a `position` one into
    form.columns; a `row` is Excel's row number. `offsets` are those of the form's columns that the sheet has.
    Passed over, but told, are `above` and `below`, other tables, and `in_one_cell`: (line, offset) of rows that seem no
    headings.
    """

    form: Form
    grid: Grid
    header: Header
    offsets: Mapping[str, int]
    data: tuple[int, ...]
    covered: Mapping[int, Covered]
    is_renamed: bool = False
    above: OtherTable | None = None
    below: OtherTable | None = None
    in_one_cell: tuple[tuple[int, int], ...] = ()

    @property
    def headings(self) -> tuple[Heading, ...]:
        """The cells of the header."""
        return self.header.headings

    def raw_value(self, line: int, name: str) -> Any:
        """The cell of a column as read, "" where it is blank or the column is missing."""
        offset, cells = self.offsets.get(name), self.grid.rows[line]
        return cells[offset] if offset is not None and offset < len(cells) else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class CoverCell:
    """The value of one cover field: what stands right of its label, and where (1-based row, 0-based column)."""

    value: Any
    row: int
    column: int
    counts_from_1904: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class SortedSheets:
    """The sheets of one workbook by what they are; `others` hold something, but are none of ours."""

    cover: Mapping[str, CoverCell] | None
    cover_title: str
    stamp: str
    forms: tuple[FormSheet, ...]
    others: tuple[Grid, ...]


def is_ledger(raw: RawBook) -> bool:
    """Whether a workbook is an office's ledger: it has no cover, and a sheet of it names the files that rows came from.

    A file's digest alone is no sign of one: 配置.xlsx has a column of digests too.
    """
    cover = key_text(catalog.cover().sheet)
    if any(key_text(grid.title) == cover for grid in raw.sheets):
        return False
    facts, within = catalog.words("ledger"), catalog.reading().header_within_rows
    of_rows = {c["label"] for c in facts["source"] if c["name"] == "source_digest"}
    of_files = {c["label"] for c in facts["files"]["columns"] if c["name"] in ("digest", "verdict")}
    heads = ({c for c in row if c.__class__ is str} for g in raw.sheets for row in g.rows[:within])
    return any(of_rows <= head or of_files <= head for head in heads)


def sort_sheets(sheets: Sequence[Grid]) -> SortedSheets:
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
    cover_grid = cover_grid or next((g for g in others if len(_cover_cells(g)) >= _LEAST_FIELDS), None)
    cells = _cover_cells(cover_grid) if cover_grid else None
    stamp = cells.pop("", None) if cells else None
    return SortedSheets(
        cover=cells,
        cover_title=cover_grid.title if cover_grid else "",
        stamp=str(stamp.value) if stamp else "",
        forms=tuple(found),
        others=tuple(g for g in others if g is not cover_grid),
    )


def _is_ours(grid: Grid) -> bool:
    """Whether a sheet is one that we write beside the forms; a clerk's own sheet of the same title is not."""
    facts, title, top = catalog.reading(), key_text(grid.title), grid.rows[0] if grid.rows else []
    if title == key_text(facts.instructions_sheet) or catalog.words("marked")["sign"] in top:
        return True
    if title not in (key_text(facts.lists_sheet), key_text(facts.self_check_sheet)):
        return False
    return not grid.visible or (bool(top) and top[0] in (*list_titles().values(), _helper_sign()))


def _helper_sign() -> str:
    """The text in the first cell of the self-check's own sheet."""
    sign: str = catalog.words("selfcheck")["helper"]["signs"]
    return sign


def _examples(found: Sequence[FormSheet]) -> list[FormSheet]:
    """The sheets titled as examples of how to fill in a form (填写示例), where another sheet holds the form itself."""
    examples = [sheet for sheet in found if key_text(sheet.grid.title).rstrip(")").endswith(_example_titles())]
    filled_in = {sheet.form.name for sheet in found if sheet not in examples}
    return [sheet for sheet in examples if sheet.form.name in filled_in]


@cache
def _example_titles() -> tuple[str, ...]:
    return tuple(key_text(title) for title in catalog.reading().example_titles)


def _is_filled(row: Sequence[Any]) -> bool:
    return any(value != "" for value in row)


# ---- the cover


@cache
def _cover_labels() -> Mapping[str, str]:
    """Field name by label in normal form; "" is the name of the stamp that tells the template's edition."""
    labels = {label_key(catalog.cover().stamp_label): ""}
    for column in catalog.cover().columns:
        labels |= {label_key(alias): column.name for alias in column.aliases}
    return labels | {label_key(column.label): column.name for column in catalog.cover().columns}


def _cover_cells(grid: Grid) -> dict[str, CoverCell]:
    labels = _cover_labels()
    cells: dict[str, CoverCell] = {}
    for line, row in enumerate(grid.rows[:_COVER_ROWS]):
        for offset, value in enumerate(row):
            name = labels.get(label_key(value)) if value.__class__ is str and value else None
            if name is not None and name not in cells:
                at = _value_offset(row, offset + 1, labels)
                cells[name] = CoverCell(
                    value=row[at] if at < len(row) else "",
                    row=grid.first_row + line,
                    column=grid.first_column + at,
                    counts_from_1904=grid.counts_from_1904,
                )
    return cells


def _value_offset(row: Sequence[Any], start: int, labels: Mapping[str, str]) -> int:
    """The offset of a label's value: the next cell, or the first filled one past it (a merged label spans cells)."""
    for offset in range(start, min(start + _LABEL_SPAN, len(row))):
        if row[offset] != "":
            is_label = row[offset].__class__ is str and label_key(row[offset]) in labels
            return start if is_label else offset
    return start


# ---- the forms


def form_sheet(grid: Grid) -> FormSheet | None:
    """The form that a sheet holds with its header and rows, or None."""
    top, title = SheetTop(grid), _title_key(grid.title)
    titled = next((f for f in catalog.forms().values() if key_text(f.title) == title), None)
    if titled and (header := find_header(top, titled, 2)):
        return _form_sheet(grid, titled, header, is_renamed=False)
    best: tuple[Header, Form] | None = None
    for form in catalog.forms().values():
        found = find_header(top, form, max(3, len(form.columns) // 2))
        if found and _names_key(found, form) and (best is None or found.score > best[0].score):
            best = (found, form)
    return _form_sheet(grid, best[1], best[0], is_renamed=True) if best else None


def _title_key(title: str) -> str:
    """A sheet's title without the (2) of a copy."""
    return re.sub(r"\(\d+\)\Z", "", key_text(title))


def _names_key(header: Header, form: Form) -> bool:
    """Whether a header names a column of the form's key; without one (文号, 份数, 备注) it may be any register's."""
    return any(heading.column in form.key for heading in header.headings)


def _form_sheet(grid: Grid, form: Form, header: Header, *, is_renamed: bool) -> FormSheet:
    below = table_below(grid, header, form)
    end = below.start if below else len(grid.rows)
    spanned = spanned_lines(grid, header, end) if grid.merges else {}
    data = tuple(data_lines(grid, header, form, end, spanned))
    offsets = {heading.column: heading.offset for heading in header.headings if heading.column}
    return FormSheet(
        form=form,
        grid=grid,
        header=header,
        offsets=offsets,
        data=data,
        covered=covered_cells(grid, data, offsets.values()) if grid.merges else {},
        is_renamed=is_renamed,
        above=table_above(grid, header, form),
        below=below,
        in_one_cell=tuple(rows_in_one_cell(grid, header, spanned, data)) if spanned else (),
    )
