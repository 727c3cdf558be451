"""The archive: every received file and what it lay in byte for byte, and a lost memory made again from it."""

from __future__ import annotations

import json
import os
import shutil
from datetime import date
from pathlib import Path
from pickle import dumps
from types import SimpleNamespace
from typing import Any

import pytest
from returns import DAY, row, settings_for
from test_containers import archive, mail
from weeks import SETTINGS, drop, received, run, snapshot

from rectify_xl import files
from rectify_xl.commands.table import words_in
from rectify_xl.excel.marked import marker_for
from rectify_xl.excel.settings.settings_book import write_settings
from rectify_xl.files import is_whole
from rectify_xl.receiving.intake import Source
from rectify_xl.runs import pipeline, workspace
from rectify_xl.runs.taking_in import original_of

LATER = date(2005, 5, 31)
OTHER = {"unit_code": "KX03", "unit_name": "示例第二党支部"}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    workspace.create(tmp_path / "整改工作", SETTINGS)
    return tmp_path / "整改工作"


def taken(place: Path, name: str, *rows: Any, **how: Any) -> bytes:
    """A returned workbook's bytes, nowhere in the inbox."""
    path = drop(place, name, *rows, **how)
    data = path.read_bytes()
    path.unlink()
    return data


def listed(place: Path) -> dict[str, dict[str, Any]]:
    lines = (place / "存档/清单.jsonl").read_text(encoding="utf-8").splitlines()
    return {entry["path"]: entry for entry in map(json.loads, lines)}


def kept(place: Path, name: str) -> bytes:
    (path,) = (place / "存档").glob(f"{listed(place)[name]['digest']}*")
    return path.read_bytes()


def test_containers_are_kept_beside_their_members_and_rebuilding_takes_neither_twice(place: Path) -> None:
    good = taken(place, "好.xlsx", row("ledger"))
    flawed = taken(place, "坏.xlsx", row("ledger", problem="短"), **OTHER)
    inbox = place / "收件"
    held = {
        "甲.zip": archive({"好.xlsx": good}),
        "乙.eml": mail(("坏.xlsx", flawed), ("说明.txt", "说明".encode())),
        "空.zip": archive({"夹/": b""}),
        "深.zip": archive({"1.zip": archive({"2.zip": archive({"3.zip": archive({"好.xlsx": good})})})}),
    }
    for name, data in held.items():
        (inbox / name).write_bytes(data)
    first = run(place, DAY)
    assert {name: kept(place, name) for name in held} == held
    told = dict(received(first))
    assert told == {
        "乙.eml/坏.xlsx": "returned",
        "乙.eml/说明.txt": "refused",
        "深.zip/1.zip/2.zip/3.zip": "refused",
        "甲.zip/好.xlsx": "accepted",
        "空.zip": "refused",
    }
    assert {name for name, entry in listed(place).items() if entry.get("container")} == {"甲.zip", "乙.eml", "深.zip"}
    before = snapshot(place)
    assert received(run(place, DAY)) == []
    (place / "记录.sqlite").unlink()
    again = run(place, DAY)
    assert [(h.file, h.verdict, h.findings) for h in again.book.returns] == [
        (h.file, h.verdict, h.findings) for h in first.book.returns
    ]
    for part in ("成果", "存档", "收件"):
        assert {n: d for n, d in snapshot(place).items() if n.startswith(part)} == {
            n: d for n, d in before.items() if n.startswith(part)
        }


def test_a_container_sent_anew_with_the_same_members_is_kept_too(place: Path) -> None:
    good = taken(place, "好.xlsx", row("ledger"))
    (place / "收件/甲.zip").write_bytes(archive({"好.xlsx": good}))
    run(place, DAY)
    newer = archive({"好.xlsx": good}) + b""
    newer = newer[:-2] + b"\x03\x00abc"  # the same archive with a comment
    (place / "收件/甲.zip").write_bytes(newer)
    assert received(run(place, LATER)) == []
    assert kept(place, "甲.zip") == newer and len(list((place / "存档").glob("*.zip"))) == 2


def test_a_container_with_a_restricted_form_stays_in_the_inbox_alone(place: Path) -> None:
    secret = taken(place, "谈心.xlsx", row("guidance"), form="guidance")
    good = taken(place, "好.xlsx", row("ledger"), **OTHER)
    (place / "收件/甲.zip").write_bytes(archive({"谈心.xlsx": secret, "好.xlsx": good}))
    run(place, DAY)
    assert set(listed(place)) == {"甲.zip/好.xlsx"}


def test_a_refused_container_keeps_its_reason_when_the_roster_changes(place: Path) -> None:
    (place / "收件/空.zip").write_bytes(archive({"夹/": b""}))
    first = run(place, DAY)
    (place / "配置.xlsx").unlink()
    write_settings(settings_for(units=SETTINGS.units[:2]), place / "配置.xlsx")
    again = run(place, LATER)
    assert again.book.returns[0].findings == first.book.returns[0].findings


def test_a_torn_file_of_the_archive_is_written_again(place: Path) -> None:
    data = drop(place, "一.xlsx", row("ledger")).read_bytes()
    run(place, DAY)
    (path,) = (place / "存档").glob("*.xlsx")
    assert is_whole(path, listed(place)["一.xlsx"]["digest"])
    path.write_bytes(bytes(len(data)))
    (place / "收件/抄件.xlsx").write_bytes(data)
    run(place, LATER)
    assert path.read_bytes() == data


def test_a_folder_that_opened_later_is_no_more_told_as_closed(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    from rectify_xl.receiving import intake

    folder = place / "收件/科室"
    folder.mkdir()
    (folder / "好.xlsx").write_bytes(taken(place, "好.xlsx", row("ledger")))
    real = os.scandir

    def scandir(path: str) -> object:
        if str(path) == str(folder):
            raise PermissionError(13, "Permission denied", path)
        return real(path)

    with monkeypatch.context() as closed:
        closed.setattr(intake.os, "scandir", scandir)
        assert received(run(place, DAY)) == [("科室", "refused")]
    outcome = run(place, LATER)
    assert received(outcome) == [("科室/好.xlsx", "accepted")]
    assert [held.file for held in outcome.book.returns] == ["科室/好.xlsx"]


def test_what_a_failed_run_archived_arrives_with_the_run_that_remembers_it(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(place, "一.xlsx", row("ledger"))
    run(place, DAY)
    drop(place, "二.xlsx", row("ledger"), **OTHER)

    def full(step: str, path: Path) -> None:
        if step == "settle-folder":  # the last of the archive, right before the memory is saved
            raise OSError(28, "full")

    with monkeypatch.context() as broken, pytest.raises(OSError, match="full"):
        broken.setattr(files, "at", full)
        run(place, LATER)
    assert listed(place)["二.xlsx"]["arrived"] == LATER.isoformat()
    next_day = date(2005, 6, 1)
    run(place, next_day)
    days = {name: entry["arrived"] for name, entry in listed(place).items()}
    assert days == {"一.xlsx": DAY.isoformat(), "二.xlsx": next_day.isoformat()}
    before = snapshot(place / "成果")
    (place / "记录.sqlite").unlink()
    run(place, next_day)
    assert snapshot(place / "成果") == before


def test_a_file_that_archive_and_memory_lost_is_archived_when_it_comes_again(place: Path) -> None:
    data = taken(place, "坏.xlsx", row("ledger", problem="短"), **OTHER)
    drop(place, "一.xlsx", row("ledger"))
    (place / "收件/坏.xlsx").write_bytes(data)
    run(place, DAY)
    (lost,) = (path for path in (place / "存档").glob("*.xlsx") if path.read_bytes() == data)
    for path in (lost, place / "收件/坏.xlsx", place / "记录.sqlite"):
        path.unlink()
    assert "archive-gaps:1" in run(place, LATER).notes
    (place / "收件/坏.xlsx").write_bytes(data)
    again = run(place, LATER)
    assert received(again) == [("坏.xlsx", "returned")]
    assert "退回/2005-05-31/坏.xlsx" in again.outputs
    assert kept(place, "坏.xlsx") == data
    assert [entry["arrived"] for entry in listed(place).values()] == [DAY.isoformat(), LATER.isoformat()]


@pytest.mark.parametrize("left", [None, b"", b"PK"])
def test_what_the_archive_lost_is_put_back_from_the_inbox_and_told(left: bytes | None, place: Path) -> None:
    (place / "收件/甲.zip").write_bytes(archive({"好.xlsx": taken(place, "好.xlsx", row("ledger"))}))
    drop(place, "二.xlsx", row("ledger"), **OTHER)
    run(place, DAY)
    before = snapshot(place / "存档")
    for name in ("甲.zip/好.xlsx", "二.xlsx"):
        path = place / "存档" / f"{listed(place)[name]['digest']}.xlsx"
        path.unlink() if left is None else path.write_bytes(left)
    assert run(place, LATER, dry_run=True).notes == ()
    assert run(place, LATER).notes == ("archive-mended:2",)
    assert snapshot(place / "存档") == before
    assert run(place, LATER).notes == ()


def test_an_archive_that_is_gone_is_made_anew_with_the_days_on_which_files_came(place: Path) -> None:
    (place / "收件/甲.zip").write_bytes(archive({"好.xlsx": taken(place, "好.xlsx", row("ledger"))}))
    run(place, DAY)
    drop(place, "二.xlsx", row("ledger"), **OTHER)
    run(place, LATER)
    before, entries = snapshot(place / "存档"), listed(place)
    shutil.rmtree(place / "存档")
    assert run(place, LATER).notes == ("archive-mended:2",)
    assert {**snapshot(place / "存档"), "清单.jsonl": ""} == {**before, "清单.jsonl": ""}
    assert {name: entry["arrived"] for name, entry in listed(place).items() if name != "甲.zip"} == {
        name: entry["arrived"] for name, entry in entries.items() if name != "甲.zip"
    }


def test_what_neither_archive_nor_inbox_has_is_told_and_still_counts(place: Path) -> None:
    drop(place, "一.xlsx", row("ledger"))
    lost = drop(place, "二.xlsx", row("ledger"), **OTHER)
    run(place, DAY)
    for path in (lost, place / "存档" / f"{listed(place)['二.xlsx']['digest']}.xlsx"):
        path.unlink()
    told = run(place, LATER)
    assert told.notes == ("archive-lacks:1",) and len(told.book.items["ledger"]) == 2
    for lang in ("zh", "en"):
        assert "1" in words_in(lang)["notes"]["archive-lacks"].format(name="1")


def test_a_spoiled_list_of_the_archive_is_written_anew(place: Path) -> None:
    drop(place, "一.xlsx", row("ledger"))
    run(place, DAY)
    drop(place, "二.xlsx", row("ledger"), **OTHER)
    run(place, LATER)
    listing = place / "存档/清单.jsonl"
    before = listing.read_bytes()
    first, second = before.splitlines()
    for spoiled in (first, b"", b'{"digest": 1}\n' + second, before.replace(b"{", b"", 1), b"\xff\n[]\n" + before):
        listing.write_bytes(spoiled)
        assert run(place, LATER).notes == ()
        assert set(listing.read_bytes().splitlines()) >= {first, second}, spoiled


def test_an_inbox_that_lost_all_its_files_is_told_and_they_still_count(place: Path) -> None:
    assert run(place, DAY).notes == ()
    first = drop(place, "夹/一.xlsx", row("ledger"))
    drop(place, "二.xlsx", row("ledger"), **OTHER)
    assert run(place, DAY).notes == ()
    first.unlink()
    assert run(place, DAY).notes == ()
    (place / "收件/二.xlsx").unlink()  # 夹 is still there
    for dry_run in (True, False):
        told = pipeline.run_workspace(place, as_of=LATER, dry_run=dry_run)
        assert told.notes == ("inbox-empty:收件",)
        assert len(told.book.items["ledger"]) == 2
    for lang in ("zh", "en"):
        assert "收件" in words_in(lang)["notes"]["inbox-empty"].format(name="收件")


@pytest.mark.parametrize("is_in_inbox", [True, False])
def test_a_file_in_the_archive_that_does_not_open_is_marked_from_the_inbox_else_told(
    is_in_inbox: bool, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = drop(place, "坏.xlsx", row("ledger", problem="短"))
    (return_,) = run(place, DAY).book.returns
    (archived,) = (place / "存档").glob("*.xlsx")
    monkeypatch.setattr(os, "access", lambda path, mode: path != archived)
    inbox = {"坏.xlsx": Source(path=str(original), name="坏.xlsx")} if is_in_inbox else {}
    job: Any = SimpleNamespace(workspace=workspace.Workspace(place))
    intake: Any = SimpleNamespace(inbox=inbox)
    source = original_of(job, intake, return_)
    assert source.path == str(original if is_in_inbox else archived)


@pytest.mark.parametrize(
    ("error", "reason"),
    [(PermissionError, "unopened"), (OSError, "unopened"), (FileNotFoundError, "gone"), (NotADirectoryError, "gone")],
)
def test_a_file_that_does_not_open_is_told_from_one_that_is_gone(
    error: type[OSError], reason: str, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = drop(place, "坏.xlsx", row("ledger", problem="短"))
    (return_,) = run(place, DAY).book.returns
    marked = marker_for(dumps((DAY, "zh", ())))
    assert isinstance(marked((str(original), return_)), bytes)
    assert marked(("", return_)) == "gone"

    def refuse(path: Path) -> bytes:
        raise error

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert marked((str(original), return_)) == reason


@pytest.mark.parametrize("is_in_inbox", [True, False])
def test_a_file_gone_from_the_archive_is_marked_from_the_inbox_else_its_problems_are_listed(
    is_in_inbox: bool, place: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    original = drop(place, "坏.xlsx", row("ledger", problem="短"))

    def full(step: str, path: Path) -> None:
        if "退回" in path.parts:
            raise OSError(28, "full")

    with monkeypatch.context() as broken, pytest.raises(OSError, match="full"):
        broken.setattr(files, "at", full)
        run(place, DAY)
    (archived,) = (place / "存档").glob("*.xlsx")
    archived.unlink()
    if not is_in_inbox:
        original.unlink()
    run(place, DAY)
    written = {path.name for path in (place / "退回/2005-05-25").iterdir()}
    assert written == ({"坏.xlsx"} if is_in_inbox else {"坏.问题清单.xlsx"})
    assert caplog.records == []
