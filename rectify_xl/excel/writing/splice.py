"""A workbook of xlsxwriter saved with its many rows spliced in: the rows are deflated in pieces, and never all held."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from io import SEEK_CUR, BytesIO
from pathlib import Path
from shutil import copyfileobj
from struct import unpack
from tempfile import SpooledTemporaryFile
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import xlsxwriter

from rectify_xl.excel.writing.fast_rows import FastSheet
from rectify_xl.zips.deflating import Fragment, deflated, ending, joined_crc

# What stands in a sheet's part where its many rows belong: no text of a cell can look like it.
_MARK = "<?rows?>"
# Bytes of a deflated part that stay in memory before it goes through a file.
_IN_MEMORY = 1 << 20
# Pieces that wait to be deflated at once.
_WAITING = 2
# Where an entry's header tells the lengths of what stands between it and the data: its name, and more.
_NAME_LENGTHS = 26
# What every entry says of the program that packed it: Unix, and a file its owner may read and write.
_UNIX, _MODE, _NO_TIME = 3, 0o600 << 16, (1980, 1, 1, 0, 0, 0)


def save_spliced(workbook: xlsxwriter.Workbook, skeleton: BytesIO, target: Path | BytesIO) -> None:
    """Closes a workbook that stands on `skeleton` and saves it to `target` with its rows; OSError if that cannot be.

    The same workbook gives the same bytes with the same deflating back end.
    """
    filled = _filled(workbook)
    for sheet in filled:
        sheet.mark = _MARK
    workbook.close()
    sheets = {f"xl/worksheets/sheet{sheet.index + 1}.xml": sheet for sheet in filled}
    with ZipFile(skeleton) as source, ZipFile(target, "w") as package:
        for info in source.infolist():
            with_rows = sheets.get(info.filename)
            fragments = (
                _fragments(_pieces(source.read(info), with_rows)) if with_rows else [_as_it_is(skeleton, info)]
            )
            _add(package, info.filename, fragments)


def is_filled(workbook: xlsxwriter.Workbook) -> bool:
    """Whether some sheet of a workbook has many rows to be spliced in."""
    return bool(_filled(workbook))


def _filled(workbook: xlsxwriter.Workbook) -> list[FastSheet]:
    return [sheet for sheet in workbook.worksheets() if isinstance(sheet, FastSheet) and sheet.fillings]


def _as_it_is(skeleton: BytesIO, info: ZipInfo) -> Fragment:
    """A part of the skeleton as it stands there, deflated already."""
    skeleton.seek(info.header_offset + _NAME_LENGTHS)
    skeleton.seek(sum(unpack("<HH", skeleton.read(4))), SEEK_CUR)
    return Fragment(skeleton.read(info.compress_size), info.file_size, info.CRC)


def _pieces(part: bytes, sheet: FastSheet) -> Iterator[bytes]:
    """The bytes of a sheet's part, with its rows where they belong."""
    head, mark, tail = part.partition(_MARK.encode())
    yield head
    if mark:
        yield from sheet.pieces()
        yield tail


def _fragments(pieces: Iterable[bytes]) -> Iterator[Fragment]:
    """The pieces deflated, in their order, while the next ones are made: deflating leaves Python to others."""
    with ThreadPoolExecutor(1) as beside:
        waiting: deque[Future[Fragment]] = deque()
        for piece in pieces:
            waiting.append(beside.submit(deflated, piece))
            if len(waiting) > _WAITING:
                yield waiting.popleft().result()
        yield from (future.result() for future in waiting)
    yield ending()


def _add(package: ZipFile, name: str, fragments: Iterable[Fragment]) -> None:
    """Adds an entry of fragments; its header, which tells their sizes, is written when they are known."""
    info = ZipInfo(name, _NO_TIME)
    info.compress_type, info.create_system, info.external_attr = ZIP_DEFLATED, _UNIX, _MODE
    with SpooledTemporaryFile(_IN_MEMORY) as spool:
        written = [(spool.write(data), size, crc) for data, size, crc in fragments]
        info.compress_size, info.file_size = sum(part[0] for part in written), sum(part[1] for part in written)
        info.CRC = joined_crc((crc, size) for _, size, crc in written)
        assert package.fp is not None
        info.header_offset = package.fp.tell()
        package.fp.write(info.FileHeader())
        spool.seek(0)
        copyfileobj(spool, package.fp)
    package.filelist.append(info)
    package.start_dir = package.fp.tell()
