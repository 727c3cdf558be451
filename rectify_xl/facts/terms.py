"""What the forms require of an office's lists: the options their rules name, and the words of a 判定条件."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from rectify_xl.facts import catalog
from rectify_xl.facts.in_force import kept_by_forms
from rectify_xl.model import Form, Level
from rectify_xl.rules.expression import options_in

Words = dict[str, tuple[str, tuple[str, ...]]]


@cache
def list_titles() -> Mapping[str, str]:
    """The titles of the lists in 字典, by list name: the lists that profiles set first, then the shared ones."""
    titles = catalog.read_toml("profiles.toml")["titles"]
    names = (*catalog.read_toml("profiles.toml")["lists"], *catalog.base_lists())
    if set(titles) != set(names):
        raise catalog.FactsError("profiles.toml", "titles", f"differs from the lists in {set(titles) ^ set(names)}")
    return {name: titles[name] for name in names}


def list_names() -> dict[str, str]:
    """The names of the lists in 字典 by title."""
    return {title: name for name, title in list_titles().items()}


@kept_by_forms()
def form_titles() -> Mapping[str, str]:
    """The form names by title, in the order of the templates."""
    return {form.title: name for name, form in catalog.forms().items()}


def waivable_codes() -> tuple[str, ...]:
    """The codes that a waiver may let pass: not what refuses a file, nor what was understood anyway."""
    return tuple(name for name, code in catalog.codes().items() if code.level != "fixed" and not code.refuses)


def rule_levels() -> dict[str, Level]:
    """The levels that a column or a rule may have, by their Chinese names."""
    levels: tuple[Level, ...] = ("error", "warning")
    return {catalog.states("level")[level]: level for level in levels}


def condition_words(form: Form, lists: Mapping[str, Sequence[str]]) -> Words:
    """The words of a 判定条件 on a form: the column's name and its options by label."""
    choices = [c for c in form.columns if c.choices]
    return {c.label: (c.name, tuple(lists.get(c.choices, ()))) for c in choices}


def missing_options(lists: Mapping[str, Sequence[str]]) -> list[tuple[str, str, str]]:
    """(list, option, title of a form) for each option that a form's rules name and its list lacks, each once."""
    available = {name: frozenset(options) for name, options in lists.items()}
    return [
        (name, option, title)
        for (name, option), title in _needed_options().items()
        if name in available and option not in available[name]
    ]


@kept_by_forms()
def _needed_options() -> Mapping[tuple[str, str], str]:
    titles: dict[tuple[str, str], str] = {}
    for form in catalog.forms().values():
        for column, option in _named_by(form):
            if choices := form.column(column).choices:
                titles.setdefault((choices, option), form.title)
    return titles


def _named_by(form: Form) -> Iterator[tuple[str, str]]:
    """(column, option) for each option that the form's rules, states and coverage name."""
    trees = [tree for rule in form.rules for tree in (rule.when, rule.holds)]
    trees += [form.started, form.closed_when]
    trees += [form.deadline.done, form.deadline.standing] if form.deadline else []
    for tree in trees:
        yield from ((name, option) for name, option in options_in(tree) if name in form.positions)
    for rule in form.rules:
        for option in (*rule.all_of, *([rule.or_only] if rule.or_only else [])):
            yield rule.column, option
