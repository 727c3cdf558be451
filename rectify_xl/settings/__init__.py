"""配置.xlsx read from its file, and the fingerprint by which runs see that settings have changed."""

from __future__ import annotations

import json
from dataclasses import asdict
from hashlib import sha256
from os import PathLike
from pathlib import Path

from rectify_xl.grid import Grid, Unreadable
from rectify_xl.model import Settings
from rectify_xl.normal import inert
from rectify_xl.settings.cells import Rows
from rectify_xl.settings.problems import SettingsError, SettingsProblem
from rectify_xl.settings.read import settings_from

__all__ = ["SettingsError", "SettingsProblem", "fingerprint", "load_settings", "settings_from"]


def load_settings(path: str | PathLike[str]) -> Settings:
    """The settings of a workbook; SettingsError with every mistake in it, or if it cannot be read."""
    from rectify_xl.excel.reader import read_workbook

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


def fingerprint(settings: Settings) -> str:
    """SHA-256 (hex) of everything the settings say: equal settings have equal fingerprints."""
    text = json.dumps(asdict(settings), ensure_ascii=False, sort_keys=True, default=str)
    return sha256(text.encode()).hexdigest()
