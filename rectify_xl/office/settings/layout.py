"""The sheets of 配置.xlsx as facts/settings.toml declares them: what its reader and its writer share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from rectify_xl.facts import catalog, terms
from rectify_xl.facts.catalog import FactsError, record


@dataclass(frozen=True, kw_only=True, slots=True)
class SettingsColumn:
    """One column of a sheet, or one row of 活动: `kind` says how it is read, `list` what a choice is one of."""

    name: str
    label: str
    kind: str = "text"
    list: str = ""
    required: bool = False
    needed: bool = True
    width: float = 12
    range: tuple[int, int] | None = None
    hint: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class SettingsSheet:
    """One sheet: its title, what it is for, its columns, and the row that shows how to fill it in."""

    name: str
    title: str
    hint: str
    columns: tuple[SettingsColumn, ...]
    optional: bool = False
    example: Mapping[str, Any] = field(default_factory=dict)

    def column(self, name: str) -> SettingsColumn:
        """The column called `name`."""
        return next(column for column in self.columns if column.name == name)

    def index(self, name: str) -> int:
        """The place of the column called `name` in a workbook of ours, from 0."""
        return self.columns.index(self.column(name))


@dataclass(frozen=True, kw_only=True, slots=True)
class Guide:
    """The sheet that explains the others and is not read; `forms`, `codes` and `lists` are titles and headers."""

    title: str
    hint: str
    widths: tuple[float, ...]
    lines: tuple[str, ...]
    forms: Mapping[str, Any]
    codes: Mapping[str, Any]
    lists: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Looks:
    """How the workbook looks and behaves: formats and words by kind of cell."""

    footer: str
    mention: str
    formats: Mapping[str, str]
    wrong: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class SettingsLayout:
    """facts/settings.toml as a record."""

    header_within_rows: int
    separators: str
    column_words: str
    typed: Mapping[str, str]
    options: Mapping[str, tuple[str, ...]]
    titles: Mapping[str, str]
    campaign: tuple[SettingsColumn, ...]
    sheets: Mapping[str, SettingsSheet]
    guide: Guide
    looks: Looks

    def setting(self, name: str) -> SettingsColumn:
        """The row of 活动 called `name`."""
        return next(column for column in self.campaign if column.name == name)

    def list_title(self, name: str) -> str:
        """What a list is called in a sentence."""
        return terms.list_titles().get(name) or self.titles.get(name, name)


@cache
def settings_layout() -> SettingsLayout:
    """facts/settings.toml; FactsError for a slip in it."""
    file = "settings.toml"
    entry = catalog.read_toml(file)
    parts = {
        "sheets": {sheet["name"]: sheet_record(sheet, file) for sheet in entry["sheets"]},
        "campaign": tuple(column_record(column, file, "campaign") for column in entry["campaign"]),
        "options": {name: tuple(options) for name, options in entry["options"].items()},
        "guide": record(Guide, entry["guide"], file, "guide"),
        "looks": record(Looks, entry["looks"], file, "looks"),
    }
    layout: SettingsLayout = record(SettingsLayout, {**entry, **parts}, file, "")
    known_lists = {"", *layout.titles, *terms.list_titles()}
    for column in (*layout.campaign, *(c for sheet in layout.sheets.values() for c in sheet.columns)):
        if column.list not in known_lists or column.kind not in layout.looks.formats:
            raise FactsError(file, column.name, f"no list {column.list!r}, or no kind {column.kind!r}")
    return layout


def sheet_record(entry: Mapping[str, Any], file: str) -> SettingsSheet:
    """A sheet that people fill in, as its data file declares it; FactsError for an unknown key."""
    columns = tuple(column_record(column, file, entry["name"]) for column in entry["columns"])
    sheet: SettingsSheet = record(SettingsSheet, {**entry, "columns": columns}, file, f"sheets.{entry['name']}")
    return sheet


def column_record(entry: Mapping[str, Any], file: str, sheet: str) -> SettingsColumn:
    """One column of such a sheet."""
    column: SettingsColumn = record(SettingsColumn, entry, file, f"{sheet}.{entry.get('name')}")
    return column
