"""Where the header of a form stands: in one row, or in up to three with group headings above and hints below."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rectify_xl.facts import catalog
from rectify_xl.facts.in_force import kept_by_forms
from rectify_xl.grid import Grid
from rectify_xl.judging.headings import (
    LONGEST_LABEL,
    HeaderText,
    Heading,
    form_labels,
    headings_of,
    is_hint,
    known_key,
    label_key,
    label_of,
)
from rectify_xl.model import Form

# No header of ours has more cells.
_MOST_CELLS = 200
# A header has at most so many rows, and so many rows of hints on how to fill in below it.
_MOST_ROWS, _MOST_HINTS = 3, 2
# At least so many cells that count 1, 2, 3 below a header number its columns.
_LEAST_COUNTED = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Header:
    """The header of a form's sheet: lines `top` to `bottom`, and `start`, the first line that may be data.

    `score` counts the columns that it names, exact labels double.
    """

    top: int
    bottom: int
    start: int
    score: int
    headings: tuple[Heading, ...]


@dataclass(slots=True)
class SheetTop:
    """The upper rows of a sheet, where a header may stand; the labels of each are worked out once, on request."""

    grid: Grid
    _keys: dict[int, Mapping[int, str]] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """The number of rows in which a header is looked for."""
        within = catalog.reading().header_within_rows - self.grid.first_row + 1
        return max(min(within, len(self.grid.rows)), 0)

    def keys(self, line: int) -> Mapping[int, str]:
        """The texts of a row as labels are compared, by offset."""
        if line not in self._keys:
            texts = [(offset, v) for offset, v in enumerate(self.grid.rows[line]) if v.__class__ is str and v]
            self._keys[line] = {offset: label_key(text) for offset, text in texts if len(text) <= LONGEST_LABEL}
        return self._keys[line]


def find_header(top: SheetTop, form: Form, least: int) -> Header | None:
    """The header that names most of the form's columns, but at least `least` of them; None if there is none."""
    best: tuple[int, int] | None = None
    for line in range(top.count):
        score = _score(top.keys(line).values(), form)
        if score and (best is None or score > best[0]):
            best = (score, line)
        if score == 2 * len(form.columns):  # every label exact: no other row can score more
            break
    return _header(top, form, best[1], least) if best else None


def _score(keys: Iterable[str], form: Form) -> int:
    labels = form_labels(form.name)
    is_alias_by_column = dict(labels[known] for key in keys if (known := known_key(key, labels)))
    return sum(1 if is_alias else 2 for is_alias in is_alias_by_column.values())


def _header(top: SheetTop, form: Form, line: int, least: int) -> Header | None:
    """The header that one row belongs to, with the rows above and below that name further columns."""
    rows, lines = top.grid.rows, [line]
    cells = rows[line]
    is_usual = len(cells) <= _MOST_CELLS and all(c.__class__ is str and len(c) <= LONGEST_LABEL for c in cells)
    if is_usual and (complete := _complete_header(tuple(cells), line, form.name)):
        score, headings = complete
        return Header(top=line, bottom=line, start=_start(rows, line), score=score, headings=headings)
    texts = list(_header_texts(rows, lines, form))
    if len(_named_columns(texts, form)) < len(form.columns):
        for step in (-1, 1):
            lines, texts = _extended((lines, texts), step, rows, form)
    if len(_named_columns(texts, form)) < least:
        return None
    return Header(
        top=lines[0],
        bottom=lines[-1],
        start=_start(rows, lines[-1]),
        score=_score([text.key for text in texts], form),
        headings=headings_of(texts, form),
    )


@kept_by_forms(64)
def _complete_header(row: tuple[str, ...], line: int, form_name: str) -> tuple[int, tuple[Heading, ...]] | None:
    """Score and headings of a row of texts that names every column of a form; None for any other.

    Cached: all copies of a template have the same header.
    """
    form, rows = catalog.forms()[form_name], [()] * line + [row]
    texts = list(_header_texts(rows, [line], form))
    if len(_named_columns(texts, form)) < len(form.columns):
        return None
    return _score([text.key for text in texts], form), headings_of(texts, form)


def _named_columns(texts: Sequence[HeaderText], form: Form) -> set[str]:
    labels = form_labels(form.name)
    return {labels[text.key][0] for text in texts if text.key in labels}


def _extended(
    header: tuple[list[int], list[HeaderText]], step: int, rows: Sequence[Sequence[Any]], form: Form
) -> tuple[list[int], list[HeaderText]]:
    """The rows of a header with those above (or below) that name more of the form's columns."""
    lines, texts = header
    while len(lines) < _MOST_ROWS:
        line = lines[0] - 1 if step < 0 else lines[-1] + 1
        if not 0 <= line < len(rows) or (step > 0 and not _may_be_lower_row(rows[line], texts, form)):
            break
        more_lines = sorted([*lines, line])
        more_texts = list(_header_texts(rows, more_lines, form))
        if len(_named_columns(more_texts, form)) <= len(_named_columns(texts, form)):
            break
        lines, texts = more_lines, more_texts
    return lines, texts


def _may_be_lower_row(row: Sequence[Any], texts: Sequence[HeaderText], form: Form) -> bool:
    """Whether a row may be the lower part of a header: only texts, and below a label only labels or hints."""
    labels = form_labels(form.name)
    labelled = {text.offset for text in texts if text.key in labels}
    return all(
        value.__class__ is str
        and len(value) <= LONGEST_LABEL
        and (offset not in labelled or is_hint(value) or bool(label_of(value, labels)))
        for offset, value in enumerate(row)
        if value != ""
    )


def _header_texts(rows: Sequence[Sequence[Any]], lines: Sequence[int], form: Form) -> Iterator[HeaderText]:
    """The text that heads each column: a label with nothing but hints below it, else the lowest text."""
    labels = form_labels(form.name)
    for offset in range(max(len(rows[line]) for line in lines)):
        filled = [line for line in reversed(lines) if offset < len(rows[line]) and rows[line][offset] != ""]
        stack = [(line, str(rows[line][offset])) for line in filled]  # from the lowest up
        if not stack:
            continue
        heading_line, heading = stack[0]
        key = ""
        for line, text in stack:
            key = label_of(text, labels) if len(text) <= LONGEST_LABEL else ""
            if key:
                heading_line, heading = line, text
            if key or not is_hint(text):
                break
        if not key and len(lines) > 1:
            key = label_of(_group(rows, lines, heading_line, offset) + heading, labels)
        yield HeaderText(offset, heading_line, heading, key or label_key(heading))


def _group(rows: Sequence[Sequence[Any]], lines: Sequence[int], line: int, offset: int) -> str:
    """The group heading over a header cell: the text above it, else the nearest text to the left in that row."""
    if line == lines[0]:
        return ""
    above = rows[line - 1][: offset + 1]
    return next((str(value) for value in reversed(above) if value != ""), "")


# ---- hints below


def _start(rows: Sequence[Sequence[Any]], bottom: int) -> int:
    """The first line below a header that may be data: past the last row of hints, if there is one."""
    start = bottom + 1
    for line in range(start, min(start + _MOST_HINTS, len(rows))):
        values = [value for value in rows[line] if value != ""]
        if values and not _are_hints(values):
            break
        if values:
            start = line + 1
    return start


def _are_hints(values: Sequence[Any]) -> bool:
    """Whether the values of a row only say how to fill in, or number the columns from 1 on."""
    if all(value.__class__ is str and len(value) <= LONGEST_LABEL and is_hint(value) for value in values):
        return True
    counted = 0
    for value in values:
        if not _is_hint(value):
            counted += 1
            if str(int(value) if isinstance(value, float) and value.is_integer() else value) != str(counted):
                return False
    return counted >= _LEAST_COUNTED


def _is_hint(value: Any) -> bool:
    return value.__class__ is str and is_hint(value)
