"""The merge: a union of row states; which rows are the same; numbers; what changed from return to return."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from returns import UNITS, judged, row, settings_for

from rectify_xl.merging.merge import Folded, fold, merge, with_findings
from rectify_xl.merging.numbering import Numbers
from rectify_xl.model import Return, Unit
from rectify_xl.office.roster import roster_for

SETTINGS = settings_for()
DAY = date(2005, 6, 30)


def sent(
    filled_on: str, *rows: dict[str, Any], form: str = "ledger", saved: str = "08:00", unit: str = "KX02"
) -> Return:
    name = next(u.name for u in UNITS if u.code == unit)
    cover = {"unit_code": unit, "unit_name": name, "filled_on": date.fromisoformat(f"2005-{filled_on}")}
    file = f"{unit}-{filled_on}-{saved}-{form}.xlsx"
    return judged({form: list(rows)}, cover=cover, file=file, saved=f"2005-{filled_on}T{saved}:00Z")


def folded(*returns: Return, numbers: Numbers | None = None, settings: Any = SETTINGS) -> Folded:
    return fold(returns, roster_for(settings), DAY, numbers or Numbers(), settings.stall_days)


def problems(held: Folded, form: str = "ledger", column: int = 1) -> list[tuple[str, Any]]:
    return [(item.number, item.values[column]) for item in held.items.get(form, ())]


def told(held: Folded) -> list[tuple[str, str]]:
    return [(f.code, f.cell) for f in held.findings]


A, B, C = (row("ledger", problem=text) for text in ("学习不够深入", "服务不够主动", "制度不够健全"))


def test_numbers_follow_the_order_of_days_saved_times_and_rows() -> None:
    first, second = sent("05-18", A, B), sent("05-25", A, B, C)
    for order in permutations((first, second)):
        assert problems(folded(*order)) == [
            ("KX02-T001", "学习不够深入"),
            ("KX02-T002", "服务不够主动"),
            ("KX02-T003", "制度不够健全"),
        ]


def test_each_form_has_its_letter_and_each_unit_its_series() -> None:
    held = folded(
        sent("05-18", A), sent("05-18", row("measures"), form="measures"),
        sent("05-18", row("institutions"), form="institutions"), sent("05-18", A, unit="KX03"),
    )
    assert [i.number for items in held.items.values() for i in items] == [
        "KX02-T001", "KX03-T001", "KX02-C001", "KX02-Z001",
    ]


def test_a_row_is_known_by_its_number_whatever_its_text_becomes() -> None:
    later = row("ledger", item_id="KX02-T001", problem="完全改写的问题")
    held = folded(sent("05-18", A, B), sent("05-25", later, B))
    assert problems(held) == [("KX02-T001", "完全改写的问题"), ("KX02-T002", "服务不够主动")]
    assert [len(i.states) for i in held.items["ledger"]] == [2, 2]


def test_a_row_without_its_number_is_known_by_its_key_in_normal_form() -> None:
    later = row("ledger", problem="学习 不够深入", percent=0.9)
    held = folded(sent("05-18", A), sent("05-25", later))
    assert problems(held) == [("KX02-T001", "学习 不够深入")]


def test_a_number_nobody_gave_waits_as_foreign() -> None:
    stranger = row("ledger", item_id="KX02-T009", problem="别处来的问题")
    held = folded(sent("05-18", A), sent("05-25", A, stranger))
    assert problems(held) == [("KX02-T001", "学习不够深入")]
    assert ("foreign-id", "A5") in told(held)
    assert [(p.row.row, [f.code for f in p.findings]) for p in held.pending] == [(5, ["foreign-id"])]
    taken = folded(sent("05-25", stranger), numbers=Numbers(closed=False))
    assert problems(taken) == [("KX02-T009", "别处来的问题")]


def test_a_row_with_mistakes_of_its_own_is_told_at_once_what_else_it_would_wait_for() -> None:
    stranger = row("ledger", item_id="KX02-T009", problem="别处来的问题", status="不知道")
    held = folded(sent("05-18", A), sent("05-25", A, stranger))
    assert [(p.row.row, [f.code for f in p.findings]) for p in held.pending] == [(5, ["choice", "foreign-id"])]
    assert ("foreign-id", "A5") in told(held)
    twice = folded(sent("05-18", A), sent("05-25", A, stranger, {**stranger, "problem": "另一个问题"}))
    assert {f.code for p in twice.pending for f in p.findings if f.column == "item_id"} == {"duplicate"}


G = row("ledger", item_id="KX02-T001", problem="自己编号的问题")


def numbers_after(held: Folded) -> Numbers:
    given = {(s.digest, s.sheet, s.row): i.number for i in held.items["ledger"] for s in i.states}
    return Numbers(by_state=given, used=frozenset(given.values()))


@pytest.mark.parametrize("rows", [(A, G), (G, A)])
def test_a_row_is_not_known_by_the_key_of_one_whose_number_another_row_carries(rows: tuple[Any, ...]) -> None:
    returns, numbers = [sent("05-18", A)], Numbers()
    both = {"KX02-T001": "自己编号的问题", "KX02-T002": "学习不够深入"}
    for expected in ({"KX02-T001": "学习不够深入"}, both, both):
        held = folded(*returns, numbers=numbers)
        assert (dict(problems(held)), held.pending, held.findings) == (expected, (), ())
        returns, numbers = [*returns[:1], sent("05-25", *rows)], numbers_after(held)


@pytest.mark.parametrize(
    ("returns", "expected", "waits"),
    [
        # a number that is given for another row of the very file
        ((sent("05-18", A, G),), {"KX02-T001": "学习不够深入"}, [5]),
        ((sent("05-18", G, A),), {"KX02-T001": "学习不够深入"}, [4]),
        ((sent("05-18", G, A), sent("05-25", A)), {"KX02-T001": "学习不够深入"}, []),
        # one that is given for another file's
        ((sent("05-18", A), sent("05-25", G)), {"KX02-T001": "自己编号的问题"}, []),
        ((sent("05-17", G), sent("05-18", A, B)), {"KX02-T001": "学习不够深入", "KX02-T002": "服务不够主动"}, []),
        ((sent("05-18", A), sent("05-25", G, A)), {"KX02-T001": "学习不够深入"}, [4]),
    ],
)
def test_no_row_takes_the_place_of_another_of_its_file(
    returns: tuple[Return, ...], expected: dict[str, str], waits: list[int]
) -> None:
    numbers = Numbers()
    for _ in ("this run", "the next"):
        held = folded(*returns, numbers=numbers)
        assert (dict(problems(held)), [p.row.row for p in held.pending]) == (expected, waits)
        numbers = numbers_after(held)
    taken = folded(sent("05-25", A, G), numbers=Numbers(closed=False))
    assert dict(problems(taken)) == {"KX02-T002": "学习不够深入", "KX02-T001": "自己编号的问题"}


def test_a_number_that_is_given_later_does_not_take_in_the_row_that_guessed_it() -> None:
    guess, right = sent("05-18", G), sent("05-25", A)
    arrived = {held.digest: held.filled_on or DAY for held in (guess, right)}
    numbers = Numbers()
    for _ in ("this run", "the next"):
        held = fold((guess, right), roster_for(SETTINGS), DAY, numbers, 14, arrived=arrived)
        assert [(i.number, len(i.states)) for i in held.items["ledger"]] == [("KX02-T001", 1)]
        assert ("foreign-id", "A4") in told(held)
        numbers = numbers_after(held)


def test_numbers_once_given_never_change_and_are_never_used_twice() -> None:
    late_find = sent("05-11", C)
    known = folded(sent("05-18", A, B))
    given_numbers = {
        (i.states[0].digest, i.states[0].sheet, i.states[0].row): i.number for i in known.items["ledger"]
    }
    numbers = Numbers(by_state=given_numbers, used=frozenset({"KX02-T005"}))
    held = folded(late_find, sent("05-18", A, B), numbers=numbers)
    assert sorted(problems(held)) == [
        ("KX02-T001", "学习不够深入"), ("KX02-T002", "服务不够主动"), ("KX02-T006", "制度不够健全"),
    ]


def test_two_known_rows_with_the_key_of_a_third_make_it_wait() -> None:
    one, two = (row("ledger", item_id=f"KX02-T00{n}", problem="同样的问题") for n in (1, 2))
    held = folded(sent("05-18", A, B), sent("05-20", one, two), sent("05-25", row("ledger", problem="同样的问题")))
    assert ("duplicate", "B4") in told(held)
    assert len(held.items["ledger"]) == 2


def test_the_latest_good_state_stands_and_a_bad_row_waits() -> None:
    bad = row("ledger", problem="学习不够深入", category="没有的类别")
    held = folded(sent("05-18", A), sent("05-25", bad))
    assert [i.latest.filled_on.day for i in held.items["ledger"]] == [18]
    assert [(p.row.row, p.row.typed[3]) for p in held.pending] == [(4, "没有的类别")]
    assert "missing-row" not in [f.code for f in held.findings]
    mended = folded(sent("05-18", A), sent("05-25", bad), sent("05-26", A))
    assert mended.pending == ()


def test_a_moved_deadline_keeps_the_agreed_one() -> None:
    moved = row("ledger", problem="学习不够深入", due=date(2005, 5, 30))
    held = folded(sent("05-18", A), sent("05-25", moved), sent("05-26", moved))
    assert held.items["ledger"][0].values[17] == date(2005, 5, 27)
    assert told(held) == [("moved-deadline", "R4")]
    assert dict(held.findings[0].params) == {"old": date(2005, 5, 27), "new": date(2005, 5, 30)}


def test_reopened_stalled_missing_and_conflict() -> None:
    done = row(
        "ledger", problem="学习不够深入", status="已完成", percent=1, completed=date(2005, 5, 18), result="已见成效"
    )
    assert told(folded(sent("05-18", done), sent("05-25", A))) == [("reopened", "S4")]
    assert told(folded(sent("05-12", A), sent("05-25", A))) == []
    assert told(folded(sent("05-11", A), sent("05-25", A))) == [("stalled", "S4")]  # 14 days
    assert told(folded(sent("05-11", done), sent("05-25", done))) == []
    gone = folded(sent("05-18", A, B), sent("05-25", A))
    assert told(gone) == [("missing-row", "")] and len(gone.items["ledger"]) == 2
    assert told(folded(sent("05-18", A, B), sent("05-25"))) == []  # a sheet without rows takes nothing away
    both = folded(sent("05-18", A), sent("05-18", row("ledger", problem="学习不够深入", percent=0.7), saved="09:00"))
    assert told(both) == [("conflict", "")] and both.items["ledger"][0].values[19] == 0.7
    apart = folded(sent("05-18", A), sent("05-18", row("survey"), form="survey"))
    assert told(apart) == []


def test_supervision_about_an_item_that_is_not_that_units_waits() -> None:
    right = row("supervision", item_id="KX02-T001")
    wrong = row("supervision", item_id="KX03-T001", finding="意见二二二")
    nobody = row("supervision", item_id="KX02-T002", finding="意见三三三")
    held = folded(sent("05-18", A), sent("05-20", right, wrong, nobody, form="supervision", unit="KX09"))
    assert [i.latest.row for i in held.items["supervision"]] == [4]
    assert told(held) == [("unknown", "C5"), ("unknown", "C6")]
    returns = with_findings([sent("05-20", right, wrong, form="supervision", unit="KX09")], held.findings)
    assert returns[0].verdict == "returned"


def test_a_merged_unit_keeps_its_numbers_and_counts_for_its_successor() -> None:
    units = tuple(
        replace(u, merged_into="KX03", stopped_on=date(2005, 5, 20)) if u.code == "KX02" else u for u in UNITS
    )
    settings = settings_for(units=units)
    carried = row("ledger", item_id="KX02-T001", problem="学习不够深入", percent=0.8)
    cover = {"unit_code": "KX03", "unit_name": "示例第二党支部", "filled_on": date(2005, 5, 25)}
    later = judged({"ledger": [carried, B]}, settings=settings, cover=cover, file="later.xlsx")
    assert later.verdict == "accepted"
    held = folded(sent("05-18", A), later, settings=settings)
    assert [(i.unit_code, i.number) for i in held.items["ledger"]] == [("KX03", "KX02-T001"), ("KX03", "KX03-T001")]


def test_restricted_rows_are_only_counted() -> None:
    held = folded(sent("05-18", row("guidance"), row("guidance", member="示例癸"), form="guidance"))
    assert held.items == {} and held.restricted == {("guidance", "KX02"): 2}


# ---- the union

texts = st.sampled_from(["学习不够深入", "服务不够主动", "制度不够健全", "作风不够扎实"])
made_rows = st.lists(
    st.builds(lambda text, share: row("ledger", problem=text, percent=share), texts, st.sampled_from([0.1, 0.5, 0.9])),
    max_size=3,
)
made_returns = st.lists(
    st.builds(
        lambda day, saved, unit, rows: sent(day, *rows, saved=saved, unit=unit),
        st.sampled_from(["05-16", "05-18", "05-25"]), st.sampled_from(["08:00", "09:00"]),
        st.sampled_from(["KX02", "KX03"]), made_rows,
    ),
    max_size=4,
)


def by_content(returns: list[Return]) -> list[Return]:
    """Two made-up files with one digest must hold the same rows: the digest is made from the rows."""
    return [replace(r, digest=f"{r.file}{hash(r.forms and r.forms[0].rows().__repr__())}") for r in returns]


@hypothesis_settings(max_examples=60)
@given(made_returns, made_returns, made_returns)
def test_merge_is_associative_commutative_and_idempotent(a: list[Return], b: list[Return], c: list[Return]) -> None:
    a, b, c = by_content(a), by_content(b), by_content(c)
    assert merge(merge(a, b), c) == merge(a, merge(b, c))
    assert merge(a, b) == merge(b, a)
    assert merge(a, a) == merge(a)
    assert merge(merge(a, b), b) == merge(a, b)
    assert folded(*merge(a, b)).items == folded(*b, *a, *b).items


@hypothesis_settings(max_examples=40)
@given(made_returns)
def test_every_good_row_is_a_state_of_exactly_one_item(returns: list[Return]) -> None:
    returns = by_content(returns)
    held = folded(*returns)
    union = merge(returns)
    good = [(r.digest, w.sheet, w.row) for r in union for f in r.forms for w in f.good]
    states = [(s.digest, s.sheet, s.row) for items in held.items.values() for i in items for s in i.states]
    waiting = [f for f in held.findings if f.level == "error"]
    assert len(states) == len(set(states))
    assert set(states) <= set(good)
    assert len(good) - len(states) == len(waiting)


@pytest.mark.parametrize("name", ["更名后的支部"])
def test_the_ledger_calls_a_unit_as_the_roster_does(name: str) -> None:
    renamed = [Unit(code=u.code, name=name, aliases=(u.name,), kind=u.kind) for u in UNITS if u.code == "KX02"]
    units = (*renamed, *(u for u in UNITS if u.code != "KX02"))
    held = folded(sent("05-18", A), settings=settings_for(units=units))
    assert held.items["ledger"][0].unit_name == name
