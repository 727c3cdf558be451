"""Many rows onto a sheet at once: they become XML together, behind the cells that were written one by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from rectify_xl.excel.writing.row_xml import Look, Style, rows_xml

# Rows turned into XML together: enough that a column's repeated values are made once, few enough to hold.
ROWS_AT_ONCE = 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Filling:
    """The many rows of a sheet: where they begin (0-based), how many there are, and of each column the format (or
    the formats by (class, value)) and what one line of it holds (see `Look`)."""

    rows: Iterable[Sequence[Any]]
    count: int
    first_row: int
    formats: Sequence[Format | Mapping[tuple[type, Any], Format]]
    lines: Sequence[int] = ()
    least: float = 0.0


class FastSheet(Worksheet):  # type: ignore[misc]  # xlsxwriter is untyped
    """A worksheet of xlsxwriter that writes its filling behind the cells that were written one by one.

    Rows of the filling are read once, when the workbook is closed. No cell may stand between them; what stands
    below them must be written after `fill`. With a `mark` only that stands where the rows belong.
    """

    filling: Filling | None = None
    look: Look | None = None
    mark: str = ""
    dim_rowmin: int | None
    dim_rowmax: int | None

    def fill(self, filling: Filling) -> None:
        """Sets the many rows; ValueError if a cell stands at or below them, or they reach past the sheet's end."""
        last = filling.first_row + filling.count - 1
        above = -1 if self.dim_rowmax is None else self.dim_rowmax
        if self.filling or above >= filling.first_row:
            raise ValueError("the filling must stand below every cell written before it, once")
        if filling.count and self._check_dimensions(last, len(filling.formats) - 1):
            raise ValueError("the filling reaches past the sheet's end")
        self.filling = filling

    def pieces(self) -> Iterator[bytes]:
        """The <row> elements of the filling, some rows at a time; only while or after the workbook is closed."""
        assert self.filling and self.look
        pending, row = iter(self.filling.rows), self.filling.first_row
        while chunk := list(islice(pending, ROWS_AT_ONCE)):
            yield rows_xml(chunk, row, self.look)
            row += len(chunk)

    def _write_sheet_data(self) -> None:
        filling = self.filling
        if filling is None or not filling.count:
            super()._write_sheet_data()
            return
        self._xml_start_tag("sheetData")
        last, self.dim_rowmax = self.dim_rowmax, filling.first_row - 1
        self._write_rows()
        self.dim_rowmax = last
        # Formats get their places when they are first asked for them, and must have them before the styles are written.
        styles = tuple(_style(made) for made in filling.formats)
        self.look = Look(styles=styles, lines=tuple(filling.lines), least=filling.least)
        for piece in [self.mark.encode()] if self.mark else self.pieces():
            self.fh.write(piece.decode())
        first, self.dim_rowmin = self.dim_rowmin, filling.first_row + filling.count
        self._write_rows()  # cells written one by one below the filling, such as totals
        self.dim_rowmin = first
        self._xml_end_tag("sheetData")


def _style(made: Format | Mapping[tuple[type, Any], Format]) -> Style:
    if isinstance(made, Mapping):
        return {key: int(held._get_xf_index()) for key, held in made.items()}
    return int(made._get_xf_index())
