"""Hostile and messy files, first part: what is no workbook, and packages that lie."""

from __future__ import annotations

import random
import struct
import zipfile
import zlib
from collections.abc import Callable
from functools import partial
from io import BytesIO
from pathlib import Path

from hostile_base import ACCEPTED, REFUSED, Kind, good, parts, rezipped, sheet_part, zipped

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HTML = b"<html><body><table><tr><td>1</td></tr></table></body></html>"
_XML_2003 = b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>'
_TEXT = "编号,存在问题\n1,会议多\n"


def _ole(*names: str) -> bytes:
    """A file of OLE that is hardly more than its names."""
    return _OLE + bytes(504) + b"".join(name.encode("utf-16-le").ljust(128, b"\0") for name in names) + bytes(2048)


def _tar() -> bytes:
    import tarfile

    held = BytesIO()
    with tarfile.open(fileobj=held, mode="w") as made:
        info = tarfile.TarInfo("a.xlsx")
        info.size = len(good())
        made.addfile(info, BytesIO(good()))
    return held.getvalue()


_STRANGERS: tuple[tuple[str, Callable[[], bytes], str, str], ...] = (
    ("zero bytes", lambda: b"", ".xlsx", "not-a-workbook"),
    ("blanks", lambda: b" \r\n" * 400, ".xlsx", "not-a-workbook"),
    ("random bytes", lambda: random.Random(1).randbytes(4096), ".xlsx", "not-a-workbook"),
    ("CSV in UTF-8", _TEXT.encode, ".xlsx", "not-a-workbook"),
    ("CSV in GBK", partial(_TEXT.encode, "gbk"), ".xls", "not-a-workbook"),
    ("text in UTF-16", partial(_TEXT.encode, "utf-16"), ".xls", "not-a-workbook"),
    ("web page as .xls", lambda: _HTML, ".xls", "not-a-workbook"),
    ("XML of 2003 as .xls", lambda: _XML_2003, ".xls", "not-a-workbook"),
    ("PDF", lambda: b"%PDF-1.4\n" + bytes(200), ".xlsx", "not-a-workbook"),
    ("PNG", lambda: b"\x89PNG\r\n\x1a\n" + bytes(200), ".xlsx", "not-a-workbook"),
    ("JPEG", lambda: b"\xff\xd8\xff\xe0" + bytes(200), ".xlsx", "not-a-workbook"),
    ("GIF", lambda: b"GIF89a" + bytes(200), ".xlsx", "not-a-workbook"),
    ("RTF", lambda: b"{\\rtf1 x}", ".xlsx", "not-a-workbook"),
    ("rar", lambda: b"Rar!\x1a\x07\x01\x00" + bytes(200), ".rar", "not-a-workbook"),
    ("7z", lambda: b"7z\xbc\xaf\x27\x1c" + bytes(200), ".7z", "not-a-workbook"),
    ("gzip of a workbook", lambda: b"\x1f\x8b\x08" + bytes(7) + zlib.compress(good()), ".gz", "not-a-workbook"),
    ("bzip2", lambda: b"BZh9" + bytes(200), ".bz2", "not-a-workbook"),
    ("tar of a workbook", _tar, ".tar", "not-a-workbook"),
    ("Word document renamed", lambda: zipped({"word/document.xml": b"<w/>", "_rels/.rels": b"<r/>"}), ".xlsx", "not-a-workbook"),
    ("OLE without anything", lambda: _OLE, ".xls", "not-a-workbook"),
    ("OLE of Word", lambda: _ole("WordDocument"), ".xls", "not-a-workbook"),
    ("OLE that only says Workbook", lambda: _ole("Workbook"), ".xls", "damaged"),
    ("OLE of a password", lambda: _ole("EncryptionInfo", "EncryptedPackage"), ".xlsx", "encrypted"),
    ("empty zip", lambda: b"PK\x05\x06" + bytes(18), ".xlsx", "not-a-workbook"),
)  # fmt: skip


# ---- packages


def _cut(share: float) -> bytes:
    return good()[: int(len(good()) * share)]


def _place(data: bytes, name: str) -> int:
    """Where the central directory tells of an entry."""
    raw = name.encode()
    at = data.index(b"PK\x01\x02")
    while data[at + 46 : at + 46 + len(raw)] != raw:
        at = data.index(b"PK\x01\x02", at + 1)
    return at


def _told(name: str, at: int, value: int, layout: str = "<L") -> bytes:
    """The good workbook with one field of an entry of its directory set."""
    made = bytearray(good())
    struct.pack_into(layout, made, _place(good(), name) + at, value)
    return bytes(made)


def _own(at: int, value: int, layout: str = "<H") -> bytes:
    """The good workbook with one field of the first entry's own header set."""
    made = bytearray(good())
    struct.pack_into(layout, made, at, value)
    return bytes(made)


def _zeroed() -> bytes:
    made = bytearray(good())
    start = struct.unpack_from("<L", made, _place(good(), sheet_part()) + 42)[0]
    made[start + 200 : start + 600] = bytes(400)
    return bytes(made)


def _added(*names: str, data: bytes = b"x") -> bytes:
    held = BytesIO(good())
    with zipfile.ZipFile(held, "a") as package:
        for name in names:
            package.writestr(zipfile.ZipInfo(name), data)
    return held.getvalue()


def _twice() -> bytes:
    held = BytesIO(good())
    with zipfile.ZipFile(held, "a") as package:
        package.NameToInfo.pop(sheet_part())
        package.writestr(zipfile.ZipInfo(sheet_part()), b"<worksheet/>")
    return held.getvalue()


def _overlapping() -> bytes:
    made = bytearray(good())
    first = _place(good(), sheet_part())
    struct.pack_into("<L", made, first + 20, struct.unpack_from("<L", made, first + 20)[0] + 5_000)
    return bytes(made)


def _shifted() -> bytes:
    """Bytes before the zip, and its directory telling the right places."""
    head = b"#!/bin/sh\n"
    made = bytearray(head + good())
    at = made.find(b"PK\x01\x02")
    while at >= 0:
        struct.pack_into("<L", made, at + 42, struct.unpack_from("<L", made, at + 42)[0] + len(head))
        at = made.find(b"PK\x01\x02", at + 1)
    end = made.rfind(b"PK\x05\x06")
    struct.pack_into("<L", made, end + 16, struct.unpack_from("<L", made, end + 16)[0] + len(head))
    return bytes(made)


def _many() -> bytes:
    held = BytesIO(good())
    with zipfile.ZipFile(held, "a") as package:
        for number in range(6_000):
            package.writestr(zipfile.ZipInfo(f"customXml/{number}.xml"), b"")
    return held.getvalue()


def _bomb(size: int, copies: int = 1) -> bytes:
    """Sheets of nothing but zeros, made without ever holding them whole."""
    held = BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts().items():
            if name != sheet_part():
                package.writestr(name, data)
        for number in range(copies):
            name = sheet_part() if number == 0 else f"xl/worksheets/more{number}.xml"
            with package.open(name, "w", force_zip64=True) as entry:
                for _ in range(size // 2**20):
                    entry.write(bytes(2**20))
    return held.getvalue()


def _lying_bomb() -> bytes:
    data = bytearray(_bomb(32 * 2**20))
    at = _place(bytes(data), sheet_part())
    struct.pack_into("<L", data, at + 24, 10_000)
    return bytes(data)


def _backwards() -> bytes:
    made = good()
    for name in parts():
        made = made.replace(name.encode(), name.replace("/", "\\").encode())
    return made


def _in_64_bits() -> bytes:
    held = BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts().items():
            with package.open(name, "w", force_zip64=True) as entry:
                entry.write(data)
    return held.getvalue()


def _with_comment() -> bytes:
    held = BytesIO(good())
    with zipfile.ZipFile(held, "a") as package:
        package.comment = "整改".encode() * 100
    return held.getvalue()


_PACKAGES: tuple[tuple[str, Callable[[], bytes], str, str], ...] = (
    ("cut in half", lambda: _cut(0.5), REFUSED, "damaged"),
    ("cut near its end", lambda: good()[:-200], REFUSED, "damaged"),
    ("cut by one byte", lambda: good()[:-1], REFUSED, "damaged"),
    ("the form's sheet zeroed", _zeroed, REFUSED, "damaged"),
    ("wrong CRC", lambda: _told(sheet_part(), 16, 1), REFUSED, "damaged"),
    ("an entry twice", _twice, REFUSED, "damaged"),
    ("an entry twice, other letters", lambda: _added("XL/WORKBOOK.XML"), REFUSED, "damaged"),
    ("a path up", lambda: _added("../../evil.xml"), REFUSED, "damaged"),
    ("an absolute path", lambda: _added("/etc/evil"), REFUSED, "damaged"),
    ("a drive", lambda: _added("C:\\evil.xml"), REFUSED, "damaged"),
    ("entries that overlap", _overlapping, REFUSED, "damaged"),
    ("bytes before the zip", lambda: b"#!/bin/sh\n" + good(), REFUSED, "damaged"),
    ("bytes before the zip, places right", _shifted, REFUSED, "damaged"),
    ("6,000 entries", _many, REFUSED, "limit-entries"),
    ("says 60,000 entries", lambda: _ended(10, 60_000), REFUSED, "limit-entries"),
    ("says fewer entries", lambda: _ended(10, 3), REFUSED, "damaged"),
    ("bomb of 1 GiB", lambda: _bomb(2**30), REFUSED, "limit-entry"),
    ("bomb of many sheets", lambda: _bomb(30 * 2**20, 20), REFUSED, "limit-inflated"),
    ("bomb of 40 MiB", lambda: _bomb(40 * 2**20), REFUSED, "limit-ratio"),
    ("bomb that says it is small", _lying_bomb, REFUSED, "damaged"),
    ("a sheet larger than it says", lambda: _told(sheet_part(), 24, 100), REFUSED, "damaged"),
    ("a sheet smaller than it says", lambda: _told(sheet_part(), 24, 10_000_000), REFUSED, "damaged"),
    ("a size of 4 GiB", lambda: _told(sheet_part(), 24, 2**32 - 2), REFUSED, "limit-entry"),
    ("encrypted entry", lambda: _told(sheet_part(), 8, 1, "<H"), REFUSED, "encrypted"),
    ("encrypted by AES", lambda: _told(sheet_part(), 10, 99, "<H"), REFUSED, "encrypted"),
    ("unknown compression", lambda: _told(sheet_part(), 10, 12, "<H"), REFUSED, "damaged"),
    ("an entry of another name", lambda: _told(sheet_part(), 46, 0x78, "<B") .replace(b"xl/worksheets", b"xx/worksheets", 1), REFUSED, "damaged"),
    ("an own header of another compression", lambda: _own(8, 0), REFUSED, "damaged"),
    ("an own header that is encrypted", lambda: _own(6, 1), REFUSED, "damaged"),
    ("an own header of another size", lambda: _own(22, 5, "<L"), REFUSED, "damaged"),
    ("larger than 50 MB", lambda: good() + bytes(50_000_001), REFUSED, "too-large"),
    ("back-slash names", _backwards, ACCEPTED, ""),
    ("sizes in 64 bits", _in_64_bits, ACCEPTED, ""),
    ("a comment of the zip", _with_comment, ACCEPTED, ""),
    ("not compressed", lambda: rezipped(parts(), zipfile.ZIP_STORED), ACCEPTED, ""),
)  # fmt: skip


def _ended(at: int, value: int) -> bytes:
    made = bytearray(good())
    struct.pack_into("<H", made, good().rfind(b"PK\x05\x06") + at, value)
    return bytes(made)


def _wrong_suffix(folder: Path) -> None:
    (folder / "台帐.xls").write_bytes(good())


ZIPS = (
    *(Kind(name=name, make=make, verdict=REFUSED, code=code, suffix=suffix) for name, make, suffix, code in _STRANGERS),
    *(Kind(name=name, make=make, verdict=verdict, code=code) for name, make, verdict, code in _PACKAGES),
    Kind(name="workbook called .xls", make=good, verdict=ACCEPTED, suffix=".xls"),
    Kind(name="workbook called .ods", make=good, verdict=ACCEPTED, suffix=".ods"),
    Kind(name="workbook without suffix", make=good, verdict=ACCEPTED, suffix=""),
)
