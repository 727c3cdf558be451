"""The grammar of rules and of 判定条件, and what they mean where something is blank: texts in, answers out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rectify_xl.facts import catalog
from rectify_xl.normal import plain
from rectify_xl.rules.expression import (
    BOUNDS,
    FUNCTIONS,
    Among,
    And,
    Arithmetic,
    Call,
    Compare,
    Const,
    ExpressionError,
    Filled,
    Name,
    Node,
    Or,
    names_in,
    options_in,
)
from rectify_xl.rules.expression_python import compile_rules, compile_test
from rectify_xl.rules.expression_text import parse, parse_condition

NAMES = ("a", "b", "c", "status", "due")
POSITIONS = {name: place for place, name in enumerate(NAMES)}
NO_BOUNDS = (None,) * len(BOUNDS)


def eq(name: str, value: str | float) -> Compare:
    return Compare("=", Name(name), Const(value))


# ---- the words of a form file


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("status = 已完成", eq("status", "已完成")),
        ("status != 已完成", Compare("!=", Name("status"), Const("已完成"))),
        ("status ≠ 已完成", Compare("!=", Name("status"), Const("已完成"))),
        ("status=已完成", eq("status", "已完成")),
        ("a = 100%", eq("a", 1.0)),
        ("a = 0.5", eq("a", 0.5)),
        ("a = 12.5%", eq("a", 0.125)),
        ("a < b", Compare("<", Name("a"), Name("b"))),
        ("a <= b", Compare("<=", Name("a"), Name("b"))),
        ("a > 3", Compare(">", Name("a"), Const(3.0))),
        ("a >= 3", Compare(">=", Name("a"), Const(3.0))),
        ("due <= filled_on", Compare("<=", Name("due"), Name("filled_on"))),
        ("0% <= a < 100%", And((Compare("<=", Const(0.0), Name("a")), Compare("<", Name("a"), Const(1.0))))),
        ("status in 近期", Among("status", ("近期",))),
        ("status in 近期、中期", Among("status", ("近期", "中期"))),
        ("status 属于 近期、中期", Among("status", ("近期", "中期"))),
        ("a is filled", Filled("a")),
        ("a is blank", Filled("a", False)),
        ("a + b <= c", Compare("<=", Arithmetic("+", Name("a"), Name("b")), Name("c"))),
        ("a * 2 > b", Compare(">", Arithmetic("*", Name("a"), Const(2.0)), Name("b"))),
        ("is_workday(due)", Call("is_workday", ("due",))),
        ("reviews(a, b)", Call("reviews", ("a", "b"))),
        ("authority_fits(a, b, unit_kind)", Call("authority_fits", ("a", "b", "unit_kind"))),
        ("a = 是 and b = 否", And((eq("a", "是"), eq("b", "否")))),
        ("a = 是 or b = 否", Or((eq("a", "是"), eq("b", "否")))),
        ("a = 是 and b = 是 or c = 是", Or((And((eq("a", "是"), eq("b", "是"))), eq("c", "是")))),
        ("a = 是 or b = 是 and c = 是", Or((eq("a", "是"), And((eq("b", "是"), eq("c", "是")))))),
        ("a is filled or status in 近期、中期", Or((Filled("a"), Among("status", ("近期", "中期"))))),
    ],
)
def test_the_words_of_a_rule(text: str, tree: Node) -> None:
    assert parse(text, NAMES) == tree


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", ""),
        ("   ", ""),
        ("a", ""),
        ("a =", ""),
        ("= a", "="),
        ("a = b c", "c"),
        ("a is", ""),
        ("a is full", "full"),
        ("status in", ""),
        ("a = 是 and", ""),
        ("and a = 是", "and"),
        ("a = 是 or or b = 是", "or"),
        ("d = 是", "d"),
        ("a = yes", "yes"),
        ("a < < b", "<"),
        ("a + = b", "="),
        ("is_workday(due", ""),
        ("is_workday()", ")"),
        ("is_workday(d)", "d"),
        ("is_workday(due, a)", "is_workday"),
        ("reviews(a)", "reviews"),
        ("a ! b", "! b"),
    ],
)
def test_a_text_that_is_no_rule_is_refused_where_it_stops_making_sense(text: str, word: str) -> None:
    with pytest.raises(ExpressionError) as refusal:
        parse(text, NAMES)
    assert (refusal.value.text, refusal.value.word) == (text, word)
    assert isinstance(refusal.value, ValueError)


@pytest.mark.parametrize(
    ("text", "names", "options"),
    [
        ("a = 是 and due <= filled_on", ["a", "due", "filled_on"], [("a", "是")]),
        ("status in 近期、中期 or b is filled", ["status", "b"], [("status", "近期"), ("status", "中期")]),
        ("a * 2 > a + b", ["a", "a", "b"], []),
        ("reviews(a, b)", ["a", "b"], []),
        ("status != 已完成", ["status"], [("status", "已完成")]),
        ("a = 3", ["a"], []),
    ],
)
def test_what_a_rule_reads_and_names(text: str, names: list[str], options: list[tuple[str, str]]) -> None:
    tree = parse(text, NAMES)
    assert list(names_in(tree)) == names
    assert list(options_in(tree)) == options


def test_nothing_reads_nothing() -> None:
    assert list(names_in(None)) == list(options_in(None)) == []


def test_every_function_is_used_by_some_form() -> None:
    trees = [tree for form in catalog.forms().values() for rule in form.rules for tree in (rule.when, rule.holds)]
    assert {tree.function: len(tree.names) for tree in trees if isinstance(tree, Call)} == FUNCTIONS


# ---- 判定条件

OPTIONS = {
    "整改状态": ("status", ("未启动", "整改中", "已完成")),
    "审核人": ("a", ("党支部书记", "部处或直属单位正职", "部处", "党组（党委）主要负责同志", "甲 乙", "且慢")),
    "审核人身份": ("b", ("长期", "长期坚持")),
}


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("整改状态 = 已完成", eq("status", "已完成")),
        ("整改状态=已完成", eq("status", "已完成")),
        (" 整改状态  =  已完成 ", eq("status", "已完成")),
        ("整改状态 ≠ 未启动", Compare("!=", Name("status"), Const("未启动"))),
        ("整改状态 属于 未启动、已完成", Among("status", ("未启动", "已完成"))),
        ("整改状态 属于 已完成", Among("status", ("已完成",))),
        ("整改状态 属于 未启动 、 已完成", Among("status", ("未启动", "已完成"))),
        ("审核人 = 部处或直属单位正职", eq("a", "部处或直属单位正职")),
        ("审核人 = 党组（党委）主要负责同志", eq("a", "党组（党委）主要负责同志")),
        ("审核人 = 甲 乙", eq("a", "甲 乙")),
        ("审核人 = 且慢", eq("a", "且慢")),
        ("审核人身份 = 长期", eq("b", "长期")),
        ("审核人身份 = 长期坚持", eq("b", "长期坚持")),
        ("整改状态 = 已完成 且 审核人 = 部处", And((eq("status", "已完成"), eq("a", "部处")))),
        ("整改状态=已完成且审核人=部处", And((eq("status", "已完成"), eq("a", "部处")))),
        ("审核人 = 部处 或 整改状态 = 已完成", Or((eq("a", "部处"), eq("status", "已完成")))),
        (
            "整改状态 = 已完成 或 整改状态 = 整改中 且 审核人 = 部处",
            Or((eq("status", "已完成"), And((eq("status", "整改中"), eq("a", "部处"))))),
        ),
        (
            "整改状态 属于 未启动、已完成 且 审核人 ≠ 部处",
            And((Among("status", ("未启动", "已完成")), Compare("!=", Name("a"), Const("部处")))),
        ),
    ],
)
def test_a_condition(text: str, tree: Node) -> None:
    assert parse_condition(text, OPTIONS) == tree


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", ""),
        ("整改状态", ""),
        ("整改状态 =", ""),
        ("整改状态 属于", ""),
        ("整改状态 属于 未启动、", ""),
        ("整改状态 = 已完成 且", ""),
        ("状态 = 已完成", "状态"),
        ("status = 已完成", "status"),
        ("整改状态 是 已完成", "是"),
        ("整改状态 > 已完成", ">"),
        ("整改状态 = 做完了", "做完了"),
        ("整改状态 属于 未启动、做完了", "做完了"),
        ("整改状态 = 未启动、已完成", "、已完成"),
        ("整改状态 = 已完成 整改中", "整改中"),
        ("整改状态 = 已完成 且 或", "或"),
        ("且 整改状态 = 已完成", "且"),
        ("整改状态 = 已完成了", "了"),
        ("整改状态 = 长期坚持", "长期坚持"),
        ("整改状态 is filled", "is"),
    ],
)
def test_a_condition_that_cannot_be_read_is_refused_at_its_word(text: str, word: str) -> None:
    with pytest.raises(ExpressionError) as refusal:
        parse_condition(text, OPTIONS)
    assert (refusal.value.text, refusal.value.word) == (text, word)


PARTS = st.sampled_from(
    [
        ("{label} = {option}", lambda name, option: eq(name, option)),
        ("{label} ≠ {option}", lambda name, option: Compare("!=", Name(name), Const(option))),
        ("{label} 属于 {option}", lambda name, option: Among(name, (option,))),
    ]
)
NAMED = st.sampled_from([(label, name, option) for label, (name, listed) in OPTIONS.items() for option in listed])


@given(
    st.lists(st.lists(st.tuples(PARTS, NAMED), min_size=1, max_size=3), min_size=1, max_size=3),
    st.sampled_from(["", " "]),
)
def test_what_was_joined_by_and_and_or_is_read_so(
    groups: list[list[tuple[tuple[str, Callable[[str, str], Node]], tuple[str, str, str]]]], space: str
) -> None:
    texts, trees = [], []
    for group in groups:
        texts.append(
            f"{space}且{space}".join(form.format(label=at, option=option) for (form, _), (at, _, option) in group)
        )
        parts = tuple(made(name, option) for (_, made), (_, name, option) in group)
        trees.append(parts[0] if len(parts) == 1 else And(parts))
    tree = trees[0] if len(trees) == 1 else Or(tuple(trees))
    assert parse_condition(f"{space}或{space}".join(texts), OPTIONS) == tree


# ---- what it means: true, false, or neither where something is blank


def answers(text: str, values: Sequence[Any], bounds: Sequence[Any] = NO_BOUNDS, **functions: Any) -> str:
    """Whether the rule is definitely true or definitely false of a row: "true", "false" or "neither"."""
    tree = parse(text, NAMES)
    known = {"plain": plain, **functions}
    is_true = compile_test(tree, POSITIONS, frozenset({"b"}), known)(values, bounds)
    is_false = bool(compile_rules([(7, None, tree)], POSITIONS, frozenset({"b"}), known)(values, bounds))
    assert isinstance(is_true, bool)
    assert not (is_true and is_false)
    return "true" if is_true else "false" if is_false else "neither"


def of_row(**values: Any) -> list[Any]:
    return [values.get(name) for name in NAMES]


@pytest.mark.parametrize(
    ("text", "row", "answer"),
    [
        ("a = 是", {"a": "是"}, "true"),
        ("a = 是", {"a": "否"}, "false"),
        ("a = 是", {}, "neither"),
        ("a != 是", {"a": "否"}, "true"),
        ("a != 是", {"a": "是"}, "false"),
        ("a != 是", {}, "neither"),
        ("a in 是、否", {"a": "否"}, "true"),
        ("a in 是、否", {"a": "或"}, "false"),
        ("a in 是、否", {}, "neither"),
        ("a is filled", {"a": 0}, "true"),
        ("a is filled", {}, "false"),
        ("a is blank", {"a": 0}, "false"),
        ("a is blank", {}, "true"),
        ("a <= c", {"a": 1, "c": 1}, "true"),
        ("a < c", {"a": 1, "c": 1}, "false"),
        ("a >= c", {"a": 1, "c": 2}, "false"),
        ("a > c", {"a": 2, "c": 1}, "true"),
        ("a <= c", {"a": 1}, "neither"),
        ("a <= c", {"c": 1}, "neither"),
        ("a + c = 3", {"a": 1, "c": 2}, "true"),
        ("a + c = 3", {"a": 1}, "neither"),
        ("a * 2 > a + c", {"a": 2, "c": 1}, "true"),
        ("a * 2 > a + c", {"a": 2, "c": 2}, "false"),
        ("0% <= a < 100%", {"a": 0.0}, "true"),
        ("0% <= a < 100%", {"a": 1.0}, "false"),
        ("0% <= a < 100%", {}, "neither"),
        ("a = 0", {"a": 0}, "true"),
        ("a = 是 and c = 是", {"a": "是", "c": "是"}, "true"),
        ("a = 是 and c = 是", {"a": "否"}, "false"),
        ("a = 是 and c = 是", {"a": "是"}, "neither"),
        ("a = 是 or c = 是", {"a": "是"}, "true"),
        ("a = 是 or c = 是", {"a": "否", "c": "否"}, "false"),
        ("a = 是 or c = 是", {"a": "否"}, "neither"),
        ("a = 是 or c is blank", {"a": "否"}, "true"),
        ("b = 是的", {"b": "是 的"}, "true"),
        ("b != a", {"b": "示例\u3000甲", "a": "示例甲"}, "false"),
        ("a = 是的", {"a": "是 的"}, "false"),
    ],
)
def test_a_comparison_with_a_blank_is_neither_true_nor_false(text: str, row: dict[str, Any], answer: str) -> None:
    assert answers(text, of_row(**row)) == answer


START, END = date(2005, 5, 12), date(2005, 5, 31)


@pytest.mark.parametrize(
    ("due", "start", "end", "answer"),
    [
        (START, START, END, "true"),
        (END, START, END, "true"),
        (date(2005, 5, 11), START, END, "false"),
        (date(2005, 6, 1), START, END, "false"),
        (None, START, END, "neither"),
        (date(2005, 6, 1), START, None, "neither"),
        (date(2005, 5, 11), START, None, "false"),
        (date(2005, 5, 11), None, None, "neither"),
    ],
)
def test_a_bound_that_is_not_set_is_not_judged(due: Any, start: Any, end: Any, answer: str) -> None:
    bounds = [{"stage_start": start, "stage_end": end}.get(name) for name in BOUNDS]
    assert answers("stage_start <= due <= stage_end", of_row(due=due), bounds) == answer


@pytest.mark.parametrize(("said", "answer"), [(True, "true"), (False, "false"), (None, "neither")])
def test_a_function_answers_three_ways(said: bool | None, answer: str) -> None:
    asked = []

    def reviews(*values: Any) -> bool | None:
        asked.append(values)
        return said

    assert answers("reviews(a, b)", of_row(a="甲", b="乙 丙"), reviews=reviews) == answer
    assert set(asked) == {("甲", "乙丙")}


TREES = st.recursive(
    st.sampled_from(["a = 是", "a != 是", "c in 是、否", "c is filled", "a is blank", "due = 3", "due < 2"]).map(
        lambda text: parse(text, NAMES)
    ),
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: And(tuple(parts))),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: Or(tuple(parts))),
    ),
    max_leaves=6,
)
ROWS = st.builds(
    of_row,
    a=st.sampled_from([None, "是", "否"]),
    c=st.sampled_from([None, "是", "否", "或"]),
    due=st.sampled_from([None, 1, 2, 3]),
)


def judged_by_hand(tree: Node, row: Sequence[Any]) -> bool | None:
    """Kleene's logic, spelt out."""
    match tree:
        case And(parts) | Or(parts):
            said = [judged_by_hand(part, row) for part in parts]
            decisive = isinstance(tree, Or)
            return decisive if decisive in said else None if None in said else not decisive
        case Filled(name, wanted):
            return (row[POSITIONS[name]] is not None) is wanted
        case Among(name, options):
            return None if row[POSITIONS[name]] is None else row[POSITIONS[name]] in options
        case Compare(op, Name(name), Const(value)):
            held = row[POSITIONS[name]]
            return (
                None if held is None else {"=": held == value, "!=": held != value}.get(op, op == "<" and held < value)
            )
    raise TypeError(tree)


@given(TREES, ROWS)
def test_and_and_or_are_those_of_three_values(tree: Node, row: Sequence[Any]) -> None:
    said = judged_by_hand(tree, row)
    is_true = compile_test(tree, POSITIONS, frozenset(), {})(row, NO_BOUNDS)
    is_false = compile_rules([(0, None, tree)], POSITIONS, frozenset(), {})(row, NO_BOUNDS)
    assert (is_true, is_false) == (said is True, [0] if said is False else [])


# ---- several rules as one function


def test_the_broken_rules_are_told_by_their_index() -> None:
    rules = [
        (2, parse("a = 是", NAMES), parse("b = 是", NAMES)),
        (5, None, parse("c is filled", NAMES)),
        (9, parse("a = 否", NAMES), parse("c = 1", NAMES)),
        (11, parse("a in 是、否", NAMES), parse("status in 是、否", NAMES)),
    ]
    broken = compile_rules(rules, POSITIONS, frozenset({"b"}), {"plain": plain})
    assert broken(of_row(a="是", b="否", c=None, status="或"), NO_BOUNDS) == [2, 5, 11]
    assert broken(of_row(a="是", b="是", c=1, status="是"), NO_BOUNDS) == []
    assert broken(of_row(a="否", c=2), NO_BOUNDS) == [9]
    assert broken(of_row(c=2), NO_BOUNDS) == []


def test_no_rule_breaks_nothing() -> None:
    assert compile_rules([], POSITIONS, frozenset(), {})(of_row(), NO_BOUNDS) == []


def test_a_condition_compiles_as_a_rule_does() -> None:
    tree = parse_condition("整改状态 ≠ 未启动 且 审核人 属于 部处、党支部书记", OPTIONS)
    test = compile_test(tree, POSITIONS, frozenset(), {})
    assert test(of_row(status="整改中", a="部处"), NO_BOUNDS)
    assert not test(of_row(status="未启动", a="部处"), NO_BOUNDS)
    assert not test(of_row(status=None, a="部处"), NO_BOUNDS)
