"""The facts as records: loads the form files, lists, codes and reading habits, and refuses any slip in them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from rectify_xl.errors import FactsError as FactsError
from rectify_xl.facts.fact_files import FACTS as FACTS
from rectify_xl.facts.fact_files import profile_names as profile_names
from rectify_xl.facts.fact_files import read_toml as read_toml
from rectify_xl.facts.fact_files import record as record
from rectify_xl.facts.fact_files import words as words
from rectify_xl.facts.form_checks import Lists, slips_in_columns, slips_in_form, slips_in_levels
from rectify_xl.facts.in_force import kept_by_forms, own_forms
from rectify_xl.facts.reading_facts import ReadingFacts
from rectify_xl.model import LEVELS, Column, Deadline, Form, Level, Remarks, Rule
from rectify_xl.rules.expression import ExpressionError, Filled, Node
from rectify_xl.rules.expression_text import parse

KINDS = ("text", "choice", "date", "integer", "percent", "yesno", "people", "id")
# Of several findings of one cell and level, the one with the first of these scopes is reported.
SCOPES = ("file", "cell", "row", "sheet", "between", "fixed")


@dataclass(frozen=True, kw_only=True, slots=True)
class Code:
    """A finding code: its scope, its level, and whether it refuses the file."""

    scope: str
    level: Level
    refuses: bool = False


# ---- forms


@cache
def built_in_forms() -> Mapping[str, Form]:
    """The forms of facts/forms/*.toml by name, in the order of the office's templates."""
    return load_forms(FACTS)


@kept_by_forms()
def forms() -> Mapping[str, Form]:
    """Every form in force by name: the built-in ones in the order of the templates, then the office's own."""
    return {**built_in_forms(), **{form.name: form for form in own_forms()}}


def load_forms(folder: Path) -> dict[str, Form]:
    """The forms declared below `folder`; raises FactsError naming file and key."""
    order = _needed(read_toml("templates.toml", folder), "forms", "templates.toml")
    existing = {path.stem for path in (folder / "forms").glob("*.toml")}
    if sorted(order) != sorted(existing):
        raise FactsError("templates.toml", "forms", f"differs from forms/*.toml in {set(order) ^ existing}")
    lists = dict.fromkeys(_needed(read_toml("profiles.toml", folder), "lists", "profiles.toml"))
    all_lists = {**lists, **base_lists(folder)}
    return {name: _form(folder, name, all_lists, codes(folder)) for name in order}


def _needed(entry: dict[str, Any], key: str, file: str) -> Any:
    """Takes a key out of a table that must have it."""
    if key not in entry:
        raise FactsError(file, key, "is missing")
    return entry.pop(key)


def _form(folder: Path, name: str, lists: Lists, known_codes: Mapping[str, Code]) -> Form:
    file = f"forms/{name}.toml"
    entry = read_toml(file, folder)
    columns = tuple(_column(c, file, lists) for c in _needed(entry, "columns", file))
    office = tuple(_column({"required": False, **c}, file, lists) for c in entry.pop("office_columns", ()))
    positions = {column.name: place for place, column in enumerate(columns)}
    if entry.get("name") != name:
        raise FactsError(file, "name", "is not the file's")
    rules = tuple(_rule(i, r, file, positions, known_codes) for i, r in enumerate(_needed(entry, "rules", file)))
    for key in ("key", "unchanged"):
        _check_names(entry.get(key, ()), positions, file, key)
    if entry.get("evidence_on"):
        _check_names([entry["evidence_on"]], positions, file, "evidence_on")
    if "remarks" in entry:
        remarks = entry["remarks"] = record(Remarks, entry["remarks"], file, "remarks")
        _check_names([remarks.number, remarks.text, remarks.day], positions, file, "remarks")
    if "deadline" in entry:
        entry["deadline"] = _deadline(entry["deadline"], file, positions)
    for key in ("started", "closed_when"):
        if key in entry:
            entry[key] = _expression(entry[key], file, key, positions)
    form: Form = record(Form, {**entry, "columns": columns, "office_columns": office, "rules": rules}, file, "form")
    _refuse(slips_in_form(form, lists), file)
    return replace(form, positions=positions)


def _refuse(slips: Iterable[tuple[str, str]], file: str) -> None:
    for key, trouble in slips:
        raise FactsError(file, key, trouble)


def _column(entry: Mapping[str, Any], file: str, lists: Collection[str]) -> Column:
    key = f"columns.{entry.get('name')}"
    if entry.get("kind") == "yesno":
        entry = {**entry, "choices": "yesno"}
    column: Column = record(Column, entry, file, key)
    if column.kind not in KINDS:
        raise FactsError(file, f"{key}.kind", f"unknown kind {column.kind!r}")
    if (column.kind in ("choice", "yesno")) != bool(column.choices) or column.choices not in {"", *lists}:
        raise FactsError(file, f"{key}.choices", f"no list {column.choices!r}")
    return column


def _rule(
    index: int, entry: Mapping[str, Any], file: str, positions: Mapping[str, int], known_codes: Mapping[str, Code]
) -> Rule:
    key = f"rules.{index}"
    if entry.get("code") not in known_codes:
        raise FactsError(file, f"{key}.code", f"{entry.get('code')!r} is not in codes.toml")
    trees = {k: _expression(entry[k], file, f"{key}.{k}", positions) for k in ("when", "holds") if k in entry}
    level = entry.get("level", known_codes[entry["code"]].level)
    rule: Rule = record(Rule, {**entry, **trees, "index": index, "level": level}, file, key)
    _check_names([rule.column, *rule.on, *([rule.softened_by] if rule.softened_by else [])], positions, file, key)
    if rule.code == "required-when":
        return replace(rule, holds=Filled(rule.column))
    if rule.code == "empty-when":
        return replace(rule, holds=Filled(rule.column, False))
    if not (rule.holds or rule.on or rule.all_of or rule.between):
        raise FactsError(file, key, "says nothing: no holds, on, all_of or between")
    return rule


def _deadline(entry: Mapping[str, Any], file: str, positions: Mapping[str, int]) -> Deadline:
    trees = {k: _expression(entry[k], file, f"deadline.{k}", positions) for k in ("done", "standing") if k in entry}
    deadline: Deadline = record(Deadline, {**entry, **trees}, file, "deadline")
    _check_names([deadline.due, *([deadline.done_on] if deadline.done_on else [])], positions, file, "deadline")
    return deadline


def _expression(text: str, file: str, key: str, positions: Mapping[str, int]) -> Node:
    try:
        return parse(text, tuple(positions))
    except ExpressionError as error:
        raise FactsError(file, key, str(error)) from error


def _check_names(names: Collection[str], positions: Mapping[str, int], file: str, key: str) -> None:
    for name in names:
        if name not in positions:
            raise FactsError(file, key, f"no column {name!r}")


# ---- the rest of the facts


@dataclass(frozen=True, kw_only=True, slots=True)
class Cover:
    """The cover sheet of every template: its fields, the rule on its day, and the label of the edition's line."""

    sheet: str
    columns: tuple[Column, ...]
    rules: tuple[Rule, ...]
    stamp_label: str
    positions: Mapping[str, int]

    def column(self, name: str) -> Column:
        """The field called `name`."""
        return self.columns[self.positions[name]]


@cache
def cover(folder: Path = FACTS) -> Cover:
    """The cover sheet as facts/cover.toml declares it."""
    file = "cover.toml"
    entry = read_toml(file, folder)
    columns = tuple(_column(c, file, ()) for c in _needed(entry, "columns", file))
    positions = {column.name: place for place, column in enumerate(columns)}
    rules = tuple(_rule(i, r, file, positions, codes(folder)) for i, r in enumerate(_needed(entry, "rules", file)))
    sheet: Cover = record(Cover, {**entry, "columns": columns, "rules": rules, "positions": positions}, file, "cover")
    _refuse((*slips_in_columns(columns), *slips_in_levels(rules)), file)
    return sheet


@cache
def codes(folder: Path = FACTS) -> Mapping[str, Code]:
    """Every finding code (facts/codes.toml)."""
    file = "codes.toml"
    by_name: dict[str, Code] = {name: record(Code, e, file, name) for name, e in read_toml(file, folder).items()}
    for name, code in by_name.items():
        if code.scope not in SCOPES or code.level not in LEVELS:
            raise FactsError(file, name, f"unknown scope {code.scope!r} or level {code.level!r}")
    return by_name


@cache
def reading(folder: Path = FACTS) -> ReadingFacts:
    """facts/reading.toml as a record."""
    facts: ReadingFacts = record(ReadingFacts, read_toml("reading.toml", folder), "reading.toml", "reading")
    return facts


@cache
def base_lists(folder: Path = FACTS) -> Mapping[str, tuple[str, ...]]:
    """The lists that every organisation shares, by name."""
    return {name: tuple(options) for name, options in read_toml("lists.toml", folder).items()}


@cache
def header_aliases(folder: Path = FACTS) -> Mapping[str, tuple[str, ...]]:
    """Other words for a header, by label."""
    return {label: tuple(words) for label, words in read_toml("aliases.toml", folder)["headers"].items()}


@cache
def option_aliases(folder: Path = FACTS) -> Mapping[str, Mapping[str, str]]:
    """Other words for options: list name -> {alias: option}."""
    aliases: dict[str, dict[str, str]] = {}
    for name, options in read_toml("aliases.toml", folder)["options"].items():
        valid, words = base_lists(folder).get(name, ()), aliases.setdefault(name, {})
        for option, meanings in options.items():
            if option not in valid:
                raise FactsError("aliases.toml", f"options.{name}.{option}", "no such option")
            for word in meanings:
                if word in words or word in valid:
                    raise FactsError("aliases.toml", f"options.{name}.{option}", f"{word!r} means something already")
                words[word] = option
    return aliases


def check_facts(folder: Path = FACTS) -> None:
    """Reads everything this module knows below `folder`; raises FactsError for the first slip."""
    labels = {column.label for form in load_forms(folder).values() for column in form.columns}
    for label in header_aliases(folder):
        if label not in labels:
            raise FactsError("aliases.toml", f"headers.{label}", "no such label")
    for read in (cover, reading, option_aliases):
        read(folder)


@kept_by_forms()
def templates() -> Mapping[str, tuple[Form, ...]]:
    """The template workbooks by file name, each with its forms in order."""
    by_template: dict[str, list[Form]] = {}
    for form in forms().values():
        by_template.setdefault(form.template, []).append(form)
    return {name: tuple(in_template) for name, in_template in by_template.items()}


@cache
def states(kind: str) -> Mapping[str, str]:
    """The Chinese names of the states of `kind` (item, task, verdict, level) by their code names."""
    names: dict[str, str] = read_toml("states.toml")[kind]
    return names
