"""The sheets of a workbook that declares a form, as facts/form_book.toml tells them: for its reader and its writer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from rectify_xl.facts import catalog
from rectify_xl.facts.catalog import record
from rectify_xl.messages import code_name
from rectify_xl.office.settings.layout import SettingsColumn, SettingsSheet, column_record, sheet_record


@dataclass(frozen=True, kw_only=True, slots=True)
class FormLooks:
    """Formats by kind of cell, and what names, titles and files of a form must keep to."""

    formats: Mapping[str, str]
    label_limit: int
    reserved_names: tuple[str, ...]
    name_pattern: str
    template_pattern: str
    title_pattern: str
    letter_pattern: str
    template_suffix: str
    version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class FormGuide:
    """The sheet that explains the others and is not read."""

    title: str
    hint: str
    widths: tuple[float, ...]
    lines: tuple[str, ...]
    parts: Mapping[str, str]
    headers: Mapping[str, list[str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class FormBookLayout:
    """facts/form_book.toml as a record; `form` are the rows of 表单, `words` what a condition is written with."""

    kinds: Mapping[str, str]
    fillers: Mapping[str, str]
    rules: Mapping[str, list[str]]
    words: Mapping[str, list[str]]
    examples: Mapping[str, str]
    looks: FormLooks
    form: tuple[SettingsColumn, ...]
    sheets: Mapping[str, SettingsSheet]
    guide: FormGuide

    def setting(self, name: str) -> SettingsColumn:
        """The row of 表单 called `name`."""
        return next(column for column in self.form if column.name == name)

    def rule_names(self) -> dict[str, str]:
        """The rules that a form may have: code by what findings of it are called."""
        return {code_name(code): code for code in self.rules["codes"]}


@cache
def form_book_layout() -> FormBookLayout:
    """facts/form_book.toml; FactsError for a slip in it."""
    file = "form_book.toml"
    entry = catalog.read_toml(file)
    parts = {
        "sheets": {sheet["name"]: sheet_record(sheet, file) for sheet in entry["sheets"]},
        "form": tuple(column_record(column, file, "form") for column in entry["form"]),
        "looks": record(FormLooks, entry["looks"], file, "looks"),
        "guide": record(FormGuide, entry["guide"], file, "guide"),
    }
    layout: FormBookLayout = record(FormBookLayout, {**entry, **parts}, file, "")
    return layout
