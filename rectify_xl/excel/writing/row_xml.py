"""Rows of values as the XML of a sheet, column by column: what stands in a column again is not made again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any

from rectify_xl.excel.writing.cell_faces import are_plain, face_of, plain_face
from rectify_xl.excel.writing.deflating import Fragment, deflated
from rectify_xl.excel.writing.fit import height_of, lines_in
from rectify_xl.layout import column_letter

# A column's style: one for all its cells, or one by (class, value).
Style = int | Mapping[tuple[type, Any], int]
_TEXTS = frozenset((str, type(None)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """How rows look: `styles` are cellXfs by column, `lines` what one line of each column holds (0: no wrapping).

    The height made from `lines` is not called custom, so Excel fits the row again where it knows better; no row is
    lower than `least` points.
    """

    styles: tuple[Style, ...]
    lines: tuple[int, ...] = ()
    least: float = 0.0


def rows_xml(rows: Sequence[Sequence[Any]], first_row: int, look: Look) -> bytes:
    """The <row> elements of some rows, the first of which is row `first_row` (from 0) of the sheet.

    None is a blank cell in its column's style. Every row must be as long as `look.styles`, else it is a ValueError.
    """
    if set(map(len, rows)) - {len(look.styles)}:
        raise ValueError(f"a row that has not {len(look.styles)} values")
    if not (rows and look.styles):
        return b""
    columns = list(zip(*rows, strict=True))
    numbers = [b"%d" % number for number in range(first_row + 1, first_row + 1 + len(rows))]
    # A row's number stands between any two of its parts: <row r="7" ..><c r="A7" ..><c r="B7" ..></row>
    opening = _openings(columns, look)
    parts = [
        _cells(values, style, f'<c r="{column_letter(at)}' if at < len(columns) else "</row>")
        for at, (style, values) in enumerate(zip(look.styles, columns, strict=True), 1)
    ]
    joined = zip([b'<row r="'] * len(rows), opening, *parts, strict=True)
    return b"".join([number.join(row) for number, row in zip(numbers, joined, strict=True)])


def row_fragment(rows: Sequence[Sequence[Any]], first_row: int, look: Look) -> Fragment:
    """`rows_xml` as a piece of the sheet's part; any process makes the same of the same rows."""
    return deflated(rows_xml(rows, first_row, look))


def _cells(values: Sequence[Any], style: Style, follows: str) -> list[bytes]:
    """What stands behind the addresses of one column's cells, up to the address of the next cell."""
    if isinstance(style, int) and frozenset(map(type, values)) <= _TEXTS:
        return _texts(values, _attributes(style), follows)
    keys = list(zip(map(type, values), values, strict=True))  # 1, 1.0 and True are equal and yet not the same cell
    made = {
        key: f"{_attributes(style if isinstance(style, int) else style[key])}{face_of(key[1])}{follows}".encode()
        for key in frozenset(keys)
    }
    return list(map(made.__getitem__, keys))


def _attributes(style: int) -> str:
    """What closes a cell's address, and its style."""
    return f'" s="{style}"' if style else '"'


def _texts(values: Sequence[str | None], attributes: str, follows: str) -> list[bytes]:
    """`_cells` of texts and blanks: nearly all texts are their own XML, and that is told of them together."""
    distinct = frozenset(values)
    texts = [value for value in distinct if value]
    face = plain_face if are_plain(texts) else face_of
    made: dict[str | None, bytes] = {text: f"{attributes}{face(text)}{follows}".encode() for text in texts}
    if len(texts) < len(distinct):
        made[None] = made[""] = f"{attributes}{face_of(None)}{follows}".encode()
    return list(map(made.__getitem__, values))


# ---- heights


def _openings(columns: Sequence[Sequence[Any]], look: Look) -> list[bytes]:
    """What stands behind each row's number: the height that its fullest cell needs, none where no column wraps."""
    most, wraps = [1] * len(columns[0]), False
    for values, held in zip(columns, look.lines, strict=bool(look.lines)):
        if held:
            wraps = True
            if high := _high(values, held):
                most = list(map(max, most, map(high.get, values, repeat(1))))
    heights = {lines: f' ht="{max(height_of(lines), look.least)!r}"' if wraps else "" for lines in frozenset(most)}
    made = {lines: f'"{height}><c r="{column_letter(0)}'.encode() for lines, height in heights.items()}
    return list(map(made.__getitem__, most))


def _high(values: Sequence[Any], held: int) -> dict[Any, int]:
    """The values that need more than one line, with how many; a text of a third of a line never does."""
    sure, most = held // 3, 2 * held  # twice what `text_width` may be, told here without a call a text
    texts = [v for v in frozenset(values) if v.__class__ is str and (len(v) > sure or "\n" in v)]
    high = {
        text: -(-width // most) for text in texts
        if (width := len(text.encode("utf-8", "surrogatepass")) + len(text)) > most and "\n" not in text
    }  # fmt: skip
    return high | {text: lines_in(text, held) for text in texts if "\n" in text}
