"""How texts are understood: free text, the people of a cell, and numbers and codes that tell things apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from itertools import groupby
from typing import Any

from rectify_xl.facts import catalog
from rectify_xl.kinds.reading import (
    Parser,
    Reading,
    Setting,
    as_text,
    empties,
    excel_length,
    fixed,
    odd_value,
    too_many_digits,
)
from rectify_xl.model import Column
from rectify_xl.normal import is_tidy, narrow, tidy


def text_bounds(column: Column) -> tuple[int, int]:
    """How long, as Excel counts it, the texts of a column may be."""
    return column.length or (0, catalog.reading().longest_text)


def text_parser(column: Column, setting: Setting) -> Parser:
    """The parser of free text: a `str` of the length asked for."""
    nothing = empties()
    low, high = text_bounds(column)

    def parse(value: Any) -> Any:
        if value.__class__ is str:
            text = tidy(value)
            if text in nothing:
                return nothing[text]
            if text[0] in "#=" and (odd := odd_value(text)):
                return odd
        elif odd := odd_value(value) or too_many_digits(value):
            return odd
        else:
            text = as_text(value)
        # A sign counts once or twice: most texts are short enough and long enough whichever it is.
        length = len(text)
        if not low <= length <= 2 * length <= high and not low <= excel_length(text) <= high:
            return Reading(text, "length", (("low", low), ("high", high), ("length", excel_length(text))))
        if not isinstance(value, str):
            return fixed(text, "fixed-text", "date" if isinstance(value, (date, timedelta)) else "number")
        return text if text is value or is_tidy(value) else fixed(text, "fixed-text")

    return parse


# ---- people

# A separator inside brackets belongs to what is said of one person: (书记、主任).
_SEPARATORS = re.compile(r"[、,;/|\\+&\n\t\u3002]+(?![^(]{0,40}\))")
_NAMES = re.compile(r"[^\W\d_]+(?:、[^\W\d_]+)*")
_NUMBERING = re.compile(r"(?:(?<=[、,;/|\s])|\A)\(?\d{1,2}[.、)]\s*(?=[^\d\s])")


def people_parser(column: Column, setting: Setting) -> Parser:
    """The parser of people: their names joined by 、."""
    parse_text = text_parser(column, setting)

    def parse(value: Any) -> Any:
        understood = parse_text(value)
        if understood is value and _NAMES.fullmatch(value) and narrow(value) is value and not _is_joined(value):
            return understood
        text = understood.value if isinstance(understood, Reading) and understood.code == "fixed-text" else understood
        if not (isinstance(value, str) and isinstance(text, str)):
            return understood
        joined = "、".join(people_in(text)) or None
        return joined if joined == value else fixed(joined, "fixed-text")

    return parse


def are_names(texts: Sequence[str]) -> bool:
    """Whether texts are certainly people as they are asked for: names, 、 between them, and nothing to fold or part."""
    joined = "、".join(texts)
    if not joined.replace("、", "").isalpha() or "、、" in f"、{joined}、" or narrow(joined) is not joined:
        return False
    return max(map(len, texts)) <= _LONGEST_NAME or not any(w in joined for w in catalog.reading().people_joints)


def people_in(text: str) -> list[str]:
    """The names in a cell, whatever stands between them; 张 三 is one person, 张三 李四 are two."""
    people: list[str] = []
    for part in _SEPARATORS.split(_NUMBERING.sub("", narrow(text))):
        words = part.split()
        people += [" ".join(words)] if part.isascii() and words else _people_between_spaces(words)
    return [name for person in people for name in _joints().split(person)]


def _people_between_spaces(words: list[str]) -> list[str]:
    """The people of words with spaces between: signs that stand alone are one name's, if two or three do so."""
    if len(words) == 2 and any(len(word) == 1 for word in words):
        return ["".join(words)]
    people: list[str] = []
    for is_alone, run in groupby(words, lambda word: len(word) == 1):
        run_words = [*run]
        if is_alone and len(run_words) not in (2, 3):
            return [" ".join(words)]
        people += ["".join(run_words)] if is_alone else run_words
    return people


def _is_joined(text: str) -> bool:
    return len(text) > _LONGEST_NAME and bool(_joints().search(text))


# Two names of two signs at least with 和 between; in a shorter text it is a part of the name.
_LONGEST_NAME = 4


@cache
def _joints() -> re.Pattern[str]:
    words = "|".join(map(re.escape, catalog.reading().people_joints))
    return re.compile(rf"(?<=\w\w)(?:{words})(?=\w\w)")


# ---- numbers and codes

_NUMBER = re.compile(r"(?P<prefix>\S+)-(?P<letter>[A-Z])(?P<count>\d{3,})")
_DASHES = re.compile("[\u2010-\u2015\u2212]")


def item_number(text: str) -> tuple[str, str, int] | None:
    """(unit code, form letter, count) of a 编号 of our pattern, else None."""
    match = _NUMBER.fullmatch(text)
    return (match["prefix"], match["letter"], int(match["count"])) if match else None


def is_item_number(text: str) -> bool:
    """Whether a text is of our pattern of a 编号."""
    return _NUMBER.fullmatch(text) is not None


def understood_number(text: str) -> str:
    """The 编号 that a text names whatever its dash is, also in small letters; "" if it is none."""
    dashed = _DASHES.sub("-", text)
    return next((number for number in (text, dashed, dashed.upper()) if item_number(number)), "")


def are_item_numbers(texts: Sequence[str]) -> bool:
    """Whether all texts are of our pattern of a 编号."""
    return all(map(_NUMBER.fullmatch, texts))


def id_parser(column: Column, setting: Setting) -> Parser:
    """The parser of codes and numbers: narrow, without spaces; one the office did not give is dropped."""
    parse_text = text_parser(column, setting)

    def parse(value: Any) -> Any:
        understood = parse_text(value)
        text = understood.value if isinstance(understood, Reading) else understood
        if not isinstance(text, str):
            return understood
        text = "".join(narrow(text).split())
        if column.assigned and not (text := understood_number(text)):
            return fixed(None, "fixed-id")
        if isinstance(understood, Reading) and understood[:2] == (text, "fixed-text"):
            return understood
        return text if text == value else fixed(text, "fixed-text")

    return parse
