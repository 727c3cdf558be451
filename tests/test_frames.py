"""Frames, results, reports and the objects of --json."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from books import AS_OF, counts, item_for, small_book
from pandas.testing import assert_frame_equal
from returns import filled_template, row

from rectify_xl.errors import WrongUse
from rectify_xl.excel.ledgers.ledger import write_ledger
from rectify_xl.excel.ledgers.ledger_reader import read_ledger
from rectify_xl.facts import catalog
from rectify_xl.frames.build import FINDING_COLUMNS, deadlines_table, frame_of
from rectify_xl.frames.columns import frame_facts, ledger_kinds
from rectify_xl.frames.result import Report, Result
from rectify_xl.layouts.ledger_columns import ledger_columns
from rectify_xl.messages import sentence
from rectify_xl.model import Book, Finding, Return, Table
from rectify_xl.reports import check_json, finding_json, run_json
from rectify_xl.tables.ledger_table import ledger_table

DTYPES = {"date": "datetime64[ns]", "integer": "Int64", "percent": "float64"}


@pytest.fixture
def result() -> Result:
    return Result(book=small_book())


# ---- frames


@pytest.mark.parametrize("name", [form.name for form in catalog.forms().values() if not form.restricted])
@pytest.mark.parametrize(
    "book", [small_book(), Book(as_of=AS_OF, settings=small_book().settings)], ids=["full", "empty"]
)
def test_every_column_has_the_dtype_of_its_kind(name: str, book: Book) -> None:
    form = catalog.forms()[name]
    frame = frame_of(ledger_table(book, name), ledger_kinds(form))
    assert {n: str(t) for n, t in frame.dtypes.items()} == {
        c.name: DTYPES.get(c.kind, "object") for c in ledger_columns(form)
    }
    assert (len(frame), list(frame.index)) == (len(book.items.get(name, ())), list(range(len(frame))))


def test_values_are_as_the_clerk_has_them_and_blanks_are_blank(result: Result) -> None:
    frame = result.rows["ledger"].set_index("item_id")
    told = frame.loc["KX01-T001"]
    assert (told["status"], told["percent"], told["closed"]) == ("已完成", 1.0, "是")
    assert told["completed"] == pd.Timestamp(2005, 5, 19)
    assert told["explanation"] is None
    assert pd.isna(told["workdays_left"])
    assert pd.isna(frame.loc["KX02-T003", "due"])
    assert frame.loc["KX02-T001", "workdays_left"] == -2


def test_what_does_not_fit_its_kind_is_blank() -> None:
    form = catalog.forms()["ledger"]
    names = ("supervised_on", "workdays_left", "percent", "supervision")
    frame = frame_of(Table(names, [("下周", "三", "一半", "好"), (date(2005, 5, 1), 3, 0.5, None)]), ledger_kinds(form))
    assert frame.isna().values.tolist() == [[True, True, True, False], [False, False, False, True]]


def test_a_read_ledger_is_the_frames_of_its_result(tmp_path: Path, result: Result) -> None:
    write_ledger(result, tmp_path / "整改台帐.xlsx")
    read = read_ledger(tmp_path / "整改台帐.xlsx")
    assert list(read) == [name for name in result.rows if len(result.rows[name])]
    for name, frame in read.items():
        assert_frame_equal(frame, result.rows[name])


def test_what_a_unit_sends_is_no_ledger(tmp_path: Path) -> None:
    path = filled_template(tmp_path / "报表.xlsx", {"ledger": [row("ledger")]})
    with pytest.raises(WrongUse, match="是单位报送的表"):
        read_ledger(path)
    book = openpyxl.load_workbook(path)
    del book[catalog.cover().sheet]
    book.save(path)
    with pytest.raises(WrongUse, match="是单位报送的表"):
        read_ledger(path)


@pytest.mark.parametrize(
    "name", ["tasks", "deadlines", "findings", "files", "pending"]
)
@pytest.mark.parametrize(
    "book", [small_book(), Book(as_of=AS_OF, settings=small_book().settings)], ids=["full", "empty"]
)
def test_the_other_frames_are_as_facts_declare_them(name: str, book: Book) -> None:
    frame = getattr(Result(book=book), name)
    told = [(column.name, column.dtype) for column in frame_facts()[name].columns]
    assert [(column, str(dtype)) for column, dtype in frame.dtypes.items()] == told


def test_a_reports_files_are_as_facts_declare_them() -> None:
    told = [(column.name, column.dtype) for column in frame_facts()["checked"].columns]
    for returns in ((), small_book().returns):
        assert [(name, str(dtype)) for name, dtype in Report(returns=returns).files.dtypes.items()] == told


@pytest.mark.parametrize("name", [form.name for form in catalog.forms().values() if not form.restricted])
def test_what_stands_beside_a_forms_own_columns_is_told(name: str) -> None:
    told = {column.name for column in frame_facts()["ledger"].columns}
    own = {column.name for column in (*catalog.forms()[name].columns, *catalog.forms()[name].office_columns)}
    assert {column.name.removeprefix("return_") for column in ledger_columns(catalog.forms()[name])} <= told | own


# ---- results


def test_a_result_makes_its_frames_when_asked_for_and_once(result: Result) -> None:
    assert (result.as_of, result.settings.organisation, result.ok, result.outputs) == (AS_OF, "示例科协", False, ())
    assert result.rows["ledger"] is result.rows["ledger"]
    assert result.findings is result.findings
    assert list(result.rows) == [form.name for form in catalog.forms().values() if not form.restricted]
    with pytest.raises(KeyError):
        result.rows["guidance"]


def test_tasks_tell_window_and_state(result: Result) -> None:
    frame = result.tasks.set_index(["task", "unit_code"])
    told = frame.loc[("T4", "KX03")]
    assert (told["item"], told["state"], told["shown"], told["asked"], told["workdays_left"]) == (
        "制定方案",
        "逾期未办",
        1,
        2,
        -3,
    )
    assert (told["start"], told["end"]) == (pd.Timestamp(2005, 5, 16), pd.Timestamp(2005, 5, 20))
    assert pd.isna(frame.loc[("T10", "KX01"), "start"])
    assert [str(frame[n].dtype) for n in ("shown_on", "shown", "workdays_left")] == ["datetime64[ns]", "Int64", "Int64"]


def test_deadlines_tell_whatever_is_owed(result: Result) -> None:
    frame = result.deadlines
    assert list(frame.columns) == [
        "form",
        "unit_code",
        "unit_name",
        "item_id",
        "text",
        "due_on",
        "state",
        "workdays_left",
    ]
    assert frame.groupby("form").size().to_dict() == {"ledger": 8, "measures": 2, "institutions": 2, "supervision": 1}
    told = frame[frame.form == "supervision"].iloc[0]
    assert (told["text"], told["item_id"], told["due_on"]) == ("网站改版进度慢", None, pd.Timestamp(2005, 5, 24))
    assert frame.iloc[0]["due_on"] == pd.Timestamp(2005, 6, 10)


def test_a_restricted_form_owes_nothing_here(result: Result) -> None:
    book, form = result.book, catalog.forms()["guidance"]
    secret = item_for(form, book.settings.units[2], 1, {"member": "示例密"})
    held = replace(
        book, items={**book.items, "guidance": (secret,)}, dues={**book.dues, "guidance": (book.dues["ledger"][0],)}
    )
    assert len(deadlines_table(held).rows) == len(deadlines_table(book).rows)


def test_findings_files_and_pending_are_frames(result: Result) -> None:
    findings = result.findings
    assert tuple(findings.columns) == FINDING_COLUMNS
    assert list(findings.code) == [finding.code for finding in result.book.findings]
    assert (str(findings.row.dtype), findings.row[0], pd.isna(findings.row[5])) == ("Int64", 7, True)
    assert findings.message[0] == sentence(result.book.findings[0])
    verdicts = ["accepted", "accepted", "accepted", "returned", "refused", "repeated", "held"]
    assert list(result.files.verdict) == verdicts
    assert list(result.files.errors) == [0, 0, 0, 3, 1, 0, 0]
    assert list(result.pending.form) == ["ledger", "ledger"]
    assert [str(frame.dtypes["filled_on"]) for frame in (result.files, result.pending)] == ["datetime64[ns]"] * 2


@pytest.mark.parametrize(
    ("verdict", "ok"),
    [
        ("accepted", True),
        ("held", True),
        ("repeated", True),
        ("ignored", True),
        ("returned", False),
        ("refused", False),
    ],
)
def test_a_job_is_ok_without_returned_and_refused_files(verdict: str, ok: bool) -> None:
    told = (Return(file="a.xlsx"), Return(file="b.xlsx", verdict=verdict))  # type: ignore[arg-type]
    assert Report(returns=told).ok is Result(book=replace(small_book(), returns=told)).ok is ok


def test_a_report_tells_files_and_findings() -> None:
    returns = tuple(replace(told, forms=counts("ledger", good=3)) for told in small_book().returns)
    report = Report(returns=returns)
    assert list(report.files.columns) == [
        "file", "verdict", "unit_code", "unit_name", "filled_on", "saved_at", "digest", "errors", "warnings", "fixed",
        "good_rows",
    ]  # fmt: skip
    assert report.files.iloc[3][["verdict", "errors", "warnings", "fixed", "good_rows"]].tolist() == [
        "returned",
        3,
        1,
        1,
        3,
    ]
    assert len(report.findings) == 8
    assert tuple(Report(returns=()).findings.columns) == FINDING_COLUMNS


def test_jupyter_shows_what_there_is(result: Result) -> None:
    html = result._repr_html_()
    assert [word in html for word in ("整改台帐", "<td>8</td>", "待更正", "退回", "忽略")] == [
        True,
        True,
        True,
        True,
        False,
    ]
    assert "错误" in Report(returns=result.book.returns)._repr_html_()


def test_nothing_of_pandas_is_imported_before_a_frame_is_asked_for() -> None:
    heavy = "{'pandas', 'xlsxwriter', 'numpy'} & set(sys.modules)"
    program = f"import sys, rectify_xl.frames.result, rectify_xl.reports; print(sorted({heavy}))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# ---- json


def test_a_finding_leaves_out_what_it_does_not_have() -> None:
    book = small_book()
    told = finding_json(book.findings[0])
    assert list(told) == list(FINDING_COLUMNS)
    assert list(finding_json(Finding(level="error", code="damaged", file="a\u202eb.xlsx"))) == [
        "level",
        "code",
        "file",
        "message",
    ]
    assert finding_json(Finding(level="error", code="damaged", file="a\u202eb.xlsx"))["file"] == "a\\u202eb.xlsx"
    assert finding_json(book.findings[0], "en")["message"] == sentence(book.findings[0], "en") != told["message"]


def test_a_check_names_every_file_but_ignored_ones() -> None:
    returns = [
        Return(file="a.xlsx", unit_code="KX02", unit_name="示例学会支部", forms=counts("ledger", good=2, bad=1)),
        Return(file="b.xlsx", unit_name="某支部", verdict="returned", findings=small_book().findings[:2]),
        Return(file="~$a.xlsx", verdict="ignored"),
    ]
    files = check_json(returns)["files"]
    assert [(f["file"], f["verdict"], f["unit"], f["forms"], len(f["findings"])) for f in files] == [
        ("a.xlsx", "accepted", "KX02", {"ledger": 2}, 0),
        ("b.xlsx", "returned", "某支部", {}, 2),
    ]


def test_a_run_counts_files_rows_and_states() -> None:
    book = replace(small_book(), returns=(*small_book().returns, Return(file="~$a.xlsx", verdict="ignored")))
    told = run_json(book, ["成果/整改台帐.xlsx"])
    assert list(told) == ["as_of", "files", "rows", "pending", "deadlines", "tasks", "outputs", "findings"]
    assert told["files"] == {
        "received": 7, "accepted": 3, "returned": 1, "refused": 1, "repeated": 1, "held": 1, "ignored": 1,
    }  # fmt: skip
    assert (told["as_of"], told["rows"]["ledger"], told["pending"]) == ("2005-05-25", 8, 2)
    assert told["deadlines"] == {"按期完成": 1, "逾期完成": 1, "无时限": 1, "逾期": 1, "即将到期": 1, "未到期": 3}
    assert told["tasks"]["逾期未办"] == 3
    assert sum(told["tasks"].values()) == len(book.tasks)
    assert json.loads(json.dumps(told)) == told


def test_a_run_counts_only_the_files_it_saw_first() -> None:
    book = small_book()
    assert run_json(book, [], received=book.returns[:1])["files"]["received"] == 1
