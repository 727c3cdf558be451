"""Rules as expression trees: the few kinds of node that every face of a rule walks.

A comparison with a blank is neither true nor false, so a rule speaks only where its columns are filled;
`is filled` and `is blank` are the two tests that look at blanks. `expression_text` reads the words of rules; their
faces are the judge's Python (`expression_python`), the template's formulas, the pandas test of a schema and the
sentence in `phrasing`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Union

# Names in rules besides the form's columns: the stage's bounds, the cover's day, the kind of the unit.
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
