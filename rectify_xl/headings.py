"""What the header of a form's sheet says: which cell heads which column, and what is told of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from rectify_xl import catalog
from rectify_xl.model import Column, Form
from rectify_xl.normal import key_text, narrow, tidy


@dataclass(frozen=True, kw_only=True, slots=True)
class Heading:
    """One header cell: its place in the rows (`offset`), its text, the column it is of ("" if none of ours)."""

    offset: int
    text: str
    column: str = ""
    told: str = ""  # "", "alias", "spaces" or "moved": why fixed-header is told


def label_key(text: str) -> str:
    """A label as it is compared: no star, no colon, no hint in brackets, no spaces, usual width."""
    key = key_text(text).rstrip("*:").lstrip("*")
    return _hint().sub("", key).rstrip("*:") or key


@cache
def _hint() -> re.Pattern[str]:
    pairs = {"（": "）", "(": ")", "【": "】", "[": "]"}
    opened = [narrow(b) for b in catalog.reading().hint_brackets]
    closed = [narrow(pairs.get(b, b)) for b in catalog.reading().hint_brackets]
    either = "|".join(f"{re.escape(a)}.*?{re.escape(b)}" for a, b in zip(opened, closed, strict=True))
    return re.compile(f"(?:{either})\\Z")


@cache
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
    return key_text(text) in {key_text(label) for label in catalog.reading().serial_labels}


def is_self_check(text: str) -> bool:
    """Whether a header is that of the self-check column of our templates."""
    return key_text(text).startswith(catalog.reading().self_check_label)


def headings_of(row: Sequence[Any], form: Form) -> tuple[Heading, ...]:
    """The header cells of a row, each with the column of the form that it heads."""
    labels = form_labels(form.name)
    texts = [(offset, str(value)) for offset, value in enumerate(row) if value != ""]
    taken: dict[str, int] = {}
    for wants_alias in (False, True):  # an exact label anywhere on the row comes before an alias of the same column
        for offset, text in texts:
            name, alias = labels.get(label_key(text), ("", False))
            if name and alias is wants_alias and name not in taken:
                taken[name] = offset
    by_offset = {offset: name for name, offset in taken.items()}
    moved = _moved(by_offset, form)
    return tuple(
        Heading(
            offset=offset,
            text=tidy(text),
            column=by_offset.get(offset, ""),
            told=_told(text, form.column(by_offset[offset]), offset in moved) if offset in by_offset else "",
        )
        for offset, text in texts
    )


def _told(text: str, column: Column, is_moved: bool) -> str:
    """Why a header is told: another word for it, spaces or widths in it, or its place. A star or a hint is no news."""
    if label_key(text) != label_key(column.label):
        return "alias"
    if not tidy(text).lstrip("*＊").startswith(column.label) or tidy(text) != text:
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
