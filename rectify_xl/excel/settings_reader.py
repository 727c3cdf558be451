"""Reads 配置.xlsx from its file: what cannot be opened is a mistake of the settings like any other."""

from __future__ import annotations

from os import PathLike
from pathlib import Path

from rectify_xl.excel.reader import read_workbook
from rectify_xl.grid import Grid, Unreadable
from rectify_xl.model import Settings
from rectify_xl.normal import inert
from rectify_xl.settings import SettingsError, SettingsProblem, settings_from
from rectify_xl.settings.cells import Rows


def load_settings(path: str | PathLike[str]) -> Settings:
    """The settings of a workbook; SettingsError with every mistake in it, or if it cannot be read."""
    try:
        book = read_workbook(Path(path).read_bytes())
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
        raise SettingsError([_about_file("no-file", path)]) from error
    except (OSError, Unreadable) as error:
        raise SettingsError([_about_file("unreadable", path)]) from error
    return settings_from({grid.title: _rows(grid) for grid in book.sheets})


def _about_file(code: str, path: str | PathLike[str]) -> SettingsProblem:
    return SettingsProblem(code=code, params=(("value", inert(str(path))),))


def _rows(grid: Grid) -> Rows:
    """The sheet's values from A1 on."""
    margin = [""] * grid.first_column
    return [[]] * (grid.first_row - 1) + [[*margin, *row] for row in grid.rows]
