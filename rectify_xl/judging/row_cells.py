"""The cells of a sheet as typed values: each understood by its kind, or filled down from above, with its findings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import Any

from rectify_xl.judging.fill_down import FillDown
from rectify_xl.judging.judged_row import JudgedRow, add_finding
from rectify_xl.judging.recognise import FormSheet
from rectify_xl.kinds import DITTO, STANDING, CellError, LongText, NoValue, Reading, beyond, from_1904
from rectify_xl.layouts.layout import cell_name
from rectify_xl.model import Column
from rectify_xl.office.ruling import FormPlan

# So many rows are understood at once, column by column.
_BLOCK_ROWS = 256
_WRONG = frozenset((CellError, NoValue, LongText))
# Values of these types equal no value of another type, so that they can be dictionary keys.
_SHARED = frozenset((str, date))
# The kinds of columns with such values that are not shared already, as the options of a list are.
_SHARED_KINDS = frozenset(("text", "date", "people", "id"))


class RowReader:
    """Reads the rows of one sheet from the first to the last, as a cell may take its value from a row above.

    Equal texts and days become one object, so that they are pickled and kept in memory once.
    """

    def __init__(self, sheet: FormSheet, plan: FormPlan, lists: Mapping[str, Sequence[str]]) -> None:
        positions, columns = sheet.form.positions, sheet.form.columns
        self._sheet, self._plan, self._lists, self._fill_down = sheet, plan, lists, FillDown(sheet.data)
        self._positions = {offset: positions[name] for name, offset in sheet.offsets.items()}
        shared_kinds = _SHARED_KINDS if not sheet.grid.is_shared else ()
        self._sources = [(p, offset, columns[p].kind in shared_kinds) for offset, p in self._positions.items()]
        self._width = max(self._positions, default=-1) + 1
        self._shared: dict[Any, Any] = {}

    def blocks(self) -> Iterator[list[JudgedRow]]:
        """The rows of data with their typed values and the findings of their cells, a block of rows at a time."""
        data = self._sheet.data
        for start in range(0, len(data), _BLOCK_ROWS):
            yield self._block(data[start : start + _BLOCK_ROWS])

    def _block(self, lines: Sequence[int]) -> list[JudgedRow]:
        columns, noted = self._columns([self._sheet.grid.rows[line] for line in lines])
        first_row, positions = self._sheet.grid.first_row, self._sheet.form.positions
        rows = [
            JudgedRow(line, first_row + line, values, positions)
            for line, values in zip(lines, map(list, zip(*columns, strict=True)), strict=True)
        ]
        if covered := self._sheet.covered:
            noted.update(index for index, line in enumerate(lines) if line in covered)
        for index in sorted(noted):
            self._settle(rows[index])
        return rows

    def _columns(self, raw_rows: Sequence[Sequence[Any]]) -> tuple[list[Sequence[Any]], set[int]]:
        """The form's columns, their cells as parsed, and the indices of the rows in which some cell is a Reading."""
        width = self._width
        padded = [row if len(row) >= width else [*row, *[""] * (width - len(row))] for row in raw_rows]
        raw_columns = list(islice(zip(*padded, strict=False), width))
        columns: list[Sequence[Any]] = [[None] * len(padded)] * len(self._sheet.form.columns)
        noted: set[int] = set()
        usual, is_plain, share = self._plan.usual, self._sheet.grid.is_plain, self._shared.setdefault
        for position, offset, is_to_share in self._sources:
            raw = raw_columns[offset]
            values = usual[position](raw) if is_plain or _WRONG.isdisjoint(map(type, raw)) else None
            if values is None:
                columns[position] = values = self._by_cell(position, raw)
                noted.update([index for index, value in enumerate(values) if value.__class__ is Reading])
            else:
                columns[position] = list(map(share, values, values)) if is_to_share else values
        return columns, noted

    def _by_cell(self, position: int, raw: Sequence[Any]) -> list[Any]:
        """The cells of a column understood by its parser; equal texts and days are parsed once."""
        parse = self._plan.parsers[position]
        if not _SHARED.issuperset(map(type, raw)):
            return [None if cell == "" else self._share(parse(cell)) for cell in raw]
        values = {cell: None if cell == "" else self._share(parse(cell)) for cell in set(raw)}
        return [values[cell] for cell in raw]

    def _share(self, value: Any) -> Any:
        return self._shared.setdefault(value, value) if value.__class__ in _SHARED else value

    def _settle(self, row: JudgedRow) -> None:
        """Replaces each Reading in a row by its value and its finding, and fills in covered and implied cells."""
        values = row.values
        for position, offset, _ in self._sources:
            if values[position].__class__ is Reading:
                values[position] = self._share(self._value_of(row, offset, values[position]))
        for offset, top in self._sheet.covered.get(row.line, ()):
            values[self._positions[offset]] = self._share(self._filled_down(row, offset, top))
        for column in row.standing:
            self._fill_implied(row, column)

    def _value_of(self, row: JudgedRow, offset: int, reading: Reading) -> Any:
        if reading == DITTO:
            return self._filled_down(row, offset)
        return self._report(row, offset, self._as_formatted(row.line, offset, reading))

    def _report(self, row: JudgedRow, offset: int, reading: Reading) -> Any:
        """The value of a reading, whose finding is added to the row."""
        position = self._positions[offset]
        if not reading.read:
            row.unread |= {position}
        self._note_standing(row, position, reading)
        add_finding(self._sheet, row, position, code=reading.code, params=reading.params)
        return reading.value

    def _note_standing(self, row: JudgedRow, position: int, reading: Reading) -> None:
        column = self._sheet.form.columns[position]
        if column.standing_fills and reading.case in STANDING:
            row.standing += (column,)

    def _as_formatted(self, line: int, offset: int, reading: Reading) -> Reading:
        """The reading of a number as its workbook shows it: 50 in a cell of percents is 5000%, days count as there."""
        grid = self._sheet.grid
        raw = grid.rows[line][offset]
        if grid.counts_from_1904 and reading.code == "fixed-date":
            return from_1904(raw, reading)
        is_share = reading.code == "fixed-percent" or (reading.code, reading.case) == ("range", "percent")
        if not is_share or isinstance(raw, str):
            return reading
        if not grid.is_percent(grid.first_row + line, grid.first_column + offset):
            return reading
        column = self._sheet.form.columns[self._positions[offset]]
        return beyond(column, raw, ("seen", f"{raw * 100:.10g}%"))

    def _filled_down(self, row: JudgedRow, offset: int, merged_from: int | None = None) -> Any:
        """The value of the cell above (or of the merged cell), with a finding; also where that value is wrong."""
        position = self._positions[offset]
        grid = self._sheet.grid
        line = self._fill_down.source_line(row.line, offset, merged_from)
        if line is None:
            return self._report(row, offset, DITTO)
        cells = grid.rows[line]
        value = self._plan.parsers[position](cells[offset]) if offset < len(cells) and cells[offset] != "" else None
        if isinstance(value, Reading):
            value = self._as_formatted(line, offset, value)
            if not value.code.startswith("fixed-"):
                params = tuple(p for p in value.params if p[0] != "seen")  # that is how the other cell looks
                return self._report(row, offset, value._replace(params=params))
            self._note_standing(row, position, value)
            value = value.value
        source = cell_name(grid.first_row + line, grid.first_column + offset)
        params = (("source", source), ("understood", value))
        add_finding(self._sheet, row, position, code="fixed-merge", params=params)
        return value

    def _fill_implied(self, row: JudgedRow, column: Column) -> None:
        """Fills blank cells with what a phrase in a column implies: 5月底前，并长期坚持 makes the term long."""
        form = self._sheet.form
        for name, option in column.standing_fills.items():
            position = form.positions[name]
            is_blank = row.values[position] is None and position not in row.unread
            if is_blank and name in self._sheet.offsets and option in self._lists.get(form.column(name).choices, ()):
                row.values[position] = option
                params = (("case", "filled"), ("understood", option), ("other_label", column.label))
                add_finding(self._sheet, row, position, code="fixed-choice", params=params)
