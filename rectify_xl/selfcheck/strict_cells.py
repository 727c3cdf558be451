"""One cell read strictly: what a formula finds in it, and its value and code as the template's formulas have them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from rectify_xl.facts import catalog
from rectify_xl.kinds import CellError, NoValue, excel_length, percent_range
from rectify_xl.model import Column, Settings

# Characters that stand for a space, and those that are left out: nobody sees them, and the last begins our own marks.
SPACES = "\u00a0\u3000\u2003\t\n\r"
UNSEEN = "\u200b\u200c\u200d\ufeff\u2400"
# What may stand between two people instead of the mark between them, and that mark.
BETWEEN_PEOPLE, PEOPLE_MARK = ",\uff0c;\uff1b/\uff0f", "\u3001"
# Full-width characters that two equal texts may differ in, and their usual forms.
FOLDED = {chr(ord(usual) + 0xFEE0): usual for usual in "0123456789,:;?()"}
# Cell codes whose value no rule may use, if there is none.
UNREADABLE = frozenset(("choice", "date", "number", "range", "error-value"))
DAY_ZERO = date(1899, 12, 30)

_SPACED = str.maketrans(dict.fromkeys(SPACES, " ") | dict.fromkeys(UNSEEN, ""))
_APART = str.maketrans(dict.fromkeys(BETWEEN_PEOPLE, PEOPLE_MARK))
_NARROWED = str.maketrans(FOLDED | {" ": ""})

Seen = str | float | CellError | NoValue
Reader = Callable[[Seen], tuple[Any, str]]


# The codes that a cell of each kind may have besides error-value and required, in the order in which it is tested.
CELL_CODES: Mapping[str, tuple[str, ...]] = {
    "text": ("number", "length"),
    "people": ("number", "length"),
    "id": ("number", "length"),
    "choice": ("choice",),
    "yesno": ("choice",),
    "date": ("date",),
    "integer": ("number", "range"),
    "percent": ("number", "range"),
}


def normal(text: str, blanks: frozenset[str] = frozenset()) -> str:
    """The text without unseen characters, its spaces ordinary, single and inside; "" for one of `blanks`."""
    tidied = " ".join(filter(None, text.translate(_SPACED).split(" ")))
    return "" if tidied in blanks else tidied


def key_of_text(text: str) -> str:
    """What two texts in normal form are compared by: without spaces, in the usual widths."""
    return text.translate(_NARROWED)


def seen(raw: Any) -> Seen:
    """What a formula finds in a cell: "" for a blank, a text, a number (dates too), or an error."""
    if raw is None or isinstance(raw, (str, CellError, NoValue)):
        return "" if raw is None else raw
    if isinstance(raw, bool):
        return str(raw).upper()
    if isinstance(raw, datetime):
        return (raw.replace(tzinfo=None) - datetime.combine(DAY_ZERO, time())) / timedelta(days=1)
    if isinstance(raw, date):
        return float((raw - DAY_ZERO).days)
    if isinstance(raw, time):
        return (raw.hour * 3600 + raw.minute * 60 + raw.second) / 86400
    return raw / timedelta(days=1) if isinstance(raw, timedelta) else float(raw)


def number_text(number: float) -> str:
    """A number as a formula turns it into text."""
    return str(int(number)) if number.is_integer() else f"{number:.15g}"


def reader_for(column: Column, settings: Settings) -> Reader:
    """(value, code) of what is seen in a cell of the column; the value is None where the code is unreadable."""
    read = READERS[column.kind](column, settings)

    def read_cell(cell: Seen) -> tuple[Any, str]:
        if isinstance(cell, (CellError, NoValue)):
            return None, "error-value"
        return (None, "") if cell == "" else read(cell)

    return read_cell


def blanks_of(column: Column, settings: Settings) -> tuple[str, ...]:
    """The words that mean nothing in the column: none of its options is one."""
    options = settings.lists.get(column.choices, ())
    return tuple(word for word in catalog.reading().blanks if word not in options)


def most_number() -> float:
    """The first whole number with more digits than Excel keeps."""
    return 10.0 ** catalog.reading().most_digits


def first_serials() -> tuple[int, int]:
    """The first day of the sensible years and the first after them, as Excel counts days."""
    facts = catalog.reading()
    return (date(facts.earliest_year, 1, 1) - DAY_ZERO).days, (date(facts.latest_year + 1, 1, 1) - DAY_ZERO).days


def day_in(cell: Seen) -> date | None:
    """The day that a number stands for, None for a text and for a day outside the sensible years."""
    first, after = first_serials()
    return DAY_ZERO + timedelta(days=int(cell)) if isinstance(cell, float) and first <= cell < after else None


def _text_reader(column: Column, settings: Settings) -> Reader:
    blanks = frozenset(blanks_of(column, settings))
    low, high = column.length or (0, catalog.reading().longest_text)
    apart = _APART if column.kind == "people" else {}

    def read(cell: Seen) -> tuple[Any, str]:
        text = number_text(cell) if isinstance(cell, float) else cell
        value = normal(text, blanks).translate(apart)
        if not value:
            return None, ""
        if isinstance(cell, float) and abs(cell) >= most_number():
            return value, "number"
        return value, "" if excel_length(value) >= low and excel_length(text) <= high else "length"

    return read


def _choice_reader(column: Column, settings: Settings) -> Reader:
    options = frozenset(settings.lists.get(column.choices, ()))
    blanks = frozenset(blanks_of(column, settings))

    def read(cell: Seen) -> tuple[Any, str]:
        text = number_text(cell) if isinstance(cell, float) else cell
        if text in options:
            return text, ""
        return None, "choice" if normal(text, blanks) else ""

    return read


def _date_reader(column: Column, settings: Settings) -> Reader:
    blanks = frozenset(blanks_of(column, settings))

    def read(cell: Seen) -> tuple[Any, str]:
        if isinstance(cell, float):
            day = day_in(cell)
            return day, "" if day else "date"
        return None, "date" if normal(cell, blanks) else ""

    return read


def _number_reader(column: Column, settings: Settings) -> Reader:
    blanks = frozenset(blanks_of(column, settings))
    low, high = range_of(column)

    def read(cell: Seen) -> tuple[Any, str]:
        if not isinstance(cell, float):
            return None, "number" if normal(cell, blanks) else ""
        if abs(cell) >= most_number() or (column.kind == "integer" and not cell.is_integer()):
            return None, "number"
        value = int(cell) if column.kind == "integer" else cell
        return (value, "") if low <= value <= high else (None, "range")

    return read


def range_of(column: Column) -> tuple[float, float]:
    """The least and the greatest number that the column takes."""
    if column.kind == "percent":
        return percent_range(column)
    return column.range or (-most_number(), most_number())


READERS: Mapping[str, Callable[[Column, Settings], Reader]] = {
    "text": _text_reader,
    "people": _text_reader,
    "id": _text_reader,
    "choice": _choice_reader,
    "yesno": _choice_reader,
    "date": _date_reader,
    "integer": _number_reader,
    "percent": _number_reader,
}
