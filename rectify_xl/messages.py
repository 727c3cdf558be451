"""Findings in words: the sentence a clerk reads, and the page that lists every finding there is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

from rectify_xl.facts import catalog
from rectify_xl.facts.catalog import FactsError
from rectify_xl.facts.in_force import kept_by_forms
from rectify_xl.facts.phrasing import LANGUAGES, clause, demand, words
from rectify_xl.model import COVER, Finding, Level
from rectify_xl.normal import as_seen, shown
from rectify_xl.rules.expression import BOUNDS

# The placeholders of every sentence, and the further ones of row rules.
_COMMON = frozenset({"where", "typed", "value", "label", "sheet", "cell", "row", "please"})
_OF_RULES = frozenset({"when", "holds", "rule"})
# Placeholders that are filled from a finding's attribute where its params leave them out.
_ELSEWHERE = {"other_sheet": "sheet", "found": "value"}
# Codes about texts, or numbers that are no fractions: they quote 0.8 as 0.8, not as a cell that shows 80%.
_OF_WORDS = frozenset({"fixed-percent", "number"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """The texts of one code in one language; `case` holds the sentences of special cases."""

    name: str
    means: str
    text: str
    case: Mapping[str, str] = field(default_factory=dict)

    def sentences(self) -> dict[str, str]:
        """Every sentence by case, the usual one under ""."""
        return {"": self.text, **self.case}


def sentence(finding: Finding, lang: str = "zh") -> str:
    """Where, what and what to do, in one or two sentences; a missing part is worded as such, never an error.

    The rule of an office's own form is worded only where the form is in force.
    """
    message = messages(lang)[finding.code]
    params, frame = dict(finding.params), catalog.words("phrases")[lang]["finding"]
    text = message.case.get(str(params.get("case", "")), message.text) + _waiver_told(params, frame["waived"])
    nothing = frame["nothing"]
    parts = _usual_parts(finding, lang) | _rule_parts(finding, lang)
    parts |= {name: nothing if value in (None, "") else _worded(value) for name, value in finding.params}
    return _FILLER.vformat(text, (), _Parts(parts))


def _waiver_told(params: Mapping[str, Any], said: Mapping[str, str]) -> str:
    """What is added of a waiver: its reason and who approved it, as far as the settings name them."""
    if "waived" not in params:
        return ""
    return said["start"] + "".join(said[name] for name in ("waived", "approved_by") if params.get(name)) + said["end"]


def where(finding: Finding, lang: str = "zh") -> str:
    """The sheet, the cell (else the row) and the label, as far as the finding has them: 「整改台帐」V7「完成日期」."""
    frame = catalog.words("phrases")[lang]["finding"]
    parts = [
        frame["sheet"].format(sheet=finding.sheet) if finding.sheet else "",
        frame["cell"].format(cell=finding.cell) if finding.cell else "",
        frame["row"].format(row=finding.row) if finding.row and not finding.cell and finding.column else "",
        frame["label"].format(label=finding.label) if finding.label else "",
    ]
    joined: str = frame["join"].join(part for part in parts if part)
    return joined


def code_name(code: str, lang: str = "zh") -> str:
    """The short name of a code for lists and tables."""
    return messages(lang)[code].name


def level_name(level: Level, lang: str = "zh") -> str:
    """The name of a level."""
    name: str = catalog.words("phrases")[lang].get("levels", catalog.states("level"))[level]
    return name


# ---- the parts of a sentence


class _Parts(dict[str, Any]):
    """The parts by name; a missing one reads as left out."""

    def __missing__(self, name: str) -> str:
        unsaid: str = self["unsaid"]
        return unsaid


class _Filler(Formatter):
    """Fills the parts in; the format `size` writes a number of bytes in KB, MB or GB."""

    def get_value(self, key: int | str, args: Any, kwargs: Any) -> Any:
        return kwargs[key]

    def format_field(self, value: Any, format_spec: str) -> str:
        return _as_size(value) if format_spec == "size" else str(value)


_FILLER = _Filler()


def _as_size(value: Any) -> str:
    text = str(value)
    if not text.isascii() or not text.isdigit() or int(text) < 1024:
        return text
    size, unit = int(text) / 1024, "KB"
    for larger in ("MB", "GB"):
        if size >= 1024:
            size, unit = size / 1024, larger
    return f"{size:.1f} {unit}"


def _worded(value: Any) -> str:
    """A value as text; the only fractions in findings are percents."""
    return f"{value * 100:.10g}%" if isinstance(value, float) else str(value)


@kept_by_forms()
def _kinds() -> Mapping[tuple[str, str], str]:
    """The kind of each column, by the names of its form and its own."""
    return {(form.name, column.name): column.kind for form in catalog.forms().values() for column in form.columns}


def _usual_parts(finding: Finding, lang: str) -> dict[str, Any]:
    frame = catalog.words("phrases")[lang]["finding"]
    typed = quoted(finding)
    values = {"sheet": shown(finding.sheet), "value": typed}
    elsewhere = {name: values[attribute] for name, attribute in _ELSEWHERE.items() if values[attribute]}
    return {
        **elsewhere,
        "unsaid": frame["unsaid"],
        "where": where(finding, lang),
        "typed": frame["typed"].format(value=typed) if typed else "",
        "value": typed or frame["nothing"],
        "please": frame["please"][finding.level],
        "label": finding.label,
        "sheet": finding.sheet,
        "cell": finding.cell,
        "row": finding.row,
    }


def quoted(finding: Finding) -> str:
    """The typed value as its cell shows it; for codes about texts, word for word."""
    if finding.code in _OF_WORDS:
        return shown(finding.value)
    kind = _kinds().get((finding.form, finding.column), "")
    return shown(str(dict(finding.params).get("seen", "")) or as_seen(finding.value, kind))


def _rule_parts(finding: Finding, lang: str) -> dict[str, str]:
    days = tuple((n, v) for n, v in finding.params if n in BOUNDS and isinstance(v, date))
    return _parts_of_rule(finding.form, finding.rule, lang, days) if finding.rule >= 0 else {}


@kept_by_forms(4096)
def _parts_of_rule(name: str, index: int, lang: str, told_days: tuple[tuple[str, date], ...]) -> dict[str, str]:
    form = catalog.cover() if name == COVER else catalog.forms().get(name)
    if form is None or index >= len(form.rules):
        return {}
    rule, days, frame = form.rules[index], dict(told_days), catalog.words("phrases")[lang]["finding"]
    return {
        "when": words(rule.when, form, lang, days) if rule.when else "",
        "holds": demand(form, rule, lang, days),
        "rule": clause(form, rule, lang, days),
        "keys": "".join(frame["label"].format(label=form.column(name).label) for name in rule.on),
    }


# ---- the catalogue


@cache
def messages(lang: str) -> Mapping[str, Message]:
    """Every code's message in a language (facts/messages.<lang>.toml)."""
    return load_messages(lang, catalog.FACTS)


def load_messages(lang: str, folder: Path) -> dict[str, Message]:
    """The messages declared below `folder`; FactsError names the file and key of an unknown or missing one."""
    file = f"messages.{lang}.toml"
    return {code: catalog.record(Message, e, file, code) for code, e in catalog.read_toml(file, folder).items()}


def check_messages(folder: Path = catalog.FACTS) -> None:
    """Refuses (FactsError) a code without a sentence, a sentence without a code, an unknown placeholder or case."""
    codes = catalog.read_toml("codes.toml", folder)
    params = catalog.read_toml("words/phrases.toml", folder)["params"]
    tables = {lang: load_messages(lang, folder) for lang in LANGUAGES}
    for lang, table in tables.items():
        for code in sorted(codes.keys() ^ table.keys()):
            trouble = "no sentence" if code in codes else "is not in codes.toml"
            raise FactsError(f"messages.{lang}.toml", code, trouble)
    known_keys = {key for table in tables.values() for key in _keys(table)}
    for key in sorted(set(params) - known_keys):
        raise FactsError("words/phrases.toml", f"params.{key}", "no such sentence")
    for lang, table in tables.items():
        file = f"messages.{lang}.toml"
        for key in sorted(known_keys - _keys(table).keys()):
            raise FactsError(file, key, "no sentence, though another language has one")
        for key, text in _keys(table).items():
            of_rule = _OF_RULES if codes[key.partition(".")[0]]["scope"] == "row" else frozenset()
            _check_sentence(file, key, text, _COMMON.union(params.get(key, ()), of_rule))


def _keys(table: Mapping[str, Message]) -> dict[str, str]:
    """Every sentence by code, or code.case."""
    return {
        f"{code}.{case}" if case else code: text
        for code, message in table.items()
        for case, text in message.sentences().items()
    }


def _check_sentence(file: str, key: str, text: str, allowed: frozenset[str]) -> None:
    try:
        named = [name for _, name, _, _ in Formatter().parse(text) if name is not None]
    except ValueError as error:
        raise FactsError(file, key, str(error)) from error
    for name in named:
        if name not in allowed:
            raise FactsError(file, key, f"unknown placeholder {{{name}}}")
