"""What the office did beside the forms of its ledger: edits of the other sheets, columns and sheets of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from rectify_xl.layout import column_letter
from rectify_xl.ledger_layouts import LedgerSheet, side_layouts
from rectify_xl.merging.edit_findings import about_sheet, added, at_cell, changed, differs, plainly, said
from rectify_xl.merging.typed_ledger import TypedLedger
from rectify_xl.model import Finding
from rectify_xl.normal import as_typed

Cells = tuple[Any, ...]
# Among how many lines that are not there as written the one is sought that a line was before it was changed.
_NEAREST = 50


def side_edits(typed: TypedLedger, written: Sequence[LedgerSheet], file: str) -> Iterator[Finding]:
    """Lines of the sheets beside the forms that were changed, added or taken out; `written` are all as written."""
    for name, layout in side_layouts().items():
        were = Counter(cells for sheet in written if sheet.layout.name == name for _, cells in sheet.rows())
        unlike: list[tuple[LedgerSheet, int, Cells]] = []
        for sheet in typed.of(name):
            for number, cells in sheet.rows():
                if were[cells] > 0:
                    were[cells] -= 1
                else:
                    unlike.append((sheet, number, cells))
        left = list(were.elements())
        for sheet, number, cells in unlike:
            line = next((line for line in left[:_NEAREST] if _is_like(sheet, cells, line)), None)
            if line is None:
                yield from added(sheet, (number, cells), file)
            else:
                left.remove(line)
                yield from _changes(sheet, number, (cells, line), file)
        if left:
            title = next((sheet.title for sheet in typed.of(name)), layout.title)
            yield about_sheet(name, file, title, (("case", "lines"), ("count", len(left))))


def _is_like(sheet: LedgerSheet, cells: Cells, line: Cells) -> bool:
    """Whether a line may be the other, changed: half of the cells at least say the same."""
    told = [plainly(a) == plainly(b) for a, b, at in zip(cells, line, sheet.places, strict=True) if at is not None]
    return 2 * sum(told) >= len(told) > 0


def _changes(sheet: LedgerSheet, number: int, lines: tuple[Cells, Cells], file: str) -> Iterator[Finding]:
    for place, (cell, before) in enumerate(zip(*lines, strict=True)):
        column = sheet.layout.columns[place]
        is_there = sheet.places[place] is not None
        if cell != before and is_there and differs(column, cell, None if before == "" else before):
            told = changed(at_cell(sheet, number, place, file), cell, before)
            yield replace(told, params=(("case", "side"), *told.params))


def own_work(typed: TypedLedger, file: str) -> Iterator[Finding]:
    """What the office added that no run knows of: columns and cells beside ours, and whole sheets."""
    for sheet in typed.sheets:
        for label, held in _own_cells(sheet):
            (row, place, cell), *_ = held
            told = about_sheet(sheet.layout.name, file, sheet.title, (("case", "own"), ("count", len(held))))
            yield replace(
                told, cell=f"{column_letter(place)}{row}", row=row, label=label, value=as_typed(said(cell))
            )
    for title, count in typed.own:
        yield about_sheet("", file, title, (("case", "own-sheet"), ("count", count)))


def _own_cells(sheet: LedgerSheet) -> Iterator[tuple[str, list[tuple[int, int, Any]]]]:
    """(Header, the filled cells (row, place, value)) of every column that is none of ours, and those over the table."""
    for number, row in enumerate(sheet.values[: sheet.header], 1):
        notes = [(number, place, cell) for place, cell in enumerate(row) if cell != ""][1:]
        if notes:
            yield "", notes
    yield from sheet.other_columns()
