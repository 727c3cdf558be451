"""The words of rules: the text of a form file, and a 判定条件 of the settings, become nodes."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from rectify_xl.rules.expression import (
    BOUNDS,
    FUNCTIONS,
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
)

# ---- the text of a form file

_TOKEN = re.compile(r"\s*(?:(<=|>=|!=|≠|[=<>+*(),、])|(\d+(?:\.\d+)?%?)|([^\s<>=!≠+*(),、]+))")
_COMPARISONS = {"=", "!=", "<", "<=", ">", ">="}
_SYNONYMS = {"≠": "!=", "且": "and", "或": "or", "属于": "in"}


class Token(NamedTuple):
    """A word of a rule, normalised and as typed; `operand` is its meaning where that is settled already.

    In a form file columns and options differ by how they are named; labels come with their operand.
    """

    word: str
    typed: str
    operand: Name | Const | None = None


class _Reader:
    """The tokens of one text and where the reading stands."""

    def __init__(self, text: str, tokens: Sequence[Token]) -> None:
        self.text, self.tokens, self.at = text, tokens, 0

    def token(self) -> Token:
        return self.tokens[self.at] if self.at < len(self.tokens) else Token("", "")

    def peek(self) -> str:
        return "" if self.token().operand else self.token().word

    def take(self, *wanted: str) -> Token:
        token = self.token()
        if not token.typed or (wanted and (token.operand or token.word not in wanted)):
            raise self.trouble()
        self.at += 1
        return token

    def accept(self, *wanted: str) -> str:
        return self.take().word if self.peek() in wanted and self.peek() else ""

    def trouble(self) -> ExpressionError:
        return ExpressionError(self.text, self.token().typed)


def _tokens(text: str) -> list[Token]:
    """The words of a form file's text."""
    tokens: list[Token] = []
    position = 0
    while text[position:].strip():
        match = _TOKEN.match(text, position)
        if match is None:
            raise ExpressionError(text, text[position:].strip())
        word = match[0].strip()
        tokens.append(Token(_SYNONYMS.get(word, word), word))
        position = match.end()
    return tokens


def parse(text: str, names: Sequence[str]) -> Node:
    """The tree of a rule's text; `names` are the form's columns. Raises ExpressionError."""
    return parse_tokens(text, _tokens(text), names)


def parse_tokens(text: str, tokens: Sequence[Token], names: Sequence[str]) -> Node:
    """The tree of a rule's text that is taken apart into words already. Raises ExpressionError."""
    reader = _Reader(text, tokens)
    node = _any_of(reader, frozenset(names) | set(BOUNDS))
    if reader.token().typed:
        raise reader.trouble()
    return node


def _any_of(reader: _Reader, names: frozenset[str]) -> Node:
    parts = [_all_of(reader, names)]
    while reader.accept("or"):
        parts.append(_all_of(reader, names))
    return parts[0] if len(parts) == 1 else Or(tuple(parts))


def _all_of(reader: _Reader, names: frozenset[str]) -> Node:
    parts = [_test(reader, names)]
    while reader.accept("and"):
        parts.append(_test(reader, names))
    return parts[0] if len(parts) == 1 else And(tuple(parts))


def _test(reader: _Reader, names: frozenset[str]) -> Node:
    if reader.peek() in FUNCTIONS:
        return _call(reader, names)
    left = _sum(reader, names)
    if isinstance(left, Name):
        if reader.accept("is"):
            return Filled(left.name, reader.take("filled", "blank").word == "filled")
        if reader.accept("in"):
            return Among(left.name, _options(reader))
    tests: list[Node] = []
    while reader.peek() in _COMPARISONS:
        op, right = reader.take().word, _sum(reader, names)
        tests.append(Compare(op, left, right))
        left = right
    if not tests:
        raise reader.trouble()
    return tests[0] if len(tests) == 1 else And(tuple(tests))


def _call(reader: _Reader, names: frozenset[str]) -> Node:
    function = reader.take().word
    reader.take("(")
    arguments = [_name(reader, names)]
    while reader.accept(","):
        arguments.append(_name(reader, names))
    reader.take(")")
    if len(arguments) != FUNCTIONS[function]:
        raise ExpressionError(reader.text, function)
    return Call(function, tuple(arguments))


def _name(reader: _Reader, names: frozenset[str]) -> str:
    """A column or a bound."""
    token = reader.token()
    if isinstance(token.operand, Name) or (token.operand is None and token.word in names):
        return reader.take().word
    raise reader.trouble()


def _options(reader: _Reader) -> tuple[str, ...]:
    options = [_option(reader)]
    while reader.accept("、"):
        options.append(_option(reader))
    return tuple(options)


def _option(reader: _Reader) -> str:
    if isinstance(reader.token().operand, Name):
        raise reader.trouble()
    return reader.take().word


def _sum(reader: _Reader, names: frozenset[str]) -> Node:
    node = _value(reader, names)
    while reader.peek() in {"+", "*"}:
        op = reader.take().word
        node = Arithmetic(op, node, _value(reader, names))
    return node


def _value(reader: _Reader, names: frozenset[str]) -> Node:
    token = reader.take()
    word = token.word
    if token.operand:
        return token.operand
    if word in names:
        return Name(word)
    if word[0].isdigit():
        return Const(float(word[:-1]) / 100 if word.endswith("%") else float(word))
    if word.isascii():  # an option is Chinese: an ASCII word that is no column is a misspelt one
        raise ExpressionError(reader.text, token.typed)
    return Const(word)


# ---- 判定条件 of the settings: 标签 = 选项 · 标签 ≠ 选项 · 标签 属于 选项、选项, joined by 且 / 或


_OPERATORS = {"=": "=", "≠": "!=", "!=": "!=", "属于": "in"}


class _Phrase:
    """A 判定条件 and where the reading stands; a word is the longest that fits, for options may hold 或 and spaces."""

    def __init__(self, text: str) -> None:
        self.text, self.rest = text, text.lstrip()

    def take(self, words: Collection[str]) -> str:
        fitting = [word for word in words if word and self.rest.startswith(word)]
        if not fitting:
            raise ExpressionError(self.text, self.rest.partition(" ")[0])
        word = max(fitting, key=len)
        self.rest = self.rest[len(word) :].lstrip()
        return word

    def accept(self, word: str) -> bool:
        return self.rest.startswith(word) and bool(self.take([word]))


def parse_condition(text: str, options: Mapping[str, tuple[str, Sequence[str]]]) -> Node:
    """The tree of a 判定条件; `options` gives (column name, its options) by label. Raises ExpressionError."""
    phrase = _Phrase(text)
    either: list[Node] = []
    while not either or phrase.accept("或"):
        parts = [_condition(phrase, options)]
        while phrase.accept("且"):
            parts.append(_condition(phrase, options))
        either.append(parts[0] if len(parts) == 1 else And(tuple(parts)))
    if phrase.rest:
        raise ExpressionError(text, phrase.rest.partition(" ")[0])
    return either[0] if len(either) == 1 else Or(tuple(either))


def _condition(phrase: _Phrase, options: Mapping[str, tuple[str, Sequence[str]]]) -> Node:
    name, allowed = options[phrase.take(options)]
    op = _OPERATORS[phrase.take(_OPERATORS)]
    chosen = [phrase.take(allowed)]
    while op == "in" and phrase.accept("、"):
        chosen.append(phrase.take(allowed))
    return Among(name, tuple(chosen)) if op == "in" else Compare(op, Name(name), Const(chosen[0]))
