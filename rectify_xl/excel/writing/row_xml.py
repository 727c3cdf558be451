"""Rows of values as the XML of a sheet, column by column: what stands in a column again is not made again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import repeat
from operator import add
from typing import Any, NamedTuple

from rectify_xl.excel.writing.cell_faces import SURROUNDING, face_of, plain_cells
from rectify_xl.excel.writing.fit import height_of, lines_in
from rectify_xl.layouts.layout import column_letter

# A column's style: one for all its cells, or one by (class, value).
Style = int | Mapping[tuple[type, Any], int]
_NOTHING = type(None)
# Classes whose values equal none of another class.
_APART = frozenset((str, date))
# How many values show whether a column's values repeat, and twice the most that one character of a text is wide.
_SAMPLED, _WIDEST = 64, 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """How rows look: `styles` are cellXfs by column, `lines` what one line of each column holds (0: no wrapping).

    A row is as high as its fullest cell needs with `room` points besides, and never lower than `least`; where no column
    wraps it is as high as `least`, and has no height without. Unless heights are `fixed`, Excel fits a row again where
    it knows better.
    """

    styles: tuple[Style, ...]
    lines: tuple[int, ...] = ()
    least: float = 0.0
    room: float = 0.0
    fixed: bool = False


def rows_xml(rows: Sequence[Sequence[Any]], first_row: int, look: Look) -> bytes:
    """The <row> elements of some rows, the first of which is row `first_row` (from 0) of the sheet.

    None is a blank cell in its column's style. Every row must be as long as `look.styles`, else it is a ValueError.
    """
    if set(map(len, rows)) - {len(look.styles)}:
        raise ValueError(f"a row that has not {len(look.styles)} values")
    return b"".join(row_elements(list(zip(*rows, strict=True)), range(first_row, first_row + len(rows)), look))


def row_elements(values: Sequence[Sequence[Any]], places: Sequence[int], look: Look) -> list[bytes]:
    """The <row> elements of rows by the values of their columns, each row at its place (from 0) on the sheet.

    As `rows_xml`; there must be as many columns as `look.styles`, and in each as many values as places.
    """
    if not (places and look.styles):
        return []
    wraps = look.lines or (0,) * len(look.styles)
    columns = [
        _column(cells, _Place(style, width, f'<c r="{column_letter(at)}' if at < len(look.styles) else "</row>"))
        for at, (style, width, cells) in enumerate(zip(look.styles, wraps, values, strict=True), 1)
    ]
    numbers = [b"%d" % (place + 1) for place in places]
    # A row's number stands between any two of its parts: <row r="7" ..><c r="A7" ..><c r="B7" ..></row>
    parts = ([b'<row r="'] * len(numbers), _openings(columns, look), *(column.cells for column in columns))
    return list(map(bytes.join, numbers, zip(*parts, strict=True)))


# ---- a column's cells


class _Lines(NamedTuple):
    """How many lines the cells of a column take: the fewest, the most, and a function that counts them for each."""

    fewest: int
    most: int
    each: Callable[[], list[int]]


class _Column(NamedTuple):
    """What follows the addresses of a column's cells, and how many lines each takes (None: all take one)."""

    cells: list[bytes]
    lines: _Lines | None = None


class _Place(NamedTuple):
    """What a column's cells share: their style, the width of a line (0: no wrapping), and what follows each."""

    style: Style
    line_width: int
    follows: str

    def attributes(self, key: tuple[type, Any] | None = None) -> str:
        """The end of a cell's address, and its style: that of the key where the column has several."""
        number = self.style if isinstance(self.style, int) else self.style[key or (_NOTHING, None)]
        return f'" s="{number}"' if number else '"'

    def cell(self, value: Any) -> bytes:
        """One cell from behind its address up to the address of the next."""
        return f"{self.attributes((type(value), value))}{face_of(value)}{self.follows}".encode()


def _column(values: Sequence[Any], place: _Place) -> _Column:
    """The cells of one column, each up to the address of the next cell."""
    if _is_one(values):
        return _Column([place.cell(values[0])] * len(values), _count_lines(values, values[:1], place.line_width))
    if isinstance(place.style, int) and _seems_varied(values) and (column := _varied(values, place)):
        return column
    distinct = frozenset(values)
    kinds = frozenset(map(type, distinct)) - {_NOTHING}
    if isinstance(place.style, int) and kinds == {str}:
        return _repeating(values, distinct, place)
    if not kinds <= _APART and len(frozenset(map(type, values)) - {_NOTHING}) > 1:  # 1, 1.0 and True are not the same
        keys: Sequence[Any] = list(zip(map(type, values), values, strict=True))
        cells = {key: place.cell(key[1]) for key in frozenset(keys)}
    else:
        keys, cells = values, {value: place.cell(value) for value in distinct}
    return _Column(_in_order(cells, keys), _count_lines(values, distinct, place.line_width) if str in kinds else None)


def _is_one(values: Sequence[Any]) -> bool:
    """Whether one text, or nothing, stands in a whole column."""
    first = values[0]
    if not (first is None or first.__class__ is str):
        return False
    return first == values[-1] == values[len(values) // 2] and values.count(first) == len(values)


def _in_order(xml_by_key: Mapping[Any, bytes], keys: Sequence[Any]) -> list[bytes]:
    """The XML of each key, in their order."""
    if len(xml_by_key) == 1:
        return list(xml_by_key.values()) * len(keys)
    return list(map(xml_by_key.__getitem__, keys))


def _seems_varied(values: Sequence[Any]) -> bool:
    """Whether most values of a column, by the first of them, stand there once: then each is made where it stands."""
    sample = values[:_SAMPLED]
    return 2 * len(frozenset(sample)) > len(sample)


def _varied(values: Sequence[Any], place: _Place) -> _Column | None:
    """The column of texts that are their own XML, and of blanks; None where something else stands in it."""
    texts = values if all(values) else ["" if value is None else value for value in values]
    try:
        cells = plain_cells(texts, place.attributes(), place.follows)
    except TypeError:  # numbers or days
        return None
    return _Column(cells, _lines(texts, cells, place)) if cells else None


def _repeating(values: Sequence[str | None], distinct: Collection[str | None], place: _Place) -> _Column:
    """The column of texts and blanks: nearly all texts are their own XML, which is found out for all together."""
    texts = [value for value in distinct if value is not None]
    cells = plain_cells(texts, place.attributes(), place.follows)
    if cells is None:
        one_by_one = {value: place.cell(value) for value in distinct}
        return _Column(_in_order(one_by_one, values), _count_lines(values, distinct, place.line_width))
    by_text: dict[str | None, bytes] = {None: place.cell(None), **dict(zip(texts, cells, strict=True))}
    lines = _lines(texts, cells, place)
    lines_by_text: Mapping[Any, int] = dict(zip(texts, lines.each(), strict=True)) if lines else {}
    return _Column(_in_order(by_text, values), _lines_by_value(lines_by_text, values, distinct))


# ---- heights


def _openings(columns: Sequence[_Column], look: Look) -> list[bytes]:
    """What stands behind each row's number: the height that its fullest cell needs."""
    wrapped = [column.lines for column in columns if column.lines]
    fewest = max((lines.fewest for lines in wrapped), default=1)
    fuller = [lines.each() for lines in wrapped if lines.most > fewest]
    most = list(map(max, repeat(fewest), *fuller)) if fuller else [fewest] * len(columns[0].cells)
    wraps, custom = any(look.lines), ' customHeight="1"' if look.fixed else ""
    openings = {}
    for count in frozenset(most):
        height = max(height_of(count) + look.room, look.least) if wraps else look.least
        attributes = f' ht="{height!r}"{custom}' if height else ""
        openings[count] = f'"{attributes}><c r="{column_letter(0)}'.encode()
    return _in_order(openings, most)


def _lines(texts: Sequence[str], cells: Sequence[bytes], place: _Place) -> _Lines | None:
    """`lines_in` texts that are their own XML, from their cells: what surrounds the text is the same in all of them."""
    line = 2 * place.line_width  # twice what `text_width` gives
    lengths = list(map(len, texts)) if line else []
    if not line or _WIDEST * max(lengths) <= line:
        return None
    around = len(place.attributes()) + len(place.follows) + SURROUNDING
    widths = list(map(add, map(len, cells), lengths))
    if max(widths) - around <= line:
        return None

    def lines_of(some: Iterable[int]) -> list[int]:
        return [(width - around + line - 1) // line or 1 for width in some]

    fewest, most = lines_of((min(widths), max(widths)))
    return _Lines(fewest, most, partial(lines_of, widths))


def _count_lines(values: Sequence[Any], distinct: Collection[Any], line_width: int) -> _Lines | None:
    """How many lines each value takes; None where each takes one."""
    texts = [text for text in distinct if text.__class__ is str] if line_width else []
    by_text = {text: lines_in(text, line_width) for text in texts if 3 * len(text) > line_width or "\n" in text}
    return _lines_by_value(by_text, values, distinct)


def _lines_by_value(counts: Mapping[Any, int], values: Sequence[Any], distinct: Collection[Any]) -> _Lines | None:
    """How many lines each value takes, from the counts of those that may take more than one."""
    if not counts:
        return None
    fewest = min(counts.values()) if len(counts) == len(distinct) else 1
    return _Lines(fewest, max(counts.values()), lambda: list(map(counts.get, values, repeat(1))))
