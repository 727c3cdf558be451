"""Rules as Excel formulas: the template's face of an expression, three-valued like the judge's.

A node becomes two formulas: one TRUE where it is definitely true, one TRUE where it is definitely false. Texts are
compared by EXACT and FIND alone: Excel's own = takes a for A, and its MATCH takes * for anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rectify_xl.rules.expression import Among, And, Arithmetic, Call, Compare, Const, Filled, Name, Node, Or, names_in
from rectify_xl.selfcheck.strict_cells import PEOPLE_MARK
from rectify_xl.selfcheck.strict_formulas import exact_count, key_formula, number, quoted

NEVER = "FALSE"
_OPPOSITE = {"=": "<>", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Areas:
    """The areas of the helper sheet that expressions read besides a row ("" where there is none).

    `days_off` and `days_worked` are the exceptions from Monday to Friday among the serials from `first_day` up to
    `after_days`; `roles` and `reviewers` stand side by side, a pair a row.
    """

    days_off: str = ""
    days_worked: str = ""
    first_day: int = 0
    after_days: int = 0
    roles: str = ""
    reviewers: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Face:
    """Where an expression finds what it reads: a reference (or a number) by name, "" for a bound that is not set.

    An expression that reads a name without a place is never judged. `numbers` are the names that hold numbers (dates
    are), `keyed` the texts that are compared by their keys.
    """

    places: Mapping[str, str]
    numbers: frozenset[str]
    keyed: frozenset[str]
    areas: Areas

    def text(self, name: str) -> str:
        """A text as it is compared."""
        return key_formula(self.places[name]) if name in self.keyed else self.places[name]


def true_where(node: Node, face: Face) -> str:
    """A formula that is TRUE where the node is definitely true, else FALSE."""
    return _test(node, face, True)


def false_where(node: Node, face: Face) -> str:
    """A formula that is TRUE where the node is definitely false, else FALSE."""
    return _test(node, face, False)


def _test(node: Node, face: Face, wanted: bool) -> str:
    match node:
        case Compare():
            if any(not face.places.get(name) for name in names_in(node)):
                return NEVER
            is_number = any(name in face.numbers for name in names_in(node))
            return _numbers(node, face, wanted) if is_number else _texts(node, face, wanted)
        case Among(name, options):
            return _among(face.text(name), face.places[name], options, wanted)
        case Filled(name, filled):
            return _filled(face.places.get(name), filled == wanted)
        case Call(function, names):
            return FUNCTIONS[function](face, names, wanted) if function in FUNCTIONS else NEVER
        case And(parts) | Or(parts):
            joint = "AND" if isinstance(node, And) == wanted else "OR"
            return f"{joint}({','.join(_test(part, face, wanted) for part in parts)})"
    raise TypeError(node)


def asks_readable(node: Node, wanted: bool) -> set[str]:
    """The names whose mark (see `strict_formulas`) the formula could take for a value: to be ruled out beside it.

    A mark is no number and equals no option; but it is filled, it differs from everything, and where one of several
    tests is enough another may be unreadable.
    """
    names = set(names_in(node))
    match node:
        case Filled(_, filled):
            return names if filled == wanted else set()
        case Compare(op, _, right):
            fits = isinstance(right, Const) and (op == "=") == wanted
            return set() if fits or op not in ("=", "!=") else names
        case Among():
            return set() if wanted else names
        case And(parts) | Or(parts):
            every = isinstance(node, And) == wanted
            return set().union(*(asks_readable(part, wanted) for part in parts)) if every else names
    return names


def _filled(place: str | None, is_filled: bool) -> str:
    if place is None:
        return NEVER
    if not place:
        return NEVER if is_filled else "TRUE"
    return f"LEN({place}){'>' if is_filled else '='}0"


# ---- comparisons


def _numbers(node: Compare, face: Face, wanted: bool) -> str:
    """Compared only where every cell it reads holds a number: to Excel any text is greater than any number."""
    op = node.op if wanted else _OPPOSITE[node.op]
    op = "<>" if op == "!=" else op
    test = f"{_value(node.left, face)}{op}{_value(node.right, face)}"
    cells = dict.fromkeys(face.places[name] for name in names_in(node) if not face.places[name].isdigit())
    return f"IF(COUNT({','.join(cells)})={len(cells)},{test},FALSE)" if cells else f"({test})"


def _value(node: Node, face: Face) -> str:
    match node:
        case Name(name):
            return face.places[name]
        case Const(float() | int() as value):
            return number(value)
        case Arithmetic(op, left, right):
            return f"({_value(left, face)}{op}{_value(right, face)})"
    raise TypeError(node)


def _texts(node: Compare, face: Face, wanted: bool) -> str:
    if node.op not in ("=", "!="):
        raise TypeError(node)
    same = f"EXACT({_text(node.left, face)},{_text(node.right, face)})"
    if isinstance(node.right, Const) and (node.op == "=") == wanted:
        return same
    filled = [f"LEN({face.places[name]})>0" for name in dict.fromkeys(names_in(node))]
    return f"AND({','.join([*filled, same if (node.op == '=') == wanted else f'NOT({same})'])})"


def _text(node: Node, face: Face) -> str:
    match node:
        case Name(name):
            return face.text(name)
        case Const(str() as text):
            return quoted(text)
    raise TypeError(node)


def _among(text: str, place: str, options: tuple[str, ...], wanted: bool) -> str:
    some = f"OR({','.join(f'EXACT({text},{quoted(option)})' for option in options)})"
    return some if wanted else f"AND(LEN({place})>0,NOT({some}))"


# ---- functions


def _is_workday(face: Face, names: tuple[str, ...], wanted: bool) -> str:
    day, areas = face.places[names[0]], face.areas
    if areas.after_days <= areas.first_day:
        return NEVER
    usual = f"WEEKDAY({day},2)<6"
    if areas.days_off:
        usual = f"AND({usual},SUMPRODUCT(--({areas.days_off}={day}))=0)"
    works = f"OR({usual},SUMPRODUCT(--({areas.days_worked}={day}))>0)" if areas.days_worked else usual
    within = f"AND({day}>={areas.first_day},{day}<{areas.after_days})"
    return f"IF(COUNT({day})=1,IF({within},{works if wanted else f'NOT({works})'},FALSE),FALSE)"


def _reviews(face: Face, names: tuple[str, ...], wanted: bool) -> str:
    reviewer, role = (face.places[name] for name in names)
    areas = face.areas
    if not areas.roles:
        return NEVER
    pairs = f"SUMPRODUCT(EXACT({areas.roles},{role})*EXACT({areas.reviewers},{reviewer}))"
    verdict = f"{pairs}>0" if wanted else f"{exact_count(areas.roles, role)}>0,{pairs}=0"
    return f"AND(LEN({reviewer})>0,LEN({role})>0,{verdict})"


def _excludes(face: Face, names: tuple[str, ...], wanted: bool) -> str:
    people, member = (f"{quoted(PEOPLE_MARK)}&{face.text(name)}&{quoted(PEOPLE_MARK)}" for name in names)
    is_among = f"ISNUMBER(FIND({member},{people}))"
    filled = ",".join(f"LEN({face.places[name]})>0" for name in names)
    return f"AND({filled},{f'NOT({is_among})' if wanted else is_among})"


# The functions that a workbook can evaluate by itself; the others are not judged there.
FUNCTIONS: Mapping[str, Callable[[Face, tuple[str, ...], bool], str]] = {
    "is_workday": _is_workday,
    "reviews": _reviews,
    "excludes": _excludes,
}
