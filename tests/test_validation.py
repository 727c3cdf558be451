from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rectify_xl.excel.templates.validation import (
    TESTS,
    Need,
    clipped,
    conditions_of,
    need_of,
    prompt_for,
    validation_for,
)
from rectify_xl.facts import catalog
from rectify_xl.kinds import excel_length
from rectify_xl.model import Column

FORMS = catalog.forms()


@pytest.mark.parametrize(
    ("form", "column", "optional", "need"),
    [
        ("ledger", "item_id", (), Need.ASSIGNED),
        ("ledger", "problem", (), Need.REQUIRED),
        ("ledger", "aspect", (), Need.REQUIRED),
        ("ledger", "aspect", ("整改层面",), Need.OPTIONAL),
        ("ledger", "due", (), Need.CONDITIONAL),
        ("ledger", "note", (), Need.OPTIONAL),
        ("branches", "secretary", (), Need.CONDITIONAL),
        ("supervision", "item_id", (), Need.OPTIONAL),
    ],
)
def test_whether_a_column_has_to_be_filled(form: str, column: str, optional: tuple[str, ...], need: Need) -> None:
    assert need_of(FORMS[form].column(column), FORMS[form], optional) is need


def test_when_a_column_has_to_be_filled() -> None:
    assert len(conditions_of(FORMS["ledger"].column("due"), FORMS["ledger"])) == 1
    assert len(conditions_of(FORMS["institutions"].column("document"), FORMS["institutions"])) == 1
    assert conditions_of(FORMS["ledger"].column("problem"), FORMS["ledger"]) == ()


def test_there_is_a_test_for_every_kind() -> None:
    assert set(TESTS) == set(catalog.KINDS)
    assert set(catalog.words("template")["kinds"]) == set(catalog.KINDS)


@pytest.mark.parametrize(
    ("column", "test"),
    [
        (Column(name="a", label="甲", kind="text"), {"validate": "any"}),
        (
            Column(name="a", label="甲", kind="people", length=(2, 9)),
            {"validate": "length", "minimum": 2, "maximum": 9},
        ),
        (
            Column(name="a", label="甲", kind="integer"),
            {"validate": "integer", "minimum": 1 - 10**15, "maximum": 10**15 - 1},
        ),
        (
            Column(name="a", label="甲", kind="integer", range=(1.0, 9.0)),
            {"validate": "integer", "minimum": 1, "maximum": 9},
        ),
        (Column(name="a", label="甲", kind="percent"), {"validate": "decimal", "minimum": 0, "maximum": 1}),
        (Column(name="a", label="甲", kind="choice", choices="x"), {"validate": "any"}),
    ],
)
def test_what_a_column_takes(column: Column, test: dict[str, object]) -> None:
    made = validation_for(column, "提示")
    assert {key: made[key] for key in test} == test
    assert made["input_message"] == "提示"
    assert ("error_message" in made) is (test["validate"] != "any")


def test_a_list_is_called_by_its_name() -> None:
    made = validation_for(Column(name="a", label="甲", kind="choice", choices="x"), "提示", "list_x")
    assert (made["validate"], made["source"]) == ("list", "=list_x")


def test_a_prompt_says_need_way_condition_and_hint() -> None:
    column = Column(name="a", label="甲", kind="integer", range=(1, 9), hint="单位：人。")
    told = prompt_for(column, Need.CONDITIONAL, ("「乙」为“是”时，「甲」必填",))
    assert told == "条件必填。填写整数（1至9）。「乙」为“是”时，「甲」必填。单位：人。"


@given(st.text(), st.integers(2, 40))
def test_a_cut_text_is_as_long_as_excel_allows(text: str, limit: int) -> None:
    cut = clipped(text, limit)
    assert excel_length(cut) <= limit
    assert cut == text or (cut.endswith("…") and text.startswith(cut[:-1]) and excel_length(cut) >= limit - 1)
