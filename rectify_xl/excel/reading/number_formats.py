"""Number formats as far as values depend on them: days, durations and percents."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from rectify_xl.excel.reading.xml_parts import WORTH_KEEPING, elements

NUMBER, DAY, DURATION = 0, 14, 46
# Built-in formats of days and times, those of Chinese, Japanese and Korean Excel among them (ECMA-376, 18.8.30).
_DAYS = {*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)}
_WANTED = frozenset(("numFmt", "cellStyleXfs", "cellXfs", "cellStyles", "xf"))
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


def _formats_of(styles: bytes) -> Formats:
    codes: dict[str, str] = {}
    used: list[str] = []
    inside = False
    for local, held in elements(styles, "styles", _WANTED):
        if local == "numFmt":
            codes[held.get("numFmtId", "")] = held.get("formatCode", "")
        elif local in ("cellStyleXfs", "cellXfs", "cellStyles"):
            inside = local == "cellXfs"
        elif local == "xf" and inside:
            used.append(held.get("numFmtId", "0"))
    kinds = tuple(_kind(number, codes.get(number)) for number in used)
    percents = frozenset(i for i, number in enumerate(used) if _is_percent(number, codes.get(number)))
    return Formats(kinds, percents)


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
