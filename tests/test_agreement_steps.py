"""Sheet and Python agree whatever a clerk does to the rows: sorted, inserted, deleted, cut, pasted, cleared, saved."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from agreement_bench import FIRST, Bench, bench, compared, good_cover
from agreement_cases import RawRow, directed_rows, good_cases
from agreement_rows import drawn_rows
from returns import DAY, settings_for
from soffice import needs_soffice
from uno_office import opened

from rectify_xl.excel.templates import selfcheck_sheets
from rectify_xl.facts import catalog
from rectify_xl.kinds import CellError
from rectify_xl.layouts.layout import cell_name, column_letter
from rectify_xl.selfcheck.places import Plan, Total
from rectify_xl.selfcheck.rows import HelperColumn, helper_columns
from rectify_xl.selfcheck.strict import strict_sheet
from rectify_xl.selfcheck.true_values import row_text
from rectify_xl.selfcheck.words import LEVEL_STEP

pytestmark = needs_soffice

SETTINGS = settings_for("gdsta")
COVER = good_cover(SETTINGS)
# What is counted whatever stands below the prepared rows and wherever the header is.
COUNTED = (Total.USED, Total.ERRORS, Total.WARNINGS)
FILLED, PREPARED = 60, 100


def rows_for(name: str) -> list[RawRow]:
    form = catalog.forms()[name]
    return [*directed_rows(form, SETTINGS)[: FILLED // 2], *drawn_rows(form, SETTINGS, FILLED // 2, 2005)]


class Sheet:
    """A form's sheet under a clerk's hands: what he may do, with the header where it has gone."""

    def __init__(self, seat: Bench) -> None:
        self.seat, self.header = seat, FIRST - 1
        self.title, self.last = seat.form.title, column_letter(len(seat.form.columns) - 1)

    def area(self, first: int, last: int) -> str:
        """Prepared rows, counted from 1."""
        return f"A{self.header + first}:{self.last}{self.header + last}"

    def insert(self, place: int, count: int = 1) -> None:
        """Also right under the header: the row is open, for the labels are."""
        self.seat.book.insert_rows(self.title, self.header + place, count)

    def insert_above_header(self) -> None:
        self.seat.book.insert_rows(self.title, 2)
        self.header += 1

    def delete(self, place: int, count: int = 1) -> None:
        """A row inserted under the header keeps its locked 自检: to delete it protection must be lifted."""
        if place == 1:
            self.seat.book.unprotect(self.title)
        self.seat.book.delete_rows(self.title, self.header + place, count)

    def sort(self, by: int, *, with_check: bool = False, ascending: bool = True) -> None:
        area = self.area(1, self.seat.plan.rows)
        if with_check:
            area = area.replace(self.last, column_letter(len(self.seat.form.columns)))
        self.seat.book.sort(self.title, area, by=by, ascending=ascending)

    def cut(self, first: int, last: int, to: int) -> None:
        self.seat.book.move(self.title, self.area(first, last), cell_name(self.header + to, 0))

    def copy(self, first: int, last: int, to: int) -> None:
        self.seat.book.copy(self.title, self.area(first, last), cell_name(self.header + to, 0))

    def clear(self, first: int, last: int) -> None:
        self.seat.book.clear(self.title, self.area(first, last))

    def type(self, place: int, rows: list[RawRow]) -> None:
        self.seat.type_rows(rows, self.header + place)

    def agrees(self) -> str:
        """Where sheet and Python disagree after this: on the rows, on the figures, on each row's 自检; "" nowhere."""
        seat = self.seat
        seat.book.calculate()
        rows = seat.rows_on_sheet(self.header)
        if said := str(compared(seat, rows, COVER, COUNTED)):
            return said
        expected = {
            Total.ANCHOR: self.header,
            Total.DEEP: self.cells_below(),
            Total.INSERTED: self.used_rows_without_text(rows),
        }
        counted = {total: seat.figure(seat.plan, total) for total in expected}
        return "".join(f"{t}: {counted[t]}, not {n}" for t, n in expected.items() if counted[t] != n)

    def cells_below(self) -> int:
        below = self.seat.book.read(self.title, self.area(self.seat.plan.rows + 1, self.seat.plan.rows + 100))
        return sum(cell != "" for row in below for cell in row)

    def used_rows_without_text(self, rows: list[RawRow]) -> int:
        """Those, after comparing the texts that are there."""
        check = column_letter(len(self.seat.form.columns))
        area = f"{check}{self.header + 1}:{check}{self.header + len(rows)}"
        texts = [text for (text,) in self.seat.book.read(self.title, area)]
        judged = strict_sheet(self.seat.plan.strict, rows, DAY).rows
        for text, row in zip(texts, judged, strict=True):
            assert text in ("", row_text(self.seat.plan, row))
        return sum(row.is_used and text == "" for text, row in zip(texts, judged, strict=True))


def steps(rows: list[RawRow]) -> dict[str, Callable[[Sheet], Any]]:
    """What a clerk does one after another."""
    return {
        "type": lambda sheet: sheet.type(1, rows),
        "sort": lambda sheet: sheet.sort(1),
        "sort downwards with 自检": lambda sheet: sheet.sort(2, with_check=True, ascending=False),
        "insert in the middle": lambda sheet: sheet.insert(20, 2),
        "type into inserted rows": lambda sheet: sheet.type(20, rows[8:10]),
        "insert under the header": lambda sheet: sheet.insert(1),
        "type under the header": lambda sheet: sheet.type(1, rows[:1]),
        "insert at the end": lambda sheet: sheet.insert(sheet.seat.plan.rows),
        "insert above the header": lambda sheet: sheet.insert_above_header(),
        "delete in the middle": lambda sheet: sheet.delete(30, 3),
        "delete the first rows": lambda sheet: sheet.delete(1, 2),
        "cut a row": lambda sheet: sheet.cut(5, 5, 70),
        "cut the first row": lambda sheet: sheet.cut(1, 1, 71),
        "cut rows onto others": lambda sheet: sheet.cut(10, 12, 40),
        "paste rows over others": lambda sheet: sheet.copy(3, 8, 50),
        "type below the prepared rows": lambda sheet: sheet.type(sheet.seat.plan.rows + 1, rows[:2]),
        "sort with holes": lambda sheet: sheet.sort(1, with_check=True),
        "clear": lambda sheet: sheet.clear(15, 25),
        "fill again": lambda sheet: sheet.type(15, rows[5:16]),
    }


@pytest.mark.parametrize("name", ["measures", "survey"])
def test_whatever_is_done_to_the_rows_they_are_judged_alike(name: str, tmp_path: Path) -> None:
    rows = rows_for(name)
    with bench(tmp_path, catalog.forms()[name], SETTINGS, prepared=PREPARED) as seat:
        seat.type_cover(COVER)
        sheet = Sheet(seat)
        for step, do in steps(rows).items():
            do(sheet)
            assert sheet.agrees() == "", step
        saved = seat.book.save(tmp_path / "saved.xlsx")
    with opened(saved) as book:
        sheet.seat = replace(seat, book=book)
        assert sheet.agrees() == "", "saved and opened again"
        sheet.insert(3)
        sheet.type(3, rows[:1])
        assert sheet.agrees() == "", "a row inserted after that"


def test_rows_read_from_a_fixed_block_are_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole_column = re.compile(r"INDEX\(('[^']+'!)\$([A-Z]+):\$[A-Z]+,[^()]*\+@P\)")

    block = rf"INDEX(\1$\2${FIRST}:$\2${FIRST + PREPARED - 1},@P)"

    def addressed(plan: Plan, first_cover_row: int) -> tuple[HelperColumn, ...]:
        columns = helper_columns(plan, first_cover_row)
        return tuple(replace(c, formula=whole_column.sub(block, c.formula)) for c in columns)

    monkeypatch.setattr(selfcheck_sheets, "helper_columns", addressed)
    rows = rows_for("guidance")
    with bench(tmp_path, catalog.forms()["guidance"], SETTINGS, prepared=PREPARED) as seat:
        seat.type_cover(COVER)
        sheet = Sheet(seat)
        found_out = []
        for step, do in list(steps(rows).items())[:7]:
            do(sheet)
            found_out += [step] if sheet.agrees() else []
    assert "type" not in found_out
    assert "type under the header" in found_out


def test_what_stands_below_the_prepared_rows_keeps_the_workbook_back(tmp_path: Path) -> None:
    form = catalog.forms()["ledger"]
    words = catalog.words("selfcheck")["cover"]
    with bench(tmp_path, form, SETTINGS, prepared=PREPARED) as seat:
        seat.type_cover(COVER)
        sheet = Sheet(seat)
        sheet.type(1, good_cases(form)[:1])
        assert sheet.agrees() == ""
        assert seat.verdict() == words["ready"]
        sheet.type(seat.plan.rows + 1, good_cases(form)[1:2])
        assert sheet.agrees() == ""
        assert seat.figure(seat.plan, Total.ERRORS) == 0
        assert seat.verdict() == words["not_ready"]
        sheet.clear(seat.plan.rows + 1, seat.plan.rows + 1)
        assert sheet.agrees() == ""
        assert seat.verdict() == words["ready"]


def test_an_inserted_row_is_judged(tmp_path: Path) -> None:
    form = catalog.forms()["guidance"]
    words = catalog.words("selfcheck")["cover"]
    good = good_cases(form)[0]
    with bench(tmp_path, form, SETTINGS, prepared=PREPARED) as seat:
        seat.type_cover(COVER)
        sheet = Sheet(seat)
        sheet.type(1, [good, (f"{good[0]}之二", *good[1:])])
        assert (sheet.agrees(), seat.verdict()) == ("", words["ready"])
        for place in (1, 3):
            sheet.insert(place)
            sheet.type(place, [(CellError("#REF!"), *good[1:])])
            assert (sheet.agrees(), seat.verdict()) == ("", words["not_ready"])
            sheet.delete(place)
            assert (sheet.agrees(), seat.verdict()) == ("", words["ready"])


def test_a_wrong_cover_keeps_the_workbook_back(tmp_path: Path) -> None:
    words = catalog.words("selfcheck")["cover"]
    with bench(tmp_path, catalog.forms()["filings"], SETTINGS, prepared=PREPARED) as seat:
        seat.type_cover(COVER)
        assert (Sheet(seat).agrees(), seat.verdict()) == ("", words["ready"])
        seat.type_cover(tuple("" if cell == DAY else cell for cell in COVER))
        seat.book.calculate()
        assert seat.verdict() == words["not_ready"]


# ---- colours


class _Fills(HTMLParser):
    """The background of every cell of a sheet saved as HTML, by sheet and row."""

    def __init__(self) -> None:
        super().__init__()
        self.sheets: list[list[list[str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        if tag == "table":
            self.sheets.append([])
        elif tag == "tr":
            self.sheets[-1].append([])
        elif tag == "td":
            self.sheets[-1][-1] += [known.get("bgcolor") or ""] * int(known.get("colspan") or 1)


def levels_shown(sheet: Sheet, path: Path, count: int) -> list[list[int]]:
    """What the colours of the header and the first prepared rows say: 1 error, 2 warning, 0 neither."""
    fills = _Fills()
    fills.feed(sheet.seat.book.save(path).read_text(encoding="utf-8"))
    paint = catalog.words("style")["colours"]
    levels = {paint["red"].upper(): 1, paint["amber"].upper(): 2}
    rows = fills.sheets[1][sheet.header - 1 : sheet.header + count]
    return [[levels.get(fill.upper(), 0) for fill in row[: len(sheet.seat.form.columns)]] for row in rows]


def levels_told(seat: Bench, count: int) -> list[list[int]]:
    """The levels of what the helper sheet tells of them."""
    first, last = seat.plan.letters.problems[0], seat.plan.letters.problems[-1]
    cells = seat.book.read(seat.plan.title, f"{first}{seat.plan.row(0)}:{last}{seat.plan.row(count)}")
    return [[int(cell or 0) // LEVEL_STEP for cell in row] for row in cells]


@pytest.mark.parametrize(("name", "warned"), [("measures", {"review_result": "退回修改"}), ("survey", {})])
def test_a_cell_has_the_colour_of_what_is_told_of_it(name: str, warned: dict[str, str], tmp_path: Path) -> None:
    form = catalog.forms()[name]
    # Of a survey the header is told what the sheet lacks, where every row can be read.
    rows = [row for row in rows_for(name) if name != "survey" or row[0] in SETTINGS.lists["participant"][-2:]]
    if warned:  # for what is drawn may break no rule that only warns
        rows[0] = tuple(warned.get(column.name, cell) for column, cell in zip(form.columns, rows[0], strict=True))
    with bench(tmp_path, form, SETTINGS, prepared=PREPARED) as seat:
        seat.type_cover(COVER)
        sheet = Sheet(seat)
        shown: set[int] = set()
        for step, do in list(steps(rows).items())[:9]:
            do(sheet)
            seat.book.calculate()
            told = levels_told(seat, FILLED)
            assert levels_shown(sheet, tmp_path / "shown.html", FILLED) == told, step
            shown |= {level for row in told for level in row}
    assert shown == {0, 1, 2}
