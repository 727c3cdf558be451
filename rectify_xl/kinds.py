"""One entry a cell kind: how a raw cell value is understood, strictly and kindly.

A parser takes what stands in a cell (never "" or None) and gives the typed value, None for a value that means
nothing (see blanks in facts/reading.toml), or a `Reading` when there is something to tell. Typed values are: text,
choice, yesno, people and id `str`; date `datetime.date`; integer `int`; percent `float`, a fraction of one.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from rectify_xl import catalog
from rectify_xl.model import Column
from rectify_xl.normal import is_tidy, key_text, narrow, tidy
from rectify_xl.periods import PeriodError, parse_period


class Reading(NamedTuple):
    """A value with something to tell: its code (an error's or fixed-*), case and what the sentence needs.

    `read` says whether `value` may be used by rules (a text too long may, a date nobody can read may not).
    """

    value: Any
    code: str
    params: tuple[tuple[str, Any], ...] = ()
    read: bool = True


class CellError(str):
    """An Excel error value (#REF! and its kind) found in a cell, or a picture standing for a value."""


class NoValue(str):
    """A formula that no program ever calculated, as its text."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """What parsing depends on besides the column: the options and aliases by list, and the year of short dates."""

    lists: Mapping[str, tuple[str, ...]]
    aliases: Mapping[str, Mapping[str, str]]
    year: int | None = None


Parser = Callable[[Any], Any]

_ASTRAL = re.compile("[\U00010000-\U0010ffff]")
_ERROR_VALUES = frozenset(
    ("#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#GETTING_DATA", "#SPILL!", "#CALC!")
)


def excel_length(text: str) -> int:
    """The length as Excel's LEN counts it: UTF-16 units."""
    return len(text) + len(_ASTRAL.findall(text))


def unreadable(code: str, case: str = "", **params: Any) -> Reading:
    """A value that cannot be used, with its code."""
    return Reading(None, code, _params(case, params), read=False)


def fixed(value: Any, code: str, case: str = "", **params: Any) -> Reading:
    """A value understood though not as asked for."""
    return Reading(value, code, _params(case, {"understood": value, **params}))


def _params(case: str, params: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    return (*([("case", case)] if case else []), *params.items())


def odd_value(value: Any) -> Reading | None:
    """What is wrong with a cell whatever its column asks for, or None."""
    if isinstance(value, NoValue):
        return unreadable("error-value", "picture") if "DISPIMG" in value else unreadable("no-value")
    if isinstance(value, CellError):
        return unreadable("error-value", "picture" if "DISPIMG" in value else "")
    if isinstance(value, str):
        if value in _ERROR_VALUES:
            return unreadable("error-value")
        return unreadable("error-value", "picture") if value.startswith("=DISPIMG(") else None
    if isinstance(value, (int, float)) and abs(value) >= 10 ** catalog.reading().most_digits:
        return unreadable("number", "digits")
    return None


def as_text(value: Any) -> str:
    """What a cell that is no text shows: whole numbers without .0, dates as 2005-05-16."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat(" ")
    return value.isoformat() if isinstance(value, date) else str(value)


def parser_for(column: Column, setting: Setting) -> Parser:
    """The parser of a column's cells."""
    return PARSERS[column.kind](column, setting)


# ---- text, people, id


def _text_parser(column: Column, setting: Setting) -> Parser:
    blanks = frozenset(catalog.reading().blanks)
    longest = catalog.reading().longest_text
    low, high = column.length or (0, longest)

    def parse(value: Any) -> Any:
        if value.__class__ is str:
            text = tidy(value)
            if text in blanks or not text:
                return None
            if text[0] in "#=" and (odd := odd_value(text)):
                return odd
        elif odd := odd_value(value):
            return odd
        else:
            text = as_text(value)
        if not low <= excel_length(text) <= high:
            return Reading(text, "length", (("low", low), ("high", high), ("length", excel_length(text))))
        if not isinstance(value, str):
            return fixed(text, "fixed-text", "date" if isinstance(value, (date, timedelta)) else "number")
        return text if text is value or is_tidy(value) else fixed(text, "fixed-text")

    return parse


_SEPARATORS = re.compile(r"[、,，;；/／\n]+")


def _people_parser(column: Column, setting: Setting) -> Parser:
    parse_text = _text_parser(column, setting)

    def parse(value: Any) -> Any:
        understood = parse_text(value)
        if understood is value and value.isalpha() and narrow(value) is value:
            return understood
        text = understood.value if isinstance(understood, Reading) and understood.code == "fixed-text" else understood
        if not (isinstance(value, str) and isinstance(text, str)):
            return understood
        people = people_in(text)
        joined = "、".join(people) if people else None
        return joined if joined == value else fixed(joined, "fixed-text")

    return parse


def people_in(text: str) -> list[str]:
    """The names in a cell, whatever stands between them; 张 三 is one person, 张三 李四 are two."""
    parts = [part.strip() for part in _SEPARATORS.split(narrow(text))]
    people: list[str] = []
    for part in filter(None, parts):
        words = part.split()
        apart = not part.isascii() and all(len(word) > 1 for word in words)
        people += words if apart else ["".join(words) if not part.isascii() else part]
    return people


_NUMBER = re.compile(r"(?P<prefix>\S+)-(?P<letter>[A-Z])(?P<count>\d{3,})")


def item_number(text: str) -> tuple[str, str, int] | None:
    """(unit code, form letter, count) of a 编号 of our pattern, else None."""
    found = _NUMBER.fullmatch(text)
    return (found["prefix"], found["letter"], int(found["count"])) if found else None


def _id_parser(column: Column, setting: Setting) -> Parser:
    parse_text = _text_parser(column, setting)

    def parse(value: Any) -> Any:
        understood = parse_text(value)
        text = understood.value if isinstance(understood, Reading) else understood
        if not isinstance(text, str):
            return understood
        text = "".join(narrow(text).split())
        if column.assigned and item_number(text) is None:
            return fixed(None, "fixed-id")
        return text if text == value else fixed(text, "fixed-text")

    return parse


# ---- choice, yesno


def _choice_parser(column: Column, setting: Setting) -> Parser:
    options = setting.lists.get(column.choices, ())
    exact: dict[Any, str | None] = dict.fromkeys(catalog.reading().blanks) | {o: o for o in options}
    by_key = {key_text(option): option for option in options}
    by_alias = {key_text(a): o for a, o in setting.aliases.get(column.choices, {}).items() if o in exact}
    listed = "、".join(options)

    def parse(value: Any) -> Any:
        if value.__class__ is str and value in exact:
            return exact[value]
        if odd := odd_value(value):
            return odd
        key = key_text(as_text(value))
        if not key or key in catalog.reading().blanks:
            return None
        if key in by_key:
            return fixed(by_key[key], "fixed-text")
        if key in by_alias:
            return fixed(by_alias[key], "fixed-choice")
        near = difflib.get_close_matches(key, by_key, n=1, cutoff=0.6)
        if near:
            return unreadable("choice", "near", suggestion=by_key[near[0]], options=listed)
        return unreadable("choice", options=listed)

    return parse


def _yesno_parser(column: Column, setting: Setting) -> Parser:
    parse_choice = _choice_parser(column, setting)
    yes, no = setting.lists["yesno"]

    def parse(value: Any) -> Any:
        if isinstance(value, bool):
            return fixed(yes if value else no, "fixed-choice")
        return parse_choice(value)

    return parse


# ---- date

_COMPACT = re.compile(r"[12]\d{7}")
_DAY_ZERO = date(1899, 12, 30)


def _date_parser(column: Column, setting: Setting) -> Parser:
    facts = catalog.reading()
    blanks = frozenset(facts.blanks)

    def sensible(day: date, told: Reading | None = None) -> Any:
        if not facts.earliest_year <= day.year <= facts.latest_year:
            return unreadable("date", "year")
        return told or day

    def parse(value: Any) -> Any:
        if value.__class__ is date:
            return sensible(value)
        if isinstance(value, datetime):
            return sensible(value.date())
        if odd := odd_value(value):
            return odd
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            day = _serial_day(value)
            return sensible(day, fixed(day, "fixed-date")) if day else unreadable("date", "serial")
        if not isinstance(value, str):
            return unreadable("date", "serial")
        text = tidy(narrow(value))
        if not text or text in blanks:
            return None
        return _date_from_text(text, setting, sensible)

    return parse


def _serial_day(value: float) -> date | None:
    """The day of a number that lost its date format: 20050516, or a serial of the sensible years."""
    if _COMPACT.fullmatch(as_text(float(value))):
        return _calendar_day(str(int(value)))
    facts = catalog.reading()
    first = (date(facts.earliest_year, 1, 1) - _DAY_ZERO).days
    last = (date(facts.latest_year, 12, 31) - _DAY_ZERO).days
    return _DAY_ZERO + timedelta(days=int(value)) if first <= value <= last else None


def _calendar_day(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None


def _date_from_text(text: str, setting: Setting, sensible: Callable[[date, Reading], Any]) -> Any:
    facts = catalog.reading()
    if text in facts.standing:
        return fixed(None, "fixed-date", "standing")
    if re.search(facts.day_in_words, text):
        text += facts.day_unit
    try:
        period = parse_period(text, year=setting.year)
    except PeriodError as error:
        return unreadable("date", "ambiguous" if error.reason == "unknown" and "/" in text else "")
    if period.end is None:
        return unreadable("date", "undated")
    if period.start not in (None, period.end):
        return unreadable("date", "period", start=period.start, end=period.end)
    return sensible(period.end, fixed(period.end, "fixed-date"))


# ---- integer, percent

_DIGITS = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)(\.0+)?")
_DECIMAL = re.compile(r"[+-]?\d+(\.\d+)?")


def _integer_parser(column: Column, setting: Setting) -> Parser:
    blanks = frozenset(catalog.reading().blanks)
    suffixes = "".join(catalog.reading().counters)
    low, high = column.range or (float("-inf"), float("inf"))

    def ranged(number: int, told: Reading | None = None) -> Any:
        if not low <= number <= high:
            return Reading(number, "range", (("low", int(low)), ("high", int(high))))
        return told or number

    def parse(value: Any) -> Any:
        if odd := odd_value(value):
            return odd
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return ranged(int(value)) if float(value).is_integer() else unreadable("number", "fraction")
        if not isinstance(value, str):
            return unreadable("number")
        text = tidy(narrow(value))
        if not text or text in blanks:
            return None
        bare = text.rstrip(suffixes).strip()
        if _DIGITS.fullmatch(bare) and len(bare) <= catalog.reading().most_digits:
            number = int(float(bare.replace(",", "")))
            return ranged(number, fixed(number, "fixed-number"))
        return unreadable("number", "fraction" if _DECIMAL.fullmatch(bare) else "")

    return parse


def _percent_parser(column: Column, setting: Setting) -> Parser:
    blanks = frozenset(catalog.reading().blanks)

    def beyond(share: float) -> Reading:
        return Reading(share, "range", (("case", "percent"), ("low", "0%"), ("high", "100%")))

    def parse(value: Any) -> Any:
        if value.__class__ is float and 0.0 <= value <= 1.0:
            return value
        if odd := odd_value(value):
            return odd
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            if 0 <= value <= 1:
                return float(value)
            return fixed(value / 100, "fixed-percent") if 2 <= value <= 100 else beyond(value)
        if not isinstance(value, str):
            return unreadable("number")
        text = tidy(narrow(value))
        if not text or text in blanks:
            return None
        bare = text.removesuffix("%").strip()
        if not _DECIMAL.fullmatch(bare):
            return unreadable("number")
        number = float(bare)
        share = number / 100 if text.endswith("%") or 2 <= number <= 100 else number
        return fixed(share, "fixed-percent") if 0 <= share <= 1 else beyond(share)

    return parse


PARSERS: Mapping[str, Callable[[Column, Setting], Parser]] = {
    "text": _text_parser,
    "choice": _choice_parser,
    "date": _date_parser,
    "integer": _integer_parser,
    "percent": _percent_parser,
    "yesno": _yesno_parser,
    "people": _people_parser,
    "id": _id_parser,
}
