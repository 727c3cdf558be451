"""The proof of agreement: what a template's self-check says of a row is what Python's strict reading says of it.

A run of the tests judges some 2,800 rows of all forms in both offices; `make agreement` draws 10,000. AGREEMENT_ROWS
says how many are drawn, AGREEMENT_SEED which ones; what does not agree is shown with its seed, cells and formula.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from agreement_bench import FIRST, Bench, bench, compared, good_cover, judged, made_rows
from agreement_cases import Raw, RawRow, covers, directed_rows, good_cases
from agreement_rows import drawn_rows, in_tables
from returns import settings_for
from soffice import needs_soffice

from rectify_xl.excel.reading.reader import read_workbook
from rectify_xl.facts import catalog
from rectify_xl.judging.recognise import sort_sheets
from rectify_xl.kinds import CellError
from rectify_xl.selfcheck.places import Total
from rectify_xl.selfcheck.strict import Problem

pytestmark = needs_soffice

FORMS = catalog.forms()
OFFICES = {name: settings_for(name) for name in ("gdsta", "sysu")}
SEED = int(os.environ.get("AGREEMENT_SEED", "2005"))
EACH = -(-int(os.environ.get("AGREEMENT_ROWS", "800")) // (len(FORMS) * len(OFFICES)))
SIZE = 40


def tables_for(seat: Bench) -> list[tuple[list[RawRow], RawRow]]:
    """Tables with the cover over each: rows made for every rule under a good cover, drawn rows under covers in turn.

    The made rows and the first drawn ones fill a sheet, for every calculation costs the same however few its rows are.
    Rows are searched for what they break in the first office alone: it dates its stage, and has all the rules.
    """
    first, *drawn = in_tables(drawn_rows(seat.form, seat.settings, EACH, SEED), SIZE)
    good, *others = covers(seat.settings)
    make = made_rows if seat.settings == next(iter(OFFICES.values())) else directed_rows
    made = in_tables([*make(seat.form, seat.settings), *first], seat.plan.rows)
    turns = [*others, good] * len(drawn)
    return [(table, good) for table in made] + list(zip(drawn, turns, strict=False))


def read_back_otherwise(seat: Bench, saved: Path, count: int, cover: RawRow) -> str:
    """Where rows judged and then saved are judged otherwise as they are read back; "" nowhere.

    Done with the first table of a form, for to draw, write, open and judge another one took half of all the time.
    """
    (sheet,) = sort_sheets(read_workbook(saved.read_bytes()).sheets).forms
    first = FIRST - sheet.grid.first_row
    places = [sheet.offsets[column.name] for column in seat.form.columns]
    cells = [[*row, *[""] * len(places)] for row in sheet.grid.rows[first : first + count]]
    outcome = compared(seat, [tuple(row[place] for place in places) for row in cells], cover)
    # A day before 1900 is no day to any reader: of what is read back only verdicts are compared, not every value.
    return "\n".join(str(one) for one in outcome.disagreements if isinstance(one.what, Problem))


@pytest.mark.parametrize("name", FORMS)
def test_of_every_row_the_sheet_says_what_python_says_and_saved_too(name: str, tmp_path: Path) -> None:
    told: set[Problem] = set()
    possible: set[Problem] = set()
    judged_rows = 0
    for office, settings in OFFICES.items():
        with bench(tmp_path, FORMS[name], settings) as seat:
            possible |= set(seat.plan.numbers)
            for number, (table, cover) in enumerate(tables_for(seat)):
                outcome = judged(seat, table, cover, seat.plan.rows)
                assert str(outcome) == "", f"{office}, table {number}, seed {SEED}"
                told |= outcome.told
                judged_rows += len(table)
                if office == "gdsta" and not number:
                    saved = seat.book.save(tmp_path / "saved.xlsx")
                    assert read_back_otherwise(seat, saved, len(table), cover) == ""
    assert judged_rows >= len(OFFICES) * (EACH + 40)
    assert possible - told == set(), "no row was told this"


KINDS = ("本单位党员", "基层群众", "民主党派人士", "离退休干部职工", "服务对象")
PARTICIPANTS: dict[tuple[Raw, ...], bool] = {
    (): False,
    KINDS: False,
    (*KINDS, "不区分"): False,
    ("不区分",): False,
    ("不区分", "不区分", ""): False,
    KINDS[:4]: True,
    (*KINDS[1:], "不区分"): True,
    (*KINDS[1:], ""): True,
    (*KINDS[:4], "服务"): False,
    (*KINDS[:4], CellError("#N/A")): False,
}


def test_of_a_whole_sheet_it_says_what_python_says(tmp_path: Path) -> None:
    form, settings = FORMS["survey"], OFFICES["gdsta"]
    place = form.positions["participant"]
    good = good_cases(form)[0]
    with bench(tmp_path, form, settings) as seat:
        for kinds, is_lacking in PARTICIPANTS.items():
            table = [(*good[:place], kind, *good[place + 1 :]) for kind in kinds]
            assert str(judged(seat, table, good_cover(settings), SIZE)) == "", kinds
            assert (seat.figure(seat.plan, Total.MISSING) != "") is is_lacking, kinds


@pytest.mark.parametrize("office", OFFICES)
def test_of_every_cover_the_sheet_says_what_python_says(office: str, tmp_path: Path) -> None:
    settings = OFFICES[office]
    told: set[Problem] = set()
    with bench(tmp_path, FORMS["guidance"], settings) as seat:
        open_columns = {column.name for column in catalog.cover().columns if not column.locked}
        for cover in covers(settings):
            outcome = judged(seat, good_cases(seat.form)[:1], cover, 1)
            assert str(outcome) == "", cover
            told |= outcome.told
        # Without a stage no day on the cover lies before it.
        possible = {p for p in seat.cover.numbers if p.column in open_columns and (p.rule < 0 or settings.stage_start)}
    assert possible - told == set(), "no cover was told this"
