"""The cells of a sheet as they are understood: each by its kind or taken over from above, with what is told of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import Any

from rectify_xl.judging.carried import Above
from rectify_xl.judging.recognise import FormSheet
from rectify_xl.judging.trials import Trial, add_finding
from rectify_xl.kinds import DITTO, STANDING, CellError, LongText, NoValue, Reading
from rectify_xl.layout import cell_name
from rectify_xl.model import Column
from rectify_xl.ruling import FormPlan

# So many rows are understood at once, column by column.
_AT_ONCE = 256
_WRONG = frozenset((CellError, NoValue, LongText))
# Values that no other kind of value equals, and the kinds of cells that hold them and are no options.
_SHARED = frozenset((str, date))
_REPEATED = frozenset(("text", "date", "people", "id"))


class RowReader:
    """Reads the rows of one sheet, from the first to the last: what stands above a row may be its own.

    Every text and day is there once, however many rows say it: so it is sent, and kept in memory, once.
    """

    def __init__(self, sheet: FormSheet, plan: FormPlan, lists: Mapping[str, Sequence[str]]) -> None:
        positions = sheet.form.positions
        self._sheet, self._plan, self._lists, self._above = sheet, plan, lists, Above(sheet.data)
        columns = sheet.form.columns
        self._positions = {at: positions[name] for name, at in sheet.offsets.items()}
        repeated = _REPEATED if not sheet.grid.is_shared else ()
        self._sources = [(place, at, columns[place].kind in repeated) for at, place in self._positions.items()]
        self._width = max(self._positions, default=-1) + 1
        self._known: dict[Any, Any] = {}

    def blocks(self) -> Iterator[list[Trial]]:
        """The rows of data with their typed values and what is told of their cells, some at a time."""
        data = self._sheet.data
        for start in range(0, len(data), _AT_ONCE):
            yield self._block(data[start : start + _AT_ONCE])

    def _block(self, offsets: Sequence[int]) -> list[Trial]:
        columns, odd = self._understood([self._sheet.grid.rows[offset] for offset in offsets])
        form, first = self._sheet.form, self._sheet.grid.first_row
        positions = form.positions
        trials = [
            Trial(offset, first + offset, values, positions)
            for offset, values in zip(offsets, map(list, zip(*columns, strict=True)), strict=True)
        ]
        if covered := self._sheet.covered:
            odd.update(place for place, offset in enumerate(offsets) if offset in covered)
        for place in sorted(odd):
            self._tell_row(trials[place])
        return trials

    def _understood(self, rows: Sequence[Sequence[Any]]) -> tuple[list[Sequence[Any]], set[int]]:
        """The columns of the form with their cells as understood, and the rows in which something is to be told."""
        rows = [row if len(row) >= self._width else [*row, *[""] * (self._width - len(row))] for row in rows]
        raw = list(islice(zip(*rows, strict=False), self._width))
        columns: list[Sequence[Any]] = [[None] * len(rows)] * len(self._sheet.form.columns)
        odd: set[int] = set()
        usual, is_plain, once = self._plan.usual, self._sheet.grid.is_plain, self._known.setdefault
        for position, at, is_repeated in self._sources:
            cells = raw[at]
            values = usual[position](cells) if is_plain or _WRONG.isdisjoint(map(type, cells)) else None
            if values is None:
                columns[position] = values = self._by_cell(position, cells)
                odd.update([place for place, value in enumerate(values) if value.__class__ is Reading])
            else:
                columns[position] = list(map(once, values, values)) if is_repeated else values
        return columns, odd

    def _by_cell(self, position: int, cells: Sequence[Any]) -> list[Any]:
        """The cells of a column understood by their parser: texts and days once, in however many rows they stand."""
        parse = self._plan.parsers[position]
        if not _SHARED.issuperset(map(type, cells)):
            return [None if cell == "" else self._once(parse(cell)) for cell in cells]
        meant = {cell: None if cell == "" else self._once(parse(cell)) for cell in set(cells)}
        return [meant[cell] for cell in cells]

    def _once(self, value: Any) -> Any:
        return self._known.setdefault(value, value) if value.__class__ in _SHARED else value

    def _tell_row(self, trial: Trial) -> None:
        """Tells what there is to tell of a row's cells, which were all read."""
        values = trial.values
        for position, at, _ in self._sources:
            if values[position].__class__ is Reading:
                values[position] = self._once(self._told(trial, at, values[position]))
        for at, top in self._sheet.covered.get(trial.offset, ()):
            values[self._positions[at]] = self._once(self._taken_over(trial, at, top))
        for column in trial.standing:
            self._fill(trial, column)

    def _told(self, trial: Trial, at: int, reading: Reading) -> Any:
        if reading == DITTO:
            return self._taken_over(trial, at)
        return self._tell(trial, at, self._as_shown(trial.offset, at, reading))

    def _tell(self, trial: Trial, at: int, reading: Reading) -> Any:
        position = self._positions[at]
        if not reading.read:
            trial.unread |= {position}
        self._note(trial, position, reading)
        add_finding(self._sheet, trial, position, code=reading.code, params=reading.params)
        return reading.value

    def _note(self, trial: Trial, position: int, reading: Reading) -> None:
        column = self._sheet.form.columns[position]
        if column.standing_fills and reading.case in STANDING:
            trial.standing += (column,)

    def _as_shown(self, offset: int, at: int, reading: Reading) -> Reading:
        """50 in a cell that shows percents is 5000 %: no number between 0 and 1, and no habit."""
        grid = self._sheet.grid
        raw = grid.rows[offset][at]
        is_share = reading.code == "fixed-percent" or (reading.code, reading.case) == ("range", "percent")
        if not is_share or isinstance(raw, str):
            return reading
        if not grid.is_percent(grid.first_row + offset, grid.first_column + at):
            return reading
        seen = ("seen", f"{raw * 100:.10g}%")
        return Reading(raw, "range", (("case", "percent"), ("low", "0%"), ("high", "100%"), seen), read=False)

    def _taken_over(self, trial: Trial, at: int, top: int | None = None) -> Any:
        """The value of the cell above (or of the merged cell's own), with what is told of that if it is wrong."""
        position = self._positions[at]
        grid = self._sheet.grid
        origin = self._above.origin(trial.offset, at, top)
        if origin is None:
            return self._tell(trial, at, DITTO)
        cells = grid.rows[origin]
        value = self._plan.parsers[position](cells[at]) if at < len(cells) and cells[at] != "" else None
        if isinstance(value, Reading):
            value = self._as_shown(origin, at, value)
            if not value.code.startswith("fixed-"):
                params = tuple(p for p in value.params if p[0] != "seen")  # of that cell, not of this one
                return self._tell(trial, at, value._replace(params=params))
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
