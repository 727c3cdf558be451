"""Progress by leader, items for the upper level, and the list of 补课: a few rows in, rows counted by hand out."""
# ruff: noqa: E501 (tables of Chinese text, where a character counts twice)

from __future__ import annotations

from dataclasses import replace
from datetime import date

from books import small_book
from status_books import UNITS, book_of, pick, settings_of, task

from rectify_xl.progress.coordination import coordination
from rectify_xl.progress.leaders import leaders
from rectify_xl.progress.surveys import satisfaction

DONE = {"status": "已完成", "percent": 1.0}
LED = [
    replace(UNITS[0], leader="示例天、示例地"),
    replace(UNITS[1], leader="示例天", first_responsible="示例甲"),
    UNITS[2],
    UNITS[3],
]


def test_leaders_in_contact_come_first_and_count_the_items_of_all_their_units() -> None:
    book = book_of({"ledger": [("A", DONE), ("A", {}), ("B", DONE), ("C", {"due": date(2005, 5, 20)})]}, settings_of(LED))
    assert pick(leaders(book), "role", "leader", "units", "unit_names", "items", "done", "late", "completion") == [
        ("联系领导", "示例天", 2, "甲支部、乙支部", 3, 2, 0, 2 / 3),
        ("联系领导", "示例地", 1, "甲支部", 2, 1, 0, 0.5),
        ("联系领导", "未填写", 1, "丙党委", 1, 0, 1, 0.0),
        ("第一责任人", "示例甲", 2, "甲支部、乙支部", 3, 2, 0, 2 / 3),
        ("第一责任人", "示例丙", 1, "丙党委", 1, 0, 1, 0.0),
    ]


def test_a_leader_sees_who_has_not_reported_and_whose_tasks_are_late() -> None:
    late = task("T1", "survey", start=date(2005, 5, 16), end=date(2005, 5, 20))
    told = leaders(book_of({"ledger": [("A", {})]}, settings_of(LED, tasks=(late,))))
    assert pick(told, "leader", "not_reported", "tasks_late")[:3] == [("示例天", 1, 2), ("示例地", 0, 1), ("未填写", 1, 1)]


def test_a_role_that_nobody_is_named_for_stands_nowhere() -> None:
    assert {row[0] for row in leaders(book_of({})).rows} == {"第一责任人"}
    assert leaders(book_of({}, settings_of(()))).rows == []


def test_what_the_upper_level_is_asked_for_stands_with_its_reason_and_state() -> None:
    told = pick(coordination(small_book()), "unit_code", "number", "explanation", "percent", "state", "remark")
    assert told == [("KX00", "KX00-T002", "超出本级权限，已行文请示", 0.1, "未到期", "")]


def test_the_most_dissatisfied_make_up_first() -> None:
    rows = [
        ("A", {"satisfied": 4, "dissatisfied": 6, "opinions": "慢"}),
        ("B", {"satisfied": 1, "dissatisfied": 9, "abstained": 5}),
        ("B", {"dissatisfied": 1, "participant": "服务对象", "opinions": "乱"}),
        ("C", {"satisfied": 5, "dissatisfied": 5, "opinions": "好"}),
    ]
    shown = pick(satisfaction(book_of({"survey": rows})), "unit_code", "dissatisfied", "make_up", "opinions")
    assert shown[:3] == [("B", 10, "补课", "乱"), ("A", 6, "补课", "慢"), ("C", 5, "", "")]
