"""Files that no office sends: many gigabytes in the inbox, and workbooks whose unread parts are damaged."""

from __future__ import annotations

import os
import shutil
import sys
import zipfile
from datetime import date
from io import BytesIO
from pathlib import Path
from time import process_time

import pytest
from returns import DAY, row
from weeks import SETTINGS, drop, received, run

from rectify_xl.excel.marked import copy_or_reason
from rectify_xl.office.ruling import ruling_for
from rectify_xl.receiving.intake import files_in
from rectify_xl.receiving.reading import read_file
from rectify_xl.runs import workspace

HUGE = 10 * 2**30


@pytest.mark.skipif(sys.platform == "win32", reason="a hole in a file takes its place on the disk")
def test_a_file_of_many_gigabytes_is_refused_at_once_and_stays_where_it_is(tmp_path: Path) -> None:
    place = tmp_path / "整改工作"
    workspace.create(place, SETTINGS)
    huge = place / "收件" / "大.xlsx"
    huge.touch()
    os.truncate(huge, HUGE)
    drop(place, "一.xlsx", row("ledger"))
    began = process_time()
    first = run(place, DAY)
    assert process_time() - began < 5
    told = {held.file: (held.verdict, held.digest, [f.code for f in held.findings]) for held in first.book.returns}
    assert told["大.xlsx"] == ("refused", "", ["too-large"]) and told["一.xlsx"][0] == "accepted"
    (finding,) = next(held for held in first.book.returns if held.file == "大.xlsx").findings
    assert ("case", "left") in finding.params
    assert huge.stat().st_size == HUGE
    assert sum(path.stat().st_size for path in (place / "存档").iterdir()) < 10**6
    assert received(run(place, DAY)) == []
    huge.unlink()
    drop(place, "大.xlsx", row("ledger", problem="另一个问题"), filled_on=DAY)
    assert received(run(place, DAY)) == [("大.xlsx", "accepted")]


@pytest.mark.skipif(sys.platform == "win32", reason="names and paths as POSIX has them")
def test_no_name_is_too_long_for_what_a_run_writes_of_it(tmp_path: Path) -> None:
    place = tmp_path / "整改工作"
    workspace.create(place, SETTINGS)
    inbox = place / "收件"
    wrong = drop(place, "一.xlsx", row("ledger", problem="短")).read_bytes()
    in_gbk = os.fsdecode(("报送" * 60).encode("gbk") + b".xlsx")
    for name, data in {f"{'a' * 251}.txt": b"x,y", f"{'b' * 250}.xlsx": b"x", in_gbk: wrong + b"\n"}.items():
        (inbox / name).write_bytes(data)
    with zipfile.ZipFile(inbox / "包.zip", "w") as package:
        package.writestr("长" * 20_000 + ".xlsx", wrong + b"\n\n")
        package.writestr("短/" * 9_000 + "a.xlsx", wrong + b"\n\n\n")
    _lay_deep(inbox, "d" * 200, 30)
    done = run(place, DAY)
    verdicts = sorted((held.verdict, held.findings[0].code) for held in done.received)
    assert verdicts == [("refused", "not-a-file"), *[("refused", "not-a-workbook")] * 2, *[("returned", "length")] * 4]
    sent_back = [path for path in (place / "退回").rglob("*") if path.is_file()]
    assert len(sent_back) == 4 + 2 * 3
    assert run(place, DAY).received == ()
    shutil.rmtree(inbox)


def _lay_deep(folder: Path, name: str, levels: int) -> None:
    """Folders in folders whose path is longer than any call takes, and a file in the last."""
    here = Path.cwd()
    os.chdir(folder)
    try:
        for _ in range(levels):
            os.mkdir(name)  # noqa: PTH102 - no path leads there
            os.chdir(name)
        Path("a.xlsx").write_bytes(b"x")
    finally:
        os.chdir(here)


def flipped(data: bytes, part: str) -> bytes:
    """A package in which one bit of a part's packed bytes is another."""
    with zipfile.ZipFile(BytesIO(data)) as package:
        about = package.getinfo(part)
    at = about.header_offset + 30 + len(about.filename.encode()) + about.compress_size // 2
    return data[:at] + bytes([data[at] ^ 0x10]) + data[at + 1 :]


def test_damage_in_a_part_that_is_not_read_changes_nothing_and_goes_back_as_it_came(tmp_path: Path) -> None:
    workspace.create(tmp_path / "整改工作", SETTINGS)
    path = drop(tmp_path / "整改工作", "一.xlsx", row("ledger", problem="短"))
    with zipfile.ZipFile(path, "a") as package:
        package.writestr("xl/media/image1.png", bytes(range(256)) * 40, zipfile.ZIP_DEFLATED)
    sound, ruling = path.read_bytes(), ruling_for(SETTINGS)
    whole = read_file(files_in([path])[0], ruling, date(2005, 6, 30))

    path.write_bytes(flipped(sound, "xl/media/image1.png"))
    held = read_file(files_in([path])[0], ruling, date(2005, 6, 30))
    assert (held.verdict, held.findings, held.forms) == (whole.verdict, whole.findings, whole.forms)
    assert held.verdict == "returned" and held.digest != whole.digest
    made = copy_or_reason(path.read_bytes(), held, send_by=None, lang="zh")
    assert isinstance(made, bytes)
    with zipfile.ZipFile(BytesIO(made)) as package:
        assert package.testzip() == "xl/media/image1.png"

    for part in ("xl/styles.xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml", "docProps/core.xml"):
        path.write_bytes(flipped(sound, part))
        read = read_file(files_in([path])[0], ruling, date(2005, 6, 30))
        assert (read.verdict, [f.code for f in read.findings]) == ("refused", ["damaged"])


def test_no_copy_is_made_where_the_marks_themselves_would_need_the_damaged_part(tmp_path: Path) -> None:
    workspace.create(tmp_path / "整改工作", SETTINGS)
    path = drop(tmp_path / "整改工作", "一.xlsx", row("ledger", problem="短"))
    path.write_bytes(flipped(path.read_bytes(), "[Content_Types].xml"))
    held = read_file(files_in([path])[0], ruling_for(SETTINGS), date(2005, 6, 30))
    assert held.verdict == "returned"
    assert copy_or_reason(path.read_bytes(), held, send_by=None, lang="zh") == "damaged"
