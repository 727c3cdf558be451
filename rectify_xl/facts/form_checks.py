"""Checks of a declared form beyond its names and expressions; each slip comes with its key."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from rectify_xl.model import LEVELS, Column, Form, Rule
from rectify_xl.rules.expression import options_in

FILLERS = ("branch", "office")
# Options by list name; None for a list that every organisation sets for itself.
Lists = Mapping[str, tuple[str, ...] | None]
Slips = Iterator[tuple[str, str]]


def slips_in_form(form: Form, lists: Lists) -> Slips:
    """(key, trouble) for each slip in a form; options of the organisations' own lists are checked with these."""
    yield from slips_in_columns((*form.columns, *form.office_columns))
    yield from slips_in_levels(form.rules)
    if form.filled_by not in FILLERS:
        yield "filled_by", f"{form.filled_by!r} is none of {FILLERS}"
    if any(column.assigned for column in form.columns) != bool(form.id_letter):
        yield "id_letter", "goes with a column that the office assigns"
    options_of = {c.name: lists.get(c.choices) if c.choices else () for c in form.columns}
    for column in form.columns:
        for name, option in column.standing_fills.items():
            options = options_of.get(name, ())
            if options is not None and option not in options:
                yield f"columns.{column.name}.standing_fills", f"{name} has no option {option!r}"
    for key, name, option in _options_of(form):
        options = options_of.get(name)
        if options is not None and option not in options:
            yield key, f"{name} has no option {option!r}"


def slips_in_columns(columns: Collection[Column]) -> Slips:
    """(key, trouble) for names and labels that stand twice, unknown levels, and bounds that are none."""
    used: set[str] = set()
    for column in columns:
        key = f"columns.{column.name}"
        if {f"name {column.name}", f"label {column.label}"} & used:
            yield key, "its name or its label stands twice"
        used |= {f"name {column.name}", f"label {column.label}"}
        if column.level not in LEVELS:
            yield f"{key}.level", f"unknown level {column.level!r}"
        for part, bounds in (("length", column.length), ("range", column.range)):
            if bounds is not None and (len(bounds) != 2 or bounds[0] > bounds[1]):
                yield f"{key}.{part}", "is not the least and the most"


def slips_in_levels(rules: Collection[Rule]) -> Slips:
    """(key, trouble) for rules of an unknown level."""
    for rule in rules:
        if rule.level not in LEVELS:
            yield f"rules.{rule.index}.level", f"unknown level {rule.level!r}"


def _options_of(form: Form) -> Iterator[tuple[str, str, str]]:
    """(key, column, option) for each option that the form's rules and states name."""
    trees = [(f"rules.{rule.index}", tree) for rule in form.rules for tree in (rule.when, rule.holds)]
    trees += [("started", form.started), ("closed_when", form.closed_when)]
    trees += [("deadline", tree) for tree in (form.deadline.done, form.deadline.standing)] if form.deadline else []
    for key, tree in trees:
        yield from ((key, name, option) for name, option in options_in(tree))
    for rule in form.rules:
        named = (*rule.all_of, *([rule.or_only] if rule.or_only else []))
        yield from ((f"rules.{rule.index}", rule.column, option) for option in named)
