"""The layout of a template's self-check: where on the hidden helper sheet its lists and formulas stand.

One helper sheet serves the whole workbook. On top stand lists (options, days off, reviewers, messages), below them
side by side a block for the cover and one for each form, a row for every prepared row. A row holds what was typed, the
values as read, whether the row is used, keys, a flag for every rule, the problem of every cell, and the row's text. A
problem is a number: a thousand for an error, two for a warning, plus its place among the messages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import count

from rectify_xl.facts import catalog
from rectify_xl.layouts.layout import CHECK_TEXT_NAME, column_letter, prepared_rows
from rectify_xl.model import Form, Settings
from rectify_xl.selfcheck.expression_excel import Areas
from rectify_xl.selfcheck.lists import (
    FIRST_ITEM,
    HelperList,
    fact_areas,
    fact_lists,
    message_list,
    option_lists,
    total_labels,
)
from rectify_xl.selfcheck.strict import Problem, StrictPlan, strict_plan
from rectify_xl.selfcheck.strict_formulas import Signs, signs, signs_in
from rectify_xl.selfcheck.words import problem_numbers

# Above the blocks stand the columns' titles and the line beside the form's header.
_LINES_ABOVE = 2


class Total(IntEnum):
    """The figures of a block, in the order of their cells (see `totals`)."""

    ANCHOR = 0
    USED = 1
    ERRORS = 2
    WARNINGS = 3
    DEEP = 4
    INSERTED = 5
    FIRST_ROW = 6
    FIRST_COLUMN = 7
    LINK = 8
    MISSING = 9


@dataclass(frozen=True, kw_only=True, slots=True)
class Letters:
    """The columns of a block: by the form's column position, by the rule's index, and those that a row has once."""

    raw: tuple[str, ...]
    values: tuple[str, ...]
    used: str
    keys: Mapping[int, str]
    firsts: Mapping[int, str]
    rules: Mapping[int, str]
    problems: tuple[str, ...]
    errors: str
    warnings: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Flag:
    """One verdict on the helper sheet: lit where the cell in column `letter` holds `worth`.

    The column of a cell holds only its first problem; a rule has a column of its own.
    """

    problem: Problem
    letter: str
    worth: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """The self-check of one form (or the cover): its block of the helper sheet, and the areas that it reads.

    `sheet` is the title of the sheet that is checked, `title` the helper sheet's; `index` is 0 for the cover and
    counts the forms of the workbook; `numbers` are the problems' numbers in the columns of cells.
    """

    strict: StrictPlan
    sheet: str
    title: str
    index: int
    first_row: int
    rows: int
    letters: Letters
    numbers: Mapping[Problem, int]
    signs: Signs
    options: Mapping[str, str]
    areas: Areas
    messages: HelperList
    totals: HelperList
    figures: str
    filled_on: str

    @property
    def last_row(self) -> int:
        """The helper row of the last prepared row."""
        return self.first_row + self.rows - 1

    def row(self, place: int) -> int:
        """The helper row (Excel's number) of prepared row `place`, counted from 1."""
        return self.first_row + place - 1

    def area(self, letter: str, to: str = "") -> str:
        """All rows of a column of the block, or of the columns from one to another."""
        return f"${letter}${self.first_row}:${to or letter}${self.last_row}"

    @property
    def flags(self) -> tuple[Flag, ...]:
        """Every verdict that the helper sheet holds of a row."""
        return tuple(_flag(self, problem) for problem in self.numbers)

    def address(self, flag: Flag, place: int) -> str:
        """The cell of a flag for prepared row `place`, counted from 1."""
        return f"{flag.letter}{self.row(place)}"

    def total(self, total: Total) -> str:
        """The cell of a figure."""
        return f"${self.figures}${FIRST_ITEM + total}"

    @property
    def problems_name(self) -> str:
        """The defined name of the cells' problems, from the line beside the header on."""
        return f"chk_{self.index}"

    @property
    def text_name(self) -> str:
        """The defined name of the rows' texts, from the first prepared row on."""
        return f"{CHECK_TEXT_NAME}_{self.index}"


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckBook:
    """The self-check of one workbook: the lists on top of the helper sheet, the cover's block and the forms'."""

    title: str
    lists: tuple[HelperList, ...]
    cover: Plan
    forms: tuple[Plan, ...]

    @property
    def plans(self) -> tuple[Plan, ...]:
        """The cover's and the forms' in the order of their blocks."""
        return (self.cover, *self.forms)


def _flag(plan: Plan, problem: Problem) -> Flag:
    if problem.rule < 0:
        place = plan.strict.facts.positions[problem.column]
        return Flag(problem=problem, letter=plan.letters.problems[place], worth=plan.numbers[problem])
    softened = problem.level == "warning" and bool(plan.strict.facts.rules[problem.rule].softened_by)
    return Flag(problem=problem, letter=plan.letters.rules[problem.rule], worth=2 if softened else 1)


def plan_for(form: Form, settings: Settings) -> Plan:
    """The self-check of the form in a template that holds it alone."""
    return check_book((form,), settings).forms[0]


def check_book(forms: Sequence[Form], settings: Settings, filled: Sequence[int] = ()) -> CheckBook:
    """The self-check of a template of these forms, of which so many rows are filled already (none unless said)."""
    prepared = [1, *(prepared_rows(rows) for rows in filled or [0] * len(forms))]
    letters = (column_letter(index) for index in count())
    stricts = [strict_plan(catalog.cover(), settings), *(strict_plan(form, settings) for form in forms)]
    titles = [catalog.cover().sheet, *(form.title for form in forms)]
    blanks = catalog.reading().blanks
    title = catalog.words("selfcheck")["helper"]["signs"]
    sign_list = HelperList(letter=next(letters), title=title, items=signs(blanks))
    options = option_lists(letters, forms, settings)
    facts = fact_lists(letters, stricts[0])
    tops = [(message_list(letters, s, t), *total_labels(letters, t)) for s, t in zip(stricts, titles, strict=True)]
    lists = (sign_list, *options.values(), *facts, *(helper_list for top in tops for helper_list in top[:2]))
    first_row = FIRST_ITEM + max(len(helper_list.items) for helper_list in lists) + _LINES_ABOVE
    plans: list[Plan] = []
    for index, strict in enumerate(stricts):
        plan = Plan(
            strict=strict,
            sheet=titles[index],
            title=catalog.reading().self_check_sheet,
            index=index,
            first_row=first_row,
            rows=prepared[index],
            letters=_letters(letters, strict),
            numbers=problem_numbers(strict),
            signs=signs_in([sign_list.cell(place) for place in range(len(sign_list.items))], blanks),
            options={name: helper_list.area for name, helper_list in options.items()},
            areas=fact_areas(strict, facts),
            messages=tops[index][0],
            totals=tops[index][1],
            figures=tops[index][2],
            filled_on=_day_cell(plans[0]) if plans else "",
        )
        plans.append(plan)
    return CheckBook(title=plans[0].title, lists=lists, cover=plans[0], forms=tuple(plans[1:]))


def _day_cell(cover: Plan) -> str:
    """Where the helper sheet has 填报日期 as understood."""
    return f"${cover.letters.values[catalog.cover().positions['filled_on']]}${cover.first_row}"


def _letters(letters: Iterator[str], strict: StrictPlan) -> Letters:
    width = len(strict.columns)
    keyed = [rule for rule in strict.judged if rule.on]
    first = [rule.index for rule in keyed if not strict.facts.column(rule.column).assigned]
    single = [rule.index for rule in strict.judged if not rule.all_of]
    return Letters(
        raw=tuple(next(letters) for _ in range(width)),
        values=tuple(next(letters) for _ in range(width)),
        used=next(letters),
        keys={rule.index: next(letters) for rule in keyed},
        firsts={index: next(letters) for index in first},
        rules={index: next(letters) for index in single},
        problems=tuple(next(letters) for _ in range(width)),
        errors=next(letters),
        warnings=next(letters),
        text=next(letters),
    )
