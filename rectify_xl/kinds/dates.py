"""How days are understood: date cells, dates as text in every usual notation, and phrases that mean for good."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from rectify_xl.facts import catalog
from rectify_xl.kinds.reading import (
    Parser,
    Reading,
    Setting,
    as_text,
    empties,
    fixed,
    is_number,
    odd_value,
    unreadable,
    without_about,
)
from rectify_xl.model import Column
from rectify_xl.normal import narrow, tidy

if TYPE_CHECKING:
    from rectify_xl.days.periods import Period

_COMPACT = re.compile(r"[12]\d{7}")
_DAY_ZERO, _DAYS_BEFORE_1904 = date(1899, 12, 30), 1462
# A month and a day that some program took for a number, and two numbers that both may be the month.
_AS_NUMBER = re.compile(r"(\d{1,2})\.(\d{1,2})")
_TWO_NUMBERS = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})")
_SHORT_YEAR = re.compile(r"\d{1,2}([./-])\d{1,2}\1\d{1,2}")
# The cases of a phrase that means for good, alone or behind a day.
STANDING = ("standing", "standing-day")
# No phrase that names a day is longer.
_LONGEST = 60


def date_parser(column: Column, setting: Setting) -> Parser:
    """The parser of days: a `datetime.date`."""
    nothing, (first, last) = empties(), sensible_days()

    def parse(value: Any) -> Any:
        if value.__class__ is date and first <= value <= last:
            return value
        if value.__class__ is date:
            return _sensible(value)
        if isinstance(value, datetime):
            return _sensible(value.date())
        if odd := odd_value(value):
            return odd
        if is_number(value):
            day = _serial_day(value)
            return _sensible(day, fixed(day, "fixed-date")) if day else _of_number(value, setting.year)
        if not isinstance(value, str):
            return unreadable("date", "serial")
        text = tidy(narrow(value))
        if text in nothing:
            return nothing[text]
        return unreadable("date") if len(text) > _LONGEST else understood(text)

    @lru_cache(maxsize=512)  # the same days stand in many rows, and reading a phrase takes long
    def understood(text: str) -> Any:
        return _of_text(text, column, setting)

    return parse


@cache
def sensible_days() -> tuple[date, date]:
    """The first and the last day that may be meant."""
    facts = catalog.reading()
    return date(facts.earliest_year, 1, 1), date(facts.latest_year, 12, 31)


def _sensible(day: date, reading: Reading | None = None) -> Any:
    first, last = sensible_days()
    return (reading or day) if first <= day <= last else unreadable("date", "year")


# ---- numbers


def _serial_day(value: float) -> date | None:
    """The day of a number that lost its date format: 20050516, or a serial of the sensible years."""
    if _COMPACT.fullmatch(as_text(float(value))):
        digits = str(int(value))
        return _day(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    first, last = ((day - _DAY_ZERO).days for day in sensible_days())
    return _DAY_ZERO + timedelta(days=int(value)) if first <= value <= last else None


def from_1904(value: Any, reading: Reading) -> Reading:
    """The reading of a value in a workbook that counts days from 1904: a serial is a day four years later."""
    if reading.code != "fixed-date" or not is_number(value) or _COMPACT.fullmatch(as_text(float(value))):
        return reading
    day = reading.value + timedelta(days=_DAYS_BEFORE_1904)
    return _sensible(day, fixed(day, "fixed-date"))  # type: ignore[no-any-return]


def _day(year: int, month: int, day: int) -> date | None:
    with suppress(ValueError):
        return date(year, month, day)
    return None


def _of_number(value: float, year: int | None) -> Reading:
    """5.16 may have been May 16 (and 5.1 the first or the tenth), or a number in the wrong column: only offered."""
    match = _AS_NUMBER.fullmatch(as_text(value))
    if not match or year is None:
        return unreadable("date", "serial")
    days = [match[2], *([f"{match[2]}0"] if len(match[2]) == 1 else [])]
    return _offered([day for d in days if (day := _day(year, int(match[1]), int(d)))]) or unreadable("date", "serial")


def _offered(days: list[date]) -> Reading | None:
    """The error that offers the days which may be meant."""
    if len(days) > 1:
        return unreadable("date", "either", one=days[0], other=days[1])
    return unreadable("date", "near", suggestion=days[0]) if days else None


# ---- texts


def _of_text(text: str, column: Column, setting: Setting) -> Any:
    bare, is_standing = _without_standing(text)
    if is_standing and not bare:
        return fixed(None, "fixed-date", "standing")
    bare = _plain(bare)
    period = _period(bare, setting)
    if period is None:
        return _unclear(text, bare, setting)
    if period.end is None:
        return _undated(column, setting)
    if period.start not in (None, period.end):
        return unreadable("date", "period", start=period.start, end=period.end)
    if not _is_weekday_right(text, period):
        return unreadable("date", "weekday", suggestion=period.end)
    return _sensible(period.end, fixed(period.end, "fixed-date", "standing-day" if is_standing else ""))


def _period(phrase: str, setting: Setting) -> Period | None:
    """The period that a phrase names, None where it cannot be read."""
    from rectify_xl.days.periods import PeriodError, parse_period  # a grammar that most files have no need of

    try:
        return parse_period(phrase, year=setting.year)
    except PeriodError:
        return None


def _undated(column: Column, setting: Setting) -> Reading:
    if column.offers_stage_end and setting.stage_end:
        return unreadable("date", "undated-offer", stage_end=setting.stage_end)
    return unreadable("date", "undated")


def _plain(text: str) -> str:
    """The phrase without hour, day of the week and 完成 behind it, and with the unit that a day in words lacks."""
    facts = catalog.reading()
    text = re.sub(facts.hour, "", text)
    text = re.sub(facts.day_done, "", re.sub(facts.weekday, "", text))
    return text + facts.day_unit if re.search(facts.day_in_words, text) else text


def _is_weekday_right(text: str, period: Period) -> bool:
    facts = catalog.reading()
    match = re.search(facts.weekday, re.sub(facts.hour, "", text))
    return not match or period.end is None or match["day"] in facts.weekdays[period.end.weekday()]


def _unclear(text: str, bare: str, setting: Setting) -> Any:
    """The reading of a text that is not one day, with the days that it may mean."""
    if match := _TWO_NUMBERS.fullmatch(bare):
        year, numbers = int(match[4]), (int(match[1]), int(match[3]))
        days = [day for month, d in (numbers, numbers[::-1]) if (day := _day(year, month, d))]
        if len(set(days)) == 1 and len(days) == 2:
            return _sensible(days[0], fixed(days[0], "fixed-date"))
        return _offered(days) or unreadable("date")
    if exact := without_about(text):
        period = _period(_plain(exact), setting)
        if period and period.end and period.start in (None, period.end):
            return unreadable("date", "near", suggestion=period.end)
    if _SHORT_YEAR.fullmatch(bare):
        return unreadable("date", "ambiguous")
    return _offered(_loose_days(bare, setting.year)) or unreadable("date")


def _loose_days(text: str, year: int | None) -> list[date]:
    """The day of 2005·5·16, 05年5月16日, 5-16, or of a serial that became a text; none where it is not sensible."""
    day = None
    if match := re.fullmatch(catalog.reading().loose_day, text):
        written = _year_written(match["year"] or "", match["short"], year)
        day = _day(written, int(match["month"]), int(match["day"])) if written else None
    elif re.fullmatch(r"[1-9]\d{4}", text, re.ASCII):
        day = _serial_day(float(text))
    return [day] if day and isinstance(_sensible(day), date) else []


def _year_written(whole: str, short: str | None, year: int | None) -> int | None:
    """The year of a day: 2005, or 05 in the century nearest to the campaign's year, or that year itself."""
    if whole or not short or year is None:
        return int(whole) if whole else None if short else year
    nearest: int = min((int(short) + century for century in (1900, 2000)), key=lambda written: abs(written - year))
    return nearest


@cache
def _standing() -> Callable[[str], re.Match[str] | None]:
    facts = catalog.reading()
    words = "|".join(map(re.escape, sorted(facts.standing, key=len, reverse=True)))
    joint = rf"[,;、\u3002(\s]*(?:{facts.standing_joint})?"
    return re.compile(rf"(?P<before>.*?){joint}(?:{words})(?:[,;、\u3002(]+(?P<behind>.*?))?[)\u3002]?").fullmatch


def _without_standing(text: str) -> tuple[str, bool]:
    """A phrase without its "permanent" part (长期坚持), and whether it had one."""
    match = _standing()(text)
    if not match or (match["before"] and match["behind"]):
        return text, False
    bare = match["before"] or match["behind"] or ""
    return ("", True) if bare in catalog.reading().standing else (bare, True)
