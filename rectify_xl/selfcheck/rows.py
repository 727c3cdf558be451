"""One row of the helper sheet: its formulas, column by column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rectify_xl.facts import catalog
from rectify_xl.facts.catalog import Cover
from rectify_xl.layouts.layout import COVER_VALUE, column_letter
from rectify_xl.model import Rule
from rectify_xl.office.ruling import COMPARED_AS_TEXT
from rectify_xl.rules.expression import BOUNDS, names_in
from rectify_xl.selfcheck.expression_excel import NEVER, Face, asks_readable, false_where, true_where
from rectify_xl.selfcheck.places import Plan, Total
from rectify_xl.selfcheck.strict import (
    KEY_JOINT,
    Problem,
    key_parts,
)
from rectify_xl.selfcheck.strict_cells import DAY_ZERO, blanks_of
from rectify_xl.selfcheck.strict_formulas import (
    CellContext,
    all_readable,
    code_test,
    exact_count,
    is_unread,
    key_formula,
    quoted,
    value_formula,
)
from rectify_xl.selfcheck.words import LEVEL_STEP

# Placeholders of a formula for the number of its own row, and for the place of the prepared row, from 1.
ROW, PLACE = "@R", "@P"
_NUMBERS = ("date", "integer", "percent")


@dataclass(frozen=True, kw_only=True, slots=True)
class HelperColumn:
    """One column of a block: its letter, its title, and its formula with ROW and PLACE.

    Only a formula that stays on the helper sheet `is_shared`: Excel refuses a shared one that names another sheet.
    """

    letter: str
    title: str
    formula: str
    is_shared: bool = True


def helper_columns(plan: Plan, first_cover_row: int) -> tuple[HelperColumn, ...]:
    """The columns of a plan's block in order; `first_cover_row` is Excel's row of the cover's first field."""
    return (
        *_raw_columns(plan, first_cover_row),
        *_value_columns(plan),
        _column(plan, plan.letters.used, "used", _used(plan)),
        *_key_columns(plan),
        *_rule_columns(plan),
        *_problem_columns(plan),
        *_summary_columns(plan),
    )


def _column(plan: Plan, letter: str, title: str, formula: str, **named: Any) -> HelperColumn:
    words: Mapping[str, str] = catalog.words("selfcheck")["helper"]
    return HelperColumn(letter=letter, title=words[title].format(**named), formula=formula)


def _here(letter: str) -> str:
    """The cell of a column in the row itself."""
    return f"${letter}{ROW}"


def _values(plan: Plan, places: Sequence[int]) -> list[str]:
    return [_here(plan.letters.values[place]) for place in places]


# ---- values as typed, values as read


def _raw_columns(plan: Plan, first_cover_row: int) -> Iterator[HelperColumn]:
    sheet = sheet_reference(plan.sheet)
    for place, (letter, column) in enumerate(zip(plan.letters.raw, plan.strict.columns, strict=True)):
        if isinstance(plan.strict.facts, Cover):
            cell = f"{sheet}!${column_letter(COVER_VALUE)}${first_cover_row + place}"
        else:
            whole = column_letter(place)
            cell = f"INDEX({sheet}!${whole}:${whole},{plan.total(Total.ANCHOR)}+{PLACE})"
        formula = f'IF(ISBLANK({cell}),"",{cell})'
        yield replace(_column(plan, letter, "raw", formula, label=column.label), is_shared=False)


def sheet_reference(title: str) -> str:
    """A sheet's title as it stands before the ! of a reference."""
    return "'" + title.replace("'", "''") + "'"


def _value_columns(plan: Plan) -> Iterator[HelperColumn]:
    for letter, raw, column in zip(plan.letters.values, plan.letters.raw, plan.strict.columns, strict=True):
        blanks = blanks_of(column, plan.strict.settings)
        options = plan.options.get(column.choices, "")
        context = CellContext(column=column, blanks=blanks, options=options, signs=plan.signs)
        yield _column(plan, letter, "value", value_formula(context, _here(raw)), label=column.label)


def _used(plan: Plan) -> str:
    if isinstance(plan.strict.facts, Cover):
        return "1"
    return f"IF(SUMPRODUCT(LEN({_here(plan.letters.values[0])}:{_here(plan.letters.values[-1])}))>0,1,0)"


# ---- keys and rules


def _key_columns(plan: Plan) -> Iterator[HelperColumn]:
    """The row's key under each rule on keys, and the helper row of the first row with the same key."""
    for index, letter in plan.letters.keys.items():
        places, needed = key_parts(plan.strict, plan.strict.facts.rules[index])
        parts = f"&{quoted(KEY_JOINT)}&".join(_values(plan, places))
        filled = [f"LEN({value})>0" for value in _values(plan, needed)]
        test = ",".join([f"{_here(plan.letters.used)}=1", all_readable(_values(plan, places)), *filled])
        yield _column(plan, letter, "key", f'IF(AND({test}),{key_formula(parts)},"")', index=index + 1)
    for index, letter in plan.letters.firsts.items():
        area, key = plan.area(plan.letters.keys[index]), _here(plan.letters.keys[index])
        after = plan.last_row + 1
        first = f"{after}-SUMPRODUCT(MAX(EXACT({area},{key})*({after}-ROW({area}))))"
        yield _column(plan, letter, "first", f"IF(LEN({key})=0,0,{first})", index=index + 1)


def _rule_columns(plan: Plan) -> Iterator[HelperColumn]:
    face = _face(plan)
    for index, letter in plan.letters.rules.items():
        rule = plan.strict.facts.rules[index]
        formula = _repeated(plan, rule) if rule.on else _broken(plan, rule, face)
        label = plan.strict.facts.column(rule.column).label
        yield _column(plan, letter, "rule", formula, index=index + 1, label=label)


def _face(plan: Plan) -> Face:
    settings, columns = plan.strict.settings, plan.strict.columns
    stage = (settings.stage_start, settings.stage_end, settings.followup_end)
    bounds = [str((day - DAY_ZERO).days) if day else "" for day in stage]
    filled_on = plan.filled_on or (_here(plan.letters.values[plan.strict.facts.positions["filled_on"]]))
    places = dict(zip(BOUNDS[:4], [*bounds, filled_on], strict=True))  # the kind of the unit only the office knows
    places |= {c.name: _here(letter) for c, letter in zip(columns, plan.letters.values, strict=True)}
    return Face(
        places=places,
        numbers=frozenset(BOUNDS[:4]) | {c.name for c in columns if c.kind in _NUMBERS},
        keyed=frozenset(c.name for c in columns if c.kind in COMPARED_AS_TEXT),
        areas=plan.areas,
    )


def _broken(plan: Plan, rule: Rule, face: Face) -> str:
    """1 where the row breaks the rule: `when` true, `holds` false, every column of the rule readable, the row used."""
    trees = [(tree, wanted) for tree, wanted in ((rule.when, True), (rule.holds, False)) if tree]
    tests = [true_where(tree, face) if wanted else false_where(tree, face) for tree, wanted in trees]
    if NEVER in tests:
        return "0"
    in_tests = {name for tree, _ in trees for name in names_in(tree)}
    to_read = {name for tree, wanted in trees for name in asks_readable(tree, wanted)} | ({rule.column} - in_tests)
    places = sorted(plan.strict.facts.positions[name] for name in to_read if name in plan.strict.facts.positions)
    tests += [all_readable(_values(plan, places))] if places else []
    tests += [f"{_here(plan.letters.used)}=1"] if rule.index in _broken_when_blank(plan) else []
    return f"IF(AND({','.join(tests)}),1,0)"


def _broken_when_blank(plan: Plan) -> set[int]:
    """The rules that a row with nothing in it would break."""
    blank = [None] * len(plan.strict.columns)
    bounds = [plan.strict.ruling.bounds(day, "") for day in (None, DAY_ZERO)]
    return {index for row_bounds in bounds for index in plan.strict.broken(blank, row_bounds)}


def _repeated(plan: Plan, rule: Rule) -> str:
    """1 where the row's key stands twice (of numbers every row, else all but the first), 2 where that only warns."""
    letters, facts = plan.letters, plan.strict.facts
    if rule.index not in letters.firsts:
        key, area = _here(letters.keys[rule.index]), plan.area(letters.keys[rule.index])
        return f"IF(LEN({key})=0,0,IF({exact_count(area, key)}>1,1,0))"
    first = _here(letters.firsts[rule.index])
    if not rule.softened_by:
        return f"IF(AND({first}>0,{first}<ROW()),1,0)"
    soft = letters.values[facts.positions[rule.softened_by]]
    other = f"INDEX({plan.area(soft)},{first}-{plan.first_row - 1})"
    both_filled = ",".join(f"LEN({cell})>0,NOT({is_unread(cell)})" for cell in (_here(soft), other))
    return f"IF(AND({first}>0,{first}<ROW()),IF(AND({both_filled}),2,1),0)"


# ---- the problem of each cell


def _problem_columns(plan: Plan) -> Iterator[HelperColumn]:
    for place, column in enumerate(plan.strict.columns):
        of_column = [(problem, number) for problem, number in plan.numbers.items() if problem.column == column.name]
        formula = "0"
        for problem, number in reversed(of_column):
            formula = f"IF({_problem_test(plan, problem, place)},{number},{formula})"
        yield _column(plan, plan.letters.problems[place], "told", formula, label=column.label)


def _problem_test(plan: Plan, problem: Problem, place: int) -> str:
    if problem.rule >= 0:
        rule = plan.strict.facts.rules[problem.rule]
        lit = 2 if problem.level == "warning" and rule.softened_by else 1
        return f"{_here(plan.letters.rules[problem.rule])}={lit}"
    raw, value = _here(plan.letters.raw[place]), _here(plan.letters.values[place])
    test = code_test(problem.code, plan.strict.columns[place], raw, value)
    return f"AND({_here(plan.letters.used)}=1,{test})" if problem.code == "required" else test


def _summary_columns(plan: Plan) -> Iterator[HelperColumn]:
    letters = plan.letters
    cells = f"{_here(letters.problems[0])}:{_here(letters.problems[-1])}"
    for letter, title, level in ((letters.errors, "errors", 1), (letters.warnings, "warnings", 2)):
        yield _column(plan, letter, title, f"SUMPRODUCT(--(INT({cells}/{LEVEL_STEP})={level}))")
    yield _column(plan, letters.text, "text", _text(plan, cells))


def _text(plan: Plan, cells: str) -> str:
    """The first three problems in words, and how many more there are."""
    words = catalog.words("selfcheck")["row"]
    letters = plan.letters
    count = f"({_here(letters.errors)}+{_here(letters.warnings)})"
    joint, width = quoted(words["joint"]), len(letters.problems)
    message = [
        f"INDEX({plan.messages.area},MOD(SMALL({cells},{width + place}-{count}),{LEVEL_STEP}))" for place in (1, 2, 3)
    ]
    rest = f"{quoted(words['rest_before'])}&({count}-3)&{quoted(words['rest_after'])}"
    text = (
        f'{message[0]}&IF({count}>1,{joint}&{message[1]},"")&IF({count}>2,{joint}&{message[2]},"")'
        f'&IF({count}>3,{rest},"")'
    )
    return f'IF({_here(letters.used)}=0,"",IF({count}=0,{quoted(words["fine"])},{text}))'
