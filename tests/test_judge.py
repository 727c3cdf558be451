"""One workbook judged whole: its verdict, its unit, its rows, and one finding a cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import product
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rectify_xl.facts import catalog
from rectify_xl.grid import Grid, RawBook, Unreadable
from rectify_xl.judging import sheet as sheet_judging
from rectify_xl.judging.judge import Received, judge_book, refused
from rectify_xl.layouts.layout import stamp_for
from rectify_xl.messages import sentence
from rectify_xl.model import Finding, Return, Unit
from rectify_xl.office.ruling import ruling_for
from tests.returns import COVER, DAY, UNITS, codes, cover_grid, form_grid, judged, row, settings_for, told

LEDGER = [c.name for c in catalog.forms()["ledger"].columns]
OFFICE = {"unit_code": "KX09", "unit_name": "示例办公室"}
FLAWS: Mapping[str, Any] = {
    "problem": " 理论学习不够深入 ",
    "source": "听说的",
    "urgency": "紧急",
    "owner": "示例丙,示例丁",
    "goal": None,
    "due": "2005.5.32",
    "percent": 150.0,
    "progress": None,
    "completed": date(2005, 5, 20),
    "status": "#REF!",
    "item_id": "KX01-T001",
    "handling": "逐步解决",
}


def judge(*grids: Grid, as_of: date = date(2005, 6, 30), **facts: Any) -> Return:
    """The verdict on a workbook of just these sheets."""
    settings = facts.pop("settings", None) or settings_for()
    return judge_book(RawBook(sheets=grids, **facts), ruling_for(settings), Received(file="a.xlsx"), as_of)


def ledger(*rows: Mapping[str, Any], **facts: Any) -> Return:
    return judged({"ledger": [row("ledger", **changes) for changes in rows]}, **facts)


def kept(held: Return) -> tuple[list[int], list[int]]:
    """Excel's numbers of the good and of the bad rows."""
    return [r.row for f in held.forms for r in f.good], [r.row for f in held.forms for r in f.bad]


# ---- verdicts


def test_a_good_file_is_accepted_in_silence() -> None:
    held = ledger({}, {"problem": "服务群众不够主动"})
    assert (held.verdict, held.findings, kept(held)) == ("accepted", (), ([4, 5], []))
    assert (held.unit_code, held.unit_name, held.filled_on) == ("KX02", "示例第一党支部", DAY)
    assert (held.file, held.digest, held.saved) == ("a.xlsx", "a.xlsx:2005-05-25T08:00:00Z", "2005-05-25T08:00:00Z")


@pytest.mark.parametrize(
    ("changes", "verdict", "level"),
    [
        ({"urgency": "紧急"}, "returned", "error"),
        ({"due": date(2005, 5, 28)}, "accepted", "warning"),
        ({"owner": "示例丙,示例丁"}, "accepted", "fixed"),
    ],
)
def test_only_an_error_returns_a_file(changes: Mapping[str, Any], verdict: str, level: str) -> None:
    held = ledger(changes, {"problem": "服务群众不够主动"})
    assert [f.level for f in held.findings] == [level]
    assert held.verdict == verdict
    assert kept(held) == (([5], [4]) if level == "error" else ([4, 5], []))


def test_the_good_rows_of_every_form_of_a_file_are_kept() -> None:
    names = ["ledger", "measures", "activities", "survey"]
    held = judged({name: [row(name)] for name in names} | {"filings": [row("filings", copies="很多")]})
    assert held.verdict == "returned"
    assert {f.form: (len(f.good), len(f.bad)) for f in held.forms} == {
        **dict.fromkeys(names, (1, 0)),
        "filings": (0, 1),
    }


def test_a_file_without_a_row_is_accepted_and_told() -> None:
    held = judged({"ledger": [], "survey": []})
    assert held.verdict == "accepted"
    assert [(f.level, f.code, f.sheet) for f in held.findings] == [
        ("warning", "no-rows", "整改台帐"),
        ("warning", "no-rows", "群众满意度测评"),
    ]


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (Unreadable("damaged"), ("error", "damaged")),
        (Unreadable("encrypted"), ("error", "encrypted")),
        (Unreadable("not-a-workbook", found="x"), ("error", "not-a-workbook")),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_the_reason(error: Unreadable, expected: tuple[str, str]) -> None:
    held = refused(Received(file="收件/坏.xlsx"), error)
    assert (held.verdict, held.forms) == ("refused", ())
    assert [(f.level, f.code) for f in held.findings] == [expected]
    assert held.findings[0].file == "收件/坏.xlsx"


@pytest.mark.parametrize(
    ("grids", "code"),
    [
        ([], "no-form"),
        ([cover_grid()], "no-form"),
        ([cover_grid(), Grid(title="通讯录", rows=[["姓名", "电话"], ["示例甲", "1"]])], "no-form"),
        ([form_grid("ledger", [row("ledger")])], "unknown-unit"),
        ([cover_grid(campaign="别的活动"), form_grid("ledger", [row("ledger")])], "other-campaign"),
        ([cover_grid(unit_code="XX1", unit_name="不知何处"), form_grid("ledger", [row("ledger")])], "unknown-unit"),
        ([cover_grid(unit_code=None, unit_name=None), form_grid("ledger", [row("ledger")])], "unknown-unit"),
        ([cover_grid(unit_code="XX1", unit_name=None), form_grid("ledger", [row("ledger")])], "unknown-unit"),
        ([Grid(title="封面", rows=[["说明"]]), form_grid("ledger", [row("ledger")])], "unknown-unit"),
    ],
)
def test_none_of_ours_is_refused(grids: list[Grid], code: str) -> None:
    held = judge(*grids)
    assert (held.verdict, held.forms) == ("refused", ())
    assert [(f.level, f.code) for f in held.findings] == [("error", code)]


@pytest.mark.parametrize(("named", "case"), [((None, None), "blank"), (("XX1", None), ""), ((None, "不知何处"), "")])
def test_a_cover_without_a_unit_is_told_apart_from_one_with_an_unknown_unit(named: Any, case: str) -> None:
    held = judge(cover_grid(unit_code=named[0], unit_name=named[1]), form_grid("ledger", [row("ledger")]))
    assert dict(held.findings[0].params).get("case", "") == case


def test_an_unknown_code_that_is_written_nearly_as_one_of_the_roster_has_that_offered() -> None:
    for code, name, suggestion in (("KX-1", "不知何处", f"KX01 {UNITS[1].name}"), ("KX-77", "不知何处", None)):
        held = judge(cover_grid(unit_code=code, unit_name=name), form_grid("ledger", [row("ledger")]))
        assert [f.code for f in held.findings] == ["unknown-unit"]
        assert dict(held.findings[0].params).get("suggestion") == suggestion


# ---- held: filled in after the day of judgement


@pytest.mark.parametrize(("as_of", "is_held"), [(date(2005, 5, 24), True), (DAY, False), (date(2005, 5, 26), False)])
def test_a_file_filled_in_after_the_day_of_judgement_is_held(as_of: date, is_held: bool) -> None:
    held = ledger({"urgency": "紧急"}, as_of=as_of)
    if is_held:
        assert (held.verdict, held.forms, held.unit_code) == ("held", (), "KX02")
        assert told(held) == [("warning", "future", 6, "filled_on")]
    else:
        assert held.verdict == "returned"


@given(st.dates(min_value=DAY, max_value=date(2099, 1, 1)))
def test_a_rows_verdict_does_not_depend_on_the_day(as_of: date) -> None:
    rows = [{}, *({"problem": f"第{i}个问题", name: flaw} for i, (name, flaw) in enumerate(FLAWS.items()) if i)]
    assert ledger(*rows, as_of=as_of) == ledger(*rows, as_of=DAY)


# ---- the unit


@pytest.mark.parametrize(
    ("code", "name", "expected"),
    [
        ("KX02", "示例第一党支部", []),
        ("KX02", "一支部", []),
        ("KX02", "示例 第一党支部", []),
        (None, "示例第一党支部", [("fixed", "fixed-text", 3, "unit_code")]),
        (None, "一支部", [("fixed", "fixed-text", 3, "unit_code")]),
        ("无", "一支部", [("fixed", "fixed-text", 3, "unit_code")]),
        ("ＫＸ０２", "一支部", [("fixed", "fixed-text", 3, "unit_code")]),
        ("KX02", " 一支部", [("fixed", "fixed-text", 4, "unit_name")]),
        ("KX02", None, [("error", "required", 4, "unit_name")]),
        ("KX03", "示例第一党支部", [("error", "unit-mismatch", 3, "unit_code")]),
        ("KX99", "示例第一党支部", [("error", "unit-mismatch", 3, "unit_code")]),
        ("KX02", "示例第九党支部", [("error", "unit-mismatch", 3, "unit_code")]),
        (" KX99", "示例第一党支部", [("error", "unit-mismatch", 3, "unit_code")]),
    ],
)
def test_the_unit_is_known_by_code_and_name(code: str, name: str, expected: list[Any]) -> None:
    cover = cover_grid(unit_code=code, unit_name=name)
    held = judge(replace(cover, rows=[[], *cover.rows]), form_grid("ledger", [row("ledger")]))
    assert told(held) == expected
    is_mismatch = any(c == "unit-mismatch" for _, c, _, _ in expected)
    assert bool(held.forms) is not is_mismatch
    if not is_mismatch:
        assert (held.unit_code, held.unit_name) == ("KX02", "示例第一党支部")
    assert held.verdict == ("returned" if any(level == "error" for level, *_ in expected) else "accepted")


def test_a_code_in_other_letters_or_without_its_zeros_is_the_rosters() -> None:
    for code, typed in (("kx-02", "KX-02"), ("kx-02", "ＫＸ－０２"), ("KX02", "ｋｘ02"), ("02", 2), ("2", "02")):
        settings = settings_for(units=(replace(UNITS[2], code=code), UNITS[4]))
        held = judged({"ledger": [row("ledger")]}, settings=settings, cover={"unit_code": typed})
        assert (held.verdict, held.unit_code, held.unit_name) == ("accepted", code, UNITS[2].name)
        (finding,) = held.findings
        assert (finding.code, dict(finding.params)) == ("fixed-text", {"case": "code", "understood": code})


@pytest.mark.parametrize(
    ("code", "name", "expected"),
    [
        ("ZZ7", "随便哪个支部", []),
        (None, "随便哪个支部", ["required"]),
        ("ZZ7", None, ["required"]),
        (None, None, ["unknown-unit"]),
    ],
)
def test_without_a_roster_any_unit_is_taken_as_its_cover_writes_it(code: str, name: str, expected: list[str]) -> None:
    held = ledger({}, settings=settings_for(units=()), cover={"unit_code": code, "unit_name": name})
    assert [f.code for f in held.findings] == expected
    if code and name:
        assert (held.unit_code, held.unit_name) == (code, name)


def test_without_a_code_no_number_is_anothers() -> None:
    settings = settings_for(units=())
    numbered = {"item_id": "KX02-T001"}
    assert codes(ledger(numbered, settings=settings, cover={"unit_code": None})) == [("required", 2, "unit_code")]
    assert codes(ledger(numbered, settings=settings, cover={"unit_code": "KX7"})) == [("foreign-id", 4, "item_id")]


def test_of_two_units_with_one_name_the_code_decides() -> None:
    units = (*UNITS, Unit(code="KX04", name="示例第一党支部", kind="党支部"))
    assert ledger({}, settings=settings_for(units=units)).unit_code == "KX02"


# ---- the other fields of the cover


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"filled_by": None}, [("error", "required", 4, "filled_by")]),
        ({"approved_by": "无"}, [("error", "required", 7, "approved_by")]),
        ({"campaign": None}, [("error", "required", 1, "campaign")]),
        ({"filled_by": "#REF!"}, [("error", "error-value", 4, "filled_by")]),
        ({"phone": None, "note": None}, []),
        ({"filled_on": "2005.5.25"}, [("fixed", "fixed-date", 6, "filled_on")]),
        ({"filled_on": "5月25日"}, [("fixed", "fixed-date", 6, "filled_on")]),
        ({"filled_by": "示例甲，示例乙"}, [("fixed", "fixed-text", 4, "filled_by")]),
        ({"filled_on": date(2005, 5, 11)}, [("warning", "window", 6, "filled_on")]),
        ({"filled_on": "2005.5.11"}, [("warning", "window", 6, "filled_on")]),
        ({"campaign": "省科协 先进性教育活动整改提高阶段"}, []),
    ],
)
def test_other_faults_of_the_cover_hold_no_row(changes: Mapping[str, Any], expected: list[Any]) -> None:
    held = judged({"institutions": [row("institutions")]}, cover=changes)
    assert told(held) == expected
    assert held.verdict == ("returned" if any(level == "error" for level, *_ in expected) else "accepted")
    assert kept(held) == ([4], [])
    void = [dict(f.params).get("case") for f in held.findings if f.value == "无"]
    assert void == ["void"] * ("无" in changes.values())


@pytest.mark.parametrize(
    ("filled_on", "code"),
    [
        (None, "required"),
        ("无", "required"),
        ("2005.5.32", "date"),
        ("05/06/2005", "date"),
        ("5月中旬", "date"),
        ("#N/A", "error-value"),
        ("长期坚持", "required"),
        (5.25, "date"),
    ],
)
def test_without_a_day_of_filling_in_no_row_is_kept_but_all_are_judged(filled_on: Any, code: str) -> None:
    held = ledger(
        {"urgency": "紧急"},
        {"problem": "服务群众不够", "status": "已完成", "percent": 1, "result": "好转", "completed": date(2005, 6, 20)},
        cover={"filled_on": filled_on},
    )
    assert (held.verdict, held.forms, held.filled_on) == ("returned", (), None)
    assert told(held) == [("error", code, 6, "filled_on"), ("error", "choice", 4, "urgency")]


def test_a_day_without_year_has_none_where_the_stage_has_no_start() -> None:
    held = ledger({}, settings=settings_for(stage_start=None), cover={"filled_on": "5月25日"})
    assert codes(held) == [("date", 6, "filled_on")]


def test_what_the_cover_says_goes_on_without_its_people() -> None:
    held = ledger({}, cover={"note": "一式两份", "phone": "000"})
    assert held.cover == {
        **{name: COVER[name] for name in ("campaign", "unit_code", "unit_name")},
        "filled_on": "2005-05-25",
        "note": "一式两份",
    }


# ---- what is told of the workbook


@pytest.mark.parametrize(
    ("fact", "code"),
    [("has_macros", "macros"), ("has_external_links", "external-links"), ("is_half_seen", "old-format")],
)
def test_macros_and_links_are_told(fact: str, code: str) -> None:
    held = judge(cover_grid(), form_grid("ledger", [row("ledger")]), **{fact: True})
    assert [(f.level, f.code) for f in held.findings] == [("warning", code)]
    assert held.verdict == "accepted"


def test_the_first_formula_that_leads_outside_is_named() -> None:
    link = ("整改台帐", "B4")
    wrong = form_grid("ledger", [row("ledger", problem="短")])
    told, short = judge(cover_grid(), wrong, has_external_links=True, external_link=link).findings
    assert (told.code, told.cell, short.code, short.cell) == ("external-links", "", "length", "B4")
    assert "整改台帐!B4" in sentence(told) and "整改台帐!B4" in sentence(told, "en")
    right = form_grid("ledger", [row("ledger")])
    (told,) = judge(cover_grid(), right, has_external_links=True, external_link=link).findings
    assert (told.level, told.sheet, told.cell, told.row) == ("warning", "整改台帐", "B4", 4)


STAMP = stamp_for([catalog.forms()["ledger"], catalog.forms()["survey"]])


@pytest.mark.parametrize(
    ("stamp", "is_old"),
    [
        (STAMP, False),
        ("ledger 0 00000000", True),
        ("ledger 1 00000000", True),
        (STAMP.replace("ledger 1", "ledger 2"), True),
        ("survey 1 00000000", False),
        ("随手写的", False),
        ("", False),
    ],
)
def test_an_old_template_is_told(stamp: str, is_old: bool) -> None:
    cover = cover_grid()
    cover = replace(cover, rows=[*cover.rows, ["", catalog.cover().stamp_label, stamp]])
    held = judge(cover, form_grid("ledger", [row("ledger")]))
    assert [(f.level, f.code) for f in held.findings] == [("warning", "old-template")] * is_old
    assert kept(held) == ([4], [])


def test_supervision_comes_from_the_office_alone() -> None:
    seen = judged({"supervision": [row("supervision")]}, cover=OFFICE)
    assert (seen.verdict, seen.findings, kept(seen)) == ("accepted", (), ([4], []))
    small = judged({"supervision": [row("supervision", unit_code="kx02")]}, cover=OFFICE)
    assert told(small) == [("fixed", "fixed-text", 4, "unit_code")] and small.forms[0].rows()[0].values[1] == "KX02"
    held = judged({"supervision": [row("supervision")], "ledger": [row("ledger")]})
    assert (held.verdict, held.forms) == ("returned", ())
    assert [(f.level, f.code, f.form) for f in held.findings] == [("error", "unit-mismatch", "cover")]
    held = judged({"supervision": [], "ledger": [row("ledger")]})
    assert (held.verdict, [f.code for f in held.findings], kept(held)) == ("accepted", ["no-rows"], ([4], []))


@pytest.mark.parametrize("typed", ["kx02-t001", "kx02-T001", "KX02\u2014T001", "KX02-T001"])
def test_the_number_of_an_item_is_understood_where_a_row_is_about_it(typed: str) -> None:
    held = judged({"supervision": [row("supervision", item_id=typed)]}, cover=OFFICE)
    told_of = [] if typed == "KX02-T001" else [("fixed", "fixed-text", 4, "item_id")]
    assert (told(held), held.forms[0].good[0].values[2]) == (told_of, "KX02-T001")


# ---- one cell, one finding


@pytest.mark.parametrize(
    ("changes", "code", "column"),
    [
        ({"due": "2005.5.28"}, "workday", "due"),  # the warning of a rule before fixed-date
        ({"due": "2005.6.1"}, "window", "due"),  # the error of a rule before fixed-date
        ({"due": date(2005, 6, 4)}, "window", "due"),  # an error before a warning
        ({"percent": 150.0}, "range", "percent"),  # a cell before a rule
        ({"percent": "100"}, "consistent", "percent"),
        ({"completed": date(2005, 6, 20)}, "empty-when", "completed"),  # rules in the order of the form
        ({"status": "办结", "percent": 1, "result": "好"}, "required-when", "completed"),
        ({"problem": " 短 "}, "length", "problem"),
    ],
)
def test_a_cell_has_one_finding(changes: Mapping[str, Any], code: str, column: str) -> None:
    held = ledger(changes)
    assert [f.code for f in held.findings if f.column == column] == [code]


def test_the_findings_of_a_row_stand_in_the_order_of_its_columns() -> None:
    held = ledger({"urgency": "紧急", "goal": None, "handling": "逐步解决", "due": "不知道", "percent": "过半"})
    assert [f.column for f in held.findings] == ["urgency", "goal", "explanation", "due", "percent"]
    assert [f.cell for f in held.findings] == ["H4", "J4", "M4", "R4", "T4"]


def test_of_two_keys_of_one_row_each_is_told_in_its_own_cell() -> None:
    held = ledger({"item_id": "KX02-T001"}, {"item_id": "KX02-T001"})
    assert told(held) == [
        ("error", "duplicate", 4, "item_id"),
        ("error", "duplicate", 5, "item_id"),
        ("warning", "duplicate", 5, "problem"),
    ]


@pytest.mark.parametrize("form", ["ledger", "measures", "activities"])
def test_the_quick_look_at_keys_changes_no_finding(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = catalog.forms()[form].rules
    column = next(rule.column for rule in rules if rule.code == "duplicate" and rule.on != ("item_id",))
    base = row(form)[column]
    values = [base, f" {base}", f"{base[0]}\u3000{base[1:]}", f"\u200b{base}", "另一件事情的内容", 12345678, None]
    books = [{form: [row(form, **{column: value}) for value in pair]} for pair in product(values, repeat=2)]
    quick = [judged(book) for book in books]
    monkeypatch.setattr(sheet_judging, "_are_keys_distinct", lambda sheets, rule: False)
    assert [told(judged(book)) for book in books] == [told(held) for held in quick]
    assert any(f.code == "duplicate" for held in quick for f in held.findings)


def test_the_quick_look_at_keys_needs_the_rule_s_own_column_in_the_key() -> None:
    form = catalog.forms()["ledger"]
    rule = next(rule for rule in form.rules if rule.on == ("problem",))
    values = [[f"{c.name}{n}" if c.name == "problem" else c.name for c in form.columns] for n in range(2)]
    rows = [SimpleNamespace(values=row_values) for row_values in values]
    sheets: Any = [SimpleNamespace(sheet=SimpleNamespace(form=form), rows=rows)]
    assert sheet_judging._are_keys_distinct(sheets, rule)
    assert not sheet_judging._are_keys_distinct(sheets, replace(rule, on=("goal",)))


def test_what_the_sheet_shows_is_told_before_what_stands_between_returns() -> None:
    number = {"item_id": "KX03-T001"}
    held = ledger(number, {**number, "problem": "服务群众不够主动"})
    assert told(held) == [("error", "duplicate", 4, "item_id"), ("error", "duplicate", 5, "item_id")]


def test_a_header_that_was_fixed_and_misses_somebody_has_one_finding() -> None:
    grid = form_grid("survey", [row("survey", participant="服务对象")])
    grid.rows[2][0] = "参评对象"
    assert told(judged({}, sheets=[grid])) == [("warning", "coverage", 3, "participant")]


CELLS: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from(
        [None, "无", "2005.5.32", "2005.5.28", date(2005, 5, 20), 0.5, 50.0, 150.0, "已完成", "办结", "是"]
    ),
    st.sampled_from(
        ["#REF!", " 空格 ", "KX02-T001", "KX03-T001", "立说立改", "长期坚持", "长期", "示例丙,示例丁", True]
    ),
)


@given(
    st.lists(st.dictionaries(st.sampled_from(LEDGER), CELLS, max_size=8), max_size=4),
    st.dictionaries(st.sampled_from(["filled_on", "unit_code", "unit_name", "filled_by"]), CELLS, max_size=2),
)
def test_no_cell_ever_has_two(rows: list[dict[str, Any]], cover: dict[str, Any]) -> None:
    held = ledger(*rows, cover=cover)
    places = [(f.sheet, f.cell) for f in held.findings if f.cell]
    assert len(places) == len(set(places))
    errors = {f.row for f in held.findings if f.level == "error" and f.form == "ledger" and f.code != "missing-column"}
    assert held.forms == () or set(kept(held)[1]) == errors


@pytest.mark.parametrize("name", [c.name for c in catalog.forms()["ledger"].columns if c.kind != "text"])
def test_a_value_that_cannot_be_read_is_never_also_missing(name: str) -> None:
    held = ledger({name: "#REF!"})
    assert codes(held) == [("error-value", 4, name)]


def test_what_a_finding_carries() -> None:
    (finding,) = ledger({"completed": "2005.5.32"}).findings
    assert finding == Finding(
        level="error",
        code="date",
        file="a.xlsx",
        sheet="整改台帐",
        cell="V4",
        row=4,
        column="completed",
        label="完成日期",
        value="2005.5.32",
        form="ledger",
    )
    assert sentence(finding) == "「整改台帐」V4「完成日期」填写的“2005.5.32”不是有效日期，请按 2005-05-20 的格式填写。"


def test_a_bad_row_keeps_what_was_typed() -> None:
    (bad,) = ledger({"due": "2005.5.32", "percent": 50, "completed": None}).forms[0].bad
    typed = dict(zip(LEDGER, bad.typed, strict=True))
    assert (typed["due"], typed["percent"], typed["completed"]) == ("2005.5.32", "50", "")
    assert dict(zip(LEDGER, bad.values, strict=True))["due"] is None


@pytest.mark.parametrize("form", catalog.forms())
@pytest.mark.parametrize("blank", [None, "无", "　"])
def test_what_is_asked_for_is_missed(form: str, blank: str | None) -> None:
    facts = catalog.forms()[form]
    cover = OFFICE if facts.filled_by == "office" else {}
    for name in (c.name for c in facts.columns if c.required and c.name not in ("aspect", "scope", "manner")):
        held = judged({form: [row(form) | {name: blank}]}, cover=cover)
        assert told(held) == [("error", "required", 4, name)]
        assert held.findings[0].cell.endswith("4")


# ---- columns that are missing, and what stands beside the columns


def without(name: str, *rows: Mapping[str, Any], form: str = "ledger") -> Return:
    names = [c.name for c in catalog.forms()[form].columns if c.name != name]
    return judged({}, sheets=[form_grid(form, rows or [row(form)], columns=names)])


@pytest.mark.parametrize("form", catalog.forms())
def test_a_missing_column_is_an_error_where_it_is_asked_for(form: str) -> None:
    facts = catalog.forms()[form]
    asked = {c.name for c in facts.columns if c.required}
    asked |= {r.column for r in facts.rules if r.code == "required-when"}
    optional = {"aspect", "scope", "manner"} if form == "ledger" else set()
    cover = OFFICE if facts.filled_by == "office" else {}
    for name in (c.name for c in facts.columns):
        names = [c.name for c in facts.columns if c.name != name]
        held = judged({}, sheets=[form_grid(form, [row(form)], columns=names)], cover=cover)
        level = "error" if name in asked else "warning"
        assert told(held) == ([] if name in optional else [(level, "missing-column", 3, name)])
        assert kept(held) == (([], [4]) if name in asked - optional else ([4], []))


def test_a_missing_column_holds_the_rows_of_its_own_sheet_only() -> None:
    names = [name for name in LEDGER if name != "goal"]
    lame = form_grid("ledger", [row("ledger", problem="服务群众不够")], columns=names)
    held = ledger({}, sheets=[replace(lame, title="整改台帐 (2)")])
    assert [(r.sheet, r.row) for f in held.forms for r in f.good] == [("整改台帐", 4)]
    assert [(r.sheet, r.row) for f in held.forms for r in f.bad] == [("整改台帐 (2)", 4)]


def test_a_rule_on_a_missing_column_is_not_judged() -> None:
    held = without("status", row("ledger", percent=1, progress=None, completed=date(2005, 5, 20)))
    assert codes(held) == [("missing-column", 3, "status")]


def test_a_rule_on_a_value_that_cannot_be_read_is_not_judged() -> None:
    held = ledger({"status": "差不多了", "percent": 1, "progress": None, "completed": date(2005, 5, 20)})
    assert codes(held) == [("choice", 4, "status")]
    assert codes(ledger({"horizon": "#N/A", "due": date(2006, 1, 4)})) == [("error-value", 4, "horizon")]


def test_two_sheets_of_one_form_are_read_as_one() -> None:
    more = form_grid("ledger", [row("ledger"), row("ledger", problem="服务群众不够主动")])
    held = ledger({}, sheets=[replace(more, title="整改台帐 (2)")])
    assert told(held) == [("warning", "twin-sheet", None, ""), ("error", "duplicate", 4, "problem")]
    assert {f.sheet for f in held.findings} == {"整改台帐 (2)"}
    assert [(r.sheet, r.row) for f in held.forms for r in f.good] == [("整改台帐", 4), ("整改台帐 (2)", 5)]


def test_what_stands_beside_the_columns_is_told_once_a_column() -> None:
    grid = form_grid("ledger", [row("ledger"), row("ledger", problem="服务群众不够主动")])
    grid.rows[2].append("备案号")
    grid.rows[3].extend(["X1", "", "算式"])
    grid.rows[4].extend(["X2", "", "还有", 7.0])
    held = judged({}, sheets=[grid])
    assert [(f.level, f.code, f.cell, f.value) for f in held.findings] == [
        ("warning", "extra-column", "Y3", "备案号"),
        ("warning", "extra-column", "AA4", "算式"),
        ("warning", "extra-column", "AB5", "7"),
    ]
    assert kept(held) == ([4, 5], [])


@pytest.mark.parametrize(
    ("hidden", "is_told"), [((4,), True), ((4, 5), True), ((1, 2, 3), False), ((9,), False), ((), False)]
)
def test_hidden_rows_are_told_and_read(hidden: tuple[int, ...], is_told: bool) -> None:
    rows = [row("ledger"), row("ledger", problem="服务群众不够主动")]
    held = judged({}, sheets=[replace(form_grid("ledger", rows), hidden_rows=hidden)])
    assert told(held) == [("warning", "hidden-rows", 4, "")] * is_told
    assert kept(held) == ([4, 5], [])


def test_a_renamed_sheet_is_told() -> None:
    held = judged({}, sheets=[replace(form_grid("ledger", [row("ledger")]), title="Sheet1")])
    assert [(f.level, f.code, f.sheet) for f in held.findings] == [("fixed", "fixed-header", "Sheet1")]
    assert kept(held) == ([4], [])


# ---- numbers and keys


@pytest.mark.parametrize(
    ("number", "expected", "value"),
    [
        ("KX02-T001", [], "KX02-T001"),
        ("KX03-T001", [("error", "foreign-id", 4, "item_id")], "KX03-T001"),
        ("KX0-T001", [("error", "foreign-id", 4, "item_id")], "KX0-T001"),
        ("KX02-C001", [("fixed", "fixed-id", 4, "item_id")], None),
        ("12", [("fixed", "fixed-id", 4, "item_id")], None),
        (12, [("fixed", "fixed-id", 4, "item_id")], None),
        ("ＫＸ０２－Ｔ００１", [("fixed", "fixed-text", 4, "item_id")], "KX02-T001"),
        ("kx02-T001", [("fixed", "fixed-text", 4, "item_id")], "KX02-T001"),
        ("kx03-T001", [("error", "foreign-id", 4, "item_id")], "kx03-T001"),
        ("kx02-c001", [("fixed", "fixed-id", 4, "item_id")], None),
    ],
)
def test_the_number_of_a_row(number: Any, expected: list[Any], value: str | None) -> None:
    held = ledger({"item_id": number})
    assert told(held) == expected
    (only,) = held.forms[0].rows()
    assert only.values[0] == value


def test_the_numbers_of_units_that_were_merged_go_on() -> None:
    gone = (
        Unit(code="KX05", name="示例第五党支部", kind="党支部", merged_into="KX04", stopped_on=date(2005, 5, 1)),
        Unit(code="KX04", name="示例第四党支部", kind="党支部", merged_into="KX02", stopped_on=date(2005, 5, 2)),
    )
    rows = [{"item_id": f"{code}-T001", "problem": f"{code}的问题"} for code in ("KX02", "KX04", "KX05", "KX03")]
    assert told(ledger(*rows, settings=settings_for(units=(*UNITS, *gone)))) == [("error", "foreign-id", 7, "item_id")]


def test_equal_numbers_all_wait_and_equal_keys_all_but_the_first() -> None:
    numbered = ledger(*({"item_id": "KX02-T001", "problem": f"第{i}个问题"} for i in range(3)))
    assert kept(numbered) == ([], [4, 5, 6])
    keyed = ledger({}, {}, {"problem": "另一个问题"}, {})
    assert kept(keyed) == ([4, 6], [5, 7])


def test_equal_keys_with_their_own_numbers_are_only_told() -> None:
    held = ledger({"item_id": "KX02-T001"}, {"item_id": "KX02-T002"})
    assert (held.verdict, kept(held)) == ("accepted", ([4, 5], []))
    assert told(held) == [("warning", "duplicate", 5, "problem")]


def test_a_number_that_was_dropped_is_missing() -> None:
    assert [
        level for level, code, *_ in told(ledger({"item_id": "一"}, {"item_id": "KX02-T002"})) if code == "duplicate"
    ] == ["error"]


def test_a_key_that_is_blank_or_cannot_be_read_is_no_key() -> None:
    assert [f.code for f in ledger({"problem": None}, {"problem": None}).findings] == ["required", "required"]
    assert [f.code for f in ledger({"problem": "#N/A"}, {"problem": "#N/A"}).findings] == ["error-value"] * 2


# ---- a restricted form leaks nothing

SECRETS = {
    "member": "示例辛",
    "situation": "长期不参加组织生活",
    "help": "结对帮助谈心谈话",
    "helper": "示例壬",
    "outcome": "正在转化之中",
}
SECRET_ROWS: list[dict[str, Any]] = [
    {},
    {"helper": "示例辛，示例壬"},
    {"situation": "不来"},
    {"help": " 结对帮助谈心谈话 "},
    {"due": "2005.5.32示例辛"},
    {"due": "5月31日"},
    {"member": "示例辛" * 10},
    {"outcome": "#REF!"},
    {"member": None},
    {"member": 12.0},
]


@pytest.mark.parametrize("changes", SECRET_ROWS)
@pytest.mark.parametrize("title", ["教育转化登记", "Sheet1"])
def test_a_restricted_form_leaks_nothing(changes: Mapping[str, Any], title: str) -> None:
    first, second = ({**row("guidance"), **SECRETS}, {**row("guidance"), **SECRETS, **changes})
    grid = replace(form_grid("guidance", [first, second]), title=title, hidden_rows=(4, 5))
    grid.rows[2].append("示例辛的电话")
    grid.rows[3].extend(["示例辛", "结对帮助"])
    held = judged({}, sheets=[grid])
    assert held.findings
    said = repr(held) + "".join(sentence(f, lang) for f in held.findings for lang in ("zh", "en"))
    for secret in ("示例辛", "示例壬", "组织生活", "结对帮助", "正在转化", "2005-05-31", "5月31日", "5.32", "不来"):
        assert secret not in said
    assert all(r.values == () and r.typed == () for f in held.forms for r in f.rows())


def test_the_rows_of_a_restricted_form_are_still_counted() -> None:
    held = judged({"guidance": [row("guidance"), row("guidance", member="示例子", help="帮")]})
    assert kept(held) == ([4], [5])
    assert told(held) == [("error", "length", 5, "help")]
    assert held.findings[0].value == ""


# ---- neither the order of the columns nor the rows around matter

FLAWED = st.dictionaries(st.sampled_from(list(FLAWS)), st.booleans(), max_size=6).map(
    lambda chosen: {name: FLAWS[name] for name in chosen}
)


def of_rows(held: Return) -> list[tuple[str, str, int | None, str, str]]:
    """The findings of the rows, whatever column they stand in."""
    return sorted((f.level, f.code, f.row or 0, f.column, f.value) for f in held.findings if f.code != "fixed-header")


@given(st.permutations(LEDGER), st.lists(FLAWED, min_size=1, max_size=4))
def test_the_order_of_the_columns_changes_no_row(names: list[str], flawed: Sequence[Mapping[str, Any]]) -> None:
    rows = [row("ledger", **{"problem": f"第{i}个问题", **flaws}) for i, flaws in enumerate(flawed)]
    usual, shuffled = (judged({}, sheets=[form_grid("ledger", rows, columns=order)]) for order in (LEDGER, names))
    assert of_rows(usual) == of_rows(shuffled)
    assert [(f.good, f.bad) for f in usual.forms] == [(f.good, f.bad) for f in shuffled.forms]


@given(st.lists(FLAWED, min_size=1, max_size=5), st.integers(0, 60))
def test_a_rows_findings_do_not_depend_on_the_rows_around(flawed: list[Mapping[str, Any]], filling: int) -> None:
    own = [{"problem": f"第{i}个问题", "item_id": None} for i in range(len(flawed))]
    rows = [row("ledger", **{**flaws, **mine}) for flaws, mine in zip(flawed, own, strict=True)]
    around = [row("ledger", problem=f"旁边第{i}个问题") for i in range(filling)]
    together = judged({"ledger": [*around, *rows]})
    alone = [judged({"ledger": [{}] * (filling + i) + [values]}) for i, values in enumerate(rows)]
    assert of_rows(together) == sorted(finding for held in alone for finding in of_rows(held))


@given(st.lists(FLAWED, min_size=2, max_size=6))
def test_the_same_workbook_gets_the_same_verdict(flawed: list[Mapping[str, Any]]) -> None:
    assert ledger(*flawed) == ledger(*flawed)
