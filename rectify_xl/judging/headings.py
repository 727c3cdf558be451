"""What a header cell says: which column of a form it heads, and what is told of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

from rectify_xl import catalog
from rectify_xl.in_force import kept_by_forms
from rectify_xl.kinds import nearest
from rectify_xl.model import Column, Form
from rectify_xl.normal import key_text, narrow, tidy

# No label of ours, with all its hints, is longer.
LONGEST_LABEL = 80
# Nor has a header of ours as many cells.
_MANY_CELLS = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Heading:
    """One header cell: its place in its row (`offset`), the row, its text, the column it is of ("" if none of ours)."""

    offset: int
    text: str
    line: int
    column: str = ""
    told: str = ""  # "", "alias", "spaces" or "moved": why fixed-header is told


class HeaderText(NamedTuple):
    """What stands in a column's header; `key` is what it is known by, with its group's heading if it needs that."""

    offset: int
    line: int
    text: str
    key: str


def label_key(text: str) -> str:
    """A label as it is compared: no star, no colon, no hint in brackets, no spaces, usual width."""
    return _known_key(text) if len(text) <= LONGEST_LABEL else _key_of(text)


def _key_of(text: str) -> str:
    key = key_text(text).strip("*:")
    return _hint().sub("", key).strip("*:") or key.strip(_brackets())


# A thousand workbooks say the same few hundred labels.
_known_key = lru_cache(maxsize=4096)(_key_of)


def label_of(text: str, labels: Mapping[str, object]) -> str:
    """The key of a label in a header cell that holds hints besides, in brackets or on lines of their own; else ""."""
    if (key := label_key(text)) in labels:
        return key
    first, _, rest = tidy(text).partition("\n")
    if rest and all(is_hint(line) for line in rest.split("\n")) and (key := label_key(first)) in labels:
        return key
    return ""


@cache
def _brackets() -> str:
    return narrow("".join(catalog.reading().hint_brackets))


@cache
def _hint() -> re.Pattern[str]:
    pairs = [[re.escape(narrow(bracket)) for bracket in pair] for pair in catalog.reading().hint_brackets]
    either = "|".join(rf"{opens}.*?(?:{closes}|\Z)" for opens, closes in pairs)
    return re.compile(f"(?:{either})")


def is_hint(text: str) -> bool:
    """Whether a header cell only says how to fill in: （年月日）, %, 必填."""
    key = key_text(text).strip("*:")
    return not key or not _hint().sub("", key) or key.lower() in _hint_words()


@cache
def _hint_words() -> frozenset[str]:
    return frozenset(key_text(word).lower() for word in catalog.reading().hint_words)


@kept_by_forms()
def form_labels(name: str) -> Mapping[str, tuple[str, bool]]:
    """(column name, is an alias) by label in normal form; a label of the form always wins over an alias."""
    form = catalog.forms()[name]
    labels: dict[str, tuple[str, bool]] = {}
    for column in form.columns:
        for alias in (*catalog.header_aliases().get(column.label, ()), *column.aliases):
            labels.setdefault(label_key(alias), (column.name, True))
    return labels | {label_key(column.label): (column.name, False) for column in form.columns}


def is_serial(text: str) -> bool:
    """Whether a header is 序号 or its like: numbered by hand, nobody's data."""
    return key_text(text) in _serial_labels()


@cache
def _serial_labels() -> frozenset[str]:
    return frozenset(map(key_text, catalog.reading().serial_labels))


def is_self_check(text: str) -> bool:
    """Whether a header is that of the self-check column of our templates."""
    return key_text(text).startswith(catalog.reading().self_check_label)


def headings_of(texts: Iterable[HeaderText], form: Form) -> tuple[Heading, ...]:
    """The header cells of a sheet, each with the column of the form that it heads."""
    told = tuple(texts)
    is_usual = len(told) <= _MANY_CELLS and all(len(text.text) <= LONGEST_LABEL for text in told)
    return _known_headings(told, form.name) if is_usual else _headings(told, form.name)


def _headings(texts: tuple[HeaderText, ...], form_name: str) -> tuple[Heading, ...]:
    form, labels = catalog.forms()[form_name], form_labels(form_name)
    taken: dict[str, int] = {}
    for wants_alias in (False, True):  # an exact label anywhere comes before an alias of the same column
        for told in texts:
            name, alias = labels.get(told.key, ("", False))
            if name and alias is wants_alias and name not in taken:
                taken[name] = told.offset
    by_offset = {offset: name for name, offset in taken.items()}
    moved = _moved(by_offset, form)
    return tuple(
        Heading(
            offset=told.offset,
            text=tidy(told.text),
            line=told.line,
            column=by_offset.get(told.offset, ""),
            told=_told(told, form.column(by_offset[told.offset]), told.offset in moved)
            if told.offset in by_offset
            else "",
        )
        for told in texts
    )


# The header of a template is that of all its copies.
_known_headings = kept_by_forms(64)(_headings)


def _told(told: HeaderText, column: Column, is_moved: bool) -> str:
    """Why a header is told: another word for it, spaces or widths in it, or its place. A star or a hint is no news."""
    if told.key != label_key(column.label):
        return "alias"
    is_whole = column.label in told.text or column.label in _hint().sub("", narrow(told.text))
    if label_key(told.text) == told.key and not (is_whole and tidy(told.text) == told.text):
        return "spaces"
    return "moved" if is_moved else ""


def _moved(by_offset: Mapping[int, str], form: Form) -> set[int]:
    """The offsets of columns that stand out of order: all but a longest run that keeps the form's order."""
    offsets = sorted(by_offset)
    runs: list[list[int]] = []
    for offset in offsets:
        place = form.positions[by_offset[offset]]
        before = [run for run in runs if form.positions[by_offset[run[-1]]] < place]
        runs.append([*_longest(before), offset])
    return set(offsets) - set(_longest(runs))


def _longest(runs: Sequence[list[int]]) -> list[int]:
    """The first of the longest runs, [] if there is none."""
    return max(runs, key=lambda run: len(run)) if runs else []


# ---- headers that are nearly ours


def near_misses(headings: Sequence[Heading], form: Form) -> dict[str, Heading]:
    """The headers that were nearly labels of the columns that are missing, by column; each is one column's at most."""
    labels, there = form_labels(form.name), {heading.column for heading in headings}
    strange = [h for h in headings if not h.column and not is_serial(h.text) and not is_self_check(h.text)]
    wanted = {label: name for label, (name, _) in labels.items() if name not in there} if strange else {}
    found: dict[str, Heading] = {}
    for heading in strange:
        near = nearest(label_key(heading.text)[:LONGEST_LABEL], wanted)
        if near and wanted[near] not in found:
            found[wanted[near]] = heading
    return found
