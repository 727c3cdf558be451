"""The strict reading of a cell once more, as Excel formulas: the twin of `strict_cells`, step for step.

Functions of Excel 2007 alone. A formula is a text without its =; `cell` is the reference to what was typed (a copy on
the helper sheet, "" where it is blank), `value` the reference to what the value formula made of it: the value itself,
"" for nothing, or a mark (which begins with a sign that normal form leaves out).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from rectify_xl.model import Column
from rectify_xl.selfcheck.strict_cells import (
    BETWEEN_PEOPLE,
    FOLDED,
    PEOPLE_MARK,
    SPACES,
    UNSEEN,
    first_serials,
    most_number,
    range_of,
)

# What stands for a value that cannot be used: an error value, what its kind cannot read, a number out of range.
MARK = UNSEEN[-1]
ERROR_MARK, UNREAD_MARK, RANGE_MARK = f"{MARK}!", f"{MARK}?", f"{MARK}#"
# Excel takes 255 characters of text in a formula, a rare one counting twice.
_LONGEST = 120
_NUMBERS = ("integer", "percent")
# Two spaces never stand side by side in normal form: they fence a word off.
_FENCE = "  "


@dataclass(frozen=True, kw_only=True, slots=True)
class Signs:
    """The cells that hold what normal form replaces: by reference a formula is half as long as with every sign in it.

    `words` are the words that mean nothing, each within its fence (see `signs`).
    """

    nothing: str
    space: str
    fence: str
    spaces: tuple[str, ...]
    unseen: tuple[str, ...]
    words: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class CellContext:
    """The inputs of a value formula besides the cell: the column, its words for nothing, the area of its options."""

    column: Column
    blanks: tuple[str, ...]
    options: str
    signs: Signs


def signs(blanks: Sequence[str]) -> tuple[str, ...]:
    """The contents of the cells of `Signs`, in its order."""
    return ("", " ", _FENCE, *SPACES, *UNSEEN, *(_FENCE + word + _FENCE for word in blanks))


def signs_in(cells: Sequence[str], blanks: Sequence[str]) -> Signs:
    """The signs as they stand in these cells."""
    nothing, space, fence, *rest = cells
    after = len(SPACES) + len(UNSEEN)
    spaces, unseen = tuple(rest[: len(SPACES)]), tuple(rest[len(SPACES) : after])
    words = dict(zip(blanks, rest[after:], strict=True))
    return Signs(nothing=nothing, space=space, fence=fence, spaces=spaces, unseen=unseen, words=words)


def quoted(text: str) -> str:
    """A text as it stands in a formula; in pieces where it is longer than Excel takes."""
    pieces = [text[at : at + _LONGEST] for at in range(0, len(text), _LONGEST)] or [""]
    return "&".join('"' + piece.replace('"', '""') + '"' for piece in pieces)


def number(value: float) -> str:
    """A number as it stands in a formula."""
    return f"{value:.15G}"


def exact_count(area: str, text: str) -> str:
    """How many cells of an area hold exactly that text."""
    return f"SUMPRODUCT(--EXACT({area},{text}))"


def is_unread(value: str) -> str:
    """Whether a value is a mark."""
    return f"EXACT(LEFT({value}),{quoted(MARK)})"


def all_readable(values: list[str]) -> str:
    """Whether none of the values is a mark."""
    return f"ISERROR(FIND({quoted(MARK)},{'&'.join(f'LEFT({value})' for value in values)}))"


def normal_formula(text: str, context: CellContext) -> str:
    """`strict_cells.normal` of a text in that column."""
    cells = context.signs
    for cell in cells.spaces:
        text = f"SUBSTITUTE({text},{cell},{cells.space})"
    for cell in cells.unseen:
        text = f"SUBSTITUTE({text},{cell},{cells.nothing})"
    text = f"{cells.fence}&TRIM({text})&{cells.fence}"
    for word in context.blanks:
        text = f"SUBSTITUTE({text},{cells.words[word]},{cells.nothing})"
    return f"TRIM({text})"


def key_formula(text: str) -> str:
    """`strict_cells.key_of_text` of a text."""
    text = f'SUBSTITUTE({text}," ","")'
    for wide, usual in FOLDED.items():
        text = f"SUBSTITUTE({text},{quoted(wide)},{quoted(usual)})"
    return text


# ---- the value of a cell, by kind


def value_formula(context: CellContext, cell: str) -> str:
    """The formula for the value of a cell. It mentions the cell rarely, since each mention is written in every row."""
    return VALUES[context.column.kind](context, cell)


def _text_value(context: CellContext, cell: str) -> str:
    text = normal_formula(cell, context)
    if context.column.kind == "people":
        for character in BETWEEN_PEOPLE:
            text = f"SUBSTITUTE({text},{quoted(character)},{quoted(PEOPLE_MARK)})"
    return f"IF(ISERROR({cell}),{quoted(ERROR_MARK)},{text})"


def _choice_value(context: CellContext, cell: str) -> str:
    """An option is its exact words: nothing is set right here."""
    other = _nothing_or_unread(context, cell)
    option = f'IF({exact_count(context.options, cell)}>0,{cell}&"",{other})' if context.options else other
    return f"IF(ISERROR({cell}),{quoted(ERROR_MARK)},{option})"


def _date_value(context: CellContext, cell: str) -> str:
    first, after = first_serials()
    day = f"IF(AND({cell}>={first},{cell}<{after}),INT({cell}),{quoted(UNREAD_MARK)})"
    return _number_or(context, cell, day)


def _number_value(context: CellContext, cell: str) -> str:
    is_small = f"ABS({cell})<{number(most_number())}"
    test = f"AND({is_small},INT({cell})={cell})" if context.column.kind == "integer" else is_small
    low, high = range_of(context.column)
    ranged = f"IF(OR({cell}<{number(low)},{cell}>{number(high)}),{quoted(RANGE_MARK)},{cell})"
    return _number_or(context, cell, f"IF({test},{ranged},{quoted(UNREAD_MARK)})")


def _number_or(context: CellContext, cell: str, read: str) -> str:
    error = f"IF(ISERROR({cell}),{quoted(ERROR_MARK)},{_nothing_or_unread(context, cell)})"
    return f"IF(ISNUMBER({cell}),{read},{error})"


def _nothing_or_unread(context: CellContext, cell: str) -> str:
    return f'IF(LEN({normal_formula(cell, context)})=0,"",{quoted(UNREAD_MARK)})'


VALUES: Mapping[str, Callable[[CellContext, str], str]] = {
    "text": _text_value,
    "people": _text_value,
    "id": _text_value,
    "choice": _choice_value,
    "yesno": _choice_value,
    "date": _date_value,
    "integer": _number_value,
    "percent": _number_value,
}


# ---- the code of a cell


def code_test(code: str, column: Column, cell: str, value: str) -> str:
    """Whether a cell of a used row has that code."""
    return CODES[code](column, cell, value)


def _is_error(column: Column, cell: str, value: str) -> str:
    return f"EXACT({value},{quoted(ERROR_MARK)})"


def _is_unreadable(column: Column, cell: str, value: str) -> str:
    return f"EXACT({value},{quoted(UNREAD_MARK)})"


def _is_not_a_number(column: Column, cell: str, value: str) -> str:
    """In a text column a number with more digits than Excel keeps; elsewhere what is no number."""
    if column.kind in _NUMBERS:
        return _is_unreadable(column, cell, value)
    return f"ABS(N({cell}))>={number(most_number())}"


def _is_too_long(column: Column, cell: str, value: str) -> str:
    low, high = column.length or (0, 0)
    return f"AND(LEN({value})>0,OR(LEN({value})<{low},LEN({cell})>{high}))"


def _is_out_of_range(column: Column, cell: str, value: str) -> str:
    return f"EXACT({value},{quoted(RANGE_MARK)})"


def _is_missing(column: Column, cell: str, value: str) -> str:
    return f"LEN({value})=0"


CODES: Mapping[str, Callable[[Column, str, str], str]] = {
    "error-value": _is_error,
    "choice": _is_unreadable,
    "date": _is_unreadable,
    "number": _is_not_a_number,
    "length": _is_too_long,
    "range": _is_out_of_range,
    "required": _is_missing,
}
