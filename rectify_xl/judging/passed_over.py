"""What stands below a header and is passed over, but must be told: another table, a row that is one merged cell."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from rectify_xl.facts import catalog
from rectify_xl.facts.in_force import kept_by_forms
from rectify_xl.grid import Grid
from rectify_xl.judging.data_rows import is_line
from rectify_xl.judging.header_rows import Header
from rectify_xl.judging.headings import LONGEST_LABEL, form_labels, is_serial, label_of
from rectify_xl.kinds import as_text, item_number
from rectify_xl.model import Form
from rectify_xl.normal import key_text

# A header of another table names so many columns of its form, and they are most of its cells.
_LEAST_NAMED, _LEAST_SHARE = 3, 2 / 3
# So many title lines may stand above it.
_MOST_TITLES = 3
_TEXT = frozenset((str,))
# No heading between rows is longer, unless it is numbered as one.
_LONGEST_HEADING = 30
# No row number has more digits.
_MOST_DIGITS = 6


class OtherTable(NamedTuple):
    """Another table: the line of its title or header, the line and offset of its header, its form's title."""

    start: int
    line: int
    offset: int
    title: str


def table_above(grid: Grid, header: Header, form: Form) -> OtherTable | None:
    """The first table above that names fewer columns than the one that is read."""
    rows = grid.rows
    for line in range(header.top - 1):
        title = _title_of(rows[line], form)
        if title and any(sum(value != "" for value in row) > 1 for row in rows[line + 1 : header.top]):
            first = next(offset for offset, value in enumerate(rows[line]) if value != "")
            return OtherTable(line, line, first, title)
    return None


def table_below(grid: Grid, header: Header, form: Form) -> OtherTable | None:
    """The first table below that has a header of its own: other columns, or the same in another order."""
    begins, rows = _beginnings().match, grid.rows
    for line in range(header.start, len(rows)):
        row = rows[line]
        if not _TEXT.issuperset(map(type, row)):  # in nearly every row of data stands a number or a day
            continue
        first = next(filter(None, row), "")
        if not first or len(first) > LONGEST_LABEL or not begins(key_text(first)):
            continue
        if row in rows[header.top : header.start] or not (title := _title_of(row, form)):
            continue
        if title != form.title or not _is_repeated(row, header, form):
            return OtherTable(_first_title(rows, line, header.start), line, row.index(first), title)
    return None


@kept_by_forms()
def _beginnings() -> re.Pattern[str]:
    """How the first cell of a header may begin: as a label or 序号, with a number or mark before it or without."""
    facts = catalog.reading()
    labels = [*facts.serial_labels, *(label for name in catalog.forms() for label in form_labels(name))]
    firsts = "|".join(sorted({re.escape(key_text(label)[:1]) for label in labels}))
    return re.compile(rf"(?:{facts.label_marks})?\*?(?:{firsts})")


def _title_of(row: Sequence[Any], form: Form) -> str:
    """The title of the form whose header a row is, "" if it is none; of two that it may be, the sheet's own."""
    filled = [value for value in row if value != ""]
    if len(filled) < _LEAST_NAMED or any(v.__class__ is not str or len(v) > LONGEST_LABEL for v in filled):
        return ""
    texts = [text for text in filled if not is_serial(text)]
    counts: dict[str, int] = {}
    for name in catalog.forms():
        labels = form_labels(name)
        counts[name] = len({labels[key][0] for text in texts if (key := label_of(text, labels))})
    name = max(counts, key=lambda name: (counts[name], name == form.name))
    if counts[name] < max(_LEAST_NAMED, _LEAST_SHARE * len(texts)):
        return ""
    return catalog.forms()[name].title


def _is_repeated(row: Sequence[Any], header: Header, form: Form) -> bool:
    """Whether every label in a row of texts stands where the header has it."""
    labels = form_labels(form.name)
    columns = {heading.offset: heading.column for heading in header.headings}
    keys = ((offset, label_of(text, labels)) for offset, text in enumerate(row) if text != "")
    return all(labels[key][0] == columns.get(offset) for offset, key in keys if key)


def _first_title(rows: Sequence[Sequence[Any]], line: int, start: int) -> int:
    """The line of the first title right above a header: one text alone in its row."""
    first = line
    for above in range(line - 1, max(start, line - _MOST_TITLES) - 1, -1):
        values = [value for value in rows[above] if value != ""]
        if len(values) > 1 or any(value.__class__ is not str for value in values):
            break
        first = above if values else first
    return first


def rows_in_one_cell(
    grid: Grid, header: Header, spanned: Mapping[int, int], data: Sequence[int]
) -> Iterator[tuple[int, int]]:
    """Of the rows that hold one merged cell, no data, those that may be more than a heading: (line, offset).

    `spanned` gives the offset of the merged cell by line. A heading begins where the table does, is short or numbered
    as headings are, has no row number beside it, and no number is left out for it between the rows around it; or it is
    the table's title once more. A column of row numbers may lack its label, left of the first.
    """
    titles = {value for row in grid.rows[: header.top] for value in row if value != ""}
    first_offset, known = min(heading.offset for heading in header.headings), frozenset(data)
    serial = {heading.offset for heading in header.headings if is_serial(heading.text)}.union(range(first_offset))
    for line, offset in sorted(spanned.items()):
        row = grid.rows[line] if line < len(grid.rows) else ()
        text = as_text(row[offset]) if offset < len(row) else ""
        if not text or line in known or row[offset] in titles or is_line(row):
            continue
        is_numbered = any(at < len(row) and _is_count(row[at]) for at in serial)
        is_heading = bool(_heading_marks().match(key_text(text)))
        seems_long = (offset > first_offset or len(text) > _LONGEST_HEADING) and not is_heading
        seems_row = is_numbered or seems_long or _is_left_out(grid, spanned, data, line, serial)
        if seems_row or item_number(key_text(text).upper()):
            yield line, offset


def _is_left_out(
    grid: Grid, spanned: Mapping[int, int], data: Sequence[int], line: int, serial: Collection[int]
) -> bool:
    """Whether the row numbers around a line leave out just those of the merged rows there: 1, merged, 3."""
    place = bisect_left(data, line)
    if not 0 < place < len(data):
        return False
    above, below = data[place - 1], data[place]
    merged = sum(above < other < below for other in spanned)
    numbers = ((_number_at(grid.rows[above], at), _number_at(grid.rows[below], at)) for at in serial)
    return any(first is not None and last == first + merged + 1 for first, last in numbers)


def _number_at(row: Sequence[Any], offset: int) -> int | None:
    value = row[offset] if offset < len(row) else ""
    digits = key_text(as_text(value)).strip(".、") if _is_count(value) else ""
    return int(digits) if digits.isdecimal() and len(digits) <= _MOST_DIGITS else None


def _is_count(value: Any) -> bool:
    return value.__class__ is float or (value.__class__ is str and key_text(value).strip(".、").isdigit())


@cache
def _heading_marks() -> re.Pattern[str]:
    return re.compile(catalog.reading().heading_marks)
