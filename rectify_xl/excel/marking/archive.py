"""A zip package taken apart and put together again; untouched entries are copied as they are, still compressed."""

from __future__ import annotations

import struct
import zipfile
import zlib
from binascii import crc32
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

_LOCAL, _CENTRAL, _END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_LOCAL_HEADER, _UTF8, _ENCRYPTED = 30, 0x800, 0x1
# Limits of a zip without the zip64 extension; no workbook that a clerk sends comes near.
_MOST_ENTRIES, _MOST_BYTES = 0xFFFF, 0x7FFF_FFFF
_HEAD = 0x10000
# What zipfile raises over a package of which it understands less than our reader: a version, a flag, a name's bytes.
_ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError)
_NO_TIME = (1980, 1, 1, 0, 0, 0)


class CannotPatch(Exception):
    """A workbook that cannot be marked without risk; `reason` is one of the keys of `reasons` in marked.toml."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(slots=True)
class _Entry:
    """One entry as it will be written: its compressed bytes and the values of its headers."""

    raw: bytes
    method: int
    crc: int
    size: int
    time: tuple[int, int, int, int, int, int]
    is_utf8: bool


class Archive:
    """The entries of a zip by name (with /, in their order). Raises CannotPatch where the zip is damaged."""

    def __init__(self, data: bytes) -> None:
        if not data.startswith(_LOCAL):
            raise CannotPatch("format")
        try:
            self._zip = zipfile.ZipFile(BytesIO(data))
        except _ZIP_ERRORS as error:
            raise CannotPatch("damaged") from error
        self._infos: dict[str, zipfile.ZipInfo] = {}
        self._entries: dict[str, _Entry] = {}
        self._lower: dict[str, str] = {}
        self.written: dict[str, bytes] = {}
        for info in self._zip.infolist():
            name = info.orig_filename.replace("\\", "/").lstrip("/")
            if name.lower() in self._lower or info.flag_bits & _ENCRYPTED:
                raise CannotPatch("damaged")
            self._infos[name], self._lower[name.lower()] = info, name
            self._entries[name] = _entry_of(data, info)

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def find(self, name: str) -> str:
        """The name as the package writes it ("" if there is no such entry); case does not count."""
        return self._lower.get(name.lower(), "")

    def read(self, name: str) -> bytes:
        """The inflated bytes of an entry; KeyError if there is none."""
        if name in self.written:
            return self.written[name]
        try:
            return self._zip.read(self._infos[name])
        except _ZIP_ERRORS as error:
            raise CannotPatch("damaged") from error

    def head(self, name: str) -> bytes:
        """The first 64 KiB of an entry; KeyError if there is none."""
        if name in self.written:
            return self.written[name][:_HEAD]
        try:
            with self._zip.open(self._infos[name]) as entry:
                return entry.read(_HEAD)
        except _ZIP_ERRORS as error:
            raise CannotPatch("damaged") from error

    def write(self, name: str, data: bytes) -> None:
        """Replaces an entry in its place, or adds one as the last."""
        old = self._entries.get(name)
        packer = zlib.compressobj(zlib.Z_DEFAULT_COMPRESSION, zlib.DEFLATED, -zlib.MAX_WBITS)
        raw = packer.compress(data) + packer.flush()
        time = old.time if old else _NO_TIME
        self._entries[name] = _Entry(raw, zlib.DEFLATED, crc32(data), len(data), time, not name.isascii())
        self._lower[name.lower()] = name
        self.written[name] = data

    def remove(self, name: str) -> None:
        """Leaves an entry out; KeyError if there is none."""
        del self._entries[name], self._lower[name.lower()]
        self._infos.pop(name, None)
        self.written.pop(name, None)

    def to_bytes(self) -> bytes:
        """The package with clean headers: no data descriptors, no extra fields; times are those it came with."""
        body, directory, offset = [], [], 0
        for name, entry in self._entries.items():
            encoded = name.encode("utf-8" if entry.is_utf8 else "cp437")
            shared = _shared_header(entry, len(encoded))
            body += [_LOCAL, shared, encoded, entry.raw]
            where = struct.pack("<HHHII", 0, 0, 0, 0, offset)
            directory += [_CENTRAL, struct.pack("<H", 20), shared, where, encoded]
            offset += _LOCAL_HEADER + len(encoded) + len(entry.raw)
        central = b"".join(directory)
        count = len(self._entries)
        if count >= _MOST_ENTRIES or offset + len(central) > _MOST_BYTES:
            raise CannotPatch("too-large")
        end = struct.pack("<HHHHIIH", 0, 0, count, count, len(central), offset, 0)
        return b"".join([*body, central, _END, end])


def _entry_of(data: bytes, info: zipfile.ZipInfo) -> _Entry:
    header = data[info.header_offset : info.header_offset + _LOCAL_HEADER]
    if len(header) < _LOCAL_HEADER or not header.startswith(_LOCAL):
        raise CannotPatch("damaged")
    name_size, extra_size = struct.unpack("<HH", header[26:])
    start = info.header_offset + _LOCAL_HEADER + name_size + extra_size
    raw = data[start : start + info.compress_size]
    if len(raw) != info.compress_size or info.file_size > _MOST_BYTES:
        raise CannotPatch("damaged")
    is_utf8 = bool(info.flag_bits & _UTF8)
    return _Entry(raw, info.compress_type, info.CRC, info.file_size, info.date_time, is_utf8)


def _shared_header(entry: _Entry, name_size: int) -> bytes:
    """The fields that the local and the central header share, from the version needed to the extra field's length."""
    year, month, day, hour, minute, second = entry.time
    date = max(year - 1980, 0) << 9 | month << 5 | day
    time = hour << 11 | minute << 5 | second // 2
    sizes = (entry.crc, len(entry.raw), entry.size, name_size, 0)
    return struct.pack("<HHHHHIIIHH", 20, _UTF8 if entry.is_utf8 else 0, entry.method, time, date, *sizes)
