"""The strict reading: a row as typed, judged by the same rules, exactly as the template's own formulas judge it.

Nothing is mended here. A date is a date cell (or a number of the sensible years: Excel cannot tell them apart), a
number a number cell, an option its exact words, a text its words with the spaces set right. What rests on the office
(its roster, earlier weeks) is not judged. Every step stands in `strict_formulas` once more, as a formula.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, NamedTuple

from rectify_xl.facts import catalog
from rectify_xl.facts.catalog import Cover
from rectify_xl.facts.phrasing import needs_office
from rectify_xl.model import LEVELS, Column, Form, Level, Rule, Settings
from rectify_xl.office.ruling import COMPARED_AS_TEXT, Ruling, rule_columns, ruling_for
from rectify_xl.rules.expression_python import Test, compile_rules
from rectify_xl.selfcheck.strict_cells import (
    CELL_CODES,
    DAY_ZERO,
    UNREADABLE,
    Reader,
    day_in,
    key_of_text,
    reader_for,
    seen,
)

# What stands between the parts of a key: a sign that nobody types.
KEY_JOINT = "\u241f"


class Problem(NamedTuple):
    """One thing that may be wrong with a cell: its column, code and level, the rule's index (-1: the cell's own)."""

    column: str
    code: str
    level: Level
    rule: int = -1


@dataclass(frozen=True, kw_only=True, slots=True)
class StrictPlan:
    """How one form (or the cover) is read strictly under one office's settings.

    `readers` and `required` are by column position; `judged` are the rules that one workbook can judge, keys and
    coverage among them; `years` are those whose days off the template knows.
    """

    facts: Form | Cover
    settings: Settings
    ruling: Ruling
    readers: tuple[Reader, ...]
    required: frozenset[int]
    broken: Test
    judged: tuple[Rule, ...]
    reads: Mapping[int, frozenset[int]]
    years: range

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns in order."""
        return self.facts.columns


@dataclass(frozen=True, kw_only=True, slots=True)
class StrictRow:
    """One row as the template sees it; `values` and `codes` are in the form's column order.

    A value is what rules may use: None where the cell is blank or cannot be read. `codes` are cell codes ("" where
    nothing is wrong), `broken` the level of every broken rule by its index.
    """

    values: tuple[Any, ...]
    codes: tuple[str, ...]
    broken: Mapping[int, Level]
    is_used: bool

    def unread(self) -> set[int]:
        """The positions of cells that cannot be read."""
        return unread_places(self.values, self.codes)


@dataclass(frozen=True, kw_only=True, slots=True)
class StrictSheet:
    """The rows of a sheet in order, blank ones too; `coverage` gives what is lacking by the index of its rule."""

    rows: tuple[StrictRow, ...]
    coverage: Mapping[int, tuple[str, ...]] = field(default_factory=dict)


# ---- the plan


def strict_plan(facts: Form | Cover, settings: Settings) -> StrictPlan:
    """How the rows of a form, or the cover, are read strictly under these settings."""
    ruling = ruling_for(settings)
    judged = tuple(rule for rule in facts.rules if not needs_office(rule))
    years = calendar_years(settings)
    single = [(rule.index, rule.when, rule.holds) for rule in judged if rule.holds is not None]
    texts = frozenset(column.name for column in facts.columns if column.kind in COMPARED_AS_TEXT)
    required = [c.required and c.label not in settings.optional_columns for c in facts.columns]
    return StrictPlan(
        facts=facts,
        settings=settings,
        ruling=ruling,
        readers=tuple(reader_for(column, settings) for column in facts.columns),
        required=frozenset(place for place, is_required in enumerate(required) if is_required),
        broken=compile_rules(single, facts.positions, texts, template_functions(ruling, years)),
        judged=judged,
        reads={rule.index: frozenset(rule_columns(rule, facts)) for rule in judged},
        years=years,
    )


def calendar_years(settings: Settings) -> range:
    """The years whose days off a template carries: the stage's, to the one after its follow-up."""
    days = [d for d in (settings.stage_start, settings.stage_end, settings.followup_end) if d is not None]
    return range(min(days).year, max(days).year + 2) if days else range(0)


def template_functions(ruling: Ruling, years: range) -> Mapping[str, Callable[..., bool | None]]:
    """The rules' functions as a template has them: days off of these years only, texts compared by their keys."""

    def is_workday(day: date | None) -> bool | None:
        return ruling.calendar.is_workday(day) if day is not None and day.year in years else None

    def key(text: str | None) -> str | None:
        return None if text is None else key_of_text(text)

    return {**ruling.functions, "is_workday": is_workday, "plain": key}  # type: ignore[dict-item]


# ---- rows


def strict_row(plan: StrictPlan, raw: Sequence[Any], filled_on: date | None = None) -> StrictRow:
    """One row of raw cells in the form's column order, judged by all that needs no other row.

    `filled_on` is the day on the cover (None: blank or no date, what rests on it is not judged).
    """
    read = [reader(seen(cell)) for reader, cell in zip(plan.readers, raw, strict=True)]
    values, codes = tuple(value for value, _ in read), [code for _, code in read]
    is_used = isinstance(plan.facts, Cover) or any(v is not None or c for v, c in read)
    if not is_used:
        return StrictRow(values=values, codes=tuple(codes), broken={}, is_used=False)
    unread = unread_places(values, codes)
    for place in plan.required:
        if values[place] is None and not codes[place]:
            codes[place] = "required"
    bounds = plan.ruling.bounds(filled_on, "")
    broken = [i for i in plan.broken(values, bounds) if not plan.reads[i] & unread]
    levels = {index: plan.facts.rules[index].level for index in broken}
    return StrictRow(values=values, codes=tuple(codes), broken=levels, is_used=True)


def unread_places(values: Sequence[Any], codes: Sequence[str]) -> set[int]:
    """The positions of cells whose value no rule may use."""
    return {place for place, code in enumerate(codes) if code in UNREADABLE and values[place] is None}


def strict_sheet(plan: StrictPlan, raws: Sequence[Sequence[Any]], filled_on: date | None = None) -> StrictSheet:
    """Rows of raw cells in the order of the sheet, judged also by keys that stand twice and by coverage."""
    rows = [strict_row(plan, raw, filled_on) for raw in raws]
    for rule in plan.judged:
        if rule.on:
            for place, level in _repeated(plan, rule, rows):
                rows[place] = replace(rows[place], broken={**rows[place].broken, rule.index: level})
    lacking = {rule.index: _lacking(plan, rule, rows) for rule in plan.judged if rule.all_of}
    return StrictSheet(rows=tuple(rows), coverage={index: options for index, options in lacking.items() if options})


def strict_cover(settings: Settings, cells: Mapping[str, Any]) -> StrictRow:
    """The cover, its raw cells by field name, as a row."""
    plan = strict_plan(catalog.cover(), settings)
    raw = [cells.get(column.name, "") for column in plan.columns]
    return strict_row(plan, raw, day_of_cover(raw))


def day_of_cover(raw: Sequence[Any]) -> date | None:
    """填报日期 among the raw cells of the cover, None where it is no date."""
    return day_in(seen(raw[catalog.cover().positions["filled_on"]]))


def key_parts(plan: StrictPlan, rule: Rule) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The positions of a key's parts, and of those that must be filled for it to be judged."""
    columns = plan.columns
    places = tuple(plan.facts.positions[name] for name in rule.on)
    is_number = plan.facts.column(rule.column).assigned
    return places, tuple(p for p in places if is_number or columns[p].required)


def row_key(plan: StrictPlan, rule: Rule, row: StrictRow) -> str:
    """The key of a row under a rule on keys; "" where it has none."""
    places, needed = key_parts(plan, rule)
    if row.unread().intersection(places) or any(row.values[p] is None for p in needed):
        return ""
    return KEY_JOINT.join(_key_part(row.values[p]) for p in places) if row.is_used else ""


def _key_part(value: Any) -> str:
    if isinstance(value, date):
        return str((value - DAY_ZERO).days)
    return key_of_text(value) if isinstance(value, str) else "" if value is None else str(value)


def first_places(keys: Sequence[str]) -> list[int]:
    """For every row the place of the first with the same key, -1 where it has none."""
    first: dict[str, int] = {}
    return [first.setdefault(key, place) if key else -1 for place, key in enumerate(keys)]


def _repeated(plan: StrictPlan, rule: Rule, rows: Sequence[StrictRow]) -> Iterator[tuple[int, Level]]:
    """The rows whose key stands twice with the level: of numbers every one, else all but the first."""
    first = first_places([row_key(plan, rule, row) for row in rows])
    counts = Counter(first)
    soft = plan.facts.positions[rule.softened_by] if rule.softened_by else None
    is_number = plan.facts.column(rule.column).assigned
    for place, at in enumerate(first):
        if at < 0 or counts[at] < 2 or (place == at and not is_number):
            continue
        softened = soft is not None and not is_number and all(rows[p].values[soft] is not None for p in (place, at))
        yield place, "warning" if softened else "error"


def _lacking(plan: StrictPlan, rule: Rule, rows: Sequence[StrictRow]) -> tuple[str, ...]:
    place = plan.facts.positions[rule.column]
    if any(place in row.unread() for row in rows):
        return ()
    there = {row.values[place] for row in rows} - {None}
    if not there or there == {rule.or_only}:
        return ()
    return tuple(option for option in rule.all_of if option not in there)


# ---- the problems of a cell


def possible_problems(plan: StrictPlan) -> list[Problem]:
    """All problems that a row may have: errors before warnings, then by column, then as `problems_by_cell` ranks."""
    problems = [
        Problem(column.name, code, column.level)
        for place, column in enumerate(plan.columns)
        for code in ("error-value", *CELL_CODES[column.kind], *(["required"] if place in plan.required else []))
        if code != "length" or column.length
    ]
    for rule in plan.judged:
        if not rule.all_of:
            problems += [Problem(rule.column, rule.code, level, rule.index) for level in _levels(rule)]
    return sorted(problems, key=lambda p: (LEVELS.index(p.level), plan.facts.positions[p.column], _rank(p)))


def problems_by_cell(plan: StrictPlan, row: StrictRow) -> dict[str, Problem]:
    """The problem of each cell of a row by column: the first by level, scope and the order of the rules."""
    problems = [Problem(c.name, code, c.level) for c, code in zip(plan.columns, row.codes, strict=True) if code]
    for index, level in row.broken.items():
        rule = plan.facts.rules[index]
        problems.append(Problem(rule.column, rule.code, level, index))
    chosen: dict[str, Problem] = {}
    for problem in sorted(problems, key=lambda p: (LEVELS.index(p.level), _rank(p))):
        chosen.setdefault(problem.column, problem)
    return chosen


def _levels(rule: Rule) -> tuple[Level, ...]:
    """The levels that a broken rule may have."""
    if not rule.on:
        return (rule.level,)
    return ("error", "warning") if rule.softened_by else ("error",)


def _rank(problem: Problem) -> tuple[int, int]:
    scope = catalog.codes()[problem.code].scope
    return ("cell", "row", "sheet").index(scope), problem.rule
