"""Where an office's ledger differs from one written today: missing, renamed and extra columns, extra sheets."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from rectify_xl import catalog
from rectify_xl.grid import Grid
from rectify_xl.layout import column_letter
from rectify_xl.ledger_columns import groups_for
from rectify_xl.ledger_layouts import LedgerSheet
from rectify_xl.model import Finding, Form
from rectify_xl.normal import as_typed


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
