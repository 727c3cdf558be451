"""An old filled workbook sorted under the columns of today's forms: what has its place there, and what has none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from rectify_xl import catalog
from rectify_xl.grid import Grid, Unreadable
from rectify_xl.judging.data_rows import is_line
from rectify_xl.judging.headings import is_self_check, is_serial
from rectify_xl.judging.recognise import FormSheet, Sorted, sort_sheets
from rectify_xl.kinds import CellError, NoValue, as_text
from rectify_xl.layout import cell_name
from rectify_xl.model import Form
from rectify_xl.normal import key_text, shown

Values = tuple[Any, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Left:
    """What was not carried over: `kind` says what it is (sheet, column, row, error, cover), `count` how many cells.

    `cell` is where it begins, `label` its header or field; nothing that was typed in a row is told.
    """

    kind: str
    sheet: str
    cell: str = ""
    label: str = ""
    count: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class CarriedOver:
    """What goes into the new workbook: its forms, the rows of each in the form's column order as typed, the cover.

    `filled` counts the cells that a merged cell above them covered: each got its content.
    """

    forms: tuple[Form, ...]
    rows: Mapping[str, tuple[Values, ...]]
    cover: Mapping[str, Any]
    left: tuple[Left, ...] = ()
    filled: int = 0


@dataclass(slots=True)
class _Kept:
    """What is gathered while the sheets are gone through."""

    left: list[Left] = field(default_factory=list)
    filled: int = 0


def carry_over(sheets: Sequence[Grid], campaign: str) -> CarriedOver:
    """The rows of a workbook under the columns of the forms in force, by their headers (other words for them too).

    Nothing is understood or mended: a text stays the text it is. Raises Unreadable("no-form") where no sheet is one of
    a form. `campaign` is that of the new workbook.
    """
    found = sort_sheets(sheets)
    if not found.forms:
        raise Unreadable("no-form")
    kept = _Kept()
    rows: dict[str, list[Values]] = {}
    for sheet in found.forms:
        rows.setdefault(sheet.form.name, []).extend(_rows(sheet, kept))
        kept.left += [*_columns_left(sheet), *_rows_left(sheet)]
    cover = dict(_cover(found, campaign, kept))
    kept.left += [Left(kind="sheet", sheet=grid.title, count=_filled(grid)) for grid in found.others]
    return CarriedOver(
        forms=forms_of(rows),
        rows={name: tuple(held) for name, held in rows.items()},
        cover=cover,
        left=tuple(kept.left),
        filled=kept.filled,
    )


def campaign_of(sheets: Sequence[Grid]) -> str:
    """The campaign that the workbook's cover names, "" where there is none."""
    cell = (sort_sheets(sheets).cover or {}).get("campaign")
    return as_text(cell.value) if cell else ""


def forms_of(names: Collection[str]) -> tuple[Form, ...]:
    """Every form of the templates that the forms of these names stand in, in the order of the templates."""
    known = catalog.forms().values()
    templates = {form.template for form in known if form.name in names}
    return tuple(form for form in known if form.template in templates)


# ---- the rows


def _rows(sheet: FormSheet, kept: _Kept) -> Iterator[Values]:
    for offset in sheet.data:
        tops = dict(sheet.covered.get(offset, ()))
        made = []
        for column in sheet.form.columns:
            at = sheet.offsets.get(column.name)
            top = tops.get(at) if at is not None else None
            kept.filled += top is not None
            raw = sheet.typed(offset if top is None else top, column.name)
            made.append(_value(raw, (sheet, offset, at), kept))
        yield tuple(made)


def _value(raw: Any, place: tuple[FormSheet, int, int | None], kept: _Kept) -> Any:
    """A cell as the template writes it: text, day, number or None; the value of a broken formula is left."""
    if isinstance(raw, (CellError, NoValue)):
        sheet, offset, at = place
        label = next((h.text for h in sheet.headings if h.offset == at), "")
        cell = _name(sheet.grid, offset, at or 0)
        kept.left.append(Left(kind="error", sheet=sheet.grid.title, cell=cell, label=label))
        return None
    return plain_value(raw)


def plain_value(raw: Any) -> Any:
    """A cell's value as text, day or number; None for an empty one."""
    if raw is None or raw == "":
        return None
    if isinstance(raw, datetime):
        return raw.date() if raw.time() == time.min else as_text(raw)
    if isinstance(raw, str):
        return str(raw)  # plain, whatever was known of it
    if isinstance(raw, date) or (isinstance(raw, (int, float)) and not isinstance(raw, bool)):
        return raw
    return as_text(raw)


def _name(grid: Grid, offset: int, at: int) -> str:
    return cell_name(grid.first_row + offset, grid.first_column + at)


# ---- what has no place


def _columns_left(sheet: FormSheet) -> Iterator[Left]:
    """The columns with something in them that are none of the form's; row numbers and the self-check are no loss."""
    texts = {heading.offset: heading for heading in sheet.headings}
    ours = set(sheet.offsets.values())
    counted: Counter[int] = Counter()
    for offset in sheet.data:
        counted.update(at for at, value in enumerate(sheet.grid.rows[offset]) if value != "" and at not in ours)
    for at, count in sorted(counted.items()):
        heading = texts.get(at)
        label = heading.text if heading else ""
        if not (is_serial(label) or is_self_check(label)):
            line = heading.line if heading else sheet.header.bottom
            cell = _name(sheet.grid, line, at)
            yield Left(kind="column", sheet=sheet.grid.title, cell=cell, label=shown(label), count=count)


def _rows_left(sheet: FormSheet) -> Iterator[Left]:
    """The rows below the header that are no data, but for totals and signatures."""
    data = set(sheet.data)
    for offset in range(sheet.header.start, len(sheet.grid.rows)):
        row = sheet.grid.rows[offset]
        at = next((place for place, value in enumerate(row) if value != ""), None)
        if offset not in data and at is not None and not is_line(row) and not _only_numbered(sheet, row):
            count = sum(value != "" for value in row)
            yield Left(kind="row", sheet=sheet.grid.title, cell=_name(sheet.grid, offset, at), count=count)


def _only_numbered(sheet: FormSheet, row: Sequence[Any]) -> bool:
    """Whether a row holds nothing but its number and what our self-check says of it."""
    silent = {h.offset for h in sheet.headings if is_serial(h.text) or is_self_check(h.text)}
    return all(value == "" or at in silent for at, value in enumerate(row))


def _cover(found: Sorted, campaign: str, kept: _Kept) -> Iterator[tuple[str, Any]]:
    """The cover's fields by name; another campaign than the new workbook's is left."""
    for column in catalog.cover().columns:
        cell = (found.cover or {}).get(column.name)
        if cell is None or cell.value == "":
            continue
        broken = isinstance(cell.value, (CellError, NoValue))
        if broken or (column.locked and key_text(as_text(cell.value)) != key_text(campaign)):
            place = cell_name(cell.row, cell.column)
            kept.left.append(Left(kind="cover", sheet=found.cover_title, cell=place, label=column.label))
        elif not column.locked:
            yield column.name, plain_value(cell.value)


def _filled(grid: Grid) -> int:
    return sum(value != "" for row in grid.rows for value in row)
