"""Forms prepared for judging under one office's settings: parsers by column, the rules as one function."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from rectify_xl.days.workdays import WorkCalendar, calendar_for
from rectify_xl.facts import catalog
from rectify_xl.kinds import Parser, Setting, Usual, parser_for, usual_for
from rectify_xl.model import Form, Level, Rule, Settings
from rectify_xl.normal import are_plain, key_text, plain
from rectify_xl.office.roster import Roster, roster_for
from rectify_xl.office.waivers import Waivers, waivers_for
from rectify_xl.rules.expression import And, Filled, names_in
from rectify_xl.rules.expression_python import Test, compile_rules, compile_test

COMPARED_AS_TEXT = frozenset({"text", "people"})


@dataclass(frozen=True, kw_only=True, slots=True)
class FormPlan:
    """How one form is judged: `parsers`, `usual` and `required` by column position.

    `is_whole` says whether every required cell is filled, `broken` gives the indices of the broken rules.
    """

    form: Form
    parsers: tuple[Parser, ...]
    usual: tuple[Usual, ...]
    required: tuple[int, ...]
    is_whole: Test
    broken: Test
    reads: Mapping[int, frozenset[int]]
    needed: frozenset[str]
    optional: frozenset[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Ruling:
    """One office's settings prepared for judging: everything it needs besides the file."""

    settings: Settings
    roster: Roster
    calendar: WorkCalendar
    functions: Mapping[str, Callable[..., bool | None]]
    cover_parsers: Mapping[str, Parser]
    cover_broken: Test
    waivers: Waivers = field(default_factory=Waivers)
    plans: dict[tuple[str, int | None], FormPlan] = field(default_factory=dict)

    def plan(self, form: Form, year: int | None) -> FormPlan:
        """The plan of a form whose dates without a year are of `year`; made once."""
        plan = self.plans.get((form.name, year))
        if plan is None:
            plan = self.plans[form.name, year] = _plan(form, year, self)
        return plan

    def bounds(self, filled_on: date | None, unit_kind: str) -> tuple[Any, ...]:
        """The values of expression.BOUNDS for one file, None where there is none."""
        s = self.settings
        return (s.stage_start, s.stage_end, s.followup_end, filled_on, unit_kind or None)


def ruling_for(settings: Settings) -> Ruling:
    """The settings prepared for judging."""
    roster = roster_for(settings)
    calendar = calendar_for(dict(settings.holidays))
    cover, start = catalog.cover(), settings.stage_start
    setting = Setting(lists=settings.lists, aliases=settings.aliases, year=start.year if start else None)
    rules = [(rule.index, rule.when, rule.holds) for rule in cover.rules]
    return Ruling(
        settings=settings,
        roster=roster,
        calendar=calendar,
        functions=_functions(settings, roster, calendar),
        cover_parsers={column.name: parser_for(column, setting) for column in cover.columns},
        cover_broken=compile_rules(rules, cover.positions, frozenset(), {"plain": plain}),
        waivers=waivers_for(settings, roster),
    )


def _plan(form: Form, year: int | None, ruling: Ruling) -> FormPlan:
    settings = ruling.settings
    setting = Setting(lists=settings.lists, aliases=settings.aliases, year=year, stage_end=settings.stage_end)
    optional = frozenset(c.name for c in form.columns if c.label in settings.optional_columns)
    required = frozenset(c.name for c in form.columns if c.required) - optional
    rules = [rule for rule in form.rules if rule.holds is not None]
    texts = frozenset(c.name for c in form.columns if c.kind in COMPARED_AS_TEXT)
    return FormPlan(
        form=form,
        parsers=tuple(parser_for(column, setting) for column in form.columns),
        usual=tuple(usual_for(column, setting) for column in form.columns),
        required=tuple(form.positions[c.name] for c in form.columns if c.name in required),
        is_whole=compile_test(
            And(tuple(Filled(c.name) for c in form.columns if c.name in required)), form.positions, texts, {}
        ),
        broken=compile_rules(
            [(r.index, r.when, r.holds) for r in rules], form.positions, texts, {**ruling.functions, "plain": plain}
        ),
        reads={rule.index: frozenset(rule_columns(rule, form)) for rule in form.rules},
        needed=required | {rule.column for rule in form.rules if rule.code == "required-when"},
        optional=optional,
    )


def rule_columns(rule: Rule, form: Form | catalog.Cover) -> list[int]:
    """The positions of the columns that a rule rests on."""
    names = [rule.column, *rule.on, *names_in(rule.when), *names_in(rule.holds)]
    return [form.positions[name] for name in names if name in form.positions]


# ---- the rules' functions under these settings; they give None where they cannot judge


def reviewers_of(settings: Settings, member_role: str) -> tuple[str, ...]:
    """Who may review the measures of a member of that role (any of them is right); () if nobody is named."""
    return tuple(reviewer for role, reviewer in settings.reviewers if role == member_role)


def authorities_of(settings: Settings, unit_kind: str, document: str) -> tuple[tuple[str, ...], Level]:
    """The authorities that keep a document of a unit of that kind, and the level of the rule; () if none is named."""
    filings = [f for f in settings.filings if f.unit_kind == unit_kind and f.document == document]
    level: Level = "error" if any(f.level == "error" for f in filings) else "warning"
    return tuple(f.authority for f in filings), level


def _functions(
    settings: Settings, roster: Roster, calendar: WorkCalendar
) -> Mapping[str, Callable[..., bool | None]]:
    @lru_cache(maxsize=4096)
    def is_workday(day: date | None) -> bool | None:
        return None if day is None else calendar.is_workday(day)

    def reviews(reviewer_role: str | None, member_role: str | None) -> bool | None:
        allowed = reviewers_of(settings, member_role) if member_role and reviewer_role else ()
        return reviewer_role in allowed if allowed else None

    def excludes(people: str | None, member: str | None) -> bool | None:
        return f"、{member}、" not in f"、{people}、" if people and member else None  # a member cell may name several

    def fits(level: Level) -> Callable[[str | None, str | None, str | None], bool | None]:
        def judged(authority: str | None, document: str | None, unit_kind: str | None) -> bool | None:
            if not (authority and document and unit_kind):
                return None
            allowed, filing_level = authorities_of(settings, unit_kind, document)
            return authority in allowed if allowed and filing_level == level else None

        return judged

    def in_roster(code: str | None) -> bool | None:
        return None if code is None or roster.is_empty else roster.by_code(code) is not None

    return {
        "is_workday": is_workday,
        "reviews": reviews,
        "excludes": excludes,
        "authority_fits": fits("error"),
        "authority_advised": fits("warning"),
        "in_roster": in_roster,
    }


def key_of(values: Sequence[Any], form: Form, names: Sequence[str]) -> tuple[Any, ...]:
    """The values of a row's key columns, texts in normal form."""
    parts = [values[form.positions[name]] for name in names]
    return tuple([key_text(value) if value.__class__ is str else value for value in parts])


def keys_of(rows: Sequence[Sequence[Any]], form: Form, names: Sequence[str]) -> list[tuple[Any, ...]]:
    """`key_of` of many rows, a column at a time."""
    places = [form.positions[name] for name in names]
    if not places:
        return [()] * len(rows)
    return list(zip(*(_normal([values[place] for values in rows]) for place in places), strict=True))


def _normal(values: list[Any]) -> list[Any]:
    if are_plain(values):
        return values
    return [key_text(value) if value.__class__ is str else value for value in values]
