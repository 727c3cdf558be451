"""The audit of a zip's directory, and bytes that are counted while they are inflated."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Callable
from functools import partial
from io import BytesIO

import pytest

from rectify_xl.grid import Unreadable
from rectify_xl.zips.zipped import Entry, directory, has_directory, inflated, inflating, stored

TEXT = "整改台帐".encode() * 200


def zipped(*names: str | zipfile.ZipInfo, how: int = zipfile.ZIP_DEFLATED, data: bytes = TEXT) -> bytes:
    """A zip of entries of these names, each with the same bytes."""
    held = BytesIO()
    with zipfile.ZipFile(held, "w", how) as package:
        for name in names:
            package.writestr(name, data)
    return held.getvalue()


def code(call: Callable[[], object]) -> str:
    with pytest.raises(Unreadable) as caught:
        call()
    return caught.value.code


@pytest.mark.parametrize("how", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_entries_are_told_and_inflated(how: int) -> None:
    data = zipped("a.xml", "文件夹/b.xml", "c/", how=how)
    entries = directory(data)
    assert [(e.name, e.size, e.is_folder) for e in entries] == [
        ("a.xml", len(TEXT), False),
        ("文件夹/b.xml", len(TEXT), False),
        ("c/", len(TEXT), True),
    ]
    assert [inflated(data, entry) for entry in entries] == [TEXT] * 3


def test_a_zip_of_sizes_in_64_bits_is_read() -> None:
    held = BytesIO()
    with zipfile.ZipFile(held, "w") as package, package.open("a.xml", "w", force_zip64=True) as entry:
        entry.write(TEXT)
    (one,) = directory(held.getvalue())
    assert inflated(held.getvalue(), one) == TEXT


def test_what_is_stored_is_read_by_others() -> None:
    parts = {"xl/a.xml": TEXT, "乙": b""}
    with zipfile.ZipFile(BytesIO(stored(parts))) as package:
        assert (package.testzip(), {name: package.read(name) for name in package.namelist()}) == (None, parts)
    assert [entry.name for entry in directory(stored(parts))] == list(parts)


def test_back_slash_names_are_names() -> None:
    data = zipped("xl/workbook.xml").replace(b"xl/workbook.xml", b"xl\\workbook.xml")
    assert [entry.name for entry in directory(data)] == ["xl/workbook.xml"]


def patched(data: bytes, change: Callable[[bytearray, int, int], None]) -> bytes:
    """The zip changed, given the places of the first entry in the directory and of the end record."""
    made = bytearray(data)
    change(made, data.index(b"PK\x01\x02"), data.rindex(b"PK\x05\x06"))
    return bytes(made)


def field(at: int, value: int, layout: str = "<L") -> Callable[[bytearray, int, int], None]:
    """Sets a field of the first entry in the directory."""
    return lambda made, entry, end: struct.pack_into(layout, made, entry + at, value)


def in_both(at: int, value: int, layout: str = "<L") -> Callable[[bytearray, int, int], None]:
    """Sets a field of the first entry in the directory and in its own header."""

    def change(made: bytearray, entry: int, end: int) -> None:
        struct.pack_into(layout, made, entry + at, value)
        struct.pack_into(layout, made, at - 2, value)

    return change


def of_own(at: int, value: int, layout: str = "<L") -> Callable[[bytearray, int, int], None]:
    """Sets a field of the first entry in its own header alone."""
    return lambda made, entry, end: struct.pack_into(layout, made, at - 2, value)


def of_end(at: int, value: int, layout: str = "<H") -> Callable[[bytearray, int, int], None]:
    return lambda made, entry, end: struct.pack_into(layout, made, end + at, value)


SOUND = zipped("a.xml", "b.xml")
# An end in 64 bits that leads further away than any file reaches.
_LEADING = struct.pack("<4sLQL", b"PK\x06\x07", 0, 2**63, 1)
WILD = SOUND[:-22] + _LEADING + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 2**32 - 1, 2**32 - 1, 0)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"PK\x03\x04" + bytes(100), "damaged"),
        (SOUND[:-30], "damaged"),
        (b"MZ" + SOUND, "damaged"),
        (zipped("a.xml", "A.XML"), "damaged"),
        (zipped("../a.xml"), "damaged"),
        (zipped("xl/../../a.xml"), "damaged"),
        (zipped("/a.xml"), "damaged"),
        (zipped("C:/a.xml"), "damaged"),
        (patched(SOUND, field(42, 4)), "damaged"),
        (patched(SOUND, field(20, 10**6)), "damaged"),
        (patched(SOUND, lambda made, entry, end: made.__setitem__(entry + 46, ord("z"))), "damaged"),
        (patched(SOUND, field(8, 1, "<H")), "encrypted"),
        (patched(SOUND, field(10, 99, "<H")), "encrypted"),
        (patched(SOUND, of_end(10, 3)), "damaged"),
        (patched(SOUND, of_end(10, 1)), "damaged"),
        (patched(SOUND, of_end(16, 1, "<L")), "damaged"),
        (patched(SOUND, of_end(10, 60_000)), "limit-entries"),
        (patched(SOUND, field(24, 300 * 2**20)), "limit-entry"),
        (patched(SOUND, field(24, 40 * 2**20)), "limit-ratio"),
        (patched(SOUND, field(24, 2**32 - 1)), "damaged"),
        (patched(SOUND, of_own(8, 1, "<H")), "damaged"),
        (patched(SOUND, of_own(10, 0, "<H")), "damaged"),
        (patched(SOUND, of_own(16, 1)), "damaged"),
        (patched(SOUND, of_own(20, 1)), "damaged"),
        (patched(SOUND, of_own(24, 1)), "damaged"),
        (WILD, "damaged"),
    ],
)  # fmt: skip
def test_a_directory_that_lies_or_asks_for_too_much_is_refused(data: bytes, expected: str) -> None:
    assert code(lambda: directory(data)) == expected


def test_all_entries_together_may_be_too_large() -> None:
    data = zipped(*(f"{i}.xml" for i in range(3)), how=zipfile.ZIP_STORED)
    made, at = bytearray(data), 0
    for _ in range(3):
        at = data.index(b"PK\x01\x02", at + 1)
        struct.pack_into("<2L", made, at + 20, 2**20, 200 * 2**20)
    assert code(lambda: directory(bytes(made))) == "limit-inflated"


def test_two_entries_on_the_same_bytes_are_refused() -> None:
    """The quoted zip bomb: many entries of the directory lead to one."""
    first, second = SOUND.index(b"PK\x01\x02"), SOUND.rindex(b"PK\x01\x02")
    made = bytearray(SOUND)
    made[second:] = made[second:].replace(b"b.xml", b"a.xml")
    struct.pack_into("<L", made, second + 42, 0)
    assert first < second
    assert code(lambda: directory(bytes(made))) == "damaged"


@pytest.mark.parametrize(
    "change",
    [
        in_both(24, len(TEXT) - 1),
        in_both(24, len(TEXT) + 1),
        in_both(16, 0),
        in_both(10, 12, "<H"),
        lambda made, entry, end: made.__setitem__(40, made[40] ^ 0xFF),
    ],
    ids=["shorter", "longer", "crc", "method", "bytes"],
)
def test_an_entry_that_is_not_what_it_says_is_refused(change: Callable[[bytearray, int, int], None]) -> None:
    data = patched(SOUND, change)
    entry = directory(data)[0]
    assert code(lambda: inflated(data, entry)) == "damaged"


def test_no_more_is_inflated_than_an_entry_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bomb that says it is small: only what it says, and one byte, is ever made."""
    bomb = patched(zipped("a.xml", data=bytes(30 * 2**20)), in_both(24, 1_000))
    asked: list[int] = []
    real = zlib.decompressobj

    class Counting:
        def __init__(self, *given: int) -> None:
            self.held = real(*given)

        def decompress(self, packed: bytes, most: int) -> bytes:
            asked.append(most)
            return self.held.decompress(packed, most)

        def __getattr__(self, name: str) -> object:
            return getattr(self.held, name)

    monkeypatch.setattr("rectify_xl.zips.zipped.zlib.decompressobj", Counting)
    assert code(lambda: inflated(bomb, directory(bomb)[0])) == "damaged"
    assert asked == [1_001]


def test_a_zip_behind_other_bytes_is_known() -> None:
    assert (has_directory(b"MZ" + SOUND), has_directory(TEXT)) == (True, False)


@pytest.mark.parametrize("how", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("at_once", [1, 7, len(TEXT), 10**6])
def test_an_entry_in_pieces_is_the_whole(how: int, at_once: int) -> None:
    data = zipped("a.xml", "b.xml", how=how)
    for entry in directory(data):
        pieces = list(inflating(data, entry, at_once))
        assert b"".join(pieces) == TEXT and max(map(len, pieces)) <= at_once


@pytest.mark.parametrize(
    "lie",
    [
        lambda e: e._replace(size=e.size - 1),
        lambda e: e._replace(size=e.size + 1),
        lambda e: e._replace(crc=e.crc ^ 1),
        lambda e: e._replace(packed=e.packed - 1),
        lambda e: e._replace(start=e.start + 3),
        lambda e: e._replace(method=12),
    ],
)
@pytest.mark.parametrize("at_once", [50, 10**6])
def test_pieces_of_an_entry_that_lies_are_told(lie: Callable[[Entry], Entry], at_once: int) -> None:
    data = zipped("a.xml")
    (entry,) = directory(data)
    for read in (inflated, lambda *given: list(inflating(*given, at_once))):
        assert code(partial(read, data, lie(entry))) == "damaged"
