"""What sound files of other people do that ours never do, found in public spreadsheets: read, or told by its name."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from hard_packages import zipped
from raw_books import LINKS, MAIN, book, parts, relations, worksheet

from rectify_xl.excel.reading.ods_content import bare_package
from rectify_xl.excel.reading.reader import read_workbook
from rectify_xl.grid import Unreadable
from rectify_xl.kinds import CellError, NoValue

ONE = worksheet('<row r="1"><c r="A1"><v>1</v></c></row>')
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
LOCKED = b"\x8f\x01\x02\x03"
MANIFEST = '<manifest:manifest xmlns:manifest="urn:m"><manifest:file-entry>{}</manifest:file-entry></manifest:manifest>'
SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
)


def rows_of(data: bytes) -> list[Any]:
    return [list(map(list, grid.rows)) for grid in read_workbook(data).sheets]


def ods(cells: str, between: str = "") -> bytes:
    """The content of a workbook of one row."""
    table = between.join(("<table:table table:name='甲'>", "<table:table-row>", cells, "</table:table-row>", ""))
    head = f"<office:document-content {SPACES}><office:body><office:spreadsheet>"
    foot = "</table:table></office:spreadsheet></office:body></office:document-content>"
    return (head + table + foot).encode()


@pytest.mark.parametrize(
    "texts", [f'<sst xmlns="{MAIN}"/>', f'<sst xmlns="{MAIN}" count="0" />', f'<sst xmlns="{MAIN}"></sst>']
)
def test_shared_texts_without_any(texts: str) -> None:
    made = parts(ONE, texts="x") | {"xl/sharedStrings.xml": texts}
    assert rows_of(book(ONE, more=made)) == [[[1.0]]]


def test_a_sheet_of_old_macros_has_no_part() -> None:
    listed = '<sheets><sheet name="表1" sheetId="1" r:id="r1"/><sheet name="Module1" sheetId="2" r:id=""/></sheets>'
    main = f'<workbook xmlns="{MAIN}" xmlns:r="{LINKS}">{listed}</workbook>'
    assert rows_of(book(ONE, more={"xl/workbook.xml": main})) == [[[1.0]]]
    links = relations(("r1", "worksheet", "worksheets/none.xml"))
    with pytest.raises(Unreadable, match="damaged"):
        read_workbook(book(ONE, more={"xl/workbook.xml": main, "xl/_rels/workbook.xml.rels": links}))


@pytest.mark.parametrize(
    ("cells", "between", "expected"),
    [
        ('<table:table-cell office:value-type="float" office:value="1"/>', "\n   ", [1.0]),
        ("<table:table-cell><text:p>会议</text:p></table:table-cell>", "", ["会议"]),
        ('<table:table-cell office:value-type="unknown"><text:p>会议</text:p></table:table-cell>', "", ["会议"]),
        (
            '<table:table-cell office:value-type="string"><text:p>一<text:line-break/>二<text:s text:c="2"/>三</text:p>'
            "<text:p>四</text:p></table:table-cell>",
            "",
            ["一\n二  三\n四"],
        ),
        ('<table:table-cell table:formula="of:=1+1"/>', "", [NoValue("of:=1+1")]),
    ],
)
def test_opendocument_as_other_programs_write_it(cells: str, between: str, expected: list[Any]) -> None:
    assert rows_of(bare_package(ods(cells, between))) == [[expected]]


@pytest.mark.parametrize("number", ["NaN", "inf", "-Infinity"])
def test_a_number_of_opendocument_that_is_none_is_damage(number: str) -> None:
    cell = f'<table:table-cell office:value-type="float" office:value="{number}"><text:p>1</text:p></table:table-cell>'
    with pytest.raises(Unreadable, match="damaged"):
        read_workbook(bare_package(ods(cell)))


def listed(about: str = "") -> bytes:
    return MANIFEST.format(about).encode()


def old_book(*records: tuple[int, bytes]) -> bytes:
    """The beginning of an .xls: the first records of its stream at a sector's border."""
    first = ((0x809, b"\x00\x06\x05\x00" + bytes(12)), *records)
    stream = b"".join(kind.to_bytes(2, "little") + len(held).to_bytes(2, "little") + held for kind, held in first)
    return OLE + stream.ljust(1024, b"\0") + "Workbook".encode("utf-16-le").ljust(512, b"\0")


def outlook_mail(attached: bytes) -> bytes:
    """The beginning of an .msg: its directory stands first; what is attached has one of its own."""
    head = OLE[:30] + b"\x09\0" + OLE[32:48] + bytes(4) + OLE[52:]
    return head + "__nameid_version1.0".encode("utf-16-le").ljust(512, b"\0") + attached


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (outlook_mail(old_book()), "not-a-workbook"),
        (old_book((0x86, b""), (0x2F, b"\x01\x00\x01\x00\x01\x00" + bytes(48))), "encrypted"),
        (old_book((0x2F, bytes(4))), "encrypted"),
        (old_book((0xE1, b"\xb0\x04"), (0x3F, b"/\0/\0")), "damaged"),
        (zipped({"mimetype": b"x", "encrypted-package": b"\x01\x02"}), "encrypted"),
        (zipped({"content.xml": LOCKED, "META-INF/manifest.xml": listed("<m:encryption-data/>")}), "encrypted"),
        (zipped({"content.xml": LOCKED, "META-INF/manifest.xml": listed()}), "damaged"),
    ],
)
def test_a_password_is_told_as_one_and_damage_as_damage(data: bytes, code: str) -> None:
    with pytest.raises(Unreadable, match=code):
        read_workbook(data)


def test_encrypted_macros_hide_no_value() -> None:
    cell = '<table:table-cell office:value-type="float" office:value="1"/>'
    made = {"mimetype": b"x", "content.xml": ods(cell), "META-INF/manifest.xml": listed("<m:encryption-data/>")}
    assert rows_of(zipped(made)) == [[[1.0]]]


ERROR, NOW = CellError("#REF!"), NoValue("=NOW()")


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ('<c r="A1"><v>1<!-- 0 -->2</v></c>', 12.0),
        ('<c r="A1"><v>1<?a b?>2</v></c>', 12.0),
        ('<c r="A1"><v><![CDATA[12]]></v></c>', 12.0),
        ('<c r="A1"><v>&#49;2</v></c>', 12.0),
        ('<c r="A1"><v> 12 </v></c>', 12.0),
        ('<c r="A1"><v>\n12\n</v></c>', 12.0),
        ('<c r="A1"><v>1_000</v></c>', "1_000"),
        ('<c r="A1"><v>１２</v></c>', "１２"),
        ("<c r=\"A1\" t='e'><v>#REF!</v></c>", ERROR),
        ('<c r="A1" t = "e"><v>#REF!</v></c>', ERROR),
        ('<c r="A1" t\n=\n"e"><v>#REF!</v></c>', ERROR),
        ('<c r="A1" t="&#101;"><v>#REF!</v></c>', ERROR),
        ('<c r="A1" s="&#49;"><v>38497</v></c>', date(2005, 5, 25)),
        ('<c r="A1" t="d"><v>2005-05-25T10:00:00.000Z</v></c>', datetime(2005, 5, 25, 10)),
        ('<c r="A1" t="d"><v>2005-05-25T10:00:00+08:00</v></c>', datetime(2005, 5, 25, 10)),
        ('<c r="A1" t="d"><v>2005-W21</v></c>', "2005-W21"),
        ('<c r="A1" t="inlineStr"><v>5</v></c>', "5"),
        ('<c r="A1" t="str"><v>一_x000D_二</v></c>', "一\r二"),
        ('<c r="A1"><f>NOW()</f>\n</c>', NOW),
        ('<c r="A1"><f>NOW()</f> <v></v></c>', NOW),
        ('<c r="A1"><f>NOW()</f ><v/></c>', NOW),
        ('<c r="A1"><f>NOW()</f><!-- 1 --></c>', NOW),
        ('<c r="A1"><f/></c>', NoValue("=")),
    ],
)
def test_cells_as_no_program_but_somebody_writes_them(cell: str, expected: Any) -> None:
    (((value,),),) = rows_of(book(worksheet(f'<row r="1">{cell}</row>')))
    assert (type(value), value) == (type(expected), expected)


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="A1" t="s"><v>-1</v></c>',
        '<c r="A1" t="s"><v>1</v></c>',
        '<c r="A1" t="z"><v>1</v></c>',
        '<c r="A1" t="b"><v>2</v></c>',
        '<c r="A1"><v>1</v><v>2</v></c>',
        '<c r="A1"><v>-INF</v></c>',
        '</row><row r="1_0"><c r="A10"><v>1</v></c>',
    ],
)
def test_cells_that_mean_nothing_are_damage(cell: str) -> None:
    with pytest.raises(Unreadable, match="damaged"):
        read_workbook(book(worksheet(f'<row r="1">{cell}</row>'), texts="<si><t>零</t></si>"))


@pytest.mark.parametrize(
    "hidden", ["hidden='1'", 'hidden ="1"', 'hidden="&#49;"', 'hidden="true"', "hidden\t=\t'true'"]
)
def test_a_hidden_row_is_seen_however_it_says_so(hidden: str) -> None:
    rows = f'<row r="1"><c r="A1"><v>1</v></c></row><row r="2" {hidden}><c r="A2"><v>1</v></c></row>'
    assert read_workbook(book(worksheet(rows))).sheets[0].hidden_rows == (2,)
