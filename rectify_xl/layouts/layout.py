"""Where things stand in a template of ours and which edition it is: all that its writer and its reader share."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any

from rectify_xl.facts import catalog
from rectify_xl.model import Column, Form
from rectify_xl.normal import display_width

# Rows of a form's sheet (0-based): a title, the notes, the header, and the rows prepared for entries.
TITLE_ROW, NOTES_ROW, HEADER_ROW, FIRST_ROW = 0, 1, 2, 3
PREPARED_ROWS = 200
REQUIRED_MARK = "*"
# The defined names that begin so lead to the texts of the self-check; no other formula of a form's sheet is ours.
CHECK_TEXT_NAME = "chk_text"
# Columns of the cover (0-based): the mark of a required field, its label, its value, a way to what is wrong.
COVER_MARK, COVER_LABEL, COVER_VALUE, COVER_LINK = 0, 1, 2, 3
# Rows of the cover (0-based): title, subtitle, the self-check's result with a line for the cover and each form.
COVER_TITLE_ROW, COVER_SUBTITLE_ROW, COVER_RESULT_ROW = 1, 2, 4
# Rows that a form keeps free below what it was filled with.
_ROOM = 50

_EDITION = re.compile(r"(?P<name>[^\s;]+) (?P<version>\d{1,9}) (?P<digits>[0-9a-f]{8})")


def cover_first_row(forms: int) -> int:
    """The row (0-based) of the cover's first field in a workbook of so many forms: below the self-check's lines."""
    return COVER_RESULT_ROW + forms + 4


def prepared_rows(filled: int) -> int:
    """How many rows a form's sheet is prepared for when so many are filled already."""
    return max(PREPARED_ROWS, -(-(filled + _ROOM) // _ROOM) * _ROOM)


@lru_cache(maxsize=1024)
def column_letter(index: int) -> str:
    """Excel's letters of the column `index`, counted from 0: 0 is A, 26 is AA."""
    letters = ""
    while index >= 0:
        index, rest = divmod(index, 26)
        letters = chr(ord("A") + rest) + letters
        index -= 1
    return letters


def cell_name(row: int, index: int) -> str:
    """The name of a cell by Excel's row number (from 1) and the column's index (from 0): (4, 2) is C4."""
    return f"{column_letter(index)}{row}"


# ---- the edition


def stamp_for(forms: Sequence[Form]) -> str:
    """Which edition of which forms a workbook holds, as its cover prints it: `ledger 1 3fa9c1d2; survey 1 0a1b2c3d`."""
    return "; ".join(f"{form.name} {form.version} {fingerprint(form)[:8]}" for form in forms)


def parse_stamp(text: str) -> dict[str, tuple[int, str]] | None:
    """(version, first digits of the fingerprint) by form name; None if the text is no stamp of ours."""
    found = [_EDITION.fullmatch(part.strip()) for part in text.split(";")]
    editions = {m["name"]: (int(m["version"]), m["digits"]) for m in found if m}
    return editions if len(editions) == len(found) else None


def fingerprint(form: Form) -> str:
    """SHA-256 (hex) of what a form asks for: columns, rules and key. Notes, hints, aliases and widths don't count."""
    columns = [
        [c.name, c.label, c.kind, c.required, c.level, c.choices, c.length, c.range, c.assigned] for c in form.columns
    ]
    rules = [
        [r.code, r.column, r.level, r.when, r.holds, r.on, r.softened_by, r.all_of, r.or_only, r.between]
        for r in form.rules
    ]
    text = json.dumps(_plain([form.name, form.key, columns, rules]), ensure_ascii=False, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    """Records as lists headed by their name; a whole number is the same number however it was written."""
    if is_dataclass(value):
        return [type(value).__name__, *(_plain(getattr(value, f.name)) for f in fields(value))]
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


# ---- widths


def widths(form: Form, lists: Mapping[str, Sequence[str]] | None = None) -> tuple[float, ...]:
    """The width of each column in characters; `lists` gives the options of choice columns by list name.

    Where the columns leave room on a page of A4 across, those of free text take it.
    """
    table = catalog.words("style")["widths"]
    bare = [width_for(column, (lists or {}).get(column.choices, ())) for column in form.columns]
    free = [column.kind == "text" and column.width is None for column in form.columns]
    taken = sum(width for width, is_free in zip(bare, free, strict=True) if not is_free)
    wanted = sum(bare) - taken
    share = (table["page"] - taken) / wanted if wanted else 1.0
    factor = min(max(share, 1.0), table["stretch_most"])
    return tuple(round(w * factor, 1) if is_free else w for w, is_free in zip(bare, free, strict=True))


def width_for(column: Column, options: Sequence[str] = ()) -> float:
    """A column's width in characters: as declared, else by its kind, its length or its options, and its header."""
    if column.width is not None:
        return column.width
    table = catalog.words("style")["widths"]
    body = table[column.kind]
    if options:
        longest = max(display_width(option) for option in options)
        body = min(max(body, longest + table["option_margin"]), table["choice_most"])
    elif column.length:
        body = next(width for most, width in table["text_by_length"] if column.length[1] <= most)
    return float(max(body, _header_width(column.label, body, table)))


def _header_width(label: str, body: float, table: Mapping[str, Any]) -> float:
    """What a label needs so that it breaks well in a column of at least that body."""
    halved: float = 2 * -(-len(label) // 2) + table["half_margin"]
    whole: float = 2 * len(label) + table["header_margin"]
    return whole if len(label) <= table["header_short"] and body > halved else halved
