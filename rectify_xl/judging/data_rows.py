"""Which rows below a header are data: no totals, signatures or examples, no title and header of the next page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from functools import cache, lru_cache
from typing import Any

from rectify_xl import catalog
from rectify_xl.grid import Grid
from rectify_xl.judging.header_rows import Header
from rectify_xl.judging.headings import Heading, is_self_check, is_serial, label_key
from rectify_xl.normal import key_text, tidy

# A signature or title line fills few cells, and what means nothing has few characters.
_FEW = 4
# From here on a character is the same in a label's key as in the label.
_FIRST_SIGN = chr(0x4E00)


def data_rows(grid: Grid, header: Header) -> list[int]:
    """The offsets of the rows below the header that hold data."""
    headings = header.headings
    ours = [h.offset for h in headings if h.column]
    silent = {h.offset for h in headings if not h.column and (is_serial(h.text) or is_self_check(h.text))}
    above = [said for row in grid.rows[: header.top] if (said := _said(row))]
    again = [_said(row) for row in grid.rows[header.top : header.start]] if header.start - header.top > 1 else []
    kept = []
    for offset in range(header.start, len(grid.rows)):
        row = grid.rows[offset]
        if not any(row) and row.count("") == len(row):
            continue
        filled = _filled(row, ours)
        if not filled or _is_aside(row, filled, silent, headings) or (again and _said(row) in again):
            continue
        if filled > _FEW or _said(row) not in above:  # a title or unit line once more, on the next page
            kept.append(offset)
    return kept


def _filled(row: Sequence[Any], ours: Sequence[int]) -> int:
    """How many of our cells mean something; counted as far as it matters."""
    filled, width = 0, len(row)
    for offset in ours:
        value = row[offset] if offset < width else ""
        if value.__class__ is str:
            if not value or not (_is_word(value) if len(value) <= _FEW else not value.isspace()):
                continue
        elif value == "":
            continue
        filled += 1
        if filled > _FEW:
            break
    return filled


def _said(row: Sequence[Any]) -> list[Any]:
    return [value for value in row if value != ""]


@lru_cache(maxsize=4096)
def _is_word(text: str) -> bool:
    """Whether a text of few characters is a value; the same options stand in every row."""
    text = tidy(text)
    return bool(text) and text not in _blanks()


@cache
def _blanks() -> frozenset[str]:
    return frozenset(catalog.reading().blanks)


def _is_aside(row: Sequence[Any], filled: int, silent: set[int], headings: Sequence[Heading]) -> bool:
    """Whether a row is a total, a signature, an example or the header once more."""
    first: Any = ""
    for at, value in enumerate(row):
        if value != "" and (at not in silent or value.__class__ is str):
            first = value
            break
    if filled == 1 and _is_day(_said(row)):
        return True
    if first.__class__ is not str or first[:1].isdigit():
        return False
    key = key_text(first)
    is_told = _totals().match(key) or (filled <= _FEW and _signatures().match(key))
    return bool(is_told) or (filled > 1 and _repeats_header(row, headings))


def is_line(row: Sequence[Any]) -> bool:
    """Whether a row outside the data is a total or a signature line."""
    first = next((value for value in row if value != ""), "")
    key = key_text(first) if first.__class__ is str else ""
    return bool(_totals().match(key) or _signatures().match(key)) or _is_day(_said(row))


def _is_day(said: Sequence[Any]) -> bool:
    """Whether a row says nothing but a day, as it stands below a signature."""
    if len(said) != 1:
        return False
    return isinstance(said[0], date) or (isinstance(said[0], str) and bool(_day_line().match(key_text(said[0]))))


@cache
def _totals() -> re.Pattern[str]:
    facts = catalog.reading()
    counted = rf"\d*(?:{_either(facts.counters)})?"
    return re.compile(rf"(?:{_either((*facts.total_labels, *facts.example_labels))})(?:[:(].*|{counted})\Z")


@cache
def _signatures() -> re.Pattern[str]:
    """A label of a signature line, or a mark of one where it cannot be the words of a problem (盖章不规范)."""
    facts = catalog.reading()
    labels, marks = _either(facts.signature_labels), f"(?:{_either(facts.signature_marks)})"
    lines = rf"(?:{_either(facts.line_labels)})\d*:"
    # Behind its label stands a name, a day or, after a colon, anything.
    signed = rf"(?:{labels})(?:.{{0,4}}(?:\Z|[:(])|\d|.*:)"
    return re.compile(rf"{signed}|{lines}|{marks}\Z|.{{0,12}}?(?:{marks}:|\({marks}\))")


@cache
def _day_line() -> re.Pattern[str]:
    return re.compile(rf"{catalog.reading().signature_day}\Z")


def _either(labels: Sequence[str]) -> str:
    return "|".join(re.escape(key_text(label)) for label in labels)


def _repeats_header(row: Sequence[Any], headings: Sequence[Heading]) -> bool:
    said = 0
    for heading in headings:
        if heading.column and heading.offset < len(row) and row[heading.offset] != "":
            value, label = row[heading.offset], label_key(heading.text)
            if value.__class__ is not str or (label[:1] not in value and label[:1] >= _FIRST_SIGN):
                return False
            if label_key(value) != label:
                return False
            said += 1
    return said > 1
