"""The strict and the kind reading of a row are one where there is nothing to be kind about."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import product

import pytest
from agreement_cases import RawRow, directed_rows, good_cases
from agreement_rows import drawn_rows
from returns import DAY, settings_for

from rectify_xl.facts import catalog
from rectify_xl.kinds import Reading
from rectify_xl.model import Form, Settings
from rectify_xl.normal import key_text
from rectify_xl.office.ruling import FormPlan, ruling_for
from rectify_xl.selfcheck.strict import strict_plan, strict_row
from rectify_xl.selfcheck.strict_cells import key_of_text, normal

FORMS = catalog.forms()
OFFICES = {
    "gdsta": settings_for("gdsta"),
    "sysu": settings_for("sysu", stage_start=date(2005, 5, 12), stage_end=date(2005, 5, 31)),
}


def understood(plan: FormPlan, row: RawRow) -> list[object] | None:
    """The row's values as the judge has them; None where he is kind: in silence to stray marks, inner spaces and wide
    letters, else telling it."""
    texts = [cell for cell in row if isinstance(cell, str)]
    if any(text.endswith("。") or text != normal(text) or key_text(text) != key_of_text(text) for text in texts):
        return None
    values = [parse(cell) if cell != "" else None for parse, cell in zip(plan.parsers, row, strict=True)]
    return None if any(isinstance(value, Reading) for value in values) else values


def cases(name: str, settings: Settings) -> list[RawRow]:
    form = FORMS[name]
    return [*directed_rows(form, settings), *drawn_rows(form, settings, 300, 8), *at_home(form, settings)]


def at_home(form: Form, settings: Settings) -> Iterator[RawRow]:
    """The good rows of an office: for an option that it does not have stands each that it has."""
    for row in good_cases(form):
        lists = (settings.lists.get(column.choices, ()) for column in form.columns)
        yield from product(
            *(own if own and cell and cell not in own else (cell,) for cell, own in zip(row, lists, strict=True))
        )


@pytest.mark.parametrize("office", OFFICES)
@pytest.mark.parametrize("name", FORMS)
def test_a_row_that_is_typed_as_asked_for_is_judged_alike(name: str, office: str) -> None:
    settings = OFFICES[office]
    ruling, strict = ruling_for(settings), strict_plan(FORMS[name], settings)
    kind = ruling.plan(FORMS[name], DAY.year)
    bounds = ruling.bounds(DAY, "")
    judged = {rule.index for rule in strict.judged}
    seen: list[bool] = []
    for row in cases(name, settings):
        values = understood(kind, row)
        if values is None or not any(value is not None for value in values):
            continue
        read = strict_row(strict, row, DAY)
        lacking = [place for place, code in enumerate(read.codes) if code]
        assert list(read.values) == values, row
        assert lacking == [place for place in kind.required if values[place] is None], row
        days = [value.year in strict.years for value in values if isinstance(value, date)]
        if all(days):  # beyond those years a template does not know the days off
            assert set(read.broken) == set(kind.broken(values, bounds)) & judged, row
            seen.append(bool(read.broken))
    assert {True, False} <= set(seen)
