"""Ways to write kinds of mistakes in a line: the places they apply to, and how their values are typed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from clean_rows import OFFICES, rows_for
from spoiling import Spoil

from rectify_xl.facts import catalog

# ---- where kinds apply

GDSTA = ("gdsta",)


def columns(*kinds: str, least: int = 0, required: bool | None = None, forms: Iterable[str] = ()) -> tuple[str, ...]:
    """The columns of all forms of some cell kinds that some clean row fills; texts with a least length, if said."""
    return tuple(
        f"{form.name}.{column.name}"
        for form in catalog.forms().values()
        for column in form.columns
        if (not kinds or column.kind in kinds)
        and (required is None or column.required is required)
        and (not least or (column.length is not None and column.length[0] >= least))
        and (not forms or form.name in forms)
        and any(row.get(column.name) is not None for row in rows_for(form.name, OFFICES[0]).values())
    )


def few(places: Sequence[str], count: int, turn: int = 0) -> tuple[str, ...]:
    """Some of the places, others for every turn."""
    step = max(len(places) // count, 1)
    return tuple(dict.fromkeys(places[(turn + number * step) % len(places)] for number in range(count)))


# ---- ways of typing


def typed(value: Any, number_format: str = "") -> Spoil:
    """Types a value."""
    return lambda paper: paper.put(value, number_format=number_format)


def retyped(change: Callable[[Any], Any], row: str = "") -> Spoil:
    """Types what is there in another way."""
    return lambda paper: paper.put(change(paper.value(row=row)), row=row)


def dated(pattern: str) -> Spoil:
    """Types the day that is there as a text (see `written`)."""
    return retyped(lambda day: written(day, pattern))


def wide(text: str) -> str:
    """A text in full width."""
    return text.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)})


def written(day: date, pattern: str) -> str:
    """A day in words: {y} {m} {d} as numbers, {mm} {dd} with two digits."""
    return pattern.format(y=day.year, m=day.month, d=day.day, mm=f"{day.month:02}", dd=f"{day.day:02}")
