"""Worksheets read fast where they are plain and exactly where they are odd: the same values either way."""

from __future__ import annotations

import math
import re
from datetime import date, datetime, time, timedelta
from io import BytesIO
from pathlib import Path
from string import ascii_uppercase
from time import process_time
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hard_packages import unzipped, zipped
from hypothesis import given, settings
from hypothesis import strategies as st
from raw_books import MAIN, book, rows_book, worksheet
from soffice import convert, needs_soffice

from rectify_xl.excel.reading import plain_package, sheet_scan
from rectify_xl.excel.reading.package import Package
from rectify_xl.excel.reading.reader import read_workbook
from rectify_xl.excel.reading.sheet_scan import Look, look_at
from rectify_xl.excel.reading.xml_parts import as_utf_8
from rectify_xl.grid import Grid, Unreadable
from rectify_xl.kinds import CellError, LongText, NoValue
from rectify_xl.zips.zipped import directory


def cells_of(grid: Grid) -> dict[tuple[int, int], Any]:
    """What is filled, by row from 1 and column from 0."""
    held = {
        (grid.first_row + i, grid.first_column + j): value
        for i, row in enumerate(grid.rows)
        for j, value in enumerate(row)
        if value != "" or value.__class__ is not str
    }
    return held | dict(grid.far)


def cells(data: bytes) -> dict[tuple[int, int], Any]:
    """The filled cells of the first sheet."""
    return cells_of(read_workbook(data).sheets[0])


def read_both(data: bytes) -> tuple[dict[tuple[int, int], Any], dict[tuple[int, int], Any]]:
    """The first sheet as it is read, and as the exact reader has it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plain_package, "look_at", lambda data: Look(None))
        exact = cells(data)
    return cells(data), exact


def is_plain(data: bytes) -> bool:
    return look_at(Package(data).part("xl/worksheets/sheet1.xml")).plain is not None


# ---- the two readers agree

_TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"), max_size=30)
_DAY = st.dates(date(1900, 3, 1), date(2200, 1, 1))
_MOMENT = st.datetimes(datetime(1900, 3, 1), datetime(2200, 1, 1)).map(lambda m: m.replace(microsecond=0))
_WHOLE = st.integers(-(10**12), 10**12).map(float)
_NUMBER = st.one_of(_WHOLE, st.floats(-1e9, 1e9, allow_nan=False).map(lambda f: round(f, 6)))
_VALUE = st.one_of(st.just(""), _TEXT, _NUMBER, st.booleans(), _DAY, _MOMENT)
_TABLES = st.lists(st.lists(_VALUE, max_size=6), min_size=1, max_size=8)


def written(table: list[list[Any]], by: str) -> bytes:
    """The table as a workbook of one sheet, from B3 on."""
    held = BytesIO()
    if by == "openpyxl":
        workbook = openpyxl.Workbook()
        for i, row in enumerate(table):
            for j, value in enumerate(row):
                cell = workbook.active.cell(row=i + 3, column=j + 2)
                cell.value = None if value == "" else value
                if isinstance(value, str) and value:
                    cell.data_type = "s"
        workbook.save(held)
        return held.getvalue()
    with xlsxwriter.Workbook(held, {"in_memory": True}) as workbook:
        day = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        sheet = workbook.add_worksheet()
        for i, row in enumerate(table):
            for j, value in enumerate(row):
                if isinstance(value, date):
                    sheet.write_datetime(i + 2, j + 1, value, day)
                elif isinstance(value, str):
                    sheet.write_string(i + 2, j + 1, value)
                else:
                    sheet.write(i + 2, j + 1, value)
    return held.getvalue()


def understood(value: Any) -> Any:
    """A value as every reader may have it: moments at midnight as days."""
    if isinstance(value, datetime) and value.time() == time.min:
        return value.date()
    return value


def openpyxl_cells(data: bytes) -> dict[tuple[int, int], Any]:
    sheet = openpyxl.load_workbook(BytesIO(data), data_only=True).worksheets[0]
    return {
        (cell.row, cell.column - 1): understood(cell.value)
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None and cell.value != ""
    }


def same(one: Any, other: Any) -> bool:
    if isinstance(one, float) or isinstance(other, float):
        return math.isclose(float(one), float(other), rel_tol=1e-12, abs_tol=1e-12)
    if isinstance(one, datetime) and isinstance(other, datetime):
        return abs(one - other) < timedelta(milliseconds=2)
    if isinstance(one, str) and isinstance(other, str):
        return one.replace("\r\n", "\n").replace("\r", "\n") == other.replace("\r\n", "\n").replace("\r", "\n")
    return bool(one == other)


def differences(one: dict[Any, Any], other: dict[Any, Any]) -> list[Any]:
    places = [place for place in one.keys() | other.keys() if not same(one.get(place), other.get(place))]
    return [(place, one.get(place), other.get(place)) for place in sorted(places)]


@settings(max_examples=60)
@given(_TABLES, st.sampled_from(["openpyxl", "xlsxwriter"]))
def test_values_equal_an_independent_readers(table: list[list[Any]], by: str) -> None:
    data = written(table, by)
    fast, exact = read_both(data)
    assert differences(fast, openpyxl_cells(data)) == []
    assert differences(fast, exact) == []


_MANY: list[list[Any]] = [
    ["编号", "问题 ", " 措施", "a\nb", "x" * 300, ""],
    [1.0, 0.5, -3.25, 123456789012.0, 1e-7, 1e15],
    [date(2005, 5, 16), datetime(2005, 5, 16, 8, 30), date(1900, 3, 1), date(9999, 12, 31), True, False],
    ["", "", "𠀀😀", "\u200b", "&<>'\"", "=1+1"],
]


@needs_soffice
def test_values_equal_an_independent_readers_when_libreoffice_saved_them(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(written(_MANY, "xlsxwriter"))
    data = convert(path, "xlsx", tmp_path / "out").read_bytes()
    fast, exact = read_both(data)
    assert differences(fast, openpyxl_cells(data)) == []
    assert differences(fast, exact) == []
    assert len(fast) == sum(value != "" for row in _MANY for value in row)


# ---- cells as the exact reader has them


def row(*held: str, number: int = 1) -> str:
    return f'<row r="{number}">{"".join(held)}</row>'


TEXTS = (
    "<si><t>甲</t></si>"
    "<si><r><t>乙</t></r><rPh><t>yi</t></rPh><r><t xml:space='preserve'> 丙</t></r></si>"
    "<si><t>丁_x000D_</t></si>"
)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ('<c r="A1" t="e"><v>#REF!</v></c>', CellError("#REF!")),
        ('<c r="A1"><f>B1*2</f></c>', NoValue("=B1*2")),
        ('<c r="A1"><f>B1*2</f><v/></c>', NoValue("=B1*2")),
        ('<c r="A1"><f>_xlfn.DISPIMG("ID_1",1)</f></c>', NoValue('=_xlfn.DISPIMG("ID_1",1)')),
        ('<c r="A1"><f t="shared" si="0"/></c>', NoValue("=")),
        ('<c r="A1"><f>B1*2</f><v>4</v></c>', 4.0),
        ('<c r="A1" t="str"><f>B1</f><v></v></c>', None),
        ('<c r="A1" t="str"><f>B1</f></c>', NoValue("=B1")),
        ('<c r="A1" s="1"><v>60</v></c>', 60.0),
        ('<c r="A1" s="1"><v>59</v></c>', date(1900, 2, 28)),
        ('<c r="A1" s="1"><v>61</v></c>', date(1900, 3, 1)),
        ('<c r="A1" s="1"><v>-1</v></c>', -1.0),
        ('<c r="A1" s="1"><v>0.5</v></c>', time(12)),
        ('<c r="A1" s="1"><v>2958465</v></c>', date(9999, 12, 31)),
        ('<c r="A1" s="1"><v>2958466</v></c>', 2958466.0),
        ('<c r="A1" s="1"><v>1e300</v></c>', 1e300),
        ('<c r="A1" s="4"><v>38488.25</v></c>', datetime(2005, 5, 16, 6)),
        ('<c r="A1" s="3"><v>1.5</v></c>', timedelta(hours=36)),
        ('<c r="A1" s="5"><v>38488</v></c>', 38488.0),
        ('<c r="A1" s="999"><v>7</v></c>', 7.0),
        ('<c r="A1" t="d"><v>2005-05-16</v></c>', date(2005, 5, 16)),
        ('<c r="A1" t="d"><v>2005-05-16T08:00:00</v></c>', datetime(2005, 5, 16, 8)),
        ('<c r="A1" t="b"><v>1</v></c>', True),
        ('<c r="A1" t="s"><v>1</v></c>', "乙 丙"),
        ('<c r="A1" t="s"><v>2</v></c>', "丁\r"),
        ('<c r="A1" t="inlineStr"><is><r><t>一</t></r><rPh><t>yi</t></rPh><r><t>二</t></r></is></c>', "一二"),
        ('<c r="A1" t="inlineStr"><is><t><![CDATA[a<b]]></t></is></c>', "a<b"),
        ('<c r="A1"><v>123456789012345678</v></c>', 123456789012345678.0),
        ('<c r="A1" s="1"/>', None),
    ],
)  # fmt: skip
def test_a_cell_is_what_its_xml_says(cell: str, value: Any) -> None:
    data = rows_book(row(cell, '<c r="B1" t="e"><v>#N/A</v></c>'), texts=TEXTS)
    held = cells(data)
    assert held.pop((1, 1)) == CellError("#N/A")
    assert held == ({} if value is None else {(1, 0): value})
    assert [type(v) for v in held.values()] == ([] if value is None else [type(value)])
    alone = cells(rows_book(row(cell), texts=TEXTS))
    assert (alone, [type(v) for v in alone.values()]) == (held, [type(v) for v in held.values()])


def test_a_text_longer_than_any_cell_is_cut() -> None:
    held = cells(rows_book(row(f'<c r="A1" t="inlineStr"><is><t>{"长" * 300_000}</t></is></c>')))[1, 0]
    assert (type(held), held.length, held) == (LongText, 300_000, "长" * 200)


def test_days_counted_from_1904() -> None:
    before = '<workbookPr date1904="1"/>'
    plain = rows_book(row('<c r="A1" s="1"><v>37026</v></c>'), before=before)
    odd = rows_book(row('<c r="A1" s="1"><v>37026</v></c>', '<c r="B1" t="e"><v>#N/A</v></c>'), before=before)
    assert (is_plain(plain), is_plain(odd)) == (True, False)
    assert cells(plain)[1, 0] == cells(odd)[1, 0] == date(2005, 5, 16)


def test_cells_without_addresses_and_out_of_order_stand_where_they_should() -> None:
    without = '<row><c><v>1</v></c><c r="C1"><v>3</v></c></row><row r="4"><c><v>4</v></c></row>'
    assert cells(rows_book(without)) == {(1, 0): 1.0, (1, 2): 3.0, (4, 0): 4.0}
    backwards = '<row r="1"><c r="C1"><v>3</v></c><c r="A1"><v>1</v></c></row>'
    assert cells(rows_book(backwards)) == {(1, 0): 1.0, (1, 2): 3.0}


def test_the_farthest_cell_costs_nothing() -> None:
    stray = row('<c r="A1"><v>1</v></c>') + row('<c r="XFD1048576"><v>2</v></c>', number=1_048_576)
    (grid,) = read_workbook(rows_book(stray)).sheets
    assert (dict(grid.far), cells_of(grid)) == ({(1_048_576, 16_383): 2.0}, {(1, 0): 1.0, (1_048_576, 16_383): 2.0})
    far_down = row('<c r="A1"><v>1</v></c>') + row('<c r="ZZ400000"><v>2</v></c>', number=400_000)
    assert not is_plain(rows_book(far_down))
    assert cells(rows_book(far_down)) == {(1, 0): 1.0, (400_000, 701): 2.0}


def test_hidden_rows_that_hold_something_are_told() -> None:
    held = (
        '<row r="2" hidden="1"><c r="A2"><v>1</v></c></row><row r="3" hidden="true"><c r="A3" s="1"/></row>'
        '<row r="4" hidden="0"><c r="A4"><v>1</v></c></row>'
    )
    assert read_workbook(rows_book(held)).sheets[0].hidden_rows == (2,)


@pytest.mark.parametrize(("height", "is_told"), [("0", True), ("0.0", True), ("0.75", False), ("15", False)])
def test_rows_of_no_height_are_hidden(height: str, is_told: bool) -> None:
    data = rows_book(f'<row r="2" ht="{height}" customHeight="1"><c r="A2"><v>1</v></c></row>')
    assert read_workbook(data).sheets[0].hidden_rows == (2,) * is_told


def test_merged_cells_are_the_same_either_way() -> None:
    merges = '<mergeCells count="1"><mergeCell ref="A2:C4"/></mergeCells>'
    plain = book(worksheet(row('<c r="A1"><v>1</v></c>'), merges))
    odd = book(worksheet(row('<c r="A1" t="e"><v>#N/A</v></c>'), merges))
    assert [list(read_workbook(data).sheets[0].merges) for data in (plain, odd)] == [[(2, 0, 4, 2)]] * 2


def test_merges_over_the_grid_harm_nobody() -> None:
    merges = '<mergeCells><mergeCell ref="A1:XFD1048576"/><mergeCell ref="nowhere"/></mergeCells>'
    assert cells(book(worksheet(row('<c r="A1" t="e"><v>#N/A</v></c>'), merges))) == {(1, 0): CellError("#N/A")}


# ---- what is refused

_A1 = '<c r="A1"><v>1</v></c>'
WIDE = [f"A{one}{two}" for one in ascii_uppercase for two in ascii_uppercase]
CUT = worksheet(row(_A1))[:-20]


@pytest.mark.parametrize(
    ("sheet", "code"),
    [
        (worksheet(row(_A1, '<c r="A1" s="1" t="b"><v>1</v></c>')), "damaged"),
        (worksheet(row(_A1) + row(_A1)), "damaged"),
        (worksheet(row(_A1, number=2).replace("A1", "A2") + row(_A1)), "damaged"),
        (worksheet(row(_A1, '<c r="B1" t="e"><v>#N/A</v></c>', number=2)), "damaged"),
        (worksheet(row('<c r="A1048577"><v>1</v></c>', number=1_048_577)), "damaged"),
        (worksheet(row('<c r="A9999999"><v>1</v></c>')), "damaged"),
        (worksheet(row('<c r="XFE1"><v>1</v></c>')), "damaged"),
        (worksheet(row('<c r="1A"><v>1</v></c>')), "damaged"),
        (worksheet(row('<c r="A1" t="s"><v>9</v></c>')), "damaged"),
        (worksheet(row('<c r="A1" t="s"><v>-1</v></c>')), "damaged"),
        (worksheet(row('<c r="A1"><v>nan</v></c>')), "damaged"),
        (worksheet(row('<c r="A1" t="inlineStr"><is><t>a\x02b</t></is></c>')), "damaged"),
        (worksheet(row('<c r="A1" t="inlineStr"><is><t>a&#2;b</t></is></c>')), "damaged"),
        (worksheet(row('<c r="A1" t="inlineStr"><is><t>a&nbsp;b</t></is></c>')), "damaged"),
        (worksheet(row('<c r="A1" t="inlineStr"><is><t>ab</is></t></c>')), "damaged"),
        (f"<!DOCTYPE worksheet [<!ENTITY a 'b'>]>{worksheet(row(_A1))}", "damaged"),
        (f"<!-- a --><!DOCTYPE worksheet>{worksheet(row(_A1))}", "damaged"),
        (f'<?xml version="1.0" encoding="GBK"?>{worksheet(row(_A1))}', "damaged"),
        (CUT, "damaged"),
        ("", "damaged"),
        (worksheet(row(_A1) + "<x>" * 3_000 + "</x>" * 3_000), "limit-depth"),
        (worksheet(row(*(f'<c r="{letters}1"><v>1</v></c>' for letters in WIDE))), "limit-columns"),
        (worksheet(row(_A1), "<mergeCells>" + '<mergeCell ref="A1:B1"/>' * 100_001 + "</mergeCells>"), "limit-merges"),
    ],
)  # fmt: skip
def test_a_sheet_that_contradicts_itself_is_refused(sheet: str, code: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_workbook(book(sheet))
    assert caught.value.code == code


def test_workbooks_that_contradict_themselves_are_refused() -> None:
    sound = unzipped(rows_book(row(_A1)))
    missing = {name: part for name, part in sound.items() if "sheet1" not in name}
    with pytest.raises(Unreadable, match="damaged"):
        read_workbook(zipped(missing))
    many = book(*[worksheet("")] * 201)
    with pytest.raises(Unreadable, match="limit-sheets"):
        read_workbook(many)


_TYPED, _DECLARED = "<!DOCTYPE a [<!ENTITY b 'c'>]><a/>", '<?xml version="1.0"?>\r\n'


@pytest.mark.parametrize("name", ["docProps/app.xml", "xl/comments1.xml", "xl/_rels/x.rels", "xl/vmlDrawing1.VML"])
@pytest.mark.parametrize(
    "part",
    [
        _TYPED, f"\ufeff{_DECLARED}{_TYPED}", f"{_DECLARED}<!-- <a> --><?b c?>\n{_TYPED}",
        f"{_DECLARED}<!--{'字' * 9_000}-->{_TYPED}", (_DECLARED + _TYPED).encode("utf-16"), _TYPED.encode("utf-16-be"),
        " " * 99_999 + "<a/>",
    ],
    ids=range(7),
)  # fmt: skip
def test_a_document_type_is_refused_in_parts_that_nobody_reads(name: str, part: str | bytes) -> None:
    with pytest.raises(Unreadable, match="damaged") as caught:
        read_workbook(rows_book(row(_A1), more={name: part}))
    assert caught.value.params["part"] == name


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("xl/comments1.xml", f"{_DECLARED}<!-- {_TYPED} --><a/>"), ("xl/comments1.xml", f"<a>{_TYPED}</a>"),
        ("xl/comments1.xml", ""), ("xl/comments1.xml", "no XML"), ("xl/comments1.xml", f"<!-- {_TYPED}"),
        ("xl/comments1.xml", f"{_DECLARED}<!--{'字' * 9_000}--><a/>"), ("xl/comments1.xml", "<a/>".encode("utf-16")),
        ("xl/media/image1.svg", _TYPED),
    ],
    ids=range(8),
)  # fmt: skip
def test_what_is_no_document_type_in_such_parts_harms_nobody(name: str, part: str | bytes) -> None:
    assert cells(rows_book(row(_A1), more={name: part})) == {(1, 0): 1.0}


def test_a_part_that_nobody_reads_and_that_does_not_inflate_harms_nobody() -> None:
    data = rows_book(row(_A1), more={"xl/comments1.xml": f"<a>{_TYPED * 9_000}</a>"})
    entry = next(entry for entry in directory(data) if entry.name == "xl/comments1.xml")
    spoiled = data[: entry.start] + b"\xff" * entry.packed + data[entry.start + entry.packed :]
    assert cells(spoiled) == {(1, 0): 1.0}


@pytest.mark.parametrize("filling", ["\n ", "<!-- -a -->", "<?a b?>", "<?xml encoding='a'"])
def test_much_before_the_root_element_takes_no_long_time(filling: str) -> None:
    begun = process_time()
    with pytest.raises(Unreadable, match="damaged"):
        as_utf_8((_DECLARED + filling * 20_000 + "<!DOCTYPE a>").encode(), "")
    assert process_time() - begun < 5


# ---- dialects


def test_dialects_are_read_in_silence() -> None:
    rows = row('<c r="A1" t="s"><v>0</v></c>', '<c r="B1" s="1"><v>38488</v></c>')
    expected = {(1, 0): "甲", (1, 1): date(2005, 5, 16)}
    sheet = worksheet(rows)
    as_utf_16 = ('<?xml version="1.0" encoding="UTF-16"?>' + sheet).encode("utf-16")
    strict = sheet.replace(MAIN, "http://purl.oclc.org/ooxml/spreadsheetml/main")
    prefixed = sheet.replace("<", "<x:").replace("<x:/", "</x:").replace("xmlns=", "xmlns:x=")
    declared = f'<?xml version="1.0" encoding="utf-8"?>\n{sheet}'
    for odd in (sheet, as_utf_16, strict, prefixed, f"\ufeff{sheet}", declared):
        assert cells(rows_book("", texts=TEXTS, more={"xl/worksheets/sheet1.xml": odd})) == expected
    lying = f'<sst xmlns="{MAIN}" count="4294967295" uniqueCount="4294967295">{TEXTS}</sst>'
    assert cells(rows_book(rows, texts=TEXTS, more={"xl/sharedStrings.xml": lying})) == expected


def test_targets_may_be_absolute_and_names_may_have_back_slashes() -> None:
    data = rows_book(row(_A1))
    old, new = b'Target="worksheets/', b'Target="/xl/worksheets/'
    held = {name: part.replace(old, new) for name, part in unzipped(data).items()}
    assert cells(zipped(held)) == {(1, 0): 1.0}
    backwards = data.replace(b"xl/worksheets/sheet1.xml", b"xl\\worksheets\\sheet1.xml")
    assert cells(backwards) == {(1, 0): 1.0}


def test_a_look_keeps_what_is_filled() -> None:
    data = book(worksheet(row(_A1), "<mergeCells><mergeCell ref='A1:B1'/></mergeCells><conditionalFormatting/>"))
    plain = look_at(Package(data).part("xl/worksheets/sheet1.xml")).plain
    assert plain is not None and b"mergeCell" in plain and b"conditionalFormatting" not in plain


def test_formulas_that_lead_outside_are_told() -> None:
    for formula in ('WEBSERVICE("http://a")', "cmd|' /C calc'!A0", "[1]Sheet1!A1", 'HYPERLINK("http://a","b")'):
        cells = f'{_A1}<c s="1" r="B1" t="str"><f>{formula}</f><v>a</v></c><c r="C1"><f>[2]a!A1</f><v>1</v></c>'
        told = read_workbook(rows_book(row(cells)))
        assert told.has_external_links and told.external_link == (told.sheets[0].title, "B1")
    nameless = read_workbook(rows_book(row("<c><f>[1]a!A1</f><v>1</v></c>")))
    assert nameless.has_external_links and nameless.external_link is None
    inside = row("""<c r="A1" t="str"><f>HYPERLINK("#'表1'!A1","b")</f><v>a</v></c>""")
    assert not read_workbook(rows_book(inside)).has_external_links


# ---- what is told from the few different attributes, and from values alone

_USUAL = (
    '<c r="A2" s="1"/><c r="B2" s="2" t="s"><v>0</v></c><c r="C2" t="inlineStr"><is><t>甲 &#30002; "t=</t></is></c>'
    '<c r="D2" s="1"><f>B2&amp;"="</f><v>-1.5E-3</v></c><c r="E2" t="str"><f aca="false">A1</f><v>是</v></c>'
    '<c r="F2"><v>-7</v></c><c r="G2" s="1" t="b"><v>1</v></c>'
)


def _amid(odd: str) -> bytes:
    """A sheet of usual rows with something among them."""
    third = re.sub(r'r="([A-G])2"', r'r="\g<1>3"', _USUAL)
    rows = f'<row r="2" spans="1:7">{_USUAL}</row><row r="3">{third}</row>'
    return rows_book(f'<row r="1" ht="15">{_A1}</row>{rows}{odd}', texts="<si><t>乙</t></si>")


def test_what_programs_write_is_usual() -> None:
    for piece in (f'<row r="2" spans="1:7">{_USUAL}</row>', '<row r="2"><c r="A2"><f>A1</f><v /></c></row>'):
        data = piece.encode()
        assert sheet_scan._is_usual(data, sheet_scan._ROW.findall(data), sheet_scan._CELL.findall(data)) is (
            "-7" not in piece
        )


@pytest.mark.parametrize(
    "odd",
    [
        '<row r="4" hidden="1"><c r="A4"><v>1</v></c></row>',
        '<row r="4" hidden = "true"><c r="A4"><v>1</v></c></row>',
        "<row r=\"4\" hidden='1'><c r=\"A4\"><v>1</v></c></row>",
        '<row r="4" a=">" hidden="1"><c r="A4"><v>1</v></c></row>',
        '<row r="4"><c r="A4" t="e"><v>#REF!</v></c></row>',
        '<row r="4"><c r="A4" a=">" t="e"><v>#REF!</v></c></row>',
        '<row r="4"><c r="A4" t="d"><v>2005-05-16</v></c></row>',
        "<row r=\"4\"><c r=\"A4\" t='e'><v>#N/A</v></c></row>",
        '<row r="4"><c r="A4" t="&#101;"><v>#N/A</v></c></row>',
        '<row r="4"><c r="A4"><v> 1</v></c></row>',
        '<row r="4"><c r="A4"><v>1\n</v></c></row>',
        '<row r="4"><c r="A4"><v>&#49;</v></c></row>',
        '<row r="4"><c r="A4"><v>1</v><v>2</v></c></row>',
        '<row r="4"><c r="A4" t="s"><v>-1</v></c></row>',
        '<row r="4"><c r="A4" t="inlineStr"><v>0</v></c></row>',
        '<row r="4"><c r="A4" t="b"><v>2</v></c></row>',
        '<row r="4"><c r="A4" t="b"><f>A1=1</f><v>2</v></c></row>',
        '<row r="4"><c a=">" r="A4" t="b"><v>2</v></c></row>',
        '<row r="4"><c r="A4" t="str"><v>一_x000D_二</v></c></row>',
        '<row r="4"><c r="A4" t="inlineStr"><is><t>_x000a_</t></is></c></row>',
        '<row r="4"><c r="A4"><v>1<!--2--></v></c></row>',
        '<row r="4"><c r="A4"><v><![CDATA[1]]></v></c></row>',
        '<row r="4"><c r="A4"><v><?x?>1</v></c></row>',
        '<row r="4"><c r="A4"><f/><v>1</v></c></row>',
        '<row r="4"><c r="A4"><f>B2</f></c></row>',
        '<row r="4"><c r="A4" t="str"><f>B2</f></c></row>',
        '<row r="4"><c r="A4"><f>B2</f><v></v></c></row>',
        '<row r="4"><c r="A4" t="str"><f>DISPIMG("a",1)</f><v>=DISPIMG("a",1)</v></c></row>',
        '<row r="4"><c  r="A4"><v>1</v></c></row>',
        '<row r="3"><c r="A4"><v>1</v></c></row>',
        '<row r="4"><c r="A5"><v>1</v></c></row><row r="5"/>',
        '<row r="4"><c r="A4" t="inlineStr"><is><t>1</t></is><is><t>2</t></is></c></row>',
        '<row r="4"><c r="A4" t="inlineStr"><is><t>1</t></is><v>2</v></c></row>',
    ],
)
def test_one_odd_cell_among_usual_ones_has_its_sheet_read_exactly(odd: str) -> None:
    assert not is_plain(_amid(odd))


def test_usual_cells_are_read_alike_by_both() -> None:
    read, exact = read_both(_amid(""))
    assert is_plain(_amid("")) and read == exact and len(exact) > 12
