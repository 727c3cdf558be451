"""The short messages of the self-check, for the 自检 of a row."""

from __future__ import annotations

from rectify_xl.facts import catalog
from rectify_xl.facts.phrasing import clause
from rectify_xl.model import LEVELS, Column
from rectify_xl.selfcheck.strict import Problem, StrictPlan, possible_problems

# A problem number is this times the level (error 1, warning 2), plus the place of the message.
LEVEL_STEP = 1000


def problem_numbers(strict: StrictPlan) -> dict[Problem, int]:
    """The number of each possible problem, in the order of the messages."""
    problems = possible_problems(strict)
    if len(problems) >= LEVEL_STEP:
        raise ValueError(f"more than {LEVEL_STEP} problems in one form")
    return {p: LEVEL_STEP * (LEVELS.index(p.level) + 1) + place for place, p in enumerate(problems, start=1)}


def message_for(strict: StrictPlan, problem: Problem) -> str:
    """The message of a problem, without a full stop."""
    words = catalog.words("selfcheck")["problems"]
    text = _rule_words(strict, problem) if problem.rule >= 0 else _code_words(strict, problem)
    return str(words["warning"].format(text=text)) if problem.level == "warning" else text


def _rule_words(strict: StrictPlan, problem: Problem) -> str:
    """A rule in its own words; of one on keys only what stands twice."""
    rule, settings = strict.facts.rules[problem.rule], strict.settings
    if rule.on:
        pattern = catalog.words("phrases")["zh"]["column"]
        columns = "".join(pattern.format(label=strict.facts.column(name).label) for name in rule.on)
        return str(catalog.words("selfcheck")["problems"]["duplicate"].format(columns=columns))
    bounds = {name: getattr(settings, name) for name in ("stage_start", "stage_end", "followup_end")}
    return clause(strict.facts, rule, "zh", bounds)


def _code_words(strict: StrictPlan, problem: Problem) -> str:
    words, column = catalog.words("selfcheck")["problems"], strict.facts.column(problem.column)
    pattern = words.get(f"{problem.code} {column.kind}", words[problem.code])
    low, high = _limits(column, problem.code)
    return str(pattern.format(label=column.label, low=low, high=high))


def _limits(column: Column, code: str) -> tuple[str, str]:
    if code == "length" and column.length:
        return str(column.length[0]), str(column.length[1])
    if code == "range":
        shown = catalog.words("template")["kinds"][column.kind]["bound"]
        low, high = column.range or (0, 1)
        return shown.format(low), shown.format(high)
    return "", ""
