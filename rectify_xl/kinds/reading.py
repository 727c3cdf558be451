"""Shared by all kinds of cells: readings of values, cells without a usable value, and the words for nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple

from rectify_xl.facts import catalog
from rectify_xl.model import Params


class Reading(NamedTuple):
    """A value with its finding: the code (an error's or fixed-*), the case and the sentence's params.

    `read` says whether `value` may be used by rules: a text too long may, a date nobody can read and a number out of
    range may not.
    """

    value: Any
    code: str
    params: Params = ()
    read: bool = True

    @property
    def case(self) -> str:
        """The case of its sentence, "" for the usual one."""
        return str(self.params[0][1]) if self.params and self.params[0][0] == "case" else ""


class CellError(str):
    """An Excel error value (#REF! and its kind) found in a cell, or a picture standing for a value."""


class NoValue(str):
    """A formula that no program ever calculated, as its text."""


class LongText(str):
    """The beginning of a text far longer than any cell of Excel's holds; `length` is that of the whole."""

    length: int

    def __new__(cls, text: str, length: int) -> LongText:
        """The beginning of a text, and the length of the whole."""
        beginning = super().__new__(cls, text)
        beginning.length = length
        return beginning

    def __reduce__(self) -> tuple[type[LongText], tuple[str, int]]:
        """The arguments of its constructor, for copies and other processes."""
        return LongText, (str(self), self.length)


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """What parsing depends on besides the column: the options and aliases by list, the year of short dates.

    `stage_end` is the day that a deadline offers where its cell names none (立行立改).
    """

    lists: Mapping[str, tuple[str, ...]]
    aliases: Mapping[str, Mapping[str, str]]
    year: int | None = None
    stage_end: date | None = None


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


def _params(case: str, params: Mapping[str, Any]) -> Params:
    return (*([("case", case)] if case else []), *params.items())


# 同上: read as the value above; an error where there is no row above.
DITTO = unreadable("required", "ditto")


@cache
def empties() -> Mapping[Any, Reading | None]:
    """The readings of words that are no values: None for nothing (无, /), DITTO for the value above (同上)."""
    facts = catalog.reading()
    return {"": None} | dict.fromkeys(facts.blanks) | dict.fromkeys(facts.ditto, DITTO)


def odd_value(value: Any) -> Reading | None:
    """The reading of a cell that no column can use, or None."""
    if isinstance(value, NoValue):
        return unreadable("error-value", "picture") if "DISPIMG" in value else unreadable("no-value")
    if isinstance(value, LongText):
        return unreadable("length", low=0, high=catalog.reading().longest_text, length=value.length)
    if isinstance(value, CellError):
        return unreadable("error-value", "picture" if "DISPIMG" in value else "")
    if isinstance(value, str):
        if value in _ERROR_VALUES:
            return unreadable("error-value")
        return unreadable("error-value", "picture") if value.startswith("=DISPIMG(") else None
    return None


def too_many_digits(value: Any, case: str = "digits") -> Reading | None:
    """The reading of a number with more digits than Excel keeps, or None; the `case` says what to do about it."""
    if isinstance(value, (int, float)) and abs(value) >= 10 ** catalog.reading().most_digits:
        return unreadable("number", case)
    return None


def as_text(value: Any) -> str:
    """A cell as text: whole numbers without .0, dates as 2005-05-16."""
    if value.__class__ is str:
        return value
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat(" ")
    return value.isoformat() if isinstance(value, date) else str(value)


def is_number(value: Any) -> bool:
    """Whether a cell holds a number; TRUE and FALSE are none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


@cache
def _about() -> tuple[re.Pattern[str], re.Pattern[str]]:
    facts = catalog.reading()
    before, behind = ("|".join(map(re.escape, words)) for words in (facts.about_before, facts.about_behind))
    return re.compile(f"(?:{before})"), re.compile(rf"(?:{behind})\Z")


def without_about(text: str) -> str:
    """The text without the words that leave it open (约, 左右); "" where it has none."""
    before, behind = _about()
    match = before.match(text)
    bare = text[match.end() :] if match else text
    bare = behind.sub("", bare)
    return bare if bare != text else ""
