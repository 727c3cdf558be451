"""The sheet 活动 of 配置.xlsx: a name and a value a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from rectify_xl.layouts.layout import cell_name
from rectify_xl.normal import key_text, tidy
from rectify_xl.office.profiles import followup_end
from rectify_xl.office.settings.cells import (
    Header,
    Line,
    Options,
    Rows,
    SettingsCell,
    header_of,
    lines_below,
    lines_of,
    near,
)
from rectify_xl.office.settings.layout import SettingsColumn, SettingsSheet, settings_layout
from rectify_xl.office.settings.problems import Notes


@dataclass(frozen=True, kw_only=True, slots=True)
class Campaign:
    """What the sheet says, as fields of Settings, and the cell where each setting stands or could stand."""

    values: Mapping[str, Any]
    places: Mapping[str, str]


def read_campaign(sheet: SettingsSheet, rows: Rows, options: Options, notes: Notes) -> Campaign:
    """The settings of the sheet; unknown, missing and contradicting ones are noted."""
    settings = settings_layout().campaign
    cells, free = pairs_in(sheet, rows, settings, (options, notes))
    if not free:
        return Campaign(values={}, places={})
    values = {name: cell.read() for name, cell in cells.items()}
    _note_order(values, cells)
    end = values.get("followup_end") or followup_end(values.get("stage_end"), values.get("followup_months"))
    filled = {name: value for name, value in {**values, "followup_end": end}.items() if value not in (None, "")}
    places = {setting.name: free for setting in settings}
    return Campaign(values=filled, places=places | {name: cell.name for name, cell in cells.items()})


def pairs_in(
    sheet: SettingsSheet, rows: Rows, settings: Sequence[SettingsColumn], about: tuple[Options, Notes]
) -> tuple[dict[str, SettingsCell], str]:
    """The cell of each setting's value, and the cell where another could stand; {} and "" without a header.

    Unknown, repeated and missing settings are noted.
    """
    header, notes = _header(sheet, rows, settings), about[1]
    if header is None:
        lines_of(sheet, rows, *about)
        return {}, ""
    lines = lines_below(sheet, rows, header, about)
    cells = _cells(lines, settings)
    free = cell_name(max((line.row for line in lines), default=header.at + 1) + 1, header.places["name"])
    for setting in settings:
        if setting.required and setting.name not in cells:
            notes.add(sheet.title, free, "no-setting", label=setting.label)
    return cells, free


def _header(sheet: SettingsSheet, rows: Rows, settings: Sequence[SettingsColumn]) -> Header | None:
    """The header row, else (a sheet of names and values needs none) the place of the first name that is known."""
    header = header_of(sheet, rows)
    if header is not None and {"name", "value"} <= set(header.places):
        return header
    labels = {setting.label for setting in settings}
    for at, row in enumerate(rows[: settings_layout().header_within_rows]):
        for index, value in enumerate(row):
            if isinstance(value, str) and tidy(value) in labels:
                return Header(at=at - 1, places={"name": index, "value": index + 1})
    return None


def _cells(lines: list[Line], settings: Sequence[SettingsColumn]) -> dict[str, SettingsCell]:
    """The cell of each setting's value, ready to be read as the setting asks."""
    by_key = {key_text(setting.label): setting for setting in settings}
    labels = tuple(setting.label for setting in settings)
    cells: dict[str, SettingsCell] = {}
    for line in lines:
        name, value = line.cells["name"], line.cells["value"]
        setting = by_key.get(key_text(name.text))
        if setting is None:
            if name.text or value.text:
                name.refuse("setting" if name.text else "required", near=near(name.text, labels), options=labels)
        elif setting.name in cells:
            name.refuse("duplicate", other=cells[setting.name].name)
        else:
            cells[setting.name] = replace(value, column=setting)
    return cells


_ORDER = (("stage_start", "stage_end"), ("stage_end", "followup_end"), ("stage_start", "followup_end"))


def _note_order(values: Mapping[str, Any], cells: Mapping[str, SettingsCell]) -> None:
    """Notes an end that comes before its start."""
    for earlier, later in _ORDER:
        start: date | None = values.get(earlier)
        end: date | None = values.get(later)
        if start and end and end < start:
            cells[later].refuse("early-end", other=cells[earlier].column.label, other_value=start)
