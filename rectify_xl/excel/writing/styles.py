"""How our workbooks look: the one palette, the formats by name, and a workbook that carries no clock.

The font stands in the Normal style alone. A column format with a font of its own makes LibreOffice write every
blank cell of the sheet when it saves the file again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from functools import cache, partial
from io import BytesIO
from math import ceil
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format

from rectify_xl.excel.writing.fit import HIGHEST
from rectify_xl.excel.writing.splice import is_filled, save_spliced
from rectify_xl.facts import catalog
from rectify_xl.files import save_atomically
from rectify_xl.normal import display_width

# What a workbook says it was made on when no day of judgement stands behind it.
NO_DAY = date(2005, 1, 1)
# The last row and column (0-based) that a sheet can have.
LAST_ROW, LAST_COLUMN = 1_048_575, 16_383
A4 = 9
A3 = 8
# Columns of characters beyond which a table is no longer read on A4.
A4_HOLDS = 220.0
# One line of the Normal style and what a row has besides, in points.
LINE_HEIGHT, PADDING = 14.0, 4.0
_COLOUR_KEYS = ("font_color", "bg_color", "border_color", "top_color", "bottom_color", "left_color", "right_color")
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


@cache
def colours() -> Mapping[str, str]:
    """The palette: #RRGGBB by name (facts/words/style.toml)."""
    named: dict[str, str] = catalog.words("style")["colours"]
    return named


@cache
def _properties(name: str) -> Mapping[str, Any]:
    """The xlsxwriter properties of one format or layer; KeyError if there is none of that name."""
    facts = catalog.words("style")
    entry = facts["base"] if name == "base" else facts["formats"][name]
    properties = dict(entry)
    for key in _COLOUR_KEYS:
        if key in properties:
            properties[key] = colours()[properties[key]]
    if "font_name" in properties:
        properties["font_name"] = facts["fonts"][properties["font_name"]]
    return properties


class Styles:
    """The formats of one workbook, made when first asked for: `styles("date", "grid", "bad")`."""

    def __init__(self, workbook: xlsxwriter.Workbook) -> None:
        self.workbook = workbook
        self._made: dict[tuple[str, ...], Format] = {}

    def __call__(self, *layers: str) -> Format:
        """The format in which each layer is laid over those before it; KeyError for an unknown name."""
        if layers not in self._made:
            properties: dict[str, Any] = {}
            for name in layers:
                properties |= _properties(name)
            self._made[layers] = self.workbook.add_format(properties)
        return self._made[layers]


def new_workbook(target: Path | BytesIO, *, as_of: date | None) -> xlsxwriter.Workbook:
    """An empty workbook in our font that says it was made on `as_of`; texts written to it are never taken for more.

    Closing one that stands on a path raises xlsxwriter's own FileCreateError, which is no OSError; `save_workbook`
    knows OSError alone.
    """
    options = {**_OPTIONS, "default_format_properties": dict(_properties("base"))}
    workbook = xlsxwriter.Workbook(target if isinstance(target, BytesIO) else str(target), options)
    workbook.set_properties({"created": datetime.combine(as_of or NO_DAY, time())})
    return workbook


def save_workbook(path: Path, fill: Callable[[xlsxwriter.Workbook], object], *, as_of: date | None) -> None:
    """Writes a workbook that `fill` fills, whole or not at all; OSError where the file cannot be written."""
    skeleton = BytesIO()
    workbook = new_workbook(skeleton, as_of=as_of)
    fill(workbook)
    if is_filled(workbook):
        save_atomically(path, partial(save_spliced, workbook, skeleton))
        return
    workbook.close()
    save_atomically(path, lambda temporary: temporary.write_bytes(skeleton.getvalue()))


def height_of(lines: Sequence[str], width: float) -> float:
    """The height in points of wrapped lines in a width of characters; merged cells are never fitted by a program.

    A line may hold line breaks of its own. No row is higher than Excel lets it be.
    """
    line_width: float = width * catalog.words("style")["widths"]["text_in_one"]
    parts = [part for line in lines for part in line.split("\n")]
    return min(LINE_HEIGHT * sum(max(1, ceil(display_width(part) / line_width)) for part in parts) + PADDING, HIGHEST)


def must(status: object) -> None:
    """Raises ValueError where xlsxwriter refused: it warns at best, answers with a negative number, writes nothing."""
    if isinstance(status, int) and status < 0:
        raise ValueError(f"xlsxwriter refused to write (status {status})")
