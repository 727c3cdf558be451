"""Waivers: what the office lets pass is told with its reason, until its day, and its row counts as good."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from returns import DAY, cover_grid, form_grid, judged, row, settings_for

from rectify_xl.excel.progress.status import SHEETS
from rectify_xl.grid import RawBook
from rectify_xl.judging.judge import Received, judge_book
from rectify_xl.merging.consolidation import book_of
from rectify_xl.merging.numbering import Numbers
from rectify_xl.messages import sentence
from rectify_xl.model import Book, Return, Unit, Waiver
from rectify_xl.office.ruling import ruling_for
from rectify_xl.outgoing.matters import matters_of


def waiver(rule: str = "choice", **about: Any) -> Waiver:
    told = {"unit": "KX02", "reason": "情况特殊", "approved_by": "示例主任", "until": date(2005, 5, 31)}
    return Waiver(**{**told, "rule": rule, **about})


def check(*waivers: Waiver, rows: Any = ({"category": "没有的类别"},), filled_on: date = DAY) -> Return:
    made = [row("ledger", **{"problem": f"第{i}个问题", **changes}) for i, changes in enumerate(rows)]
    return judged({"ledger": made}, settings=settings_for(waivers=waivers), cover={"filled_on": filled_on})


def told(held: Return) -> list[tuple[str, str, int | None]]:
    return [(f.level, f.code, f.row) for f in held.findings if f.code != "workday"]


def test_a_waived_finding_is_told_with_reason_and_approver_and_its_row_is_good() -> None:
    assert check().verdict == "returned"
    held = check(waiver())
    assert (held.verdict, told(held)) == ("accepted", [("warning", "choice", 4)])
    assert len(held.forms[0].good) == 1
    for lang in ("zh", "en"):
        said = sentence(held.findings[0], lang)
        assert "情况特殊" in said and "示例主任" in said and "没有的类别" in said


@pytest.mark.parametrize(
    ("about", "zh", "en"),
    [
        ({"reason": ""}, "（已豁免，批准人：示例主任）", "(Waived; approved by 示例主任.)"),
        ({"approved_by": ""}, "（已豁免：情况特殊）", "(Waived: 情况特殊.)"),
        ({"reason": "", "approved_by": ""}, "（已豁免）", "(Waived.)"),
    ],
)
def test_a_waiver_names_only_what_the_settings_say_of_it(about: dict[str, str], zh: str, en: str) -> None:
    found = check(waiver(**about)).findings[0]
    assert (sentence(found)[-len(zh) :], sentence(found, "en")[-len(en) :]) == (zh, en)


@pytest.mark.parametrize(
    ("until", "verdict"),
    [(date(2005, 5, 24), "returned"), (DAY, "accepted"), (date(2005, 5, 26), "accepted"), (None, "accepted")],
)
def test_a_waiver_ends_with_its_day_by_the_returns_own_date(until: date | None, verdict: str) -> None:
    assert check(waiver(until=until)).verdict == verdict


@pytest.mark.parametrize(
    ("about", "rows"),
    [
        ({"unit": "KX03"}, []),
        ({"rule": "number"}, []),
        ({"item": "第0个问题"}, [4]),
        ({"item": " 第１个问题 "}, [5]),
        ({"item": "KX02-T007"}, [5]),
        ({"item": "别的问题"}, []),
        ({}, [4, 5]),
        ({"digest": "a.xlsx:2005-05-25T08:00:00Z"}, [4, 5]),
        ({"digest": "b.xlsx:2005-05-25T08:00:00Z"}, []),
    ],
)
def test_a_waiver_reaches_as_far_as_it_says(about: dict[str, Any], rows: list[int]) -> None:
    wrong = [{"category": "没有的类别"}, {"category": "没有的类别", "item_id": "KX02-T007"}]
    held = check(waiver(**about), rows=wrong)
    assert [row for level, _, row in told(held) if level == "warning"] == rows


def test_a_waived_missing_column_holds_no_row() -> None:
    def judge(*waivers: Waiver) -> Return:
        names = [c for c in row("ledger") if c != "goal"]
        book = RawBook(sheets=(cover_grid(), form_grid("ledger", [row("ledger")], columns=names)))
        return judge_book(book, ruling_for(settings_for(waivers=waivers)), Received(file="a.xlsx"), DAY)

    assert not judge().forms[0].good
    held = judge(waiver("missing-column"))
    assert (held.verdict, len(held.forms[0].good)) == ("accepted", 1)


def test_a_waived_unit_mismatch_counts_for_the_code() -> None:
    def judge(*waivers: Waiver) -> Return:
        cover = {"unit_name": "示例第二党支部"}
        return judged({"ledger": [row("ledger")]}, settings=settings_for(waivers=waivers), cover=cover)

    assert (judge().verdict, judge().forms) == ("returned", ())
    held = judge(waiver("unit-mismatch"))
    assert (held.verdict, held.unit_code, len(held.forms[0].good)) == ("accepted", "KX02", 1)


def test_a_whole_file_is_not_counted_by_its_digest() -> None:
    held = check(waiver("", digest="a.xlsx:2005-05-25T08:00:00Z"))
    assert (held.verdict, held.forms, told(held)) == ("ignored", (), [("warning", "not-counted", None)])
    assert "情况特殊" in sentence(held.findings[0])
    assert check(waiver("", digest="a.xlsx")).verdict == "returned"  # too short to be one file's


def book(*returns: tuple[str, list[dict[str, Any]]], waivers: tuple[Waiver, ...] = ()) -> Book:
    settings = settings_for(waivers=waivers)
    held = [
        judged({"ledger": rows}, cover={"filled_on": date.fromisoformat(day)}, file=f"{day}.xlsx", settings=settings)
        for day, rows in returns
    ]
    return book_of(held, settings, date(2005, 6, 30), Numbers())


A, B = row("ledger"), row("ledger", problem="服务不够主动")


@pytest.mark.parametrize(("until", "is_out"), [(24, False), (25, True), (26, True)])
def test_a_waiver_of_missing_row_takes_a_row_out_and_withdraws_its_number(until: int, is_out: bool) -> None:
    let = waiver("missing-row", item="KX02-T002", until=date(2005, 5, until))
    held = book(("2005-05-18", [A, B]), ("2005-05-25", [A]), waivers=(let,))
    assert [i.number for i in held.items["ledger"]] == ["KX02-T001"] + ["KX02-T002"] * (not is_out)
    assert [i.number for i in held.withdrawn] == ["KX02-T002"] * is_out
    assert held.withdrawn_numbers == ("KX02-T002",) * is_out
    assert [f.code for f in held.findings if f.code == "missing-row"] == ["missing-row"]
    assert len(held.dues["ledger"]) == len(held.items["ledger"])


def test_a_row_that_comes_back_stands_again_and_numbers_go_on_behind_it() -> None:
    let = waiver("missing-row", item="服务不够主动")
    new = row("ledger", problem="制度不够健全")
    gone = book(("2005-05-18", [A, B]), ("2005-05-25", [A, new]), waivers=(let,))
    assert [i.number for i in gone.items["ledger"]] == ["KX02-T001", "KX02-T003"]
    back = book(("2005-05-18", [A, B]), ("2005-05-25", [A, new]), ("2005-05-26", [A, B, new]), waivers=(let,))
    assert [i.number for i in back.items["ledger"]] == ["KX02-T001", "KX02-T002", "KX02-T003"]
    assert back.withdrawn == ()


def test_findings_between_returns_are_waived_too() -> None:
    stranger = row("ledger", item_id="KX02-T009", problem="别处来的问题")
    returns = (("2005-05-18", [A]), ("2005-05-25", [A, stranger]))
    assert [p.row.row for p in book(*returns).pending] == [5]
    held = book(*returns, waivers=(waiver("foreign-id", item="KX02-T009"),))
    assert held.pending == () and [i.number for i in held.items["ledger"]] == ["KX02-T001", "KX02-T009"]
    assert [(f.level, f.code) for f in held.findings if f.code == "foreign-id"] == [("warning", "foreign-id")]
    assert [r.verdict for r in held.returns] == ["accepted", "accepted"]


@pytest.mark.parametrize(
    ("form", "rows"),
    [
        ("filings", [{"filed_on": None}, {}]),
        ("survey", [{"surveyed_on": None, "dissatisfied": 40}, {"method": "个别访谈"}]),
        ("survey", [{"surveyed_on": None, "satisfied": 0, "dissatisfied": 47}]),
        ("publications", [{"form": None, "audience": None}]),
        ("supervision", [{"inspected_on": None, "item_id": "KX02-T001"}, {"item_id": "KX02-T001"}]),
        ("supervision", [{"inspected_on": None, "result": "限期再改", "respond_by": None}]),
    ],
)
def test_a_row_that_passes_without_a_cell_is_counted_and_written_without_it(
    form: str, rows: list[dict[str, Any]]
) -> None:
    unit = Unit(code="KX09", name="示例办公室") if form == "supervision" else Unit(code="KX02", name="示例第一党支部")
    rules = ("required", "required-when", "sum", "consistent")
    settings = settings_for(waivers=tuple(waiver(rule, unit=unit.code) for rule in rules))
    cover = {"unit_code": unit.code, "unit_name": unit.name}
    sent = judged({form: [row(form, **c) for c in rows]}, cover=cover, file="b.xlsx", settings=settings)
    ledger = judged({"ledger": [A]}, file="a.xlsx", settings=settings)
    held = book_of([ledger, sent], settings, DAY, Numbers())
    assert len(held.items[form]) == len(rows)
    texts = [str(value) for sheet in SHEETS for line in sheet.table(held).rows for value in line]
    texts += [matter.text for matter in matters_of(held)]
    assert [text for text in texts if "None" in text and text != "None"] == []


def test_rows_with_one_key_that_pass_are_the_same_rows_next_week() -> None:
    weeks = ("2005-05-18", [A, A]), ("2005-05-25", [A, A])
    held = book(*weeks, waivers=(waiver("duplicate"),))
    assert [(i.number, len(i.states)) for i in held.items["ledger"]] == [("KX02-T001", 2), ("KX02-T002", 2)]
    assert held.pending == () and {f.code for f in held.findings} == {"duplicate"}


@pytest.mark.parametrize(
    ("rule", "rows"),
    [
        ("foreign-id", [row("ledger", item_id="KX02-T009", problem="别处来的问题")]),
        ("duplicate", [row("ledger", percent=0.8)]),
    ],
)
def test_what_passes_between_returns_is_told_by_every_run(rule: str, rows: list[dict[str, Any]]) -> None:
    """Once its number is known a row that was let pass would look as if nothing had been wrong with it."""
    let = (waiver(rule), waiver("duplicate", until=date(2005, 5, 18)))
    settings = settings_for(waivers=let)
    held = [
        judged({"ledger": sent}, cover={"filled_on": date(2005, 5, day)}, file=f"{day}.xlsx", settings=settings)
        for day, sent in ((18, [A, A]), (25, rows))
    ]
    first = book_of(held, settings, DAY, Numbers())
    known = {(s.digest, s.sheet, s.row): i.number for i in first.items["ledger"] for s in i.states}
    again = book_of(held, settings, DAY, Numbers(by_state=known, used=frozenset(known.values())))
    assert again.findings == first.findings and [f.level for f in first.findings if f.code == rule][-1:] == ["warning"]
    assert [i.number for i in again.items["ledger"]] == [i.number for i in first.items["ledger"]]


@pytest.mark.parametrize("first", [0, 1])
def test_no_waiver_gives_one_number_to_two_rows(first: int) -> None:
    rows = [A, row("ledger", item_id="KX02-T001", problem="自己编号的问题")]
    held = book(("2005-05-18", [rows[first], rows[1 - first]]), waivers=(waiver("foreign-id"),))
    numbers = [i.number for i in held.items["ledger"]]
    assert numbers == (["KX02-T001", "KX02-T002"] if first else ["KX02-T001"])
    assert [f.code for p in held.pending for f in p.findings] == ([] if first else ["foreign-id"])
