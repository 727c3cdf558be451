"""Rules in words: the Chinese or English face of an expression, for instructions, messages and displays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from rectify_xl.facts import catalog
from rectify_xl.facts.catalog import Cover
from rectify_xl.model import Form, Rule
from rectify_xl.rules.expression import (
    BOUNDS,
    Among,
    And,
    Arithmetic,
    Call,
    Compare,
    Const,
    Filled,
    Name,
    Node,
    Or,
    names_in,
)

LANGUAGES = ("zh", "en")
Bounds = Mapping[str, date | None]

_TURNED = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_NUMBERS = ("integer", "percent")


def words(node: Node, form: Form | Cover, lang: str = "zh", bounds: Bounds | None = None) -> str:
    """The expression in words, without a full stop; `bounds` gives the days of the bounds it names."""
    return _voice(form, lang, bounds).test(node)


def clause(form: Form | Cover, rule: Rule, lang: str = "zh", bounds: Bounds | None = None) -> str:
    """The rule in words, without a full stop: 「整改状态」为“已完成”时，「完成日期」必填."""
    voice = _voice(form, lang, bounds)
    if rule.holds is None:
        return voice.whole(rule)
    holds = replace(voice, must=True).test(rule.holds)
    return voice.rule("when", when=voice.test(rule.when), holds=holds) if rule.when else holds


def demand(form: Form | Cover, rule: Rule, lang: str = "zh", bounds: Bounds | None = None) -> str:
    """The `holds` of a rule as it is asked for, without its `when`; "" where it has none."""
    return replace(_voice(form, lang, bounds), must=True).test(rule.holds) if rule.holds else ""


def rule_words(form: Form | Cover, rule: Rule, lang: str = "zh", bounds: Bounds | None = None) -> str:
    """One whole sentence about the rule for 填表说明, saying where only the office can judge it or it only reminds."""
    voice = _voice(form, lang, bounds)
    notes = [voice.rule("office")] if needs_office(rule) else []
    notes += [voice.rule("warning")] if rule.level == "warning" else []
    remarks = voice.rule("notes", notes=voice.rule("note_join").join(notes)) if notes else ""
    text = clause(form, rule, lang, bounds) + remarks + voice.rule("end")
    return text[0].upper() + text[1:]


def needs_office(rule: Rule) -> bool:
    """Whether the rule rests on the roster or on earlier weeks, so that a clerk's own workbook cannot judge it."""
    functions = set(catalog.words("phrases")["needs_office"])
    trees = [tree for tree in (rule.when, rule.holds) if tree]
    return rule.between or any(call.function in functions for tree in trees for call in _calls(tree))


def _calls(node: Node) -> Iterator[Call]:
    if isinstance(node, Call):
        yield node
    if isinstance(node, (And, Or)):
        for part in node.parts:
            yield from _calls(part)


# ---- the walk over the nodes


def _voice(form: Form | Cover, lang: str, bounds: Bounds | None) -> _Voice:
    return _Voice(form=form, phrases=catalog.words("phrases")[lang], bounds=bounds or {})


@dataclass(frozen=True, kw_only=True, slots=True)
class _Voice:
    """The context of a sentence: the form with its labels, the phrases of one language, the bounds' days, the mood."""

    form: Form | Cover
    phrases: Mapping[str, Any]
    bounds: Bounds
    must: bool = False

    def rule(self, key: str, **parts: str) -> str:
        pattern: str = self.phrases["rule"][key]
        return pattern.format(**parts)

    def say(self, key: str, *parts: str, **named: str) -> str:
        """A filled pattern of `is`, or of `must` where that mood has its own; no `left`: subject known."""
        pattern: str = self.phrases["is"][key]
        if self.must:
            pattern = self.phrases["must"].get(key, pattern)
        be = self.phrases["be"][self.must] if named.get("left") != "" else ""
        return pattern.format(*parts, be=be, **named).strip()

    def name(self, name: str) -> str:
        if name in self.form.positions:
            column: str = self.phrases["column"]
            return column.format(label=self.form.column(name).label)
        bound: str = self.phrases["bounds"][name]
        day = self.bounds.get(name)
        dated: str = self.phrases["bound_dated"]
        return dated.format(bound=bound, day=day) if day else bound

    def option(self, text: str) -> str:
        option: str = self.phrases["option"]
        return option.format(text=text)

    def listed(self, parts: Sequence[str], key: str = "options") -> str:
        between: str
        last: str
        between, last = self.phrases[key]
        return last.join(filter(None, [between.join(parts[:-1]), parts[-1]]))

    def kind(self, node: Node) -> str:
        """What is compared: date, number, percent or text."""
        for name in names_in(node):
            kind = "date" if name in BOUNDS and name not in self.form.positions else self.form.column(name).kind
            if kind in ("date", *_NUMBERS):
                return kind
        return "text"

    def value(self, node: Node, kind: str) -> str:
        match node:
            case Name(name):
                return self.name(name)
            case Const(str() as text):
                return self.option(text)
            case Const(float() | int() as number):
                return f"{number * 100:g}%" if kind == "percent" else f"{number:g}"
            case Arithmetic(op, left, right):
                sign: str = self.phrases["plus" if op == "+" else "times"]
                return sign.join((self.value(left, kind), self.value(right, kind)))
        raise TypeError(node)

    def compare(self, node: Compare, subject_known: bool = False) -> str:
        kind = self.kind(node)
        left = "" if subject_known else self.value(node.left, kind)
        manner = "option" if isinstance(node.right, Const) else "number" if kind in _NUMBERS else kind
        return self.say(f"{manner} {node.op}", left=left, right=self.value(node.right, kind))

    def test(self, node: Node) -> str:
        match node:
            case Compare():
                return self.compare(self.turned(node))
            case Among(name, options):
                options_text = self.listed([self.option(option) for option in options])
                return self.say("among", left=self.name(name), right=options_text)
            case Filled(name, wanted):
                return self.say("filled" if wanted else "blank", left=self.name(name))
            case Call(function, names):
                return self.say(function, *[self.name(name) for name in names])
            case And(parts):
                return self.all_of(parts)
            case Or(parts):
                long = any(isinstance(part, And) for part in parts)
                alternatives: str = self.phrases["or_long" if long else "or"].join(self.test(part) for part in parts)
                return alternatives
        raise TypeError(node)

    def turned(self, node: Compare) -> Compare:
        """The comparison with the column on its left: 0% <= percent becomes percent >= 0%."""
        left, right = (any(n in self.form.positions for n in names_in(side)) for side in (node.left, node.right))
        return Compare(_TURNED[node.op], node.right, node.left) if right and not left else node

    def all_of(self, parts: Sequence[Node]) -> str:
        text, subject = "", None
        for part in parts:
            part = self.turned(part) if isinstance(part, Compare) else part
            again = isinstance(part, Compare) and part.left == subject
            part_text = self.compare(part, again) if isinstance(part, Compare) else self.test(part)
            part_text = self.phrases["brackets"].format(text=part_text) if isinstance(part, Or) else part_text
            text += (self.phrases["same" if again else "and"] if text else "") + part_text
            subject = part.left if isinstance(part, Compare) else None
        return text

    def whole(self, rule: Rule) -> str:
        """The demand of a rule about the whole sheet or between returns."""
        column = self.name(rule.column)
        if rule.on:
            columns = self.listed([self.name(name) for name in rule.on], "listed")
            text = self.rule("duplicate_key" if len(rule.on) > 1 else "duplicate", columns=columns)
            return text + (self.rule("softened", column=self.name(rule.softened_by)) if rule.softened_by else "")
        if rule.all_of:
            options = self.listed([self.option(option) for option in rule.all_of], "listed")
            return self.rule("coverage", column=column, options=options, only=self.option(rule.or_only))
        own = f"between {rule.code}"
        return self.rule(own if own in self.phrases["rule"] else "between", column=column)
