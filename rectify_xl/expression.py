"""Rules as expression trees: the words of a form file or of 判定条件 become nodes, and nodes become Python.

A comparison with a blank is neither true nor false, so a rule speaks only where its columns are filled;
`is filled` and `is blank` are the two tests that look at blanks. Every face of a rule (the judge's Python here,
the pandas test in `schema`, the sentence in `phrasing`) walks these few node types.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, NamedTuple, Union

# What a rule may name besides the form's own columns: the stage's bounds, the cover's day, the kind of the unit.
BOUNDS = ("stage_start", "stage_end", "followup_end", "filled_on", "unit_kind")
FUNCTIONS = {
    "is_workday": 1,
    "reviews": 2,
    "excludes": 2,
    "authority_fits": 3,
    "authority_advised": 3,
    "in_roster": 1,
}


class ExpressionError(ValueError):
    """A text that is no expression; `word` is where it stops making sense."""

    def __init__(self, text: str, word: str) -> None:
        super().__init__(f"{text!r}: cannot read {word!r}")
        self.text, self.word = text, word


@dataclass(frozen=True, slots=True)
class Name:
    """A column of the row, or one of BOUNDS."""

    name: str


@dataclass(frozen=True, slots=True)
class Const:
    """An option, a number or a fraction (100% is 1.0)."""

    value: str | float


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """`left op right` with op + or *."""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Compare:
    """`left op right` with op one of = != < <= > >=."""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Among:
    """The column holds one of the options."""

    name: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Filled:
    """The column is filled (`wanted`) or blank (not `wanted`)."""

    name: str
    wanted: bool = True


@dataclass(frozen=True, slots=True)
class Call:
    """One of FUNCTIONS over columns; the settings answer it true, false or (None) not judged."""

    function: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class And:
    """Every part is true."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Some part is true."""

    parts: tuple[Node, ...]


Node = Union[Name, Const, Arithmetic, Compare, Among, Filled, Call, And, Or]


def names_in(node: Node | None) -> Iterator[str]:
    """Every column and bound that the expression reads, in the order of its text, with repeats."""
    match node:
        case Name(name) | Among(name) | Filled(name):
            yield name
        case Arithmetic(left=left, right=right) | Compare(left=left, right=right):
            yield from names_in(left)
            yield from names_in(right)
        case Call(names=names):
            yield from names
        case And(parts) | Or(parts):
            for part in parts:
                yield from names_in(part)


def options_in(node: Node | None) -> Iterator[tuple[str, str]]:
    """(column or bound, option) for each option that the expression names."""
    match node:
        case Compare(_, Name(name), Const(str(option))) | Compare(_, Const(str(option)), Name(name)):
            yield name, option
        case Among(name, options):
            yield from ((name, option) for option in options)
        case And(parts) | Or(parts):
            for part in parts:
                yield from options_in(part)


# ---- the text of a form file

_TOKEN = re.compile(r"\s*(?:(<=|>=|!=|≠|[=<>+*(),、])|(\d+(?:\.\d+)?%?)|([^\s<>=!≠+*(),、]+))")
_COMPARISONS = {"=", "!=", "<", "<=", ">", ">="}
_SYNONYMS = {"≠": "!=", "且": "and", "或": "or", "属于": "in"}


class Token(NamedTuple):
    """A word of a rule as the grammar knows it and as it was typed; `operand` is what it stands for, if that is known.

    A form file tells columns and options apart by how they are named; of labels it is known which is which.
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
        found = _TOKEN.match(text, position)
        if found is None:
            raise ExpressionError(text, text[position:].strip())
        word = found[0].strip()
        tokens.append(Token(_SYNONYMS.get(word, word), word))
        position = found.end()
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


# ---- the judge's face: Python source, compiled once a form


class _Source:
    """Writes nodes as Python over `v` (the row), `c` (the bounds) and the functions of FUNCTIONS."""

    def __init__(self, positions: Mapping[str, int], texts: frozenset[str]) -> None:
        self.positions, self.texts = positions, texts
        self.constants: dict[frozenset[str], str] = {}

    def place(self, name: str) -> str:
        """The Python that holds what stands in a column, or a bound."""
        if name not in self.positions:
            return f"c[{BOUNDS.index(name)}]"
        return f"v[{self.positions[name]}]"

    def read(self, name: str) -> str:
        """The Python that reads a column or a bound; texts are compared in normal form."""
        return f"plain({self.place(name)})" if name in self.texts else self.place(name)

    def value(self, node: Node) -> str:
        match node:
            case Name(name):
                return self.read(name)
            case Const(value):
                return repr(value)
            case Arithmetic(op, left, right):
                return f"({self.value(left)} {op} {self.value(right)})"
        raise TypeError(node)

    def known(self, node: Node) -> str:
        """The guard that every column read by a comparison is filled."""
        places = dict.fromkeys(self.place(name) for name in names_in(node))
        return "".join(f"{place} is not None and " for place in places)

    def test(self, node: Node, wanted: bool) -> str:
        """Python that is true where the node is definitely true (or, not `wanted`, definitely false)."""
        match node:
            case Compare(op, left, right):
                op = op if wanted else _OPPOSITE[op]
                op = "==" if op == "=" else op
                return f"({self.known(node)}{self.value(left)} {op} {self.value(right)})"
            case Among(name, options):
                constant = self.constants.setdefault(frozenset(options), f"k{len(self.constants)}")
                return f"({self.known(node)}{self.read(name)} {'in' if wanted else 'not in'} {constant})"
            case Filled(name, filled):
                return f"({self.place(name)} {'is not' if filled == wanted else 'is'} None)"
            case Call(function, names):
                return f"({function}({', '.join(self.read(n) for n in names)}) is {wanted})"
            case And(parts) | Or(parts):
                joint = " and " if isinstance(node, And) == wanted else " or "
                return f"({joint.join(self.test(part, wanted) for part in parts)})"
        raise TypeError(node)


_COLUMN = re.compile(r"\bv\[(\d+)\]")
_OPPOSITE = {"=": "!=", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}

Test = Callable[[Sequence[Any], Sequence[Any]], Any]


def compile_test(
    node: Node, positions: Mapping[str, int], texts: frozenset[str], functions: Mapping[str, Any]
) -> Test:
    """A function (row values, bounds) -> bool: whether the node is definitely true.

    `positions` gives each column's place in the row, `texts` the columns compared in normal form,
    `functions` what FUNCTIONS and `plain` mean here.
    """
    source = _Source(positions, texts)
    return _function(f"return {source.test(node, True)}", source, functions)


def compile_rules(
    rules: Sequence[tuple[int, Node | None, Node | None]],
    positions: Mapping[str, int],
    texts: frozenset[str],
    functions: Mapping[str, Any],
) -> Test:
    """A function (row values, bounds) -> list of the indices of the broken rules.

    Each rule is (index, when, holds): broken where `when` is true and `holds` definitely false.
    """
    source = _Source(positions, texts)
    lines = ["broken = []"]
    for when, alike in groupby(rules, lambda rule: rule[1]):  # what several rules ask first is asked once
        asked = [f"if {source.test(when, True)}:"] if when else []
        lines += asked
        for index, _, holds in alike:
            test = source.test(holds, False) if holds else "True"
            lines.append(f"{'    ' * len(asked)}if {test}: broken.append({index})")
    return _function("\n    ".join([*lines, "return broken"]), source, functions)


def _function(body: str, source: _Source, functions: Mapping[str, Any]) -> Test:
    namespace: dict[str, Any] = {**functions, **{name: options for options, name in source.constants.items()}}
    often = [place for place, times in Counter(_COLUMN.findall(body)).items() if times > 1]
    taken = "".join(f"v{place} = v[{place}]\n    " for place in often)
    body = _COLUMN.sub(lambda found: f"v{found[1]}" if found[1] in often else found[0], body)
    exec(compile(f"def judge(v, c):\n    {taken}{body}\n", "<rules>", "exec"), namespace)  # no text of a form is in it
    made: Test = namespace["judge"]
    return made
