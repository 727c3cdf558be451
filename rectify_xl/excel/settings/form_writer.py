"""Writes a form as the workbook that declares it, to be copied and changed by an office."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from rectify_xl.errors import WrongUse, quoted
from rectify_xl.excel.settings.settings_book import FIRST_ROW, write_pairs, write_table
from rectify_xl.excel.settings.settings_guide import set_up_print
from rectify_xl.excel.writing.styles import LAST_ROW, Styles, height_of, must, save_workbook
from rectify_xl.facts import catalog, terms
from rectify_xl.files import path_from
from rectify_xl.form_book.book import list_called, usual_options
from rectify_xl.form_book.layout import form_book_layout
from rectify_xl.form_book.rows import rows_for_form
from rectify_xl.messages import messages
from rectify_xl.model import Form
from rectify_xl.office.settings.layout import SettingsColumn, settings_layout

_TITLE_HEIGHT, _LINE_SPACING = 30.0, 1.12
Choices = Mapping[str, str | Sequence[str]]


def write_form(form: Form, path: str | PathLike[str]) -> None:
    """Writes the form so that `load_form` reads it back equal; the same form gives the same bytes.

    Raises OSError where the file cannot be written (an existing file stays as it was then), WrongUse for what is no
    form, such as its name.
    """
    if not isinstance(form, Form):
        raise WrongUse(quoted(form), "no-form-given")
    save_workbook(path_from(path), lambda book: _write_book(book, form), as_of=None)


def _write_book(book: Workbook, form: Form) -> None:
    styles, layout, rows = Styles(book), form_book_layout(), rows_for_form(form)
    choices = _choices()

    def validation(column: SettingsColumn) -> dict[str, Any]:
        return _validation(column, choices)

    for name, sheet in layout.sheets.items():
        page = book.add_worksheet(sheet.title)
        if name == "form":
            pairs = list(zip(layout.form, rows[name], strict=True))
            write_pairs(page, styles, sheet, pairs, validation=validation, formats=layout.looks.formats)
        else:
            write_table(page, styles, sheet, rows[name], validation=validation, formats=layout.looks.formats)
    _write_guide(book.add_worksheet(layout.guide.title), styles)


def _choices() -> Choices:
    """The choices by name of list: words, or the range that holds them."""
    columns = form_book_layout().sheets["columns"].title
    return {**usual_options(), list_called("labels"): f"='{columns}'!$A${FIRST_ROW + 1}:$A${LAST_ROW + 1}"}


def _validation(column: SettingsColumn, choices: Choices) -> dict[str, Any]:
    """The options of xlsxwriter's data_validation; a text, or several values in a cell, get a prompt only."""
    prompt = {"input_title": column.label, "input_message": column.hint} if column.hint else {}
    source = choices.get(column.list) if column.kind == "choice" else None
    if source is None:
        return {"validate": "any", **prompt} if prompt else {}
    words = settings_layout().looks.wrong
    error = {"error_title": words["title"].format(label=column.label), "error_message": words["choice"]}
    listed = source if isinstance(source, str) else list(source)
    return {"validate": "list", "source": listed, "error_type": "warning", **error, **prompt}


# ---- 说明


def _write_guide(page: Worksheet, styles: Styles) -> None:
    guide = form_book_layout().guide
    for index, width in enumerate(guide.widths):
        must(page.set_column(index, index, width, styles("text")))
    must(page.set_row(0, _TITLE_HEIGHT))
    must(page.merge_range(0, 0, 0, 1, guide.title, styles("title", "lefted")))
    row = 1
    for line in (guide.hint, *guide.lines):
        must(page.set_row(row, _LINE_SPACING * height_of([line], sum(guide.widths))))
        must(page.merge_range(row, 0, row, 1, line, styles("text" if row > 1 else "note")))
        row += 1
    for name, lines in (("rules", _rule_lines()), ("lists", _list_lines())):
        row = _write_part(page, styles, row + 1, (name, lines))
    set_up_print(page)


def _write_part(page: Worksheet, styles: Styles, row: int, part: tuple[str, Sequence[tuple[str, str]]]) -> int:
    """Writes a section's title, header and lines from `row` on; the row below it."""
    guide, (name, lines) = form_book_layout().guide, part
    for index in (0, 1):
        must(page.write_string(row, index, guide.parts[name] if index == 0 else "", styles("section")))
        must(page.write_string(row + 1, index, guide.headers[name][index], styles("header")))
    for line_row, line in enumerate(lines, start=row + 2):
        must(page.set_row(line_row, _LINE_SPACING * height_of([line[1]], guide.widths[1])))
        for index, text in enumerate(line):
            must(page.write_string(line_row, index, text, styles("text", "grid")))
    return row + 2 + len(lines)


def _rule_lines() -> list[tuple[str, str]]:
    sentences = messages("zh")
    return [(name, sentences[code].means) for name, code in form_book_layout().rule_names().items()]


def _list_lines() -> list[tuple[str, str]]:
    joint = settings_layout().separators[0]
    return [(title, joint.join(catalog.base_lists().get(name, ()))) for name, title in terms.list_titles().items()]
