"""The lists on top of the helper sheet: signs, options, days off, reviewers, and the words of every problem."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from rectify_xl.facts import catalog
from rectify_xl.model import Form, Settings
from rectify_xl.selfcheck.expression_excel import Areas
from rectify_xl.selfcheck.strict import StrictPlan
from rectify_xl.selfcheck.strict_cells import DAY_ZERO
from rectify_xl.selfcheck.words import message_for, problem_numbers

# A list begins below its title.
FIRST_ITEM = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class HelperList:
    """A list on top of the helper sheet, in a column of its own; `is_text` marks texts that are only shown."""

    letter: str
    title: str
    items: tuple[str | int, ...]
    is_text: bool = False

    @property
    def area(self) -> str:
        """Its cells; "" for an empty list."""
        last = FIRST_ITEM + len(self.items) - 1
        return f"${self.letter}${FIRST_ITEM}:${self.letter}${last}" if self.items else ""

    def cell(self, place: int) -> str:
        """The cell of an item, counted from 0."""
        return f"${self.letter}${FIRST_ITEM + place}"


def _words() -> Mapping[str, str]:
    words: Mapping[str, str] = catalog.words("selfcheck")["helper"]
    return words


def option_lists(letters: Iterator[str], forms: Sequence[Form], settings: Settings) -> dict[str, HelperList]:
    """The options that the forms ask for and the settings fill, by list name."""
    names = dict.fromkeys(column.choices for form in forms for column in form.columns if column.choices)
    return {
        name: HelperList(letter=next(letters), title=name, items=settings.lists[name])
        for name in names
        if settings.lists.get(name)
    }


def fact_lists(letters: Iterator[str], strict: StrictPlan) -> tuple[HelperList, HelperList, HelperList, HelperList]:
    """Days off, worked weekends, and the pairs of the review rules: whose measures, by whom."""
    off, worked = _exceptions(strict)
    pairs = strict.settings.reviewers
    words = _words()
    return (
        HelperList(letter=next(letters), title=words["holidays"], items=off),
        HelperList(letter=next(letters), title=words["worked"], items=worked),
        HelperList(letter=next(letters), title=words["roles"], items=tuple(role for role, _ in pairs)),
        HelperList(letter=next(letters), title=words["reviewers"], items=tuple(reviewer for _, reviewer in pairs)),
    )


def _exceptions(strict: StrictPlan) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The days off from Monday to Friday and the weekends that are worked, as serials, in the years that are known."""
    calendar = strict.ruling.calendar
    first, after = _span(strict.years)
    days = [DAY_ZERO + timedelta(days=serial) for serial in range(first, after)]
    off = tuple((d - DAY_ZERO).days for d in days if d.weekday() < 5 and not calendar.is_workday(d))
    return off, tuple((d - DAY_ZERO).days for d in days if d.weekday() >= 5 and calendar.is_workday(d))


def _span(years: range) -> tuple[int, int]:
    """The first day of the years and the first after them, as serials."""
    if not years:
        return 0, 0
    return (date(years[0], 1, 1) - DAY_ZERO).days, (date(years[-1] + 1, 1, 1) - DAY_ZERO).days


def fact_areas(strict: StrictPlan, facts: tuple[HelperList, HelperList, HelperList, HelperList]) -> Areas:
    """The areas of `fact_lists`."""
    first, after = _span(strict.years)
    off, worked, roles, reviewers = (listed.area for listed in facts)
    return Areas(
        days_off=off, days_worked=worked, first_day=first, after_days=after, roles=roles, reviewers=reviewers
    )


def total_labels(letters: Iterator[str], title: str) -> tuple[HelperList, str]:
    """The labels of a block's figures, and the letter of the column of the figures."""
    items = tuple(catalog.words("selfcheck")["helper"]["totals"])
    return HelperList(letter=next(letters), title=title, items=items, is_text=True), next(letters)


def message_list(letters: Iterator[str], strict: StrictPlan, title: str) -> HelperList:
    """The message of each problem, in the order of their numbers."""
    texts = tuple(message_for(strict, problem) for problem in problem_numbers(strict))
    return HelperList(letter=next(letters), title=_words()["messages"].format(title=title), items=texts, is_text=True)
