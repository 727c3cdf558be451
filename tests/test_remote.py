"""Files at URLs: judged as the same files by path are, fetched a chunk at a time, and what is wrong with a URL said."""

from __future__ import annotations

import io
import json
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import fsspec
import pytest
from executors import Weighing
from many_files import DAY, settings, small_return

import rectify_xl as rx
from rectify_xl.cli import main
from rectify_xl.errors import WrongUse
from rectify_xl.facts.limits import limits
from rectify_xl.model import Return
from rectify_xl.receiving import containers, remote
from rectify_xl.receiving.intake import Source

SETTINGS = replace(settings(), units=settings().units[:12])


def archive(*files: tuple[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as made:
        for name, data in files:
            made.writestr(name, data)
    return held.getvalue()


FILES = {
    "一/0.xlsx": small_return(0),
    "一/Thumbs.db": b"x",
    "二.xlsx": small_return(1),
    "包.zip": archive(("三.xlsx", small_return(2)), ("四.xlsx", small_return(10))),
    "网页.xls": b"<html></html>",
    "空.xlsx": b"",
}


@pytest.fixture(params=["file", "memory"])
def places(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """The same files in a folder and at a URL."""
    for name, data in FILES.items():
        (tmp_path / "收" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "收" / name).write_bytes(data)
    if request.param == "file":
        yield tmp_path / "收", f"file://{tmp_path}/收"
        return
    memory = fsspec.filesystem("memory")
    for name, data in FILES.items():
        memory.pipe_file(f"/收/{name}", data)
    yield tmp_path / "收", "memory://收/"
    memory.rm("/收", recursive=True)


def test_a_folder_at_a_url_is_judged_as_the_folder(places: tuple[Path, str]) -> None:
    folder, url = places
    by_path, by_url = (sorted(checked(place), key=lambda held: held.file) for place in (folder, url))
    assert by_url == by_path
    assert {held.file: held.verdict for held in by_url} == {
        "一/0.xlsx": "returned", "一/Thumbs.db": "ignored", "二.xlsx": "accepted", "包.zip/三.xlsx": "accepted",
        "包.zip/四.xlsx": "returned", "网页.xls": "refused", "空.xlsx": "refused",
    }  # fmt: skip
    book = rx.consolidate(url, SETTINGS, as_of=DAY).book
    assert [len(items) for items in book.items.values()] == [2]


def checked(place: str | Path, **how: Any) -> tuple[Return, ...]:
    return rx.check(place, SETTINGS, as_of=DAY, **how).returns


def test_workers_fetch_what_they_read(tmp_path: Path) -> None:
    (tmp_path / "收").mkdir()
    for name, data in FILES.items():
        (tmp_path / "收" / name.replace("/", "-")).write_bytes(data)
    url = f"file://{tmp_path}"
    assert checked(f"{url}/收", executor=Weighing(), spool=url) == checked(f"{url}/收")
    assert [path.name for path in tmp_path.iterdir()] == ["收"]


def test_a_named_file_is_called_as_it_was_named_without_its_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "一.xlsx").write_bytes(small_return(1))
    url = f"file://{tmp_path}/一.xlsx"
    (held,) = checked([url])
    assert (held.file, held.verdict) == (url, "accepted")
    monkeypatch.setattr(remote, "file_system", lambda _: fsspec.core.url_to_fs(url))
    (source,) = remote.sources_at("sftp://user:secret@host/一.xlsx")
    assert source.name == "sftp://host/一.xlsx"


def test_what_vanishes_or_is_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "大.xlsx").write_bytes(b"x")
    with (tmp_path / "大.xlsx").open("ab") as held:
        held.truncate(limits().file_bytes + 1)
    gone = Source(path=f"file://{tmp_path}/gone.xlsx", name="gone.xlsx")
    monkeypatch.setattr(containers, "unpacked", lambda sources: [*sources, gone])
    told = {held.file: [finding.code for finding in held.findings] for held in checked(f"file://{tmp_path}")}
    assert told == {"大.xlsx": ["too-large"], "gone.xlsx": ["not-a-file"]}


def test_a_marked_copy_of_what_stands_at_a_url(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "收").mkdir()
    (tmp_path / "收" / "十.xlsx").write_bytes(small_return(10))
    url, back = f"file://{tmp_path}/收/十.xlsx", tmp_path / "退回"
    with pytest.raises(SystemExit) as ended:
        main(["check", url, "--profile", "gdsta", "--as-of", "2005-05-25", "--return", str(back), "--json"])
    assert ended.value.code == 1
    assert json.loads(capsys.readouterr().out)["files"][0]["file"] == url
    assert [path.name for path in back.iterdir()] == ["十.xlsx"]
    assert "问题清单" in zipfile.ZipFile(back / "十.xlsx").read("xl/workbook.xml").decode()


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("memory://gibt-es-nicht", "no-such-path"),
        ("file://{}/gibt-es-nicht.xlsx", "no-such-path"),
        ("gibtsnicht://a/b.xlsx", "no-such-place"),
    ],
)
def test_what_is_wrong_with_a_url_is_said(tmp_path: Path, url: str, code: str) -> None:
    with pytest.raises(WrongUse) as told:
        checked(url.format(tmp_path))
    assert told.value.code == code


def test_without_the_extra_a_url_asks_for_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    with pytest.raises(SystemExit) as ended:
        main(["check", "s3://bucket/a.xlsx", "--profile", "gdsta", "--lang", "en"])
    assert ended.value.code == 2 and 'pip install "rectify_xl[remote]"' in capsys.readouterr().err
