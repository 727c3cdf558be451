"""How wide a column and how high a row must be for what stands in them: estimates, made from the texts alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from rectify_xl.facts import catalog
from rectify_xl.model import Column

# Pixels: a character of Excel's width unit, and a Chinese character of our 11-point body.
_UNIT, _WIDE = 7.0, 14.67
# Points: one line of the body, the room around it, and the highest row that Excel allows.
_LINE, _ROOM, HIGHEST = 14.5, 4.0, 409.0


def text_width(text: str) -> float:
    """The width of a text on one line, in halves of a Chinese character (a letter is one, 字 is two)."""
    return (len(text.encode("utf-8", "surrogatepass")) + len(text)) / 2


def line_width(width: float) -> int:
    """How much of `text_width` one line of a column of `width` holds."""
    return max(2 * int(width * _UNIT / _WIDE), 1)


def lines_in(text: str, width: int) -> int:
    """How many lines a text takes that wraps after `width` (see `line_width`)."""
    needed = text_width(text)
    if "\n" not in text:
        return 1 if needed <= width else int(-(-needed // width))
    return sum(max(int(-(-text_width(line) // width)), 1) for line in text.split("\n"))


def height_of(lines: int) -> float:
    """The height in points of a row whose fullest cell has so many lines."""
    return min(lines * _LINE + _ROOM, HIGHEST)


# ---- widths


@cache
def _facts() -> Mapping[str, Any]:
    facts: Mapping[str, Any] = catalog.words("ledger")["widths"]
    return facts


def width_for_values(column: Column, values: Sequence[Any]) -> float:
    """A column's width for some of its values: narrow enough for paper, so that most values stand on few lines."""
    facts = _facts()
    header = _width_of(-(-len(column.label) // 2) * 2)
    if column.kind in facts["fixed"]:
        return max(float(facts["fixed"][column.kind]), header)
    least, most = (float(facts[part][column.kind]) for part in ("least", "most"))
    texts = [value for value in values if isinstance(value, str)]
    lines = _lines_wanted(column, len(texts), len(values))
    width_by_text = {text: max(map(text_width, text.split("\n"))) for text in frozenset(texts)}
    widths = sorted(map(width_by_text.__getitem__, texts))
    usual = widths[int((len(widths) - 1) * (1 if lines == 1 else 0.9))] if widths else 0
    return round(max(min(max(_width_of(usual / lines), least), most), header), 2)


def _lines_wanted(column: Column, filled: int, rows: int) -> float:
    """On how many lines most values of a column shall stand."""
    facts = _facts()
    if column.choices in facts["whole"]:
        return 1.0
    is_seldom = column.kind == "text" and filled < facts["seldom"]["share"] * rows
    return float(facts["seldom"]["lines"] if is_seldom else facts["lines"][column.kind])


def _width_of(halves: float) -> float:
    return round(halves * _WIDE / 2 / _UNIT + float(_facts()["margin"]), 2)
