"""Files with a restricted form: with a password kept and registered encrypted, without one left in 收件 and told."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import msoffcrypto
import openpyxl
import pytest
from returns import DAY, UNITS, filled_template, row, settings_for

from rectify_xl import cli
from rectify_xl.excel.papers.encrypted import EncryptionError, decrypt, encrypt, is_encrypted, save_encrypted
from rectify_xl.model import FormRows, Return, Row
from rectify_xl.office.roster import roster_for
from rectify_xl.outgoing.guidance import guidance_table, restricted_forms
from rectify_xl.runs import pipeline, restricted, workspace

SECRET = "口令 2005"
REGISTER = "成果/教育转化登记.xlsx"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(restricted.PASSWORD, SECRET)
    workspace.create(tmp_path / "整改工作", settings_for())
    rows = [row("guidance"), row("guidance", member="示例子", help="帮")]
    filled_template(tmp_path / "整改工作" / "收件" / "一.xlsx", {"guidance": rows})
    return tmp_path / "整改工作"


def run(place: Path, as_of: date = DAY) -> pipeline.Outcome:
    return pipeline.run_workspace(place, as_of=as_of)


def texts(data: bytes) -> list[Any]:
    book = openpyxl.load_workbook(BytesIO(data))
    return [cell.value for sheet in book for line in sheet.iter_rows() for cell in line if cell.value is not None]


def test_with_a_password_the_file_and_its_rows_are_kept_encrypted_and_nothing_else_holds_them(place: Path) -> None:
    outcome = run(place)
    (archived,) = (place / "存档").glob("*.xlsx")
    assert REGISTER in outcome.outputs and outcome.notes == ()
    assert decrypt(archived.read_bytes(), SECRET) == (place / "收件" / "一.xlsx").read_bytes()
    shown = texts(decrypt((place / REGISTER).read_bytes(), SECRET))
    assert {"示例辛", "谈心谈话，结对帮助", "教育转化登记"} <= set(shown)
    (line,) = map(json.loads, (place / "存档" / "清单.jsonl").read_text("utf-8").splitlines())
    assert (line["path"], line["encrypted"]) == ("一.xlsx", True)
    assert "restricted" not in {finding.code for finding in outcome.book.findings}
    for path in place.rglob("*"):
        if path.is_file() and "收件" not in path.parts:
            assert "示例辛".encode() not in path.read_bytes(), path

    before = {path: path.read_bytes() for path in (archived, place / REGISTER)}
    (place / "收件" / "一.xlsx").rename(place / "收件" / "二.xlsx")
    assert run(place).notes == ()
    assert {path: path.read_bytes() for path in before} == before


def test_without_a_password_the_file_stays_in_the_inbox_alone_and_this_is_told(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(restricted.PASSWORD)
    with pytest.raises(SystemExit, match="0"):
        cli.main(["run", str(place), "--as-of", f"{DAY}", "--dry-run"])
    shown = capsys.readouterr().out  # though the file is sent back, where the other warnings of it stand
    assert "一.xlsx：文件含有涉及个人的“教育转化登记”，只统计人数" in shown and "请留意" not in shown
    outcome = run(place)
    assert [(f.code, f.file) for f in outcome.book.findings if f.code == "restricted"] == [("restricted", "一.xlsx")]
    assert not list((place / "存档").iterdir()) and not (place / REGISTER).exists()
    assert not list((place / "退回").rglob("一.xlsx"))

    later = (place / "收件" / "一.xlsx").read_bytes() + bytes(22)  # what the first version held is nowhere any more
    (place / "收件" / "一.xlsx").write_bytes(later)
    monkeypatch.setenv(restricted.PASSWORD, SECRET)
    run(place)
    (archived,) = (place / "存档").glob("*.xlsx")
    assert (archived.stem, decrypt(archived.read_bytes(), SECRET)) == (sha256(later).hexdigest(), later)


def test_another_password_or_none_to_encrypt_with_is_told_and_loses_nothing(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(place)
    kept = (place / REGISTER).read_bytes()
    monkeypatch.setenv(restricted.PASSWORD, "另一个")
    assert run(place).notes == ("wrong-password:教育转化登记.xlsx",)
    assert (place / REGISTER).read_bytes() == kept


def test_a_rebuilt_memory_counts_what_the_archive_holds_encrypted(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost() -> pipeline.Outcome:
        (place / "记录.sqlite").unlink()
        return run(place)

    run(place)
    kept = (place / REGISTER).read_bytes()
    (place / "收件" / "一.xlsx").unlink()
    again = lost()
    assert [(held.file, held.is_restricted) for held in again.book.returns] == [("一.xlsx", True)]
    assert (again.notes, (place / REGISTER).read_bytes()) == (("rebuilt:记录.sqlite", "inbox-empty:收件"), kept)
    for word in ("另一个", ""):
        monkeypatch.setenv(restricted.PASSWORD, word)
        assert "archive-closed:1" in lost().notes
    assert (place / REGISTER).read_bytes() == kept


def test_the_register_holds_each_units_latest_return() -> None:
    (form,) = restricted_forms()

    def back(code: str, day: int, *members: str, verdict: Any = "accepted") -> Return:
        rows = tuple(Row("s", at, (name, *[None] * (len(form.columns) - 1))) for at, name in enumerate(members))
        held = (FormRows(form=form.name, good=rows),)
        return Return(file=f"{code}{day}", digest=f"{code}{day}", unit_code=code, filled_on=date(2005, 5, day),
                      forms=held, verdict=verdict)  # fmt: skip

    held = back("KX02", 25, "戊", verdict="held")
    returns = [back("KX02", 20, "甲"), back("KX01", 24, "乙", "丙"), back("KX01", 18, "丁"), held]
    table = guidance_table(returns, form, roster_for(settings_for()), DAY)
    assert [(line[0], line[2], line[-1]) for line in table.rows] == [
        ("KX01", "乙", date(2005, 5, 24)), ("KX01", "丙", date(2005, 5, 24)), ("KX02", "甲", date(2005, 5, 20)),
    ]  # fmt: skip
    units = [replace(u, merged_into="KX02", stopped_on=date(2005, 5, 16)) if u.code == "KX01" else u for u in UNITS]
    roster = roster_for(settings_for(units=tuple(units)))
    for members, held in (("甲乙丙", returns), ("己", [*returns, back("KX02", 25, "戊"), back("KX02", 26, "己")])):
        rows = guidance_table(held, form, roster, DAY).rows
        assert sorted((line[0], line[2]) for line in rows) == sorted(("KX02", member) for member in members)


# ---- encryption


def test_what_is_encrypted_opens_as_excel_opens_it_and_only_with_its_password(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.save(tmp_path / "a.xlsx")
    data = (tmp_path / "a.xlsx").read_bytes()
    closed = encrypt(data, SECRET)
    assert is_encrypted(closed) and b"xl/workbook.xml" not in closed
    opened, package = BytesIO(), msoffcrypto.OfficeFile(BytesIO(closed))
    package.load_key(password=SECRET, verify_password=True)
    package.decrypt(opened, verify_integrity=True)
    assert opened.getvalue() == data
    with pytest.raises(EncryptionError, match="wrong-password"):
        decrypt(closed, "另一个")


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600])
def test_bytes_that_are_no_encrypted_package_do_not_open(data: bytes) -> None:
    with pytest.raises(EncryptionError, match="wrong-password"):
        decrypt(data, SECRET)


def test_a_file_that_holds_the_same_already_is_left_alone(tmp_path: Path) -> None:
    path, one, other = tmp_path / "a", b"x" * 9001, b"y" * 5000
    assert save_encrypted(path, one, SECRET)
    before = path.read_bytes()
    assert not save_encrypted(path, one, SECRET)
    assert path.read_bytes() == before
    assert save_encrypted(path, other, SECRET) and decrypt(path.read_bytes(), SECRET) == other


def test_a_file_too_small_for_a_package_is_not_closed_for_good() -> None:
    with pytest.raises(EncryptionError, match="too-small"):
        encrypt(b"x" * 4000, SECRET)


def test_without_the_extra_nothing_is_encrypted_and_this_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    from rectify_xl.excel.papers import encrypted

    encrypted._agile.cache_clear()
    monkeypatch.setitem(sys.modules, "msoffcrypto.method.ecma376_agile", None)
    with pytest.raises(EncryptionError, match="no-encryption"):
        encrypt(b"x" * 9000, SECRET)
