"""What the template itself shows of a spoiled workbook, opened in LibreOffice and calculated anew."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clean_returns import Clean

from rectify_xl.facts import catalog
from rectify_xl.layouts.layout import COVER_RESULT_ROW, COVER_VALUE, cell_name, column_letter, cover_first_row
from rectify_xl.selfcheck.places import CheckBook, Plan, Total, check_book

# What a cell is told lights it from this number on (see the conditions of `selfcheck_sheets`).
_LIT = 1000
TESTS = Path(__file__).parents[1] / "tests"


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What a clerk sees: the cells lit red or amber, the cover's result, and its lines that tell of something."""

    lit: frozenset[str] = frozenset()
    result: str = ""
    lines: tuple[str, ...] = ()
    trouble: str = ""

    def shows(self, places: Sequence[str]) -> str:
        """How a mistake at these places shows: "cell", "cover" (its result), "line" (one of its lines) or ""."""
        parts = [part for place in places for part in place.split("|")]
        if any(part in self.lit for part in parts):
            return "cell"
        words = catalog.words("selfcheck")["cover"]
        if self.result == words["not_ready"]:
            return "cover"
        return "line" if any(not line.startswith(words["fine"]) for line in self.lines) else ""

    def beside(self, places: Sequence[str]) -> tuple[str, ...]:
        """The cells that are lit without reason; a place may be a row or a whole sheet."""
        allowed = {part for place in places for part in place.split("|")}
        return tuple(sorted(cell for cell in self.lit if not allowed.intersection(_names_of(cell))))


def _names_of(cell: str) -> set[str]:
    sheet, _, at = cell.partition("!")
    return {cell, f"{sheet}!{at.lstrip('ABCDEFGHIJKLMNOPQRSTUVWXYZ')}", f"{sheet}!*"}


def absent() -> str:
    """Why nobody can look ("" if all is there): LibreOffice or its Python module is missing."""
    import pytest

    try:
        _office().office()
    except pytest.skip.Exception as missing:
        return str(missing)
    return ""


def _office() -> Any:
    """The tests' LibreOffice."""
    if str(TESTS) not in sys.path:
        sys.path.append(str(TESTS))
    import uno_office

    return uno_office


def look(path: Path, clean: Clean) -> Seen:
    """Opens a workbook made from a clean one, calculates it and tells what shows."""
    checks = check_book(clean.forms, clean.settings)
    uno_office = _office()
    try:
        with uno_office.opened(path) as book:
            book.calculate()
            return _seen(book, checks, clean)
    except uno_office.OfficeError as refusal:
        return Seen(trouble=str(refusal))


def _seen(book: Any, checks: CheckBook, clean: Clean) -> Seen:
    lit: set[str] = set()
    for plan in checks.plans:
        lit |= _lit(book, plan, clean)
    cover = catalog.cover().sheet
    if cover not in book.sheets:
        return Seen(lit=frozenset(lit), trouble="no cover")
    letter = column_letter(COVER_VALUE)
    first = COVER_RESULT_ROW + 1
    cells = book.read(cover, f"{letter}{first}:{letter}{first + 1 + len(clean.forms)}")
    result, *lines = (str(row[0]) for row in cells)
    return Seen(lit=frozenset(lit), result=result, lines=tuple(lines))


def _lit(book: Any, plan: Plan, clean: Clean) -> set[str]:
    """The places of a form (or the cover) that the helper sheet tells something of."""
    if plan.sheet not in book.sheets or plan.title not in book.sheets:
        return set()
    told = plan.letters.problems
    rows = book.read(plan.title, f"{told[0]}{plan.first_row - 1}:{told[-1]}{plan.last_row}")
    numbers = {
        (at, place): number
        for at, row in enumerate(rows)
        for place, number in enumerate(row)
        if isinstance(number, float) and number >= _LIT
    }
    if plan.index == 0:
        first = cover_first_row(len(clean.forms)) + 1
        return {f"{plan.sheet}!{cell_name(first + place, COVER_VALUE)}" for at, place in numbers if at == 1}
    anchor = int(book.read(plan.title, plan.total(Total.ANCHOR).replace("$", ""))[0][0])
    return {f"{plan.sheet}!{cell_name(anchor + at, place)}" for at, place in numbers}
