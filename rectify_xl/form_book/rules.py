"""The sheet 规则 of a form's workbook: a rule a row, its condition and what it asks written with labels."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rectify_xl.facts import catalog, terms
from rectify_xl.form_book.book import FormBook, condition_in, list_called, says_yes
from rectify_xl.form_book.columns import Declared
from rectify_xl.form_book.conditions import Vocabulary
from rectify_xl.form_book.layout import form_book_layout
from rectify_xl.model import Rule
from rectify_xl.normal import key_text, shown
from rectify_xl.office.settings.cells import Line, SettingsCell, near
from rectify_xl.office.settings.layout import settings_layout
from rectify_xl.rules.expression import Filled, Node

# The column by which a rule that only the merge can judge finds the unit of an item.
UNIT = "unit_code"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Context:
    """The form's columns, and the vocabulary of conditions."""

    declared: Declared
    vocabulary: Vocabulary


def read_rules(book: FormBook, declared: Declared, *, remarks: bool) -> tuple[Rule, ...]:
    """The rules in their order; mistakes are noted. `remarks` says that the form remarks on another's rows."""
    labels = tuple(declared.labels())
    lines = book.lines("rules", book.options({list_called("labels"): labels}))
    context = _Context(declared=declared, vocabulary=declared.vocabulary(book.around.lists))
    return tuple(_rule(at, line, context, remarks) for at, line in enumerate(lines))


def with_usual_rules(rules: tuple[Rule, ...], key: Sequence[str], declared: Declared) -> tuple[Rule, ...]:
    """The rules, with those that no form can do without: a number stands once, and so do the columns of the key.

    Rows of one key that were taken in could never be told apart when the unit sends them again.
    """
    number = "".join(column.name for column in declared.columns if column.assigned)
    for on, softened_by in (((number,) if number else (), ""), (tuple(key), number)):
        if on and not any(_keeps_apart(rule, on) for rule in rules):
            usual = Rule(index=len(rules), code="duplicate", column=on[-1], on=on, softened_by=softened_by)
            rules = (*rules, usual)
    return rules


def _keeps_apart(rule: Rule, on: Sequence[str]) -> bool:
    """Whether a rule sends one of two rows back that are alike in these columns."""
    is_strict = rule.code == "duplicate" and rule.level == "error" and rule.when is None
    return is_strict and bool(rule.on) and set(rule.on) <= set(on)


def _rule(index: int, line: Line, context: _Context, remarks: bool) -> Rule:
    values, names = line.values, context.declared.labels()
    code = form_book_layout().rule_names().get(values["code"], "consistent")
    usual = catalog.codes()[code].level
    level = terms.rule_levels().get(values["level"], usual)
    column = names.get(values["column"], "")
    between = says_yes(values["between"])
    if between and not (remarks and UNIT in names.values()):
        line.cells["between"].refuse("form-no-remarks", example=UNIT)
    demand = _DEMANDS.get(code, _condition)(line, column, context) if values["code"] and column and not between else {}
    _note_only_for(line, code)
    return Rule(
        index=index,
        code=code,
        column=column,
        level=level,
        when=condition_in(line.cells["when"], context.vocabulary),
        between=between,
        means=values["means"],
        **demand,
    )


# ---- the demand of a rule, by its code


def _filled_or_blank(wanted: bool) -> Callable[[Line, str, _Context], Mapping[str, Any]]:
    """A demand that the code alone states: the column filled, or blank, where the condition holds."""

    def demand(line: Line, column: str, context: _Context) -> Mapping[str, Any]:
        cell = line.cells["holds"]
        if cell.text:
            cell.refuse("form-only-for", other=_others(), other_label=line.cells["code"].column.label)
        return {"holds": Filled(column, wanted)}

    return demand


def _others() -> str:
    """The names of the rules that need a test of their own."""
    names = form_book_layout().rule_names()
    with_test = (name for name, code in names.items() if code not in ("required-when", "empty-when"))
    return settings_layout().separators[0].join(with_test)


def _key(line: Line, column: str, context: _Context) -> Mapping[str, Any]:
    """The columns that together stand once; the rule's own column alone where nothing is written."""
    cell, names = line.cells["holds"], context.declared.labels()
    labels = _listed(cell, tuple(names)) if cell.text else (context.declared.columns[_place(context, column)].label,)
    softened = line.values["softened_by"]
    return {"on": tuple(names[label] for label in labels), "softened_by": names.get(softened, "")}


def _place(context: _Context, column: str) -> int:
    return [c.name for c in context.declared.columns].index(column)


def _coverage(line: Line, column: str, context: _Context) -> Mapping[str, Any]:
    """The options that a sheet must show, and the one that stands for all of them."""
    cell, only = line.cells["holds"], line.cells["or_only"]
    if not cell.text:
        cell.refuse("form-says-nothing", example=cell.column.label)
    options = context.vocabulary.options.get(column)
    if column not in context.vocabulary.options:
        line.cells["column"].refuse("form-misfit", word=line.values["column"])
    all_of = _listed(cell, options)
    return {"all_of": all_of, "or_only": "".join(_listed(only, options)[:1])}


def _listed(cell: SettingsCell, allowed: Sequence[str] | None) -> tuple[str, ...]:
    """The words of a cell, each of which must be allowed (None: any is); others are noted."""
    words = tuple(part.strip() for part in cell.text.split(settings_layout().separators[0]) if part.strip())
    if allowed is None:
        return words
    by_key = {key_text(word): word for word in allowed}
    for word in words:
        if key_text(word) not in by_key:
            params = {"word": shown(word), "near": near(word, tuple(allowed)), "options": tuple(allowed)}
            cell.refuse("form-option", other=cell.column.label, **params)
    return tuple(by_key[key_text(word)] for word in words if key_text(word) in by_key)


def _condition(line: Line, column: str, context: _Context) -> Mapping[str, Any]:
    cell = line.cells["holds"]
    if not cell.text:
        cell.refuse("form-says-nothing", example=form_book_layout().examples["condition"])
    holds: Node | None = condition_in(cell, context.vocabulary)
    return {"holds": holds}


_DEMANDS: Mapping[str, Callable[[Line, str, _Context], Mapping[str, Any]]] = {
    "required-when": _filled_or_blank(True),
    "empty-when": _filled_or_blank(False),
    "duplicate": _key,
    "coverage": _coverage,
}
# Cells that may be filled only for rules of some codes.
_OF_RULES = {"softened_by": ("duplicate",), "or_only": ("coverage",), "between": ("unknown",)}


def _note_only_for(line: Line, code: str) -> None:
    names = {rule_code: name for name, rule_code in form_book_layout().rule_names().items()}
    for name, rules in _OF_RULES.items():
        cell = line.cells[name]
        is_filled = says_yes(cell.text) if name == "between" else cell.text
        if is_filled and code not in rules and line.values["code"]:
            cell.refuse("form-only-for", other=names[rules[0]], other_label=line.cells["code"].column.label)
