"""The sheet 字典 of 配置.xlsx as lists and aliases: every list that a form needs, every option once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rectify_xl.facts import terms
from rectify_xl.layouts.layout import cell_name
from rectify_xl.normal import key_text, shown
from rectify_xl.office.settings.cells import Header, Line
from rectify_xl.office.settings.layout import SettingsSheet
from rectify_xl.office.settings.problems import Notes


@dataclass(frozen=True, kw_only=True, slots=True)
class Dictionary:
    """The options by list, and the option of each alias by list."""

    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    aliases: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def read_lists(lines: Sequence[Line]) -> Dictionary:
    """The lists in the order in which they first stand there; options and aliases that clash are noted."""
    names = terms.list_names()
    by_list: dict[str, dict[str, Line]] = {}
    for line in lines:
        if line.values["list"] and line.values["option"]:
            _add(line, by_list.setdefault(names[line.values["list"]], {}))
    aliases = {name: aliases_of(options) for name, options in by_list.items()}
    return Dictionary(
        lists={name: tuple(line.values["option"] for line in options.values()) for name, options in by_list.items()},
        aliases={name: words for name, words in aliases.items() if words},
    )


def _add(line: Line, options: dict[str, Line]) -> None:
    first = options.setdefault(key_text(line.values["option"]), line)
    if first is not line:
        line.cells["option"].refuse("duplicate", other=first.cells["option"].name)


def aliases_of(options: Mapping[str, Line]) -> dict[str, str]:
    """The option of each alias of a list; an alias of two options is noted."""
    meanings = {key: line.values["option"] for key, line in options.items()}
    aliases: dict[str, str] = {}
    for line in options.values():
        option = line.values["option"]
        for alias in line.values["aliases"]:
            other = meanings.setdefault(key_text(alias), option)
            if other != option:
                line.cells["aliases"].refuse("alias-taken", value=shown(alias), other=other)
            elif key_text(alias) != key_text(option):
                aliases[alias] = option
    return aliases


def note_missing(
    sheet: SettingsSheet, lists: Mapping[str, Sequence[str]], free: tuple[int, Header], notes: Notes
) -> None:
    """Notes each list that is not there and each option that the forms' rules need, at the rows below the last."""
    row, header = free
    column = header.places.get("list", 0)
    titles = terms.list_titles()
    for name in titles:
        if name not in lists:
            notes.add(sheet.title, cell_name(row, column), "missing-list", list=titles[name])
            row += 1
    for name, option, form in terms.missing_options(lists):
        params = {"list": titles[name], "value": option, "form": form}
        notes.add(sheet.title, cell_name(row, column), "missing-option", **params)
        row += 1
