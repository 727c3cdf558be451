"""Hostile and messy files, fourth part: packages of other programs, mails as they are really sent, odd XML, .ods, .xlsb."""

from __future__ import annotations

import base64
import os
import quopri
import re
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from hostile_base import (
    ACCEPTED,
    BOOK,
    IGNORED,
    REFUSED,
    RELATIONS,
    RETURNED,
    Kind,
    Maker,
    as_cell,
    behind,
    good,
    of_sheet,
    parts,
    rezipped,
    sound,
    with_part,
    with_sheet,
    without,
)
from hostile_more import attached, mail, mail_head

_MAIN_BIN = '<Relationships><Relationship Id="a" Type="x/officeDocument" Target="{}"/></Relationships>'
_NAMES = '<definedName name="a">b</definedName><definedName name="b">a</definedName>'


def _link_in_zip() -> bytes:
    """An archive whose only entry is a symbolic link."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as package:
        link = zipfile.ZipInfo("报送.xlsx")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        package.writestr(link, "/etc/passwd")
    return made.getvalue()


def _of_office(target: str, data: bytes) -> bytes:
    """A package whose main part is that one."""
    return rezipped({"[Content_Types].xml": b"<Types/>", "_rels/.rels": _MAIN_BIN.format(target).encode(), target: data})


_PACKAGES: tuple[tuple[str, Maker, str, str, str], ...] = (
    ("winmail.dat", lambda: b"\x78\x9f\x3e\x22\x01\x00" + bytes(400), ".dat", REFUSED, "not-a-workbook"),
    ("Numbers", lambda: rezipped({"Index/Document.iwa": b"\0a", "Metadata/Properties.plist": b"b", "preview.jpg": b"\xff\xd8\xff"}), ".numbers", REFUSED, "not-a-workbook"),
    ("OFD", lambda: rezipped({"OFD.xml": b"<ofd/>", "Doc_0/Document.xml": b"<a/>"}), ".ofd", REFUSED, "not-a-workbook"),
    ("program in Java", lambda: rezipped({"META-INF/MANIFEST.MF": b"Manifest-Version: 1.0\n", "a/B.class": b"\xca\xfe"}), ".jar", REFUSED, "not-a-workbook"),
    ("book (EPUB)", lambda: rezipped({"mimetype": b"application/epub+zip", "META-INF/container.xml": b"<a/>"}), ".epub", REFUSED, "not-a-workbook"),
    ("slides renamed", lambda: _of_office("ppt/presentation.xml", b"<p/>"), ".xlsx", REFUSED, "not-a-workbook"),
    ("a program", lambda: b"MZ" + bytes(300) + b"This program cannot be run in DOS mode", ".xlsx", REFUSED, "not-a-workbook"),
    ("archive that opens itself", lambda: b"MZ" + bytes(200) + rezipped({"a.xlsx": good()}), ".exe", REFUSED, "damaged"),
    ("a piece of a split archive", lambda: b"PK\x07\x08" + good()[:9_000], ".z01", REFUSED, "not-a-workbook"),
    ("shortcut of Windows", lambda: b"L\0\0\0\x01\x14\x02\0" + bytes(100), ".xlsx.lnk", REFUSED, "not-a-workbook"),
    ("Zstandard", lambda: b"\x28\xb5\x2f\xfd" + bytes(50), ".zst", REFUSED, "not-a-workbook"),
    ("base64 of a workbook", lambda: base64.encodebytes(good()), ".xlsx", REFUSED, "not-a-workbook"),
    ("line end behind the zip", lambda: good() + b"\r\n", ".xlsx", ACCEPTED, ""),
    ("zeros behind the zip", lambda: good() + bytes(1_000), ".xlsx", ACCEPTED, ""),
    ("more behind the zip than a comment", lambda: good() + bytes(100_000), ".xlsx", REFUSED, "damaged"),
    ("two workbooks in one file", lambda: good() + good(), ".xlsx", REFUSED, "damaged"),
    ("archive of folders", lambda: rezipped({"a/": b"", "b/": b""}), ".zip", REFUSED, "not-a-workbook"),
    ("link in an archive", _link_in_zip, ".zip", REFUSED, "not-a-workbook"),
    ("member that climbs", lambda: rezipped({"../../报送.xlsx": good()}), ".zip", REFUSED, "damaged"),
    ("workbook of binary parts, garbage", lambda: _of_office("xl/workbook.bin", b"\xff" * 2_000), ".xlsb", REFUSED, "damaged"),
    ("workbook of binary parts, empty", lambda: _of_office("xl/workbook.bin", b""), ".xlsb", REFUSED, "damaged"),
)  # fmt: skip


# ---- mails


def _sent(disposition: bytes, kind: bytes = b"application/octet-stream") -> bytes:
    """The sound workbook as a part of a mail."""
    head = b"Content-Type: " + kind + b"\nContent-Transfer-Encoding: base64\n" + disposition
    return head + b"\n\n" + base64.encodebytes(good())


def _named(name: bytes) -> Maker:
    return lambda: mail(_sent(b"Content-Disposition: attachment; " + name))


def _whole() -> bytes:
    return mail(attached(base64.encodebytes(good())))


_IN_GBK = "台帐.xlsx".encode("gbk")
_MAILS: tuple[tuple[str, Maker, str, str], ...] = (
    ("name in pieces of RFC 2231", _named(b"filename*0*=gb18030''%CC%A8;\n filename*1*=%D5%CA.xlsx"), ACCEPTED, ""),
    ("name in bare GBK", _named(b'filename="' + _IN_GBK + b'"'), ACCEPTED, ""),
    ("name in coded GBK", _named(b'filename="=?GBK?B?' + base64.b64encode(_IN_GBK) + b'?="'), ACCEPTED, ""),
    ("attachment that does not say so", lambda: mail(_sent(b"X-A: b", b'application/vnd.ms-excel; name="a.xls"')), ACCEPTED, ""),
    ("mail that is the workbook", lambda: mail_head() + _sent(b"X-A: b", b"application/octet-stream; name=a.xlsx"), ACCEPTED, ""),
    ("attachment of printed letters", lambda: mail(attached(quopri.encodestring(good()), how="quoted-printable")), ACCEPTED, ""),
    ("forwarded mail in base64", lambda: mail(b"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n" + base64.encodebytes(_whole())), ACCEPTED, ""),
    ("mail in UTF-16", lambda: _whole().decode("latin-1").encode("utf-16"), ACCEPTED, ""),
    ("attachment without a name", lambda: mail(_sent(b"X-A: b")), ACCEPTED, ""),
    ("mail with a byte mark", lambda: b"\xef\xbb\xbf" + _whole(), ACCEPTED, ""),
    ("mail cut", lambda: _whole()[:9_000], REFUSED, "damaged"),
    ("mail with winmail.dat", lambda: mail(attached(base64.encodebytes(b"\x78\x9f\x3e\x22" + bytes(300)), "winmail.dat")), REFUSED, "not-a-workbook"),
    ("mail that is sealed", lambda: mail_head() + b"Content-Type: application/pkcs7-mime; name=smime.p7m\nContent-Transfer-Encoding: base64\n\nMIIB\n", REFUSED, "not-a-workbook"),
)  # fmt: skip


# ---- sheets


def _renamed(old: str, new: str) -> Maker:
    """A maker: a part under another name, and everything that calls it so."""
    return lambda: rezipped({k.replace(old, new): v.replace(old.encode(), new.encode()) for k, v in parts().items()})


def _declared(text: str, encoding: str) -> Maker:
    return lambda: with_sheet(lambda xml: (text + re.sub(r"^<\?xml[^>]*>\s*", "", xml)).encode(encoding))


def _twin() -> bytes:
    """Two sheets of one name."""
    title = sound().forms[0].title
    return with_part(BOOK, lambda xml: re.sub(r'(<sheet )name="[^"]*"', rf'\1name="{title}"', xml))


def _many(name: str, element: str) -> Maker:
    inside = "".join(element.format(row) for row in range(1, 100_001))
    return behind(f"<{name}>{inside}</{name}>")


_COLUMNS = "".join(f'<col min="{at}" max="{at}" width="9"/>' for at in range(1, 16_385))
_SHEETS: tuple[tuple[str, Maker, str, str, str], ...] = (
    ("shared text of a workbook without any", as_cell("B4", 't="s"><v>0</v></c>'), REFUSED, "damaged", ""),
    ("sheets of one name", _twin, REFUSED, "damaged", ""),
    ("names in a circle", lambda: with_part(BOOK, lambda xml: re.sub("(<definedNames>|</sheets>(?!<definedNames>))", lambda held: f"{held[1]}{_NAMES}" if "Names" in held[1] else f"{held[1]}<definedNames>{_NAMES}</definedNames>", xml, count=1)), ACCEPTED, "", ""),
    ("a relation twice", lambda: with_part(RELATIONS, lambda xml: re.sub(r"(<Relationship [^>]*/>)", r"\1\1", xml, count=1)), ACCEPTED, "", ""),
    ("parts in capitals", lambda: rezipped({name.upper(): data for name, data in parts().items()}), ACCEPTED, "", ""),
    ("parts with a blank behind", lambda: rezipped({f"{name} ": data for name, data in parts().items()}), REFUSED, "not-a-workbook", ""),
    ("no list of types", without("[Content_Types].xml"), ACCEPTED, "", ""),
    ("workbook part of another name", _renamed("workbook.xml", "wb.xml"), ACCEPTED, "", ""),
    ("sheet in UTF-32", _declared('<?xml version="1.0" encoding="UTF-32"?>', "utf-32"), REFUSED, "damaged", ""),
    ("sheet in UTF-7", _declared('<?xml version="1.0" encoding="UTF-7"?>', "utf-8"), REFUSED, "damaged", ""),
    ("attribute of 10 MB", of_sheet("<sheetData>", f'<sheetData a="{"a" * 10_000_000}">'), ACCEPTED, "", ""),
    ("100,000 attributes", of_sheet('<row r="4"', '<row r="4" ' + " ".join(f'a{at}="1"' for at in range(100_000))), ACCEPTED, "", ""),
    ("an address with dollars", of_sheet('<c r="B4"', '<c r="$B$4"'), REFUSED, "damaged", ""),
    ("an address in small letters", of_sheet('<c r="B4"', '<c r="b4"'), ACCEPTED, "", ""),
    ("a cell in a cell", of_sheet('(<c r="B4"[^>]*>)(.*?</c>)', r'\1<c r="AC4"><v>1</v></c>\2'), REFUSED, "damaged", ""),
    ("a cell of another row", of_sheet('<c r="B4"', '<c r="B900"'), REFUSED, "damaged", ""),
    ("an attribute twice", of_sheet('<c r="B4"', '<c r="B4" a="1" a="1"'), REFUSED, "damaged", ""),
    ("an attribute twice behind the rows", behind('<a b="1" b="1"/>'), REFUSED, "damaged", ""),
    ("a sign that is none", of_sheet('<c r="B4"', '<c r="B4" a="\ufffe"'), REFUSED, "damaged", ""),
    ("a sign that is none as a number", as_cell("B4", 't="inlineStr"><is><t>长&#xFFFE;</t></is></c>'), REFUSED, "damaged", ""),
    ("elements that overlap behind the rows", behind("<a><b></a></b>"), REFUSED, "damaged", ""),
    ("an unknown entity behind the rows", behind("<a>&b;</a>"), REFUSED, "damaged", ""),
    ("1,000 elements deep behind the rows", behind("<a>" * 1_000 + "</a>" * 1_000), REFUSED, "limit-depth", ""),
    ("other rows in a comment", of_sheet("<sheetData>", "<!--<sheetData></sheetData>--><sheetData >"), ACCEPTED, "", ""),
    ("a sheet that is a web page", lambda: with_sheet(lambda xml: "<html><body/></html>"), REFUSED, "damaged", ""),
    ("two texts in a cell", as_cell("B4", 't="inlineStr"><is><t>长</t></is><is><t>短</t></is></c>'), REFUSED, "damaged", ""),
    ("a picture with a text", as_cell("B4", 't="str"><f>_xlfn.DISPIMG("a",1)</f><v>图</v></c>'), RETURNED, "error-value", "B4"),
    ("a target in percents", lambda: with_part(RELATIONS, lambda xml: xml.replace("worksheets/", "w%6Frksheets/")), ACCEPTED, "", ""),
    ("a sheet that is a picture", lambda: with_part(RELATIONS, lambda xml: xml.replace("relationships/worksheet", "relationships/image")), REFUSED, "damaged", ""),
    ("two relations of one name", lambda: with_part(RELATIONS, lambda xml: re.sub(r'(<Relationship [^>]*)Target="[^"]*"([^>]*/>)', r'\g<0>\1Target="a.xml"\2', xml, count=1)), REFUSED, "damaged", ""),
    ("macros of another name", lambda: with_part(RELATIONS, lambda xml: xml.replace("</Relationships>", '<Relationship Id="m" Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject" Target="m.bin"/></Relationships>')), ACCEPTED, "macros", ""),
    ("rows in an extension", behind('<extLst><ext><sheetData><row r="900"><c r="B900" t="inlineStr"><is><t>长</t></is></c></row></sheetData></ext></extLst>'), RETURNED, "required length", ""),
    ("100,000 validations", _many("dataValidations", '<dataValidation type="list" sqref="A{}"><formula1>"a"</formula1></dataValidation>'), ACCEPTED, "", ""),
    ("100,000 links", _many("hyperlinks", '<hyperlink ref="A{}" location="x"/>'), ACCEPTED, "", ""),
    ("16,384 columns declared", of_sheet("<sheetData>", f"<cols>{_COLUMNS}</cols><sheetData>"), ACCEPTED, "", ""),
    ("a flag that is none", as_cell("N4", 't="b"><v>2</v></c>'), REFUSED, "damaged", ""),
    ("a number with a comma", as_cell("T4", "><v>0,5</v></c>"), RETURNED, "number", "T4"),
    ("a text of blanks", as_cell("B4", 't="inlineStr"><is><t xml:space="preserve">     </t></is></c>'), RETURNED, "required", "B4"),
    ("a text of nothing that shows", as_cell("B4", 't="inlineStr"><is><t>\u200b\u200b</t></is></c>'), RETURNED, "required", "B4"),
    ("3,000 accents on a letter", as_cell("B4", f't="inlineStr"><is><t>会议多，调研少{chr(0x301) * 3_000}</t></is></c>'), RETURNED, "length", "B4"),
    ("half a character by number", as_cell("B4", 't="inlineStr"><is><t>会议多&#xD83D;，调研少</t></is></c>'), REFUSED, "damaged", ""),
)  # fmt: skip


# ---- .ods

_ODS = "urn:oasis:names:tc:opendocument:xmlns:"
_SPACES = " ".join(f'xmlns:{name}="{_ODS}{name}:1.0"' for name in ("office", "table", "text"))


def _ods(rows: str, kind: str = "spreadsheet") -> Maker:
    body = f'<table:table table:name="整改台帐">{rows}</table:table>' if kind == "spreadsheet" else ""
    content = f"<office:document-content {_SPACES}><office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>"
    return lambda: rezipped({"mimetype": f"application/vnd.oasis.opendocument.{kind}".encode(), "content.xml": content.encode()})


def _repeated(rows: int, columns: int) -> Maker:
    cell = f'<table:table-cell office:value-type="string" table:number-columns-repeated="{columns}"><text:p>长</text:p></table:table-cell>'
    return _ods(f'<table:table-row table:number-rows-repeated="{rows}">{cell}</table:table-row>')


_TABLES: tuple[tuple[str, Maker, str], ...] = (
    (".ods whose row repeats over the whole grid: a bomb", _repeated(1_048_576, 16_384), "damaged limit-cells limit-memory"),
    (".ods that repeats 4,294,967,295 times: a bomb", _repeated(2**32 - 1, 2**32 - 1), "damaged limit-cells limit-memory"),
    (".ods that repeats -1 times", _repeated(-1, -1), "damaged no-form"),
    (".ods 5,000 deep", _ods("<table:table-row-group>" * 5_000 + "</table:table-row-group>" * 5_000), "limit-depth"),
    (".ods without rows", _ods(""), "no-form"),
    (".ods that is a text", _ods("", "text"), "not-a-workbook"),
    (".ods with two tables of one name", _ods('</table:table><table:table table:name="整改台帐">'), "damaged"),
    (".ods with 10^20 blanks", _ods('<table:table-row><table:table-cell office:value-type="string"><text:p><text:s text:c="1' + "0" * 20 + '"/></text:p></table:table-cell></table:table-row>'), "damaged no-form"),
)  # fmt: skip


# ---- places


def _deep(folder: Path) -> None:
    """Folders in folders whose path is longer than any call takes, and a file in the last."""
    here = Path.cwd()
    os.chdir(folder)
    try:
        for _ in range(60):
            os.mkdir("d" * 200)  # noqa: PTH102 - no path leads there
            os.chdir("d" * 200)
        Path("a.xlsx").write_bytes(good())
    finally:
        os.chdir(here)


def _put(name: str, data: Maker = good) -> Callable[[Path], None]:
    def lay(folder: Path) -> None:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data())

    return lay


_PLACES = (
    Kind(name="folders deeper than a path may be", verdict=REFUSED, code="not-a-file", lays=_deep),
    Kind(name="sixty folders deep", verdict=ACCEPTED, lays=_put("深/" * 60 + "a.xlsx")),
    Kind(name="a folder called .xlsx", verdict=ACCEPTED, lays=_put("报送.xlsx/a.xlsx")),
    Kind(name="a link to itself", verdict=REFUSED, code="not-a-file", lays=lambda folder: (folder / "a.xlsx").symlink_to("a.xlsx")),
    Kind(name="a name of blanks", verdict=ACCEPTED, lays=_put("   .xlsx")),
    Kind(name="a name that does not show", verdict=ACCEPTED, lays=_put("\ufeff\u200b.xlsx")),
    Kind(name="what a Mac lays beside a file", verdict=IGNORED, lays=_put("._报送.xlsx", lambda: b"\0\x05\x16\x07" + bytes(90))),
)  # fmt: skip

OTHERS = (
    *(Kind(name=n, make=m, suffix=s, verdict=v, code=c, heavy=s == ".zip") for n, m, s, v, c in _PACKAGES),
    *(Kind(name=n, make=m, suffix=".eml", verdict=v, code=c, heavy=True) for n, m, v, c in _MAILS),
    *(Kind(name=n, make=m, verdict=v, code=c, cell=cell, heavy=n.startswith(("100,000", "attribute of"))) for n, m, v, c, cell in _SHEETS),
    *(Kind(name=n, make=m, suffix=".ods", verdict=REFUSED, code=c) for n, m, c in _TABLES),
    *_PLACES,
)
