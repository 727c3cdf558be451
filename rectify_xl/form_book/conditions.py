"""Conditions written with labels: split into tokens for the grammar of rules, and written back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from rectify_xl.form_book.layout import form_book_layout
from rectify_xl.model import Column
from rectify_xl.normal import narrow
from rectify_xl.rules.expression import (
    BOUNDS,
    Among,
    And,
    Arithmetic,
    Call,
    Compare,
    Const,
    ExpressionError,
    Filled,
    Name,
    Node,
    Or,
    names_in,
)
from rectify_xl.rules.expression_text import Token, parse_tokens

_NUMBER = re.compile(r"\d+(?:\.\d+)?%?")
_WORD = re.compile(r"[^\s、,()]+")
# After these, behind a column of choices, stands an option.
_BEFORE_OPTION = ("=", "!=", "in")


@dataclass(frozen=True, kw_only=True, slots=True)
class Vocabulary:
    """The words of a form's conditions: its columns, and the options of each choice (None: not known here).

    `unread` are the columns whose kind could not be read: what may be compared with them is not known.
    """

    columns: tuple[Column, ...]
    options: Mapping[str, Sequence[str] | None] = field(default_factory=dict)
    unread: frozenset[str] = frozenset()

    def labels(self) -> dict[str, str]:
        """The names of the columns by label; a column whose label was left blank has none."""
        return {label: column.name for column in self.columns if (label := narrow(column.label))}


def parse_labelled(text: str, vocabulary: Vocabulary) -> Node:
    """The tree of a condition written with labels. Raises ExpressionError, its word as typed ("" at the end)."""
    return parse_tokens(text, list(_tokens(text, vocabulary)), [column.name for column in vocabulary.columns])


def _tokens(text: str, vocabulary: Vocabulary) -> Iterator[Token]:
    labels, words = vocabulary.labels(), typed_words()
    rest, before, chosen, listing = narrow(text).lstrip(), "", "", False
    while rest:
        wants = chosen and (before in _BEFORE_OPTION or (listing and before == "、"))
        token = _option(rest, vocabulary.options[chosen]) if wants else None
        token = token or _longest(rest, labels, words)
        if token is None:
            raise ExpressionError(text, _WORD.match(rest)[0] if _WORD.match(rest) else rest[:1])  # type: ignore[index]
        yield from _parts(token)
        if isinstance(token.operand, Name):
            chosen = token.word if token.word in vocabulary.options else ""
        listing = token.word == "in" or (listing and (token.word == "、" or bool(token.operand)))
        before, rest = token.word, rest[len(token.typed) :].lstrip()


def _parts(token: Token) -> Iterator[Token]:
    """The tokens of a word: 已填 is two of the grammar's."""
    words = [token.word] if token.operand else token.word.split()
    yield from (Token(word, token.typed, token.operand) for word in words)


def _option(rest: str, options: Sequence[str] | None) -> Token | None:
    """The option that the text begins with; where the options are not known, its first word."""
    if options is None:
        word = _WORD.match(rest)
        return Token(word[0], word[0], Const(word[0])) if word else None
    fitting = [option for option in options if narrow(option) and rest.startswith(narrow(option))]
    best = max(fitting, key=len, default=None)
    return Token(best, narrow(best), Const(best)) if best is not None else None


def _longest(rest: str, labels: Mapping[str, str], words: Mapping[str, str]) -> Token | None:
    """The label, word or number that the text begins with: the longest, a label before a word."""
    candidates = [Token(name, label, Name(name)) for label, name in labels.items() if rest.startswith(label)]
    candidates += [_word_token(word, typed) for typed, word in words.items() if rest.startswith(typed)]
    if number := _NUMBER.match(rest):
        value = float(number[0].rstrip("%")) / (100 if number[0].endswith("%") else 1)
        candidates.append(Token(number[0], number[0], Const(value)))
    return max(candidates, key=lambda token: len(token.typed), default=None)


def _word_token(word: str, typed: str) -> Token:
    return Token(word, typed, Name(word) if word in BOUNDS else None)


def typed_words() -> dict[str, str]:
    """The grammar's words by their spellings in a cell."""
    return {typed: word for word, spellings in form_book_layout().words.items() for typed in spellings}


# ---- trees back to text


def text_of(node: Node, columns: Sequence[Column]) -> str:
    """A tree as a condition written with labels: `parse_labelled` gives an equal tree back."""
    return _Writer(by_name={column.name: column for column in columns}).test(node)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Writer:
    by_name: Mapping[str, Column]

    def word(self, word: str) -> str:
        return form_book_layout().words[word][0]

    def name(self, name: str) -> str:
        return self.by_name[name].label if name in self.by_name else self.word(name)

    def value(self, node: Node, is_percent: bool) -> str:
        match node:
            case Name(name):
                return self.name(name)
            case Const(str() as text):
                return text
            case Const(float() | int() as number):
                return f"{number * 100:.10g}%" if is_percent else f"{number:.15g}"
            case Arithmetic(op, left, right):
                return f"{self.value(left, is_percent)} {self.word(op)} {self.value(right, is_percent)}"
        raise TypeError(node)

    def compare(self, node: Compare, *, without_left: bool = False) -> str:
        kinds = {self.by_name[name].kind for name in names_in(node) if name in self.by_name}
        is_percent = "percent" in kinds
        left = "" if without_left else f"{self.value(node.left, is_percent)} "
        return f"{left}{self.word(node.op)} {self.value(node.right, is_percent)}"

    def test(self, node: Node) -> str:
        match node:
            case Compare():
                return self.compare(node)
            case Among(name, options):
                return f"{self.name(name)} {self.word('in')} {self.word('、').join(options)}"
            case Filled(name, wanted):
                return f"{self.name(name)} {self.word('is filled' if wanted else 'is blank')}"
            case Call(function, names):
                arguments = f"{self.word(',')} ".join(self.name(name) for name in names)
                return f"{self.word(function)}{self.word('(')}{arguments}{self.word(')')}"
            case Or(parts):
                return f" {self.word('or')} ".join(self.test(part) for part in parts)
            case And(parts):
                return f" {self.word('and')} ".join(
                    self.chain(part.parts) if isinstance(part, And) else self.test(part) for part in parts
                )
        raise TypeError(node)

    def chain(self, parts: Sequence[Node]) -> str:
        """A chain of comparisons, as 阶段开始 <= 完成时限 <= 阶段结束."""
        comparisons = [part for part in parts if isinstance(part, Compare)]
        return " ".join(self.compare(part, without_left=at > 0) for at, part in enumerate(comparisons))


# ---- which kinds can be compared

_FAMILIES = {
    "text": "text", "people": "text", "id": "text", "choice": "choice", "yesno": "choice",
    "integer": "number", "percent": "number", "date": "date",
}  # fmt: skip
# The families of each function's arguments.
_ARGUMENT_FAMILIES = {
    "is_workday": ("date",),
    "reviews": ("choice", "choice"),
    "excludes": ("text", "text"),
    "authority_fits": ("choice", "choice", "choice"),
    "authority_advised": ("choice", "choice", "choice"),
    "in_roster": ("text",),
}


def misfit_in(node: Node, vocabulary: Vocabulary) -> str:
    """The first name of a comparison that no row could decide (a date with a number, texts by size); else ""."""
    kinds = {column.name: _FAMILIES[column.kind] for column in vocabulary.columns}
    families = {**dict.fromkeys(BOUNDS, "date"), "unit_kind": "choice", **kinds}
    return _misfit(node, families)


def share_beyond(node: Node, vocabulary: Vocabulary) -> str:
    """The first column of percents that is compared with more than the whole (完成比例 = 100 for 100%); else ""."""
    shares = {column.name for column in vocabulary.columns if column.kind == "percent"}
    match node:
        case Compare(_, Name(name), Const(float() | int() as bound)) | Compare(_, Const(bound), Name(name)):
            return name if name in shares and isinstance(bound, float | int) and bound > 1 else ""
        case And(parts) | Or(parts):
            return next(filter(None, (share_beyond(part, vocabulary) for part in parts)), "")
    return ""


def _misfit(node: Node, families: Mapping[str, str]) -> str:
    match node:
        case Compare(op, left, right):
            return "" if _fits(op, left, right, families) else next(names_in(node), "")
        case Among(name):
            return "" if families[name] == "choice" else name
        case Filled(name):
            return name if name in BOUNDS else ""
        case Call(function, names):
            arguments = zip(names, _ARGUMENT_FAMILIES[function], strict=True)
            return next((name for name, family in arguments if families[name] != family), "")
        case And(parts) | Or(parts):
            return next(filter(None, (_misfit(part, families) for part in parts)), "")
    raise TypeError(node)


def _fits(op: str, left: Node, right: Node, families: Mapping[str, str]) -> bool:
    sides = {_family(left, families), _family(right, families)}
    if not [*names_in(left), *names_in(right)]:
        return False
    if op in ("=", "!="):
        return sides in ({"number"}, {"date"}, {"text"}, {"choice"}, {"choice", "option"})
    return sides in ({"number"}, {"date"})


def _family(node: Node, families: Mapping[str, str]) -> str:
    match node:
        case Name(name):
            return families[name]
        case Const(str()):
            return "option"
        case Const():
            return "number"
        case Arithmetic(_, left, right):
            parts = {_family(left, families), _family(right, families)}
            return "number" if parts == {"number"} else "none"
    raise TypeError(node)
