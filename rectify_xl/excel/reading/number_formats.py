"""Number formats as far as values depend on them: days, durations and percents."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from rectify_xl.excel.reading.xml_parts import WORTH_KEEPING, Attributes, Handlers, parse

NUMBER, DAY, DURATION = 0, 14, 46
# Built-in formats of days and times, those of Chinese, Japanese and Korean Excel among them (ECMA-376, 18.8.30).
_DAYS = {*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)}
_PERCENTS = {9, 10}
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_DURATION = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_DAY = re.compile(r"[dmyhs]", re.IGNORECASE)


class Formats(NamedTuple):
    """The formats of a workbook's cells by style index: NUMBER, DAY or DURATION, and which are percents."""

    kinds: tuple[int, ...]
    percents: frozenset[int]

    def kind(self, style: int) -> int:
        """What numbers of that style mean; NUMBER for a style that is not there."""
        return self.kinds[style] if 0 <= style < len(self.kinds) else NUMBER

    def is_percent(self, style: int) -> bool:
        """Whether numbers of that style are shown as percents."""
        return style in self.percents


def formats_of(styles: bytes) -> Formats:
    """The formats of a styles part; without one every cell is a plain number."""
    return _cached_formats(styles) if len(styles) <= WORTH_KEEPING else _formats_of(styles)


class _Styles(Handlers):
    """The codes of a workbook's own formats by number, and the format number of every cell style."""

    def __init__(self) -> None:
        self.codes: dict[str, str] = {}
        self.numbers: list[str] = []
        self.is_in_cell_formats = False
        self._same: dict[str, str] = {}

    def start(self, local: str, attributes: Attributes) -> None:
        if local == "xf" and self.is_in_cell_formats:
            number = attributes.get("numFmtId", "0")
            self.numbers.append(self._same.setdefault(number, number))
        elif local == "numFmt":
            self.codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif local in ("cellStyleXfs", "cellXfs", "cellStyles"):
            self.is_in_cell_formats = local == "cellXfs"


def _formats_of(styles: bytes) -> Formats:
    if not styles:
        return Formats((), frozenset())
    handlers = _Styles()
    parse(styles, "styles", handlers)
    kinds = {number: _kind(number, handlers.codes.get(number)) for number in set(handlers.numbers)}
    percents = {number for number in kinds if _is_percent(number, handlers.codes.get(number))}
    return Formats(
        tuple(kinds[number] for number in handlers.numbers),
        frozenset(style for style, format_ in enumerate(handlers.numbers) if format_ in percents),
    )


_cached_formats = lru_cache(maxsize=32)(_formats_of)


def _is_percent(number: str, code: str | None) -> bool:
    return (number.isdecimal() and int(number) in _PERCENTS) if code is None else "%" in _LITERAL.sub("", code)


def _kind(number: str, code: str | None) -> int:
    if code is None:
        built_in = int(number) if number.isdecimal() else 0
        return DURATION if built_in == DURATION else DAY if built_in in _DAYS else NUMBER
    section = _LITERAL.sub("", code.partition(";")[0])
    if _DURATION.search(section):
        return DURATION
    return DAY if _DAY.search(section) else NUMBER
