"""Many rows onto a sheet at once: they become XML together, behind the cells that were written one by one."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from rectify_xl.excel.writing.row_xml import Look, Style, row_elements
from rectify_xl.little_memory.columnar import ROWS_AT_ONCE, reader_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Filling:
    """Many rows of a sheet that look alike: where they begin (0-based), how many there are, and of each column the
    format (or the formats by (class, value)) and what one line of it holds (see `Look`, as for the heights).

    They stand one below the other, or at `places`, in ascending order, with rows of other fillings between them.
    """

    rows: Iterable[Sequence[Any]]
    count: int
    first_row: int
    formats: Sequence[Format | Mapping[tuple[type, Any], Format]]
    places: Sequence[int] = ()
    lines: Sequence[int] = ()
    least: float = 0.0
    room: float = 0.0
    fixed: bool = False

    @property
    def stands_at(self) -> Sequence[int]:
        """The rows of the sheet that it takes."""
        return self.places or range(self.first_row, self.first_row + self.count)


class FastSheet(Worksheet):  # type: ignore[misc]  # xlsxwriter is untyped
    """A worksheet of xlsxwriter that writes its fillings behind the cells that were written one by one.

    Rows of fillings are read once, when the workbook is closed. No cell may stand between them; what stands
    below them must be written after `fill`. With a `mark` only that stands where the rows belong.
    """

    fillings: tuple[Filling, ...] = ()
    looks: tuple[Look, ...] = ()
    mark: str = ""
    dim_rowmin: int | None
    dim_rowmax: int | None
    merge: list[list[int]]

    def fill(self, *fillings: Filling) -> None:
        """Sets the many rows; ValueError if a cell stands at or below them, or they reach past the sheet's end."""
        above = -1 if self.dim_rowmax is None else self.dim_rowmax
        if self.fillings or above >= min(filling.first_row for filling in fillings):
            raise ValueError("the filling must stand below every cell written before it, once")
        not_empty = tuple(filling for filling in fillings if filling.count)
        for filling in not_empty:
            ends = ((filling.stands_at[-1], len(filling.formats) - 1), (filling.stands_at[0], 0))
            if any(self._check_dimensions(*end) for end in ends):
                raise ValueError("the filling reaches past the sheet's end")
        self.fillings = not_empty

    def join(self, row: int, first: int, last: int) -> None:
        """Merges the cells of a filling's row from column `first` to `last`."""
        self.merge.append([row, first, row, last])

    def pieces(self) -> Iterator[bytes]:
        """The <row> elements of the fillings, some rows at a time; only while or after the workbook is closed."""
        pending = [(filling.stands_at, reader_of(filling.rows)) for filling in self.fillings]
        first, last = self._bounds()
        for row in range(first, last + 1, ROWS_AT_ONCE):
            rows: dict[int, bytes] = {}
            for (places, read), look in zip(pending, self.looks, strict=True):
                here = places[bisect_left(places, row) : bisect_left(places, row + ROWS_AT_ONCE)]
                rows.update(zip(here, row_elements(read(len(here)), here, look), strict=True))
            yield b"".join([rows[place] for place in sorted(rows)])

    def _bounds(self) -> tuple[int, int]:
        """The first and the last row of all fillings."""
        places = [filling.stands_at for filling in self.fillings]
        return min(rows[0] for rows in places), max(rows[-1] for rows in places)

    def _write_sheet_data(self) -> None:
        if not self.fillings:
            super()._write_sheet_data()
            return
        self._xml_start_tag("sheetData")
        (first_row, last_row), (first, last) = self._bounds(), (self.dim_rowmin, self.dim_rowmax)
        self.dim_rowmax = first_row - 1
        self._write_rows()
        self.dim_rowmax = last
        # Formats get their places when they are first asked for them, and must have them before the styles are written.
        self.looks = tuple(map(_look, self.fillings))
        for piece in [self.mark.encode()] if self.mark else self.pieces():
            self.fh.write(piece.decode())
        self.dim_rowmin = last_row + 1
        self._write_rows()  # cells written one by one below the filling, such as totals
        self.dim_rowmin = first
        self._xml_end_tag("sheetData")


def _look(filling: Filling) -> Look:
    styles = tuple(map(_style, filling.formats))
    return Look(
        styles=styles, lines=tuple(filling.lines), least=filling.least, room=filling.room, fixed=filling.fixed
    )


def _style(formats: Format | Mapping[tuple[type, Any], Format]) -> Style:
    if isinstance(formats, Mapping):
        return {key: int(one._get_xf_index()) for key, one in formats.items()}
    return int(formats._get_xf_index())
