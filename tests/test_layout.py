from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils import get_column_letter

from rectify_xl.facts import catalog
from rectify_xl.layouts.layout import (
    cell_name,
    column_letter,
    display_width,
    fingerprint,
    parse_stamp,
    stamp_for,
    widths,
)
from rectify_xl.model import Column, Form
from rectify_xl.rules import expression_text

FORMS = catalog.forms()
LEDGER = FORMS["ledger"]


def changed(form: Form, name: str, **what: object) -> Form:
    return replace(form, columns=tuple(replace(c, **what) if c.name == name else c for c in form.columns))


# ---- cells


@pytest.mark.parametrize(
    ("index", "letter"),
    [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ"), (702, "AAA"), (16383, "XFD")],
)
def test_column_letters(index: int, letter: str) -> None:
    assert column_letter(index) == letter


@given(st.integers(0, 16383), st.integers(1, 1048576))
def test_cell_names_are_those_of_openpyxl(index: int, row: int) -> None:
    assert cell_name(row, index) == f"{get_column_letter(index + 1)}{row}"


# ---- the stamp


def test_a_stamp_names_form_version_and_fingerprint() -> None:
    stamp = stamp_for([LEDGER, FORMS["survey"]])
    assert stamp == f"ledger 1 {fingerprint(LEDGER)[:8]}; survey 1 {fingerprint(FORMS['survey'])[:8]}"
    assert stamp.isascii()
    assert stamp.isprintable()


def test_a_stamp_is_read_back() -> None:
    told = parse_stamp(stamp_for(list(FORMS.values())))
    assert told == {name: (form.version, fingerprint(form)[:8]) for name, form in FORMS.items()}


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("ledger 1 3fa9c1d2; survey 12 0a1b2c3d", {"ledger": (1, "3fa9c1d2"), "survey": (12, "0a1b2c3d")}),
        ("  ledger 1 3fa9c1d2 ;survey 2 0a1b2c3d ", {"ledger": (1, "3fa9c1d2"), "survey": (2, "0a1b2c3d")}),
        ("隐患台帐 3 3fa9c1d2", {"隐患台帐": (3, "3fa9c1d2")}),
        ("", None),
        ("ledger", None),
        ("ledger one 3fa9c1d2", None),
        ("ledger 1 3fa9c1", None),
        ("ledger 1 3FA9C1D2", None),
        ("ledger 1 3fa9c1d2;", None),
        ("ledger 1 3fa9c1d2, survey 1 0a1b2c3d", None),
        ("2005年整改台帐", None),
    ],
)
def test_what_is_a_stamp(text: str, read: object) -> None:
    assert parse_stamp(text) == read


@given(st.text())
def test_any_text_may_stand_where_a_stamp_does(text: str) -> None:
    told = parse_stamp(text)
    assert told is None or told


# ---- the fingerprint


def test_every_form_has_a_fingerprint_of_its_own() -> None:
    prints = {fingerprint(form) for form in FORMS.values()}
    assert len(prints) == len(FORMS)
    assert all(len(p) == 64 and int(p, 16) >= 0 for p in prints)


ASKS_FOR_MORE = {
    "label": changed(LEDGER, "goal", label="目标"),
    "kind": changed(LEDGER, "goal", kind="people"),
    "required": changed(LEDGER, "goal", required=False),
    "level": changed(LEDGER, "goal", level="warning"),
    "choices": changed(LEDGER, "urgency", choices="difficulty"),
    "length": changed(LEDGER, "goal", length=(2, 301)),
    "range": changed(LEDGER, "percent", range=(0, 2)),
    "assigned": changed(LEDGER, "item_id", assigned=False),
    "order": replace(LEDGER, columns=LEDGER.columns[::-1]),
    "fewer columns": replace(LEDGER, columns=LEDGER.columns[:-1]),
    "key": replace(LEDGER, key=("problem", "source")),
    "fewer rules": replace(LEDGER, rules=LEDGER.rules[:-1]),
    "rule's level": replace(LEDGER, rules=(replace(LEDGER.rules[0], level="warning"), *LEDGER.rules[1:])),
    "rule's when": replace(
        LEDGER,
        rules=(
            replace(LEDGER.rules[0], when=expression_text.parse("handling = 逐步解决", ("handling",))),
            *LEDGER.rules[1:],
        ),
    ),
    "rule's on": replace(LEDGER, rules=(*LEDGER.rules[:-1], replace(LEDGER.rules[-1], on=("problem", "source")))),
}


@pytest.mark.parametrize("what", ASKS_FOR_MORE)
def test_what_a_form_asks_for_changes_its_fingerprint(what: str) -> None:
    assert fingerprint(ASKS_FOR_MORE[what]) != fingerprint(LEDGER)


SAYS_IT_OTHERWISE = {
    "notes": replace(LEDGER, notes=()),
    "hint": changed(LEDGER, "goal", hint="写明目标"),
    "aliases": changed(LEDGER, "goal", aliases=("目标",)),
    "width": changed(LEDGER, "goal", width=33),
    "office columns": replace(LEDGER, office_columns=()),
    "what a rule means": replace(LEDGER, rules=(replace(LEDGER.rules[0], means="another word"), *LEDGER.rules[1:])),
    "a whole number as a float": changed(changed(LEDGER, "percent", range=(0.0, 1.0)), "goal", length=(2.0, 300.0)),
}


@pytest.mark.parametrize("what", SAYS_IT_OTHERWISE)
def test_how_a_form_says_it_leaves_the_fingerprint(what: str) -> None:
    assert fingerprint(SAYS_IT_OTHERWISE[what]) == fingerprint(LEDGER)


# ---- widths


def a_form(*columns: Column) -> Form:
    return Form(
        name="x", title="表", template="x.xlsx", version=1, filled_by="branch", key=(), columns=columns, rules=()
    )


@pytest.mark.parametrize(
    ("column", "options", "width"),
    [
        (Column(name="a", label="日期", kind="date", width=30), (), 30),
        (Column(name="a", label="日期", kind="date"), (), 11),
        (Column(name="a", label="轻重缓急", kind="choice", choices="x"), ("急", "重", "缓"), 5),
        (Column(name="a", label="来源", kind="choice", choices="x"), ("群众意见", "其他"), 9),
        (Column(name="a", label="报送机关", kind="choice", choices="x"), ("省科协先进性教育活动办公室",), 12),
        (Column(name="a", label="完成比例", kind="percent"), (), 5),
        (Column(name="a", label="征求意见人数", kind="integer"), (), 9),
        (Column(name="a", label="一个非常非常长的栏目名称", kind="integer"), (), 13),
    ],
)
def test_widths_by_kind_options_and_header(column: Column, options: tuple[str, ...], width: float) -> None:
    assert widths(a_form(column), {"x": options}) == (width,)


def test_text_columns_take_the_room_that_a_page_leaves() -> None:
    narrow = a_form(Column(name="a", label="情况", kind="text"), Column(name="b", label="日期", kind="date"))
    text, day = widths(narrow)
    assert day == 11
    assert 14 < text <= 14 * 2.2 + 0.1


@pytest.mark.parametrize("form", FORMS.values(), ids=list(FORMS))
def test_a_form_fills_a_page_and_its_headers_take_two_lines_at_most(form: Form) -> None:
    sizes = widths(form, catalog.base_lists())
    assert len(sizes) == len(form.columns)
    assert sum(sizes) >= 100
    for column, size in zip(form.columns, sizes, strict=True):
        assert display_width(column.label) <= 2 * size, column.name


@pytest.mark.parametrize(("text", "taken"), [("", 0), ("abc", 3), ("整改", 4), ("T1整", 4), ("（）", 4)])
def test_a_chinese_character_takes_two_places(text: str, taken: int) -> None:
    assert display_width(text) == taken
