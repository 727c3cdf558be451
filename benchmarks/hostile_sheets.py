"""Hostile and messy files, second part: XML that means harm, and sheets that contradict themselves."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from random import Random

from hostile_base import (
    ACCEPTED,
    BOOK,
    IGNORED,
    MAIN,
    REFUSED,
    RELATIONS,
    RETURNED,
    STYLES,
    Kind,
    Maker,
    as_cell,
    behind,
    good,
    of_sheet,
    parts,
    rezipped,
    rows,
    sheet_part,
    with_part,
    with_parts,
    with_sheet,
    without,
)

from rectify_xl.layouts.layout import column_letter

_STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
_LAUGHS = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 10))


def _declared(declaration: str) -> Maker:
    """The form's sheet with a document type, and its first text referring to the entity a."""
    return lambda: with_sheet(
        lambda xml: re.sub("<worksheet", f"<!DOCTYPE worksheet [{declaration}]><worksheet", xml, count=1).replace(
            "</t></is>", "&a9;</t></is>", 1
        )
    )


def _text(text: str) -> str:
    return f't="inlineStr"><is><t>{text}</t></is></c>'


def _encoded(encoding: str, name: str) -> Maker:
    return lambda: with_sheet(
        lambda xml: (f'<?xml version="1.0" encoding="{name}"?>' + re.sub(r"^<\?xml[^>]*>\s*", "", xml)).encode(encoding)
    )


def _prefixed(xml: str) -> str:
    made = re.sub(r"<(/?)([A-Za-z])", r"<\1x:\2", re.sub(r"^<\?xml[^>]*>\s*", "", xml))
    return made.replace(f'xmlns="{MAIN}"', f'xmlns:x="{MAIN}"', 1)


_XML: tuple[tuple[str, Maker, str, str], ...] = (
    ("billion laughs", _declared(f'<!ENTITY a0 "ha">{_LAUGHS}'), REFUSED, "damaged"),
    ("quadratic blow-up", _declared(f'<!ENTITY a9 "{"a" * 50_000}">'), REFUSED, "damaged"),
    ("entity of a file", _declared('<!ENTITY a9 SYSTEM "file:///etc/hostname">'), REFUSED, "damaged"),
    ("entity of the network", _declared('<!ENTITY a9 SYSTEM "http://example.org/a">'), REFUSED, "damaged"),
    ("document type elsewhere", lambda: with_part(BOOK, lambda xml: xml.replace("<workbook", "<!DOCTYPE a><workbook", 1)), REFUSED, "damaged"),
    ("document type in styles", lambda: with_part(STYLES, lambda xml: xml.replace("<styleSheet", "<!DOCTYPE a><styleSheet", 1)), REFUSED, "damaged"),
    ("document type in relations", lambda: with_part(RELATIONS, lambda xml: xml.replace("<Relationships", "<!DOCTYPE a><Relationships", 1)), REFUSED, "damaged"),
    ("200,000 elements deep", rows("<a>" * 200_000 + "</a>" * 200_000), REFUSED, "limit-depth"),
    ("workbook part 100 deep", lambda: with_part(BOOK, lambda xml: xml.replace("</workbook>", "<a>" * 100 + "</a>" * 100 + "</workbook>")), REFUSED, "limit-depth"),
    ("sheet cut", lambda: with_sheet(lambda xml: xml[: len(xml) // 2]), REFUSED, "damaged"),
    ("sheet cut behind its rows", lambda: with_sheet(lambda xml: xml[: xml.index("</sheetData>") + 20]), REFUSED, "damaged"),
    ("control character", of_sheet("</t></is>", "\x02</t></is>"), REFUSED, "damaged"),
    ("NUL character", of_sheet("</t></is>", "\0</t></is>"), REFUSED, "damaged"),
    ("control character by number", of_sheet("</t></is>", "&#2;</t></is>"), REFUSED, "damaged"),
    ("half a character", of_sheet("</t></is>", "\ud83d</t></is>"), REFUSED, "damaged"),
    ("bytes that are not UTF-8", lambda: with_sheet(lambda xml: xml.encode().replace(b"</t></is>", b"\xff</t></is>", 1)), REFUSED, "damaged"),
    ("unknown entity", of_sheet("</t></is>", "&nbsp;</t></is>"), REFUSED, "damaged"),
    ("tags that cross", of_sheet("</t></is></c>", "</t></c></is>"), REFUSED, "damaged"),
    ("sheet in GBK", _encoded("gbk", "GBK"), REFUSED, "damaged"),
    ("sheet part empty", lambda: rezipped(parts() | {sheet_part(): b""}), REFUSED, "damaged"),
    ("workbook part empty", with_parts({BOOK: b""}), REFUSED, "not-a-workbook damaged no-form"),
    ("workbook part missing", without(BOOK), REFUSED, "not-a-workbook"),
    ("relations missing", without(RELATIONS), REFUSED, "damaged"),
    ("listed sheet missing", lambda: without(sheet_part())(), REFUSED, "damaged"),
    ("sheet on the network", lambda: with_part(RELATIONS, lambda xml: xml.replace('/worksheet"', '/worksheet" TargetMode="External"')), REFUSED, "damaged"),
    ("only a chart sheet", lambda: with_part(RELATIONS, lambda xml: xml.replace('/worksheet"', '/chartsheet"')), REFUSED, "no-form"),
    ("sheet in UTF-16", _encoded("utf-16", "UTF-16"), ACCEPTED, ""),
    ("sheet in UTF-16, the other end first", _encoded("utf-16-be", "UTF-16BE"), ACCEPTED, ""),
    ("sheet with a byte mark", lambda: with_sheet(lambda xml: "\ufeff" + xml), ACCEPTED, ""),
    ("comments and instructions", of_sheet("<sheetData>", "<!-- a --><?a b?><sheetData>"), ACCEPTED, ""),
    ("prefixed names", lambda: with_sheet(_prefixed), ACCEPTED, ""),
    ("strict names", lambda: with_sheet(lambda xml: xml.replace(MAIN, _STRICT)), ACCEPTED, ""),
    ("text in CDATA", of_sheet(r"<t>([^<]*)</t></is>", r"<t><![CDATA[\1]]></t></is>"), ACCEPTED, ""),
)  # fmt: skip

_FAR = '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row>'
_WIDE = "".join(
    f'<c r="{chr(65 + i // 26)}{chr(65 + i % 26)}900"><v>1</v></c>' for i in range(26 * 21)
)


def _named(count: int) -> str:
    return "<definedNames>" + "".join(f'<definedName name="n{i}">1</definedName>' for i in range(count)) + "</definedNames>"


def _sheets(count: int) -> bytes:
    """The sound workbook with that many sheets more, all of one part."""
    ident = re.search(rf'Id="([^"]+)"[^>]*{sheet_part().rpartition("/")[2]}|{sheet_part().rpartition("/")[2]}"[^>]*Id="([^"]+)"', parts()[RELATIONS].decode())
    assert ident
    more = "".join(f'<sheet name="多{i}" sheetId="{900 + i}" r:id="{ident[1] or ident[2]}"/>' for i in range(count))
    links = ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    return with_part(BOOK, lambda xml: re.sub("<sheet ", f"<sheet{links} ", xml.replace("</sheets>", f"{more}</sheets>")))


_SHEETS: tuple[tuple[str, Maker, str, str, str], ...] = (
    ("range that lies", of_sheet(r'<dimension ref="[^"]*"', '<dimension ref="A1:XFD1048576"'), ACCEPTED, "", ""),
    ("text in the farthest cell", rows(_FAR), ACCEPTED, "extra-column", "XFD1048576"),
    ("a row outside the grid", rows('<row r="9999999"><c r="A9999999"><v>1</v></c></row>'), REFUSED, "damaged", ""),
    ("a column outside the grid", rows('<row r="900"><c r="XFE900"><v>1</v></c></row>'), REFUSED, "damaged", ""),
    ("an address that is none", rows('<row r="900"><c r="9A"><v>1</v></c></row>'), REFUSED, "damaged", ""),
    ("an address of another row", rows('<row r="900"><c r="AAA901"><v>1</v></c></row>'), REFUSED, "damaged", ""),
    ("an address twice", of_sheet(r'(<c r="B4"[^>]*>.*?</c>)', r"\1\1"), REFUSED, "damaged", ""),
    ("an address twice, blank once", of_sheet(r'(<c r="B4"[^>]*>.*?</c>)', r'\1<c r="B4" s="1"/>'), REFUSED, "damaged", ""),
    ("a row twice", of_sheet(r'(<row r="4"[^>]*>.*?</row>)', r"\1\1"), REFUSED, "damaged", ""),
    ("rows out of order", rows('<row r="1"><c r="A1"><v>1</v></c></row>'), REFUSED, "damaged", ""),
    ("cells without address", lambda: with_sheet(lambda xml: re.sub(r'<c r="A(\d+)"', "<c", xml)), ACCEPTED, "", ""),
    ("shared text past the end", as_cell("B4", 't="s"><v>99999</v></c>'), REFUSED, "damaged", ""),
    ("shared text of no number", as_cell("B4", 't="s"><v>1.5</v></c>'), REFUSED, "damaged", ""),
    ("style past the end", of_sheet(r'<c r="B4"( s="\d+")?', '<c r="B4" s="99999"'), ACCEPTED, "", ""),
    ("a number that is none", as_cell("T4", "><v>NaN</v></c>"), REFUSED, "damaged", ""),
    ("an endless number", as_cell("T4", "><v>1e999</v></c>"), REFUSED, "damaged", ""),
    ("201 sheets more", lambda: _sheets(201), REFUSED, "limit-sheets", ""),
    ("2,000 sheets more", lambda: _sheets(2_000), REFUSED, "limit-sheets", ""),
    ("546 columns with text", rows(f'<row r="900">{_WIDE}</row>'), REFUSED, "limit-columns", ""),
    ("100,001 merged cells", behind("<mergeCells>" + '<mergeCell ref="AA1:AB1"/>' * 100_001 + "</mergeCells>"), REFUSED, "limit-merges", ""),
    ("cells merged over the grid", behind('<mergeCells count="1"><mergeCell ref="AA900:XFD1048576"/></mergeCells>'), ACCEPTED, "", ""),
    ("100,000 styles", lambda: with_part(STYLES, lambda xml: xml.replace("</cellXfs>", '<xf numFmtId="14"/>' * 100_000 + "</cellXfs>")), ACCEPTED, "", ""),
    ("100,000 names", lambda: with_part(BOOK, lambda xml: xml.replace("</sheets>", "</sheets>" + _named(100_000), 1)), ACCEPTED, "", ""),
    ("hidden row", of_sheet('<row r="4"', '<row r="4" hidden="1"'), ACCEPTED, "hidden-rows", ""),
    ("error #REF!", as_cell("B4", 't="e"><v>#REF!</v></c>'), RETURNED, "error-value", "B4"),
    ("error #N/A of a formula", as_cell("K4", 't="e"><f>VLOOKUP(1,A1:B2,2,0)</f><v>#N/A</v></c>'), RETURNED, "error-value", "K4"),
    ("formula never calculated", as_cell("B4", "><f>A1&amp;A2</f></c>"), RETURNED, "no-value", "B4"),
    ("formula with an empty value", as_cell("R4", "><f>TODAY()</f><v/></c>"), RETURNED, "no-value", "R4"),
    ("shared formula never calculated", as_cell("R4", '><f t="shared" si="0"/></c>'), RETURNED, "no-value", "R4"),
    ("picture in a cell", as_cell("B4", '><f>_xlfn.DISPIMG("ID_1",1)</f></c>'), RETURNED, "error-value", "B4"),
    ("picture in a cell, as text", as_cell("B4", 't="str"><f>_xlfn.DISPIMG("ID_1",1)</f><v>=DISPIMG("ID_1",1)</v></c>'), RETURNED, "error-value", "B4"),
    ("DDE", as_cell("J4", "t=\"str\"><f>cmd|' /C calc'!A0</f><v>落实整改</v></c>"), ACCEPTED, "external-links", "J4"),
    ("web service", as_cell("J4", 't="str"><f>_xlfn.WEBSERVICE("http://example.org")</f><v>落实整改</v></c>'), ACCEPTED, "external-links", "J4"),
    ("link to another workbook", with_parts({"xl/externalLinks/externalLink1.xml": b"<externalLink/>"}), ACCEPTED, "external-links", ""),
    ("connection", with_parts({"xl/connections.xml": b"<connections/>"}), ACCEPTED, "external-links", ""),
    ("macros", with_parts({"xl/vbaProject.bin": b"\xd0\xcf"}), ACCEPTED, "macros", ""),
    ("day 60 of 1900", as_cell("R4", 's="{day}"><v>60</v></c>'), RETURNED, "date", "R4"),
    ("day -1", as_cell("R4", 's="{day}"><v>-1</v></c>'), RETURNED, "date", "R4"),
    ("half a day", as_cell("R4", 's="{day}"><v>0.5</v></c>'), RETURNED, "date", "R4"),
    ("day 2958466", as_cell("R4", 's="{day}"><v>2958466</v></c>'), RETURNED, "date", "R4"),
    ("day 1e300", as_cell("R4", 's="{day}"><v>1e300</v></c>'), RETURNED, "date number", "R4"),
    ("18 digits in a number", as_cell("B4", "><v>440100200505161234</v></c>"), RETURNED, "number", "B4"),
    ("text that looks like a formula", as_cell("B4", _text("=cmd|' /C calc'!A0")), ACCEPTED, "", ""),
    ("40,000 characters", as_cell("B4", _text("长" * 40_000)), RETURNED, "length", "B4"),
    ("phonetics", as_cell("B4", 't="inlineStr"><is><r><t>会议多，</t></r><rPh sb="0" eb="1"><t>hui</t></rPh><r><t>调研少</t></r></is></c>'), ACCEPTED, "", ""),
    ("characters beyond the first plane", as_cell("B4", _text("𠮷𡃁会议多，调研少😀")), ACCEPTED, "", ""),
    ("direction marks", as_cell("B4", _text("会议多\u202e，调研少")), ACCEPTED, "fixed-text", "B4"),
)  # fmt: skip

_BLANK_ROWS = "".join(f'<row r="{row}" s="1" customFormat="1"><c r="A{row}" s="1"/></row>' for row in range(901, 300_901))


def _columns() -> str:
    """Rows of blank cells in every column of the grid."""
    cells = [f'<c r="{column_letter(at)}{{}}" s="1"/>' for at in range(16_384)]
    return "".join(f'<row r="{row}">{"".join(cells).format(*[row] * 16_384)}</row>' for row in range(900, 920))


def _long() -> str:
    """64 MiB of text that no limit of compression refuses."""
    return Random(1).randbytes(2**20).hex() * 32


_HEAVY: tuple[tuple[str, Maker, str, str, str], ...] = (
    ("300,000 blank rows with styles", rows(_BLANK_ROWS), ACCEPTED, "", ""),
    ("16,384 blank columns with styles", lambda: rows(_columns())(), ACCEPTED, "", ""),
    ("a cell of 64 MiB text", lambda: as_cell("B4", _text(_long()))(), RETURNED, "length", "B4"),
    ("a row far below", rows('<row r="1048000"><c r="B1048000" t="inlineStr"><is><t>会议多，调研少</t></is></c></row>'), RETURNED, "required", ""),
)  # fmt: skip


def _dated(make: Maker) -> Maker:
    """A maker whose cell keeps the style of a day."""

    def made() -> bytes:
        style = re.search(r'<c r="R4"[^>]*? s="(\d+)"', parts()[sheet_part()].decode())
        return with_sheet_style(make, style[1] if style else "0")

    return made


def with_sheet_style(make: Maker, style: str) -> bytes:
    """The maker's file with {day} as that style."""
    import zipfile
    from io import BytesIO

    with zipfile.ZipFile(BytesIO(make())) as package:
        held = {name: package.read(name) for name in package.namelist()}
    held[sheet_part()] = held[sheet_part()].replace(b"{day}", style.encode())
    return rezipped(held)


# ---- what is no file, and what programs leave behind


def _link(to: str) -> Callable[[Path], None]:
    return lambda folder: (folder / "报送.xlsx").symlink_to(to)


def _called(name: bytes) -> Callable[[Path], None]:
    return lambda folder: (folder / os.fsdecode(name)).write_bytes(good()) and None


_PLACES = (
    Kind(name="pipe", verdict=REFUSED, code="not-a-file", lays=lambda folder: os.mkfifo(folder / "报送.xlsx")),
    Kind(name="link to a device", verdict=REFUSED, code="not-a-file", lays=_link("/dev/zero")),
    Kind(name="link to a folder", verdict=REFUSED, code="not-a-file", lays=_link(".")),
    Kind(name="link to nothing", verdict=REFUSED, code="not-a-file", lays=_link("nowhere")),
    Kind(name="lock file of Excel", verdict=IGNORED, lays=_called("~$台帐.xlsx".encode())),
    Kind(name=".DS_Store", verdict=IGNORED, lays=_called(b".DS_Store")),
    Kind(name="Thumbs.db", verdict=IGNORED, lays=_called(b"Thumbs.db")),
    Kind(name="desktop.ini", verdict=IGNORED, lays=_called(b"desktop.ini")),
    Kind(name="name like a formula", verdict=ACCEPTED, lays=_called("=cmd 台账.xlsx".encode())),
    Kind(name="name like an option", verdict=ACCEPTED, lays=_called(b"-rf.xlsx")),
    Kind(name="name with a line break", verdict=ACCEPTED, lays=_called(b"a\nb.xlsx")),
    Kind(name="name that runs backwards", verdict=ACCEPTED, lays=_called("a\u202exslx.exe".encode())),
    Kind(name="name in GBK", verdict=ACCEPTED, lays=_called("报送.xlsx".encode("gbk"))),
    Kind(name="workbook in an archive", verdict=ACCEPTED, suffix=".zip", make=lambda: rezipped({"台帐.xlsx": good()})),
    Kind(name="bomb in an archive", verdict=REFUSED, code="limit-ratio", suffix=".zip", make=lambda: rezipped({"a.xlsx": bytes(40 * 2**20)})),
    Kind(name="archive that cannot be opened", verdict=REFUSED, code="damaged", suffix=".zip", make=lambda: rezipped({"a.xlsx": good()})[:-9]),
    Kind(name="mail without a file", verdict=REFUSED, code="not-a-workbook", suffix=".eml", make=lambda: b"From: a@example.org\nSubject: x\n\nhello\n"),
)  # fmt: skip

SHEETS = (
    *(Kind(name=name, make=make, verdict=verdict, code=code) for name, make, verdict, code in _XML),
    *(
        Kind(name=n, make=_dated(make) if "day" in n else make, verdict=v, code=code, cell=cell)
        for n, make, v, code, cell in _SHEETS
    ),
    *(Kind(name=n, make=m, verdict=v, code=c, cell=cell, heavy=True) for n, m, v, c, cell in _HEAVY),
    *_PLACES,
)
