"""The cells of a row as they are understood: each by its kind or taken over from above, with what is told of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rectify_xl.judging.carried import Above
from rectify_xl.judging.recognise import FormSheet
from rectify_xl.judging.trials import Trial, add_finding
from rectify_xl.kinds import DITTO, STANDING, Parser, Reading
from rectify_xl.layout import cell_name
from rectify_xl.model import Column


class RowReader:
    """Reads the rows of one sheet, from the first to the last: what stands above a row may be its own."""

    def __init__(self, sheet: FormSheet, parsers: Sequence[Parser], lists: Mapping[str, Sequence[str]]) -> None:
        positions = sheet.form.positions
        self._sheet, self._lists, self._above = sheet, lists, Above(sheet.data)
        self._sources = tuple((positions[n], at, parsers[positions[n]]) for n, at in sheet.offsets.items())
        self._at = {at: (position, parse) for position, at, parse in self._sources}

    def read(self, offset: int) -> Trial:
        """The row at an offset with its typed values and what is told of its cells."""
        cells = self._sheet.grid.rows[offset]
        width = len(cells)
        values: list[Any] = [None] * len(self._sheet.form.columns)
        trial = Trial(offset, self._sheet.grid.first_row + offset, values, self._sheet.form.positions)
        for position, at, parse in self._sources:
            if at < width and (raw := cells[at]) != "":
                value = parse(raw)
                values[position] = self._told(trial, at, value) if value.__class__ is Reading else value
        for at, top in self._sheet.covered.get(offset, ()):
            values[self._at[at][0]] = self._taken_over(trial, at, top)
        for column in trial.standing:
            self._fill(trial, column)
        return trial

    def _told(self, trial: Trial, at: int, reading: Reading) -> Any:
        if reading == DITTO:
            return self._taken_over(trial, at)
        return self._tell(trial, at, self._as_shown(trial.offset, at, reading))

    def _tell(self, trial: Trial, at: int, reading: Reading) -> Any:
        position = self._at[at][0]
        if not reading.read:
            trial.unread.add(position)
        self._note(trial, position, reading)
        add_finding(self._sheet, trial, position, code=reading.code, params=reading.params)
        return reading.value

    def _note(self, trial: Trial, position: int, reading: Reading) -> None:
        column = self._sheet.form.columns[position]
        if column.standing_fills and reading.case in STANDING:
            trial.standing.append(column)

    def _as_shown(self, offset: int, at: int, reading: Reading) -> Reading:
        """50 in a cell that shows percents is 5000 %: no number between 0 and 1, and no habit."""
        grid = self._sheet.grid
        raw = grid.rows[offset][at]
        is_number = reading.code == "fixed-percent" and not isinstance(raw, str)
        if is_number and grid.is_percent(grid.first_row + offset, grid.first_column + at):
            return Reading(raw, "range", (("case", "percent"), ("low", "0%"), ("high", "100%")), read=False)
        return reading

    def _taken_over(self, trial: Trial, at: int, top: int | None = None) -> Any:
        """The value of the cell above (or of the merged cell's own), with what is told of that if it is wrong."""
        position, parse = self._at[at]
        grid = self._sheet.grid
        origin = self._above.origin(trial.offset, at, top)
        if origin is None:
            return self._tell(trial, at, DITTO)
        cells = grid.rows[origin]
        value = parse(cells[at]) if at < len(cells) and cells[at] != "" else None
        if isinstance(value, Reading):
            value = self._as_shown(origin, at, value)
            if not value.code.startswith("fixed-"):
                return self._tell(trial, at, value)
            self._note(trial, position, value)
            value = value.value
        source = cell_name(grid.first_row + origin, grid.first_column + at)
        params = (("source", source), ("understood", value))
        add_finding(self._sheet, trial, position, code="fixed-merge", params=params)
        return value

    def _fill(self, trial: Trial, column: Column) -> None:
        """Fills in what a phrase in a column says of another that is blank: 5月底前，并长期坚持 is of the long term."""
        form = self._sheet.form
        for name, option in column.standing_fills.items():
            position = form.positions[name]
            is_blank = trial.values[position] is None and position not in trial.unread
            if is_blank and name in self._sheet.offsets and option in self._lists.get(form.column(name).choices, ()):
                trial.values[position] = option
                params = (("case", "filled"), ("understood", option), ("other_label", column.label))
                add_finding(self._sheet, trial, position, code="fixed-choice", params=params)
