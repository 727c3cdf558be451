"""Files that are still what they were are not read again to find that out; any change is noticed, whatever it hides."""

from __future__ import annotations

import os
import sys
from datetime import date
from pathlib import Path

import pytest
from returns import row
from weeks import SETTINGS, drop, numbers, received, run

from rectify_xl.receiving.intake import Source
from rectify_xl.runs import taking_in, unchanged, workspace

FIRST, SECOND, THIRD = date(2005, 5, 18), date(2005, 5, 25), date(2005, 6, 1)
OTHER = {"unit_code": "KX03", "unit_name": "示例第二党支部"}

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows notes no time of change that nobody can set")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace after its first run, where files count as settled at once."""
    monkeypatch.setattr(unchanged, "_SETTLED", -60.0)
    workspace.create(tmp_path / "整改工作", SETTINGS)
    drop(tmp_path / "整改工作", "一.xlsx", row("ledger"), filled_on=FIRST)
    run(tmp_path / "整改工作", FIRST)
    return tmp_path / "整改工作"


@pytest.fixture
def digested(place: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that a run reads only to know whether they changed."""
    asked: list[str] = []
    real = taking_in.file_digest
    monkeypatch.setattr(taking_in, "file_digest", lambda source: (asked.append(source.name), real(source))[1])
    return asked


def test_a_later_run_does_not_read_what_has_not_changed(place: Path, digested: list[str]) -> None:
    drop(place, "二.xlsx", row("ledger"), filled_on=SECOND, **OTHER)
    assert received(run(place, SECOND)) == [("二.xlsx", "accepted")] and digested == []
    assert received(run(place, THIRD)) == [] and digested == []


def test_a_change_that_keeps_size_and_time_is_noticed(place: Path, digested: list[str]) -> None:
    path = place / "收件/一.xlsx"
    before, data = path.stat(), bytearray(path.read_bytes())
    at = data.rindex(b"PK\x05\x06") + 4  # the number of this disk: nobody reads it
    data[at] ^= 1
    path.write_bytes(data)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size and path.stat().st_mtime_ns == before.st_mtime_ns
    assert [name for name, _ in received(run(place, SECOND))] == ["一.xlsx"] and digested == ["一.xlsx"]


def test_what_is_put_back_is_known_again(place: Path, digested: list[str]) -> None:
    first = (place / "收件/一.xlsx").read_bytes()
    drop(place, "一.xlsx", row("ledger", percent=0.9), filled_on=SECOND)
    assert received(run(place, SECOND)) == [("一.xlsx", "accepted")]
    (place / "收件/一.xlsx").write_bytes(first)
    assert received(run(place, THIRD)) == []
    digested.clear()
    outcome = run(place, date(2005, 6, 8))
    assert received(outcome) == [] and len(numbers(outcome)) == 1 and digested == []


def test_what_changed_a_moment_ago_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"a")
    source = Source(path=str(path), name="a.xlsx")
    assert unchanged.looks_of([source]) == {}


def test_links_clutter_and_what_lies_in_archives_have_no_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unchanged, "_SETTLED", -60.0)
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"a")
    (tmp_path / "link.xlsx").symlink_to(path)
    whole = Source(path=str(path), name="a.xlsx")
    others = [
        Source(path=str(tmp_path / "link.xlsx"), name="link.xlsx"),
        Source(path=str(tmp_path / "gone.xlsx"), name="gone.xlsx"),
        Source(path=str(path), name="b.zip/a.xlsx", within=whole),
        Source(path=str(path), name="~$a.xlsx", is_clutter=True),
    ]
    assert list(unchanged.looks_of([whole, *others])) == ["a.xlsx"]
    monkeypatch.setattr(unchanged.os, "name", "nt")
    assert unchanged.looks_of([whole]) == {}
