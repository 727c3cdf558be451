"""The frame's face of an expression: for every row of a typed frame whether it is definitely true, or false."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import reduce
from typing import TYPE_CHECKING, Any

from rectify_xl.normal import plain
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

if TYPE_CHECKING:
    import pandas as pd

Flags = Any  # a numpy array of bool, one a row: numpy is only imported with pandas

Functions = Mapping[str, Callable[..., bool | None]]


def test_frame(
    node: Node,
    frame: pd.DataFrame,
    bounds: Mapping[str, Any],
    functions: Functions,
    *,
    texts: Collection[str] = (),
) -> tuple[pd.Series[bool], pd.Series[bool]]:
    """(true, false): where the node is definitely true, and where it is definitely false, on the frame's index.

    `bounds` gives the bounds by name; one that is a column of the frame is read there, row by row. `functions`
    answer a row's values with True, False or None; one that is missing is not judged. Columns of `texts` are
    compared in normal form. KeyError for a column that the frame lacks.
    """
    import pandas as pd

    judged = _Frame(frame=frame, bounds=bounds, functions=functions, texts=frozenset(texts))
    true, false = judged.test(node)
    return pd.Series(true, index=frame.index, dtype=bool), pd.Series(false, index=frame.index, dtype=bool)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Frame:
    """A frame being judged, with the bounds and functions that its rules read."""

    frame: pd.DataFrame
    bounds: Mapping[str, Any]
    functions: Functions
    texts: frozenset[str]

    def every(self, flag: bool) -> Flags:
        import numpy as np

        return np.full(len(self.frame), flag)

    def is_known(self, name: str) -> Flags:
        """Where a column is filled, or everywhere if a bound is set."""
        if name in BOUNDS and name not in self.frame.columns:
            return self.every(self.bounds.get(name) is not None)
        return self.frame[name].notna().to_numpy(dtype=bool)

    def read(self, name: str, rows: Flags) -> Any:
        """A column's values in some rows, or a bound's value."""
        import pandas as pd

        if name in BOUNDS and name not in self.frame.columns:
            value = self.bounds.get(name)
            return pd.Timestamp(value) if isinstance(value, date) else value
        series = self.frame[name][rows]
        return series.map(_plain) if name in self.texts else series

    def value(self, node: Node, rows: Flags) -> Any:
        match node:
            case Name(name):
                return self.read(name, rows)
            case Const(value):
                return value
            case Arithmetic(op, left, right):
                one, other = self.value(left, rows), self.value(right, rows)
                return one + other if op == "+" else one * other
        raise TypeError(node)

    def test(self, node: Node) -> tuple[Flags, Flags]:
        """Where the node is definitely true and where definitely false."""
        match node:
            case Compare() | Among():
                rows = reduce(lambda one, other: one & other, map(self.is_known, names_in(node)), self.every(True))
                holds = self.every(False)
                if rows.any():
                    holds[rows] = self.holds(node, rows)
                return holds, rows & ~holds
            case Filled(name, wanted):
                filled = self.is_known(name)
                return (filled, ~filled) if wanted else (~filled, filled)
            case Call(function, names):
                return self.call(function, names)
            case And(parts) | Or(parts):
                tests = [self.test(part) for part in parts]
                true, false = zip(*tests, strict=True)
                if isinstance(node, And):
                    return reduce(lambda a, b: a & b, true), reduce(lambda a, b: a | b, false)
                return reduce(lambda a, b: a | b, true), reduce(lambda a, b: a & b, false)
        raise TypeError(node)

    def holds(self, node: Compare | Among, rows: Flags) -> Any:
        """The comparison's answer in rows where everything it reads is known."""
        if isinstance(node, Among):
            options = frozenset(node.options)
            return [value in options for value in self.read(node.name, rows)]
        left, right = self.value(node.left, rows), self.value(node.right, rows)
        answer = _COMPARISONS[node.op](left, right)
        return answer if isinstance(answer, bool) else answer.to_numpy(dtype=bool)

    def call(self, function: str, names: tuple[str, ...]) -> tuple[Flags, Flags]:
        """Where a function answers True and where False; it is called once for each distinct set of values."""
        import numpy as np

        judge = self.functions.get(function)
        if judge is None:
            return self.every(False), self.every(False)
        answer_by_values: dict[tuple[Any, ...], bool | None] = {}
        answers = []
        for values in zip(*(self.plain_values(name) for name in names), strict=True):
            if values not in answer_by_values:
                answer_by_values[values] = judge(*values)
            answers.append(answer_by_values[values])
        true = np.array([answer is True for answer in answers], dtype=bool)
        return true, np.array([answer is False for answer in answers], dtype=bool)

    def plain_values(self, name: str) -> list[Any]:
        """A column's or bound's values as a row holds them: dates as dates, None for a blank."""
        if name in BOUNDS and name not in self.frame.columns:
            return [self.bounds.get(name)] * len(self.frame)
        series = self.frame[name]
        cells = (series.dt.date if series.dtype.kind == "M" else series.astype(object)).tolist()
        values = [cell if is_filled else None for cell, is_filled in zip(cells, series.notna(), strict=True)]
        return [_plain(value) for value in values] if name in self.texts else values


def _plain(value: Any) -> Any:
    # A value that is no text in a column of texts: the schema reports its dtype, so do not fail here.
    return plain(value) if isinstance(value, str) else value


_COMPARISONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "=": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}
