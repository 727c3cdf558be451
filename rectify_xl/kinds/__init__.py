"""One entry a cell kind: how a raw cell value is understood kindly, as real ledgers have it.

A parser takes what stands in a cell (never "" or None) and gives the typed value, None for a value that means
nothing (see blanks in facts/reading.toml), or a `Reading` when there is a finding. Typed values are: text,
choice, yesno, people and id `str`; date `datetime.date`; integer `int`; percent `float`, a fraction of one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rectify_xl.kinds.choices import choice_parser, nearest, yesno_parser
from rectify_xl.kinds.dates import STANDING, date_parser, from_1904
from rectify_xl.kinds.numbers import beyond, integer_parser, percent_parser, percent_range
from rectify_xl.kinds.reading import (
    DITTO,
    CellError,
    LongText,
    NoValue,
    Parser,
    Reading,
    Setting,
    as_text,
    excel_length,
    fixed,
    odd_value,
    unreadable,
)
from rectify_xl.kinds.texts import (
    id_parser,
    is_item_number,
    item_number,
    people_in,
    people_parser,
    text_parser,
    understood_number,
)
from rectify_xl.kinds.usual import Usual, usual_for
from rectify_xl.model import Column

__all__ = [
    "DITTO",
    "PARSERS",
    "STANDING",
    "CellError",
    "LongText",
    "NoValue",
    "Parser",
    "Reading",
    "Setting",
    "Usual",
    "as_text",
    "beyond",
    "excel_length",
    "fixed",
    "from_1904",
    "is_item_number",
    "item_number",
    "nearest",
    "odd_value",
    "parser_for",
    "people_in",
    "percent_range",
    "understood_number",
    "unreadable",
    "usual_for",
]

PARSERS: Mapping[str, Callable[[Column, Setting], Parser]] = {
    "text": text_parser,
    "choice": choice_parser,
    "date": date_parser,
    "integer": integer_parser,
    "percent": percent_parser,
    "yesno": yesno_parser,
    "people": people_parser,
    "id": id_parser,
}


def parser_for(column: Column, setting: Setting) -> Parser:
    """The parser of a column's cells."""
    return PARSERS[column.kind](column, setting)
