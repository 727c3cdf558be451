"""What a file of the old kind (OLE, .xls) is before it is read: a workbook, a locked one, or no workbook."""

from __future__ import annotations

import re

from rectify_xl.grid import Unreadable

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# The first record of a workbook's stream, which begins at the border of a sector: the version is 5 or 8, the kind 5.
_BEGINNING = re.compile(rb"\x09\x08[\x06-\x10]\x00\x00[\x05\x06]\x05\x00", re.DOTALL)
_SECTOR, _FILEPASS, _FEW = 64, 0x2F, 8
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
    power, sector = int.from_bytes(data[30:32], "little"), int.from_bytes(data[48:52], "little")
    if power not in (9, 12):
        return False
    at = (sector + 1) << power
    first = data[at : at + _FIRST_ENTRIES]
    return any(name.encode("utf-16-le") in first for name in ("__substg1.0_", "__nameid_", "__properties_", "__recip_"))


def _is_locked(data: bytes) -> bool:
    """Whether one of the first records of a workbook's stream says that the others are encrypted."""
    starts = (found.start() for found in _BEGINNING.finditer(data))
    return any(_FILEPASS in _first_records(data, at) for at in starts if at % _SECTOR == 0)


def _first_records(data: bytes, at: int) -> list[int]:
    kinds = []
    for _ in range(_FEW):
        kinds.append(int.from_bytes(data[at : at + 2], "little"))
        at += 4 + int.from_bytes(data[at + 2 : at + 4], "little")
    return kinds
