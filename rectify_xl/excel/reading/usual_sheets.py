"""Worksheets as programs usually write them, read from their bytes; any other markup is left to another reader.

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
from rectify_xl.excel.reading.sheet_scan import EXTERNAL_LINK, LAST_ROW, is_ours, merges_in, span
from rectify_xl.excel.reading.usual_texts import (
    PRESERVE_TAG,
    UnusualMarkup,
    checked_text,
    own_text,
    resolved,
)
from rectify_xl.excel.reading.usual_values import Lookup, meanings_of
from rectify_xl.excel.reading.xml_parts import is_sound
from rectify_xl.facts.limits import limits
from rectify_xl.grid import Grid
from rectify_xl.layouts.layout import CHECK_TEXT_NAME

Line = tuple[int, list[int], list[Any]]
Merges = tuple[tuple[int, int, int, int], ...]
# Larger sheets are looked at piece by piece, so that no list grows with them.
_TOO_LARGE = 2_000_000
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
# In the attributes of a formula, before its text: one that is repeated.
_TWICE = re.compile(r'\A(?: \w+="[^"]*")* (\w+)="[^"]*"(?: \w+="[^"]*")* \1="')
_HIDDEN = re.compile(rb' hidden="(?!0"|false")| ht="0(?:\.0+)?"')
_CORNER = rb"([A-Z]{1,2})([0-9]{1,7})"
_MERGE = re.compile(rb'<mergeCell ref="%b:%b" ?/>' % (_CORNER, _CORNER))
_MERGES = rb"<mergeCells(?: count=\"[0-9]+\")? ?>(?:%b)*</mergeCells>"
_MERGE_CELLS = re.compile(_MERGES % re.sub(rb"[()]", b"", _MERGE.pattern))
_LETTERS = (*ascii_uppercase, *map("".join, product(ascii_uppercase, repeat=2)))
_COLUMNS = {letters: at for at, letters in enumerate(_LETTERS)}
_BETWEEN, _CELL_BEGIN, _LONGEST_CHECK_ROW = b"</row>", b"<c ", 400
# The cells of so many rows are understood at once.
_BATCH = 64
# No shorter text is too long, whatever the limit.
_SURELY_SHORT = 10_000


@dataclass(frozen=True, kw_only=True, slots=True)
class UsualReader:
    """Reads the usual sheets of one workbook; `values` are the lookups of values by the cells' attributes.

    `inline_attributes` are the attributes met so far of cells with inline texts.
    """

    values: Lookup
    inline_attributes: set[str]

    def grid(self, data: bytes) -> Grid | None:
        """The values of a worksheet in UTF-8 without prefixes; None for any unusual markup."""
        begin, end = span(data)
        if begin < 0 or end - begin > _TOO_LARGE:
            return None
        try:
            lines = self.lines(data[begin:end])
            return _grid(lines, _merges(merges_in(data, end)), is_shared=not self.inline_attributes)
        except UnusualMarkup:
            return None

    def lines(self, data: bytes, after: int = 0) -> list[Line]:
        """The rows that hold something, of data that are nothing but rows behind row `after`.

        Raises UnusualMarkup; where it does not, the data are well-formed elements.
        """
        numbers, rows = _rows(data, after)
        lines: list[Line] = []
        for at in range(0, len(rows), _BATCH):
            lines += self._lines(numbers[at : at + _BATCH], rows[at : at + _BATCH])
        return lines

    def _lines(self, numbers: Sequence[int], rows: Sequence[bytes]) -> Iterator[Line]:
        """The columns and values of some rows with cells, without the blank rows."""
        text = checked_text(_BETWEEN.join(rows))
        letters, digits, attributes, formulas, preserves, inline, contents, rest = zip(
            *_CELL.findall(text), strict=True
        )
        counts = [row.count(_CELL_BEGIN) for row in rows]
        if any(rest) or [*digits] != [*chain.from_iterable(map(repeat, map(str, numbers), counts))]:
            raise UnusualMarkup
        others = {formula for formula in set(formulas) if formula and not _is_self_check(formula)}
        if others and not all(_has_full_value(cell) for cell in _CELL.finditer(text) if cell[_FORMULA] in others):
            raise UnusualMarkup
        lookups = {cell_attributes: self.values[cell_attributes] for cell_attributes in set(attributes)}
        inline_texts: Sequence[str] = _inline_texts(inline, preserves) if any(inline) else inline
        if not self.inline_attributes.issuperset(compress(attributes, inline_texts)):
            raise UnusualMarkup
        values = [
            inline_text or (content and lookups[cell_attributes][content])
            for cell_attributes, content, inline_text in zip(attributes, contents, inline_texts, strict=True)
        ]
        return _by_rows(numbers, counts, list(map(_COLUMNS.__getitem__, letters)), values)


def usual_reader(shared: Callable[[str], Any], formats: Formats, *, counts_from_1904: bool) -> UsualReader:
    """The reader of a workbook with these formats; `shared` gives the shared text at an index."""
    values, inline_attributes = meanings_of(shared, formats, counts_from_1904=counts_from_1904)
    return UsualReader(values=values, inline_attributes=inline_attributes)


# ---- rows


def _rows(data: bytes, after: int) -> tuple[list[int], list[bytes]]:
    """The numbers of the rows that may hold values, and their content between the tags; self-check rows are left out.

    Raises UnusualMarkup for numbers that are missing, repeated or out of order, and for hidden rows.
    """
    *pieces, rest = data.split(_BETWEEN)
    numbers: list[int] = []
    contents: list[bytes] = []
    previous = after
    for piece in pieces:
        number = _check_row(piece) if len(piece) <= _LONGEST_CHECK_ROW else 0
        if not number:
            head = _ROW.match(piece)
            if head is None or not _is_shown(head[3]):
                raise UnusualMarkup
            previous, number = _last_empty_row(head[1], previous) if head[1] else previous, int(head[2])
            if cells := piece[head.end() :]:
                numbers.append(number)
                contents.append(cells)
        if number <= previous:
            raise UnusualMarkup
        previous = number
    if _last_empty_row(rest, previous) > LAST_ROW:
        raise UnusualMarkup
    return numbers, contents


@lru_cache(maxsize=2048)
def _check_row(row: bytes) -> int:
    """The number of a row that holds nothing but a formula of our self-check; 0 for any other.

    Below the rows that are filled in, returns of one template have the same.
    """
    match = _CHECK_ROW.fullmatch(row)
    return int(match[1]) if match and is_sound(row + _BETWEEN) else 0


def _last_empty_row(rows: bytes, previous: int) -> int:
    """The number of the last of some rows without cells, which follow row `previous`."""
    matches = _EMPTY_ROW.findall(rows)
    numbers = [previous, *(int(number) for number, _ in matches)]
    if not _EMPTY_ROWS.fullmatch(rows) or not all(map(lt, numbers, islice(numbers, 1, None))):
        raise UnusualMarkup
    if not all(map(_are_usual, {attributes for _, attributes in matches})):
        raise UnusualMarkup
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


def _by_rows(
    numbers: Sequence[int], counts: Sequence[int], all_columns: list[int], values: list[Any]
) -> Iterator[Line]:
    """Columns and values split into rows of `counts` cells each; blank rows are left out."""
    end = 0
    for number, count in zip(numbers, counts, strict=True):
        begin, end = end, end + count
        columns, row_values = all_columns[begin:end], values[begin:end]
        if not all(map(lt, columns, islice(columns, 1, None))):
            raise UnusualMarkup
        if row_values.count("") < count:
            yield number, columns, row_values


def _inline_texts(inline: Sequence[str], preserves: Sequence[str]) -> Sequence[str]:
    """The inline texts resolved; `preserves` are their tags' attributes where blanks count."""
    is_plain = (
        len(max(inline, key=len)) < _SURELY_SHORT
        and "&" not in "".join(inline)
        and [*map(str.strip, inline)] == [*inline]
    )
    if is_plain:
        return inline
    return [
        own_text(text, PRESERVE_TAG if preserve else "") if text else ""
        for text, preserve in zip(inline, preserves, strict=True)
    ]


def _has_full_value(cell: re.Match[str]) -> bool:
    """Whether a formula has a value, is no picture and stays in its workbook, so that the value is all that matters."""
    markup = cell[0]
    resolved(cell[_FORMULA])
    return (
        "DISPIMG" not in markup
        and not EXTERNAL_LINK.search(markup.encode())
        and (bool(cell[_VALUE]) or ('t="str"' in markup and "<v" in markup))
    )


@lru_cache(maxsize=256)
def _is_self_check(formula: str) -> bool:
    """Whether a formula is one of our self-check; raises UnusualMarkup if that is not sound."""
    if _TWICE.search(formula):
        raise UnusualMarkup
    is_check = CHECK_TEXT_NAME in formula or is_ours(formula.encode())
    if is_check:
        resolved(formula)
    return is_check


def _grid(lines: Sequence[Line], merges: Merges, *, is_shared: bool) -> Grid:
    """The rectangle of the cells that are there."""
    if not lines:
        return Grid(title="", rows=[], merges=merges, is_plain=True)
    top, bottom = lines[0][0], lines[-1][0]
    first, last = min(line[1][0] for line in lines), max(line[1][-1] for line in lines)
    width, height, count = last - first + 1, bottom - top + 1, sum(len(line[1]) for line in lines)
    if width > limits().columns or (width * height > _RECTANGLE and width * height > _SPARSE * count):
        raise UnusualMarkup
    rows: list[list[Any]] = []
    for number, columns, values in lines:
        rows += [[""] * width for _ in range(number - top - len(rows))]
        rows.append(row_of(columns, values, first, width))
    return Grid(
        title="",
        rows=rows,
        first_row=top,
        first_column=first,
        merges=merges,
        is_plain=True,
        is_shared=is_shared,
    )


def row_of(columns: Sequence[int], values: list[Any], first: int, width: int) -> list[Any]:
    """A row of that width from column `first` on, with values at their columns."""
    row = [""] * width
    if columns[-1] - columns[0] < len(columns):
        row[columns[0] - first : columns[-1] - first + 1] = values
    else:
        for column, value in zip(columns, values, strict=True):
            row[column - first] = value
    return row


@lru_cache(maxsize=64)
def _merges(written: bytes) -> Merges:
    """The merged cells; raises UnusualMarkup for unusual markup, or too many."""
    if written and not _MERGE_CELLS.fullmatch(written):
        raise UnusualMarkup
    merges = [
        (int(top), _COLUMNS[left.decode()], int(bottom), _COLUMNS[right.decode()])
        for left, top, right, bottom in _MERGE.findall(written)
    ]
    if len(merges) > limits().merges:
        raise UnusualMarkup
    return tuple(merges)
