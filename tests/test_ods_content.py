"""What calamine does not tell of OpenDocument and of the old formats: found, or told as not to be seen."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter
from soffice import convert, needs_soffice

from rectify_xl.excel.reading.ods_content import extras_in, with_extras
from rectify_xl.excel.reading.reader import read_workbook
from rectify_xl.facts.limits import limits
from rectify_xl.grid import Grid, Unreadable
from rectify_xl.kinds import CellError, NoValue


def content(*rows: str) -> bytes:
    return (
        '<office:body xmlns:office="urn:office" xmlns:table="urn:table" xmlns:text="urn:text" xmlns:calcext="urn:calc"'
        f' xmlns:draw="urn:draw"><table:table table:name="甲">{"".join(rows)}</table:table></office:body>'
    ).encode()


def line(*cells: str, more: str = "") -> str:
    return f"<table:table-row {more}>{''.join(cells)}</table:table-row>"


def cell(text: str = "", more: str = "") -> str:
    return f"<table:table-cell {more}><text:p>{text}</text:p></table:table-cell>"


FAILED = cell("#REF!", 'table:formula="of:=#REF!" office:value-type="string" calcext:value-type="error"')
TEXT = cell("字", 'office:value-type="string"')


def test_errors_and_wanting_values_are_found_where_they_stand() -> None:
    found = extras_in(
        content(
            line(TEXT, FAILED),
            line(cell("#DIV/0!", 'table:formula="of:=1/0" office:value-type="float" office:value="0"'), TEXT),
            line(TEXT, '<table:table-cell table:formula="of:=A1+1"/>', more='table:number-rows-repeated="2"'),
            line(
                cell("#REF!", 'office:value-type="string"'),
                cell("2", 'table:formula="of:=1+1" office:value-type="float" office:value="2"'),
            ),
            line(cell("2", 'table:formula="of:=1+1" office:value-type="float" office:value="2"')),
            line(TEXT, f"<table:table-cell><draw:frame>{FAILED}</draw:frame></table:table-cell>"),
        )
    )["甲"]
    assert found.cells == {
        (1, 1): CellError("#REF!"), (2, 0): CellError("#DIV/0!"),
        (3, 1): NoValue("of:=A1+1"), (4, 1): NoValue("of:=A1+1"),
    }  # fmt: skip
    assert {type(value) for value in found.cells.values()} == {CellError, NoValue}


def test_hidden_rows_count_where_they_hold_something() -> None:
    hidden = 'table:visibility="collapse"'
    found = extras_in(
        content(line(TEXT), line(TEXT, more=f'{hidden} table:number-rows-repeated="2"'), line(cell(), more=hidden),
                line(TEXT, more='table:visibility="filter"'))
    )["甲"]  # fmt: skip
    assert found.hidden == [2, 3, 5]


def test_a_sheet_is_completed_wherever_the_untold_cells_stand() -> None:
    found = extras_in(content(line(FAILED), line(TEXT, TEXT), line(cell(), cell(), TEXT), line(cell(), cell(), FAILED)))
    whole = with_extras(Grid(title="甲", rows=[["a"]], first_row=3, first_column=2), found["甲"])
    assert (whole.first_row, whole.first_column) == (1, 0)
    assert [list(values) for values in whole.rows] == [["#REF!"], [], ["", "", "a"], ["", "", "#REF!"]]


def test_an_error_repeated_over_the_whole_grid_is_too_much() -> None:
    wide = FAILED.replace("<table:table-cell ", '<table:table-cell table:number-columns-repeated="16384" ')
    with pytest.raises(Unreadable) as told:
        extras_in(content(line(wide, more='table:number-rows-repeated="1048576"')))
    assert told.value.code == "limit-cells" and limits().cells < 1_048_576 * limits().columns


# ---- as another program saves them


def with_flaws(path: Path) -> Path:
    with xlsxwriter.Workbook(path) as book:
        sheet, hidden = book.add_worksheet("甲"), book.add_worksheet("藏")
        sheet.write(0, 0, "字")
        sheet.write_formula(1, 1, "=1/0", None, "#DIV/0!")
        sheet.write(2, 0, "藏")
        sheet.set_row(2, None, None, {"hidden": True})
        hidden.write(0, 0, "字")
        hidden.hide()
    return path


@needs_soffice
def test_what_libreoffice_saves_loses_nothing_or_says_so(tmp_path: Path) -> None:
    made = with_flaws(tmp_path / "a.xlsx")
    ods = read_workbook(convert(made, "ods", tmp_path / "out").read_bytes())
    assert [(grid.title, grid.visible) for grid in ods.sheets] == [("甲", True), ("藏", False)]
    sheet = ods.sheets[0]
    assert isinstance(sheet.rows[1][1], CellError) and sheet.rows[1][1] == "#DIV/0!"
    assert (sheet.hidden_rows, ods.is_half_seen) == ((3,), False)
    assert read_workbook(convert(made, "xls", tmp_path / "out").read_bytes()).is_half_seen


@pytest.mark.parametrize("title", ["", "乙", "甲"])
def test_a_table_within_a_cell_is_damage_as_it_would_be_read_as_rows_of_the_sheet(title: str) -> None:
    inner = f'<table:table table:name="{title}" table:is-sub-table="true">{line(TEXT)}</table:table>'
    with pytest.raises(Unreadable, match="damaged"):
        extras_in(content(line(TEXT, f"<table:table-cell>{inner}</table:table-cell>"), line(TEXT)))
