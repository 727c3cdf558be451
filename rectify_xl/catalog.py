"""The facts as records: loads the form files, lists, codes and reading habits, and refuses any slip in them."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from pathlib import Path
from typing import Any

from rectify_xl import expression
from rectify_xl.model import Column, Deadline, Form, Level, RectifyError, Rule

FACTS = Path(__file__).parent / "facts"
KINDS = ("text", "choice", "date", "integer", "percent", "yesno", "people", "id")


class FactsError(RectifyError):
    """A slip in a data file of ours, with the file and the key that hold it."""

    def __init__(self, file: str, key: str, trouble: str) -> None:
        super().__init__(f"{file}: {key}: {trouble}")
        self.file, self.key = file, key


@dataclass(frozen=True, kw_only=True, slots=True)
class Code:
    """What a finding code is: the scope that judges it, its level, and whether it refuses the file."""

    scope: str
    level: Level
    refuses: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadingFacts:
    """facts/reading.toml: how rows that are no data and values that mean nothing are known."""

    blanks: tuple[str, ...]
    serial_labels: tuple[str, ...]
    total_labels: tuple[str, ...]
    signature_labels: tuple[str, ...]
    example_labels: tuple[str, ...]
    hint_brackets: tuple[str, ...]
    instructions_sheet: str
    lists_sheet: str
    problems_sheet: str
    self_check_label: str
    self_check_sheet: str
    header_within_rows: int
    office_kind: str
    clutter: tuple[str, ...]
    suffixes: tuple[str, ...]
    earliest_year: int
    latest_year: int
    longest_text: int
    most_digits: int
    standing: tuple[str, ...]
    counters: tuple[str, ...]


def read_toml(name: str, folder: Path = FACTS) -> dict[str, Any]:
    """One data file as a dict; FactsError if it is no TOML."""
    try:
        return tomllib.loads((folder / name).read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise FactsError(name, "", str(error)) from error


def record(kind: type[Any], entry: Mapping[str, Any], file: str, key: str) -> Any:
    """A frozen record from a table of a data file; lists become tuples, unknown and missing keys are refused."""
    known = {f.name for f in fields(kind)}
    if unknown := set(entry) - known:
        raise FactsError(file, f"{key}.{sorted(unknown)[0]}", "unknown key")
    try:
        return kind(**{k: tuple(v) if isinstance(v, list) else v for k, v in entry.items()})
    except TypeError as error:
        raise FactsError(file, key, str(error)) from error


# ---- forms


@cache
def forms() -> Mapping[str, Form]:
    """Every form by name, in the order of the office's templates (facts/lists.toml's neighbours: forms/*.toml)."""
    return load_forms(FACTS)


def load_forms(folder: Path) -> dict[str, Form]:
    """The forms declared below `folder`; raises FactsError naming file and key."""
    order = read_toml("templates.toml", folder)["forms"]
    there = {path.stem for path in (folder / "forms").glob("*.toml")}
    if set(order) != there:
        raise FactsError("templates.toml", "forms", f"differs from forms/*.toml in {set(order) ^ there}")
    lists = set(read_toml("lists.toml", folder)) | set(read_toml("profiles.toml", folder)["lists"])
    known = set(read_toml("codes.toml", folder))
    return {name: _form(folder, name, lists, known) for name in order}


def _form(folder: Path, name: str, lists: Collection[str], codes_known: Collection[str]) -> Form:
    file = f"forms/{name}.toml"
    entry = read_toml(file, folder)
    columns = tuple(_column(c, file, lists) for c in entry.pop("columns"))
    office = tuple(_column({"required": False, **c}, file, lists) for c in entry.pop("office_columns", ()))
    positions = {column.name: place for place, column in enumerate(columns)}
    if len(positions) != len(columns) or entry.get("name") != name:
        raise FactsError(file, "columns", "a name stands twice, or the file's name is not the form's")
    rules = tuple(_rule(i, r, file, positions, codes_known) for i, r in enumerate(entry.pop("rules")))
    for key in ("key", "unchanged"):
        _known(entry.get(key, ()), positions, file, key)
    if entry.get("evidence_on"):
        _known([entry["evidence_on"]], positions, file, "evidence_on")
    if "deadline" in entry:
        entry["deadline"] = _deadline(entry["deadline"], file, positions)
    for key in ("started", "closed_when"):
        if key in entry:
            entry[key] = _expression(entry[key], file, key, positions)
    made: Form = record(Form, {**entry, "columns": columns, "office_columns": office, "rules": rules}, file, "form")
    return replace(made, positions=positions)


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
    index: int, entry: Mapping[str, Any], file: str, positions: Mapping[str, int], known: Collection[str]
) -> Rule:
    key = f"rules.{index}"
    if entry.get("code") not in known:
        raise FactsError(file, f"{key}.code", f"{entry.get('code')!r} is not in codes.toml")
    trees = {k: _expression(entry[k], file, f"{key}.{k}", positions) for k in ("when", "holds") if k in entry}
    level = entry.get("level", codes()[entry["code"]].level)
    rule: Rule = record(Rule, {**entry, **trees, "index": index, "level": level}, file, key)
    _known([rule.column, *rule.on, *([rule.softened_by] if rule.softened_by else [])], positions, file, key)
    if rule.code == "required-when":
        return replace(rule, holds=expression.Filled(rule.column))
    if rule.code == "empty-when":
        return replace(rule, holds=expression.Filled(rule.column, False))
    if not (rule.holds or rule.on or rule.all_of or rule.between):
        raise FactsError(file, key, "says nothing: no holds, on, all_of or between")
    return rule


def _deadline(entry: Mapping[str, Any], file: str, positions: Mapping[str, int]) -> Deadline:
    trees = {
        k: _expression(entry[k], file, f"deadline.{k}", positions) for k in ("done", "standing") if k in entry
    }
    deadline: Deadline = record(Deadline, {**entry, **trees}, file, "deadline")
    _known([deadline.due, *([deadline.done_on] if deadline.done_on else [])], positions, file, "deadline")
    return deadline


def _expression(text: str, file: str, key: str, positions: Mapping[str, int]) -> expression.Node:
    try:
        return expression.parse(text, tuple(positions))
    except expression.ExpressionError as error:
        raise FactsError(file, key, str(error)) from error


def _known(names: Collection[str], positions: Mapping[str, int], file: str, key: str) -> None:
    for name in names:
        if name not in positions:
            raise FactsError(file, key, f"no column {name!r}")


# ---- the rest of the facts


@dataclass(frozen=True, kw_only=True, slots=True)
class Cover:
    """The cover sheet of every template: its fields, the rule on its day, and the line that tells the edition."""

    sheet: str
    columns: tuple[Column, ...]
    rules: tuple[Rule, ...]
    stamp_label: str
    positions: Mapping[str, int]

    def column(self, name: str) -> Column:
        """The field called `name`."""
        return self.columns[self.positions[name]]


@cache
def cover() -> Cover:
    """The cover sheet as facts/cover.toml declares it."""
    entry = read_toml("cover.toml")
    columns = tuple(_column(c, "cover.toml", ()) for c in entry["columns"])
    positions = {column.name: place for place, column in enumerate(columns)}
    rules = tuple(_rule(i, r, "cover.toml", positions, codes()) for i, r in enumerate(entry["rules"]))
    made: Cover = record(Cover, {**entry, "columns": columns, "rules": rules, "positions": positions}, "cover.toml", "")
    return made


@cache
def codes() -> Mapping[str, Code]:
    """Every finding code (facts/codes.toml)."""
    return {name: record(Code, entry, "codes.toml", name) for name, entry in read_toml("codes.toml").items()}


@cache
def reading() -> ReadingFacts:
    """facts/reading.toml as a record."""
    made: ReadingFacts = record(ReadingFacts, read_toml("reading.toml"), "reading.toml", "")
    return made


@cache
def base_lists() -> Mapping[str, tuple[str, ...]]:
    """The lists that every organisation shares, by name."""
    return {name: tuple(options) for name, options in read_toml("lists.toml").items()}


@cache
def header_aliases() -> Mapping[str, tuple[str, ...]]:
    """Other words for a header, by label."""
    return {label: tuple(words) for label, words in read_toml("aliases.toml")["headers"].items()}


@cache
def option_aliases() -> Mapping[str, Mapping[str, str]]:
    """Other words for options: list name -> {alias: option}."""
    made: dict[str, dict[str, str]] = {}
    for name, options in read_toml("aliases.toml")["options"].items():
        for option, words in options.items():
            if option not in base_lists().get(name, ()):
                raise FactsError("aliases.toml", f"options.{name}.{option}", "no such option")
            made.setdefault(name, {}).update(dict.fromkeys(words, option))
    return made


@cache
def templates() -> Mapping[str, tuple[Form, ...]]:
    """The template workbooks by file name, each with its forms in order."""
    made: dict[str, list[Form]] = {}
    for form in forms().values():
        made.setdefault(form.template, []).append(form)
    return {name: tuple(held) for name, held in made.items()}


@cache
def states(kind: str) -> Mapping[str, str]:
    """The Chinese names of the states of `kind` (item, task, verdict, level) by their code names."""
    named: dict[str, str] = read_toml("states.toml")[kind]
    return named


@cache
def words(part: str) -> Mapping[str, Any]:
    """One part of the wording of our own sheets and terminal texts (facts/words/<part>.toml)."""
    return read_toml(f"words/{part}.toml")
