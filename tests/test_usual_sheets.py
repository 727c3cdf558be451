"""Sheets as programs write them: read at once with the exact reader's values, or left to that one."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from raw_books import MAIN
from xml_mutants import mutant

from rectify_xl.excel.reading.exact_texts import read_texts
from rectify_xl.excel.reading.number_formats import DAY, DURATION, NUMBER, Formats
from rectify_xl.excel.reading.sheet_reader import Shared, read_sheet
from rectify_xl.excel.reading.usual_sheets import usual_reader
from rectify_xl.excel.reading.usual_texts import SharedTexts, UnusualMarkup, texts_of
from rectify_xl.excel.reading.xml_parts import is_sound
from rectify_xl.grid import Grid

FORMATS = Formats((NUMBER, DAY, DURATION), frozenset())
TEXTS = (
    f'<sst xmlns="{MAIN}" count="9"><si><t>甲</t></si><si><t xml:space="preserve"> 乙&#10;</t></si><si><t> 丙 </t></si>'
    '<si><r><rPr><b val="true"/></rPr><t>1</t></r><r><t xml:space="preserve">、丁 </t></r></si>'
    '<si><t>戊&amp;&lt;</t><phoneticPr fontId="1" type="noConversion"/></si><si><t/></si></sst>'
).encode()
ROW = '<row r="3" ht="15">{}</row>'
OURS = "INDEX(chk_text_1,ROW()-3)&amp;&quot;&quot;"


def sheet(rows: str, behind: str = "") -> bytes:
    return f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData>{behind}</worksheet>'.encode()


def usual(data: bytes, texts: bytes = TEXTS, *, counts_from_1904: bool = False) -> Grid | None:
    return usual_reader(SharedTexts(texts).text, FORMATS, counts_from_1904=counts_from_1904).grid(data)


def filled(grid: Grid) -> dict[tuple[int, int], Any]:
    places = [(i, j) for i, row in enumerate(grid.rows) for j in range(len(row))]
    return {(grid.first_row + i, grid.first_column + j): v for i, j in places if (v := grid.rows[i][j]) != ""}


USUAL = [
    ROW.format('<c r="B3" s="0" t="inlineStr"><is><t>一</t></is></c><c r="D3"><v>38490</v></c>'),
    ROW.format('<c r="A3" t="inlineStr"><is><t xml:space="preserve"> 一 </t></is></c>'),
    ROW.format('<c r="A3" t="inlineStr"><is><t>a &amp; &#19968;&#x4e8c;</t></is></c>'),
    ROW.format('<c r="A3" s="1"><v>38490</v></c><c r="B3" s="1" t="n"><v>61</v></c><c r="C3" t="b"><v>1</v></c>'),
    ROW.format('<c r="A3" t="s"><v>0</v></c><c r="B3" t="s"><v>1</v></c><c r="C3" t="s"><v>3</v></c>'),
    ROW.format('<c r="A3" t="s"><v>4</v></c><c r="B3" t="s"><v>5</v></c><c r="Z3"><v>-1.5E-3</v></c>'),
    ROW.format('<c r="A3"><f>1+1</f><v>2</v></c><c r="B3" t="str"><f aca="false">A1</f><v>二</v></c>'),
    ROW.format('<c r="A3" s="0"/><c r="B3"><v>1</v></c><c r="C3"><v/></c><c r="D3"></c><c r="AA3"><v>0</v></c>'),
    ROW.format(f'<c r="A3"><v>1</v></c><c r="Y3" s="0"><f>{OURS}</f><v /></c>')
    + f'<row r="4"><c r="Y4" s="0"><f>{OURS}</f><v></v></c></row><row r="5"/><row r="7"><c r="A7"><v>2</v></c></row>',
    "",
]


@pytest.mark.parametrize("rows", USUAL)
@pytest.mark.parametrize("counts_from_1904", [False, True])
def test_a_usual_sheet_says_what_the_exact_reader_reads(rows: str, counts_from_1904: bool) -> None:
    merges = '<mergeCells count="1"><mergeCell ref="A1:C2"/></mergeCells>'
    data = sheet(rows, merges)
    grid = usual(data, counts_from_1904=counts_from_1904)
    assert grid is not None
    made = read_sheet(
        data, "sheet", Shared(texts=read_texts(TEXTS), formats=FORMATS, counts_from_1904=counts_from_1904)
    )
    exact = filled(Grid(title="", rows=made.rows))
    assert {at: (type(v), v) for at, v in filled(grid).items()} == {at: (type(v), v) for at, v in exact.items()}
    assert [*grid.merges] == made.merges == [(1, 0, 2, 2)]


@pytest.mark.parametrize(
    ("written", "is_shared"),
    [
        ('t="s"><v>0</v>', True),
        ('t="str"><v>二</v>', True),
        ('s="1"><v>38490</v>', True),
        ('t="inlineStr"><is><t>一</t></is>', False),
    ],
)
def test_what_stands_in_several_cells_is_there_once_where_that_is_said(written: str, is_shared: bool) -> None:
    grid = usual(sheet(ROW.format(f'<c r="A3" {written}</c><c r="B3" {written}</c>')))
    assert grid is not None
    one, other = grid.rows[0]
    assert [one == other, one is other, grid.is_shared] == [True, is_shared, is_shared]


OTHERWISE = [
    *(
        '<c r="A3" t="e"><v>#N/A</v></c>',
        '<c r="A3"><f>1+1</f></c>',
        '<c r="A3" t="str"><f>1+1</f></c>',
        '<c r="A3"><f></f><v>1</v></c>',
        "<c><v>1</v></c>",
    ),
    *('<c r="A4"><v>1</v></c>', '<c r="B3"><v>1</v></c><c r="A3"><v>1</v></c>', '<c r="A3"/><c r="A3"><v>1</v></c>'),
    *(
        '<c r="A3"><v> 1</v></c>',
        '<c r="A3"><v>1_0</v></c>',
        '<c r="A3"><v>1</v><v>2</v></c>',
        '<c r="A3"><v>1e999</v></c>',
    ),
    *('<c r="A3" s="1"><v>60</v></c>', '<c r="A3" s="1"><v>38490.5</v></c>', '<c r="A3" s="2"><v>1</v></c>'),
    *(
        '<c r="A3" s="9"><v>1</v></c>',
        '<c r="A3" t="s"><v>99</v></c>',
        '<c r="A3" t="s"><v>-1</v></c>',
        '<c r="A3" t="s"><v>2</v></c>',
    ),
    *(
        '<c r="A3" t="inlineStr"><is><t> 一</t></is></c>',
        '<c r="A3" t="inlineStr"><v>1</v></c>',
        '<c r="A3"><is><t>一</t></is></c>',
    ),
    *(
        '<c r="A3" t="str"><v>a & b</v></c>',
        '<c r="A3" t="str"><v>&bogus;</v></c>',
        '<c r="A3" t="str"><v>&#1;</v></c>',
    ),
    *('<c r="A3" t="str"><v>_x000D_</v></c>', '<c r="A3" t="str"><v>a\x01</v></c>', '<c r="A3" t="str"><v>a\r</v></c>'),
    *('<c r="A3"><f>[1]a!A1</f><v>1</v></c>', '<c r="A3"><f>1 & 1</f><v>1</v></c>', "<!-- --><c r='A3'><v>1</v></c>"),
    *(f'<c r="A3" t="s"><v>{"9" * 5_000}</v></c>', '<c r="A3"><f 1a="x">1+1</f><v>2</v></c>'),
    *('<c r="A3" t="d"><v>2005-05-16</v></c>', '<c r="A3" s="0" s="1"><v>1</v></c>', "text", '<c r="A3"><v>1</v>'),
]


@pytest.mark.parametrize("cells", OTHERWISE)
def test_what_is_written_otherwise_is_left_to_others(cells: str) -> None:
    assert usual(sheet(ROW.format(cells))) is None


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="3" hidden="1"><c r="A3"><v>1</v></c></row>',
        '<row r="3"><c r="A3"><v>1</v></c></row><row r="3"><c r="B3"><v>1</v></c></row>',
        f'<row r="4"><c r="A4"><v>1</v></c></row><row r="4"><c r="Y4"><f>{OURS}</f><v/></c></row>',
        '<row r="4"><c r="A4"><v>1</v></c></row><row r="2"/>',
        "<row><c><v>1</v></c></row>",
        '<row r="3" 9="b"><c r="A3"><v>1</v></c></row>',
        '<row r="3" .="b"><c r="A3"><v>1</v></c></row>',
        '<row r="3" a="\x02"><c r="A3"><v>1</v></c></row>',
        '<row r="3" a="\x02"/><row r="4"><c r="A4"><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1000000"><c r="B1000000"><v>1</v></c></row>',
    ],
)
def test_rows_written_otherwise_are_left_to_others(rows: str) -> None:
    assert usual(sheet(rows)) is None


@pytest.mark.parametrize(
    "texts",
    [
        "<si/>",
        "<si><t>a</t></si>x",
        "<si><t>a & b</t></si>",
        "<si><r><t>a</t></si>",
        "<si><rPh><t>a</t></rPh></si>",
        "<si><r><rPr><9/></rPr><t>a</t></r></si>",
        '<si><t>a</t><phoneticPr \u00b2="1"/></si>',
        "<si><t>&#2;</t></si>",
    ],
)
def test_shared_texts_written_otherwise_are_left_to_others(texts: str) -> None:
    with pytest.raises(UnusualMarkup):
        SharedTexts(f'<sst xmlns="{MAIN}">{texts}</sst>'.encode())


def test_a_mutant_that_is_read_here_is_sound_and_says_what_the_exact_reader_reads() -> None:
    shared = Shared(texts=read_texts(TEXTS), formats=FORMATS)
    read = 0
    for seed in range(600):
        data = mutant(sheet(USUAL[seed % len(USUAL)]), seed)
        grid = usual(data)
        if grid is not None:
            read += 1
            assert is_sound(data), seed
            assert filled(grid) == filled(Grid(title="", rows=read_sheet(data, "sheet", shared).rows)), seed
    assert read > 5


def test_mutants_of_shared_texts_are_sound_where_they_are_read() -> None:
    begin, read = TEXTS.index(b"<si>"), 0
    plain = TEXTS[begin:-6].replace("<si><t> 丙 </t></si>".encode(), b"")
    for seed in range(600):
        texts = mutant(plain, seed)
        with suppress(UnusualMarkup):
            told = texts_of(texts)
            read += 1
            whole = TEXTS[:begin] + texts + b"</sst>"
            assert is_sound(whole) and told == read_texts(whole), seed
    assert read > 5
