"""The boxes in which Excel shows notes: an old drawing (VML) that is no certain XML, changed by its bytes alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

from rectify_xl.excel.marking.archive import CannotPatch
from rectify_xl.excel.marking.sheet_part import SheetPart
from rectify_xl.excel.marking.sheet_scan import Cell
from rectify_xl.normal import display_width

_END = b"</xml>"
_SHAPE = re.compile(rb"<v:shape\b.*?</v:shape>", re.DOTALL)
_SHAPE_ID = re.compile(rb"\bid\s*=\s*[\"']_x0000_s(\d{1,9})[\"']")
_BLOCKS = re.compile(rb"(<o:idmap\b[^>]*?\bdata\s*=\s*[\"'])([\d,\s]*)([\"'])")
_ROW, _COLUMN = re.compile(rb"<x:Row>\s*(\d+)\s*</x:Row>"), re.compile(rb"<x:Column>\s*(\d+)\s*</x:Column>")
_NOTE = re.compile(rb"ObjectType\s*=\s*[\"']Note[\"']")
# Shapes are numbered in blocks, of which each drawing has some of its own.
_BLOCK = 1024
_SPACES = (
    (b"v", b"urn:schemas-microsoft-com:vml"),
    (b"o", b"urn:schemas-microsoft-com:office:office"),
    (b"x", b"urn:schemas-microsoft-com:office:excel"),
)
_TYPE = (
    b'<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    b'<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
# A box in pixels: its width, a line of its text, and what it has besides.
_WIDTH, _LINE, _ROOM, _LINE_HOLDS, _USUAL_LINES = 300, 17, 14, 40, 5
_PIXELS_A_CHARACTER, _PIXELS_A_POINT = 7, 4 / 3
_LAST_ROW, _LAST_COLUMN = 1_048_575, 16_383


class Box(NamedTuple):
    """Where a note's box stands: column, pixels into it, row, pixels into it; first corner, then second."""

    anchor: tuple[int, int, int, int, int, int, int, int]
    size: tuple[int, int]


def blocks_in(data: bytes) -> set[int]:
    """The blocks of numbers that a drawing calls its own."""
    return {int(n) for found in _BLOCKS.finditer(data) for n in found[2].replace(b",", b" ").split()}


def bare_shapes(block: int) -> bytes:
    """A drawing without any shape."""
    spaces = b" ".join(b"xmlns:" + name + b'="' + space + b'"' for name, space in _SPACES)
    layout = b'<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="%d"/></o:shapelayout>' % block
    return b"<xml " + spaces + b">" + layout + _TYPE + _END


def noted_cells(data: bytes) -> set[Cell]:
    """The cells that have a box in a drawing."""
    return {cell for found in _SHAPE.finditer(data) if (cell := _cell_of(found[0]))}


def without_shapes(data: bytes, cells: Collection[Cell]) -> bytes:
    """The drawing without the boxes of some cells."""
    return _SHAPE.sub(lambda m: b"" if _cell_of(m[0]) in cells else m[0], data)


def _cell_of(shape: bytes) -> Cell | None:
    row, column = _ROW.search(shape), _COLUMN.search(shape)
    return (int(row[1]) + 1, int(column[1])) if row and column and _NOTE.search(shape) else None


def with_shapes(data: bytes, boxes: Mapping[Cell, Box], fresh: int) -> bytes:
    """The drawing with boxes for some cells in their order; `fresh` is the first block that no drawing uses.

    Raises CannotPatch("notes") for a drawing that is not written as Excel reads it.
    """
    end = data.rfind(_END)
    if end < 0 or b"\0" in data:
        raise CannotPatch("notes")
    data, ids = _with_blocks(data, len(boxes), fresh)
    end = data.rfind(_END)
    bare = [(name, space) for name, space in _SPACES if b"xmlns:" + name + b"=" not in data]
    spaces = b"".join(b" xmlns:" + name + b'="' + space + b'"' for name, space in bare)
    shapes = b"".join(_shape(cell, box, n, spaces) for n, (cell, box) in zip(ids, boxes.items(), strict=True))
    kind = b"" if b'id="_x0000_t202"' in data or b"id='_x0000_t202'" in data else _TYPE
    if kind and spaces:
        raise CannotPatch("notes")
    return data[:end] + kind + shapes + data[end:]


def _with_blocks(data: bytes, count: int, fresh: int) -> tuple[bytes, list[int]]:
    """The drawing with enough blocks of its own, and as many numbers that nothing uses."""
    taken = {int(found[1]) for found in _SHAPE_ID.finditer(data)}
    free = [n for block in sorted(blocks_in(data)) for n in _behind(taken, block)]
    needed = -(-(count - len(free)) // (_BLOCK - 1))
    added = list(range(fresh, fresh + max(needed, 0)))
    if added and (found := _BLOCKS.search(data)):
        held = b",".join([*filter(None, [found[2].strip()]), *(b"%d" % block for block in added)])
        data = data[: found.start(2)] + held + data[found.end(2) :]
    ids = [*free, *(n for block in added for n in _behind(set(), block))]
    return data, ids[:count]


def _behind(taken: set[int], block: int) -> range:
    """The numbers of a block behind those that are taken."""
    held = [number for number in taken if number // _BLOCK == block]
    return range(max(held, default=block * _BLOCK) + 1, (block + 1) * _BLOCK)


def _shape(cell: Cell, box: Box, number: int, spaces: bytes) -> bytes:
    row, column = cell
    width, height = (round(side / _PIXELS_A_POINT, 2) for side in box.size)
    size = f"width:{width}pt;height:{height}pt"
    place = f"position:absolute;margin-left:0;margin-top:0;{size};z-index:1;visibility:hidden"
    anchor = ", ".join(map(str, box.anchor))
    return (
        b'<v:shape id="_x0000_s%d" type="#_x0000_t202" style="%s" fillcolor="#ffffe1" o:insetmode="auto"%s>'
        b'<v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>'
        b'<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>'
        b'<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>%s</x:Anchor>'
        b"<x:AutoFill>False</x:AutoFill><x:Row>%d</x:Row><x:Column>%d</x:Column></x:ClientData></v:shape>"
    ) % (number, place.encode(), spaces, anchor.encode(), row - 1, column)


# ---- where a box stands


def box_for(sheet: SheetPart, cell: Cell, text: str) -> Box:
    """A box right of a cell, as large as its text needs."""
    lines = sum(max(-(-display_width(line) // _LINE_HOLDS), 1) for line in text.split("\n")) if text else _USUAL_LINES
    height = lines * _LINE + _ROOM
    row, column = cell
    first_column, first_row = min(column + 1, _LAST_COLUMN), max(row - 2, 0)
    left, top = 15, 10 if row > 1 else 2
    last_column, right = _walk(
        first_column, left + _WIDTH, _LAST_COLUMN, lambda c: sheet.width_of(c) * _PIXELS_A_CHARACTER + 5
    )
    last_row, bottom = _walk(first_row, top + height, _LAST_ROW, lambda r: sheet.height_of(r + 1) * _PIXELS_A_POINT)
    return Box((first_column, left, first_row, top, last_column, right, last_row, bottom), (_WIDTH, height))


def _walk(start: int, pixels: int, last: int, size: Callable[[int], float]) -> tuple[int, int]:
    """The column or row that lies so many pixels behind the beginning of `start`, and the pixels into it."""
    at, left = start, float(pixels)
    while at < last and left > (held := size(at)):
        left -= held
        at += 1
    return at, int(left)
