"""The sheets of a large .xlsx read band by band: memory is taken by what cells hold, not by how they are written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import Any, NamedTuple

from rectify_xl.excel.reading.banding import BAND, LARGE, ROWS, TEXTS, Unfit, bands, pieces_in
from rectify_xl.excel.reading.exact_texts import read_texts
from rectify_xl.excel.reading.large_sheet import SIGN, Interned, LargeSheet, Values
from rectify_xl.excel.reading.package import Package, SheetAbout
from rectify_xl.excel.reading.sheet_reader import Shared, read_sheet, within_limit
from rectify_xl.excel.reading.sheet_scan import PLAIN_HEAD, has_control, is_long_or_deep, look_at
from rectify_xl.excel.reading.usual_sheets import UsualReader, usual_reader
from rectify_xl.excel.reading.usual_texts import UnusualMarkup, is_index, texts_of
from rectify_xl.excel.reading.xml_parts import Soundness, as_utf_8
from rectify_xl.facts.limits import limits
from rectify_xl.grid import Grid
from rectify_xl.zips.zipped import damaged

# A plain worksheet and shared texts of the same package, read by the fast reader; None where that must not be.
Fast = Callable[[bytes, bytes], Grid | None]
_TAIL = b"</sheetData></worksheet>"
_SHARED = re.compile(rb' t="s"([^<>]*><v>)(?=[0-9]{1,9}</v>)')
_LAST_ROW = re.compile(rb'<row r="([0-9]{1,7})"')
_TEXT_PIECE = re.compile(rb"<si[ />]")
# A band of rows is tried piece by piece, and of a piece that is not written as programs write it row by row; after many
# that were not, one after the other, so many at most are not even tried.
_PIECE = 48 << 10
_UNTRIED_PIECES, _UNTRIED_ROWS = 15, 63


class LargeBook(NamedTuple):
    """The worksheets as grids, and sheet and cell of the first formula that leads out of the workbook."""

    grids: tuple[Grid, ...]
    external_link: tuple[str, str] | None


def is_large(package: Package, sheets: Sequence[SheetAbout]) -> bool:
    """Whether a worksheet, or all shared texts, are too large to be laid out in memory several times."""
    parts = [package.related_part("sharedStrings"), *(about.part for about in sheets)]
    return any(package.size(part) > LARGE for part in parts)


def read_large(package: Package, sheets: Sequence[SheetAbout], fast: Fast) -> LargeBook:
    """The sheets with what they hold; the same cells as if each had been read at once.

    Raises Unreadable as `read_sheet` does.
    """
    book = _Book(package, fast)
    grids, external_link = [], None
    for about in sheets:
        sheet = book.sheet(about.part)
        if external_link is None and sheet.external_link is not None:
            external_link = about.title, sheet.external_link
        grid = sheet.grid(about, partial(package.is_percent, about.part))
        grids.append(replace(grid, counts_from_1904=package.counts_from_1904))
    return LargeBook(tuple(grids), external_link)


class _Tries:
    """When the usual reader is worth a try: after a failure soon again, after many of them seldom."""

    def __init__(self, most: int) -> None:
        self._most_skips, self._last_skips, self._skips_left = most, 0, 0

    def is_due(self) -> bool:
        """Whether the next one should be tried."""
        self._skips_left -= 1
        return self._skips_left < 0

    def succeeded(self) -> None:
        """The one that was tried could be read."""
        self._last_skips = self._skips_left = 0

    def failed(self) -> None:
        """It could not: twice as many are skipped as last time, and one more."""
        self._skips_left, self._last_skips = self._last_skips, min(2 * self._last_skips + 1, self._most_skips)


class _SheetInProgress:
    """A sheet being read: its rows so far, their soundness, and when to try the usual reader on pieces and rows."""

    def __init__(self, part: str, values: Values, reader: UsualReader) -> None:
        self.part, self.values, self.interned, self.reader = part, values, Interned(), reader
        self.sheet, self.soundness, self.is_odd = LargeSheet(), Soundness(part), False
        self.pieces, self.rows = _Tries(_UNTRIED_PIECES), _Tries(_UNTRIED_ROWS)


class _Book:
    """The parts that the sheets of a large workbook share, each read when first asked for."""

    def __init__(self, package: Package, fast: Fast) -> None:
        self.package, self.fast = package, fast
        self.texts_part = package.related_part("sharedStrings")
        self.texts, self.is_exact = self._texts()
        self.shared_values: Sequence[Any] = [within_limit(text) for text in self.texts] if self.is_exact else self.texts
        self._shared: Shared | None = None

    def sheet(self, part: str) -> LargeSheet:
        """A worksheet, in bands where it can be cut."""
        with suppress(Unfit):
            return self._in_bands(part)
        data, _ = as_utf_8(self.package.part(part), part)
        whole, look = LargeSheet(), look_at(data)
        whole.add_exact(read_sheet(data, part, self.shared))
        whole.external_link = look.external_link_cell if look.external_link else None
        return whole

    def _in_bands(self, part: str) -> LargeSheet:
        progress = _SheetInProgress(part, Values(self.shared_values, part), self._usual_reader())
        part_bands = bands(self.package.pieces(part, BAND), part, ROWS)
        head, band = next(part_bands), next(part_bands)
        progress.soundness.add(head)
        for following in part_bands:
            progress.reader = self._usual_reader()  # its lookups grow with what it reads
            for rows in pieces_in(band, _PIECE):
                if not (progress.pieces.is_due() and self._add_usual(progress, rows, progress.pieces)):
                    self._add_row_by_row(progress, rows)
            band = following
        progress.soundness.add(band, is_last=True)
        # The markup around the rows is read by the exact reader; beside plain rows only its merged cells matter.
        shell = head + band if progress.is_odd else PLAIN_HEAD + ROWS.end + _merges(band) + b"</worksheet>"
        if not band.rstrip().endswith(b"</worksheet>"):
            damaged(part)
        progress.sheet.merges += read_sheet(shell, part, Shared(texts=(), formats=self.package.formats)).merges
        return progress.sheet

    def _add_row_by_row(self, progress: _SheetInProgress, rows: bytes) -> None:
        """Adds rows some of which are not written as programs write them: these alone are read at more cost."""
        others: list[bytes] = []
        for row in pieces_in(rows, 1):
            if progress.rows.is_due():
                self._add(progress, b"".join(others))
                others = []
                if self._add_usual(progress, row, progress.rows):
                    continue
            others.append(row)
        self._add(progress, b"".join(others))

    def _add_usual(self, progress: _SheetInProgress, rows: bytes, tries: _Tries) -> bool:
        """Adds rows to a sheet if they are written as programs write them, and so sound; whether they are."""
        try:
            lines = progress.reader.lines(rows, progress.sheet.last)
            if any(columns[-1] >= limits().columns for _, columns, _ in lines):
                raise UnusualMarkup
        except UnusualMarkup:
            tries.failed()
            return False
        tries.succeeded()
        progress.sheet.add_usual(lines, progress.interned, _last_row(rows, progress.sheet.last))
        return True

    def _usual_reader(self) -> UsualReader:
        package = self.package
        return usual_reader(self._text, package.formats, counts_from_1904=package.counts_from_1904)

    def _text(self, index: str) -> Any:
        if not is_index(index, self.shared_values):
            raise UnusualMarkup
        return self.shared_values[int(index)]

    def _add(self, progress: _SheetInProgress, rows: bytes) -> None:
        """Adds rows to a sheet that may be written in any way."""
        if not rows:
            return
        progress.soundness.add(rows)
        sheet = progress.sheet
        look = look_at(PLAIN_HEAD + rows + _TAIL, sheet.last)
        if look.external_link and sheet.external_link is None:
            sheet.external_link = look.external_link_cell
        plain = _numbered(look.plain) if look.plain is not None else None
        grid = self.fast(plain, b"") if plain is not None else None
        if grid is not None:
            sheet.add_fast(grid, progress.values, _last_row(rows, sheet.last))
        else:
            progress.is_odd = True
            sheet.add_exact(read_sheet(PLAIN_HEAD + rows + _TAIL, progress.part, self.shared, sheet.last))

    @property
    def shared(self) -> Shared:
        """What the exact reader needs; a text on which both readers agree is held once."""
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
        soundness = Soundness(self.texts_part)
        cut = bands(self.package.pieces(self.texts_part, BAND), self.texts_part, TEXTS)
        soundness.add(next(cut))
        band = next(cut)
        for following in cut:
            try:
                yield texts_of(band)
            except UnusualMarkup:
                soundness.add(band)
                yield self._band_of_texts(band)
            band = following
        soundness.add(band, is_last=True)

    def _band_of_texts(self, band: bytes) -> Sequence[str]:
        count = len(_TEXT_PIECE.findall(band))
        if has_control(band) or is_long_or_deep(band):
            raise Unfit
        cells = b"".join(
            b'<row r="%d"><c r="A%d" t="s"><v>%d</v></c></row>' % (index + 1, index + 1, index)
            for index in range(count)
        )
        grid = self.fast(PLAIN_HEAD + cells + _TAIL, b"<sst>" + band + TEXTS.end)
        if grid is None:
            raise Unfit
        texts = [""] * (grid.first_row - 1) + [row[0] for row in grid.rows]
        return texts + [""] * (count - len(texts))


def _last_row(rows: bytes, previous: int) -> int:
    match = _LAST_ROW.match(rows, max(0, rows.rfind(b"<row ")))
    return int(match[1]) if match else previous


def _numbered(plain: bytes) -> bytes | None:
    """A plain sheet whose cells of shared texts say the text's number; None where one says it oddly."""
    expected = plain.count(b't="s"')
    if SIGN.encode() in plain:
        return None
    numbered, count = _SHARED.subn(rb' t="str"\1' + SIGN.encode(), plain) if expected else (plain, 0)
    return numbered if count == expected else None


def _merges(rest: bytes) -> bytes:
    begin = rest.find(b"<mergeCells")
    stop = rest.find(b"</mergeCells>", begin) if begin >= 0 else -1
    return rest[begin : stop + len(b"</mergeCells>")] if stop >= 0 else b""
