"""What the values in a worksheet's cells mean, by the attributes of their cells, as programs write both."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import lru_cache, partial
from typing import Any, NoReturn

from rectify_xl.excel.reading.number_formats import DAY, NUMBER, Formats
from rectify_xl.excel.reading.usual_texts import WrittenOtherwise, own_text

_KIND = re.compile(r'(?: s="([0-9]{1,5})")?(?: t="([a-zA-Z]+)")? ?')
_PLAIN_NUMBER = re.compile(r"-?[0-9]{1,20}(?:\.[0-9]{1,20})?(?:[eE][+-]?[0-9]{1,2})?")
_DAY_0, _DAYS_BEFORE_1904 = date(1899, 12, 30), 1462
# Excel counts a day too many before it, and knows none behind.
_FIRST_DAY, _LAST_DAY = 61, 2_958_465
_FLAGS, _DIGITS = {"1": True, "0": False}, 7


class Known(dict[str, Any]):
    """What is written in cells and what it means, made when it is first met; raises WrittenOtherwise as `make` does."""

    def __init__(self, make: Callable[[str], Any]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, said: str) -> Any:
        made = self[said] = self._make(said)
        return made


def meanings_of(shared: Callable[[str], Any], formats: Formats, *, counts_from_1904: bool) -> tuple[Known, set[str]]:
    """What values mean by their cells' attributes, and those of these, so far, whose cells hold their own texts.

    `shared` tells the shared text of a number as a cell says it.
    """
    meanings: Mapping[str | int, Known] = {
        "b": Known(_flag),
        "s": Known(shared),
        "str": Known(own_text),
        "inlineStr": Known(_otherwise),
        NUMBER: Known(_number),
        DAY: Known(partial(_day, ahead=_DAYS_BEFORE_1904 if counts_from_1904 else 0)),
    }
    holders: set[str] = set()

    def meaning(attributes: str) -> Known:
        told, style = _told_kind(attributes)
        found = meanings.get(formats.kind(style) if told == "n" else told)
        if found is None or style >= max(len(formats.kinds), 1):
            raise WrittenOtherwise
        if told == "inlineStr":
            holders.add(attributes)
        return found

    return Known(meaning), holders


@lru_cache(maxsize=1024)
def _told_kind(attributes: str) -> tuple[str, int]:
    """The type and the style of a cell by its attributes."""
    found = _KIND.fullmatch(attributes)
    if found is None:
        raise WrittenOtherwise
    return found[2] or "n", int(found[1] or 0)


def _otherwise(said: str) -> NoReturn:
    raise WrittenOtherwise


def _flag(said: str) -> bool:
    if said not in _FLAGS:
        raise WrittenOtherwise
    return _FLAGS[said]


@lru_cache(maxsize=1024)
def _number(said: str) -> float:
    if not _PLAIN_NUMBER.fullmatch(said):
        raise WrittenOtherwise
    return float(said)


@lru_cache(maxsize=1024)
def _day(said: str, ahead: int) -> date:
    """The whole day of a serial number; days of which programs think differently are told by the exact reader."""
    if not (said.isdecimal() and said.isascii() and len(said) <= _DIGITS):
        raise WrittenOtherwise
    serial = int(said) + ahead
    if not _FIRST_DAY <= int(said) <= serial <= _LAST_DAY:
        raise WrittenOtherwise
    return _DAY_0 + timedelta(days=serial)
