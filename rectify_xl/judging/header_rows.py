"""Where the header of a form stands: in one row, or in up to three with group headings above and hints below."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rectify_xl import catalog
from rectify_xl.grid import Grid
from rectify_xl.in_force import kept_by_forms
from rectify_xl.judging.headings import (
    LONGEST_LABEL,
    HeaderText,
    Heading,
    form_labels,
    headings_of,
    is_hint,
    label_key,
    label_of,
)
from rectify_xl.model import Form

# No header of ours has as many cells.
_WIDE = 200
# Rows that a header takes at most, and rows below it that may only say how to fill in.
_MOST_ROWS, _MOST_HINTS = 3, 2
# From so many on, numbers that count 1, 2, 3 below a header are those of its columns.
_COUNTED = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Header:
    """The header of a form's sheet, as offsets into grid.rows: its rows, and `start`, the first that may be data.

    `score` says how much of the form it names, exact labels counting double.
    """

    top: int
    bottom: int
    start: int
    score: int
    headings: tuple[Heading, ...]


@dataclass(slots=True)
class SheetTop:
    """The rows of a sheet among which a header may stand; each is looked at when it is asked for, and once."""

    grid: Grid
    _keys: dict[int, Mapping[int, str]] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many rows there are to look at."""
        within = catalog.reading().header_within_rows - self.grid.first_row + 1
        return max(min(within, len(self.grid.rows)), 0)

    def keys(self, line: int) -> Mapping[int, str]:
        """What the texts of a row are known by if they are labels, by place."""
        if line not in self._keys:
            said = [(at, v) for at, v in enumerate(self.grid.rows[line]) if v.__class__ is str and v]
            self._keys[line] = {at: label_key(text) for at, text in said if len(text) <= LONGEST_LABEL}
        return self._keys[line]


def find_header(top: SheetTop, form: Form, least: int) -> Header | None:
    """The header that names most of the form's columns, at least so many; None if there is none."""
    best: tuple[int, int] | None = None
    for line in range(top.count):
        score = _score(top.keys(line).values(), form)
        if score and (best is None or score > best[0]):
            best = (score, line)
        if score == 2 * len(form.columns):  # every label as we write it: nothing below can say more
            break
    return _header(top, form, best[1], least) if best else None


def _score(keys: Sequence[str] | Any, form: Form) -> int:
    labels = form_labels(form.name)
    hits = {labels[key][0]: labels[key][1] for key in keys if key in labels}
    return sum(1 if alias else 2 for alias in hits.values())


def _header(top: SheetTop, form: Form, line: int, least: int) -> Header | None:
    """The header of which one row is known, with the rows above and below it that belong to it."""
    rows, lines = top.grid.rows, [line]
    cells = rows[line]
    is_usual = len(cells) <= _WIDE and all(cell.__class__ is str and len(cell) <= LONGEST_LABEL for cell in cells)
    if is_usual and (known := _whole(tuple(cells), line, form.name)):
        score, headings = known
        return Header(top=line, bottom=line, start=_start(rows, line), score=score, headings=headings)
    texts = list(_texts(rows, lines, form))
    if len(_columns(texts, form)) < len(form.columns):
        for step in (-1, 1):
            lines, texts = _extended((lines, texts), step, rows, form)
    if len(_columns(texts, form)) < least:
        return None
    return Header(
        top=lines[0],
        bottom=lines[-1],
        start=_start(rows, lines[-1]),
        score=_score([text.key for text in texts], form),
        headings=headings_of(texts, form),
    )


@kept_by_forms(64)
def _whole(row: tuple[str, ...], line: int, form_name: str) -> tuple[int, tuple[Heading, ...]] | None:
    """Score and headings of a row of texts that names every column of a form; None for any other.

    The header of a template is that of all its copies.
    """
    form, rows = catalog.forms()[form_name], [()] * line + [row]
    texts = list(_texts(rows, [line], form))
    if len(_columns(texts, form)) < len(form.columns):
        return None
    return _score([text.key for text in texts], form), headings_of(texts, form)


def _columns(texts: Sequence[HeaderText], form: Form) -> set[str]:
    labels = form_labels(form.name)
    return {labels[text.key][0] for text in texts if text.key in labels}


def _extended(
    known: tuple[list[int], list[HeaderText]], step: int, rows: Sequence[Sequence[Any]], form: Form
) -> tuple[list[int], list[HeaderText]]:
    """The rows of a header with those above (or below) that name more of the form's columns."""
    lines, texts = known
    while len(lines) < _MOST_ROWS:
        more = lines[0] - 1 if step < 0 else lines[-1] + 1
        if not 0 <= more < len(rows) or (step > 0 and not _goes_below(rows[more], texts, form)):
            break
        longer = sorted([*lines, more])
        told = list(_texts(rows, longer, form))
        if len(_columns(told, form)) <= len(_columns(texts, form)):
            break
        lines, texts = longer, told
    return lines, texts


def _goes_below(row: Sequence[Any], texts: Sequence[HeaderText], form: Form) -> bool:
    """Whether a row may be the lower part of a header: only texts, and under a label of ours labels or hints."""
    labels = form_labels(form.name)
    under = {text.offset for text in texts if text.key in labels}
    said = [(at, value) for at, value in enumerate(row) if value != ""]
    return all(
        value.__class__ is str
        and len(value) <= LONGEST_LABEL
        and (at not in under or is_hint(value) or bool(label_of(value, labels)))
        for at, value in said
    )


def _texts(rows: Sequence[Sequence[Any]], lines: Sequence[int], form: Form) -> Iterator[HeaderText]:
    """What stands in the header of each column: the lowest label of ours above nothing but hints, else the lowest."""
    labels = form_labels(form.name)
    for at in range(max(len(rows[line]) for line in lines)):
        there = [line for line in reversed(lines) if at < len(rows[line]) and rows[line][at] != ""]
        stack = [(line, str(rows[line][at])) for line in there]
        if not stack:
            continue
        line, text = stack[0]
        key = ""
        for place, said in stack:
            key = label_of(said, labels) if len(said) <= LONGEST_LABEL else ""
            if key:
                line, text = place, said
            if key or not is_hint(said):
                break
        if not key and len(lines) > 1:
            key = label_of(_group(rows, lines, (line, at)) + text, labels)
        yield HeaderText(at, line, text, key or label_key(text))


def _group(rows: Sequence[Sequence[Any]], lines: Sequence[int], cell: tuple[int, int]) -> str:
    """The heading of the group that a cell of a header stands in: the next text in the row above it or left of that."""
    line, at = cell
    if line == lines[0]:
        return ""
    left = rows[line - 1][: at + 1]
    return next((str(value) for value in reversed(left) if value != ""), "")


# ---- hints below


def _start(rows: Sequence[Sequence[Any]], bottom: int) -> int:
    """The first row below a header that may be data: blank rows and rows of hints are passed over."""
    start = bottom + 1
    for line in range(start, min(start + _MOST_HINTS, len(rows))):
        said = [value for value in rows[line] if value != ""]
        if said and not _is_hints(said):
            break
        start = line + 1 if said else start
    return start


def _is_hints(said: Sequence[Any]) -> bool:
    """Whether a row only says how to fill in, or counts the columns from 1 on."""
    if all(value.__class__ is str and len(value) <= LONGEST_LABEL and is_hint(value) for value in said):
        return True
    counted = 0
    for value in said:
        if not _hints(value):
            counted += 1
            if str(int(value) if isinstance(value, float) and value.is_integer() else value) != str(counted):
                return False
    return counted >= _COUNTED


def _hints(value: Any) -> bool:
    return value.__class__ is str and is_hint(value)
