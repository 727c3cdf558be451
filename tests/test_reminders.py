"""Reminders: books in, who is reminded of what, in which manner and for the first time when, out."""
# ruff: noqa: E501 (tables of Chinese text, where a character counts twice)

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from books import AS_OF, counts, hash_of, item_for, small_book
from status_books import UNITS, book_of, settings_of, task

from rectify_xl.days.first_days import FirstDays
from rectify_xl.days.workdays import calendar_for
from rectify_xl.facts import catalog
from rectify_xl.merging.deadlines import Day, dues_and_tasks
from rectify_xl.model import Book, Filing, Reminder, ReminderKey, Return
from rectify_xl.office.roster import roster_for
from rectify_xl.outgoing.reminders import new_reminders, reminded_before, reminder_table, reminders_for, sent_key


def d(day: int, month: int = 5) -> date:
    return date(2005, month, day)


def on(day: date, due: date | None, **more: Any) -> Book:
    """One item of unit A, first told on 17 May, on a day."""
    return book_of({"ledger": [("A", {"due": due, **more})]}, settings_of(), as_of=day)


Told = tuple[tuple[ReminderKey, date], ...]


def with_told(book: Book, told: Told) -> Book:
    """The book of an office that sent these reminders."""
    return replace(book, sent=FirstDays((sent_key(key), day) for key, day in told))


def told_by(book: Book, before: Told = ()) -> Told:
    """What a run remembers as sent once it has the reminders of a book."""
    return *before, *((r.key, r.sent_on) for r in reminders_for(book))


def kinds(told: tuple[Reminder, ...]) -> list[tuple[str, str, str]]:
    return [(r.key.unit_code, r.key.matter, r.key.kind) for r in told]


@pytest.mark.parametrize(
    ("day", "due", "kind"),
    [
        (d(20), d(31), ""),
        (d(23), d(31), ""),
        (d(24), d(31), "half"),  # of the fourteen days from the 17th on seven are gone
        (d(25), d(31), "half"),
        (d(26), d(31), "soon"),
        (d(28), d(31), "soon"),
        (d(31), d(31), "day"),
        (d(1, 6), d(31), "late"),
        (d(18), d(17), "late"),
        (d(17), d(20), "soon"),
        (d(25), None, ""),
    ],
)
def test_an_item_is_reminded_of_by_where_its_term_stands(day: date, due: date | None, kind: str) -> None:
    assert [told.key.kind for told in reminders_for(on(day, due))] == ([kind] if kind else [])


@pytest.mark.parametrize("row", [{"status": "已完成", "percent": 1.0}, {"status": "长期坚持"}])
def test_what_is_done_or_stands_for_good_is_owed_no_more(row: Mapping[str, Any]) -> None:
    assert reminders_for(on(d(1, 6), d(31), **row)) == ()


def test_each_is_sent_once_and_running_that_day_again_sends_it_again() -> None:
    told = told_by(on(d(24), d(31)))
    book = with_told(on(d(24), d(31)), told)
    assert kinds(reminders_for(book)) == [("A", "A-T001", "half")] and list(new_reminders(book)) == []
    assert list(new_reminders(on(d(24), d(31)))) == list(reminders_for(book))
    assert reminders_for(replace(book, as_of=d(25))) == ()
    later = with_told(on(d(25), d(31)), told)
    assert [told.sent_on for told in reminded_before(later)] == [d(24)]
    graver = with_told(on(d(26), d(31)), told)
    assert kinds(reminders_for(graver)) == [("A", "A-T001", "soon")]
    assert list(new_reminders(graver)) == list(reminders_for(graver))


def test_over_days_of_which_only_some_have_a_run_each_kind_goes_out_once() -> None:
    told: list[tuple[date, str]] = []
    known: Told = ()
    for day in (d(17) + timedelta(days=n) for n in (0, 3, 8, 9, 10, 14, 14, 16, 20)):
        book = with_told(on(day, d(31)), known)
        told += [(day, r.key.kind) for r in reminders_for(book)]
        known = told_by(book, known)
    assert told == [(d(25), "half"), (d(26), "soon"), (d(31), "day"), (d(31), "day"), (d(2, 6), "late")]


def test_a_look_back_sends_what_later_runs_sent_first() -> None:
    book = with_told(on(d(24), d(31)), tuple((told.key, d(26)) for told in reminders_for(on(d(24), d(31)))))
    assert [told.sent_on for told in reminders_for(book)] == [d(24)]


def test_an_extension_granted_begins_anew() -> None:
    known = told_by(on(d(25), d(20)))
    assert reminders_for(with_told(on(d(26), d(20)), known)) == ()
    extended = with_told(on(d(13, 6), d(10, 6)), known)
    assert kinds(reminders_for(extended)) == [("A", "A-T001", "late")]


def test_an_item_without_a_number_is_known_by_its_key_and_counts_for_the_unit_it_is_about() -> None:
    book = book_of({"supervision": [("O", {"unit_code": "B", "respond_by": d(20)})]}, settings_of())
    (told,) = reminders_for(book)
    assert (told.key.form, told.key.unit_code, told.key.kind) == ("supervision", "B", "late")
    assert told.person == "示例乙"


# ---- tasks, reports, filings


def test_a_task_is_reminded_of_from_its_start_to_its_end() -> None:
    told = settings_of(tasks=(task("T1", "ledger", start=d(16), end=d(20)), task("T2", "survey", start=d(1), end=d(20, 6)),
                              task("T3", "survey")))  # fmt: skip
    rows = {"ledger": [("A", {"due": None}), ("B", {"due": None}), ("C", {"due": None})]}
    reminders = reminders_for(book_of(rows, told, as_of=d(26)))
    assert kinds(reminders) == [("A", "T2", "half"), ("B", "T2", "half"), ("C", "T2", "half")]
    late = reminders_for(book_of({"measures": [("A", {"due": d(1, 8)})]}, told, as_of=d(26)))
    assert kinds(late)[:2] == [("A", "T1", "late"), ("A", "T2", "half")]


def test_a_unit_that_sent_nothing_is_reminded_of_everything_it_owes_at_once() -> None:
    told = settings_of(tasks=(task("T1", "ledger", start=d(16), end=d(20)), task("T2", "survey", start=d(23), end=d(31))))
    book = book_of({"ledger": [("A", {})]}, told)
    reports = [r for r in reminders_for(book) if r.key.form == "report"]
    assert [(r.key.unit_code, r.key.kind, r.due_on) for r in reports] == [("B", "late", d(20)), ("C", "late", d(20))]
    assert "整改方案及台帐、群众满意度测评表" in reports[0].text
    undated = book_of({}, settings_of(tasks=(task("S1", "ledger"),)))
    assert kinds(reminders_for(undated)) == [(code, "report", "missing") for code in "ABC"]
    assert reminders_for(replace(undated, settings=settings_of(()))) == ()


def test_documents_to_be_filed_are_owed_by_the_end_of_the_stage() -> None:
    rules = (Filing(unit_kind="党支部", document="整改方案", authority="省委先进办"),)
    told = replace(settings_of(), filings=rules, stage_start=d(12), stage_end=d(31))
    rows = {"ledger": [("A", {"due": None}), ("B", {"due": None})], "filings": [("B", {})]}
    book = book_of(rows, told, as_of=d(30))
    assert kinds(reminders_for(book)) == [("A", "整改方案", "soon")]


# ---- what must be put right


def returned(day: date, known: Told) -> Book:
    back = Return(file="甲.xlsx", digest=hash_of("甲"), verdict="returned", unit_code="A", unit_name="甲支部",
                  filled_on=d(20), forms=counts("ledger", good=0, bad=1))  # fmt: skip
    return with_told(book_of({}, settings_of(), as_of=day, returns=(back,)), known)


def test_a_file_sent_back_is_late_some_working_days_after_it_was_first_told() -> None:
    first = returned(d(25), ())
    (told,) = reminders_for(first)
    assert (told.key.kind, told.due_on) == ("correct", d(30))
    assert reminders_for(returned(d(30), told_by(first))) == ()
    assert [r.key.kind for r in reminders_for(returned(d(31), told_by(first)))] == ["late"]


def test_a_plan_that_most_disliked_and_a_survey_to_make_up_are_told() -> None:
    rows = {"publications": [("A", {"satisfied": 1, "dissatisfied": 30})], "survey": [("B", {"satisfied": 1, "dissatisfied": 9})]}
    told = reminders_for(book_of(rows, settings_of()))
    assert [(r.key.form, r.key.unit_code, r.key.kind) for r in told] == [
        ("revision", "A", "correct"), ("survey", "B", "correct"),
    ]  # fmt: skip


# ---- who, and in which order


def test_stopped_units_and_the_office_owe_nothing() -> None:
    stopped = settings_of([replace(UNITS[0], stopped_on=d(20)), *UNITS[1:]])
    assert reminders_for(book_of({"ledger": [("A", {"due": d(20)})]}, stopped)) == ()
    merged = settings_of([replace(UNITS[0], merged_into="B", stopped_on=d(20)), *UNITS[1:]])
    assert kinds(reminders_for(book_of({"ledger": [("A", {"due": d(20)})]}, merged))) == [("B", "A-T001", "late")]


def test_units_stand_in_the_order_of_the_roster_and_the_gravest_first() -> None:
    told = reminders_for(small_book())
    assert [r.key.unit_code for r in told] == sorted(r.key.unit_code for r in told)
    order = list(catalog.words("reminders")["kinds"])
    for code in {r.key.unit_code for r in told}:
        places = [order.index(r.key.kind) for r in told if r.key.unit_code == code]
        assert places == sorted(places)


def test_the_table_has_a_value_for_every_column_and_every_key_once() -> None:
    told = reminders_for(small_book())
    table = reminder_table(told)
    assert {len(row) for row in table.rows} == {len(table.columns)}
    assert len({r.key for r in told}) == len(told)
    assert all(r.sent_on == AS_OF for r in told)


def test_terms_are_counted_in_the_offices_own_working_days() -> None:
    form = catalog.forms()["ledger"]
    item = item_for(form, UNITS[0], 1, {"problem": "x", "due": d(31), "status": "整改中"})
    told = replace(settings_of(), holidays=((d(26), False), (d(27), False)))
    day = Day(as_of=d(25), calendar=calendar_for(dict(told.holidays)), early_warning=3)
    dues, _ = dues_and_tasks({"ledger": (item,)}, told, roster_for(told), day)
    book = Book(as_of=d(25), settings=told, items={"ledger": (item,)}, dues=dues)
    assert [r.key.kind for r in reminders_for(book)] == ["soon"]
