from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook
from returns import settings_for
from soffice import convert, needs_soffice

from rectify_xl.facts import catalog
from rectify_xl.layouts.layout import column_letter
from rectify_xl.rules.expression import BOUNDS, FUNCTIONS, Node
from rectify_xl.rules.expression_python import compile_rules, compile_test
from rectify_xl.rules.expression_text import parse
from rectify_xl.selfcheck.expression_excel import NEVER, Areas, Face, asks_readable, false_where, true_where
from rectify_xl.selfcheck.strict import strict_plan, template_functions
from rectify_xl.selfcheck.strict_cells import DAY_ZERO

OFFICE = settings_for()
STRICT = strict_plan(catalog.forms()["ledger"], OFFICE)
MEANT = template_functions(STRICT.ruling, STRICT.years)

# The columns of the rows below, and those of them that hold numbers and those compared by their keys.
NAMES = ("a", "b", "n", "m", "d", "o", "w", "role", "reviewer")
NUMBERS, KEYED = frozenset("nmd"), frozenset("abw")
POSITIONS = {name: place for place, name in enumerate(NAMES)}
FILLED_ON = date(2005, 5, 25)
BOUND_DAYS = (OFFICE.stage_start, OFFICE.stage_end, None, FILLED_ON, None)

ROLES = [role for role, _ in OFFICE.reviewers]
VALUES: dict[str, Sequence[Any]] = {
    "a": (None, "甲", "甲 乙", "Ａ", "a", "A", "*", "甲，乙"),
    "b": (None, "甲", "甲乙", "a", "A", "乙", "甲,乙"),
    "n": (None, 0, 1, 3, 10, 0.5),
    "m": (None, 0, 1, 2, 20),
    "d": (None, *(date(2005, 4, 29) + timedelta(days=d) for d in range(0, 40, 3)), date(2006, 1, 1), date(2030, 1, 5)),
    "o": (None, "整改中", "已完成", "未启动", "*", "已"),
    "w": (None, "甲", "甲、乙", "乙、丙", "甲乙", "乙、 甲"),
    "role": (None, *ROLES, "没有"),
    "reviewer": (None, *(reviewer for _, reviewer in OFFICE.reviewers), "没有"),
}  # fmt: skip

TEXTS = (
    "a = b", "a != b", "b = a", "o = 已完成", "o != 已完成", "o in 已完成、整改中", "a = 甲", "a != 甲",
    "n <= m", "n < m", "n = m", "n != m", "n + m <= 3", "n * 2 > m + 1", "n = 100%", "0% <= n < 100%",
    "n >= 3 and m <= 1", "d <= filled_on", "d > filled_on", "stage_start <= d <= stage_end", "d >= followup_end",
    "d <= followup_end or n = 1",
    "a is filled", "a is blank", "d is blank and n is filled", "filled_on is filled", "followup_end is filled",
    "is_workday(d)", "excludes(w, b)", "excludes(w, a)", "reviews(reviewer, role)",
    "n = 1 or o = 已完成", "o = 整改中 and n is blank",
    "n = 1 and m = 1 or d is filled and o != 未启动", "in_roster(a)", "in_roster(a) or n = 1",
)  # fmt: skip


def rows(count: int) -> list[tuple[Any, ...]]:
    """Made-up rows, always the same."""
    source = random.Random(2005)
    return [tuple(source.choice(VALUES[name]) for name in NAMES) for _ in range(count)]


def face(row: int, known: Areas, filled_on: str) -> Face:
    """The face of a row of the sheet."""
    days = [str((day - DAY_ZERO).days) if day else "" for day in BOUND_DAYS]
    places = {name: f"${column_letter(place)}${row}" for place, name in enumerate(NAMES)}
    bounds = dict(zip(BOUNDS[:4], [*days[:3], filled_on], strict=True))
    return Face(places={**bounds, **places}, numbers=NUMBERS | set(BOUNDS[:4]), keyed=KEYED, areas=known)


def nodes() -> list[Node]:
    return [parse(text, NAMES) for text in TEXTS]


def python_says(node: Node) -> Callable[[Sequence[Any]], tuple[bool, bool]]:
    """(definitely true, definitely false) of a row as the judge's face has it, over what the template knows."""
    functions = {**MEANT, "in_roster": lambda code: None}
    true = compile_test(node, POSITIONS, KEYED, functions)
    broken = compile_rules([(0, None, node)], POSITIONS, KEYED, functions)
    return lambda row: (bool(true(row, BOUND_DAYS)), bool(broken(row, BOUND_DAYS)))


def written(path: Path, table: Sequence[Sequence[Any]]) -> Path:
    """A workbook of the rows, with both formulas of every expression beside each."""
    off = [d for d in _days() if d.weekday() < 5 and not STRICT.ruling.calendar.is_workday(d)]
    worked = [d for d in _days() if d.weekday() >= 5 and STRICT.ruling.calendar.is_workday(d)]
    lists = {"days_off": off, "days_worked": worked, "roles": ROLES, "reviewers": [r for _, r in OFFICE.reviewers]}
    first, after = (date(year, 1, 1) - DAY_ZERO for year in (STRICT.years[0], STRICT.years[-1] + 1))
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("x")
        areas = {}
        for column, (name, items) in enumerate(lists.items(), start=100):
            letter = column_letter(column)
            areas[name] = f"${letter}$1:${letter}${len(items)}"
            for place, item in enumerate(items):
                put(sheet, place, column, item)
        put(sheet, 0, 110, FILLED_ON)
        known = Areas(**areas, first_day=first.days, after_days=after.days)
        asked = nodes()
        for place, row in enumerate(table):
            for column, value in enumerate(row):
                put(sheet, place, column, value)
            seat = face(place + 1, known, f"${column_letter(110)}$1")
            for at, node in enumerate(asked):
                for which, formula in enumerate((true_where(node, seat), false_where(node, seat))):
                    # Without a value LibreOffice calculates it.
                    sheet.write_formula(place, len(NAMES) + 2 * at + which, f"=IF({formula},1,0)", None, "")
    return path


def _days() -> list[date]:
    first = date(STRICT.years[0], 1, 1)
    return [first + timedelta(days=n) for n in range((date(STRICT.years[-1] + 1, 1, 1) - first).days)]


def put(sheet: Any, row: int, column: int, value: Any) -> None:
    if isinstance(value, str):
        sheet.write_string(row, column, value)
    elif value is not None:
        sheet.write_number(row, column, (value - DAY_ZERO).days if isinstance(value, date) else value)


@needs_soffice
def test_excel_and_python_say_the_same_of_every_expression(tmp_path: Path) -> None:
    table = rows(200)
    saved = convert(written(tmp_path / "x.xlsx", table), "xlsx", tmp_path / "out")
    cells = CalamineWorkbook.from_path(saved).get_sheet_by_name("x").to_python()
    asked = dict(zip(TEXTS, map(python_says, nodes()), strict=True))
    found = {(text, wanted): 0 for text in TEXTS for wanted in (0, 1)}
    for row, held in zip(table, cells, strict=False):
        for at, (text, python) in enumerate(asked.items()):
            says = tuple(bool(held[len(NAMES) + 2 * at + wanted]) for wanted in (0, 1))
            assert says == python(row), (text, row)
            for wanted in (0, 1):
                found[text, wanted] += says[wanted]
    never_true = {text for (text, which), count in found.items() if not count and which == 0}
    assert never_true == {"followup_end is filled", "d >= followup_end", "in_roster(a)"}


KNOWN = Areas(days_off="$A$1:$A$9", days_worked="", first_day=1, after_days=9, roles="$B$1:$B$9", reviewers="$C$1:$C$9")
SEAT = face(7, KNOWN, "$Z$1")


@pytest.mark.parametrize(
    ("text", "formula"),
    [
        ("o = 已完成", 'EXACT($F$7,"已完成")'),
        ("o != 已完成", 'AND(LEN($F$7)>0,NOT(EXACT($F$7,"已完成")))'),
        ("o in 已完成、整改中", 'OR(EXACT($F$7,"已完成"),EXACT($F$7,"整改中"))'),
        ("n <= m", "IF(COUNT($C$7,$D$7)=2,$C$7<=$D$7,FALSE)"),
        ("n != 100%", "IF(COUNT($C$7)=1,$C$7<>1,FALSE)"),
        ("d >= stage_start", "IF(COUNT($E$7)=1,$E$7>=38484,FALSE)"),
        ("d >= followup_end", NEVER),
        ("d <= filled_on", "IF(COUNT($E$7,$Z$1)=2,$E$7<=$Z$1,FALSE)"),
        ("n is filled", "LEN($C$7)>0"),
        ("in_roster(a)", NEVER),
        ("authority_fits(o, a, unit_kind)", NEVER),
    ],
)
def test_formulas(text: str, formula: str) -> None:
    assert true_where(parse(text, NAMES), SEAT) == formula


@pytest.mark.parametrize(
    ("text", "when_true", "when_false"),
    [
        ("o = 已完成", set(), {"o"}),
        ("o != 已完成", {"o"}, set()),
        ("o in 已完成、整改中", set(), {"o"}),
        ("n <= m", set(), set()),
        ("a is filled", {"a"}, set()),
        ("a is blank", set(), {"a"}),
        ("a = b", {"a", "b"}, {"a", "b"}),
        ("o = 已完成 and a is filled", {"a"}, {"o", "a"}),
        ("o = 已完成 or n <= m", {"o", "n", "m"}, {"o"}),
        ("reviews(reviewer, role)", {"reviewer", "role"}, {"reviewer", "role"}),
    ],
)
def test_where_a_mark_could_be_taken_for_a_value(text: str, when_true: set[str], when_false: set[str]) -> None:
    node = parse(text, NAMES)
    assert asks_readable(node, True) == when_true
    assert asks_readable(node, False) == when_false


def test_no_text_is_ever_compared_by_the_equals_sign() -> None:
    for text in TEXTS:
        for formula in (true_where(parse(text, NAMES), SEAT), false_where(parse(text, NAMES), SEAT)):
            assert not re.search(r'[=<>]"|"[=<>]', formula), formula


@pytest.mark.parametrize("text", ["a < b", "o >= 已完成"])
def test_texts_have_no_order(text: str) -> None:
    with pytest.raises(TypeError):
        true_where(parse(text, NAMES), SEAT)


def test_what_the_office_answers_is_told_apart_by_the_facts() -> None:
    """The functions without a formula are those that 填表说明 marks as checked by the office."""
    from rectify_xl.selfcheck.expression_excel import FUNCTIONS as ANSWERED

    assert set(FUNCTIONS) - set(ANSWERED) == set(catalog.words("phrases")["needs_office"])
