"""Where an office's ledger is not as today's: columns missing, renamed or more, sheets that are none of it."""

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


def about_columns(form: Form, sheet: LedgerSheet, optional: Collection[str]) -> Iterator[Finding]:
    """Columns that a sheet lacks (its rows come without them), that were renamed, and that have no place here.

    The deadline's state is worked out anew and the source told at every row: neither is missed here.
    """
    groups = groups_for(form)
    at_header = Finding(level="warning", code="", sheet=sheet.title, row=sheet.header + 1, form=form.name)
    for column, place in zip(sheet.layout.columns, sheet.places, strict=True):
        is_wanted = column in groups.form or column in groups.office
        if place is None and is_wanted and column.name not in optional:
            yield replace(
                at_header, code="missing-column", column=column.name, label=column.label, params=(("case", "warning"),)
            )
    for at, told in sheet.renamed():
        column, place = sheet.layout.columns[at], sheet.places[at]
        assert place is not None
        case = (("case", "alias"),) if told else ()
        yield replace(
            at_header, level="fixed", code="fixed-header", cell=f"{column_letter(place)}{sheet.header + 1}",
            column=column.name, label=column.label, value=as_typed(told), params=(*case, ("label", column.label)),
        )  # fmt: skip
    for header, held in sheet.other_columns():
        row, place, cell_value = held[0]
        case = () if header else (("case", "stray"),)
        found = replace(at_header, code="extra-column", cell=f"{column_letter(place)}{row}", row=row)
        header = header or column_letter(place)
        yield replace(found, value=as_typed(str(cell_value)), params=(*case, ("header", header)))


def other_sheets(grids: Collection[Grid], known: Collection[str]) -> Iterator[Finding]:
    """Sheets with anything on them that are none of a ledger's."""
    for grid in grids:
        if grid.title not in known and any(cell != "" for row in grid.rows for cell in row):
            level = catalog.codes()["extra-sheet"].level
            yield Finding(level=level, code="extra-sheet", sheet=grid.title)
