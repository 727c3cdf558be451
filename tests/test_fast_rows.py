"""Rows written at once are the rows that xlsxwriter writes one by one, whatever stands in them."""


from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Mapping
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from books import big_book, small_book
from hypothesis import given
from hypothesis import strategies as st
from ledgers import NASTY, frames_of, nasty_book, sheet_of, values_by_calamine, written
from openpyxl.utils.escape import unescape
from soffice import convert, needs_soffice

from rectify_xl.excel.papers.reminders import write_reminders
from rectify_xl.excel.progress import status_page
from rectify_xl.excel.writing import fast_rows
from rectify_xl.excel.writing.cell_faces import legal_text
from rectify_xl.excel.writing.fast_rows import FastSheet, Filling
from rectify_xl.excel.writing.fit import height_of, line_width, lines_in, width_for_values
from rectify_xl.excel.writing.row_xml import Look, rows_xml
from rectify_xl.model import Book, Column


def fill_slowly(sheet: FastSheet, *fillings: Filling) -> None:
    """The fillings by xlsxwriter's own calls, a cell at a time."""
    for filling in fillings:
        for at, row in zip(filling.stands_at, filling.rows, strict=True):
            for place, (value, style) in enumerate(zip(row, filling.formats, strict=True)):
                by_value = style if isinstance(style, Mapping) else {(type(value), value): style}
                write_slowly(sheet, (at, place), value, by_value[type(value), value])


def write_slowly(sheet: FastSheet, place: tuple[int, int], value: Any, style: Any) -> None:
    if isinstance(value, date) and value < date(1900, 3, 1):
        value = value.isoformat()
    if value in (None, ""):
        status = sheet.write_blank(*place, None, style)
    elif isinstance(value, str) and value.startswith("<r>"):  # xlsxwriter takes it for rich text of its own
        status = sheet.write_rich_string(*place, value[:1], style, value[1:], style)
    elif isinstance(value, str):
        status = sheet.write_string(*place, legal_text(value), style)
    elif isinstance(value, date):
        status = sheet.write_datetime(*place, datetime(value.year, value.month, value.day), style)
    else:
        status = sheet.write_number(*place, value, style)
    assert status == 0


def cells_of(data: bytes, text: Callable[[str], str]) -> dict[str, list[tuple[Any, ...]]]:
    """Every cell as openpyxl has it; `text` undoes _xHHHH_, which openpyxl does in shared strings only."""
    book = openpyxl.load_workbook(BytesIO(data), rich_text=False)
    return {
        sheet.title: [
            (cell.coordinate, cell.data_type, text(v) if isinstance(v := cell.value, str) else v, cell.style_id)
            for row in sheet.iter_rows()
            for cell in row
        ]
        for sheet in book
    }


def part(data: bytes, name: str) -> str:
    """A part of a package."""
    return zipfile.ZipFile(BytesIO(data)).read(name).decode()


def formats_of(data: bytes) -> list[list[tuple[str, str]]]:
    """The address of every cell of every sheet with the number of its format, as they stand in the package."""
    names = (name for name in zipfile.ZipFile(BytesIO(data)).namelist() if "/sheet" in name)
    return [re.findall(r'<c r="(\w+)" s="(\d+)"', part(data, name)) for name in sorted(names)]


# 1,100 rows are two pieces: what repeats, and where rows begin, is told anew in the second.
BOOKS = pytest.mark.parametrize(
    "make", [small_book, nasty_book, lambda: big_book(7, 1100)], ids=["small", "nasty", "big"]
)


@BOOKS
def test_the_fast_rows_are_the_ordinary_rows_cell_by_cell(make: Callable[[], Book]) -> None:
    fast, slow = written(make()), written(make(), fill=fill_slowly)
    assert values_by_calamine(fast) == values_by_calamine(slow)
    assert frames_of(fast) == frames_of(slow)
    # The same formats under the same numbers, so that a cell's number tells all that shows of it.
    assert part(fast, "xl/styles.xml") == part(slow, "xl/styles.xml")
    assert formats_of(fast) == formats_of(slow)
    assert cells_of(fast, unescape) == cells_of(slow, str)


# What LibreOffice tells of cells: themselves, their texts, styles, validations and conditional formats. Rows have
# heights in one book alone; in what order page styles stand, and which sheet an address without one names, is chance.
CELLS = re.compile(
    "<table:(?:covered-)?table-cell.*?>|<text:p>.*?</text:p>|<table:content-validation .*?(?=table:base-cell)"
    "|<calcext:condition .*?(?=calcext:base-cell)|<style:style style:name=.ce.*?</style:style>",
    flags=re.S,
)


@needs_soffice
def test_libreoffice_sees_the_same_cells_in_both(tmp_path: Path) -> None:
    seen = []
    for name, data in {"快": written(nasty_book()), "慢": written(nasty_book(), fill=fill_slowly)}.items():
        (tmp_path / f"{name}.xlsx").write_bytes(data)
        shown = convert(tmp_path / f"{name}.xlsx", "fods", tmp_path).read_text(encoding="utf-8")
        without = "<office:master-styles>.*</office:master-styles>|</?text:span[^>]*>"  # a span: see `write_slowly`
        seen.append(CELLS.findall(re.sub(without, "", shown, flags=re.S)))
    kinds = ("<table:table-cell", "<text:p", "<table:content-validation", "<calcext:condition", "<style:style")
    assert all(any(told.startswith(kind) for told in seen[0]) for kind in kinds)
    assert seen[0] == seen[1]


ESCAPES = st.text("_x0041F5", max_size=20)


@given(st.lists(st.text(max_size=40) | st.sampled_from(NASTY) | ESCAPES, min_size=1, max_size=8))
def test_a_text_is_read_back_as_it_was_but_for_what_xml_cannot_hold(texts: list[str]) -> None:
    data = sheet_of([(date(2005, 5, 25), text) for text in texts], 2, len(texts))
    assert [(*row, "")[1] for row in values_by_calamine(data)["表"]] == [legal_text(text) for text in texts]
    kinds = [cell.data_type for cell in openpyxl.load_workbook(BytesIO(data)).worksheets[0]["B"]]
    assert kinds == ["s" if text else "n" for text in texts]


def test_what_xml_cannot_hold_is_seen() -> None:
    assert legal_text("甲\x0b乙\r\n丙\ud800\uffff\t") == "甲\\x0b乙\n丙\\ud800\\uffff\t"


def test_numbers_dates_and_moments_keep_their_values() -> None:
    row = (date(2005, 5, 25), 7, -1, 0.1 + 0.2, 10**15, True, datetime(2005, 5, 25, 12), date(1899, 1, 1), float("inf"))
    (read,) = values_by_calamine(sheet_of([row], 9, 1))["表"]
    assert read == [date(2005, 5, 25), 7.0, -1.0, 0.1 + 0.2, "1000000000000000", True, 38497.5, "1899-01-01", "inf"]


def test_equal_values_of_different_kinds_stay_apart() -> None:
    read = values_by_calamine(sheet_of([(None, 1), (None, True), (None, 1.0), (None, "1")], 2, 4))["表"]
    assert [row[-1] for row in read] == [1.0, True, 1.0, "1"]


def test_the_rows_are_read_once_and_only_when_the_workbook_is_closed() -> None:
    data = sheet_of(iter([(date(2005, 5, n), str(n)) for n in range(1, 32)] * 100), 2, 3100)
    assert len(values_by_calamine(data)["表"]) == 3100


def test_a_row_of_another_length_is_refused() -> None:
    for rows in ([(1, 2)], [(1,), (1, 2)], [()]):
        with pytest.raises(ValueError, match="a row that has not 1 values"):
            rows_xml(rows, 0, Look(styles=(0,)))


def looks_of(data: bytes) -> dict[str, tuple[Any, ...]]:
    """Every cell of every sheet with all that shows of its format, whatever number that has."""
    book = openpyxl.load_workbook(BytesIO(data))
    return {
        f"{sheet.title}!{cell.coordinate}": (
            unescape(cell.value) if isinstance(cell.value, str) else cell.value,
            cell.number_format, repr(cell.font), repr(cell.fill), repr(cell.border), repr(cell.alignment),
        )
        for sheet in book for row in sheet.iter_rows() for cell in row
    }  # fmt: skip


def test_notices_are_those_that_are_written_a_cell_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book, made = small_book(), []
    monkeypatch.setattr(status_page, "MANY_ROWS", 3)
    for name in ("fast", "slow"):
        write_reminders(book, tmp_path / name)
        made.append((tmp_path / name).read_bytes())
        monkeypatch.setattr(FastSheet, "fill", fill_slowly)
    fast, slow = made
    assert len(frames_of(fast)) == 3 and frames_of(fast) == frames_of(slow)
    assert looks_of(fast) == looks_of(slow)


def test_rows_of_several_fillings_stand_between_one_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fast_rows, "ROWS_AT_ONCE", 2)
    target = BytesIO()
    workbook = xlsxwriter.Workbook(target, {"in_memory": True})
    sheet, style = workbook.add_worksheet("表", FastSheet), workbook.add_format()
    odd, even = (
        Filling(rows=[(place, str(place)) for place in places], count=len(places), first_row=places[0], places=places,
                formats=[style] * 2, lines=lines, least=30, room=2.5, fixed=fixed)
        for places, lines, fixed in (((1, 3, 4, 9), (), True), ((2, 5, 10), (0, 1), False))
    )  # fmt: skip
    sheet.fill(odd, even)
    sheet.join(9, 0, 1)
    workbook.close()
    made = part(target.getvalue(), "xl/worksheets/sheet1.xml")
    assert '<dimension ref="A2:B11"/>' in made and '<mergeCells count="1"><mergeCell ref="A10:B10"/>' in made
    rows = re.findall('<row r="(\\d+)"(.*?)>', made)
    fixed, fitted = ' ht="30" customHeight="1"', f' ht="{max(30, height_of(1) + 2.5)}"'
    said = {1: fixed, 3: fixed, 4: fixed, 9: fixed, 2: fitted, 5: fitted, 10: f' ht="{height_of(2) + 2.5}"'}
    assert rows == [(str(place + 1), said[place]) for place in sorted(said)]
    (read,) = openpyxl.load_workbook(BytesIO(target.getvalue())).worksheets
    assert [row[0] for row in read.values if row[0] is not None] == sorted(said)


TEXTS = st.sampled_from([*NASTY, "甲", "乙", "甲", None, "x" * 50])
VALUES = TEXTS | st.sampled_from([0, 1, 1.0, True, False, -0.5, date(2005, 5, 25), datetime(2005, 5, 25, 12)])


@given(st.lists(st.tuples(TEXTS, VALUES), min_size=1, max_size=12), st.integers(1, 11))
def test_rows_say_the_same_in_pieces_of_any_size(rows: list[tuple[Any, Any]], size: int) -> None:
    look = Look(styles=(3, 0), lines=(12, 0), least=20.0)
    pieces = [rows_xml(rows[at : at + size], at + 4, look) for at in range(0, len(rows), size)]
    alone = [rows_xml([row], at, look) for at, row in enumerate(rows, 4)]
    assert b"".join(pieces) == b"".join(alone)
    assert rows_xml([], 0, look) == b""


def test_the_filling_stands_below_all_cells_within_the_sheet_and_once() -> None:
    workbook = xlsxwriter.Workbook(BytesIO())
    style = workbook.add_format()
    sheet = workbook.add_worksheet("表", FastSheet)
    sheet.write_string(3, 0, "x")
    with pytest.raises(ValueError, match="below"):
        sheet.fill(Filling(rows=[(1,)], count=1, first_row=3, formats=[style]))
    with pytest.raises(ValueError, match="end"):
        sheet.fill(Filling(rows=[], count=1_048_573, first_row=4, formats=[style]))
    sheet.fill(Filling(rows=[(1,)], count=1, first_row=4, formats=[style]))
    with pytest.raises(ValueError, match="once"):
        sheet.fill(Filling(rows=[(1,)], count=1, first_row=5, formats=[style]))


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("短", 9, 1),
        ("字" * 8, 9, 2),
        ("a" * 8, 9, 1),
        ("一\n二\n\n三", 9, 4),
        ("字" * 9 + "\n字", 9, 4),
        ("字" * 3, 1, 6),
    ],
)
def test_lines_that_a_text_needs(text: str, width: float, lines: int) -> None:
    assert lines_in(text, line_width(width)) == lines
    assert height_of(2) > height_of(1)


@pytest.mark.parametrize(
    ("column", "values", "width"),
    [
        (Column(name="a", label="到期", kind="choice", choices="state"), ["逾期", "按期完成"], 8.88),
        (Column(name="a", label="来源", kind="choice", choices="source"), ["班子查摆"], 4.7),
        (Column(name="a", label="说明", kind="text"), ["字" * 30] * 4, 21.46),
        (Column(name="a", label="说明", kind="text"), ["字" * 30, *[None] * 4], 13.07),
    ],
)
def test_widths_keep_states_whole_and_seldom_texts_narrow(column: Column, values: list[Any], width: float) -> None:
    assert width_for_values(column, values) == width
