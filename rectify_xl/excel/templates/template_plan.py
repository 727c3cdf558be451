"""The plan of a template, made before anything is written: its sheets, columns, lists and edition."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from rectify_xl.excel.templates.dependent_lists import DependentList, dependent_lists
from rectify_xl.excel.templates.validation import (
    PROMPT_LIMIT,
    Need,
    Options,
    clipped,
    conditions_of,
    need_of,
    prompt_for,
    validation_for,
)
from rectify_xl.facts import catalog
from rectify_xl.facts.phrasing import Bounds
from rectify_xl.facts.terms import list_titles
from rectify_xl.layouts.layout import REQUIRED_MARK, prepared_rows, stamp_for, widths
from rectify_xl.model import Column, Form, Settings, Unit
from rectify_xl.selfcheck.places import CheckBook, check_book
from rectify_xl.tables.prefilled import KnownRow


@dataclass(frozen=True, kw_only=True, slots=True)
class ColumnPlan:
    """One column of a form's sheet: its index, its width, and what its cells accept."""

    column: Column
    index: int
    width: float
    need: Need
    options: tuple[str, ...]
    validation: Options

    @property
    def header(self) -> str:
        """The header's text: the label, with the mark of a required column."""
        return self.column.label + (REQUIRED_MARK if self.need is Need.REQUIRED else "")


@dataclass(frozen=True, kw_only=True, slots=True)
class SheetPlan:
    """One form's sheet: its columns from A on, how many of them are frozen, its notes and its pre-filled rows."""

    form: Form
    columns: tuple[ColumnPlan, ...]
    frozen_columns: int
    notes: tuple[str, ...]
    prefilled: tuple[KnownRow, ...] = ()

    @property
    def rows(self) -> tuple[tuple[Any, ...], ...]:
        """The values of the pre-filled rows, in the form's column order."""
        return tuple(row.values for row in self.prefilled)

    @property
    def prepared(self) -> int:
        """How many rows are prepared, the pre-filled ones included."""
        return prepared_rows(len(self.rows))

    @property
    def last_column(self) -> int:
        """The index of the last column."""
        return len(self.columns) - 1


@dataclass(frozen=True, kw_only=True, slots=True)
class ListPlan:
    """One list on the hidden sheet: its title, its options and its defined name for validations."""

    title: str
    options: tuple[str, ...]
    defined_name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TemplatePlan:
    """One template workbook; `lists` is by list name, `unit` and `cover` fill the cover."""

    settings: Settings
    unit: Unit | None
    sheets: tuple[SheetPlan, ...]
    lists: Mapping[str, ListPlan]
    dependents: Mapping[tuple[str, str], DependentList]
    checks: CheckBook
    cover: Mapping[str, Any] = field(default_factory=dict)

    @property
    def stamp(self) -> str:
        """The edition of the forms, as the cover prints it."""
        return stamp_for([sheet.form for sheet in self.sheets])

    @property
    def titles(self) -> tuple[str, ...]:
        """The titles of the forms in the order of their sheets."""
        return tuple(sheet.form.title for sheet in self.sheets)

    def cover_value(self, column: Column) -> Any:
        """The value of a field of the cover: a text, a day or a number; "" where it is open."""
        values: dict[str, Any] = {**self.cover, "campaign": self.settings.campaign}
        if self.unit is not None:
            values |= {"unit_code": self.unit.code, "unit_name": self.unit.name}
        return values.get(column.name, "")

    @property
    def bounds(self) -> Bounds:
        """The days of the stage that rules name, as far as the settings have them."""
        settings = self.settings
        return {
            "stage_start": settings.stage_start,
            "stage_end": settings.stage_end,
            "followup_end": settings.followup_end,
        }


Rows = Mapping[str, Sequence[KnownRow | Sequence[Any]]]


def plan_for(
    forms: Sequence[Form], settings: Settings, unit: Unit | None = None, rows: Rows | None = None
) -> TemplatePlan:
    """The plan of the template of these forms under these settings; `rows` are the pre-filled ones by form."""
    lists = _list_plans(forms, settings)
    prefilled = {name: tuple(map(_known_row, form_rows)) for name, form_rows in (rows or {}).items()}
    dependents = dependent_lists(forms, settings)
    plans = (_with_dependents(_sheet_plan(form, settings, lists), dependents) for form in forms)
    sheets = tuple(replace(sheet, prefilled=prefilled.get(sheet.form.name, ())) for sheet in plans)
    checks = check_book(forms, settings, [len(sheet.rows) for sheet in sheets])
    return TemplatePlan(
        settings=settings, unit=unit, sheets=sheets, lists=lists, dependents=dependents, checks=checks
    )


def _known_row(row: KnownRow | Sequence[Any]) -> KnownRow:
    return row if isinstance(row, KnownRow) else KnownRow(values=tuple(row))


def _with_dependents(sheet: SheetPlan, dependents: Mapping[tuple[str, str], DependentList]) -> SheetPlan:
    """The sheet with its dependent columns' options and prompts following their master columns."""
    columns = tuple(
        _with_dependent(sheet.form, plan, dependents.get((sheet.form.name, plan.column.name))) for plan in sheet.columns
    )
    return replace(sheet, columns=columns)


def _with_dependent(form: Form, plan: ColumnPlan, dependent: DependentList | None) -> ColumnPlan:
    if dependent is None:
        return plan
    words = catalog.words("template")["prompts"]["follows"].format(label=form.column(dependent.master).label)
    prompt = clipped(plan.validation["input_message"] + words, PROMPT_LIMIT)
    return replace(plan, validation={**plan.validation, "source": dependent.source(form), "input_message": prompt})


def _list_plans(forms: Sequence[Form], settings: Settings) -> dict[str, ListPlan]:
    """The lists that the forms use and the settings fill, by list name."""
    titles = list_titles()
    names = dict.fromkeys(column.choices for form in forms for column in form.columns if column.choices)
    plans: dict[str, ListPlan] = {}
    for name in (name for name in names if settings.lists.get(name)):
        defined_name = f"list_{name}" if re.fullmatch(r"[a-z_]+", name) else f"list_no_{len(plans) + 1}"
        plans[name] = ListPlan(title=titles.get(name, name), options=settings.lists[name], defined_name=defined_name)
    return plans


def _sheet_plan(form: Form, settings: Settings, lists: Mapping[str, ListPlan]) -> SheetPlan:
    sizes = widths(form, {name: plan.options for name, plan in lists.items()})
    columns = tuple(
        _column_plan(form, place, settings, lists.get(column.choices))
        for place, column in zip(enumerate(sizes), form.columns, strict=True)
    )
    words = catalog.words("template")["sheet"]
    general = words["note"].format(cover=catalog.cover().sheet, instructions=catalog.reading().instructions_sheet)
    # A clerk does not know a row by the number that the office assigns: the column after it is frozen too.
    frozen = 2 if form.columns[0].assigned and len(columns) > 2 else 1
    return SheetPlan(form=form, columns=columns, frozen_columns=frozen, notes=(*form.notes, general))


def _column_plan(form: Form, place: tuple[int, float], settings: Settings, choices: ListPlan | None) -> ColumnPlan:
    index, width = place
    column = form.columns[index]
    need = need_of(column, form, settings.optional_columns)
    prompt = prompt_for(column, need, conditions_of(column, form) if need is Need.CONDITIONAL else ())
    return ColumnPlan(
        column=column,
        index=index,
        width=width,
        need=need,
        options=choices.options if choices else (),
        validation=validation_for(column, prompt, choices.defined_name if choices else ""),
    )
