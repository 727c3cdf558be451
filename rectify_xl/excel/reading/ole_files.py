"""An OLE file (.xls) checked before it is read: a workbook, a locked one, or no workbook."""

from __future__ import annotations

import re

from rectify_xl.grid import Unreadable

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# The first record of a workbook's stream, which begins at the border of a sector: the version is 5 or 8, the kind 5.
_BEGINNING = re.compile(rb"\x09\x08[\x06-\x10]\x00\x00[\x05\x06]\x05\x00", re.DOTALL)
_SECTOR_BYTES, _FILEPASS, _RECORDS = 64, 0x2F, 8
# The first four entries of a directory.
_FIRST_ENTRIES = 512


def audit_ole(data: bytes) -> None:
    """Raises Unreadable for what is no workbook (a mail of Outlook among them), and for one that needs a password."""
    if _is_mail(data):
        raise Unreadable("not-a-workbook", "mail")
    if "EncryptedPackage".encode("utf-16-le") in data or _is_locked(data):
        raise Unreadable("encrypted")
    if not any(name.encode("utf-16-le") in data for name in ("Workbook", "Book")):
        raise Unreadable("not-a-workbook", "word" if "WordDocument".encode("utf-16-le") in data else "")


def _is_mail(data: bytes) -> bool:
    """Whether the directory begins as that of a mail of Outlook does; a workbook attached to it may have its own."""
    sector_shift, sector = int.from_bytes(data[30:32], "little"), int.from_bytes(data[48:52], "little")
    if sector_shift not in (9, 12):
        return False
    directory = (sector + 1) << sector_shift
    entries = data[directory : directory + _FIRST_ENTRIES]
    return any(
        name.encode("utf-16-le") in entries for name in ("__substg1.0_", "__nameid_", "__properties_", "__recip_")
    )


def _is_locked(data: bytes) -> bool:
    """Whether a password record is among the first records of a workbook's stream."""
    starts = (match.start() for match in _BEGINNING.finditer(data))
    return any(_FILEPASS in _first_records(data, start) for start in starts if start % _SECTOR_BYTES == 0)


def _first_records(data: bytes, offset: int) -> list[int]:
    kinds = []
    for _ in range(_RECORDS):
        kinds.append(int.from_bytes(data[offset : offset + 2], "little"))
        offset += 4 + int.from_bytes(data[offset + 2 : offset + 4], "little")
    return kinds
