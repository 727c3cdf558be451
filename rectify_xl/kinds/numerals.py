"""Numbers in Chinese words: 十二, 一百零五, 二〇〇五, 三十三点三, and shares of a whole: 百分之五十, 五成.

Only what has one reading is a number: neither 三四 (three or four) nor 一百五 (105 or 150). The signs stand in
facts/numerals.toml.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from rectify_xl.facts import catalog

# A unit up to a thousand counts digits (三十), a larger one whole numbers (二十万).
_LARGE = 10_000
# No number that means one is longer.
_LONGEST = 24
_PLAIN = re.compile(r"\d+(\.\d+)?")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Signs:
    """facts/numerals.toml."""

    digits: Mapping[str, int]
    units: Mapping[str, int]
    written_out: Mapping[str, str]
    point: str
    half: str
    hundredths: tuple[str, ...]
    tenths: tuple[str, ...]
    hundred: tuple[str, ...]


@cache
def _signs() -> _Signs:
    file = "numerals.toml"
    signs: _Signs = catalog.record(_Signs, catalog.read_toml(file), file, "numerals")
    return signs


def whole_number(text: str) -> int | None:
    """The whole number that words of Chinese stand for, None where they are no one number."""
    signs = _signs()
    for sign, words in signs.written_out.items():
        text = text.replace(sign, words)
    if not text or len(text) > _LONGEST or not all(sign in signs.digits or sign in signs.units for sign in text):
        return None
    digits = [signs.digits.get(sign) for sign in text]
    if None not in digits:
        is_one = len(text) == 1 or (digits[0] != 0 and 0 in digits)
        return int("".join(map(str, digits))) if is_one else None
    return _from_units(text)


def _from_units(text: str) -> int | None:
    """A number written with units: 一百零五; a skipped unit must be marked by a zero."""
    signs = _signs()
    if len(text) == 1 and text in signs.digits:
        return signs.digits[text] or None
    units = [(signs.units[sign], place) for place, sign in enumerate(text) if sign in signs.units]
    unit, place = max(units, default=(0, 0))
    if not unit:
        return None
    head, tail = text[:place], text[place + 1 :]
    count = 1 if unit == 10 and not head else _from_units(head)
    if count is None or (unit < _LARGE and count > 9):
        return None
    rest = _rest(tail, unit) if tail else 0
    return None if rest is None else count * unit + rest


def _rest(tail: str, unit: int) -> int | None:
    """The number behind a unit: below it, and with the next smaller unit unless a zero marks its absence."""
    next_smaller = unit // 10 if unit <= _LARGE else unit // _LARGE
    has_zero = _signs().digits.get(tail[0]) == 0
    rest = _from_units(tail[1:] if has_zero else tail)
    if rest is None or rest >= unit or (rest < next_smaller) is not has_zero:
        return None
    return rest


def number(text: str) -> Decimal | None:
    """The number in words with or without decimals: 三十三点三."""
    whole, point, decimals = text.partition(_signs().point)
    count = whole_number(whole)
    if not point or count is None:
        return None if count is None else Decimal(count)
    digits = [_signs().digits.get(sign) for sign in decimals]
    if not digits or None in digits or len(digits) > _LONGEST:
        return None
    return Decimal(f"{count}.{''.join(map(str, digits))}")


def share(text: str) -> Decimal | None:
    """The share that a phrase names, as a fraction of one: 百分之五十 and 五成 are 0.5."""
    signs = _signs()
    for word in signs.hundredths:
        if text.startswith(word):
            count = text.removeprefix(word)
            hundredths = Decimal(100) if count in signs.hundred else _plain_or_words(count)
            return None if hundredths is None else hundredths / 100
    for word in signs.tenths:
        count, there, more = text.partition(word)
        if there:
            return _tenths(count, more)
    return None


def _tenths(count: str, more: str) -> Decimal | None:
    """五成, and with a digit or a half behind it 五成五, 七成半."""
    signs = _signs()
    tenths = _plain_or_words(count)
    hundredths = 5 if more == signs.half else signs.digits.get(more) if more else 0
    if tenths is None or hundredths is None or (more and tenths % 1):
        return None
    return (tenths + Decimal(hundredths) / 10) / 10


def _plain_or_words(text: str) -> Decimal | None:
    return Decimal(text) if _PLAIN.fullmatch(text) and text.isascii() else number(text)
