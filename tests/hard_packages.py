"""Hard packages for the tests of marks: workbooks as other programs write them, each odd in one way.

Every one has a sheet 台帐 with texts in A1:D4 (D4 blank), a date in B2, a formula with its value in C3 and notes,
drawings or names as its own oddity wants them.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from io import BytesIO, RawIOBase
from typing import Any

import xlsxwriter

SHEET = "台帐"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_MAIN = "http://purl.oclc.org/ooxml/spreadsheetml/main"
STRICT_LINKS = "http://purl.oclc.org/ooxml/officeDocument/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "application/vnd.openxmlformats-officedocument."
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

Parts = dict[str, bytes]


# ---- a small package written by hand


def zipped(parts: Mapping[str, bytes]) -> bytes:
    """The parts as a zip, compressed, all of one day."""
    held = BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(zipfile.ZipInfo(name, (2005, 5, 25, 8, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return held.getvalue()


def unzipped(data: bytes) -> Parts:
    """The inflated parts of a package by name."""
    with zipfile.ZipFile(BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


def relations(*held: tuple[str, str, str]) -> bytes:
    """A relations part of (id, kind, target)."""
    made = "".join(f'<Relationship Id="{i}" Type="{LINKS}/{kind}" Target="{to}"/>' for i, kind, to in held)
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{made}</Relationships>'.encode()


def cells(rows: str) -> str:
    """A sheet of our rows."""
    return (
        f'{_HEAD}<worksheet xmlns="{MAIN}" xmlns:r="{LINKS}"><sheetViews><sheetView tabSelected="1"'
        ' workbookViewId="0"/></sheetViews><sheetFormatPr defaultRowHeight="15"/><cols>'
        '<col min="4" max="4" width="12" style="3" customWidth="1"/></cols>'
        f"<sheetData>{rows}</sheetData>"
        '<pageMargins left="0.7" right="0.7" top="0.75" bottom="0.75" header="0.3" footer="0.3"/></worksheet>'
    )


def text(name: str, value: str, style: int = 0) -> str:
    """A cell that holds its text itself."""
    return f'<c r="{name}" s="{style}" t="inlineStr"><is><t>{value}</t></is></c>'


ROWS = (
    f'<row r="1" spans="1:3">{text("A1", "序号")}{text("B1", "完成时限", 2)}{text("C1", "比例")}</row>'
    f'<row r="2">{text("A2", "甲")}<c r="B2" s="1"><v>38501</v></c>{text("C2", "乙")}</row>'
    f'<row r="3">{text("A3", "丙")}<c r="B3" s="1"><v>38502</v></c>'
    '<c r="C3"><f>B3-B2</f><v>1</v></c></row>'
    f'<row r="4">{text("A4", "丁")}</row>'
)
STYLES = (
    f'{_HEAD}<styleSheet xmlns="{MAIN}">'
    '<fonts count="2"><font><sz val="11"/><name val="宋体"/></font>'
    '<font><b/><sz val="11"/><color theme="0"/><name val="宋体"/></font></fonts>'
    '<fills count="4"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '<fill><patternFill patternType="solid"><fgColor theme="4" tint="-0.249977111117893"/><bgColor indexed="64"/>'
    '</patternFill></fill><fill><gradientFill degree="90"><stop position="0"><color rgb="FFFFFFFF"/></stop>'
    '<stop position="1"><color rgb="FFDDEEFF"/></stop></gradientFill></fill></fills>'
    "<borders count=\"1\"><border><left/><right/><top/><bottom/><diagonal/></border></borders>"
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="14" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="0" fontId="1" fillId="2" borderId="0" xfId="0" applyFont="1" applyFill="1"><alignment'
    ' horizontal="center"/></xf>'
    '<xf numFmtId="49" fontId="0" fillId="3" borderId="0" xfId="0" applyFill="1"><protection locked="0"/></xf>'
    "</cellXfs>"
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


_VIEWS = '<bookViews><workbookView activeTab="0"/></bookViews>'


def workbook(sheets: str = "", views: str = _VIEWS, more: str = "") -> str:
    """The workbook part of one sheet, and of more where `sheets` names them."""
    first = f'<sheet name="{SHEET}" sheetId="1" r:id="rId1"/>'
    return (
        f'{_HEAD}<workbook xmlns="{MAIN}" xmlns:r="{LINKS}"><workbookPr/>{views}'
        f"<sheets>{first}{sheets}</sheets>{more}</workbook>"
    )


def types(*held: tuple[str, str]) -> bytes:
    """The content types of the plain package, and of more parts (name, type without its usual beginning)."""
    known = [
        ("/xl/workbook.xml", "spreadsheetml.sheet.main+xml"),
        ("/xl/worksheets/sheet1.xml", "spreadsheetml.worksheet+xml"),
        ("/xl/styles.xml", "spreadsheetml.styles+xml"),
        *held,
    ]
    made = "".join(f'<Override PartName="{n}" ContentType="{_OFFICE if "/" not in t else ""}{t}"/>' for n, t in known)
    rels = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    return (
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">{rels}'
        f'<Default Extension="xml" ContentType="application/xml"/>{made}</Types>'
    ).encode()


def plain() -> Parts:
    """The package that the others differ from."""
    return {
        "[Content_Types].xml": types(),
        "_rels/.rels": relations(("rId1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": workbook().encode(),
        "xl/_rels/workbook.xml.rels": relations(
            ("rId1", "worksheet", "worksheets/sheet1.xml"), ("rId2", "styles", "styles.xml")
        ),
        "xl/styles.xml": STYLES.encode(),
        "xl/worksheets/sheet1.xml": cells(ROWS).encode(),
    }


def changed(**parts: Any) -> bytes:
    """The plain package with some parts changed by functions of their text; / and . are written __ and _dot_."""
    held = plain()
    for key, change in parts.items():
        name = {"sheet": "xl/worksheets/sheet1.xml", "styles": "xl/styles.xml", "workbook": "xl/workbook.xml"}[key]
        held[name] = change(held[name].decode()).encode()
    return zipped(held)


def with_parts(more: Mapping[str, bytes | str], **changes: Callable[[str], str]) -> bytes:
    """The plain package with parts added or replaced."""
    held = unzipped(changed(**changes))
    held |= {name: data.encode() if isinstance(data, str) else data for name, data in more.items()}
    return zipped(held)


# ---- how XML may be written


def prefixed() -> bytes:
    """Every element of ours with a prefix."""

    def change(xml: str) -> str:
        xml = xml.replace(f'xmlns="{MAIN}"', f'xmlns:x="{MAIN}"')
        return re.sub(r"<(/?)(?=[A-Za-z])", r"<\1x:", xml)

    held = plain()
    for name in ("xl/workbook.xml", "xl/styles.xml", "xl/worksheets/sheet1.xml"):
        held[name] = change(held[name].decode()).encode()
    return zipped(held)


def strict() -> bytes:
    """The strict edition of the format."""
    held = plain()
    for name, data in held.items():
        if name != "[Content_Types].xml":
            xml = data.decode().replace(MAIN, STRICT_MAIN).replace(LINKS, STRICT_LINKS)
            held[name] = xml.encode()
    held["xl/workbook.xml"] = held["xl/workbook.xml"].replace(b"<workbook ", b'<workbook conformance="strict" ')
    return zipped(held)


def without_addresses() -> bytes:
    """Rows and cells that do not say where they stand."""
    return changed(sheet=lambda xml: re.sub(r"(<(?:row|c)) r=\"\w+\"", r"\1", xml))


def in_utf16() -> bytes:
    """A sheet in UTF-16."""
    held = plain()
    name = "xl/worksheets/sheet1.xml"
    held[name] = held[name].decode().replace("UTF-8", "UTF-16").encode("utf-16")
    return zipped(held)


def oddly_written() -> bytes:
    """A byte order mark, single quotes, spaces in tags, comments and CDATA that look like cells."""

    def change(xml: str) -> str:
        xml = xml.replace("<sheetData>", "<!-- <c r='B2'/> --><sheetData>")
        xml = xml.replace("<is><t>乙</t></is>", "<is><t><![CDATA[<c r='B2'/>]]></t></is>")
        return "\ufeff" + re.sub(r'r="(B2)" s="(\d)"', r"r = '\1'\n s = '\2'", xml)

    return changed(sheet=change)


def empty_rows() -> bytes:
    """A row without cells, written as one tag, and a row that is not there at all."""
    return changed(sheet=lambda xml: re.sub(r'<row r="3">.*?</row><row r="4">.*?</row>', '<row r="3"/>', xml))


def without_views() -> bytes:
    """A workbook that says nothing of windows."""
    return changed(
        workbook=lambda xml: re.sub("<bookViews>.*</bookViews>", "", xml),
        sheet=lambda xml: re.sub("<sheetViews>.*</sheetViews>", "", xml),
    )


# ---- styles


def without_counts() -> bytes:
    """Styles that are not counted."""
    return changed(styles=lambda xml: re.sub(r' count="\d+"', "", xml))


def few_styles() -> bytes:
    """Styles with cell formats and nothing that they name."""
    return changed(styles=lambda xml: re.sub(r"<fonts.*</cellStyleXfs>", "", xml))


def no_styles() -> bytes:
    """A workbook without a styles part."""
    held = plain()
    del held["xl/styles.xml"]
    declared = rb'<Override PartName="/xl/styles.xml"[^>]*>'
    held["[Content_Types].xml"] = re.sub(declared, b"", held["[Content_Types].xml"])
    held["xl/_rels/workbook.xml.rels"] = relations(("rId1", "worksheet", "worksheets/sheet1.xml"))
    sheet = held["xl/worksheets/sheet1.xml"]
    held["xl/worksheets/sheet1.xml"] = re.sub(rb' (?:s|style)="\d"', b"", sheet)
    return zipped(held)


def many_styles(count: int = 1_000) -> bytes:
    """A styles part of so many cell formats."""
    xf = '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"><alignment indent="{}"/></xf>'
    more = "".join(xf.format(n % 200) for n in range(count - 4))
    return changed(styles=lambda xml: xml.replace("</cellXfs>", more + "</cellXfs>").replace(
        '<cellXfs count="4">', f'<cellXfs count="{count}">'))  # fmt: skip


def merged() -> bytes:
    """Merged cells with their value in the first."""
    merges = '<mergeCells count="1"><mergeCell ref="B2:B3"/></mergeCells><pageMargins'
    return changed(sheet=lambda xml: xml.replace("<pageMargins", merges))


# ---- notes


def _notes(*held: tuple[str, int, str], authors: str = "<author>示例甲</author>") -> str:
    made = "".join(f'<comment ref="{cell}" authorId="{n}"><text>{xml}</text></comment>' for cell, n, xml in held)
    return (
        f'{_HEAD}<comments xmlns="{MAIN}"><authors>{authors}</authors>'
        f"<commentList>{made}</commentList></comments>"
    )


def box(number: int, row: int, column: int, kind: str = "Note") -> str:
    """A shape of an old drawing."""
    return (
        f'<v:shape id="_x0000_s{number}" type="#_x0000_t202" style="position:absolute;visibility:hidden"'
        ' fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/>'
        f'<x:ClientData ObjectType="{kind}"><x:MoveWithCells/><x:SizeWithCells/>'
        "<x:Anchor>2, 15, 0, 2, 4, 15, 4, 4</x:Anchor><x:AutoFill>False</x:AutoFill>"
        f"<x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
    )


def drawing(*shapes: str, type_name: str = "_x0000_t202") -> str:
    """An old drawing of shapes."""
    return (
        '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
        ' xmlns:x="urn:schemas-microsoft-com:office:excel"><o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="1"/>'
        f'</o:shapelayout><v:shapetype id="{type_name}" coordsize="21600,21600" o:spt="202"'
        ' path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/></v:shapetype>' + "".join(shapes) + "</xml>"
    )


def _linked(xml: str) -> str:
    return xml.replace("</worksheet>", '<legacyDrawing r:id="rId2"/></worksheet>')


_NOTED_TYPES = types(
    ("/xl/comments1.xml", "spreadsheetml.comments+xml"), ("/xl/drawings/vmlDrawing1.vml", "vmlDrawing")
)
_NOTE_LINKS = (("rId1", "comments", "../comments1.xml"), ("rId2", "vmlDrawing", "../drawings/vmlDrawing1.vml"))
CLERKS_NOTES = _notes(
    ("B2", 0, "<t>请看 &quot;附件&quot;_x000D_&#10;二</t>"),
    ("C3", 0, "<r><rPr><b/><sz val=\"9\"/></rPr><t>示例甲：</t></r><r><t xml:space=\"preserve\"> 已核对 </t></r>"),
    ("A3", 0, "<t/>"),
)


def noted() -> bytes:
    """Notes of a clerk's own: plain, in runs, empty."""
    return with_parts(
        {
            "[Content_Types].xml": _NOTED_TYPES,
            "xl/worksheets/_rels/sheet1.xml.rels": relations(*_NOTE_LINKS),
            "xl/comments1.xml": CLERKS_NOTES,
            "xl/drawings/vmlDrawing1.vml": drawing(box(1025, 1, 1), box(1026, 2, 2), box(1027, 2, 0)),
        },
        sheet=_linked,
    )


def noted_without_drawing() -> bytes:
    """Notes without the boxes that Excel shows them in."""
    return with_parts(
        {
            "[Content_Types].xml": types(("/xl/comments1.xml", "spreadsheetml.comments+xml")),
            "xl/worksheets/_rels/sheet1.xml.rels": relations(_NOTE_LINKS[0]),
            "xl/comments1.xml": CLERKS_NOTES,
        }
    )


def threaded() -> bytes:
    """A thread of comments on B2, with the note that stands in for it, and its people."""
    space = "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"
    ident, person = "{00000000-0000-4000-8000-000000000001}", "{00000000-0000-4000-8000-000000000002}"
    kind = "http://schemas.microsoft.com/office/2017/10/relationships"
    links = relations(*_NOTE_LINKS).decode().replace(
        "</Relationships>",
        f'<Relationship Id="rId3" Type="{kind}/threadedComment" Target="../threadedComments/threadedComment1.xml"/>'
        "</Relationships>",
    )  # fmt: skip
    return with_parts(
        {
            "[Content_Types].xml": types(
                ("/xl/comments1.xml", "spreadsheetml.comments+xml"),
                ("/xl/drawings/vmlDrawing1.vml", "vmlDrawing"),
                ("/xl/threadedComments/threadedComment1.xml", "application/vnd.ms-excel.threadedcomments+xml"),
                ("/xl/persons/person.xml", "application/vnd.ms-excel.person+xml"),
            ),
            "xl/worksheets/_rels/sheet1.xml.rels": links,
            "xl/comments1.xml": _notes(("B2", 0, "<t>[线程批注]请核对</t>"), authors=f"<author>tc={ident}</author>"),
            "xl/drawings/vmlDrawing1.vml": drawing(box(1025, 1, 1)),
            "xl/threadedComments/threadedComment1.xml": f'{_HEAD}<ThreadedComments xmlns="{space}"><threadedComment'
            f' ref="B2" dT="2005-05-20T08:00:00.00" personId="{person}" id="{ident}"><text>请核对</text>'
            "</threadedComment></ThreadedComments>",
            "xl/persons/person.xml": f'{_HEAD}<personList xmlns="{space}"><person displayName="示例甲" id="{person}"'
            ' userId="x" providerId="None"/></personList>',
            "xl/_rels/workbook.xml.rels": relations(
                ("rId1", "worksheet", "worksheets/sheet1.xml"), ("rId2", "styles", "styles.xml")
            ).decode().replace(
                "</Relationships>",
                f'<Relationship Id="rId9" Type="{kind}/person" Target="persons/person.xml"/></Relationships>',
            ),
        },
        sheet=_linked,
    )  # fmt: skip


def shared_drawing() -> bytes:
    """Two sheets that lead to one old drawing."""
    return with_parts(
        {
            "[Content_Types].xml": types(
                ("/xl/comments1.xml", "spreadsheetml.comments+xml"),
                ("/xl/drawings/vmlDrawing1.vml", "vmlDrawing"),
                ("/xl/worksheets/sheet2.xml", "spreadsheetml.worksheet+xml"),
            ),
            "xl/workbook.xml": workbook('<sheet name="另一张" sheetId="2" r:id="rId5"/>'),
            "xl/_rels/workbook.xml.rels": relations(
                ("rId1", "worksheet", "worksheets/sheet1.xml"),
                ("rId2", "styles", "styles.xml"),
                ("rId5", "worksheet", "worksheets/sheet2.xml"),
            ),
            "xl/worksheets/sheet2.xml": _linked(cells(ROWS)),
            "xl/worksheets/_rels/sheet1.xml.rels": relations(*_NOTE_LINKS),
            "xl/worksheets/_rels/sheet2.xml.rels": relations(_NOTE_LINKS[1]),
            "xl/comments1.xml": CLERKS_NOTES,
            "xl/drawings/vmlDrawing1.vml": drawing(box(1025, 1, 1), box(1026, 2, 2), box(1027, 2, 0)),
        },
        sheet=_linked,
    )


def button() -> bytes:
    """A button on the sheet: an old drawing without any note, not quite XML."""
    shape = box(1030, 5, 5, "Button").replace("<x:Client", "<v:textbox><div>按钮<br></div></v:textbox><x:Client")
    return with_parts(
        {
            "[Content_Types].xml": types(("/xl/drawings/vmlDrawing1.vml", "vmlDrawing")),
            "xl/worksheets/_rels/sheet1.xml.rels": relations(_NOTE_LINKS[1]),
            "xl/drawings/vmlDrawing1.vml": drawing(shape, type_name="_x0000_t201"),
        },
        sheet=_linked,
    )


# ---- the workbook


def second_sheet(name: str, *, views: str, state: str = "", first_state: str = "", more: str = "") -> bytes:
    """The plain package with a second sheet, selected too."""
    book = workbook(f'<sheet name="{name}" sheetId="7"{state} r:id="rId7"/>', views, more)
    return with_parts(
        {
            "[Content_Types].xml": types(("/xl/worksheets/sheet2.xml", "spreadsheetml.worksheet+xml")),
            "xl/workbook.xml": book.replace(' sheetId="1"', f' sheetId="1"{first_state}'),
            "xl/_rels/workbook.xml.rels": relations(
                ("rId1", "worksheet", "worksheets/sheet1.xml"),
                ("rId2", "styles", "styles.xml"),
                ("rId7", "worksheet", "worksheets/sheet2.xml"),
            ),
            "xl/worksheets/sheet2.xml": cells(ROWS).replace('workbookViewId="0"/>', 'workbookViewId="0"/>'),
        }
    )


def hidden_first() -> bytes:
    """A hidden first sheet, an opened second one, two windows."""
    window = '<workbookView firstSheet="1" activeTab="1"/>'
    return second_sheet(
        "另一张", views=f"<bookViews>{window}{window}</bookViews>", first_state=' state="hidden"'
    )


def clerks_own_list() -> bytes:
    """A clerk's own sheet that is called as ours."""
    return second_sheet("问题清单", views='<bookViews><workbookView activeTab="1"/></bookViews>')


def odd_title() -> bytes:
    """A second sheet with a title full of signs."""
    return second_sheet("=O'Neil&amp;&lt;b&gt;!A1", views='<bookViews><workbookView activeTab="1"/></bookViews>')


def protected_structure() -> bytes:
    """A workbook whose sheets may not be moved."""
    return changed(
        workbook=lambda xml: xml.replace("<bookViews>", '<workbookProtection lockStructure="1"/><bookViews>'),
        sheet=lambda xml: xml.replace("</sheetData>", '</sheetData><sheetProtection sheet="1" objects="1"/>'),
    )


def names() -> bytes:
    """Names of the workbook and of single sheets, print areas among them."""
    held = (
        f"<definedNames><definedName name=\"_xlnm.Print_Area\" localSheetId=\"0\">{SHEET}!$A$1:$C$4</definedName>"
        '<definedName name="_xlnm.Print_Titles" localSheetId="1">另一张!$1:$1</definedName>'
        f'<definedName name="全体">{SHEET}!$A$1:$A$4</definedName></definedNames>'
    )
    return second_sheet("另一张", views='<bookViews><workbookView activeTab="1"/></bookViews>', more=held)


def calculated() -> bytes:
    """An order of calculation beside formulas with their values."""
    chain = f'{_HEAD}<calcChain xmlns="{MAIN}"><c r="C3" i="1"/></calcChain>'
    return with_parts(
        {
            "[Content_Types].xml": types(("/xl/calcChain.xml", "spreadsheetml.calcChain+xml")),
            "xl/_rels/workbook.xml.rels": relations(
                ("rId1", "worksheet", "worksheets/sheet1.xml"),
                ("rId2", "styles", "styles.xml"),
                ("rId3", "calcChain", "calcChain.xml"),
            ),
            "xl/calcChain.xml": chain,
        }
    )


def from_1904() -> bytes:
    """Days counted from 1904."""
    return changed(workbook=lambda xml: xml.replace("<workbookPr/>", '<workbookPr date1904="1"/>'))


def extended() -> bytes:
    """Validations, conditional formats and a private extension, all in the list of extensions."""
    space = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
    formula = "http://schemas.microsoft.com/office/excel/2006/main"
    ext = (
        f'<extLst><ext xmlns:x14="{space}" uri="{{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}}"><x14:dataValidations'
        f' xmlns:xm="{formula}" count="1"><x14:dataValidation type="list" allowBlank="1"><x14:formula1><xm:f>'
        f"{SHEET}!$A$2:$A$4</xm:f></x14:formula1><xm:sqref>A2:A4</xm:sqref></x14:dataValidation>"
        f'</x14:dataValidations></ext><ext xmlns:x14="{space}" uri="{{78C0D931-6437-407d-A8EE-F0AAD7539E65}}">'
        f'<x14:conditionalFormattings><x14:conditionalFormatting xmlns:xm="{formula}"><x14:cfRule type="expression"'
        ' priority="1" id="{00000000-0000-4000-8000-000000000003}"><xm:f>A2="甲"</xm:f><x14:dxf/></x14:cfRule>'
        "<xm:sqref>A2</xm:sqref></x14:conditionalFormatting></x14:conditionalFormattings></ext></extLst></worksheet>"
    )
    return changed(sheet=lambda xml: xml.replace("</worksheet>", ext))


def custom_xml() -> bytes:
    """Custom XML and an unknown part of somebody's own."""
    return with_parts(
        {
            "customXml/item1.xml": "<公文 编号='1'/>",
            "customXml/itemProps1.xml": "<ds:datastoreItem xmlns:ds='http://schemas.openxmlformats.org/officeDocument"
            "/2006/customXml' ds:itemID='{00000000-0000-4000-8000-000000000004}'/>",
            "customXml/_rels/item1.xml.rels": relations(("rId1", "customXmlProps", "itemProps1.xml")),
            "_rels/.rels": relations(
                ("rId1", "officeDocument", "xl/workbook.xml"), ("rId2", "customXml", "customXml/item1.xml")
            ),
            "[Content_Types].xml": types(
                ("/customXml/itemProps1.xml", "customXmlProperties+xml"),
            ),
        }
    )


def macros() -> bytes:
    """A workbook with macros (of no use: their part is no program)."""
    held = plain()
    held["[Content_Types].xml"] = (
        types(("/xl/vbaProject.bin", "application/vnd.ms-office.vbaProject"))
        .replace(
            f"{_OFFICE}spreadsheetml.sheet.main+xml".encode(),
            b"application/vnd.ms-excel.sheet.macroEnabled.main+xml",
        )
    )  # fmt: skip
    held["xl/vbaProject.bin"] = bytes(range(256)) * 40
    kind = "http://schemas.microsoft.com/office/2006/relationships/vbaProject"
    rels = held["xl/_rels/workbook.xml.rels"].decode()
    held["xl/_rels/workbook.xml.rels"] = rels.replace(
        "</Relationships>", f'<Relationship Id="rId8" Type="{kind}" Target="vbaProject.bin"/></Relationships>'
    ).encode()
    return zipped(held)


# ---- the zip


def absolute_targets() -> bytes:
    """Relations that lead from the root."""
    held = plain()
    held["xl/_rels/workbook.xml.rels"] = relations(
        ("rId1", "worksheet", "/xl/worksheets/sheet1.xml"), ("rId2", "styles", "/xl/styles.xml")
    )
    return zipped(held)


def back_slashes() -> bytes:
    """Names of parts written the Windows way."""
    data = zipped(plain())
    for name in plain():
        data = data.replace(name.encode(), name.replace("/", "\\").encode())
    return data


class _Stream(RawIOBase):
    """A target that cannot be wound back, so that sizes follow the data."""

    def __init__(self) -> None:
        self.held = BytesIO()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        return self.held.write(data)


def streamed() -> bytes:
    """A zip whose sizes stand behind the data, as programs that write to a pipe leave it."""
    target = _Stream()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in plain().items():
            package.writestr(name, data)
    return target.held.getvalue()


# ---- by xlsxwriter: pictures, charts and what else only a program writes well


def _png() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes([200, 30, 30] * 40) for _ in range(40))
    head = struct.pack(">IIBBBBB", 40, 40, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def _written(fill: Callable[[xlsxwriter.Workbook, Any], object]) -> bytes:
    held = BytesIO()
    book = xlsxwriter.Workbook(held)
    sheet = book.add_worksheet(SHEET)
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for place, words in enumerate((("序号", "完成时限", "比例"), ("甲", "", "乙"), ("丙", "", ""), ("丁", "", ""))):
        for column, word in enumerate(words):
            if word:
                sheet.write_string(place, column, word)
    sheet.write_number("B2", 38501, day)
    sheet.write_number("B3", 38502, day)
    sheet.write_formula("C3", "=B3-B2", None, 1)
    fill(book, sheet)
    book.close()
    return held.getvalue()


def pictures() -> bytes:
    """Stamps as pictures, on the sheet and in the header; a text box, a chart, a table."""

    def fill(book: xlsxwriter.Workbook, sheet: Any) -> None:
        sheet.insert_image("E2", "章.png", {"image_data": BytesIO(_png())})
        sheet.insert_textbox("E8", "领导批示")
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": f"={SHEET}!$B$2:$B$3"})
        sheet.insert_chart("E14", chart)
        sheet.set_header("&C&G", {"image_center": "章.png", "image_data_center": BytesIO(_png())})
        sheet.add_table("H1:I3")
        bars = book.add_chart({"type": "bar"})
        bars.add_series({"values": f"={SHEET}!$B$2:$B$3"})
        book.add_chartsheet("图").set_chart(bars)

    return _written(fill)


def sparklines() -> bytes:
    """Small charts in cells, conditional bars and notes of xlsxwriter's writing."""

    def fill(book: xlsxwriter.Workbook, sheet: Any) -> None:
        sheet.add_sparkline("E2", {"range": f"{SHEET}!B2:B3"})
        sheet.conditional_format("B2:B3", {"type": "data_bar", "data_bar_2010": True})
        sheet.write_comment("B2", "原有批注", {"author": "示例乙"})
        sheet.data_validation("A2:A9", {"validate": "list", "source": ["甲", "乙"]})

    return _written(fill)


HARD: Mapping[str, Callable[[], bytes]] = {
    made.__name__: made
    for made in (
        prefixed,
        strict,
        without_addresses,
        in_utf16,
        oddly_written,
        empty_rows,
        without_views,
        without_counts,
        few_styles,
        no_styles,
        many_styles,
        merged,
        noted,
        noted_without_drawing,
        threaded,
        shared_drawing,
        button,
        hidden_first,
        clerks_own_list,
        odd_title,
        protected_structure,
        names,
        calculated,
        from_1904,
        extended,
        custom_xml,
        macros,
        absolute_targets,
        back_slashes,
        streamed,
        pictures,
        sparklines,
    )
}
HARD = {"plain": lambda: zipped(plain()), **HARD}


# ---- what cannot be marked


def signed() -> bytes:
    """A package with a digital signature."""
    return with_parts({"_xmlsignatures/sig1.xml": "<Signature xmlns='http://www.w3.org/2000/09/xmldsig#'/>"})


def shared() -> bytes:
    """A workbook that several people edit at a time, with the record of their changes."""
    return with_parts({"xl/revisions/revisionHeaders.xml": f"<headers xmlns='{MAIN}'/>"})


def binary() -> bytes:
    """A binary workbook."""
    return zipped(
        {
            "[Content_Types].xml": types(),
            "_rels/.rels": relations(("rId1", "officeDocument", "xl/workbook.bin")),
            "xl/workbook.bin": b"\x83\x01\x00",
        }
    )


def open_document() -> bytes:
    """An OpenDocument sheet."""
    return zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<x/>"})


def broken_sheet() -> bytes:
    """A sheet that ends in the middle of a word."""
    return changed(sheet=lambda xml: xml[: len(xml) // 2])


def lost_sheet() -> bytes:
    """A sheet that the workbook lists and the package lacks."""
    held = plain()
    del held["xl/worksheets/sheet1.xml"]
    return zipped(held)


def with_entity() -> bytes:
    """A sheet with a document type."""
    return changed(sheet=lambda xml: xml.replace("<worksheet ", '<!DOCTYPE x [<!ENTITY a "b">]><worksheet ', 1))


def in_gbk() -> bytes:
    """A sheet that says it is written in GBK."""
    return changed(sheet=lambda xml: xml.replace("UTF-8", "GBK"))


def of_a_later_zip() -> bytes:
    """A zip whose directory says that a part needs version 25.5 of the format, of which no program knows anything."""
    made = bytearray(zipped(plain()))
    made[made.find(b"PK\x01\x02") + 6] = 255
    return bytes(made)


def named_in_two_ways() -> bytes:
    """A zip whose sheet is sheetéé.xml to the directory; its own header says that these bytes are UTF-8."""
    held = {name: data.replace(b"sheet1.xml", "sheetéé.xml".encode()) for name, data in plain().items()}
    held["xl/worksheets/sheet##.xml"] = held.pop("xl/worksheets/sheet1.xml")
    made = bytearray(zipped(held).replace(b"sheet##.xml", b"sheet\x82\x82.xml"))
    made[made.find(b"xl/worksheets/sheet") - 23] |= 0x08
    return bytes(made)


def restricted() -> bytes:
    """A workbook with a sheet of a form that is confidential."""
    return second_sheet("教育转化登记", views="")


# As many cell formats as the tests take for the most that Excel holds, which is 64,000.
MOST_STYLES = 2_000
UNSAFE: Mapping[str, tuple[Callable[[], bytes], str]] = {
    "signed": (signed, "signed"),
    "shared": (shared, "shared"),
    "binary": (binary, "format"),
    "open_document": (open_document, "format"),
    "old_excel": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "format"),
    "text": (lambda: b"1,2,3", "format"),
    "cut": (lambda: zipped(plain())[:900], "damaged"),
    "of_a_later_zip": (of_a_later_zip, "damaged"),
    "named_in_two_ways": (named_in_two_ways, "damaged"),
    "broken_sheet": (broken_sheet, "damaged"),
    "with_entity": (with_entity, "damaged"),
    "lost_sheet": (lost_sheet, "missing-part"),
    "in_gbk": (in_gbk, "encoding"),
    "styles_full": (lambda: many_styles(MOST_STYLES), "styles-full"),
}
