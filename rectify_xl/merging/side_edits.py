"""What the office did beside the forms of its ledger: edits of the other sheets, columns and sheets of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from rectify_xl.layouts.layout import column_letter
from rectify_xl.layouts.ledger_layouts import LedgerSheet, side_layouts
from rectify_xl.merging.edit_findings import (
    added_row,
    cell_finding,
    changed_cell,
    differs,
    plain_text,
    quoted,
    sheet_finding,
)
from rectify_xl.merging.typed_ledger import TypedLedger
from rectify_xl.model import Finding
from rectify_xl.normal import as_typed

Cells = tuple[Any, ...]
# How many of the lines that are missing as written are compared with one that was changed.
_NEAREST = 50


def side_edits(typed: TypedLedger, written: Sequence[LedgerSheet], file: str) -> Iterator[Finding]:
    """Lines of the sheets beside the forms that were changed, added or taken out.

    `written` are those sheets as the run wrote them.
    """
    for name, layout in side_layouts().items():
        missing = Counter(cells for sheet in written if sheet.layout.name == name for _, cells in sheet.rows())
        unmatched: list[tuple[LedgerSheet, int, Cells]] = []
        for sheet in typed.of(name):
            for number, cells in sheet.rows():
                if missing[cells] > 0:
                    missing[cells] -= 1
                else:
                    unmatched.append((sheet, number, cells))
        left = list(missing.elements())
        for sheet, number, cells in unmatched:
            line = next((line for line in left[:_NEAREST] if _is_like(sheet, cells, line)), None)
            if line is None:
                yield from added_row(sheet, (number, cells), file)
            else:
                left.remove(line)
                yield from _changes(sheet, number, (cells, line), file)
        if left:
            title = next((sheet.title for sheet in typed.of(name)), layout.title)
            yield sheet_finding(name, file, title, (("case", "lines"), ("count", len(left))))


def _is_like(sheet: LedgerSheet, cells: Cells, line: Cells) -> bool:
    """Whether a line may be the other, changed: half of the cells at least say the same."""
    pairs = [(cell, before) for cell, before, at in zip(cells, line, sheet.places, strict=True) if at is not None]
    same = sum(plain_text(cell) == plain_text(before) for cell, before in pairs)
    return 2 * same >= len(pairs) > 0


def _changes(sheet: LedgerSheet, number: int, lines: tuple[Cells, Cells], file: str) -> Iterator[Finding]:
    for place, (cell, before) in enumerate(zip(*lines, strict=True)):
        column = sheet.layout.columns[place]
        is_there = sheet.places[place] is not None
        if cell != before and is_there and differs(column, cell, None if before == "" else before):
            finding = changed_cell(cell_finding(sheet, number, place, file), cell, before)
            yield replace(finding, params=(("case", "side"), *finding.params))


def own_work(typed: TypedLedger, file: str) -> Iterator[Finding]:
    """What the office added that no run knows of: columns and cells beside ours, and whole sheets."""
    for sheet in typed.sheets:
        for label, filled in _own_cells(sheet):
            row, place, cell = filled[0]
            finding = sheet_finding(sheet.layout.name, file, sheet.title, (("case", "own"), ("count", len(filled))))
            yield replace(
                finding, cell=f"{column_letter(place)}{row}", row=row, label=label, value=as_typed(quoted(cell))
            )
    for title, count in typed.own:
        yield sheet_finding("", file, title, (("case", "own-sheet"), ("count", count)))


def _own_cells(sheet: LedgerSheet) -> Iterator[tuple[str, list[tuple[int, int, Any]]]]:
    """(Header, the filled cells (row, place, value)) of every column that is none of ours, and those over the table."""
    for number, row in enumerate(sheet.values[: sheet.header], 1):
        notes = [(number, place, cell) for place, cell in enumerate(row) if cell != ""][1:]
        if notes:
            yield "", notes
    yield from sheet.other_columns()
