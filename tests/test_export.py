"""Export: frames as CSV that no spreadsheet executes and as Parquet, read back as they were; the command."""

from __future__ import annotations

import csv
import json
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from books import AS_OF, small_book
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from returns import row
from test_cli import call
from weeks import SETTINGS, drop, run, snapshot

import rectify_xl as rx
from rectify_xl.errors import WrongUse
from rectify_xl.facts.in_force import using
from rectify_xl.frames.build import frame_of
from rectify_xl.frames.columns import frame_kinds
from rectify_xl.frames.result import Report, Result
from rectify_xl.model import Book, Table
from rectify_xl.runs import workspace
from rectify_xl.runs.export import FORMATS, export_frames, guarded, read_frames, unguarded

HOSTILE = [
    "=1+1", "+86", "-2", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠1", "'", "'=1", "''", "=", "a=1",
    "甲\n乙", '"', ",;",
]  # fmt: skip
STARTS = tuple("=+-@\t\r\n＝＋－＠")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a run, whose returns hold texts that look like formulas."""
    folder = tmp_path_factory.mktemp("export") / "整改工作"
    workspace.create(folder, SETTINGS)
    drop(folder, "a.xlsx", row("ledger", problem="=HYPERLINK(1)会议过多"), row("ledger", problem="短", note="@x"))
    run(folder)
    return folder


# ---- texts


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_never_begins_as_a_formula_does(text: str) -> None:
    assert not guarded(text).startswith(STARTS)


@given(st.text())
def test_guarding_is_undone_by_reading(text: str) -> None:
    assert unguarded(guarded(text)) == text and not guarded(text).startswith(STARTS)


@pytest.mark.parametrize("form", FORMATS)
def test_hostile_texts_come_back_as_they_were(form: str, tmp_path: Path) -> None:
    names = ("level", "code", "file", "sheet", "cell", "row", "column", "label", "value", "message")
    rows = [("error", "date", text, text, "A1", 7, "due", text, text, text) for text in HOSTILE]
    frame = frame_of(Table(names, rows), frame_kinds("findings"))
    assert export_frames({"findings": frame}, tmp_path, form=form) == (f"findings.{form}",)
    assert_frame_equal(read_frames(tmp_path)["findings"], frame)
    assert list(frame["value"]) == HOSTILE


def test_no_cell_of_a_csv_begins_as_a_formula_does(tmp_path: Path) -> None:
    frame = pd.DataFrame({"=名称": HOSTILE, "workdays_left": [-1] * len(HOSTILE)})
    export_frames({"tasks": frame}, tmp_path)
    data = (tmp_path / "tasks.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    with (tmp_path / "tasks.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for line in csv.reader(file) for cell in line]
    assert [cell for cell in cells if cell.startswith(STARTS)] == ["-1"] * len(HOSTILE)


def test_what_is_no_unicode_is_written_as_a_code(tmp_path: Path) -> None:
    export_frames({"甲": pd.DataFrame({"a": ["\ud800x"]}, dtype=object)}, tmp_path)
    assert "\\ud800x" in (tmp_path / "甲.csv").read_text(encoding="utf-8-sig")


# ---- frames


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    "book", [small_book(), Book(as_of=AS_OF, settings=small_book().settings)], ids=["full", "empty"]
)
def test_every_frame_of_a_result_comes_back_typed(book: Book, form: str, tmp_path: Path) -> None:
    result = Result(book=book)
    names = rx.export(result, tmp_path, format=form)
    back = rx.read_export(tmp_path)
    assert [f"{name}.{form}" for name in result.frames()] == list(names)
    assert back.keys() == result.frames().keys() >= {"tasks", "deadlines", "findings", "files", "pending"}
    for name, frame in result.frames().items():
        assert_frame_equal(back[name], frame)


@pytest.mark.parametrize("form", FORMATS)
def test_a_report_and_a_memory_come_back_typed(place: Path, form: str, tmp_path: Path) -> None:
    for known in (Report(returns=small_book().returns), rx.open(place)):
        rx.export(known, tmp_path / known.__class__.__name__, format=form)
        back = rx.read_export(tmp_path / known.__class__.__name__)
        for name, frame in known.frames().items():
            assert_frame_equal(back[name], frame)


def test_csv_is_what_a_spreadsheet_and_pandas_read(tmp_path: Path) -> None:
    rx.export(Result(book=small_book()), tmp_path)
    plain = pd.read_csv(tmp_path / "rows_ledger.csv").set_index("item_id")
    told = plain.loc["KX01-T001"]
    assert (told["completed"], told["percent"], told["status"]) == ("2005-05-19", 1.0, "已完成")


def test_the_same_frames_give_the_same_bytes_and_nothing_else_is_left(tmp_path: Path) -> None:
    for name in ("a", "b", "b"):
        for form in FORMATS:
            rx.export(Result(book=small_book()), tmp_path / name, format=form)
    assert snapshot(tmp_path / "a") == snapshot(tmp_path / "b")
    assert not list(tmp_path.rglob(".*"))


def test_an_offices_own_form_is_read_with_its_settings(tmp_path: Path) -> None:
    own = replace(rx.forms["survey"], name="own", title="自有表单", lists=())
    kinds = {"valid": "integer", "surveyed_on": "date"}
    frame = frame_of(Table(("valid", "surveyed_on"), [(3, date(2005, 5, 1))]), kinds)
    settings = rx.with_forms(SETTINGS, own)
    with using(settings.forms):
        export_frames({"rows_own": frame}, tmp_path)
    assert rx.read_export(tmp_path) == {}
    assert_frame_equal(rx.read_export(tmp_path, settings)["rows_own"], frame)


def test_wrong_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report = Report(returns=())
    with pytest.raises(WrongUse) as refused:
        rx.export(report, tmp_path / "x", format="xls")
    assert refused.value.code == "no-such-format"
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(WrongUse) as refused:
        rx.export(report, tmp_path / "x", format="parquet")
    assert refused.value.code == "no-parquet" and not (tmp_path / "x").exists()
    (tmp_path / "tasks.parquet").touch()
    with pytest.raises(WrongUse, match=r"rectify_xl\[parquet\]"):
        rx.read_export(tmp_path)


# ---- the command


def test_the_command_writes_what_a_run_knows_and_the_memory(place: Path, tmp_path: Path) -> None:
    before = snapshot(place)
    told = json.loads(call("export", place, "--to", tmp_path / "out", "--as-of", "2005-05-25", "--json").stdout)
    assert told["as_of"] == "2005-05-25"
    assert sorted(told["outputs"]) == sorted(path.name for path in (tmp_path / "out").iterdir())
    assert {"rows_ledger.csv", "states_ledger.csv", "runs.csv", "tasks.csv", "findings.csv"} <= set(told["outputs"])
    assert snapshot(place) == before
    text = (tmp_path / "out/rows_ledger.csv").read_text(encoding="utf-8-sig")
    assert '"\'=HYPERLINK(1)会议过多"' in text
    call("export", place, "--to", tmp_path / "p", "--as-of", "2005-05-25", "--format", "parquet")
    one, two = rx.read_export(tmp_path / "out"), rx.read_export(tmp_path / "p")
    for name, frame in one.items():
        assert_frame_equal(frame, two[name])


@pytest.mark.parametrize(("lang", "said"), [("zh", "已写出"), ("en", "Tables written to")])
def test_the_command_tells_what_it_wrote(place: Path, tmp_path: Path, lang: str, said: str) -> None:
    told = call("export", place, "--to", tmp_path / "out", "--as-of", "2005-05-25", "--lang", lang).stdout
    assert said in told and "rows_ledger.csv" in told


def test_the_command_refuses_the_inbox_and_parquet_without_its_part(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = snapshot(place)
    refused = call("export", place, "--to", place / "收件" / "出", "--as-of", "2005-05-25")
    assert refused.exit_code == 2 and "--to" in refused.stderr and snapshot(place) == before
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    refused = call("export", place, "--to", tmp_path / "out", "--format", "parquet", "--as-of", "2005-05-25")
    assert refused.exit_code == 2 and "rectify_xl[parquet]" in refused.stderr and not (tmp_path / "out").exists()
