"""What all status tables share: the units that are asked, their rows, tests of a row, counts and shares."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import chain
from typing import Any

from rectify_xl.facts import catalog
from rectify_xl.facts.in_force import kept_by_book, kept_by_forms
from rectify_xl.merging.deadlines import form_test
from rectify_xl.model import MERGED, Book, Form, Item, Unit
from rectify_xl.office.roster import Roster, roster_for
from rectify_xl.rules import expression, expression_python, expression_text

# Separates the band from the option in the name of a column for one option of a list.
BAND = "|"


def words() -> Mapping[str, Any]:
    """The wording of the status workbook and its readings of the forms (facts/words/status.toml)."""
    return catalog.words("status")


# ---- units


@dataclass(frozen=True, kw_only=True, slots=True)
class CountedUnits:
    """The units that are asked to report, every unit by code, and the roster that says under which unit each counts."""

    asked: tuple[Unit, ...]
    units_by_code: Mapping[str, Unit]
    roster: Roster
    as_of: date
    _counts_as: dict[str, str] = field(default_factory=dict, repr=False, compare=False)

    def code_of(self, code: str, name: str = "") -> str:
        """The code under which something sent by, or about, a unit counts: its own until it was merged."""
        counts_as = self._counts_as.get(code)
        if counts_as is None:
            counts_as = self._counts_as[code] = self.roster.successor(code, self.as_of)
        return counts_as or name

    def unit(self, code: str) -> Unit:
        """The unit with that code, one without a name if it is unknown."""
        return self.units_by_code.get(code) or Unit(code=code, name="")

    def listed(self, codes: Iterable[str]) -> tuple[Unit, ...]:
        """The units asked, in the roster's order, then those of `codes` that are not, each once."""
        asked = {unit.code for unit in self.asked}
        return (*self.asked, *map(self.unit, dict.fromkeys(code for code in codes if code not in asked)))


@kept_by_book
def counted_units(book: Book) -> CountedUnits:
    """The units asked: the roster's active units except the office, or without a roster those that reported, by code.

    A stopped unit appears, marked, only in tables where it has rows.
    """
    roster = roster_for(book.settings)
    by_code = {code: unit for code, unit in _reporting_units(book) if roster.by_code(code) is None}
    active = roster.active(book.as_of)
    by_code |= {unit.code: unit for unit in active}
    active_codes = {unit.code for unit in active}
    by_code |= {unit.code: _as_stopped(unit) for unit in roster.units if unit.code not in active_codes}
    asked = [unit for unit in active if unit.kind != catalog.reading().office_kind]
    if roster.is_empty:
        asked = [by_code[code] for code in sorted(by_code)]
    return CountedUnits(asked=tuple(asked), units_by_code=by_code, roster=roster, as_of=book.as_of)


def _as_stopped(unit: Unit) -> Unit:
    return replace(unit, name=words()["stopped"].format(name=unit.name))


def _reporting_units(book: Book) -> Iterator[tuple[str, Unit]]:
    """The units that reported something, by code (by name where no code was written)."""
    for return_ in book.returns:
        if has_arrived(return_.verdict) and (code := return_.unit_code or return_.unit_name):
            yield code, Unit(code=code, name=return_.unit_name)
    for code, name in dict.fromkeys(chain.from_iterable(_senders(book).values())):
        yield code, Unit(code=code, name=name)


def has_arrived(verdict: str) -> bool:
    """Whether a file with this verdict counts as reported."""
    return verdict in MERGED


def reporting_codes(book: Book, units: CountedUnits) -> set[str]:
    """The codes of the units that sent a file or a row."""
    arrived = (return_ for return_ in book.returns if has_arrived(return_.verdict))
    codes = {units.code_of(return_.unit_code, return_.unit_name) for return_ in arrived}
    codes.update(units.code_of(code) for senders in _senders(book).values() for code, _ in senders)
    codes.update(units.code_of(code) for _, code in book.restricted)
    return codes


def rows_by_sender(book: Book) -> dict[str, Counter[str]]:
    """How many rows of each form each unit has, by its code."""
    counts = {form: Counter[str]() for form in book.items}
    for form, senders in _senders(book).items():
        for (code, _), count in senders.items():
            counts[form][code] += count
    return counts


@kept_by_book
def _senders(book: Book) -> dict[str, Counter[tuple[str, str]]]:
    """How many rows of each form each unit has, by its code and name."""
    return {form: Counter((item.unit_code, item.unit_name) for item in items) for form, items in book.items.items()}


# ---- rows


def items_of(book: Book, form: str) -> Sequence[Item]:
    """The rows of a form, none of a restricted one."""
    return () if catalog.forms()[form].restricted else book.items.get(form, ())


def subject_of(form: Form) -> Callable[[Item], str]:
    """A function item -> code of the unit that the row is about: the sender, or the one it names."""
    column = words()["about"].get(form.name)
    if column is None:
        return lambda item: item.unit_code
    place = form.positions[column]
    return lambda item: item.values[place] or item.unit_code


def places_by_unit(book: Book, units: CountedUnits, form: str) -> dict[str, list[int]]:
    """Each unit's rows as positions in `book.items[form]`, by the code they count under."""
    by_form = _places(book)
    if form not in by_form:
        about, places = subject_of(catalog.forms()[form]), dict[str, list[int]]()
        for place, item in enumerate(items_of(book, form)):
            places.setdefault(units.code_of(about(item)), []).append(place)
        by_form[form] = places
    return by_form[form]


@kept_by_book
def _places(book: Book) -> dict[str, dict[str, list[int]]]:
    """`places_by_unit` by form, as far as it was asked for."""
    return {}


def rows_by_unit(book: Book, units: CountedUnits, form: str) -> dict[str, list[tuple[Any, ...]]]:
    """Each unit's rows of a form as values, by the code they count under."""
    items = items_of(book, form)
    return {
        code: [items[place].values for place in places] for code, places in places_by_unit(book, units, form).items()
    }


# ---- tests of a row


@kept_by_forms()
def judge_for(form: str, text: str) -> Callable[[Sequence[Any]], bool]:
    """A function values -> bool for an expression over the form's columns."""
    declared = catalog.forms()[form]
    return _compiled_test(declared, expression_text.parse(text, tuple(declared.positions)))


@kept_by_forms()
def done_test_for(form: str) -> Callable[[Sequence[Any]], bool]:
    """A function values -> bool: whether the row is done, as the form's deadline says."""
    declared = catalog.forms()[form]
    assert declared.deadline is not None
    return _compiled_test(declared, declared.deadline.done)


@kept_by_forms()
def broken_test_for(form: str, code: str, column: str) -> Callable[[Sequence[Any]], bool]:
    """A function values -> bool: whether the row breaks the form's rule `code` on `column`."""
    declared = catalog.forms()[form]
    rules = (rule for rule in declared.rules if (rule.code, rule.column) == (code, column))
    parts = [(rule.index, rule.when, rule.holds) for rule in rules]
    broken = expression_python.compile_rules(parts, declared.positions, frozenset(), {})
    bounds = (None,) * len(expression.BOUNDS)
    return lambda values: bool(broken(values, bounds))


def _compiled_test(form: Form, node: expression.Node) -> Callable[[Sequence[Any]], bool]:
    test = form_test(form, node)
    bounds = (None,) * len(expression.BOUNDS)
    return lambda values: bool(test(values, bounds))


def row_test_for(name: str, form: str) -> Callable[[Sequence[Any]], bool]:
    """A function values -> bool: the test of that name in the wording."""
    return judge_for(form, words()["tests"][name])


def options_of(book: Book, form: str, column: str) -> tuple[str, ...]:
    """The options of a choice column in the order of the settings' list, or else of our own."""
    name = catalog.forms()[form].column(column).choices
    return tuple(book.settings.lists.get(name) or catalog.base_lists().get(name, ()))


def last_day(days: Iterable[date | None]) -> date | None:
    """The last of some days; None where all are blank, which a waiver of the cell allows."""
    return max(filter(None, days), default=None)


# ---- numbers


def count_options(values: Iterable[Any], options: Sequence[str]) -> tuple[int, ...]:
    """How often each option stands among the values, in the order of the options."""
    counts = Counter(values)
    return tuple(counts[option] for option in options)


def sum_counts(counts: Iterable[Mapping[str, int]]) -> Counter[str]:
    """Several counts as one."""
    total = Counter[str]()
    for part in counts:
        for name, count in part.items():
            total[name] += count
    return total


def share(part: float, whole: float) -> float | None:
    """`part` of `whole` as a fraction of one; None of nothing."""
    return part / whole if whole else None


def band_columns(band: str, names: Iterable[str]) -> tuple[str, ...]:
    """The names of columns under one band, one an option."""
    return tuple(f"{band}{BAND}{name}" for name in names)


def column_sums(rows: Sequence[Sequence[Any]], columns: range) -> tuple[int, ...]:
    """The sums of count columns over the rows, in the order of the columns."""
    return tuple(sum(row[column] or 0 for row in rows) for column in columns)
