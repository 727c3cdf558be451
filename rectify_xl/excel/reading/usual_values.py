"""What the values in a worksheet's cells mean, by the attributes of their cells, as programs write both."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import lru_cache, partial
from typing import Any, NoReturn

from rectify_xl.excel.reading.number_formats import DAY, NUMBER, Formats
from rectify_xl.excel.reading.usual_texts import UnusualMarkup, own_text

_KIND = re.compile(r'(?: s="([0-9]{1,5})")?(?: t="([a-zA-Z]+)")? ?')
_PLAIN_NUMBER = re.compile(r"-?[0-9]{1,20}(?:\.[0-9]{1,20})?(?:[eE][+-]?[0-9]{1,2})?")
_DAY_0, _DAYS_BEFORE_1904 = date(1899, 12, 30), 1462
# Excel counts a day too many before it, and knows none behind.
_FIRST_DAY, _LAST_DAY = 61, 2_958_465
_FLAGS, _DIGITS = {"1": True, "0": False}, 7


class Lookup(dict[str, Any]):
    """Values by what is written in cells, each computed when first met; raises UnusualMarkup as `compute` does."""

    def __init__(self, compute: Callable[[str], Any]) -> None:
        super().__init__()
        self._compute = compute

    def __missing__(self, written: str) -> Any:
        value = self[written] = self._compute(written)
        return value


def meanings_of(shared: Callable[[str], Any], formats: Formats, *, counts_from_1904: bool) -> tuple[Lookup, set[str]]:
    """The lookups of values by their cells' attributes, and the attributes met so far of cells with inline texts.

    `shared` gives the shared text at an index.
    """
    meanings: Mapping[str | int, Lookup] = {
        "b": Lookup(_flag),
        "s": Lookup(shared),
        "str": Lookup(own_text),
        "inlineStr": Lookup(_refuse),
        NUMBER: Lookup(_number),
        DAY: Lookup(partial(_day, offset=_DAYS_BEFORE_1904 if counts_from_1904 else 0)),
    }
    inline_attributes: set[str] = set()

    def meaning(attributes: str) -> Lookup:
        kind, style = _type_and_style(attributes)
        lookup = meanings.get(formats.kind(style) if kind == "n" else kind)
        if lookup is None or style >= max(len(formats.kinds), 1):
            raise UnusualMarkup
        if kind == "inlineStr":
            inline_attributes.add(attributes)
        return lookup

    return Lookup(meaning), inline_attributes


@lru_cache(maxsize=1024)
def _type_and_style(attributes: str) -> tuple[str, int]:
    """The type and the style of a cell by its attributes."""
    match = _KIND.fullmatch(attributes)
    if match is None:
        raise UnusualMarkup
    return match[2] or "n", int(match[1] or 0)


def _refuse(written: str) -> NoReturn:
    raise UnusualMarkup


def _flag(written: str) -> bool:
    if written not in _FLAGS:
        raise UnusualMarkup
    return _FLAGS[written]


@lru_cache(maxsize=1024)
def _number(written: str) -> float:
    if not _PLAIN_NUMBER.fullmatch(written):
        raise UnusualMarkup
    return float(written)


@lru_cache(maxsize=1024)
def _day(written: str, offset: int) -> date:
    """The whole day of a serial number; days on which programs differ are left to the exact reader."""
    if not (written.isdecimal() and written.isascii() and len(written) <= _DIGITS):
        raise UnusualMarkup
    serial = int(written) + offset
    if not _FIRST_DAY <= int(written) <= serial <= _LAST_DAY:
        raise UnusualMarkup
    return _DAY_0 + timedelta(days=serial)
