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
_SILENT = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
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
    return _known_formats(styles) if len(styles) <= WORTH_KEEPING else _formats_of(styles)


class _Styles(Handlers):
    """The codes of a workbook's own formats, and the number of the format of every style."""

    def __init__(self) -> None:
        self.codes: dict[str, str] = {}
        self.used: list[str] = []
        self.inside = False
        self._same: dict[str, str] = {}

    def start(self, local: str, attributes: Attributes) -> None:
        if local == "xf" and self.inside:
            number = attributes.get("numFmtId", "0")
            self.used.append(self._same.setdefault(number, number))
        elif local == "numFmt":
            self.codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif local in ("cellStyleXfs", "cellXfs", "cellStyles"):
            self.inside = local == "cellXfs"


def _formats_of(styles: bytes) -> Formats:
    if not styles:
        return Formats((), frozenset())
    held = _Styles()
    parse(styles, "styles", held)
    kinds = {number: _kind(number, held.codes.get(number)) for number in set(held.used)}
    percents = {number for number in kinds if _is_percent(number, held.codes.get(number))}
    return Formats(
        tuple(kinds[number] for number in held.used), frozenset(i for i, n in enumerate(held.used) if n in percents)
    )


_known_formats = lru_cache(maxsize=32)(_formats_of)


def _is_percent(number: str, code: str | None) -> bool:
    return (number.isdecimal() and int(number) in _PERCENTS) if code is None else "%" in _SILENT.sub("", code)


def _kind(number: str, code: str | None) -> int:
    if code is None:
        known = int(number) if number.isdecimal() else 0
        return DURATION if known == DURATION else DAY if known in _DAYS else NUMBER
    bare = _SILENT.sub("", code.partition(";")[0])
    if _DURATION.search(bare):
        return DURATION
    return DAY if _DAY.search(bare) else NUMBER
