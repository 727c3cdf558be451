"""An old filled workbook under the columns of today's forms: what is carried over, and what is left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from rectify_xl.facts import catalog
from rectify_xl.grid import Grid, Unreadable
from rectify_xl.judging.data_rows import is_line
from rectify_xl.judging.headings import is_self_check, is_serial
from rectify_xl.judging.recognise import FormSheet, SortedSheets, sort_sheets
from rectify_xl.kinds import CellError, NoValue, as_text
from rectify_xl.layouts.layout import cell_name
from rectify_xl.model import Form
from rectify_xl.normal import key_text, shown

Values = tuple[Any, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Left:
    """Cells that were not carried over: `kind` is sheet, column, row, error or cover, `count` how many cells.

    `cell` is the first of them, `label` their header or field; nothing that was typed in a row is shown.
    """

    kind: str
    sheet: str
    cell: str = ""
    label: str = ""
    count: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class CarriedOver:
    """What goes into the new workbook: its forms, the rows of each in the form's column order as typed, the cover.

    `filled` counts the cells that were filled from a merged cell above.
    """

    forms: tuple[Form, ...]
    rows: Mapping[str, tuple[Values, ...]]
    cover: Mapping[str, Any]
    left: tuple[Left, ...] = ()
    filled: int = 0


@dataclass(slots=True)
class _Tally:
    """What was left out and how many cells were filled, counted while the sheets are carried over."""

    left: list[Left] = field(default_factory=list)
    filled: int = 0


def carry_over(sheets: Sequence[Grid], campaign: str) -> CarriedOver:
    """The rows of a workbook under the columns of the forms in force, found by their headers and aliases.

    Values are carried over as typed. Raises Unreadable("no-form") where no sheet is a form's. `campaign` is that of the
    new workbook.
    """
    sorted_sheets = sort_sheets(sheets)
    if not sorted_sheets.forms:
        raise Unreadable("no-form")
    tally = _Tally()
    rows: dict[str, list[Values]] = {}
    for sheet in sorted_sheets.forms:
        rows.setdefault(sheet.form.name, []).extend(_rows(sheet, tally))
        tally.left += [*_left_columns(sheet), *_left_rows(sheet)]
    cover = dict(_cover_fields(sorted_sheets, campaign, tally))
    for grid in sorted_sheets.others:
        tally.left.append(Left(kind="sheet", sheet=grid.title, count=sum(map(_count_filled, grid.rows))))
    return CarriedOver(
        forms=forms_of(rows),
        rows={name: tuple(form_rows) for name, form_rows in rows.items()},
        cover=cover,
        left=tuple(tally.left),
        filled=tally.filled,
    )


def campaign_of(sheets: Sequence[Grid]) -> str:
    """The campaign that the workbook's cover names, "" where there is none."""
    cell = (sort_sheets(sheets).cover or {}).get("campaign")
    return as_text(cell.value) if cell else ""


def forms_of(names: Collection[str]) -> tuple[Form, ...]:
    """All forms of the templates that hold one of the named forms, in the order of the templates."""
    forms = catalog.forms().values()
    templates = {form.template for form in forms if form.name in names}
    return tuple(form for form in forms if form.template in templates)


# ---- the rows


def _rows(sheet: FormSheet, tally: _Tally) -> Iterator[Values]:
    """The rows of data; a cell that holds only an error is left out."""
    for line in sheet.data:
        tops = dict(sheet.covered.get(line, ()))
        values = []
        for column in sheet.form.columns:
            offset = sheet.offsets.get(column.name)
            top = tops.get(offset) if offset is not None else None
            tally.filled += top is not None
            raw = sheet.raw_value(line if top is None else top, column.name)
            if offset is not None and isinstance(raw, (CellError, NoValue)):
                tally.left.append(_left_error(sheet, line, offset))
                raw = None
            values.append(plain_value(raw))
        yield tuple(values)


def _left_error(sheet: FormSheet, line: int, offset: int) -> Left:
    label = next((h.text for h in sheet.headings if h.offset == offset), "")
    return Left(kind="error", sheet=sheet.grid.title, cell=_cell_name(sheet.grid, line, offset), label=label)


def plain_value(raw: Any) -> Any:
    """A cell's value as text, day or number; None for an empty one."""
    if raw is None or raw == "":
        return None
    if isinstance(raw, datetime):
        return raw.date() if raw.time() == time.min else as_text(raw)
    if isinstance(raw, str):
        return str(raw)  # no subclass of it
    if isinstance(raw, date) or (isinstance(raw, (int, float)) and not isinstance(raw, bool)):
        return raw
    return as_text(raw)


def _cell_name(grid: Grid, line: int, offset: int) -> str:
    return cell_name(grid.first_row + line, grid.first_column + offset)


# ---- what is left out


def _left_columns(sheet: FormSheet) -> Iterator[Left]:
    """The filled columns that are none of the form's, except row numbers and the self-check."""
    headings = {heading.offset: heading for heading in sheet.headings}
    ours = set(sheet.offsets.values())
    counts: Counter[int] = Counter()
    for line in sheet.data:
        counts.update(o for o, value in enumerate(sheet.grid.rows[line]) if value != "" and o not in ours)
    for offset, count in sorted(counts.items()):
        heading = headings.get(offset)
        label = heading.text if heading else ""
        if not (is_serial(label) or is_self_check(label)):
            cell = _cell_name(sheet.grid, heading.line if heading else sheet.header.bottom, offset)
            yield Left(kind="column", sheet=sheet.grid.title, cell=cell, label=shown(label), count=count)


def _left_rows(sheet: FormSheet) -> Iterator[Left]:
    """The filled rows below the header that are no data, except totals and signatures."""
    data = set(sheet.data)
    ignored = {h.offset for h in sheet.headings if is_serial(h.text) or is_self_check(h.text)}
    for line in range(sheet.header.start, len(sheet.grid.rows)):
        row = sheet.grid.rows[line]
        filled = [offset for offset, value in enumerate(row) if value != ""]
        if line not in data and not ignored.issuperset(filled) and not is_line(row):
            cell = _cell_name(sheet.grid, line, filled[0])
            yield Left(kind="row", sheet=sheet.grid.title, cell=cell, count=len(filled))


def _cover_fields(sheets: SortedSheets, campaign: str, tally: _Tally) -> Iterator[tuple[str, Any]]:
    """The cover's fields by name; the name of another campaign than the new workbook's is left out."""
    for column in catalog.cover().columns:
        cell = (sheets.cover or {}).get(column.name)
        if cell is None or cell.value == "":
            continue
        is_error = isinstance(cell.value, (CellError, NoValue))
        if is_error or (column.locked and key_text(as_text(cell.value)) != key_text(campaign)):
            name = cell_name(cell.row, cell.column)
            tally.left.append(Left(kind="cover", sheet=sheets.cover_title, cell=name, label=column.label))
        elif not column.locked:
            yield column.name, plain_value(cell.value)


def _count_filled(row: Sequence[Any]) -> int:
    return sum(value != "" for value in row)
