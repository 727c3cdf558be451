"""Which rows below a header are data, and which are totals, signatures, examples, or titles and headers once more."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Sequence
from datetime import date
from functools import cache, lru_cache
from typing import Any

from rectify_xl.facts import catalog
from rectify_xl.grid import Grid
from rectify_xl.judging.header_rows import Header
from rectify_xl.judging.headings import is_self_check, is_serial, label_key
from rectify_xl.kinds import as_text, item_number
from rectify_xl.model import Form
from rectify_xl.normal import key_text, tidy

# A signature or title line fills at most so many cells.
_FEW_CELLS = 4
# A text that stands for an empty cell has at most so many characters.
_LONGEST_BLANK = 4
# From this character on (Chinese) a label's key keeps the characters of the label.
_FIRST_KEPT = chr(0x4E00)


def data_lines(grid: Grid, header: Header, form: Form, end: int, spanned: Collection[int] = ()) -> list[int]:
    """The lines below the header and before the line `end` that hold data; `spanned` are as `spanned_lines` gives."""
    headings = header.headings
    form_offsets = _form_offsets(header)
    numbers = next((h.offset for h in headings if h.column and form.column(h.column).assigned), None)
    ignored_offsets = {h.offset for h in headings if not h.column and (is_serial(h.text) or is_self_check(h.text))}
    title_rows = [values for row in grid.rows[: header.top] if (values := _values_in(row))]
    has_many_rows = header.start - header.top > 1  # one header row alone is compared label by label
    header_rows = [_values_in(row) for row in grid.rows[header.top : header.start]] if has_many_rows else []
    labels = [(h.offset, label_key(h.text)) for h in headings if h.column]
    lines: list[int] = []
    for line in range(header.start, end):
        row = grid.rows[line]
        if not any(row) and row.count("") == len(row):
            continue
        filled = _count_filled(row, form_offsets)
        if not filled or _is_no_record(row, filled, ignored_offsets):
            continue
        if filled == 1 and (line in spanned or _is_lone_number(row, numbers)):
            continue
        if (filled > 1 and _repeats_header(row, labels)) or (header_rows and _values_in(row) in header_rows):
            if lines and lines[-1] == line - 1 and _is_lone_title(grid.rows[line - 1], numbers):
                lines.pop()
            continue
        if filled > _FEW_CELLS or _values_in(row) not in title_rows:  # titles may stand again on the next page
            lines.append(line)
    return lines


def _count_filled(row: Sequence[Any], form_offsets: Sequence[int]) -> int:
    """How many cells under the form's columns hold a value, counted up to one more than _FEW_CELLS."""
    filled, width = 0, len(row)
    for offset in form_offsets:
        value = row[offset] if offset < width else ""
        if value.__class__ is str:
            if not value or not (_is_value(value) if len(value) <= _LONGEST_BLANK else not value.isspace()):
                continue
        elif value == "":
            continue
        filled += 1
        if filled > _FEW_CELLS:
            break
    return filled


def _form_offsets(header: Header) -> list[int]:
    return [heading.offset for heading in header.headings if heading.column]


def spanned_lines(grid: Grid, header: Header, end: int) -> dict[int, int]:
    """The lines below the header and before `end` in which one merged cell spans most of the form's columns.

    With its offset: a heading or a note between the rows.
    """
    form_offsets = sorted(_form_offsets(header))
    columns, half = [grid.first_column + offset for offset in form_offsets], len(form_offsets) / 2
    return {
        row - grid.first_row: first - grid.first_column
        for row, first, _, last in grid.merges
        if header.start <= row - grid.first_row < end
        and bisect_right(columns, last) - bisect_left(columns, first) > half
    }


def _is_lone_number(row: Sequence[Any], offset: int | None) -> bool:
    """Whether all that a row holds is a number typed by hand under 编号, as rows prepared for later have it."""
    value = row[offset] if offset is not None and offset < len(row) else ""
    if value.__class__ not in (str, float) or value == "":
        return False
    return bool(re.fullmatch(catalog.reading().lone_number, key_text(as_text(value))))


def _is_lone_title(row: Sequence[Any], offset: int | None) -> bool:
    """Whether all that a row holds is a text under 编号 that is no number, as a title above the next part has it."""
    values = _values_in(row)
    if len(values) != 1 or offset is None or offset >= len(row) or row[offset].__class__ is not str or not row[offset]:
        return False
    return item_number(key_text(row[offset]).upper()) is None


def _values_in(row: Sequence[Any]) -> list[Any]:
    return [value for value in row if value != ""]


@lru_cache(maxsize=4096)
def _is_value(text: str) -> bool:
    """Whether a short text is a value, no word for an empty cell; cached, as the same options stand in every row."""
    text = tidy(text)
    return bool(text) and text not in _blanks()


@cache
def _blanks() -> frozenset[str]:
    return frozenset(catalog.reading().blanks)


def _is_no_record(row: Sequence[Any], filled: int, ignored_offsets: set[int]) -> bool:
    """Whether a row is a total, a signature or an example."""
    first: Any = ""
    for offset, value in enumerate(row):
        if value != "" and (offset not in ignored_offsets or value.__class__ is str):
            first = value
            break
    if filled == 1 and _is_lone_day(_values_in(row)):
        return True
    if first.__class__ is not str or first[:1].isdigit():
        return False
    key = key_text(first)
    return bool(_totals().match(key) or (filled <= _FEW_CELLS and _signatures().match(key)))


def is_line(row: Sequence[Any]) -> bool:
    """Whether a row outside the data is a total or a signature line."""
    first = next((value for value in row if value != ""), "")
    key = key_text(first) if first.__class__ is str else ""
    return bool(_totals().match(key) or _signatures().match(key)) or _is_lone_day(_values_in(row))


def _is_lone_day(values: Sequence[Any]) -> bool:
    """Whether a day is all that a row holds, as it stands below a signature."""
    if len(values) != 1:
        return False
    (value,) = values
    return isinstance(value, date) or (isinstance(value, str) and bool(_day_line().match(key_text(value))))


@cache
def _totals() -> re.Pattern[str]:
    facts = catalog.reading()
    counted = rf"\d*(?:{_either(facts.counters)})?"
    return re.compile(rf"(?:{_either((*facts.total_labels, *facts.example_labels))})(?:[:(].*|{counted})\Z")


@cache
def _signatures() -> re.Pattern[str]:
    """A label of a signature line, or a mark of one (盖章) that does not begin the text of a problem (盖章不规范)."""
    facts = catalog.reading()
    labels, marks = _either(facts.signature_labels), f"(?:{_either(facts.signature_marks)})"
    lines = rf"(?:{_either(facts.line_labels)})\d*:"
    # The label is followed by a name, a day or, after a colon, anything.
    signed = rf"(?:{labels})(?:.{{0,4}}(?:\Z|[:(])|\d|.*:)"
    return re.compile(rf"{signed}|{lines}|{marks}\Z|.{{0,12}}?(?:{marks}:|\({marks}\))")


@cache
def _day_line() -> re.Pattern[str]:
    return re.compile(rf"{catalog.reading().signature_day}\Z")


def _either(labels: Sequence[str]) -> str:
    return "|".join(re.escape(key_text(label)) for label in labels)


def _repeats_header(row: Sequence[Any], labels: Sequence[tuple[int, str]]) -> bool:
    """Whether at least two cells repeat their headings, and no cell under a heading holds anything else.

    `labels` are the headings of the form's columns: offset and key.
    """
    repeated = 0
    for offset, label in labels:
        value = row[offset] if offset < len(row) else ""
        if value != "":
            if value.__class__ is not str or (label[:1] not in value and label[:1] >= _FIRST_KEPT):
                return False  # the usual case, without a key for the value
            if label_key(value) != label:
                return False
            repeated += 1
    return repeated > 1
