"""Worksheets as programs write them, read from their own bytes; one that is written otherwise is another reader's.

Nothing is passed over: a sheet is read here if its rows are cells, values, texts and formulas in the few ways in which
programs write them and nothing else at all, so that nothing can hide between what is read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import compress, islice, product
from operator import lt
from string import ascii_uppercase
from typing import Any

from rectify_xl.excel.reading.number_formats import Formats
from rectify_xl.excel.reading.sheet_scan import LAST_ROW, REACHING, is_ours, merges_in, span
from rectify_xl.excel.reading.usual_texts import SharedTexts, WrittenOtherwise, check_bytes, own_text, resolved
from rectify_xl.excel.reading.usual_values import Known, meanings_of
from rectify_xl.grid import Grid
from rectify_xl.layout import CHECK_TEXT_NAME
from rectify_xl.limits import limits

Line = tuple[int, list[int], list[Any]]
Merges = tuple[tuple[int, int, int, int], ...]
# Larger sheets are looked at piece by piece, so that no list grows with them.
_LARGE = 2_000_000
# In a larger rectangle some of the cells must be there.
_RECTANGLE, _SPARSE = 20_000, 8
_EMPTY_ROW = re.compile(rb'<row r="([0-9]{1,7})"[^<>]*/>')
_EMPTY_ROWS = re.compile(rb'(?:<row r="[0-9]{1,7}"[^<>]*/>)*')
_ROW = re.compile(rb'((?:<row r="[0-9]{1,7}"[^<>]*/>)*)<row r="([0-9]{1,7})"([^<>/]*)>')
# A row that holds nothing but a formula of our self-check with its text.
_CHECK_ROW = re.compile(
    rb'<row r="([0-9]{1,7})"[^<>/]*><c r="[A-Z]{1,2}[0-9]{1,7}"[^<>/]*><f[^<>/]*>[^<]*'
    + re.escape(CHECK_TEXT_NAME.encode())
    + rb"[^<]*</f>(?:<v>[^<]*</v>|<v ?/>)?</c>"
)
# A cell: its column, its row, its other attributes, a formula, a value or a text in the cell itself.
_CELL = re.compile(
    r'(<c r="([A-Z]{1,2})([0-9]{1,7})"([^<>/]*)(?:/>|>(?:<f((?: \w+="[\w:]*")*>[^<]+)</f>)?'
    r'(?:<v>([^<]*)</v>|<v ?/>|<is><t(?: xml:space="preserve")?>([^<]*)</t></is>)?</c>))'
)
_ATTRIBUTES = re.compile(rb'(?: [\w:.-]+="[^"<>&]*")* ?')
_NAME = re.compile(rb' ([\w:.-]+)="')
_HIDDEN = re.compile(rb' hidden="(?!0"|false")')
_CORNER = rb"([A-Z]{1,2})([0-9]{1,7})"
_MERGE = re.compile(rb'<mergeCell ref="%b:%b" ?/>' % (_CORNER, _CORNER))
_MERGES = rb"<mergeCells(?: count=\"[0-9]+\")? ?>(?:%b)*</mergeCells>"
_MERGE_CELLS = re.compile(_MERGES % re.sub(rb"[()]", b"", _MERGE.pattern))
_LETTERS = (*ascii_uppercase, *map("".join, product(ascii_uppercase, repeat=2)))
_COLUMNS = {letters: at for at, letters in enumerate(_LETTERS)}
_BETWEEN, _SHORT = b"</row>", 400
# No shorter text is too long, whatever the limit.
_CERTAIN = 10_000


@dataclass(frozen=True, kw_only=True, slots=True)
class UsualReader:
    """Reads the usual sheets of one workbook: what values in cells mean, by the cells' attributes.

    `holders` are the attributes of those that hold their own texts, `texts` these so far.
    """

    values: Known
    holders: set[str]
    texts: dict[str, str] = field(default_factory=dict)

    def grid(self, data: bytes) -> Grid | None:
        """The values of a worksheet in UTF-8 without prefixes; None where anything in it is written otherwise."""
        begin, end = span(data)
        if begin < 0 or end - begin > _LARGE:
            return None
        try:
            numbers, rows = _rows(data[begin:end])
            held = _BETWEEN.join(rows)
            check_bytes(held)
            texts = held.decode().split("</row>")
            lines = [line for number, text in zip(numbers, texts, strict=False) if (line := self._line(number, text))]
            return _grid(lines, _merges(merges_in(data, end)))
        except (WrittenOtherwise, UnicodeDecodeError):
            return None

    def _line(self, number: int, text: str) -> Line | None:
        """The columns and values of a row; None where it is blank."""
        if not text:
            return None
        cells = _CELL.findall(text)
        if not cells:
            raise WrittenOtherwise
        wholes, letters, digits, attributes, formulas, said, own = zip(*cells, strict=True)
        places = list(map(_COLUMNS.__getitem__, letters))
        is_whole = "".join(wholes) == text and digits.count(str(number)) == len(digits)
        if not (is_whole and all(map(lt, places, islice(places, 1, None)))):
            raise WrittenOtherwise
        if any(formulas):
            with_formula = (compress(held, formulas) for held in (wholes, formulas, said))
            if not all(map(_is_told, *with_formula)):
                raise WrittenOtherwise
        meanings = list(map(self.values.__getitem__, attributes))
        if any(own):
            own = tuple(self._texts(own, wholes))
            if not self.holders.issuperset(compress(attributes, own)):
                raise WrittenOtherwise
        values = [its or (means[it] if it else "") for means, it, its in zip(meanings, said, own, strict=True)]
        return (number, places, values) if values.count("") < len(values) else None

    def _texts(self, own: Sequence[str], wholes: Sequence[str]) -> Sequence[str]:
        """The texts in the cells of a row; what is written alike is one text wherever it stands."""
        joined = "".join(own)
        is_plain = len(joined) < _CERTAIN and "&" not in joined and [*map(str.strip, own)] == [*own]
        if not is_plain:
            own = [own_text(said, _tag_in(whole)) if said else "" for said, whole in zip(own, wholes, strict=True)]
        return list(map(self.texts.setdefault, own, own))


def usual_reader(texts: SharedTexts, formats: Formats, *, counts_from_1904: bool) -> UsualReader:
    """The reader of a workbook with these shared texts and formats."""
    values, holders = meanings_of(texts, formats, counts_from_1904=counts_from_1904)
    return UsualReader(values=values, holders=holders)


# ---- rows


def _rows(data: bytes) -> tuple[list[int], list[bytes]]:
    """The rows that may hold values: their numbers, and what is between their tags; none of our self-check alone.

    Raises WrittenOtherwise for numbers that lack, stand twice or are out of order, and for hidden rows.
    """
    *rows, rest = data.split(_BETWEEN)
    numbers: list[int] = []
    kept: list[bytes] = []
    before = 0
    for row in rows:
        number = _check_row(row) if len(row) <= _SHORT else 0
        if not number:
            head = _ROW.match(row)
            if head is None or not _is_shown(head[3]):
                raise WrittenOtherwise
            before, number = _passed(head[1], before) if head[1] else before, int(head[2])
            numbers.append(number)
            kept.append(row[head.end() :])
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
    return int(found[1]) if found else 0


def _passed(rows: bytes, before: int) -> int:
    """The number of the last of some rows without cells, which follow the one `before`."""
    numbers = [before, *map(int, _EMPTY_ROW.findall(rows))]
    if not _EMPTY_ROWS.fullmatch(rows) or not all(map(lt, numbers, islice(numbers, 1, None))):
        raise WrittenOtherwise
    return numbers[-1]


@lru_cache(maxsize=1024)
def _is_shown(attributes: bytes) -> bool:
    """Whether the attributes of a row are written as usual and none of them hides it."""
    names = _NAME.findall(attributes)
    is_usual = attributes.isascii() and _ATTRIBUTES.fullmatch(attributes) is not None
    return is_usual and len(set(names)) == len(names) and b"r" not in names and _HIDDEN.search(attributes) is None


def _is_told(cell: str, formula: str, said: str) -> bool:
    """Whether a formula's value is all there is to tell of it: it has one, is no picture, and stays in its workbook."""
    if _is_known(formula):
        return True
    resolved(formula)
    return "DISPIMG" not in cell and not REACHING.search(cell.encode()) and (bool(said) or 't="str"' in cell)


@lru_cache(maxsize=256)
def _is_known(formula: str) -> bool:
    """Whether a formula is one of our self-check; raises WrittenOtherwise if that is not sound."""
    is_known = CHECK_TEXT_NAME in formula or is_ours(formula.encode())
    if is_known:
        resolved(formula)
    return is_known


def _grid(lines: Sequence[Line], merges: Merges) -> Grid:
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
        row = [""] * width
        if places[-1] - places[0] < len(places):
            row[places[0] - first : places[-1] - first + 1] = values
        else:
            for place, value in zip(places, values, strict=True):
                row[place - first] = value
        rows.append(row)
    return Grid(title="", rows=rows, first_row=top, first_column=first, merges=merges, is_plain=True)


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


def _tag_in(cell: str) -> str:
    begin = cell.find("<t")
    return cell[begin : cell.find(">", begin) + 1]
