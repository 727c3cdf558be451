"""Forms as pandera schemas: typed frames in, codes out."""

from __future__ import annotations

import re
import warnings
from datetime import date
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typed_rows import FORMS, FUNCTIONS, OFFICE, RULING, YEAR, framed, rows_of, texts_of, typed

from rectify_xl.frames.schema import dtypes_for, schema_for
from rectify_xl.model import Settings
from rectify_xl.rules.expression_python import compile_rules


def broken(schema: Any, frame: pd.DataFrame) -> tuple[dict[str, list[int]], set[str]]:
    """({check: failing rows}, warned codes); an exception inside a check is a failure of the test."""
    from pandera.errors import SchemaErrors

    failed: dict[str, list[int]] = {}
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            schema.validate(frame, lazy=True)
        except SchemaErrors as error:
            for trouble in error.schema_errors:
                # A crash inside a check is a bug of ours, not the frame's.
                assert trouble.reason_code.name != "CHECK_ERROR", trouble
                check = trouble.check if isinstance(trouble.check, str) else trouble.check.name
                cases = trouble.failure_cases
                rows = sorted(set(cases["index"].dropna())) if isinstance(cases, pd.DataFrame) else []
                failed[f"{getattr(trouble.schema, 'name', '')}/{check}"] = rows
    return failed, {re.findall(r"([\w-]+) failure cases", str(w.message))[0] for w in warned}


GOOD: dict[str, Any] = {
    "problem": "会议多，调研少",
    "source": "群众意见",
    "category": "其他",
    "aspect": "工作整改",
    "scope": "重点整改",
    "manner": "集中整改",
    "urgency": "急",
    "difficulty": "易",
    "goal": "少开会",
    "measure": "精简会议",
    "handling": "限期整改",
    "pledged": "是",
    "horizon": "近期",
    "department": "示例部",
    "owner": "示例甲",
    "due": date(2005, 5, 20),
    "status": "已完成",
    "percent": 1.0,
    "progress": "已精简",
    "completed": date(2005, 5, 18),
    "result": "会议减半",
}


def test_a_good_frame_passes() -> None:
    ledger = FORMS["ledger"]
    frame = framed(ledger, GOOD, filled_on=[pd.Timestamp(2005, 5, 20)], unit_code=["KX01"])
    assert broken(schema_for(ledger, OFFICE), frame) == ({}, set())
    assert broken(ledger.schema, frame) == ({}, set())


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"problem": None}, "problem/not_nullable"),
        ({"problem": "太短吧"}, "problem/length"),
        ({"problem": "𠮷𠮷"}, None),
        ({"source": "道听途说"}, "source/choice"),
        ({"category": "道听途说"}, "category/choice"),
        ({"result": None}, "ledger/required-when:4"),
        ({"percent": 0.5}, "ledger/consistent:6"),
        ({"due": date(2005, 6, 1)}, "ledger/window:12"),
        ({"due": date(2005, 5, 11)}, "ledger/window:12"),
        ({"completed": date(2005, 5, 21)}, "ledger/window:15"),
        ({"handling": "说明情况"}, "ledger/required-when:0"),
        ({"handling": "挂牌督办", "pledged": "否"}, "ledger/consistent:10"),
    ],
)
def test_a_bad_row_is_told(change: dict[str, Any], told: str | None) -> None:
    ledger = FORMS["ledger"]
    frame = framed(ledger, GOOD, GOOD | change, filled_on=[pd.Timestamp(2005, 5, 20)] * 2)
    failed, _ = broken(schema_for(ledger, OFFICE), frame)
    assert list(failed) == ([told] if told else [])
    assert told is None or failed[told] == [1]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"due": date(2005, 5, 21)}, {"workday"}),
        ({"completed": date(2005, 5, 10)}, {"window"}),
        ({}, set()),
    ],
)
def test_warnings_only_warn(change: dict[str, Any], told: set[str]) -> None:
    frame = framed(FORMS["ledger"], GOOD | change)
    failed, warned = broken(schema_for(FORMS["ledger"], OFFICE), frame)
    assert not failed
    assert warned == told


def test_a_cell_and_a_rule_are_both_told() -> None:
    failed, _ = broken(schema_for(FORMS["ledger"], OFFICE), framed(FORMS["ledger"], GOOD, GOOD | {"percent": 1.5}))
    assert failed == {"percent/range": [1], "ledger/consistent:6": [1]}


def test_what_settings_decide() -> None:
    ledger = FORMS["ledger"]
    blank = framed(ledger, GOOD | {"aspect": None, "category": "道听途说", "due": date(2006, 5, 19)})
    assert set(broken(schema_for(ledger), blank)[0]) == {"aspect/not_nullable"}
    loose = Settings(campaign="", organisation="", optional_columns=("整改层面",))
    assert broken(schema_for(ledger, loose), blank) == ({}, set())
    assert broken(schema_for(ledger, loose), blank.drop(columns="aspect")) == ({}, set())
    late = schema_for(ledger, loose, bounds={"stage_end": date(2005, 5, 31)})
    assert broken(late, blank)[0] == {"ledger/window:12": [0]}
    assert broken(schema_for(ledger, OFFICE, bounds={"stage_end": None}), framed(ledger, GOOD)) == ({}, set())


@pytest.mark.parametrize(
    ("row", "unit", "told"),
    [
        ({"authority": "省委先进办", "document": "整改方案"}, "KX01", {"filings/authority:0": [0]}),
        ({"authority": "省科协先进性教育活动办公室", "document": "整改方案"}, "KX01", {}),
        ({"authority": "省委先进办", "document": "整改方案"}, "KX99", {}),
        ({"authority": "省委先进办", "document": "测评结果"}, "KX01", {}),
        ({"authority": "省委先进办", "document": "整改方案"}, None, {}),
    ],
)
def test_an_authority_is_judged_by_the_kind_of_the_unit(row: dict[str, Any], unit: str, told: Any) -> None:
    filings = FORMS["filings"]
    frame = framed(filings, row | {"filed_on": date(2005, 5, 20), "copies": 1}, unit_code=[unit])
    assert broken(schema_for(filings, OFFICE), frame)[0] == told
    assert broken(schema_for(filings), frame)[0] == {}
    assert broken(schema_for(filings, OFFICE), frame.drop(columns="unit_code"))[0] == {}


def test_members_do_not_help_themselves_even_without_settings() -> None:
    guidance = FORMS["guidance"]
    row = {"member": "示例甲", "situation": "示例情形", "help": "示例措施", "due": date(2005, 5, 20)}
    frame = framed(guidance, row | {"helper": "示例乙、示例 甲"}, row | {"helper": "示例甲乙"})
    assert broken(schema_for(guidance), frame)[0] == {"guidance/reviewer:0": [0]}


def test_numbers_stand_once_in_a_unit() -> None:
    ledger = FORMS["ledger"]
    numbers = ["KX01-T001", None, "KX01-T001", None]
    rows = [GOOD | {"item_id": number} for number in numbers]
    same = framed(ledger, *rows, unit_code=["KX01", "KX01", "KX01", "KX01"])
    assert broken(schema_for(ledger), same)[0] == {"ledger/duplicate:18": [0, 2]}
    assert broken(schema_for(ledger), same.drop(columns="unit_code"))[0] == {"ledger/duplicate:18": [0, 2]}
    assert broken(schema_for(ledger), same.assign(unit_code=["KX01", "KX01", "KX02", "KX02"]))[0] == {}


@pytest.mark.parametrize("name", FORMS)
def test_an_empty_frame_of_the_dtypes_passes(name: str) -> None:
    form = FORMS[name]
    frame = pd.DataFrame({column: pd.Series(dtype=dtype) for column, dtype in dtypes_for(form).items()})
    assert broken(form.schema, frame) == ({}, set())
    assert broken(schema_for(form, OFFICE), frame) == ({}, set())


@pytest.mark.parametrize(
    ("column", "dtype"),
    [
        *(("problem", dtype) for dtype in ("object", "str", "string", "category")),
        *(("status", dtype) for dtype in ("object", "str", "string", "category")),
        *(("due", f"datetime64[{unit}]") for unit in ("s", "ms", "us", "ns")),
        *(("percent", dtype) for dtype in ("float64", "Float64")),
    ],
)
def test_dtypes_that_pandas_may_choose_are_taken(column: str, dtype: str) -> None:
    ledger = FORMS["ledger"]
    frame = framed(ledger, GOOD, GOOD | {"status": "整改中", "percent": 0.5}).astype({column: dtype})
    assert set(broken(ledger.schema, frame)[0]) == {"ledger/empty-when:5"}


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("problem", [1, "会议多，调研少"]),
        ("status", [date(2005, 5, 20), "已完成"]),
        ("owner", [7, 8]),
        ("due", ["2005-05-20", None]),
        ("percent", ["100%", "50%"]),
    ],
)
def test_wrong_dtypes_are_told_and_break_no_check(column: str, values: list[Any]) -> None:
    ledger = FORMS["ledger"]
    frame = framed(ledger, GOOD, GOOD).assign(**{column: pd.Series(values, dtype=object)})
    failed, _ = broken(schema_for(ledger, OFFICE), frame)
    assert f"{column}/dtype" in failed or any(key.startswith(f"{column}/dtype(") for key in failed)


def test_a_missing_column_is_told_and_its_rules_rest() -> None:
    ledger = FORMS["ledger"]
    failed, _ = broken(schema_for(ledger, OFFICE), framed(ledger, GOOD).drop(columns=["status", "completed", "note"]))
    assert set(failed) == {"ledger/column_in_dataframe"}


@pytest.mark.parametrize("index", [["a", "b", "b"], pd.MultiIndex.from_tuples([("a", 1), ("b", 1), ("b", 1)])])
def test_a_broken_rule_is_told_in_words_at_its_own_cell(index: Any) -> None:
    from pandera.errors import SchemaErrors

    ledger = FORMS["ledger"]
    rows = framed(ledger, GOOD, GOOD | {"completed": None}, GOOD | {"percent": 0.5}).set_axis(pd.Index(index))
    with pytest.raises(SchemaErrors) as error:
        schema_for(ledger, OFFICE).validate(rows, lazy=True)
    cases = error.value.failure_cases.astype(object)
    told = [(column, check, str(place)) for column, check, place in cases[["column", "check", "index"]].to_numpy()]
    places = [str(place) for place in rows.index]
    assert sorted(told) == [("completed", "required-when", places[1]), ("percent", "consistent", places[2])]
    assert "「整改状态」为“已完成”时，「完成日期」必填。 required-when" in str(error.value.schema_errors[0])


@pytest.mark.parametrize("name", FORMS)
@settings(max_examples=8)
@given(data=st.data())
def test_the_schema_finds_the_rows_that_the_judge_finds(name: str, data: st.DataObject) -> None:
    form = FORMS[name]
    rows = data.draw(rows_of(form))
    filled_on = date(YEAR, 5, 16)
    judged = [rule for rule in form.rules if rule.holds]
    breaks = compile_rules(
        [(r.index, r.when, r.holds) for r in judged], form.positions, texts_of(form), FUNCTIONS
    )
    wanted: dict[str, list[int]] = {}
    for place, row in enumerate(rows):
        for index in breaks(row, RULING.bounds(filled_on, "党支部")):
            if form.rules[index].level == "error":
                wanted.setdefault(f"{form.name}/{form.rules[index].code}:{index}", []).append(place)
    frame = typed(form, rows).assign(filled_on=pd.Timestamp(filled_on))
    if "unit_code" not in frame.columns:
        frame = frame.assign(unit_code="KX01")
    failed, _ = broken(schema_for(form, OFFICE), frame)
    told = {key: places for key, places in failed.items() if key.startswith(f"{form.name}/") and "duplicate" not in key}
    assert told == wanted
