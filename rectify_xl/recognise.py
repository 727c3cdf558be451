"""Which sheet is which form, where its header and rows are, and what is no data: told from the values alone."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from rectify_xl import catalog
from rectify_xl.grid import Grid
from rectify_xl.model import Column, Form
from rectify_xl.normal import key_text, narrow, tidy


@dataclass(frozen=True, kw_only=True, slots=True)
class Heading:
    """One header cell: its place in the rows (`offset`), its text, the column it is of ("" if none of ours)."""

    offset: int
    text: str
    column: str = ""
    told: str = ""  # "", "alias", "spaces" or "moved": why fixed-header is told


@dataclass(frozen=True, kw_only=True, slots=True)
class FormSheet:
    """A sheet known as a form: its header and the offsets (into grid.rows) of the rows that are data."""

    form: Form
    grid: Grid
    header: int
    headings: tuple[Heading, ...]
    data: tuple[int, ...]
    renamed: bool = False

    @property
    def offsets(self) -> dict[str, int]:
        """Where each of our columns stands in a row of the grid."""
        return {h.column: h.offset for h in self.headings if h.column}


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


def sort_sheets(sheets: Sequence[Grid]) -> Sorted:
    """Finds the cover and the forms among the sheets of a workbook."""
    facts = catalog.reading()
    ours = {key_text(t) for t in (facts.instructions_sheet, facts.lists_sheet, facts.self_check_sheet)}
    cover_grid = next((g for g in sheets if key_text(g.title) == key_text(catalog.cover().sheet)), None)
    cover_grid = cover_grid or next((g for g in sheets if len(_cover_cells(g)) >= 4), None)
    found: list[FormSheet] = []
    others: list[Grid] = []
    for grid in sheets:
        if grid is cover_grid or key_text(grid.title) in ours or grid.title.startswith(facts.problems_sheet):
            continue
        sheet = form_sheet(grid)
        if sheet:
            found.append(sheet)
        elif any(_is_filled(row) for row in grid.rows):
            others.append(grid)
    cells = _cover_cells(cover_grid) if cover_grid else None
    stamp = cells.pop("", None) if cells else None
    return Sorted(
        cover=cells,
        cover_title=cover_grid.title if cover_grid else "",
        stamp=str(stamp.value) if stamp else "",
        forms=tuple(found),
        others=tuple(others),
    )


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


# ---- headers


def label_key(text: str) -> str:
    """A label as it is compared: no star, no colon, no hint in brackets, no spaces, usual width."""
    key = key_text(text).rstrip("*:").lstrip("*")
    return _hint().sub("", key) or key


@cache
def _hint() -> re.Pattern[str]:
    pairs = {"（": "）", "(": ")", "【": "】", "[": "]"}
    opened = [narrow(b) for b in catalog.reading().hint_brackets]
    closed = [narrow(pairs.get(b, b)) for b in catalog.reading().hint_brackets]
    either = "|".join(f"{re.escape(a)}.*?{re.escape(b)}" for a, b in zip(opened, closed, strict=True))
    return re.compile(f"(?:{either})\\Z")


@cache
def _form_labels(name: str) -> Mapping[str, tuple[str, bool]]:
    """(column name, is an alias) by label in normal form; a label of the form always wins over an alias."""
    form = catalog.forms()[name]
    labels: dict[str, tuple[str, bool]] = {}
    for column in form.columns:
        for alias in (*catalog.header_aliases().get(column.label, ()), *column.aliases):
            labels.setdefault(label_key(alias), (column.name, True))
    return labels | {label_key(column.label): (column.name, False) for column in form.columns}


@cache
def _all_labels() -> frozenset[str]:
    return frozenset(key for name in catalog.forms() for key in _form_labels(name))


def form_sheet(grid: Grid) -> FormSheet | None:
    """The form that a sheet holds with its header and rows, or None."""
    named = next((f for f in catalog.forms().values() if key_text(f.title) == _title_key(grid.title)), None)
    if named and (found := _best_header(grid, named, 2)):
        return _read_sheet(grid, named, found[1], renamed=False)
    best: tuple[int, int, Form] | None = None
    for form in catalog.forms().values():
        scored = _best_header(grid, form, max(3, len(form.columns) // 2))
        if scored and (best is None or scored[0] > best[0]):
            best = (*scored, form)
    return _read_sheet(grid, best[2], best[1], renamed=True) if best else None


def _title_key(title: str) -> str:
    """A sheet's title without the (2) of a copy."""
    return re.sub(r"\(\d+\)\Z", "", key_text(title))


def _best_header(grid: Grid, form: Form, least: int) -> tuple[int, int] | None:
    """(score, offset) of the row in the first 30 that says most of the form's labels, exact ones counting double."""
    labels = _form_labels(form.name)
    best: tuple[int, int] | None = None
    within = catalog.reading().header_within_rows - grid.first_row + 1
    for offset, row in enumerate(grid.rows[: max(within, 0)]):
        hits = {labels[key][0]: labels[key][1] for key in _row_keys(row) if key in labels}
        score = sum(1 if alias else 2 for alias in hits.values())
        if len(hits) >= least and (best is None or score > best[0]):
            best = (score, offset)
        if score == 2 * len(form.columns):  # every label as we write it: nothing below can say more
            break
    return best


def _row_keys(row: Sequence[Any]) -> list[str]:
    return [label_key(value) for value in row if value.__class__ is str and value]


def _read_sheet(grid: Grid, form: Form, header: int, *, renamed: bool) -> FormSheet:
    headings = _headings(grid.rows[header], form)
    return FormSheet(
        form=form,
        grid=grid,
        header=header,
        headings=headings,
        data=tuple(_data_rows(grid, header, headings)),
        renamed=renamed,
    )


def _headings(row: Sequence[Any], form: Form) -> tuple[Heading, ...]:
    labels = _form_labels(form.name)
    texts = [(offset, str(value)) for offset, value in enumerate(row) if value != ""]
    taken: dict[str, int] = {}
    for wants_alias in (False, True):  # an exact label anywhere on the row comes before an alias of the same column
        for offset, text in texts:
            name, alias = labels.get(label_key(text), ("", False))
            if name and alias is wants_alias and name not in taken:
                taken[name] = offset
    by_offset = {offset: name for name, offset in taken.items()}
    moved = _moved(by_offset, form)
    return tuple(
        Heading(
            offset=offset,
            text=tidy(text),
            column=by_offset.get(offset, ""),
            told=_told(text, form.column(by_offset[offset]), offset in moved) if offset in by_offset else "",
        )
        for offset, text in texts
    )


def _told(text: str, column: Column, is_moved: bool) -> str:
    """Why a header is told: another word for it, spaces or widths in it, or its place. A star or a hint is no news."""
    if label_key(text) != label_key(column.label):
        return "alias"
    if not tidy(text).lstrip("*＊").startswith(column.label) or tidy(text) != text:
        return "spaces"
    return "moved" if is_moved else ""


def _moved(by_offset: Mapping[int, str], form: Form) -> set[int]:
    """The offsets of columns that stand out of order: all but a longest run that keeps the form's order."""
    offsets = sorted(by_offset)
    runs: list[list[int]] = []
    for offset in offsets:
        place = form.positions[by_offset[offset]]
        before = [run for run in runs if form.positions[by_offset[run[-1]]] < place]
        runs.append([*_longest(before), offset])
    return set(offsets) - set(_longest(runs))


def _longest(runs: Sequence[list[int]]) -> list[int]:
    """The first of the longest runs, [] if there is none."""
    return max(runs, key=lambda run: len(run)) if runs else []


# ---- rows


def is_serial(text: str) -> bool:
    """Whether a header is 序号 or its like: numbered by hand, nobody's data."""
    return key_text(text) in {key_text(label) for label in catalog.reading().serial_labels}


def _data_rows(grid: Grid, header: int, headings: Sequence[Heading]) -> list[int]:
    """The offsets of the rows below the header that hold data."""
    ours = [h.offset for h in headings if h.column]
    silent = {h.offset for h in headings if not h.column and (is_serial(h.text) or is_self_check(h.text))}
    kept = []
    for offset in range(header + 1, len(grid.rows)):
        row = grid.rows[offset]
        if row.count("") == len(row):
            continue
        filled = [j for j in ours if j < len(row) and _means_something(row[j])]
        if filled and not _is_aside(row, filled, silent, headings):
            kept.append(offset)
    return kept


def is_self_check(text: str) -> bool:
    """Whether a header is that of the self-check column of our templates."""
    return key_text(text).startswith(catalog.reading().self_check_label)


def _means_something(value: Any) -> bool:
    return value != "" and not (value.__class__ is str and (value in _blanks() or not value.strip()))


@cache
def _blanks() -> frozenset[str]:
    return frozenset(catalog.reading().blanks)


def _is_aside(row: Sequence[Any], filled: Sequence[int], silent: set[int], headings: Sequence[Heading]) -> bool:
    """Whether a row is a total, a signature, an example or the header once more."""
    first = next((v for j, v in enumerate(row) if v != "" and (j not in silent or v.__class__ is str)), "")
    if first.__class__ is not str or first[:1].isdigit():
        return False
    starts = _asides()
    if starts is None or not starts.match(key_text(first)):
        return bool(len(filled) > 1) and _repeats_header(row, headings)
    facts = catalog.reading()
    key = key_text(first)
    if any(key.startswith(key_text(label)) for label in facts.signature_labels):
        return len(filled) <= 4
    return True


@cache
def _asides() -> re.Pattern[str]:
    facts = catalog.reading()
    whole = "|".join(re.escape(key_text(label)) for label in (*facts.total_labels, *facts.example_labels))
    signed = "|".join(re.escape(key_text(label)) for label in facts.signature_labels)
    return re.compile(rf"(?:{whole})(?:[:].*|\d*)\Z|(?:{signed})")


def _repeats_header(row: Sequence[Any], headings: Sequence[Heading]) -> bool:
    ours = [h for h in headings if h.column and h.offset < len(row) and row[h.offset] != ""]
    return len(ours) > 1 and all(
        row[h.offset].__class__ is str and label_key(row[h.offset]) == label_key(h.text) for h in ours
    )
