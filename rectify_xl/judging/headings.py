"""What a header cell says: which column of a form it heads, and how it differs from the template's header."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

from rectify_xl.facts import catalog
from rectify_xl.facts.in_force import kept_by_forms
from rectify_xl.kinds import nearest
from rectify_xl.model import Column, Form
from rectify_xl.normal import key_text, narrow, tidy

# No label of ours, with all its hints, is longer.
LONGEST_LABEL = 80
# No header of ours has more cells.
_MOST_CELLS = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Heading:
    """One header cell: where it stands (`line` and `offset`), its text, and the column it heads ("": none of ours).

    `deviation` is how it differs from the template's header: "alias", "spaces", "moved", or "" if it does not.
    """

    offset: int
    text: str
    line: int
    column: str = ""
    deviation: str = ""


class HeaderText(NamedTuple):
    """The text that heads a column; `key` is what it is compared by, with its group's heading where it needs that."""

    offset: int
    line: int
    text: str
    key: str


def label_key(text: str) -> str:
    """A label as it is compared: no star, no colon, no hint in brackets, no spaces, usual width."""
    return _cached_key(text) if len(text) <= LONGEST_LABEL else _make_key(text)


def _make_key(text: str) -> str:
    key = key_text(text).strip("*:")
    return _hint().sub("", key).strip("*:") or key.strip(_brackets())


# A thousand workbooks say the same few hundred labels.
_cached_key = lru_cache(maxsize=4096)(_make_key)


def label_of(text: str, labels: Mapping[str, object]) -> str:
    """The key of a label in a header cell that holds hints besides, in brackets or on lines of their own; else ""."""
    if key := known_key(label_key(text), labels):
        return key
    first, _, rest = tidy(text).partition("\n")
    if rest and all(is_hint(line) for line in rest.split("\n")):
        return known_key(label_key(first), labels)
    return ""


def known_key(key: str, labels: Mapping[str, object]) -> str:
    """The key if it is one of some labels, or what is left of it without number or mark before it; else ""."""
    return key if key in labels else bare if (bare := _without_marks(key)) in labels else ""


@lru_cache(maxsize=4096)
def _without_marks(key: str) -> str:
    return re.sub(rf"\A{catalog.reading().label_marks}", "", key)


@cache
def _brackets() -> str:
    return narrow("".join(catalog.reading().hint_brackets))


@cache
def _hint() -> re.Pattern[str]:
    pairs = [[re.escape(narrow(bracket)) for bracket in pair] for pair in catalog.reading().hint_brackets]
    return re.compile("|".join(rf"{opening}.*?(?:{closing}|\Z)" for opening, closing in pairs))


def is_hint(text: str) -> bool:
    """Whether a header cell only says how to fill in: （年月日）, %, 必填."""
    key = key_text(text).strip("*:")
    return not key or not _hint().sub("", key) or key.lower() in _hint_words() or bool(_hint_example().match(key))


@cache
def _hint_example() -> re.Pattern[str]:
    return re.compile(catalog.reading().hint_example)


@cache
def _hint_words() -> frozenset[str]:
    return frozenset(key_text(word).lower() for word in catalog.reading().hint_words)


@kept_by_forms()
def form_labels(name: str) -> Mapping[str, tuple[str, bool]]:
    """By label in normal form: the column's name, and whether that label is an alias; a form's own label wins."""
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
    header = tuple(texts)
    is_usual = len(header) <= _MOST_CELLS and all(len(text.text) <= LONGEST_LABEL for text in header)
    return _cached_headings(header, form.name) if is_usual else _headings(header, form.name)


def _headings(texts: tuple[HeaderText, ...], form_name: str) -> tuple[Heading, ...]:
    form, labels = catalog.forms()[form_name], form_labels(form_name)
    offsets: dict[str, int] = {}
    for wants_alias in (False, True):  # an exact label anywhere comes before an alias of the same column
        for text in texts:
            name, is_alias = labels.get(text.key, ("", False))
            if name and is_alias is wants_alias and name not in offsets:
                offsets[name] = text.offset
    by_offset = {offset: name for name, offset in offsets.items()}
    moved = _columns_out_of_order(by_offset, form)
    return tuple(
        Heading(
            offset=text.offset,
            text=tidy(text.text),
            line=text.line,
            column=by_offset.get(text.offset, ""),
            deviation=_deviation(text, form.column(by_offset[text.offset]), text.offset in moved)
            if text.offset in by_offset
            else "",
        )
        for text in texts
    )


# The header of a template is that of all its copies.
_cached_headings = kept_by_forms(64)(_headings)


def _deviation(header: HeaderText, column: Column, is_moved: bool) -> str:
    """How a header differs from the column's label, in its words, spaces or place; stars and hints do not count."""
    if header.key != label_key(column.label):
        return "alias"
    has_label = column.label in header.text or column.label in _hint().sub("", narrow(header.text))
    if label_key(header.text) == header.key and not (has_label and tidy(header.text) == header.text):
        return "spaces"
    return "moved" if is_moved else ""


def _columns_out_of_order(by_offset: Mapping[int, str], form: Form) -> set[int]:
    """The offsets of columns that stand out of order: all but a longest run that keeps the form's order."""
    runs: list[list[int]] = []
    for offset in sorted(by_offset):
        position = form.positions[by_offset[offset]]
        extendable = [run for run in runs if form.positions[by_offset[run[-1]]] < position]
        runs.append([*_longest_run(extendable), offset])
    return set(by_offset) - set(_longest_run(runs))


def _longest_run(runs: Sequence[list[int]]) -> list[int]:
    """The first of the longest runs, [] if there is none."""
    return max(runs, key=len, default=[])


# ---- headers that are nearly ours


def near_misses(headings: Sequence[Heading], form: Form) -> dict[str, Heading]:
    """By missing column the header that nearly is its label; the first such header counts."""
    labels, present = form_labels(form.name), {heading.column for heading in headings}
    foreign = [h for h in headings if not h.column and not is_serial(h.text) and not is_self_check(h.text)]
    missing_labels = {label: name for label, (name, _) in labels.items() if name not in present} if foreign else {}
    found: dict[str, Heading] = {}
    for heading in foreign:
        near = nearest(label_key(heading.text)[:LONGEST_LABEL], missing_labels)
        if near and missing_labels[near] not in found:
            found[missing_labels[near]] = heading
    return found
