"""Hostile and messy files, third part: what a reader stumbles over that trusts counts, quotes, nesting and names."""

from __future__ import annotations

import base64
import os
import re
import struct
import zipfile
from collections.abc import Callable
from functools import partial
from io import BytesIO
from pathlib import Path

from hostile_base import (
    ACCEPTED,
    BOOK,
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
    sound,
    with_part,
    with_parts,
)

_LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_LAUGHS = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


# ---- zips


class _Pipe:
    """A stream that cannot go back, so that sizes stand behind the data."""

    def __init__(self) -> None:
        self.held = BytesIO()

    def write(self, data: bytes) -> int:
        return self.held.write(data)

    def flush(self) -> None:
        pass


def _streamed() -> bytes:
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as package:  # type: ignore[arg-type]
        for name, data in parts().items():
            package.writestr(name, data)
    return pipe.held.getvalue()


def _lying_end() -> bytes:
    """An end record of 64 bits that tells of a million million entries."""
    data = good()
    end = data.rfind(b"PK\x05\x06")
    told = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 2**40, 2**40, 2**50, 2**50)
    return data[:end] + told + struct.pack("<4sLQL", b"PK\x06\x07", 0, end, 1) + data[end:]


def _commented(comment: bytes) -> bytes:
    held = BytesIO(good())
    with zipfile.ZipFile(held, "a") as package:
        package.comment = comment
    return held.getvalue()


def _nested(levels: int) -> bytes:
    data = good()
    for level in range(levels):
        data = rezipped({f"{level}.zip" if level else "台帐.xlsx": data})
    return data


def _archive_of_archives() -> bytes:
    """Seven gigabytes in three levels, each entry within its own limits."""
    data = rezipped({f"{number}.bin": bytes(30 * 2**20) for number in range(4)})
    for _ in range(2):
        data = rezipped({f"{number}.zip": data for number in range(8)})
    return data


def _member(name: str) -> Maker:
    return lambda: rezipped({name: good()})


_ZIPS: tuple[tuple[str, Maker, str, str, str], ...] = (
    ("sizes behind the data", _streamed, ".xlsx", ACCEPTED, ""),
    ("an end of 64 bits that lies", _lying_end, ".xlsx", REFUSED, "damaged limit-entries"),
    ("a false end in the comment", lambda: _commented(b"x" * 9 + b"PK\x05\x06" + bytes(23)), ".xlsx", REFUSED, "damaged"),
    ("archive in archive in archive", lambda: _nested(3), ".zip", ACCEPTED, ""),
    ("archives twelve deep", lambda: _nested(12), ".zip", REFUSED, "limit-archives"),
    ("archive of archives, 7 GiB", _archive_of_archives, ".zip", REFUSED, "limit-inflated"),
    ("member of 20,000 letters", _member("长" * 20_000 + ".xlsx"), ".zip", ACCEPTED, ""),
    ("member called CON", _member("CON"), ".zip", ACCEPTED, ""),
    ("member like a stream of NTFS", _member("a.xlsx:evil"), ".zip", ACCEPTED, ""),
    ("member like a formula", _member("=cmd|' /C calc'!A0.xlsx"), ".zip", ACCEPTED, ""),
    ("document type of the package's relations", lambda: with_part("_rels/.rels", lambda xml: _LAUGHS + re.sub(r"^<\?xml[^>]*>", "", xml)), ".xlsx", REFUSED, "damaged"),
    ("document type in properties", with_parts({"docProps/core.xml": f"{_LAUGHS}<a><modified>&b;</modified></a>".encode()}), ".xlsx", REFUSED, "damaged"),
    ("document type in a drawing", with_parts({"xl/drawings/drawing9.xml": f"{_LAUGHS}<a>&b;</a>".encode()}), ".xlsx", REFUSED, "damaged"),
    ("saved time of a million digits", with_parts({"docProps/core.xml": b"<a><modified>" + b"9" * 1_000_000 + b"</modified></a>"}), ".xlsx", ACCEPTED, ""),
    ("page of one file (MHT)", lambda: b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n--x\nContent-Type: text/html\n\n<table/>\n--x--\n", ".xls", REFUSED, "not-a-workbook"),
    ("SYLK", lambda: b'ID;PWXL;N;E\nC;Y1;X1;K"a"\nE\n', ".slk", REFUSED, "not-a-workbook"),
    ("workbook of Excel 2", lambda: b"\x09\x00\x04\x00\x02\x00\x10\x00" + bytes(500), ".xls", REFUSED, "not-a-workbook"),
    ("OpenDocument in one file", lambda: b'<?xml version="1.0"?><office:document/>', ".fods", REFUSED, "not-a-workbook"),
    ("OpenDocument of a password", lambda: rezipped({"mimetype": b"x", "encrypted-package": b"\x01"}), ".ods", REFUSED, "encrypted"),
)  # fmt: skip


# ---- mails

_HEAD = b"From: a@example.org\nSubject: x\nMIME-Version: 1.0\n"


def mail_head() -> bytes:
    """How a mail begins."""
    return _HEAD


def mail(*held: bytes, sign: str = "B") -> bytes:
    """A mail of these parts."""
    border = f"--{sign}\n".encode()
    head = _HEAD + f'Content-Type: multipart/mixed; boundary="{sign}"\n\n'.encode()
    return head + b"".join(border + part + b"\n" for part in held) + f"--{sign}--\n".encode()


def attached(data: bytes, name: str = "a.xlsx", how: str = "base64") -> bytes:
    """A file as a part of a mail."""
    head = f'Content-Transfer-Encoding: {how}\nContent-Disposition: attachment; filename="{name}"\n\n'
    return b"Content-Type: application/octet-stream\n" + head.encode() + data


def _good_in_mail(name: str = "a.xlsx") -> bytes:
    return mail(attached(base64.encodebytes(good()), name))


def _mail_in_mails(levels: int) -> bytes:
    data = _good_in_mail()
    for level in range(levels):
        data = mail(b"Content-Type: message/rfc822\n\n" + data, sign=f"b{level}")
    return data


def _parts_in_parts(levels: int) -> bytes:
    body = attached(base64.encodebytes(good()))
    for level in range(levels):
        sign = f"q{level}q".encode()
        body = b'Content-Type: multipart/mixed; boundary="%b"\n\n--%b\n%b\n--%b--\n' % (sign, sign, body, sign)
    return _HEAD + body


_MAILS: tuple[tuple[str, Maker, str, str], ...] = (
    ("mail with a workbook", _good_in_mail, ACCEPTED, ""),
    ("mail, its base64 garbage", lambda: mail(attached(b"!!!!@@@@\n===\n")), REFUSED, "not-a-workbook damaged"),
    ("mail, uuencoded garbage", lambda: mail(attached(b"begin 666 a\nXX\nend\n", how="x-uuencode")), REFUSED, "not-a-workbook damaged"),
    ("mails a hundred deep", lambda: _mail_in_mails(100), REFUSED, "limit-archives damaged"),
    ("parts fifty deep", lambda: _parts_in_parts(50), ACCEPTED, ""),
    ("parts without a border", lambda: _HEAD + b"Content-Type: multipart/mixed\n\n--B\nhi\n--B--\n", REFUSED, "not-a-workbook"),
    ("charset that is none", lambda: _HEAD + b"Content-Type: text/plain; charset=x-none\n\nhi\n", REFUSED, "not-a-workbook"),
    ("header of 8 MB", lambda: _HEAD + b"X-A: " + b"a" * 8_000_000 + b"\n\nhi\n", REFUSED, "not-a-workbook"),
    ("attachment like a path", partial(_good_in_mail, "../../../etc/passwd.xlsx"), ACCEPTED, ""),
    ("attachment of 3,000 coded words", partial(_good_in_mail, "=?utf-8?B?5oql6YCB?=" * 3_000 + ".xlsx"), ACCEPTED, ""),
)  # fmt: skip


# ---- sheets


def _texts(body: str) -> Maker:
    """The sound workbook with these shared texts, which no cell asks for."""
    link = f'<Relationship Id="rT" Type="{_LINKS}/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
    held = {"xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{body}</sst>'.encode()}
    told = parts()[RELATIONS].decode()
    if "sharedStrings" not in told:
        held[RELATIONS] = told.replace("</Relationships>", link).encode()
    return lambda: rezipped(parts() | held)


def _titled(title: str) -> Maker:
    old = f'name="{sound().forms[0].title}"'
    return lambda: with_part(BOOK, lambda xml: xml.replace(old, f'name="{title}"'))


def _targets(to: str) -> Maker:
    return lambda: with_part(RELATIONS, lambda xml: re.sub(r"worksheets/sheet\d+\.xml", to, xml))



def _names() -> str:
    return "".join(f'<definedName name="n{i}">A!A{i}</definedName>' for i in range(300_000))


def _all_merged() -> bytes:
    held = "".join(f'<mergeCell ref="A{row}:XFD1048576"/>' for row in range(1_000, 100_000))
    return behind(f"<mergeCells>{held}</mergeCells>")()


_SHEETS: tuple[tuple[str, Maker, str, str, str], ...] = (
    ("a value in two pieces", as_cell("T4", "><v>1<!-- 0 -->00</v></c>"), RETURNED, "consistent", "T4"),
    ("an error in single quotes", as_cell("B4", "t='e'><v>#REF!</v></c>"), RETURNED, "error-value", "B4"),
    ("an error by reference", as_cell("B4", 't="&#101;"><v>#REF!</v></c>'), RETURNED, "error-value", "B4"),
    ("a formula never calculated, blanks behind", as_cell("B4", "><f>A1</f>\n  </c>"), RETURNED, "no-value", "B4"),
    ("hidden row in single quotes", of_sheet('<row r="4"', "<row r=\"4\" hidden='1'"), ACCEPTED, "hidden-rows", ""),
    ("shared text -1", as_cell("B4", 't="s"><v>-1</v></c>'), REFUSED, "damaged", ""),
    ("a number with underscores", as_cell("T4", "><v>1_0</v></c>"), RETURNED, "number", "T4"),
    ("a kind of cell that is none", as_cell("B4", 't="z"><v>1</v></c>'), REFUSED, "damaged", ""),
    ("two values", as_cell("T4", "><v>0</v><v>1</v></c>"), REFUSED, "damaged", ""),
    ("row 0", rows('<row r="0"><c r="A0"><v>1</v></c></row>'), REFUSED, "damaged", ""),
    ("row of 5,000 digits", rows(f'<row r="{"9" * 5_000}"/>'), REFUSED, "damaged", ""),
    ("number of 5,000 digits", as_cell("T4", f"><v>{'9' * 5_000}</v></c>"), REFUSED, "damaged", ""),
    ("column of 5,000 letters", rows(f'<row r="900"><c r="{"A" * 5_000}900"><v>1</v></c></row>'), REFUSED, "damaged", ""),
    ("style of 5,000 digits", of_sheet(r'<c r="B4"( s="\d+")?', f'<c r="B4" s="{"9" * 5_000}"'), ACCEPTED, "", ""),
    ("99,000 merges over all", _all_merged, ACCEPTED, "", ""),
    ("every sheet the workbook itself", _targets("workbook.xml"), REFUSED, "no-form damaged", ""),
    ("every sheet outside the package", _targets("../../../../etc/passwd"), REFUSED, "damaged", ""),
    ("sheet called like a formula", _titled("=cmd|&apos;a&apos;!A1"), ACCEPTED, "fixed-header", ""),
    ("sheet called nothing", _titled(""), ACCEPTED, "fixed-header", ""),
    ("sheet called by 100,000 letters", _titled("长" * 100_000), ACCEPTED, "fixed-header", ""),
    ("empty shared texts", lambda: rezipped(parts() | {"xl/sharedStrings.xml": f'<sst xmlns="{MAIN}"/>'.encode()}), ACCEPTED, "", ""),
)  # fmt: skip

_HEAVY: tuple[tuple[str, Maker, str, str], ...] = (
    ("a million shared texts", lambda: _texts("".join(f"<si><t>{i}</t></si>" for i in range(1_000_000)))(), ACCEPTED, ""),
    ("a shared text of a million runs", lambda: _texts(f"<si>{'<r><t>a</t></r>' * 1_000_000}</si>")(), ACCEPTED, ""),
    ("a million styles", lambda: with_part(STYLES, lambda xml: xml.replace("</cellXfs>", "".join(f'<xf numFmtId="{i % 50}"/>' for i in range(1_000_000)) + "</cellXfs>")), ACCEPTED, ""),
    ("300,000 names", lambda: with_part(BOOK, lambda xml: xml.replace("</sheets>", f"</sheets><definedNames>{_names()}</definedNames>", 1)), ACCEPTED, ""),
)  # fmt: skip


# ---- places


def _hole(size: int, head: bytes, name: str = "报送.xlsx") -> Callable[[Path], None]:
    """A file of that size which takes no place on the disk."""

    def lay(folder: Path) -> None:
        with (folder / name).open("wb") as made:
            made.write(head)
            made.truncate(size)

    return lay


def _socket(folder: Path) -> None:
    import socket

    here = Path.cwd()
    os.chdir(folder)
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind("报送.xlsx")
    finally:
        os.chdir(here)


_PLACES = (
    Kind(name="socket", verdict=REFUSED, code="not-a-file", lays=_socket),
    Kind(name="file of 10 GiB", verdict=REFUSED, code="too-large", lays=_hole(10 * 2**30, b"PK\x03\x04")),
    Kind(name="file of 400 MiB", verdict=REFUSED, code="too-large", lays=_hole(400 * 2**20, b"PK\x03\x04"), heavy=True),
    Kind(name="file of 1 GiB", verdict=REFUSED, code="too-large", lays=_hole(2**30, b"PK\x03\x04"), heavy=True),
    Kind(name="archive of 600 MiB", verdict=REFUSED, code="too-large", lays=_hole(600 * 2**20, b"PK\x03\x04", "a.zip"), heavy=True),
    Kind(name="name of 249 bytes", verdict=ACCEPTED, lays=lambda folder: (folder / ("长" * 81 + ".xlsx")).write_bytes(good()) and None),
)  # fmt: skip

MORE = (
    # What holds files starts a process of its own: those are left to `make hostile`, like the heavy ones.
    *(Kind(name=n, make=m, suffix=s, verdict=v, code=c, heavy=s == ".zip") for n, m, s, v, c in _ZIPS),
    *(Kind(name=n, make=m, suffix=".eml", verdict=v, code=c, heavy=True) for n, m, v, c in _MAILS),
    *(Kind(name=n, make=m, verdict=v, code=c, cell=cell) for n, m, v, c, cell in _SHEETS),
    *(Kind(name=n, make=m, verdict=v, code=c, heavy=True) for n, m, v, c in _HEAVY),
    *_PLACES,
)
