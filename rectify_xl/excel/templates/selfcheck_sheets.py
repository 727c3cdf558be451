"""The self-check as xlsxwriter writes it: the hidden helper sheet, and what stands on a form's sheet for it.

A row of the helper sheet is made as text at once. Formulas that stay on it are shared, each written out in one cell;
those that name another sheet are written out in every cell, for Excel refuses them shared ([MS-XLSB] 2.5.98.98).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from rectify_xl import catalog
from rectify_xl.excel.writing.cell_faces import legal_text
from rectify_xl.excel.writing.styles import LAST_ROW, Styles, must
from rectify_xl.kinds import CellError, NoValue
from rectify_xl.layout import CHECK_TEXT_NAME, FIRST_ROW, HEADER_ROW, cell_name, column_letter
from rectify_xl.selfcheck.lists import HelperList
from rectify_xl.selfcheck.places import CheckBook, Plan
from rectify_xl.selfcheck.rows import PLACE, ROW, HelperColumn, helper_columns, sheet_reference
from rectify_xl.selfcheck.strict import StrictSheet
from rectify_xl.selfcheck.strict_formulas import quoted
from rectify_xl.selfcheck.totals import figures, header_line
from rectify_xl.selfcheck.true_values import row_text, row_values

_LOOKS_ESCAPED = re.compile(r"(?=_x[0-9A-Fa-f]{4}_)_")


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """A block with what its rows hold when the workbook is written: raw cells as typed, and what they come to."""

    plan: Plan
    raws: Sequence[Sequence[Any]]
    sheet: StrictSheet


class CheckedSheet(Worksheet):  # type: ignore[misc]  # xlsxwriter is untyped
    """A worksheet of xlsxwriter that takes our formulas as they are and writes ready rows behind its own cells.

    The 自检 of a blank row has no value: its empty text would cost every reader three times as much.
    """

    ready_rows: Iterable[str] = ()

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
        return formula.removeprefix("=")

    def _calculate_spans(self) -> None:
        self.row_spans: dict[int, str] = {}  # a hint to readers that costs them more than it tells

    def _write_cell(self, row: int, col: int, cell: Any) -> None:
        if cell.__class__.__name__ != "Formula" or cell.value != "":
            super()._write_cell(row, col, cell)
            return
        style = f' s="{cell.format._get_xf_index()}"' if cell.format else ""
        kind, value = ("", "") if CHECK_TEXT_NAME in cell.formula else (' t="str"', "<v></v>")
        formula = _escaped(cell.formula)
        self.fh.write(f'<c r="{cell_name(row + 1, col)}"{style}{kind}><f>{formula}</f>{value}</c>')

    def _write_sheet_data(self) -> None:
        self._xml_start_tag("sheetData")
        self._write_rows()
        for row in self.ready_rows:
            self.fh.write(row)
        self._xml_end_tag("sheetData")


# ---- the helper sheet


def write_helper_sheet(book: Workbook, checks: CheckBook, contents: Sequence[Checked], first_cover_row: int) -> None:
    """Writes the helper sheet, hidden, and the names by which the other sheets look into it.

    `contents` are the cover's and the forms' in order, `first_cover_row` is Excel's row of the cover's first field.
    """
    sheet = book.add_worksheet(checks.title, CheckedSheet)
    for listed in checks.lists:
        _write_list(sheet, listed)
    for held in contents:
        _write_tops(sheet, held, first_cover_row)
        told, plan = held.plan.letters.problems, held.plan
        area = f"${told[0]}${plan.first_row - 1}:${told[-1]}${plan.last_row}"
        texts = f"${plan.letters.text}${plan.first_row}:${plan.letters.text}${LAST_ROW + 1}"
        for name, cells in ((plan.problems_name, area), (plan.text_name, texts)):
            must(book.define_name(name, f"={sheet_reference(plan.title)}!{cells}"))
    sheet.ready_rows = tuple(_rows(contents, first_cover_row))
    sheet.dim_rowmax = max(sheet.dim_rowmax or 0, checks.cover.first_row - 2)
    sheet.hide()
    sheet.protect()


def _write_list(sheet: Worksheet, listed: HelperList) -> None:
    _write_text(sheet, f"{listed.letter}1", listed.title)
    for place, item in enumerate(listed.items):
        cell = listed.cell(place).replace("$", "")
        if isinstance(item, int):
            must(sheet.write_number(cell, item))
        elif listed.is_text:
            _write_text(sheet, cell, item)
        elif item:
            must(sheet.write_string(cell, item))


def _write_text(sheet: Worksheet, cell: str, text: str) -> None:
    """A text as a formula: among the shared strings every reader of the workbook would have to read it.

    Not for signs: LibreOffice strips what it reads as a formula's result.
    """
    must(sheet.write_formula(cell, quoted(text), None, text))


def _write_tops(sheet: Worksheet, held: Checked, first_cover_row: int) -> None:
    """The figures over all rows, the columns' titles, and the line beside the form's header."""
    plan = held.plan
    for place, told in enumerate(figures(plan, held.sheet, first_cover_row)):
        must(sheet.write_formula(f"{plan.figures}{place + 2}", told.formula, None, told.value))
    for column in helper_columns(plan, first_cover_row):
        _write_text(sheet, f"{column.letter}{plan.first_row - 2}", column.title)
    for letter, told in header_line(plan, held.sheet).items():
        must(sheet.write_formula(f"{letter}{plan.first_row - 1}", told.formula, None, told.value))


def _rows(contents: Sequence[Checked], first_cover_row: int) -> Iterator[str]:
    """The rows of all blocks, one text a row."""
    blocks = [_Block(held, helper_columns(held.plan, first_cover_row)) for held in contents]
    shared = 0
    for block in blocks:
        shared = block.number_shared(shared)
    for place in range(1, max(held.plan.rows for held in contents) + 1):
        number = str(contents[0].plan.row(place))
        cells = "".join(block.row(place, number) for block in blocks if place <= block.plan.rows)
        yield f'<row r="{number}">{cells}</row>'


class _Block:
    """The rows of one block as XML."""

    def __init__(self, held: Checked, columns: Sequence[HelperColumn]) -> None:
        self.plan, self.columns = held.plan, columns
        self.values = row_values(held.plan, held.raws, held.sheet)
        self.heads = [f'<c r="{column.letter}' for column in columns]
        self.written: list[str] = []
        self.first: list[str] = []
        self.known: dict[Any, tuple[str, str]] = {"": (' t="str"', "<v></v>")}

    def number_shared(self, after: int) -> int:
        """Makes the formulas of the first row and of the others, shared ones numbered from `after`; the next number."""
        first, last = self.plan.first_row, self.plan.last_row
        for column in self.columns:
            formula = _escaped(column.formula)
            plain = f"<f>{formula}</f>"
            if column.is_shared and self.plan.rows > 1:
                area = f"{column.letter}{first}:{column.letter}{last}"
                self.first.append(f'<f t="shared" ref="{area}" si="{after}">{formula}</f>')
                self.written.append(f'<f t="shared" si="{after}"/>')
                after += 1
            else:
                self.first.append(plain)
                self.written.append(plain)
        return after

    def row(self, place: int, number: str) -> str:
        """The cells of a prepared row (counted from 1) in the helper row of that number."""
        formulas = [
            formula.replace(ROW, number).replace(PLACE, str(place)) if "@" in formula else formula
            for formula in (self.first if place == 1 else self.written)
        ]
        values = map(self._value, self.values[place - 1])
        return "".join(
            f'{head}{number}"{kind}>{formula}{value}</c>'
            for head, formula, (kind, value) in zip(self.heads, formulas, values, strict=True)
        )

    def _value(self, value: Any) -> tuple[str, str]:
        """The type attribute and the element of a value."""
        if value.__class__ is int:
            return "", f"<v>{value}</v>"
        if value.__class__ is float:
            return "", f"<v>{int(value) if value.is_integer() else value!r}</v>"
        if isinstance(value, bool):
            return ' t="b"', f"<v>{int(value)}</v>"
        if isinstance(value, (CellError, NoValue)):
            return ' t="e"', "<v>#N/A</v>"
        if value not in self.known:
            text = _LOOKS_ESCAPED.sub("_x005F_", legal_text(value))
            self.known[value] = (' t="str"', f"<v>{_escaped(text)}</v>")
        return self.known[value]


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


# ---- the form's sheet


def write_check_column(sheet: Worksheet, styles: Styles, held: Checked) -> None:
    """The 自检 of every prepared row: the last column, open like the rest so that rows can be sorted and deleted."""
    words, plan = catalog.words("selfcheck")["row"], held.plan
    index = len(plan.strict.columns)
    style = styles("self_check", "unlocked")
    must(sheet.set_column(index, index, catalog.words("style")["widths"]["self_check"], styles("unlocked")))
    must(sheet.write_string(HEADER_ROW, index, words["header"], styles("header_muted")))
    header = f"$A${HEADER_ROW + 1}"
    formula = f'INDEX({plan.text_name},ROW()-ROW({header}))&""'
    for place, row in enumerate(held.sheet.rows):
        must(sheet.write_formula(FIRST_ROW + place, index, formula, style, row_text(plan, row)))
    # Else Excel marks every one of these cells with a green corner.
    letter = column_letter(index)
    must(sheet.ignore_errors({"formula_unlocked": f"{letter}{FIRST_ROW + 1}:{letter}{LAST_ROW + 1}"}))


def guard_check_column(sheet: Worksheet, index: int) -> None:
    """Refuses what is typed into the column `index` of the 自检; a comfort, for what is pasted goes round it."""
    words = catalog.words("selfcheck")["row"]
    guard = {"validate": "custom", "value": "=FALSE", "input_title": words["header"], "input_message": words["prompt"]}
    stop = {"error_type": "stop", "error_title": words["header"], "error_message": words["error"]}
    must(sheet.data_validation(FIRST_ROW, index, LAST_ROW, index, {**guard, **stop}))


def add_marks(sheet: Worksheet, styles: Styles, plan: Plan) -> None:
    """Two conditional formats for the whole form, from its header on so that a row inserted below it is marked too.

    A name leads to the helper sheet, for Excel 2007 refuses other sheets in a condition. Before the grid: where
    several are true LibreOffice takes the first alone.
    """
    index, header = len(plan.strict.columns), HEADER_ROW + 1
    here = f"ROWS($A${header}:$A{header})"
    told = f"INT(INDEX({plan.problems_name},{here},COLUMNS($A${header}:A${header}))/1000)"
    for level, look in ((1, "bad"), (2, "warn")):
        mark = styles(look, "grid")
        _add_condition(sheet, (HEADER_ROW, 0, index - 1), f"=IF({here}>{plan.rows + 1},FALSE,{told}={level})", mark)
    fine = f'"{catalog.words("selfcheck")["row"]["fine"]}"'
    cell = f"${column_letter(index)}{header + 1}"
    _add_condition(sheet, (FIRST_ROW, index, index), f"=EXACT({cell},{fine})", styles("all_well"))
    warning = catalog.words("selfcheck")["problems"]["warning"].partition("{")[0]
    only = f'=EXACT(LEFT({cell},{len(warning)}),"{warning}")'
    _add_condition(sheet, (FIRST_ROW, index, index), only, styles("caution"))
    _add_condition(sheet, (FIRST_ROW, index, index), f"=LEN({cell})>0", styles("alarm"))


def _add_condition(sheet: Worksheet, place: tuple[int, int, int], test: str, look: Format) -> None:
    """A condition from a row on (row, first column, last column) down to the sheet's last row."""
    row, first, last = place
    options = {"type": "formula", "criteria": test, "format": look}
    must(sheet.conditional_format(row, first, LAST_ROW, last, options))
