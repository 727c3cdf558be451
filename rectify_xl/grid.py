"""One sheet as read: its values with the row and column they stand in, whatever program wrote them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

CellValue = Any  # "", str, float, bool, date, datetime, time, timedelta, kinds.CellError or kinds.NoValue


@dataclass(frozen=True, kw_only=True, slots=True)
class Grid:
    """A sheet's values: `rows[i][j]` stands in row `first_row + i` (1-based), column `first_column + j` (0-based).

    `is_percent(row, column)` tells, when asked, whether that cell is formatted as a percent (None: its file does not
    tell); `hidden_rows` are Excel's row numbers of hidden or filtered rows that hold something; `merges` are its merged
    cells, as (first row, first column, last row, last column), rows and columns counted as above; `far` are cells very
    far to the right of the others, by row and column, which `rows` does not hold; where `is_plain` no value says what
    is wrong with its cell (a CellError, a NoValue, a text too long); where `is_shared` every text and day is there
    once, in however many cells it stands; where its workbook `counts_from_1904` a number without the format of a day
    may be one counted so.
    """

    title: str
    rows: Sequence[Sequence[CellValue]]
    first_row: int = 1
    first_column: int = 0
    visible: bool = True
    is_plain: bool = False
    is_shared: bool = False
    counts_from_1904: bool = False
    hidden_rows: tuple[int, ...] = ()
    merges: Sequence[tuple[int, int, int, int]] = ()
    far: Mapping[tuple[int, int], CellValue] = field(default_factory=dict)
    is_percent: Callable[[int, int], bool | None] = field(default=lambda row, column: None, compare=False, repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class RawBook:
    """One workbook as read: its sheets in order, and what the package says of itself.

    `external_link` is the sheet and the cell of the first formula that refers to other files, where that is known.
    `is_half_seen`: its format (.xls, .xlsb) does not let us see errors, formulas without a value and hidden rows.
    """

    sheets: tuple[Grid, ...]
    saved: str = ""
    has_macros: bool = False
    has_external_links: bool = False
    external_link: tuple[str, str] | None = None
    no_table: bool = False
    is_half_seen: bool = False


class Unreadable(Exception):
    """A file that cannot be read as a workbook; carries the finding code, its case and what the sentence says."""

    def __init__(self, code: str, case: str = "", /, **params: str | int | date) -> None:
        super().__init__(code)
        self.code, self.case, self.params = code, case, params
