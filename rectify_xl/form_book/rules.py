"""The sheet 规则 of a form's workbook: a rule a row, its condition and what it asks written with labels."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from rectify_xl import catalog
from rectify_xl.expression import Filled, Node
from rectify_xl.form_book.book import FormBook, condition_in, levels, list_called, says_yes
from rectify_xl.form_book.columns import Declared
from rectify_xl.form_book.conditions import Vocabulary
from rectify_xl.form_book.layout import form_book_layout
from rectify_xl.model import Level, Rule
from rectify_xl.normal import key_text, shown
from rectify_xl.settings.cells import Line, SettingsCell, near
from rectify_xl.settings.layout import settings_layout

# The column by which a rule that only the merge can judge finds the unit of an item.
UNIT = "unit_code"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Among:
    """What a rule is read among: the form's columns, and what conditions may say."""

    declared: Declared
    vocabulary: Vocabulary


def read_rules(book: FormBook, declared: Declared, *, remarks: bool) -> tuple[Rule, ...]:
    """The rules in their order; mistakes are noted. `remarks` says that the form remarks on another's rows."""
    labels = tuple(declared.labels())
    lines = book.lines("rules", {list_called("labels"): labels})
    among = _Among(declared=declared, vocabulary=declared.vocabulary(book.around.lists))
    return tuple(_rule(at, line, among, remarks) for at, line in enumerate(lines))


def _rule(index: int, line: Line, among: _Among, remarks: bool) -> Rule:
    said, names = line.values, among.declared.labels()
    code = form_book_layout().rule_names().get(said["code"], "consistent")
    usual = catalog.codes()[code].level
    level = cast(Level, levels().get(said["level"], usual))
    column = names.get(said["column"], "")
    between = says_yes(said["between"])
    if between and not (remarks and UNIT in names.values()):
        line.cells["between"].refuse("form-no-remarks", example=UNIT)
    asked = _ASKED.get(code, _usual)(line, column, among) if said["code"] and column and not between else {}
    _note_only_for(line, code)
    return Rule(
        index=index,
        code=code,
        column=column,
        level=level,
        when=condition_in(line.cells["when"], among.vocabulary),
        between=between,
        means=said["means"],
        **asked,
    )


# ---- what a rule asks, by its code


def _filled(wanted: bool) -> Callable[[Line, str, _Among], Mapping[str, Any]]:
    """A rule that says by its code alone what it asks, of the rows of its condition."""

    def asked(line: Line, column: str, among: _Among) -> Mapping[str, Any]:
        cell = line.cells["holds"]
        if cell.text:
            cell.refuse("form-only-for", other=_others(), other_label=line.cells["code"].column.label)
        return {"holds": Filled(column, wanted)}

    return asked


def _others() -> str:
    """The rules that say what they ask."""
    names = form_book_layout().rule_names()
    kept = (name for name, code in names.items() if code not in ("required-when", "empty-when"))
    return settings_layout().separators[0].join(kept)


def _key(line: Line, column: str, among: _Among) -> Mapping[str, Any]:
    """The columns that together stand once; the rule's own column alone where nothing is written."""
    cell, names = line.cells["holds"], among.declared.labels()
    on = _listed(cell, tuple(names)) if cell.text else (among.declared.columns[_place(among, column)].label,)
    softened = line.values["softened_by"]
    return {"on": tuple(names[label] for label in on), "softened_by": names.get(softened, "")}


def _place(among: _Among, column: str) -> int:
    return [c.name for c in among.declared.columns].index(column)


def _coverage(line: Line, column: str, among: _Among) -> Mapping[str, Any]:
    """The options that a sheet must show, and the one that stands for all of them."""
    cell, only = line.cells["holds"], line.cells["or_only"]
    if not cell.text:
        cell.refuse("form-says-nothing", example=cell.column.label)
    known = among.vocabulary.options.get(column)
    if column not in among.vocabulary.options:
        line.cells["column"].refuse("form-misfit", word=line.values["column"])
    all_of = _listed(cell, known)
    return {"all_of": all_of, "or_only": "".join(_listed(only, known)[:1])}


def _listed(cell: SettingsCell, known: Sequence[str] | None) -> tuple[str, ...]:
    """Several words of one cell, each of which must be known; one that is not is noted."""
    words = tuple(part.strip() for part in cell.text.split(settings_layout().separators[0]) if part.strip())
    if known is None:
        return words
    by_key = {key_text(word): word for word in known}
    for word in words:
        if key_text(word) not in by_key:
            about = {"word": shown(word), "near": near(word, tuple(known)), "options": tuple(known)}
            cell.refuse("form-option", other=cell.column.label, **about)
    return tuple(by_key[key_text(word)] for word in words if key_text(word) in by_key)


def _usual(line: Line, column: str, among: _Among) -> Mapping[str, Any]:
    cell = line.cells["holds"]
    if not cell.text:
        cell.refuse("form-says-nothing", example=form_book_layout().examples["condition"])
    holds: Node | None = condition_in(cell, among.vocabulary)
    return {"holds": holds}


_ASKED: Mapping[str, Callable[[Line, str, _Among], Mapping[str, Any]]] = {
    "required-when": _filled(True),
    "empty-when": _filled(False),
    "duplicate": _key,
    "coverage": _coverage,
}
# Which cells go with which rules only.
_OF_RULES = {"softened_by": ("duplicate",), "or_only": ("coverage",), "between": ("unknown",)}


def _note_only_for(line: Line, code: str) -> None:
    names = {held: name for name, held in form_book_layout().rule_names().items()}
    for name, rules in _OF_RULES.items():
        cell = line.cells[name]
        is_said = says_yes(cell.text) if name == "between" else cell.text
        if is_said and code not in rules and line.values["code"]:
            cell.refuse("form-only-for", other=names[rules[0]], other_label=line.cells["code"].column.label)
