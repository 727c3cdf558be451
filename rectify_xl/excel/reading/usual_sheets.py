"""Worksheets as programs write them, read from their own bytes; one that is written otherwise is another reader's.

Nothing is passed over: a sheet is read here if its rows are cells, values, texts and formulas in the few ways in which
programs write them and nothing else at all, so that nothing can hide between what is read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, compress, islice, product, repeat
from operator import lt
from string import ascii_uppercase
from typing import Any

from rectify_xl.excel.reading.number_formats import Formats
from rectify_xl.excel.reading.sheet_scan import LAST_ROW, REACHING, is_ours, merges_in, span
from rectify_xl.excel.reading.usual_texts import (
    KEEPING,
    WrittenOtherwise,
    checked_text,
    own_text,
    resolved,
)
from rectify_xl.excel.reading.usual_values import Known, meanings_of
from rectify_xl.excel.reading.xml_parts import is_sound
from rectify_xl.grid import Grid
from rectify_xl.layout import CHECK_TEXT_NAME
from rectify_xl.limits import limits

Line = tuple[int, list[int], list[Any]]
Merges = tuple[tuple[int, int, int, int], ...]
# Larger sheets are looked at piece by piece, so that no list grows with them.
_LARGE = 2_000_000
# In a larger rectangle some of the cells must be there.
_RECTANGLE, _SPARSE = 20_000, 8
_EMPTY_ROW = re.compile(rb'<row r="([0-9]{1,7})"([^<>]*)/>')
_EMPTY_ROWS = re.compile(rb'(?:<row r="[0-9]{1,7}"[^<>]*/>)*')
_ROW = re.compile(rb'((?:<row r="[0-9]{1,7}"[^<>]*/>)*)<row r="([0-9]{1,7})"([^<>/]*)>')
# A row that holds nothing but a formula of our self-check with its text.
_CHECK_ROW = re.compile(
    rb'<row r="([0-9]{1,7})"[^<>/]*><c r="[A-Z]{1,2}[0-9]{1,7}"[^<>/]*><f[^<>/]*>[^<]*'
    + re.escape(CHECK_TEXT_NAME.encode())
    + rb"[^<]*</f>(?:<v>[^<]*</v>|<v ?/>)?</c>"
)
# A cell: its column, its row, its other attributes, a formula, a text in the cell itself (and how its blanks count) or
# a value; whatever is not a cell is the rest.
_CELL = re.compile(
    r'<c r="([A-Z]{1,2}+)([0-9]{1,7}+)"([^<>/]*+)(?:/>|>(?:<f((?: [A-Za-z][A-Za-z0-9]*="[\w:]*")*+>[^<]++)</f>)?+'
    r'(?:<is><t((?: xml:space="preserve")?+)>([^<]*+)</t></is>|<v>([^<]*+)</v>|<v ?+/>)?+</c>)(?:</row>)?+|(?s:(.+))'
)
_FORMULA, _VALUE = 4, 7
_ATTRIBUTES = re.compile(rb'(?: [A-Za-z_:][\w:.-]*="[^"<>&\x00-\x1f]*")* ?')
_NAME = re.compile(rb' ([\w:.-]+)="')
# Of a formula's attributes, before its text: one that stands there twice.
_TWICE = re.compile(r'\A(?: \w+="[^"]*")* (\w+)="[^"]*"(?: \w+="[^"]*")* \1="')
_HIDDEN = re.compile(rb' hidden="(?!0"|false")| ht="0(?:\.0+)?"')
_CORNER = rb"([A-Z]{1,2})([0-9]{1,7})"
_MERGE = re.compile(rb'<mergeCell ref="%b:%b" ?/>' % (_CORNER, _CORNER))
_MERGES = rb"<mergeCells(?: count=\"[0-9]+\")? ?>(?:%b)*</mergeCells>"
_MERGE_CELLS = re.compile(_MERGES % re.sub(rb"[()]", b"", _MERGE.pattern))
_LETTERS = (*ascii_uppercase, *map("".join, product(ascii_uppercase, repeat=2)))
_COLUMNS = {letters: at for at, letters in enumerate(_LETTERS)}
_BETWEEN, _CELL_BEGIN, _SHORT = b"</row>", b"<c ", 400
# The cells of so many rows are understood at once.
_AT_ONCE = 64
# No shorter text is too long, whatever the limit.
_CERTAIN = 10_000


@dataclass(frozen=True, kw_only=True, slots=True)
class UsualReader:
    """Reads the usual sheets of one workbook: what values in cells mean, by the cells' attributes.

    `holders` are the attributes of those that hold their own texts.
    """

    values: Known
    holders: set[str]

    def grid(self, data: bytes) -> Grid | None:
        """The values of a worksheet in UTF-8 without prefixes; None where anything in it is written otherwise."""
        begin, end = span(data)
        if begin < 0 or end - begin > _LARGE:
            return None
        try:
            lines = self.lines(data[begin:end])
            return _grid(lines, _merges(merges_in(data, end)), is_shared=not self.holders)
        except WrittenOtherwise:
            return None

    def lines(self, data: bytes, after: int = 0) -> list[Line]:
        """The rows that hold something, among the rows behind row `after` that are the data and nothing else.

        Raises WrittenOtherwise; where it does not, the data are well-formed elements.
        """
        numbers, rows = _rows(data, after)
        made: list[Line] = []
        for at in range(0, len(rows), _AT_ONCE):
            made += self._lines(numbers[at : at + _AT_ONCE], rows[at : at + _AT_ONCE])
        return made

    def _lines(self, numbers: Sequence[int], rows: Sequence[bytes]) -> Iterator[Line]:
        """The columns and values of some rows with cells, but for those that are blank."""
        text = checked_text(_BETWEEN.join(rows))
        letters, digits, attributes, formulas, keeping, own, said, rest = zip(*_CELL.findall(text), strict=True)
        counts = [row.count(_CELL_BEGIN) for row in rows]
        if any(rest) or [*digits] != [*chain.from_iterable(map(repeat, map(str, numbers), counts))]:
            raise WrittenOtherwise
        unknown = {formula for formula in set(formulas) if formula and not _is_known(formula)}
        if unknown and not all(_is_told(cell) for cell in _CELL.finditer(text) if cell[_FORMULA] in unknown):
            raise WrittenOtherwise
        means = {told: self.values[told] for told in set(attributes)}
        texts: Sequence[str] = _texts(own, keeping) if any(own) else own
        if not self.holders.issuperset(compress(attributes, texts)):
            raise WrittenOtherwise
        values = [its or (it and means[told][it]) for told, it, its in zip(attributes, said, texts, strict=True)]
        return _by_rows(numbers, counts, list(map(_COLUMNS.__getitem__, letters)), values)


def usual_reader(shared: Callable[[str], Any], formats: Formats, *, counts_from_1904: bool) -> UsualReader:
    """The reader of a workbook with these formats; `shared` tells the shared text of a number as a cell says it."""
    values, holders = meanings_of(shared, formats, counts_from_1904=counts_from_1904)
    return UsualReader(values=values, holders=holders)


# ---- rows


def _rows(data: bytes, after: int) -> tuple[list[int], list[bytes]]:
    """The rows that may hold values: their numbers, and what is between their tags; none of our self-check alone.

    Raises WrittenOtherwise for numbers that lack, stand twice or are out of order, and for hidden rows.
    """
    *rows, rest = data.split(_BETWEEN)
    numbers: list[int] = []
    kept: list[bytes] = []
    before = after
    for row in rows:
        number = _check_row(row) if len(row) <= _SHORT else 0
        if not number:
            head = _ROW.match(row)
            if head is None or not _is_shown(head[3]):
                raise WrittenOtherwise
            before, number = _passed(head[1], before) if head[1] else before, int(head[2])
            if cells := row[head.end() :]:
                numbers.append(number)
                kept.append(cells)
        if number <= before:
            raise WrittenOtherwise
        before = number
    if _passed(rest, before) > LAST_ROW:
        raise WrittenOtherwise
    return numbers, kept


@lru_cache(maxsize=2048)
def _check_row(row: bytes) -> int:
    """The number of a row that holds nothing but a formula of our self-check; 0 for any other.

    Below the rows that are filled in, returns of one template have the same.
    """
    found = _CHECK_ROW.fullmatch(row)
    return int(found[1]) if found and is_sound(row + _BETWEEN) else 0


def _passed(rows: bytes, before: int) -> int:
    """The number of the last of some rows without cells, which follow the one `before`."""
    found = _EMPTY_ROW.findall(rows)
    numbers = [before, *(int(number) for number, _ in found)]
    if not _EMPTY_ROWS.fullmatch(rows) or not all(map(lt, numbers, islice(numbers, 1, None))):
        raise WrittenOtherwise
    if not all(map(_are_usual, {attributes for _, attributes in found})):
        raise WrittenOtherwise
    return numbers[-1]


@lru_cache(maxsize=1024)
def _is_shown(attributes: bytes) -> bool:
    """Whether the attributes of a row are written as usual and none of them hides it."""
    return _are_usual(attributes) and _HIDDEN.search(attributes) is None


@lru_cache(maxsize=1024)
def _are_usual(attributes: bytes) -> bool:
    """Whether the attributes of a row are written as usual, each of them once."""
    names = _NAME.findall(attributes)
    is_usual = attributes.isascii() and _ATTRIBUTES.fullmatch(attributes) is not None
    return is_usual and len(set(names)) == len(names) and b"r" not in names


def _by_rows(numbers: Sequence[int], counts: Sequence[int], places: list[int], values: list[Any]) -> Iterator[Line]:
    """The cells of some rows, so many in each, row by row; none of a row that is blank."""
    end = 0
    for number, count in zip(numbers, counts, strict=True):
        begin, end = end, end + count
        columns, held = places[begin:end], values[begin:end]
        if not all(map(lt, columns, islice(columns, 1, None))):
            raise WrittenOtherwise
        if held.count("") < count:
            yield number, columns, held


def _texts(own: Sequence[str], keeping: Sequence[str]) -> Sequence[str]:
    """The texts that stand in cells themselves, those that say that their blanks count among them."""
    is_plain = len(max(own, key=len)) < _CERTAIN and "&" not in "".join(own) and [*map(str.strip, own)] == [*own]
    if is_plain:
        return own
    return [own_text(said, KEEPING if kept else "") if said else "" for said, kept in zip(own, keeping, strict=True)]


def _is_told(cell: re.Match[str]) -> bool:
    """Whether a formula's value is all there is to tell of it: it has one, is no picture, and stays in its workbook."""
    whole = cell[0]
    resolved(cell[_FORMULA])
    return "DISPIMG" not in whole and not REACHING.search(whole.encode()) and (bool(cell[_VALUE]) or 't="str"' in whole)


@lru_cache(maxsize=256)
def _is_known(formula: str) -> bool:
    """Whether a formula is one of our self-check; raises WrittenOtherwise if that is not sound."""
    if _TWICE.search(formula):
        raise WrittenOtherwise
    is_known = CHECK_TEXT_NAME in formula or is_ours(formula.encode())
    if is_known:
        resolved(formula)
    return is_known


def _grid(lines: Sequence[Line], merges: Merges, *, is_shared: bool) -> Grid:
    """The rectangle of the cells that are there."""
    if not lines:
        return Grid(title="", rows=[], merges=merges, is_plain=True)
    top, bottom = lines[0][0], lines[-1][0]
    first, last = min(line[1][0] for line in lines), max(line[1][-1] for line in lines)
    width, height, count = last - first + 1, bottom - top + 1, sum(len(line[1]) for line in lines)
    if width > limits().columns or (width * height > _RECTANGLE and width * height > _SPARSE * count):
        raise WrittenOtherwise
    rows: list[list[Any]] = []
    for number, places, values in lines:
        rows += [[""] * width for _ in range(number - top - len(rows))]
        rows.append(laid_out(places, values, first, width))
    return Grid(
        title="",
        rows=rows,
        first_row=top,
        first_column=first,
        merges=merges,
        is_plain=True,
        is_shared=is_shared,
    )


def laid_out(places: Sequence[int], values: list[Any], first: int, width: int) -> list[Any]:
    """A row of that width from column `first` on, with values at their places."""
    row = [""] * width
    if places[-1] - places[0] < len(places):
        row[places[0] - first : places[-1] - first + 1] = values
    else:
        for place, value in zip(places, values, strict=True):
            row[place - first] = value
    return row


@lru_cache(maxsize=64)
def _merges(written: bytes) -> Merges:
    """The merged cells; raises WrittenOtherwise where they are written otherwise, or too many."""
    if written and not _MERGE_CELLS.fullmatch(written):
        raise WrittenOtherwise
    found = [
        (int(top), _COLUMNS[left.decode()], int(bottom), _COLUMNS[right.decode()])
        for left, top, right, bottom in _MERGE.findall(written)
    ]
    if len(found) > limits().merges:
        raise WrittenOtherwise
    return tuple(found)
