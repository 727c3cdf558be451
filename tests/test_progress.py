"""The status tables: small books in, rows counted by hand out."""
# ruff: noqa: E501 (tables of Chinese text, where a character counts twice)

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from books import big_book, small_book
from hypothesis import given, settings
from hypothesis import strategies as st
from status_books import UNITS, book_of, pick, settings_of, task

from rectify_xl.excel.progress.status import SHEETS
from rectify_xl.facts import catalog
from rectify_xl.model import Book, Evidence, Filing, Finding, Pending, Return, Row, Unit
from rectify_xl.progress.forms import branches, filings, institutions, reviews, supervision
from rectify_xl.progress.overview import Figure, overview
from rectify_xl.progress.quality import quality
from rectify_xl.progress.surveys import satisfaction
from rectify_xl.progress.tasks import deadline_warnings, schedule, unit_progress
from rectify_xl.progress.units import counted_units, reporting_codes

DONE = {"status": "已完成", "percent": 1.0}
TOTAL = "合计"


def d(day: int, month: int = 5) -> date:
    return date(2005, month, day)


def sent(code: str, **more: Any) -> Return:
    return Return(**{"file": f"{code}.xlsx", "unit_code": code, "unit_name": code, "filled_on": d(24), **more})


# ---- every table


BOOKS = {
    "small": small_book(),
    "empty": Book(as_of=d(25), settings=settings_of()),
    "no roster": book_of({}, settings_of(())),
}


@pytest.mark.parametrize("book", BOOKS.values(), ids=BOOKS)
@pytest.mark.parametrize("sheet", SHEETS, ids=[sheet.key for sheet in SHEETS])
def test_a_row_has_a_value_for_every_column(sheet: Any, book: Book) -> None:
    table = sheet.table(book)
    assert {len(row) for row in table.rows} <= {len(table.columns)}
    assert len(set(table.columns)) == len(table.columns)


@settings(max_examples=25)
@given(st.integers(1, 6), st.integers(0, 40))
def test_units_together_hold_every_item_once(units: int, rows: int) -> None:
    table = unit_progress(big_book(units, rows))
    states = ("done", "done_late", "late", "due_soon", "not_due", "no_term")
    counts = pick(table, "items", *states)
    assert all(items == sum(by_state) for items, *by_state in counts)
    assert counts[-1] == tuple(map(sum, zip(*counts[:-1], strict=True)))
    assert counts[-1][0] == rows


def test_rows_of_a_restricted_form_are_never_shown_and_only_counted() -> None:
    book = replace(book_of({}), restricted={("guidance", "A"): 3})
    assert pick(quality(book), "unit_code", "restricted|教育转化登记") == [("A", 3), ("B", 0), ("C", 0), ("", 3)]
    assert reporting_codes(book, counted_units(book)) == {"A"}


# ---- whose numbers


def test_the_office_owes_nothing_and_stands_in_no_table_without_rows() -> None:
    assert pick(unit_progress(book_of({})), "unit_code") == [("A",), ("B",), ("C",), ("",)]
    assert pick(quality(book_of({"supervision": [("O", {})]})), "unit_code")[-2:] == [("O",), ("",)]


def test_a_stopped_unit_is_marked_and_stands_only_where_it_holds_rows() -> None:
    told = settings_of([*UNITS[:2], replace(UNITS[2], stopped_on=d(20))])
    holding = unit_progress(book_of({"ledger": [("C", {})]}, told))
    assert pick(holding, "unit_code", "unit_name") == [
        ("A", "甲支部"),
        ("B", "乙支部"),
        ("C", "丙党委（已停用）"),
        ("", TOTAL),
    ]
    assert pick(unit_progress(book_of({}, told)), "unit_code") == [("A",), ("B",), ("",)]


@pytest.mark.parametrize(("stopped_on", "counts_for"), [(d(25), "B"), (d(26), "A")])
def test_a_merged_unit_counts_for_its_successor_from_the_day_it_stopped(stopped_on: date, counts_for: str) -> None:
    told = settings_of([replace(UNITS[0], merged_into="B", stopped_on=stopped_on), *UNITS[1:]])
    book = book_of({"supervision": [("O", {"unit_code": "A"})]}, told, returns=(sent("A"),))
    assert pick(supervision(book), "unit_code")[0] == (counts_for,)
    assert reporting_codes(book, counted_units(book)) == {counts_for, "O"}


def test_without_a_roster_the_units_that_reported_are_counted_by_code() -> None:
    returns = (sent("Z"), sent("B", verdict="returned"), sent("Y", verdict="refused"), sent("X", verdict="held"))
    book = book_of({"ledger": [("A", {})]}, settings_of(()), returns=returns)
    assert [unit.code for unit in counted_units(book).asked] == ["A", "B", "Z"]


# ---- units by tasks


def test_a_task_shows_half_of_its_evidence_and_the_total_counts_units() -> None:
    both = task("T1", "", evidence=(Evidence(form="ledger", kinds=("党支部",)), Evidence(form="measures", kinds=("党支部",))),
                start=d(16), end=d(31))  # fmt: skip
    book = book_of({"ledger": [("A", {}), ("B", {})], "measures": [("A", {})]}, settings_of(tasks=(both,)))
    assert pick(unit_progress(book), "unit_code", "tasks|T1 任务T1") == [
        ("A", "按期完成"), ("B", "进行中 1/2"), ("C", "不适用"), ("", "1/2"),
    ]  # fmt: skip


def test_completion_is_done_items_of_all_items() -> None:
    rows = [
        DONE | {"completed": d(20)},
        DONE | {"completed": d(2, 6)},
        {"due": d(24)},
        {"due": d(27)},
        {"status": "长期坚持"},
    ]
    book = book_of({"ledger": [("A", row) for row in rows]}, as_of=d(25))
    found = pick(
        unit_progress(book), "items", "done", "done_late", "late", "due_soon", "not_due", "no_term", "completion"
    )
    assert found[0] == (5, 1, 1, 1, 1, 0, 1, 0.4)
    assert found[1] == (0, 0, 0, 0, 0, 0, 0, None)
    assert found[-1] == found[0]


# ---- warnings


def test_the_latest_stands_first_over_all_forms_and_tasks() -> None:
    book = book_of(
        {
            "ledger": [
                ("A", {"due": d(27)}),
                ("B", {"due": d(20)}),
                ("B", {"due": d(30)}),
                ("C", DONE | {"completed": d(2)}),
            ],
            "measures": [("A", {"due": d(24)})],
            "supervision": [("O", {"unit_code": "B", "item_id": "B-T002"})],
        },
        settings_of(tasks=(task("T1", "activities", ("党委",), start=d(9), end=d(10), time="5月上旬"),)),
    )
    columns = ("state", "unit_code", "matter", "number", "person", "due_on", "workdays_left")
    assert pick(deadline_warnings(book), *columns) == [
        ("逾期未办", "C", "工作任务", "T1", "示例丙", d(10), -11),
        ("逾期", "B", "整改台帐", "B-T002", "示例甲", d(20), -3),
        ("逾期", "A", "党员整改措施", "A-C001", "示例戊", d(24), -1),
        ("逾期", "B", "整改督查记录", "B-T002", "示例乙", d(24), -1),
        ("即将到期", "A", "整改台帐", "A-T001", "示例甲", d(27), 2),
        ("即将到期", "B", "整改台帐", "B-T003", "示例甲", d(30), 3),
    ]
    assert pick(deadline_warnings(book), "text")[0] == ("任务T1（5月上旬）",)


# ---- reviews


def test_reviews_by_unit_and_reviewer_then_in_all() -> None:
    secretary, upper = {"reviewer_role": "党支部书记"}, {"reviewer_role": "上级党组织"}
    rows = [
        ("A", secretary),
        ("A", secretary | {"review_result": "待审核"}),
        ("A", upper | {"review_result": "退回修改"}),
        ("B", upper),
    ]
    table = reviews(book_of({"measures": rows}))
    assert table.columns[4:7] == (
        "measures.review_result|待审核",
        "measures.review_result|审核通过",
        "measures.review_result|退回修改",
    )
    assert [(row[0], *row[2:]) for row in table.rows] == [
        ("A", "党支部书记", 2, 1, 1, 0, 0.5),
        ("A", "上级党组织", 1, 0, 0, 1, 0.0),
        ("B", "上级党组织", 1, 0, 1, 0, 1.0),
        ("", "党支部书记", 2, 1, 1, 0, 0.5),
        ("", "上级党组织", 2, 0, 1, 1, 0.5),
        ("", "", 4, 1, 2, 1, 0.5),
    ]


# ---- filings and publications

OWED = (
    Filing(unit_kind="党支部", document="整改方案", authority="省委先进办"),
    Filing(unit_kind="党支部", document="总结报告", authority="本党支部"),
)


@pytest.mark.parametrize(
    ("rows", "on", "state", "note"),
    [
        ([], None, "未报送", ""),
        ([{}], d(20), "已报送", ""),
        ([{"filed_on": d(18)}, {"filed_on": d(21)}], d(21), "已报送", ""),
        ([{"document": "测评结果"}], None, "未报送", ""),
        ([{"authority": "本党支部"}], d(20), "已报送", "报至：本党支部"),
        ([{"authority": "本党支部", "filed_on": d(24)}, {"filed_on": d(18)}], d(18), "已报送", ""),
    ],
)
def test_what_a_unit_owes_by_the_rules_of_its_kind(
    rows: list[dict[str, Any]], on: date | None, state: str, note: str
) -> None:
    book = book_of({"filings": [("A", row) for row in rows]}, settings_of(filings=OWED))
    table = filings(book)
    assert pick(table, "unit_code", "document") == [
        ("A", "整改方案"),
        ("A", "总结报告"),
        ("B", "整改方案"),
        ("B", "总结报告"),
    ]
    assert pick(table, "on", "state", "note")[0] == (on, state, note)


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"satisfied": 10, "dissatisfied": 10}, "已公布"),
        ({"satisfied": 10, "dissatisfied": 11}, "待修订"),
        ({"satisfied": 6, "fairly_satisfied": 4, "dissatisfied": 11}, "待修订"),
        ({"satisfied": 10, "dissatisfied": 11, "revised": "是", "revised_on": d(24)}, "已修订"),
        ({"published": "整改情况", "satisfied": 0, "dissatisfied": 11}, "已公布"),
    ],
)
def test_a_plan_that_most_were_dissatisfied_with_is_to_be_revised(changes: dict[str, Any], state: str) -> None:
    table = filings(book_of({"publications": [("C", changes)]}))
    assert pick(table, "unit_code", "matter", "target", "state") == [("C", "公布", "公示栏（全体职工）", state)]


# ---- surveys


def votes(satisfied: int, fairly: int, dissatisfied: int, **more: Any) -> dict[str, Any]:
    return {"satisfied": satisfied, "fairly_satisfied": fairly, "dissatisfied": dissatisfied, **more}


@pytest.mark.parametrize(
    ("rows", "valid", "rate", "conclusion"),
    [
        ([votes(5, 4, 1, abstained=2, valid=12)], 12, 0.9, ""),
        ([votes(5, 4, 1, abstained=2)], 12, 0.9, ""),
        ([votes(2, 3, 5)], 10, 0.5, ""),
        ([votes(2, 2, 5)], 9, 4 / 9, "补课"),
        ([votes(0, 0, 0, abstained=7)], 7, None, ""),
        ([votes(9, 0, 0), votes(0, 0, 8, participant="服务对象")], 17, 9 / 17, ""),
        # the earlier return's rows, which the later one no longer has, are another survey
        ([votes(0, 0, 9, filled_on=d(20)), votes(3, 0, 1, participant="服务对象")], 4, 0.75, ""),
        # asked again on a later day
        ([votes(0, 0, 9, surveyed_on=d(18)), votes(3, 0, 1, surveyed_on=d(23))], 4, 0.75, ""),
        ([votes(3, 0, 1, surveyed_on=d(23)), votes(0, 0, 9, surveyed_on=d(18))], 4, 0.75, ""),
    ],
)
def test_the_latest_survey(rows: list[dict[str, Any]], valid: int | None, rate: float | None, conclusion: str) -> None:
    table = satisfaction(book_of({"survey": [("B", row) for row in rows]}))
    shown = pick(table, "unit_code", "valid", "rate", "make_up")
    assert ("B", valid, rate, conclusion) in shown
    assert [code for code, *_ in shown] == (["B", "A", "C", ""] if conclusion == "补课" else ["A", "B", "C", ""])
    assert pick(table, "unit_name", "valid", "rate")[-1] == (TOTAL, valid, rate)


def test_units_without_a_survey_are_listed_from_the_first_survey_on() -> None:
    assert satisfaction(book_of({})).rows == []
    table = satisfaction(book_of({"survey": [("A", votes(5, 4, 1))]}))
    assert ("B", None, None, "未测评") in pick(table, "unit_code", "valid", "rate", "make_up")


def test_who_is_asked_for_no_survey_has_none_outstanding() -> None:
    told = settings_of(tasks=(task("T9", "survey", ("党委",)),))
    table = satisfaction(book_of({"survey": [("A", votes(5, 4, 1))]}, told))
    assert pick(table, "unit_code", "make_up") == [("A", ""), ("C", "未测评"), ("", "")]


def test_surveys_by_kind_of_participants() -> None:
    rows = [
        votes(8, 1, 1),
        votes(1, 0, 3, participant="服务对象", method="意见箱"),
        votes(1, 0, 0, participant="服务对象"),
    ]
    table = satisfaction(book_of({"survey": [("A", row) for row in rows]}))
    names = ("valid|本单位党员", "valid|服务对象", "rates|本单位党员", "rates|服务对象")
    assert pick(table, *names)[0] == (10, 5, 0.9, 0.4)
    assert not [name for name in table.columns if "离退休" in name]


# ---- institutions, branches, supervision


def test_institutions_by_action_mechanism_and_status_and_which_are_late() -> None:
    rows = [
        ("A", {"due": d(20)}),
        ("A", {"name": "考勤制度", "action": "修订完善", "due": d(24), "status": "已印发", "issued_on": d(23)}),
        ("C", {"action": "坚持执行", "mechanism": "其他", "status": "执行中", "due": None}),
    ]
    table = institutions(book_of({"institutions": rows}))
    names = (
        "unit_code",
        "institutions",
        "institutions.action|新建",
        "institutions.mechanism|其他",
        "institutions.status|执行中",
    )
    assert pick(table, *names, "late", "late_list") == [
        ("A", 2, 1, 0, 0, 1, "A-Z001 首问负责制（应于 2005-05-20 前完成）"),
        ("B", 0, 0, 0, 0, 0, ""),
        ("C", 1, 0, 1, 1, 0, ""),
        ("", 3, 1, 1, 1, 1, ""),
    ]


@pytest.mark.parametrize(
    ("changes", "flags"),
    [
        ({}, ("√", "", "")),
        ({"full_members": 2}, None),
        ({"senior_class": "否"}, None),
        ({"kind": "研究生"}, None),
        ({"has_branch": "是", "committee": "健全", "condition": "好"}, None),
        ({"has_branch": "是", "committee": "不健全", "condition": "软弱涣散", "remedy": "整顿"}, ("", "√", "√")),
    ],
)
def test_branches_with_a_problem(changes: dict[str, Any], flags: tuple[str, str, str] | None) -> None:
    table = branches(book_of({"branches": [("C", changes)]}))
    found = pick(table, "not_founded", "weak", "incomplete")
    assert found[:-1] == ([flags] if flags else [])
    assert found[-1] == tuple(int(bool(flags and flag)) for flag in flags or ("", "", ""))


def test_branches_are_counted_also_where_nothing_is_wrong() -> None:
    table = branches(book_of({"branches": [("C", {"full_members": 1}), ("C", {"name": "一班", "has_branch": "是"})]}))
    assert pick(table, "unit_name", "branch") == [(TOTAL, "共 2 个支部（班级），已建支部 1 个")]
    assert branches(book_of({})).rows == []


def test_inspections_by_unit_and_what_is_unanswered() -> None:
    rows = [
        {},
        {"finding": "材料不齐", "respond_by": d(27)},
        {"finding": "已答复", "response": "已补齐"},
        {"result": "合格", "respond_by": None, "inspected_on": d(23)},
        {"unit_code": "C", "result": "合格", "respond_by": None},
    ]
    table = supervision(book_of({"supervision": [("O", row) for row in rows]}))
    names = (
        "unit_code",
        "inspections",
        "supervision.result|限期再改",
        "unanswered",
        "late",
        "inspected_on",
        "open_list",
    )
    assert pick(table, *names) == [
        ("A", 4, 3, 2, 1, d(23), "2005-05-24 前：进度偏慢\n2005-05-27 前：材料不齐"),
        ("C", 1, 0, 0, 0, d(20), ""),
        ("", 5, 3, 2, 1, "", ""),
    ]


# ---- reporting


def test_who_has_not_reported_and_what_is_missing() -> None:
    tasks = (
        task("T1", "ledger", start=d(9), end=d(13)),
        task("T2", "survey", start=d(26), end=d(27)),
        task("T3", "institutions", ("党委",)),
    )
    told = settings_of(tasks=tasks, filings=OWED)
    book = book_of(
        {"ledger": [("A", {})]},
        told,
        returns=(sent("A", filled_on=d(20)), sent("A", file="2.xlsx"), sent("C", verdict="refused")),
    )
    assert pick(quality(book), "unit_code", "reported", "filled_on", "missing", "files", "refused") == [
        ("A", "已报送", d(24), "报送备案登记表", 2, 0),
        ("B", "未报送", None, "整改方案及台帐、报送备案登记表", 0, 0),
        ("C", "未报送", None, "整改方案及台帐、建章立制登记表", 1, 1),
        ("", "", None, "", 3, 1),
    ]


def test_the_office_and_a_stopped_unit_lack_no_template_whatever_they_sent() -> None:
    stopped = [*UNITS[:2], replace(UNITS[2], stopped_on=d(20)), UNITS[3]]
    tasks = (task("T1", "ledger"), task("T2", "survey"))
    book = book_of({}, settings_of(stopped, tasks=tasks), returns=(sent("C"), sent("O", file="2.xlsx")))
    both = "整改方案及台帐、群众满意度测评表"
    assert pick(quality(book), "unit_code", "missing")[:-1] == [("A", both), ("B", both), ("C", ""), ("O", "")]


def test_errors_by_unit_and_code_the_commonest_first() -> None:
    def finding(code: str, file: str, level: Any = "error") -> Finding:
        return Finding(level=level, code=code, file=file)

    findings = (
        *[finding("date", "A.xlsx")] * 3, finding("required", "B.xlsx"), finding("choice", "B.xlsx"),
        finding("workday", "A.xlsx", "warning"), finding("damaged", "X.xlsx"),
        finding("date", "整改台帐.xlsx"),  # what the office typed into its own ledger is nobody's file
    )  # fmt: skip
    returns = (sent("A", verdict="returned"), sent("B"), Return(file="X.xlsx", verdict="refused"))
    waiting = Pending(
        unit_code="A", unit_name="", form="ledger", row=Row("表", 5, ()), file="A.xlsx", digest="", filled_on=None
    )
    book = book_of({"ledger": [("A", {})] * 3}, findings=findings, returns=returns, pending=(waiting,))
    table = quality(book)
    assert table.columns[12:16] == ("errors|date", "errors|damaged", "errors|required", "errors|choice")
    assert pick(
        table, "unit_name", "returned", "pending_rows", "good_rate", "errors", "errors|date", "errors|choice"
    ) == [
        ("甲支部", 1, 1, 0.75, 3, 3, 0),
        ("乙支部", 0, 0, None, 2, 0, 1),
        ("丙党委", 0, 0, None, 0, 0, 0),
        ("未识别单位的文件", 0, 0, None, 1, 0, 0),
        (TOTAL, 1, 1, 0.75, 6, 3, 1),
    ]


def test_codes_beyond_the_commonest_stand_together() -> None:
    codes = list(catalog.codes())[:11]
    book = book_of(
        {}, findings=tuple(Finding(level="error", code=code, file="A.xlsx") for code in codes), returns=(sent("A"),)
    )
    table = quality(book)
    assert [name for name in table.columns if name.startswith("errors|")] == [f"errors|{code}" for code in codes[:8]]
    assert pick(table, "errors", "other_codes")[0] == (11, 3)


# ---- the schedule


def test_working_days_left_know_the_holidays_of_may_2005() -> None:
    tasks = (
        task("T1", "activities", start=d(28, 4), end=d(9)),
        task("T2", "activities", end=d(25)),
        task("T3", "activities"),
    )
    for as_of, left in ((d(29, 4), 3), (d(9), 0), (d(10), -1)):  # 30 April and 8 May were worked, 1 to 7 May not
        assert pick(schedule(book_of({}, settings_of(tasks=tasks), as_of)), "id", "workdays_left")[0] == ("T1", left)
    last = schedule(book_of({}, settings_of(tasks=tasks), d(26)))
    assert pick(last, "id", "start", "end", "workdays_left")[1:] == [("T2", None, d(25), -1), ("T3", None, None, None)]


def test_tasks_count_the_units_asked_by_state() -> None:
    tasks = (task("T1", "activities", start=d(9), end=d(13)), task("T2", "ledger", ("党委",), start=d(9), end=d(27)))
    book = book_of({"activities": [("A", {}), ("B", {"held_on": d(16)})]}, settings_of(tasks=tasks))
    names = ("asked", "states|按期完成", "states|逾期完成", "states|逾期未办", "states|即将到期", "done_rate")
    assert pick(schedule(book), *names) == [(3, 1, 1, 1, 0, 2 / 3), (1, 0, 0, 0, 1, 0.0)]


# ---- key figures


def figures(book: Book) -> dict[tuple[str, str], Figure]:
    return {(row[0], row[1]): Figure(*row) for row in overview(book).rows}


def test_key_figures_agree_with_the_groups_below_them() -> None:
    rows = [("A", DONE | {"completed": d(20)}), ("A", {"due": d(24)}), ("C", {"due": d(27), "category": "党员素质"})]
    book = book_of(
        {"ledger": rows, "survey": [("A", votes(9, 0, 1)), ("C", votes(1, 0, 1))]},
        returns=(sent("A"), sent("B", verdict="refused")),
    )
    found = figures(book)
    assert found["要点", "应报单位"].number == 3
    assert found["要点", "已报送单位"].number == found["报送", "已报送单位"].number == 2
    assert found["要点", "完成率"].share == pytest.approx(1 / 3)
    assert (found["要点", "逾期事项"].number, found["要点", "逾期事项"].note) == (1, "最早应于 2005-05-24")
    assert found["要点", "平均满意率"].share == pytest.approx(0.7)
    assert found["要点", "平均满意率"].note == "2 个单位，表态 12 票"
    assert found["群众满意度", "总体满意率"].share == pytest.approx(10 / 12)
    assert found["收到的文件", "拒收"] == Figure("收到的文件", "拒收", 1, 0.5)
    assert found["事项：问题类别", "党员素质"].share == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    "group",
    ["收到的文件", "事项：到期状态", "事项：整改状态", "事项：问题类别", "事项：处理方式", "工作任务：各单位状态"],
)
def test_the_shares_of_a_group_are_parts_of_one_whole(group: str) -> None:
    held = [figure for (name, _), figure in figures(small_book()).items() if name == group]
    assert sum(figure.share or 0 for figure in held) == pytest.approx(1)


def test_a_category_that_the_settings_no_longer_have_is_still_counted() -> None:
    found = figures(book_of({"ledger": [("A", {"category": "旧类别"})]}))
    assert found["事项：问题类别", "旧类别"].number == 1


def test_a_unit_met_only_by_name_is_known_by_it() -> None:
    book = book_of({}, settings_of(()), returns=(sent("", unit_name="无编码支部"),))
    assert counted_units(book).asked == (Unit(code="无编码支部", name="无编码支部"),)
    assert pick(quality(book), "unit_name", "reported", "files")[0] == ("无编码支部", "已报送", 1)
