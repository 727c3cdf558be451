"""What changed since the last run: two books in, the kinds of change out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from books import AS_OF, big_book, small_book
from hypothesis import given, settings
from hypothesis import strategies as st
from status_books import UNITS, book_of, pick, settings_of

from rectify_xl.model import Book, Finding, Snapshot
from rectify_xl.progress.period import COMPLETED, KINDS, changes_between, counts_of, period_changes, snapshot_of

DONE = {"status": "已完成", "percent": 1.0, "completed": date(2005, 5, 23)}
Told = Sequence[tuple[str, Mapping[str, Any]]]


def d(day: int, month: int = 5) -> date:
    return date(2005, month, day)


def after(before: Told, now: Told, **more: Any) -> Book:
    earlier = snapshot_of(book_of({"ledger": before}, as_of=d(18)))
    return replace(book_of({"ledger": now}), previous=earlier, **more)


def kinds(book: Book) -> list[tuple[str, str]]:
    return [(change.kind, change.number) for change in changes_between(book.previous, book)]


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        ([("A", {})], [("A", {})], []),
        ([], [("A", {})], [("new", "A-T001")]),
        ([], [("A", DONE)], [("new", "A-T001"), ("completed", "A-T001")]),
        ([("A", {})], [("A", DONE)], [("completed", "A-T001")]),
        ([("A", DONE)], [("A", {})], [("reopened", "A-T001")]),
        ([("A", {"due": d(20)})], [("A", {"due": d(31)})], [("moved", "A-T001")]),
        ([("A", {}), ("A", {})], [("A", {})], [("gone", "A-T002")]),
        ([("A", {"problem": "甲事"})], [("A", {"problem": "甲事改了说法"})], []),
    ],
)
def test_a_change_is_told_by_its_kind(before: Told, now: Told, told: list[tuple[str, str]]) -> None:
    assert kinds(after(before, now)) == told


def test_items_without_numbers_are_told_apart_by_the_ends_of_long_keys() -> None:
    findings = ["长" * 400 + end for end in "甲乙"]
    now = book_of({"supervision": [("O", {"finding": finding}) for finding in findings]})
    changes = changes_between(Snapshot(as_of=d(18)), now)
    assert [(change.kind, change.text[-1]) for change in changes] == [("new", "甲"), ("new", "乙")]


def test_without_an_earlier_run_nothing_is_told() -> None:
    assert changes_between(None, small_book()) == ()
    assert period_changes(small_book()).rows == []


def test_a_book_has_not_changed_against_itself() -> None:
    assert changes_between(snapshot_of(small_book()), small_book()) == ()


def test_an_extension_granted_and_a_deadline_that_only_the_unit_moved_are_told_apart() -> None:
    book = after([("A", {}), ("B", {})], [("A", {}), ("B", {})])
    first, second = book.items["ledger"]
    values = list(second.latest.values)
    place = next(at for at, value in enumerate(values) if value == d(31))
    values[place] = d(30, 6)
    told = replace(second, states=(*second.states, second.latest._replace(values=tuple(values))))
    dues = book.dues["ledger"][0]._replace(day=d(10, 6)), book.dues["ledger"][1]
    book = replace(book, items={"ledger": (first, told)}, dues={"ledger": dues})
    assert pick(period_changes(book), "change", "number", "before", "after") == [
        ("时限变动", "A-T001", "2005-05-31", "2005-06-10（已同意）"),
        ("时限变动", "B-T002", "2005-05-31", "2005-06-30（单位自报，未获同意）"),
    ]
    again = replace(book, previous=snapshot_of(book))
    assert kinds(again) == []


def test_a_row_that_the_latest_return_lacks_is_told_once() -> None:
    gone = Finding(level="warning", code="missing-row", form="ledger", params=(("number", "A-T001"), ("other", "x")))
    book = after([("A", {})], [("A", {})], findings=(gone,))
    assert kinds(book) == [("missing", "A-T001")]
    assert kinds(replace(book, previous=snapshot_of(book))) == []


def test_the_items_of_a_unit_that_was_merged_are_known_by_their_numbers() -> None:
    merged = settings_of([replace(UNITS[0], merged_into="B", stopped_on=d(20)), *UNITS[1:]])
    earlier = snapshot_of(book_of({"ledger": [("A", {})]}, as_of=d(18)))
    book = replace(book_of({"ledger": [("A", {})]}, merged), previous=earlier)
    assert kinds(book) == []
    assert kinds(replace(book, items={}, dues={})) == [("gone", "A-T001")]
    assert changes_between(earlier, replace(book, items={}, dues={}))[0].unit_name == "乙支部"


def test_findings_of_an_inspection_are_known_by_what_they_say() -> None:
    rows = [("O", {"finding": "进度慢"}), ("O", {"finding": "进度慢，且不说明"})]
    earlier = snapshot_of(book_of({"supervision": rows[:1]}, as_of=d(18)))
    book = replace(book_of({"supervision": rows}), previous=earlier)
    assert [change.kind for change in changes_between(earlier, book)] == ["new"]


@settings(max_examples=40)
@given(st.integers(1, 4), st.integers(0, 14), st.integers(0, 14), st.integers(12, 31))
def test_the_counts_add_up(units: int, before: int, now: int, day: int) -> None:
    earlier, book = big_book(units, before, d(day)), big_book(units, now, AS_OF)
    snapshot = snapshot_of(earlier)
    changes = changes_between(snapshot, book)
    counts = counts_of(changes)
    gone_done = sum(c.kind == "gone" and c.before is not None and c.before.state in COMPLETED for c in changes)
    assert now == before + counts["new"] - counts["gone"]
    assert _done(snapshot_of(book)) == _done(snapshot) + counts["completed"] - counts["reopened"] - gone_done
    assert [KINDS.index(change.kind) for change in changes] == sorted(KINDS.index(change.kind) for change in changes)


def _done(snapshot: Snapshot) -> int:
    return sum(known.state in COMPLETED for known in snapshot.items)
