"""Reads 配置.xlsx: a file that cannot be opened is reported like any other mistake of the settings."""

from __future__ import annotations

from os import PathLike

from rectify_xl.excel.reading.reader import read_workbook
from rectify_xl.excel.settings.form_reader import load_forms, rows_of
from rectify_xl.facts import catalog
from rectify_xl.files import path_from
from rectify_xl.grid import Unreadable
from rectify_xl.model import Settings
from rectify_xl.normal import inert
from rectify_xl.office.settings import SettingsError, SettingsProblem, lists_in, settings_from


def load_settings(path: str | PathLike[str]) -> Settings:
    """The settings of a workbook, with the forms that are declared in 表单/ beside it.

    Raises SettingsError with every mistake in it (or in the forms, which are read first), or if it cannot be read.
    """
    book_path = path_from(path)
    try:
        book = read_workbook(book_path.read_bytes())
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
        raise SettingsError([_file_problem("no-file", path)]) from error
    except OSError as error:
        raise SettingsError([_file_problem("no-access", path)]) from error
    except Unreadable as error:
        raise SettingsError([_file_problem("unreadable", path)]) from error
    sheets = {grid.title: rows_of(grid) for grid in book.sheets}
    folder = book_path.parent / str(catalog.read_toml("workspace.toml")["forms"])
    return settings_from(sheets, load_forms(folder, lists_in(sheets)))


def _file_problem(code: str, path: str | PathLike[str]) -> SettingsProblem:
    return SettingsProblem(code=code, params=(("value", inert(str(path))),))
