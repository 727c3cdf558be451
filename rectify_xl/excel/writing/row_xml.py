"""Rows of values as the XML of a sheet, column by column: what stands in a column again is not made again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any, NamedTuple

from rectify_xl.excel.writing.cell_faces import are_plain, face_of, plain_cells
from rectify_xl.excel.writing.deflating import Fragment, deflated
from rectify_xl.excel.writing.fit import height_of, lines_in
from rectify_xl.layout import column_letter

# A column's style: one for all its cells, or one by (class, value).
Style = int | Mapping[tuple[type, Any], int]
_NOTHING = type(None)
_BLANKS = frozenset(("", None))


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
    return b"".join(rows_made(rows, range(first_row, first_row + len(rows)), look))


def rows_made(rows: Sequence[Sequence[Any]], places: Sequence[int], look: Look) -> list[bytes]:
    """The <row> elements of some rows, each of which stands at its place (from 0) on the sheet; see `rows_xml`."""
    if set(map(len, rows)) - {len(look.styles)}:
        raise ValueError(f"a row that has not {len(look.styles)} values")
    if not (rows and look.styles):
        return []
    wraps = look.lines or (0,) * len(look.styles)
    columns = [
        _column(values, style, held, f'<c r="{column_letter(at)}' if at < len(look.styles) else "</row>")
        for at, (style, held, values) in enumerate(zip(look.styles, wraps, zip(*rows, strict=True), strict=True), 1)
    ]
    numbers = [b"%d" % (place + 1) for place in places]
    # A row's number stands between any two of its parts: <row r="7" ..><c r="A7" ..><c r="B7" ..></row>
    parts = ([b'<row r="'] * len(rows), _openings(columns, look), *(column.cells for column in columns))
    return [number.join(row) for number, row in zip(numbers, zip(*parts, strict=True), strict=True)]


def row_fragment(rows: Sequence[Sequence[Any]], first_row: int, look: Look) -> Fragment:
    """`rows_xml` as a piece of the sheet's part; any process makes the same of the same rows."""
    return deflated(rows_xml(rows, first_row, look))


# ---- a column's cells


class _Column(NamedTuple):
    """What stands behind the addresses of a column's cells, and on how many lines each stands (None: all on one)."""

    cells: list[bytes]
    lines: list[int] | None = None


def _column(values: Sequence[Any], style: Style, held: int, follows: str) -> _Column:
    """The cells of one column, each up to the address of the next cell; a line holds `held` (0: no wrapping)."""
    kinds = frozenset(map(type, values)) - {_NOTHING}
    if isinstance(style, int) and kinds <= {str}:
        return _texts(values, _attributes(style), held, follows)
    if len(kinds) > 1:  # 1, 1.0 and True are equal and yet not the same cell
        keys: Sequence[Any] = list(zip(map(type, values), values, strict=True))
        by_key = {key: (key[1], _style_of(style, key)) for key in frozenset(keys)}
    else:
        keys = values
        by_key = {value: (value, _style_of(style, (type(value), value))) for value in frozenset(values)}
    made = {
        key: f"{_attributes(number)}{face_of(value)}{follows}".encode() for key, (value, number) in by_key.items()
    }
    return _Column(_each(made, keys), _high(values, held) if str in kinds else None)


def _style_of(style: Style, key: tuple[type, Any]) -> int:
    return style if isinstance(style, int) else style[key]


def _attributes(style: int) -> str:
    """What closes a cell's address, and its style."""
    return f'" s="{style}"' if style else '"'


def _each(made: Mapping[Any, bytes], keys: Sequence[Any]) -> list[bytes]:
    """What was made of each key, in their order."""
    return list(made.values()) * len(keys) if len(made) == 1 else list(map(made.__getitem__, keys))


def _texts(values: Sequence[str | None], attributes: str, held: int, follows: str) -> _Column:
    """The column of texts and blanks: nearly all texts are their own XML, and that is told of them together."""
    distinct = frozenset(values)
    blanks = distinct & _BLANKS
    is_varied = not blanks and 2 * len(distinct) > len(values)  # then each is made where it stands
    texts = [value for value in (values if is_varied else distinct) if value]
    if not texts or not are_plain(texts):
        made = {text: f"{attributes}{face_of(text)}{follows}".encode() for text in distinct}
        return _Column(_each(made, values), _high(values, held))
    cells = plain_cells(texts, attributes, follows)
    lines = _lines(texts, cells, held) if held else None
    if is_varied:
        return _Column(cells, lines)
    made = dict(zip(texts, cells, strict=True))
    for blank in blanks:
        made[blank] = f"{attributes}{face_of(None)}{follows}".encode()
    high: dict[Any, int] = dict(zip(texts, lines, strict=True)) if lines else {}
    return _Column(_each(made, values), list(map(high.get, values, repeat(1))) if high else None)


# ---- heights


def _openings(columns: Sequence[_Column], look: Look) -> list[bytes]:
    """What stands behind each row's number: the height that its fullest cell needs."""
    lines = [column.lines for column in columns if column.lines]
    most = [1] * len(columns[0].cells) if not lines else lines[0] if len(lines) == 1 else list(map(max, *lines))
    wraps, custom = any(look.lines), ' customHeight="1"' if look.fixed else ""
    made = {}
    for count in frozenset(most):
        height = max(height_of(count) + look.room, look.least) if wraps else look.least
        told = f' ht="{height!r}"{custom}' if height else ""
        made[count] = f'"{told}><c r="{column_letter(0)}'.encode()
    return _each(made, most)


def _lines(texts: Sequence[str], cells: Sequence[bytes], held: int) -> list[int] | None:
    """`lines_in` texts that are their own XML, from their cells: what surrounds the text is the same in all of them."""
    beside, most = len(cells[0]) - len(texts[0].encode()), 2 * held  # twice what `text_width` tells
    widths = [len(cell) + len(text) - beside for cell, text in zip(cells, texts, strict=True)]
    return [-(-width // most) for width in widths] if max(widths) > most else None


def _high(values: Sequence[Any], held: int) -> list[int] | None:
    """On how many lines each of some values stands; None where each stands on one."""
    texts = [text for text in frozenset(values) if text.__class__ is str] if held else []
    high = {text: lines_in(text, held) for text in texts if 3 * len(text) > held or "\n" in text}
    return list(map(high.get, values, repeat(1))) if high else None
