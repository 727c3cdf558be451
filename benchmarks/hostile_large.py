"""Honest files that are large: more rows than any branch has, which must be judged within the limits of every file."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from html import escape
from typing import Any

from hostile_base import ACCEPTED, MAIN, RELATIONS, RETURNED, Kind, parts, rezipped, sheet_part, sound
from made_returns import ledger_row, spoil, text

from rectify_xl.layouts.layout import column_letter

_DAY_0 = date(1899, 12, 30)
# So many rows are made up; the others are these again, each with a problem and a measure of its own.
_DIFFERENT = 500
_TEXTS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
_ERROR = object()


class _Texts(dict[str, int]):
    """The numbers of shared texts."""

    def __missing__(self, text: str) -> int:
        return self.setdefault(text, len(self))


@cache
def _letters() -> Mapping[str, str]:
    """The letters of the form's columns, as the sound workbook has them."""
    return {column.name: column_letter(at) for at, column in enumerate(sound().forms[0].columns)}


def _cell(name: str, row: int, value: Any, day: str, texts: _Texts | None) -> str:
    at = f'<c r="{_letters()[name]}{row}"'
    if isinstance(value, date):
        return f'{at} s="{day}"><v>{(value - _DAY_0).days}</v></c>'
    if value is _ERROR:
        return f'{at} t="e"><v>#REF!</v></c>'
    if not isinstance(value, str):
        return f"{at}><v>{value}</v></c>"
    if texts is None:
        return f'{at} t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f'{at} t="s"><v>{texts[value]}</v></c>'


def many_rows(count: int, *, is_shared: bool = False, with_mistakes: bool = False, has_error: bool = False) -> bytes:
    """The sound workbook with that many rows, every tenth spoiled if asked for, an error value in one of the middle."""
    source, settings, xml = random.Random(1), sound().settings, parts()[sheet_part()].decode()
    found = re.search(r'<c r="R4"[^>]*? s="(\d+)"', xml)
    day, texts = found[1] if found else "0", _Texts() if is_shared else None
    order = list(_letters())
    different = [ledger_row(source, number, settings) for number in range(_DIFFERENT)]
    ends = [text(source, 40) for _ in range(_DIFFERENT)]
    made = []
    for row in range(4, count + 4):
        values = {
            **different[row % _DIFFERENT],
            "problem": f"{row}、{ends[row % 499]}",
            "measure": f"{ends[row % 491]}{row}",
        }
        if with_mistakes and row % 10 == 3:
            spoil(source, values)
        if has_error and row == count // 2:
            values["problem"] = _ERROR
        cells = [_cell(name, row, values[name], day, texts) for name in order if values.get(name) is not None]
        made.append(f'<row r="{row}">{"".join(cells)}</row>')
    head, tail = xml[: xml.index('<row r="4"')], xml[xml.index("</sheetData>") :]
    held = parts() | {sheet_part(): f"{head}{''.join(made)}{tail}".encode()}
    if texts is not None:
        held |= _with_texts(held, texts)
    return rezipped(held)


def _with_texts(held: Mapping[str, bytes], texts: _Texts) -> dict[str, bytes]:
    """The part of shared texts, and that the workbook has it."""
    told = "".join(f"<si><t>{escape(text)}</t></si>" for text in texts)
    relation = f'<Relationship Id="texts" Type="{_TEXTS}" Target="sharedStrings.xml"/></Relationships>'.encode()
    return {
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{told}</sst>'.encode(),
        RELATIONS: held[RELATIONS].replace(b"</Relationships>", relation),
    }


LARGE = (
    Kind(name="60,000 rows, all columns", verdict=ACCEPTED, make=lambda: many_rows(60_000), heavy=True),
    Kind(name="60,000 rows of shared texts", verdict=ACCEPTED, make=lambda: many_rows(60_000, is_shared=True), heavy=True),
    Kind(name="60,000 rows, every tenth wrong", verdict=RETURNED, code="date", make=lambda: many_rows(60_000, with_mistakes=True), heavy=True),
    Kind(name="60,000 rows, one error value", verdict=RETURNED, code="error-value", cell="B30000", make=lambda: many_rows(60_000, has_error=True), heavy=True),
)  # fmt: skip
