"""Reads the workbooks in which an office declares forms of its own: one by itself, or all of a workspace's 表单/."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatch
from os import PathLike
from pathlib import Path

from rectify_xl.excel.reading.reader import read_workbook, values_of
from rectify_xl.facts import catalog
from rectify_xl.files import path_from
from rectify_xl.form_book import form_from
from rectify_xl.form_book.book import Around
from rectify_xl.form_book.layout import form_book_layout
from rectify_xl.grid import Grid, Unreadable
from rectify_xl.model import Form
from rectify_xl.normal import inert
from rectify_xl.office.settings.cells import Rows
from rectify_xl.office.settings.problems import SettingsError, SettingsProblem


def load_form(
    path: str | PathLike[str],
    *,
    lists: Mapping[str, Sequence[str]] | None = None,
    beside: Sequence[Form] | None = None,
) -> Form:
    """The form that a workbook declares; SettingsError with every mistake in it, or if it cannot be read.

    `lists` are the office's own by name (by default those of all offices), `beside` the forms that it must not clash
    with (by default none, so that an exported form can be read again as it is).
    """
    available = catalog.base_lists() if lists is None else lists
    around = Around(lists=available, forms=beside or tuple(catalog.built_in_forms().values()), taken=beside or ())
    return _form_of(path_from(path), around)


def _form_of(path: Path, around: Around) -> Form:
    return form_from(_sheets(path), around, inert(path.name))


def load_forms(folder: Path, lists: Mapping[str, Sequence[str]]) -> tuple[Form, ...]:
    """The forms declared in a folder's workbooks, in the order of their names; () where there is no folder.

    Raises SettingsError with every mistake in any of them.
    """
    forms: list[Form] = []
    files: dict[str, str] = {}
    problems: list[SettingsProblem] = []
    for path in form_books(folder):
        others = [*catalog.built_in_forms().values(), *forms]
        try:
            forms.append(_form_of(path, Around(lists=lists, forms=others, taken=others, files=files)))
        except SettingsError as error:
            problems += error.problems
        else:
            files[forms[-1].name] = inert(path.name)
    if problems:
        raise SettingsError(problems)
    return tuple(forms)


def form_books(folder: Path) -> list[Path]:
    """The workbooks of a folder by name, without Excel's lock files, hidden files and files of other kinds."""
    facts = catalog.reading()
    paths = sorted(folder.iterdir()) if folder.is_dir() else []
    books = (path for path in paths if path.suffix.lower() in facts.suffixes and path.is_file())
    return [path for path in books if not any(fnmatch(path.name, pattern) for pattern in facts.clutter)]


def _sheets(path: Path) -> dict[str, Rows]:
    # In a return a sheet called 选项 holds the lists of our template and is not read; here it is the office's.
    lists_title = form_book_layout().sheets["lists"].title
    try:
        data = path.read_bytes()
        book, lists = read_workbook(data), values_of(data, (lists_title,))
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
        raise SettingsError([_problem("form-no-file", inert(str(path)), "")]) from error
    except OSError as error:
        raise SettingsError([_problem("form-no-access", "", inert(path.name))]) from error
    except Unreadable as error:
        raise SettingsError([_problem("form-unreadable", "", inert(path.name))]) from error
    return {**{grid.title: rows_of(grid) for grid in book.sheets}, **lists}


def _problem(code: str, value: str, file: str) -> SettingsProblem:
    return SettingsProblem(code=code, params=(("value", value),), file=file)


def rows_of(grid: Grid) -> Rows:
    """A sheet's values from A1 on."""
    margin = [""] * grid.first_column
    return [[]] * (grid.first_row - 1) + [[*margin, *row] for row in grid.rows]
