"""The values of the helper sheet's formulas, which are written with them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from rectify_xl.facts import catalog
from rectify_xl.selfcheck.places import Plan
from rectify_xl.selfcheck.strict import StrictRow, StrictSheet, first_places, problems_by_cell, row_key
from rectify_xl.selfcheck.strict_cells import DAY_ZERO, seen
from rectify_xl.selfcheck.strict_formulas import ERROR_MARK, RANGE_MARK, UNREAD_MARK
from rectify_xl.selfcheck.words import LEVEL_STEP


def row_values(plan: Plan, raws: Sequence[Sequence[Any]], sheet: StrictSheet) -> list[list[Any]]:
    """The values of a block's formulas, a list for each row in the order of its columns; `raws` as typed."""
    keys = {i: [row_key(plan.strict, plan.strict.facts.rules[i], row) for row in sheet.rows] for i in plan.letters.keys}
    firsts = {index: first_places(of_rule) for index, of_rule in keys.items()}
    rows = []
    for place, (raw, row) in enumerate(zip(raws, sheet.rows, strict=True)):
        numbers = cell_numbers(plan, row)
        rows.append(
            [
                *(_raw_value(cell) for cell in raw),
                *(_value(value, code) for value, code in zip(row.values, row.codes, strict=True)),
                int(row.is_used),
                *(keys[index][place] for index in plan.letters.keys),
                *(plan.row(firsts[index][place] + 1) if keys[index][place] else 0 for index in plan.letters.firsts),
                *(_lit(plan, row, index) for index in plan.letters.rules),
                *numbers,
                *(sum(number // LEVEL_STEP == level for number in numbers) for level in (1, 2)),
                row_text(plan, row),
            ]
        )
    return rows


def cell_numbers(plan: Plan, row: StrictRow) -> list[int]:
    """The problem number of each cell of a row; 0 where it has none."""
    problems = problems_by_cell(plan.strict, row)
    return [plan.numbers[problems[c.name]] if c.name in problems else 0 for c in plan.strict.columns]


def row_text(plan: Plan, row: StrictRow) -> str:
    """The row's 自检."""
    words = catalog.words("selfcheck")["row"]
    numbers = sorted(number for number in cell_numbers(plan, row) if number)
    if not row.is_used or not numbers:
        return str(words["fine"]) if row.is_used else ""
    text = words["joint"].join(str(plan.messages.items[number % LEVEL_STEP - 1]) for number in numbers[:3])
    return str(text + (f"{words['rest_before']}{len(numbers) - 3}{words['rest_after']}" if len(numbers) > 3 else ""))


def _raw_value(raw: Any) -> Any:
    cell = seen(raw)
    return raw if isinstance(raw, bool) else cell


def _value(value: Any, code: str) -> Any:
    if code == "error-value":
        return ERROR_MARK
    if value is None:
        return RANGE_MARK if code == "range" else UNREAD_MARK if code in ("choice", "date", "number") else ""
    return (value - DAY_ZERO).days if isinstance(value, date) else value


def _lit(plan: Plan, row: StrictRow, index: int) -> int:
    level = row.broken.get(index)
    if level is None:
        return 0
    return 2 if level == "warning" and plan.strict.facts.rules[index].softened_by else 1
