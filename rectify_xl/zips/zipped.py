"""Zip files: the directory is audited before anything is inflated, and every byte counted while inflating."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple, NoReturn

from rectify_xl.facts.limits import limits
from rectify_xl.grid import Unreadable

SIGNATURE = b"PK\x03\x04"
_END, _END_64, _LOCATOR_64, _CENTRAL, _LOCAL = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07", b"PK\x01\x02", SIGNATURE
_END_LAYOUT, _END_64_LAYOUT = struct.Struct("<4s4H2LH"), struct.Struct("<4sQ2H2L4Q")
_CENTRAL_LAYOUT, _LOCAL_LAYOUT = struct.Struct("<4s4B4HL2L5H2L"), struct.Struct("<4s5H3L2H")
_CENTRAL_WRITTEN = struct.Struct("<4s6H3L5H2L")
# The longest comment an end record can have behind it.
_LONGEST_COMMENT = 65_535
_ENCRYPTED, _SIZES_BEHIND, _UTF_8 = 0x1, 0x8, 0x800
_STORED, _DEFLATED, _AES = 0, 8, 99
_BIG = 0xFFFFFFFF
# How many packed bytes are inflated at a time.
_PIECE = 262_144
# In names, one a line: an absolute path, a drive, a way up, a NUL.
_TRICKS = re.compile(r"^/.*|^[A-Za-z]:.*|(?:^|/)\.\.(?:/|$)|\x00", re.MULTILINE)


class Entry(NamedTuple):
    """One entry of a zip: its name as bytes and as text with /, and where its packed bytes lie."""

    raw_name: bytes
    name: str
    is_utf_8: bool
    method: int
    crc: int
    packed: int
    size: int
    start: int

    @property
    def is_folder(self) -> bool:
        """Whether it only names a folder."""
        return self.name.endswith("/")


def directory(data: bytes) -> tuple[Entry, ...]:
    """The entries of a zip, none of them inflated.

    Raises Unreadable: damaged (bytes before the zip, entries that overlap or stand twice, path tricks, a directory
    that contradicts the entries), encrypted, limit-entries, limit-entry, limit-inflated, limit-ratio.
    """
    try:
        headed = list(_central(data))
    except (struct.error, OverflowError) as error:
        raise Unreadable("damaged") from error
    entries = tuple(entry for entry, _ in headed)
    _audit_names([entry.name for entry in entries])
    _audit_sizes(entries)
    _audit_headers(data, headed)
    _audit_places(data, headed)
    return entries


def has_directory(data: bytes) -> bool:
    """Whether a zip's end record stands at the end of the bytes, whatever stands before."""
    return data.rfind(_END, max(0, len(data) - _LONGEST_COMMENT - _END_LAYOUT.size)) >= 0


def inflated(data: bytes, entry: Entry) -> bytes:
    """The bytes of an entry, never more than its stated size; Unreadable(damaged) if size or checksum are wrong."""
    packed = data[entry.start : entry.start + entry.packed]
    if entry.method == _STORED:
        content, is_whole = packed, entry.packed == entry.size
    elif entry.method == _DEFLATED:
        content, is_whole = _inflated(packed, entry.size)
    else:
        is_whole, content = False, b""
    if not is_whole or zlib.crc32(content) != entry.crc:
        damaged(entry.name)
    return content


def beginning(packed: bytes, method: int, most: int) -> bytes:
    """So many of the first bytes of an entry, from packed bytes that may be cut off; less where these are damaged."""
    if method != _DEFLATED:
        return packed[:most] if method == _STORED else b""
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, most)
    except zlib.error:
        return b""


def inflating(data: bytes, entry: Entry, at_once: int) -> Iterator[bytes]:
    """The bytes of an entry in pieces of at most that size, so that it never stands in memory as a whole.

    Raises Unreadable(damaged) as `inflated` does, but for its sum only behind the last piece.
    """
    size = crc = 0
    try:
        for piece in _inflating(memoryview(data)[entry.start : entry.start + entry.packed], entry.method, at_once):
            size, crc = size + len(piece), zlib.crc32(piece, crc)
            if size > entry.size:
                break
            yield piece
    except zlib.error:
        size = -1
    if size != entry.size or crc != entry.crc:
        damaged(entry.name)


def _inflating(packed: memoryview, method: int, at_once: int) -> Iterator[bytes]:
    if method == _STORED:
        yield from (bytes(packed[at : at + at_once]) for at in range(0, len(packed), at_once))
        return
    if method != _DEFLATED:
        raise zlib.error
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    for at in range(0, len(packed), _PIECE):
        waiting: bytes | memoryview = packed[at : at + _PIECE]
        while not inflater.eof:
            piece = inflater.decompress(waiting, at_once)
            yield piece
            waiting = inflater.unconsumed_tail
            if not waiting and len(piece) < at_once:
                break
    if not inflater.eof:
        raise zlib.error


def _inflated(packed: bytes, size: int) -> tuple[bytes, bool]:
    """The bytes, and whether they have the stated size: one more byte is asked for, so that a lie shows."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = inflater.decompress(packed, size + 1)
    except zlib.error:
        return b"", False
    return content, len(content) == size and inflater.eof


def stored(parts: Mapping[str, bytes]) -> bytes:
    """A zip of these parts, uncompressed, for a reader that must not inflate by itself."""
    body, index, at = [], [], 0
    for name, part in parts.items():
        raw, crc, size = name.encode(), zlib.crc32(part), len(part)
        body += [_LOCAL_LAYOUT.pack(_LOCAL, 20, _UTF_8, 0, 0, 33, crc, size, size, len(raw), 0), raw, part]
        header = _CENTRAL_WRITTEN.pack(_CENTRAL, 20, 20, _UTF_8, 0, 0, 33, crc, size, size, len(raw), 0, 0, 0, 0, 0, at)
        index += [header, raw]
        at += _LOCAL_LAYOUT.size + len(raw) + size
    central = b"".join(index)
    return b"".join((*body, central, _END_LAYOUT.pack(_END, 0, 0, len(parts), len(parts), len(central), at, 0)))


def damaged(part: str = "") -> NoReturn:
    """Refuses the file, naming the part that is wrong where one is."""
    if part:
        raise Unreadable("damaged", "part", part=part)
    raise Unreadable("damaged")


def _ends(data: bytes) -> tuple[int, int, int]:
    """The number of entries, and the offsets of the directory's start and end."""
    at = data.rfind(_END, max(0, len(data) - _LONGEST_COMMENT - _END_LAYOUT.size))
    if at < 0:
        damaged()
    _, _, _, _, count, size, start, _ = _END_LAYOUT.unpack_from(data, at)
    end = at
    if data[at - 20 : at - 16] == _LOCATOR_64:
        (end,) = struct.unpack_from("<Q", data, at - 12)
        sign, *_, count, size, start = _END_64_LAYOUT.unpack_from(data, end)
        if sign != _END_64:
            damaged()
    if start + size != end:  # bytes before the zip shift everything, bytes between hide something
        damaged()
    return count, start, end


def _central(data: bytes) -> Iterator[tuple[Entry, int]]:
    """The entries of the directory, each with the offset of its own header."""
    count, at, end = _ends(data)
    if count > (most := limits().entries):
        raise Unreadable("limit-entries", count=count, limit=most)
    for _ in range(count):
        sign, _, _, _, _, flags, method, _, _, crc, packed, size, n, extra, comment, _, _, _, start = (
            _CENTRAL_LAYOUT.unpack_from(data, at)
        )
        behind = at + _CENTRAL_LAYOUT.size
        raw = data[behind : behind + n]
        if sign != _CENTRAL or len(raw) != n:
            damaged()
        if flags & _ENCRYPTED or method == _AES:
            raise Unreadable("encrypted")
        if _BIG in (packed, size, start):
            size, packed, start = _sizes_64(data[behind + n : behind + n + extra], (size, packed, start))
        is_utf_8 = bool(flags & _UTF_8) or raw.isascii()
        name = raw.decode("utf-8" if is_utf_8 else "cp437", "surrogateescape").replace("\\", "/")
        yield Entry(raw, name, is_utf_8, method, crc, packed, size, _packed_at(data, start, raw, name)), start
        at = behind + n + extra + comment
    if at != end:
        damaged()


def _packed_at(data: bytes, start: int, raw: bytes, name: str) -> int:
    """The offset of an entry's packed bytes, from its own header; both headers must name the same entry."""
    n: int
    extra: int
    sign, _, _, _, _, _, _, _, _, n, extra = _LOCAL_LAYOUT.unpack_from(data, start)
    behind = start + _LOCAL_LAYOUT.size
    own = data[behind : behind + n]
    if sign != _LOCAL or (own != raw and own.replace(b"\\", b"/") != raw.replace(b"\\", b"/")):
        damaged(name)
    return behind + n + extra


def _sizes_64(extra: bytes, sizes: tuple[int, ...]) -> list[int]:
    """Size, packed size and offset; those too large for 32 bits are taken from the zip64 extra field."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        if kind == 1:
            long_values = iter(struct.unpack_from(f"<{length // 8}Q", extra, at + 4))
            return [next(long_values, size) if size == _BIG else size for size in sizes]
        at += 4 + length
    damaged()


def _audit_names(names: list[str]) -> None:
    if tricky := _TRICKS.search("\n".join(names)):
        damaged(tricky[0])
    seen: set[str] = set()
    for name in names if len(set(map(str.casefold, names))) != len(names) else ():
        if name.casefold() in seen:
            damaged(name)
        seen.add(name.casefold())


def _audit_sizes(entries: Sequence[Entry]) -> None:
    bound = limits()
    total = 0
    for entry in entries:
        total += entry.size
        if entry.size > bound.entry_bytes:
            raise Unreadable("limit-entry", part=entry.name, size=entry.size, limit=bound.entry_bytes)
        if entry.size > bound.ratio_from_bytes and entry.size > bound.ratio * entry.packed:
            raise Unreadable("limit-ratio", part=entry.name, limit=bound.ratio)
    if total > bound.inflated_bytes:
        raise Unreadable("limit-inflated", size=total, limit=bound.inflated_bytes)


def _audit_headers(data: bytes, headed: Sequence[tuple[Entry, int]]) -> None:
    """Both headers of an entry must agree, since programs read the one or the other.

    Sum and sizes may be left open in its own: they are 0 there, or it says that they stand behind the bytes.
    """
    for entry, start in headed:
        _, _, flags, method, _, _, crc, packed, size, _, _ = _LOCAL_LAYOUT.unpack_from(data, start)
        if method != entry.method or flags & _ENCRYPTED:
            damaged(entry.name)
        if (crc, packed, size) != (entry.crc, entry.packed, entry.size) and not flags & _SIZES_BEHIND:
            pairs = ((crc, entry.crc), (packed, entry.packed), (size, entry.size))
            if any(own not in (0, _BIG, listed) for own, listed in pairs):
                damaged(entry.name)


def _audit_places(data: bytes, headed: list[tuple[Entry, int]]) -> None:
    """Entries must lie one behind the other from the first byte on."""
    spans = sorted((start, entry.start + entry.packed) for entry, start in headed)
    _, end, _ = _ends(data)
    if spans and (spans[0][0] or spans[-1][1] > end or any(one[1] > two[0] for one, two in pairwise(spans))):
        damaged()
