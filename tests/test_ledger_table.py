"""The ledger's tables: which rows and columns they have, and what waits or is owed."""
# ruff: noqa: E501 (tables of Chinese text, where a character counts twice)

from __future__ import annotations

import zipfile
from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from books import AS_OF, counts, hash_of, item_for, small_book
from ledgers import column, rows_of, written

from rectify_xl.facts import catalog
from rectify_xl.layouts.ledger_columns import ledger_columns
from rectify_xl.model import Return
from rectify_xl.tables.ledger_table import (
    Rows,
    about_table,
    files_table,
    ledger_forms,
    ledger_table,
    pending_table,
    solved_table,
    typed_summary,
)


def test_a_ledger_row_is_unit_then_form_then_state_then_office_then_source() -> None:
    table = ledger_table(small_book(), "ledger")
    names = list(catalog.forms()["ledger"].positions)
    assert list(table.columns) == [
        "unit_code", "unit_name", *names, "state", "workdays_left", "supervision", "supervised_on", "extended_to", "closed",
        "source_file", "source_sheet", "source_row", "source_digest", "filled_on", "saved_at", "first_reported_on",
        "first_started_on",
    ]  # fmt: skip
    told = dict(zip(table.columns, table.rows[5], strict=True))
    assert {name: told[name] for name in ("unit_code", "item_id", "state", "workdays_left", "supervision", "closed")} == {
        "unit_code": "KX02", "item_id": "KX02-T001", "state": "逾期", "workdays_left": -2,
        "supervision": "请加快改版，按周报送进度", "closed": None,
    }  # fmt: skip
    digest = hash_of("示例学会支部/整改方案及台帐.xlsx")[:16]
    assert table.rows[5][-8:] == (
        "示例学会支部/整改方案及台帐.xlsx", "整改台帐", 4, digest, date(2005, 5, 24), "2005-05-24T09:30:00", date(2005, 5, 17),
        date(2005, 5, 17),
    )  # fmt: skip


@pytest.mark.parametrize("name", [form.name for form in catalog.forms().values() if not form.restricted])
def test_every_form_has_a_table_with_unique_names_and_as_many_values(name: str) -> None:
    book, form = small_book(), catalog.forms()[name]
    table = ledger_table(book, name)
    assert len(set(table.columns)) == len(table.columns) == len(ledger_columns(form))
    assert {len(row) for row in table.rows} == {len(table.columns)}
    assert ("state" in table.columns) == bool(form.deadline)
    assert ("first_started_on" in table.columns) == bool(form.started)
    assert ("supervision" in table.columns) == bool(form.office_columns)


def test_where_a_form_has_a_unit_code_of_its_own_the_returns_is_called_so() -> None:
    table = ledger_table(small_book(), "supervision")
    assert table.columns[:4] == ("return_unit_code", "unit_name", "inspected_on", "unit_code")
    assert table.rows[0][:4] == ("KX90", "示例先进性教育活动办公室", date(2005, 5, 20), "KX02")


def test_rows_are_made_when_asked_for_and_can_be_sliced() -> None:
    made: list[int] = []
    rows = Rows(5, lambda place: made.append(place) or (place,))  # type: ignore[func-returns-value]
    assert (len(rows), rows[-1], list(rows[1:4]), rows[1:4][-1], list(rows[::2])) == (
        5, (4,), [(1,), (2,), (3,)], (3,), [(0,), (2,), (4,)],
    )  # fmt: skip
    assert made[0] == 4
    with pytest.raises(IndexError):
        rows[5]


def test_restricted_forms_are_nowhere() -> None:
    book, form = small_book(), catalog.forms()["guidance"]
    secret = item_for(form, book.settings.units[2], 1, {"member": "示例密", "situation": "不得外传的情形"})
    waiting = replace(book.pending[0], form="guidance")
    book = replace(book, items={**book.items, "guidance": (secret,)}, pending=(*book.pending, waiting))
    assert "guidance" not in {form.name for form in ledger_forms(book)}
    assert (rows_of(ledger_table(book, "guidance")), len(pending_table(book).rows)) == ([], 2)
    package = zipfile.ZipFile(BytesIO(written(book)))
    texts = "".join(package.read(name).decode() for name in package.namelist())
    assert [word in texts for word in ("示例丙", "示例密", "不得外传", "教育转化登记")] == [True, False, False, False]


def test_solved_problems_are_the_completed_items() -> None:
    table = solved_table(small_book())
    assert column(table, "item_id") == ["KX01-T001", "KX01-T002"]
    assert column(table, "completed") == [date(2005, 5, 19), date(2005, 5, 24)]
    assert column(table, "state") == ["按期完成", "逾期完成"]
    assert table.columns.index("extended_to") == table.columns.index("due") + 1
    assert column(table, "result") == ["首问负责制已在机关全面推行", "学习制度已印发执行"]


def test_pending_rows_tell_what_was_typed_and_all_that_is_wrong() -> None:
    table = pending_table(small_book())
    assert column(table, "source_row") == [7, 8]
    assert column(table, "typed")[1] == (
        "存在问题：车辆管理制度执行不严；整改目标：杜绝公车私用；整改措施：公布举报电话；完成时限：2005-5-27；整改状态：快好了"
    )
    assert [text.count("\n") for text in column(table, "findings")] == [1, 0]
    assert column(table, "form") == ["ledger", "ledger"]


def test_a_text_that_ends_a_sentence_needs_no_semicolon_behind_it() -> None:
    waiting = small_book().pending[0]
    columns = catalog.forms()[waiting.form].columns
    typed = tuple({"problem": "执行不严。", "goal": "改正", "measure": "公布！"}.get(c.name, "") for c in columns)
    told = typed_summary(replace(waiting, row=waiting.row._replace(typed=typed)))
    assert told == "存在问题：执行不严。整改目标：改正；整改措施：公布！"


def test_a_pending_row_never_outgrows_a_cell() -> None:
    book = small_book()
    told = tuple(replace(book.findings[0], value=str(n) * 900) for n in range(60))
    row = book.pending[0].row._replace(typed=("长" * 30000,) * 24)
    table = pending_table(replace(book, pending=(replace(book.pending[0], row=row, findings=told),)))
    assert max(len(text) for text in (*column(table, "typed"), *column(table, "findings"))) <= 32000


def test_files_tell_verdict_findings_rows_and_what_is_owed() -> None:
    table = files_table(small_book())
    told = [row[3:4] + row[6:10] for row in table.rows]
    assert told == [
        ("接收", 0, 0, 2, "否"), ("接收", 0, 0, 3, "否"), ("接收", 0, 0, 3, "否"), ("退回", 3, 1, 0, "是"),
        ("拒收", 1, 0, None, "否"), ("重复", 0, 1, None, "否"), ("暂存", 0, 1, None, "否"),
    ]  # fmt: skip
    assert column(table, "digest")[0] == hash_of("示例党组/整改方案及台帐.xlsx")


def owed(*returns: tuple[str, str, str, str]) -> list[str]:
    """尚需更正 of made-up returns, each (verdict, unit, form or "", day of May)."""
    held = tuple(
        Return(file=f"{n}.xlsx", digest=hash_of(str(n)), verdict=verdict, unit_code=unit, filled_on=date(2005, 5, int(day)),
               forms=counts(form, good=1) if form else ())
        for n, (verdict, unit, form, day) in enumerate(returns)
    )  # fmt: skip
    return column(files_table(replace(small_book(), returns=held, pending=())), "to_correct")


@pytest.mark.parametrize(
    ("returns", "expected"),
    [
        ([("returned", "A", "ledger", "10"), ("accepted", "A", "ledger", "11")], "否否"),
        ([("returned", "A", "ledger", "12"), ("accepted", "A", "ledger", "11")], "是否"),
        ([("returned", "A", "ledger", "10"), ("accepted", "A", "survey", "11")], "是否"),
        ([("returned", "A", "ledger", "10"), ("accepted", "B", "ledger", "11")], "是否"),
        ([("returned", "A", "ledger", "10"), ("refused", "A", "ledger", "11")], "是否"),
        ([("returned", "A", "", "10"), ("returned", "A", "", "11")], "否是"),
        ([("returned", "", "", "10"), ("returned", "", "", "11")], "是是"),
    ],
)
def test_a_returned_file_is_owed_until_a_later_one_of_the_form_comes(returns: Any, expected: str) -> None:
    assert "".join(owed(*returns)) == expected


def test_a_finding_between_returns_counts_for_its_file_once() -> None:
    book = small_book()
    between = book.findings[-1]
    doubled = replace(book.returns[0], findings=(between,))
    assert column(files_table(replace(book, returns=(doubled, *book.returns[1:]))), "warnings")[0] == 1


def test_the_legend_names_every_state_and_the_withdrawn_numbers() -> None:
    gone = replace(small_book(), retired=frozenset({"KX02-T007"}), withdrawn=small_book().items["ledger"][:1], run="1a")
    told = dict(rows_of(about_table(gone)))
    assert (told["已收回的编号"], told["汇总编号"]) == ("KX00-T001、KX02-T007", "1a")
    assert "汇总编号" not in dict(rows_of(about_table(small_book())))
    assert dict(rows_of(about_table(small_book())))["已收回的编号"] == "无"
    assert [f"到期状态：{state}" in told for state in catalog.states("item").values()] == [True] * 6
    assert (told["截至日期"], told["整改台帐行数"], told["待更正行数"], told["收到文件数"]) == (AS_OF, 8, 2, 7)
