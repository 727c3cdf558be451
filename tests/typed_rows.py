"""Typed rows of every form for the tests of rules on frames: an office, hand-made frames, and drawn rows."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
from hypothesis import strategies as st

from rectify_xl.facts import catalog
from rectify_xl.frames.schema import dtypes_for
from rectify_xl.model import Column, Form, Settings, Unit
from rectify_xl.normal import plain
from rectify_xl.office.profiles import profile
from rectify_xl.office.ruling import COMPARED_AS_TEXT, ruling_for
from rectify_xl.rules.expression import BOUNDS

FORMS = catalog.forms()
OFFICE = Settings(
    campaign="示例活动",
    organisation="示例办公室",
    stage_start=date(2005, 5, 12),
    stage_end=date(2005, 5, 31),
    followup_end=date(2005, 8, 31),
    units=(Unit(code="KX01", name="示例支部", kind="党支部"), Unit(code="KX02", name="示例党委", kind="党委")),
    reviewers=(("党支部书记", "上级党组织"),),
    filings=profile("gdsta").filings,
    lists=profile("gdsta").lists,
)


def framed(form: Form, *rows: dict[str, Any], **more: list[Any]) -> pd.DataFrame:
    """The form's typed frame of some rows; `more` are columns beside the form's."""
    names = [column.name for column in form.columns]
    frame = pd.DataFrame([[row.get(name) for name in names] for row in rows], columns=names, dtype=object)
    return frame.astype(dtypes_for(form)).assign(**more)


YEAR = 2005
KINDS: dict[str, st.SearchStrategy[Any]] = {
    "text": st.sampled_from(["示例甲", "示例 甲", "示例甲\u200b", "示例乙", "Ａ１", "A1"]),
    "people": st.sampled_from(["示例甲", "示例乙、示例甲", "示例 乙", "示例丙"]),
    "id": st.sampled_from(["KX01", "KX02", "KX99"]),
    "date": st.dates(date(YEAR, 5, 9), date(YEAR, 5, 24)),
    "integer": st.integers(0, 4),
    "percent": st.sampled_from([0.0, 0.5, 0.999, 1.0]),
}
RULING = ruling_for(OFFICE)
FUNCTIONS = {**RULING.functions, "plain": plain}
BOUND_VALUES = st.fixed_dictionaries(
    {name: st.none() | KINDS["date"] for name in BOUNDS if name != "unit_kind"}
    | {"unit_kind": st.none() | st.sampled_from(["党支部", "党组"])}
)


def cells(column: Column) -> st.SearchStrategy[Any]:
    if column.choices:
        return st.none() | st.sampled_from(OFFICE.lists[column.choices])
    return st.none() | KINDS[column.kind]


def rows_of(form: Form) -> st.SearchStrategy[list[list[Any]]]:
    return st.lists(st.tuples(*(cells(column) for column in form.columns)).map(list), max_size=6)


def texts_of(form: Form) -> frozenset[str]:
    return frozenset(column.name for column in form.columns if column.kind in COMPARED_AS_TEXT)


def typed(form: Form, rows: list[list[Any]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=[c.name for c in form.columns], dtype=object).astype(dtypes_for(form))
