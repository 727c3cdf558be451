"""What a blank template will hold, decided before anything is written: its sheets, columns, lists and edition."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from rectify_xl import catalog
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
from rectify_xl.layout import REQUIRED_MARK, prepared_rows, stamp_for, widths
from rectify_xl.model import Column, Form, Settings, Unit
from rectify_xl.phrasing import Bounds
from rectify_xl.selfcheck.places import CheckBook, check_book
from rectify_xl.tables.prefilled import KnownRow
from rectify_xl.terms import list_titles


@dataclass(frozen=True, kw_only=True, slots=True)
class ColumnPlan:
    """One column of a form's sheet: where it stands, how wide, and what its cells take."""

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
    """One form's sheet: its columns from A on, how many of them stay in sight, and its notes."""

    form: Form
    columns: tuple[ColumnPlan, ...]
    frozen_columns: int
    notes: tuple[str, ...]
    known: tuple[KnownRow, ...] = ()

    @property
    def rows(self) -> tuple[tuple[Any, ...], ...]:
        """The values that the sheet goes out with, in the form's column order."""
        return tuple(row.values for row in self.known)

    @property
    def prepared(self) -> int:
        """How many rows are prepared, those that are filled already among them."""
        return prepared_rows(len(self.rows))

    @property
    def last_column(self) -> int:
        """The index of the last column."""
        return len(self.columns) - 1


@dataclass(frozen=True, kw_only=True, slots=True)
class ListPlan:
    """One list on the hidden sheet: its title, its options and the name that validations call it by."""

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

    def known_value(self, column: Column) -> Any:
        """What is already known of a field of the cover: a text, a day or a number; "" for nothing."""
        known: dict[str, Any] = {**self.cover, "campaign": self.settings.campaign}
        if self.unit is not None:
            known |= {"unit_code": self.unit.code, "unit_name": self.unit.name}
        return known.get(column.name, "")

    @property
    def bounds(self) -> Bounds:
        """The days of the stage that rules name, as far as the settings have them."""
        known = self.settings
        return {"stage_start": known.stage_start, "stage_end": known.stage_end, "followup_end": known.followup_end}


Rows = Mapping[str, Sequence[KnownRow | Sequence[Any]]]


def plan_for(
    forms: Sequence[Form], settings: Settings, unit: Unit | None = None, rows: Rows | None = None
) -> TemplatePlan:
    """What the template of these forms will hold under these settings; `rows` are filled in already, by form."""
    lists = _list_plans(forms, settings)
    known = {name: tuple(map(_known, held)) for name, held in (rows or {}).items()}
    dependents = dependent_lists(forms, settings)
    planned = (_with_dependents(_sheet_plan(form, settings, lists), dependents) for form in forms)
    sheets = tuple(replace(sheet, known=known.get(sheet.form.name, ())) for sheet in planned)
    checks = check_book(forms, settings, [len(sheet.rows) for sheet in sheets])
    return TemplatePlan(
        settings=settings, unit=unit, sheets=sheets, lists=lists, dependents=dependents, checks=checks
    )


def _known(row: KnownRow | Sequence[Any]) -> KnownRow:
    return row if isinstance(row, KnownRow) else KnownRow(values=tuple(row))


def _with_dependents(sheet: SheetPlan, dependents: Mapping[tuple[str, str], DependentList]) -> SheetPlan:
    """The sheet with the options of its dependent columns following their masters, and the prompts saying so."""
    columns = tuple(
        _following(sheet.form, plan, dependents.get((sheet.form.name, plan.column.name))) for plan in sheet.columns
    )
    return replace(sheet, columns=columns)


def _following(form: Form, plan: ColumnPlan, listed: DependentList | None) -> ColumnPlan:
    if listed is None:
        return plan
    words = catalog.words("template")["prompts"]["follows"].format(label=form.column(listed.master).label)
    said = clipped(plan.validation["input_message"] + words, PROMPT_LIMIT)
    return replace(plan, validation={**plan.validation, "source": listed.source(form), "input_message": said})


def _list_plans(forms: Sequence[Form], settings: Settings) -> dict[str, ListPlan]:
    """The lists that the forms ask for and the settings fill, by list name."""
    titles = list_titles()
    asked = dict.fromkeys(column.choices for form in forms for column in form.columns if column.choices)
    plans: dict[str, ListPlan] = {}
    for name in (name for name in asked if settings.lists.get(name)):
        called = f"list_{name}" if re.fullmatch(r"[a-z_]+", name) else f"list_no_{len(plans) + 1}"
        plans[name] = ListPlan(title=titles.get(name, name), options=settings.lists[name], defined_name=called)
    return plans


def _sheet_plan(form: Form, settings: Settings, lists: Mapping[str, ListPlan]) -> SheetPlan:
    sizes = widths(form, {name: plan.options for name, plan in lists.items()})
    columns = tuple(
        _column_plan(form, place, settings, lists.get(column.choices))
        for place, column in zip(enumerate(sizes), form.columns, strict=True)
    )
    words = catalog.words("template")["sheet"]
    general = words["note"].format(cover=catalog.cover().sheet, instructions=catalog.reading().instructions_sheet)
    # A number that the office gives names no row to its clerk: the column after it stays in sight too.
    frozen = 2 if form.columns[0].assigned and len(columns) > 2 else 1
    return SheetPlan(form=form, columns=columns, frozen_columns=frozen, notes=(*form.notes, general))


def _column_plan(form: Form, place: tuple[int, float], settings: Settings, listed: ListPlan | None) -> ColumnPlan:
    index, width = place
    column = form.columns[index]
    need = need_of(column, form, settings.optional_columns)
    prompt = prompt_for(column, need, conditions_of(column, form) if need is Need.CONDITIONAL else ())
    return ColumnPlan(
        column=column,
        index=index,
        width=width,
        need=need,
        options=listed.options if listed else (),
        validation=validation_for(column, prompt, listed.defined_name if listed else ""),
    )
