"""Rules as Python: the nodes of a form's rules, compiled once, for judging."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Any

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


class _Source:
    """Writes nodes as Python source over `v` (the row), `c` (the bounds) and the functions of FUNCTIONS."""

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

    def guard(self, node: Node) -> str:
        """A guard: every column that the comparison reads is filled."""
        places = dict.fromkeys(self.place(name) for name in names_in(node))
        return "".join(f"{place} is not None and " for place in places)

    def test(self, node: Node, wanted: bool) -> str:
        """Python that is true where the node is definitely true (or, not `wanted`, definitely false)."""
        match node:
            case Compare(op, left, right):
                op = op if wanted else _OPPOSITE[op]
                op = "==" if op == "=" else op
                return f"({self.guard(node)}{self.value(left)} {op} {self.value(right)})"
            case Among(name, options):
                constant = self.constants.setdefault(frozenset(options), f"k{len(self.constants)}")
                return f"({self.guard(node)}{self.read(name)} {'in' if wanted else 'not in'} {constant})"
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
    for when, group in groupby(rules, lambda rule: rule[1]):  # a condition that several rules share is tested once
        guard = [f"if {source.test(when, True)}:"] if when else []
        lines += guard
        for index, _, holds in group:
            test = source.test(holds, False) if holds else "True"
            lines.append(f"{'    ' * len(guard)}if {test}: broken.append({index})")
    return _function("\n    ".join([*lines, "return broken"]), source, functions)


def _function(body: str, source: _Source, functions: Mapping[str, Any]) -> Test:
    namespace: dict[str, Any] = {**functions, **{name: options for options, name in source.constants.items()}}
    repeated = [place for place, times in Counter(_COLUMN.findall(body)).items() if times > 1]
    assignments = "".join(f"v{place} = v[{place}]\n    " for place in repeated)
    body = _COLUMN.sub(lambda match: f"v{match[1]}" if match[1] in repeated else match[0], body)
    code = f"def judge(v, c):\n    {assignments}{body}\n"  # holds no text of a form
    exec(compile(code, "<rules>", "exec"), namespace)
    judge: Test = namespace["judge"]
    return judge
