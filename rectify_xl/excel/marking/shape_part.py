"""The boxes in which Excel shows notes: a legacy drawing (VML), often not well-formed, so changed as plain bytes."""

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
# Shapes are numbered in blocks; each drawing lists the blocks that are its own.
_BLOCK_SIZE = 1024
_NAMESPACES = (
    (b"v", b"urn:schemas-microsoft-com:vml"),
    (b"o", b"urn:schemas-microsoft-com:office:office"),
    (b"x", b"urn:schemas-microsoft-com:office:excel"),
)
_SHAPE_TYPE = (
    b'<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    b'<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
# A box in pixels: its width, the height of a line and of the margins; then characters a line and lines assumed.
_WIDTH, _LINE_HEIGHT, _MARGINS, _LINE_WIDTH, _USUAL_LINES = 300, 17, 14, 40, 5
_PIXELS_A_CHARACTER, _PIXELS_A_POINT = 7, 4 / 3
_LAST_ROW, _LAST_COLUMN = 1_048_575, 16_383


class Box(NamedTuple):
    """Where a note's box stands: column, pixels into it, row, pixels into it; first corner, then second."""

    anchor: tuple[int, int, int, int, int, int, int, int]
    size: tuple[int, int]


def blocks_in(data: bytes) -> set[int]:
    """The blocks of shape numbers that a drawing lists as its own."""
    return {int(n) for match in _BLOCKS.finditer(data) for n in match[2].replace(b",", b" ").split()}


def bare_shapes(block: int) -> bytes:
    """A drawing without any shape."""
    namespaces = b" ".join(b"xmlns:" + name + b'="' + uri + b'"' for name, uri in _NAMESPACES)
    layout = b'<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="%d"/></o:shapelayout>' % block
    return b"<xml " + namespaces + b">" + layout + _SHAPE_TYPE + _END


def cells_with_box(data: bytes) -> set[Cell]:
    """The cells that have a box in a drawing."""
    return {cell for match in _SHAPE.finditer(data) if (cell := _cell_of(match[0]))}


def without_shapes(data: bytes, cells: Collection[Cell]) -> bytes:
    """The drawing without the boxes of some cells."""
    return _SHAPE.sub(lambda m: b"" if _cell_of(m[0]) in cells else m[0], data)


def _cell_of(shape: bytes) -> Cell | None:
    row, column = _ROW.search(shape), _COLUMN.search(shape)
    return (int(row[1]) + 1, int(column[1])) if row and column and _NOTE.search(shape) else None


def with_shapes(data: bytes, boxes: Mapping[Cell, Box], free_block: int) -> bytes:
    """The drawing with boxes for some cells in their order; `free_block` is the first block that no drawing uses.

    Raises CannotPatch("notes") for a drawing that is not written as Excel reads it.
    """
    end = data.rfind(_END)
    if end < 0 or b"\0" in data:
        raise CannotPatch("notes")
    data, ids = _with_blocks(data, len(boxes), free_block)
    end = data.rfind(_END)
    missing = [(name, uri) for name, uri in _NAMESPACES if b"xmlns:" + name + b"=" not in data]
    namespaces = b"".join(b" xmlns:" + name + b'="' + uri + b'"' for name, uri in missing)
    shapes = b"".join(_shape(cell, box, n, namespaces) for n, (cell, box) in zip(ids, boxes.items(), strict=True))
    shape_type = b"" if b'id="_x0000_t202"' in data or b"id='_x0000_t202'" in data else _SHAPE_TYPE
    if shape_type and namespaces:
        raise CannotPatch("notes")
    return data[:end] + shape_type + shapes + data[end:]


def _with_blocks(data: bytes, count: int, free_block: int) -> tuple[bytes, list[int]]:
    """The drawing with enough blocks of its own, and `count` free shape numbers."""
    taken = {int(match[1]) for match in _SHAPE_ID.finditer(data)}
    free = [n for block in sorted(blocks_in(data)) for n in _numbers_after(taken, block)]
    needed = -(-(count - len(free)) // (_BLOCK_SIZE - 1))
    added = list(range(free_block, free_block + max(needed, 0)))
    if added and (match := _BLOCKS.search(data)):
        blocks = b",".join([*filter(None, [match[2].strip()]), *(b"%d" % block for block in added)])
        data = data[: match.start(2)] + blocks + data[match.end(2) :]
    ids = [*free, *(n for block in added for n in _numbers_after(set(), block))]
    return data, ids[:count]


def _numbers_after(taken: set[int], block: int) -> range:
    """The free numbers of a block, behind the taken ones."""
    in_block = [number for number in taken if number // _BLOCK_SIZE == block]
    return range(max(in_block, default=block * _BLOCK_SIZE) + 1, (block + 1) * _BLOCK_SIZE)


def _shape(cell: Cell, box: Box, number: int, namespaces: bytes) -> bytes:
    row, column = cell
    width, height = (round(side / _PIXELS_A_POINT, 2) for side in box.size)
    size = f"width:{width}pt;height:{height}pt"
    style = f"position:absolute;margin-left:0;margin-top:0;{size};z-index:1;visibility:hidden"
    anchor = ", ".join(map(str, box.anchor))
    return (
        b'<v:shape id="_x0000_s%d" type="#_x0000_t202" style="%s" fillcolor="#ffffe1" o:insetmode="auto"%s>'
        b'<v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>'
        b'<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>'
        b'<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>%s</x:Anchor>'
        b"<x:AutoFill>False</x:AutoFill><x:Row>%d</x:Row><x:Column>%d</x:Column></x:ClientData></v:shape>"
    ) % (number, style.encode(), namespaces, anchor.encode(), row - 1, column)


# ---- where a box stands


def box_for(sheet: SheetPart, cell: Cell, text: str) -> Box:
    """A box right of a cell, as large as its text needs."""
    lines = sum(max(-(-display_width(line) // _LINE_WIDTH), 1) for line in text.split("\n")) if text else _USUAL_LINES
    height = lines * _LINE_HEIGHT + _MARGINS
    row, column = cell
    first_column, first_row = min(column + 1, _LAST_COLUMN), max(row - 2, 0)
    left, top = 15, 10 if row > 1 else 2
    last_column, right = _walk(
        first_column, left + _WIDTH, _LAST_COLUMN, lambda c: sheet.width_of(c) * _PIXELS_A_CHARACTER + 5
    )
    last_row, bottom = _walk(first_row, top + height, _LAST_ROW, lambda r: sheet.height_of(r + 1) * _PIXELS_A_POINT)
    return Box((first_column, left, first_row, top, last_column, right, last_row, bottom), (_WIDTH, height))


def _walk(start: int, pixels: int, last: int, size: Callable[[int], float]) -> tuple[int, int]:
    """The column or row that is `pixels` behind the beginning of `start`, and the pixels into it."""
    index, remaining = start, float(pixels)
    while index < last and remaining > (step := size(index)):
        remaining -= step
        index += 1
    return index, int(remaining)
