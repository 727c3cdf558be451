"""How numbers are understood: counts and shares, in digits or in words, with the words that stand around them."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from functools import cache
from typing import Any

from rectify_xl.facts import catalog
from rectify_xl.kinds import numerals
from rectify_xl.kinds.reading import (
    Parser,
    Reading,
    Setting,
    empties,
    fixed,
    is_number,
    odd_value,
    too_many_digits,
    unreadable,
    without_about,
)
from rectify_xl.model import Column
from rectify_xl.normal import narrow, tidy

_DIGITS = re.compile(r"[+-]?(?:(\d{1,3}(,\d{3})+|\d+)(\.\d+)?|\.\d+)")
_HUNDREDTH = re.compile("\\s*[%\ufe6a]\\Z")  # also the small sign that some keyboards give
_BRACKETED = re.compile(r"\((.*)\)")


def integer_parser(column: Column, setting: Setting) -> Parser:
    """The parser of counts: an `int` within the column's range."""
    nothing = empties()
    low, high = column.range or (float("-inf"), float("inf"))

    def ranged(number: int, reading: Reading | None = None) -> Any:
        if not low <= number <= high:
            return Reading(number, "range", (("low", int(low)), ("high", int(high))), read=False)
        return reading or number

    def parse(value: Any) -> Any:
        if odd := odd_value(value) or too_many_digits(value, "long"):
            return odd
        if is_number(value):
            return ranged(int(value)) if float(value).is_integer() else unreadable("number", "fraction")
        if not isinstance(value, str):
            return unreadable("number")
        text = tidy(narrow(value))
        if text in nothing:
            return nothing[text]
        number = _count_in(text)
        if number is None:
            if text.isascii() and text.isdigit():  # one or more digits, and too many
                return unreadable("number", "long")
            near = _count_in(without_about(_uncounted(text)))
            return unreadable("number", "near", suggestion=str(near)) if near is not None else unreadable("number")
        if number % 1:
            return unreadable("number", "fraction")
        return ranged(int(number), fixed(int(number), "fixed-number"))

    return parse


def _count_in(text: str) -> Decimal | None:
    """The number of a text with at most what is counted behind it: 3人, 1,200, 十二, (7), ⑦."""
    if len(text) == 1:
        text = unicodedata.normalize("NFKC", text)
    if bracketed := _BRACKETED.fullmatch(text):
        text = bracketed[1].strip()
    text = _uncounted(text)
    if _DIGITS.fullmatch(text) and text.isascii():
        return Decimal(text.replace(",", "")) if len(text) <= catalog.reading().most_digits else None
    return numerals.number(text)


def _uncounted(text: str) -> str:
    return _counter().sub("", text).strip()


@cache
def _counter() -> re.Pattern[str]:
    words = sorted(catalog.reading().counters, key=len, reverse=True)
    return re.compile(rf"(?:{'|'.join(map(re.escape, words))})\Z")


def percent_parser(column: Column, setting: Setting) -> Parser:
    """The parser of shares: a `float`, a fraction of one within the column's range."""
    nothing = empties()
    low, high = percent_range(column)

    def ranged(share: float, reading: Reading | None = None) -> Any:
        return (reading or share) if low <= share <= high else beyond(column, share)

    def parse(value: Any) -> Any:
        if value.__class__ is float and low <= value <= high:
            return value
        if odd := odd_value(value) or too_many_digits(value, "long"):
            return odd
        if is_number(value):
            if not 2 <= value <= 100:
                return ranged(float(value))
            return ranged(_hundredth(value), fixed(_hundredth(value), "fixed-percent"))
        if not isinstance(value, str):
            return unreadable("number", "percent")
        text = tidy(narrow(value))
        if text in nothing:
            return nothing[text]
        share = _share_in(text)
        if share is None:
            near = 0.5 if text in catalog.reading().halves else _share_in(without_about(text))
            return unreadable("number", "percent-near", suggestion=near) if near else unreadable("number", "percent")
        return ranged(share, fixed(share, "fixed-percent"))

    return parse


def percent_range(column: Column) -> tuple[float, float]:
    """The least and the greatest share that the column takes: all of 0 to 1 unless it says less."""
    return column.range or (0.0, 1.0)


def beyond(column: Column, share: float, *seen: tuple[str, str]) -> Reading:
    """The reading of a share outside the column's range; `seen` is how its cell shows it, where that differs."""
    low, high = (f"{bound * 100:.10g}%" for bound in percent_range(column))
    return Reading(share, "range", (("case", "percent"), ("low", low), ("high", high), *seen), read=False)


def _hundredth(value: float) -> float:
    return float(Decimal(repr(value)) / 100)


def _share_in(text: str) -> float | None:
    """The share of a text: 50%, 50, 0.5, 五十, 百分之五十, 五成."""
    bare = _HUNDREDTH.sub("", text)
    is_plain = _DIGITS.fullmatch(bare) and bare.isascii() and "," not in bare
    number = Decimal(bare) if is_plain else numerals.number(bare)
    if number is None:
        number = numerals.share("".join(text.split()))
        return None if number is None else float(number)
    return float(number / 100 if bare != text or 2 <= number <= 100 else number)
