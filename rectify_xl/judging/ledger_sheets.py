"""Where an office's ledger differs from one that a run wrote: columns, sheets, and rows that stand twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from rectify_xl.facts import catalog
from rectify_xl.grid import Grid
from rectify_xl.kinds import as_text
from rectify_xl.layouts.layout import column_letter
from rectify_xl.layouts.ledger_columns import groups_for
from rectify_xl.layouts.ledger_layouts import LedgerSheet
from rectify_xl.model import Finding, Form
from rectify_xl.normal import as_typed, key_text


def column_findings(form: Form, sheet: LedgerSheet, optional: Collection[str]) -> Iterator[Finding]:
    """The missing columns of a sheet (its rows come without them), its renamed and its extra ones.

    Deadline columns are worked out anew, and a missing source is an error of every row: neither is reported here.
    """
    groups = groups_for(form)
    in_header = Finding(level="warning", code="", sheet=sheet.title, row=sheet.header + 1, form=form.name)
    for column, offset in zip(sheet.layout.columns, sheet.places, strict=True):
        is_expected = column in groups.form or column in groups.office
        if offset is None and is_expected and column.name not in optional:
            yield replace(
                in_header, code="missing-column", column=column.name, label=column.label, params=(("case", "warning"),)
            )
    for position, header in sheet.renamed():
        column, offset = sheet.layout.columns[position], sheet.places[position]
        assert offset is not None
        case = (("case", "alias"),) if header else ()
        yield replace(
            in_header, level="fixed", code="fixed-header", cell=f"{column_letter(offset)}{sheet.header + 1}",
            column=column.name, label=column.label, value=as_typed(header), params=(*case, ("label", column.label)),
        )  # fmt: skip
    for header, cells in sheet.other_columns():
        row, offset, value = cells[0]
        letter = column_letter(offset)
        case = () if header else (("case", "stray"),)
        finding = replace(in_header, code="extra-column", cell=f"{letter}{row}", row=row)
        yield replace(finding, value=as_typed(str(value)), params=(*case, ("header", header or letter)))


def extra_sheet_findings(grids: Collection[Grid], ledger_titles: Collection[str]) -> Iterator[Finding]:
    """A finding for every sheet that holds something, but is none of a ledger's."""
    for grid in grids:
        if grid.title not in ledger_titles and any(cell != "" for row in grid.rows for cell in row):
            level = catalog.codes()["extra-sheet"].level
            yield Finding(level=level, code="extra-sheet", sheet=grid.title)


class Repeated(NamedTuple):
    """Where another row stands that has the same number (case "id"), or else comes from the same row of a file."""

    sheet: str
    row: int
    case: str


# A sheet and Excel's number of a row on it.
_Place = tuple[str, int]


def repeated_rows(sheets: Sequence[LedgerSheet]) -> Mapping[_Place, Repeated]:
    """The rows that share a number or a source with another one and say something else than that.

    No run writes such rows. A row that was merely copied says nothing new.
    """
    found: dict[_Place, Repeated] = {}
    for form in catalog.forms().values():
        of_form = [sheet for sheet in sheets if sheet.layout.name == form.name]
        source = [column.name for column in groups_for(form).source[1:4]]
        assigned = [column.name for column in form.columns if column.assigned]
        for names, case in ((source, ""), (assigned, "id")):
            found |= _rows_alike(of_form, names, case) if names else {}
    return found


def _rows_alike(sheets: Sequence[LedgerSheet], names: Sequence[str], case: str) -> dict[_Place, Repeated]:
    """The rows of some sheets that are alike in some columns, all filled in, and not in all others."""
    count = Counter(key for sheet in sheets for _, key, _ in _keyed_rows(sheet, names))
    rows: dict[tuple[str, ...], list[tuple[_Place, tuple[Any, ...]]]] = {}
    for sheet in sheets if any(number > 1 for number in count.values()) else ():
        for row, key, cells in _keyed_rows(sheet, names):
            if count[key] > 1:
                rows.setdefault(key, []).append(((sheet.title, row), cells))
    found: dict[_Place, Repeated] = {}
    for (first, cells), second, *more in rows.values():
        if any(other != cells for _, other in (second, *more)):
            found[first] = Repeated(*second[0], case)
            found |= {place: Repeated(*first, case) for place, _ in (second, *more)}
    return found


def _keyed_rows(sheet: LedgerSheet, names: Sequence[str]) -> Iterator[tuple[int, tuple[str, ...], tuple[Any, ...]]]:
    """(Row, what stands in some columns, all cells) of the rows where all of these are filled in."""
    places = [place for place, column in enumerate(sheet.layout.columns) if column.name in names]
    for row, cells in sheet.rows():
        key = tuple(key_text(as_text(cells[place])) for place in places)
        if all(key):
            yield row, key, cells
