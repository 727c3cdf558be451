"""The two faces of every rule, the judge's Python and the frame's, agree row by row."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typed_rows import BOUND_VALUES, FORMS, FUNCTIONS, framed, rows_of, texts_of, typed

from rectify_xl.frames import expression_frames
from rectify_xl.model import Form
from rectify_xl.rules.expression import BOUNDS, Among, And, Arithmetic, Call, Compare, Const, Filled, Name, Node, Or
from rectify_xl.rules.expression_python import compile_rules, compile_test
from rectify_xl.rules.expression_text import parse


def agree(node: Node, form: Form, rows: list[list[Any]], frame: pd.DataFrame, bounds: dict[str, Any]) -> None:
    """That both faces tell the same rows definitely true, and the same ones definitely false; `frame` holds them."""
    texts, held = texts_of(form), [bounds[name] for name in BOUNDS]
    judge = compile_test(node, form.positions, texts, FUNCTIONS)
    denies = compile_rules([(0, None, node)], form.positions, texts, FUNCTIONS)
    true, false = expression_frames.test_frame(node, frame, bounds, FUNCTIONS, texts=texts)
    assert [bool(judge(row, held)) for row in rows] == true.tolist()
    assert [bool(denies(row, held)) for row in rows] == false.tolist()


@pytest.mark.parametrize("name", FORMS)
@settings(max_examples=15)
@given(data=st.data())
def test_every_rule_of_every_form_agrees(name: str, data: st.DataObject) -> None:
    form = FORMS[name]
    rows, bounds = data.draw(rows_of(form)), data.draw(BOUND_VALUES)
    frame = typed(form, rows)
    trees = [tree for rule in form.rules for tree in (rule.when, rule.holds)]
    trees += [form.started, form.closed_when, *((form.deadline.done, form.deadline.standing) if form.deadline else ())]
    for tree in filter(None, trees):
        agree(tree, form, rows, frame, bounds)


LEDGER, SURVEY = FORMS["ledger"], FORMS["survey"]
ATOMS: st.SearchStrategy[Node] = st.one_of(
    st.builds(Filled, st.sampled_from(["due", "note", "percent", "status"]), st.booleans()),
    st.builds(Among, st.just("status"), st.sets(st.sampled_from(["已完成", "整改中"]), min_size=1).map(tuple)),
    st.builds(Compare, st.sampled_from(["=", "!="]), st.just(Name("status")), st.just(Const("已完成"))),
    st.builds(
        Compare,
        st.sampled_from(["=", "!=", "<", "<=", ">", ">="]),
        st.sampled_from(["due", "completed", "stage_start", "filled_on"]).map(Name),
        st.sampled_from(["due", "completed", "stage_end"]).map(Name),
    ),
    st.builds(
        Compare,
        st.sampled_from(["=", "<", ">="]),
        st.just(Arithmetic("*", Name("percent"), Const(2.0))),
        st.just(Arithmetic("+", Name("percent"), Const(0.5))),
    ),
    st.builds(Call, st.just("is_workday"), st.just(("due",))),
    st.builds(Compare, st.sampled_from(["=", "!="]), st.just(Name("note")), st.just(Name("progress"))),
)
TREES = st.recursive(
    ATOMS,
    lambda parts: st.builds(And, st.lists(parts, min_size=1, max_size=3).map(tuple))
    | st.builds(Or, st.lists(parts, min_size=1, max_size=3).map(tuple)),
    max_leaves=6,
)


@settings(max_examples=100)
@given(node=TREES, rows=rows_of(LEDGER), bounds=BOUND_VALUES)
def test_any_expression_agrees(node: Node, rows: list[list[Any]], bounds: dict[str, Any]) -> None:
    agree(node, LEDGER, rows, typed(LEDGER, rows), bounds)


@pytest.mark.parametrize(
    ("text", "row", "true", "false"),
    [
        ("issued < valid", {"issued": 1, "valid": 2}, True, False),
        ("issued < valid", {"issued": 2, "valid": 2}, False, True),
        ("issued < valid", {"issued": 1}, False, False),
        ("issued != valid", {"issued": 1}, False, False),
        ("issued is filled", {}, False, True),
        ("issued is blank", {}, True, False),
        ("issued < valid and issued is blank", {"issued": 1}, False, True),
        ("issued < valid or valid is blank", {"issued": 1}, True, False),
        ("issued < valid or valid is filled", {"issued": 1}, False, False),
        ("surveyed_on <= filled_on", {"surveyed_on": date(2005, 5, 20)}, False, False),
        ("surveyed_on <= stage_end", {"surveyed_on": date(2005, 5, 31)}, True, False),
        ("stage_start < stage_end", {}, True, False),
        ("method in 意见箱、个别访谈", {"method": "意见箱"}, True, False),
        ("method in 意见箱、个别访谈", {}, False, False),
        ("in_roster(method)", {"method": "意见箱"}, False, False),
    ],
)
def test_three_values(text: str, row: dict[str, Any], true: bool, false: bool) -> None:
    node = parse(text, tuple(SURVEY.positions))
    bounds = {"stage_start": date(2005, 5, 12), "stage_end": date(2005, 5, 31)}
    told = expression_frames.test_frame(node, framed(SURVEY, row), bounds, {})
    assert [series.tolist() for series in told] == [[true], [false]]


def test_the_frames_own_index_stays() -> None:
    frame = framed(SURVEY, {"issued": 1}, {"issued": 2}).set_index(pd.Index([7, 7]))
    true, false = expression_frames.test_frame(parse("issued > 1", ("issued",)), frame, {}, {})
    assert true.index.tolist() == false.index.tolist() == [7, 7]
    assert (true.tolist(), false.tolist()) == ([False, True], [True, False])
