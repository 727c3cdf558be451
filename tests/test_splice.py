"""A spliced workbook is a sound package whatever deflates it, and a deflated piece is the same wherever it is made."""

from __future__ import annotations

import os
import subprocess
import sys
import tracemalloc
import zipfile
import zlib
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from io import BytesIO
from multiprocessing import get_context
from pathlib import Path

import pytest
from books import small_book
from hypothesis import given
from hypothesis import strategies as st
from ledgers import values_by_calamine, written

from rectify_xl.errors import CannotFinish
from rectify_xl.excel.ledgers.ledger import write_ledger
from rectify_xl.excel.writing.fast_rows import FastSheet, Filling
from rectify_xl.excel.writing.row_xml import Look, rows_xml
from rectify_xl.excel.writing.splice import save_spliced
from rectify_xl.excel.writing.styles import new_workbook
from rectify_xl.zips import deflating
from rectify_xl.zips.deflating import back_end, deflated, ending, joined_crc

BACK_ENDS = ("isal.isal_zlib", "zlib_ng.zlib_ng", "zlib")


@pytest.fixture(params=BACK_ENDS)
def only(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Each back end in turn as the only one there is."""
    name = str(request.param)
    back_end.cache_clear()
    monkeypatch.setattr(deflating, "_BACK_ENDS", tuple(b for b in deflating._BACK_ENDS if b[0] == name))
    assert back_end()[0].__name__ == name  # the extra `test` installs all of them
    yield name
    back_end.cache_clear()


def test_pieces_laid_end_to_end_are_one_stream(only: str) -> None:
    pieces = [b"", b"a", bytes(range(256)) * 999, "整改".encode() * 5000]
    fragments = [*map(deflated, pieces), ending()]
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    assert stream.decompress(b"".join(f.data for f in fragments)) == b"".join(pieces)
    assert (stream.eof, stream.unused_data) == (True, b"")


def test_a_workbook_is_sound_and_says_the_same_with_every_back_end(only: str, tmp_path: Path) -> None:
    write_ledger(small_book(), tmp_path / "一.xlsx")
    write_ledger(small_book(), tmp_path / "二.xlsx")
    data = (tmp_path / "一.xlsx").read_bytes()
    assert data == (tmp_path / "二.xlsx").read_bytes()
    package = zipfile.ZipFile(BytesIO(data))
    assert package.testzip() is None
    assert {(i.date_time, i.create_system, i.external_attr >> 16) for i in package.infolist()} == {
        ((1980, 1, 1, 0, 0, 0), 3, 0o600)
    }
    assert values_by_calamine(data) == values_by_calamine(written(small_book()))


def test_the_fast_back_ends_are_wished_for_and_not_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "isal.isal_zlib", None)
    monkeypatch.setitem(sys.modules, "zlib_ng.zlib_ng", None)
    back_end.cache_clear()
    assert back_end()[0] is zlib
    back_end.cache_clear()


def test_no_other_back_end_takes_the_place_of_one_that_cannot_be_loaded(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "torn.py").write_text("raise ImportError('failed to map segment from shared object')")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(deflating, "_BACK_ENDS", (("absent", 2), ("torn", 2), ("zlib", 2)))
    back_end.cache_clear()
    with pytest.raises(CannotFinish, match="failed to map"):
        back_end()
    back_end.cache_clear()


@given(st.lists(st.binary(max_size=300), max_size=6), st.binary(max_size=300))
def test_the_crc_of_pieces_is_that_of_the_whole(pieces: list[bytes], more: bytes) -> None:
    every = [*pieces, more * 1000]
    assert joined_crc((zlib.crc32(piece), len(piece)) for piece in every) == zlib.crc32(b"".join(every))


def test_a_piece_of_rows_is_the_same_from_another_process() -> None:
    rows = [(f"第{n}行", n, date(2005, 5, 25), None) for n in range(50)]
    look = Look(styles=(1, 2, {(date, date(2005, 5, 25)): 3}, 4), lines=(9, 0, 0, 0))
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        assert pool.submit(rows_xml, rows, 7, look).result() == rows_xml(rows, 7, look)


def test_many_rows_are_never_held_together(tmp_path: Path) -> None:
    def peak_of(count: int) -> int:
        skeleton = BytesIO()
        workbook = new_workbook(skeleton, as_of=None)
        sheet = workbook.add_worksheet("表", FastSheet)
        rows = ((f"第{n}行的文字" * 9, n, "整改中") for n in range(count))
        sheet.fill(Filling(rows=rows, count=count, first_row=0, formats=[workbook.add_format()] * 3))
        tracemalloc.start()
        save_spliced(workbook, skeleton, tmp_path / "表.xlsx")
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    few, many = peak_of(10_000), peak_of(60_000)
    assert many < few + 2**21
    assert many < 2**25


SAVES = """
import sys
from books import big_book
from rectify_xl.excel.papers.publication import write_publication
write_publication(big_book(3, 240), sys.argv[1])
"""


def test_every_process_writes_the_same_bytes(tmp_path: Path) -> None:
    """Formats by value stand in the order of the rows, not in that of a set, which is another in every process."""
    written = []
    for seed in ("1", "2"):
        target = tmp_path / f"{seed}.xlsx"
        paths = os.pathsep.join(map(str, (Path(__file__).parent, Path(__file__).parent.parent)))
        subprocess.run(
            [sys.executable, "-c", SAVES, str(target)],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": paths},
            check=True,
        )
        written.append(target.read_bytes())
    assert written[0] == written[1]
