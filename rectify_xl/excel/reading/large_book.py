"""The sheets of a large .xlsx read band by band: memory is taken by what cells hold, not by how they are written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from itertools import chain
from typing import Any, NamedTuple

from rectify_xl.excel.reading.banding import BAND, LARGE, ROWS, TEXTS, Unfit, bands
from rectify_xl.excel.reading.exact_texts import read_texts
from rectify_xl.excel.reading.package import Package, SheetAbout
from rectify_xl.excel.reading.sheet_reader import ExactSheet, Shared, read_sheet, within_limit
from rectify_xl.excel.reading.sheet_scan import PLAIN_HEAD, has_control, is_long_or_deep, look_at
from rectify_xl.excel.reading.xml_parts import as_utf_8, checked
from rectify_xl.grid import Grid, Unreadable
from rectify_xl.limits import limits
from rectify_xl.zipped import damaged

# A plain worksheet and shared texts of the same package, read by the fast reader; None where that must not be.
Fast = Callable[[bytes, bytes], Grid | None]
_TAIL = b"</sheetData></worksheet>"
# A cell of a shared text is given to the fast reader as a text of this sign and the text's number.
_SIGN = "\ue000"
_SHARED = re.compile(rb' t="s"([^<>]*><v>)(?=[0-9]{1,9}</v>)')
_LAST_ROW = re.compile(rb'<row r="([0-9]{1,7})"')
_TEXT_PIECE = re.compile(rb"<si[ />]")
_NOTHING: tuple[Any, ...] = ()
# So many different values are remembered, to be held once each.
_REMEMBERED = 20_000


class LargeBook(NamedTuple):
    """The worksheets as grids, and sheet and cell of the first formula that leads out of the workbook."""

    grids: tuple[Grid, ...]
    reaching: tuple[str, str] | None


def is_large(package: Package, sheets: Sequence[SheetAbout]) -> bool:
    """Whether a worksheet, or all shared texts, are too large to be laid out in memory several times."""
    parts = [package.related_part("sharedStrings"), *(about.part for about in sheets)]
    return any(package.size(part) > LARGE for part in parts)


def read_large(package: Package, sheets: Sequence[SheetAbout], fast: Fast) -> LargeBook:
    """The sheets with what they hold; the same cells as if each had been read at once.

    Raises Unreadable as `read_sheet` does.
    """
    book = _Book(package, fast)
    grids, reaching = [], None
    for about in sheets:
        sheet = book.sheet(about.part)
        if reaching is None and sheet.reaching is not None:
            reaching = about.title, sheet.reaching
        told = sheet.grid(about, partial(package.is_percent, about.part))
        grids.append(replace(told, counts_from_1904=package.counts_from_1904))
    return LargeBook(tuple(grids), reaching)


@dataclass(slots=True)
class _Sheet:
    """What was read of a worksheet so far: its rows from the first on, and the last row that is written down."""

    rows: list[Sequence[Any]] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    far: dict[tuple[int, int], Any] = field(default_factory=dict)
    cells: int = 0
    last: int = 0
    reaching: str | None = None

    def grid(self, about: SheetAbout, is_percent: Callable[[int, int], bool]) -> Grid:
        """All of it."""
        return Grid(
            title=about.title,
            rows=self.rows,
            visible=about.visible,
            hidden_rows=tuple(self.hidden),
            merges=self.merges,
            far=self.far,
            is_percent=is_percent,
        )

    def add_exact(self, made: ExactSheet) -> None:
        """Rows that the exact reader has read, from behind the last one on."""
        if made.rows:
            self._reach(self.last)
            self.rows += made.rows
        self.hidden += made.hidden
        self.merges += made.merges
        self.far |= made.far
        self._count(made.cells)
        self.last = made.last

    def add_fast(self, grid: Grid, values: _Values, last: int) -> None:
        """Rows that the fast reader has read."""
        self._reach(grid.first_row - 1)
        lead = [""] * grid.first_column
        for row in grid.rows:
            blanks = row.count("")
            made = [values[v] if v.__class__ is str or v.__class__ is date else v for v in row]
            self.rows.append([*lead, *made] if blanks < len(row) else _NOTHING)
            self.cells += len(row) - blanks
        self._count(0)
        self.last = last

    def _reach(self, row: int) -> None:
        self.rows += [_NOTHING] * (row - len(self.rows))

    def _count(self, cells: int) -> None:
        self.cells += cells
        if self.cells > (most := limits().cells):
            raise Unreadable("limit-cells", limit=most)


class _Values(dict[Any, Any]):
    """The values of cells as the fast reader has them: each as it is meant, and held once as long as it is known."""

    def __init__(self, texts: Sequence[Any], part: str) -> None:
        super().__init__()
        self.texts, self.part = texts, part

    def __missing__(self, value: Any) -> Any:
        if len(self) > _REMEMBERED:
            self.clear()
        meant = self._shared(value[1:]) if value.__class__ is str and value[:1] == _SIGN else value
        return self.setdefault(value, meant)

    def _shared(self, number: str) -> Any:
        at = int(number)
        return self.texts[at] if at < len(self.texts) else damaged(self.part)


class _Book:
    """The parts that the sheets of a large workbook share, each read when first asked for."""

    def __init__(self, package: Package, fast: Fast) -> None:
        self.package, self.fast = package, fast
        self.texts_part = package.related_part("sharedStrings")
        self.texts, self.is_exact = self._texts()
        self.meant: Sequence[Any] = [within_limit(text) for text in self.texts] if self.is_exact else self.texts
        self._shared: Shared | None = None

    def sheet(self, part: str) -> _Sheet:
        """A worksheet, in bands where it can be cut."""
        with suppress(Unfit):
            return self._in_bands(part)
        data, _ = as_utf_8(self.package.part(part), part)
        whole, look = _Sheet(), look_at(data)
        whole.add_exact(read_sheet(data, part, self.shared))
        whole.reaching = look.reaching_cell if look.reaching else None
        return whole

    def _in_bands(self, part: str) -> _Sheet:
        sheet, values = _Sheet(), _Values(self.meant, part)
        cut = bands(checked(self.package.pieces(part, BAND), part), part, ROWS)
        head, band = next(cut), next(cut)
        is_odd = False
        for following in cut:
            is_odd = not self._add(sheet, band, part, values) or is_odd
            band = following
        # What stands around the rows is read by the exact reader; beside plain rows only its merged cells matter.
        shell = head + band if is_odd else PLAIN_HEAD + ROWS.end + _merges(band) + b"</worksheet>"
        if not band.rstrip().endswith(b"</worksheet>"):
            damaged(part)
        sheet.merges += read_sheet(shell, part, Shared(texts=(), formats=self.package.formats)).merges
        return sheet

    def _add(self, sheet: _Sheet, band: bytes, part: str, values: _Values) -> bool:
        """Adds a band of rows to a sheet; whether they are plain."""
        look = look_at(PLAIN_HEAD + band + _TAIL, sheet.last)
        if look.reaching and sheet.reaching is None:
            sheet.reaching = look.reaching_cell
        plain = _numbered(look.plain) if look.plain is not None else None
        grid = self.fast(plain, b"") if plain is not None else None
        if grid is None:
            sheet.add_exact(read_sheet(PLAIN_HEAD + band + _TAIL, part, self.shared, sheet.last))
            return False
        found = _LAST_ROW.match(band, max(0, band.rfind(b"<row ")))
        sheet.add_fast(grid, values, int(found[1]) if found else sheet.last)
        return True

    @property
    def shared(self) -> Shared:
        """What the exact reader needs; a text that both readers understand alike is held once."""
        if self._shared is None:
            texts = self.texts
            if not self.is_exact:
                own = read_texts(self.package.part(self.texts_part)) if texts else []
                texts = [a if a == b else b for a, b in zip(texts, own, strict=False)] + own[len(texts) :]
            package = self.package
            self._shared = Shared(texts=texts, formats=package.formats, counts_from_1904=package.counts_from_1904)
        return self._shared

    # ---- the shared texts

    def _texts(self) -> tuple[list[str], bool]:
        """The shared texts, and whether the exact reader had to read them."""
        if not self.package.size(self.texts_part):
            return [], False
        try:
            return list(chain.from_iterable(self._texts_in_bands())), False
        except Unfit:
            return read_texts(self.package.part(self.texts_part)), True

    def _texts_in_bands(self) -> Iterator[Sequence[str]]:
        cut = bands(checked(self.package.pieces(self.texts_part, BAND), self.texts_part), self.texts_part, TEXTS)
        next(cut)
        band = next(cut)
        for following in cut:
            yield self._band_of_texts(band)
            band = following

    def _band_of_texts(self, band: bytes) -> Sequence[str]:
        count = len(_TEXT_PIECE.findall(band))
        if has_control(band) or is_long_or_deep(band):
            raise Unfit
        cells = b"".join(
            b'<row r="%d"><c r="A%d" t="s"><v>%d</v></c></row>' % (at + 1, at + 1, at) for at in range(count)
        )
        grid = self.fast(PLAIN_HEAD + cells + _TAIL, b"<sst>" + band + TEXTS.end)
        if grid is None:
            raise Unfit
        read = [""] * (grid.first_row - 1) + [row[0] for row in grid.rows]
        return read + [""] * (count - len(read))


def _numbered(plain: bytes) -> bytes | None:
    """A plain sheet whose cells of shared texts say the text's number; None where one says it oddly."""
    shared = plain.count(b't="s"')
    if _SIGN.encode() in plain:
        return None
    made, count = _SHARED.subn(rb' t="str"\1' + _SIGN.encode(), plain) if shared else (plain, 0)
    return made if count == shared else None


def _merges(rest: bytes) -> bytes:
    begin = rest.find(b"<mergeCells")
    stop = rest.find(b"</mergeCells>", begin) if begin >= 0 else -1
    return rest[begin : stop + len(b"</mergeCells>")] if stop >= 0 else b""
