"""The self-check in a template: the hidden helper sheet, and the column and colours on a form's sheet.

A row of the helper sheet is built as one XML text. Formulas within the sheet are shared, each written out in one cell;
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

from rectify_xl.excel.writing.cell_faces import legal_text
from rectify_xl.excel.writing.styles import LAST_ROW, Styles, must
from rectify_xl.facts import catalog
from rectify_xl.kinds import CellError, NoValue
from rectify_xl.layouts.layout import CHECK_TEXT_NAME, FIRST_ROW, HEADER_ROW, cell_name, column_letter
from rectify_xl.selfcheck.lists import HelperList
from rectify_xl.selfcheck.places import CheckBook, Plan
from rectify_xl.selfcheck.rows import PLACE, ROW, HelperColumn, helper_columns, sheet_reference
from rectify_xl.selfcheck.strict import StrictSheet
from rectify_xl.selfcheck.strict_formulas import quoted
from rectify_xl.selfcheck.totals import figures, header_line
from rectify_xl.selfcheck.true_values import row_text, row_values

_LOOKS_ESCAPED = re.compile(r"(?=_x[0-9A-Fa-f]{4}_)_")


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckedBlock:
    """A block of the self-check with its rows as the workbook is written: raw cells as typed, and their check."""

    plan: Plan
    raws: Sequence[Sequence[Any]]
    sheet: StrictSheet


class CheckedSheet(Worksheet):  # type: ignore[misc]  # xlsxwriter is untyped
    """A worksheet of xlsxwriter that writes our formulas unchanged, and ready-made rows behind its own cells.

    The 自检 of a blank row is written without a value: an empty text is three times as slow to read.
    """

    ready_rows: Iterable[str] = ()

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
        return formula.removeprefix("=")

    def _calculate_spans(self) -> None:
        self.row_spans: dict[int, str] = {}  # an optional hint that costs readers more than it saves

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


def write_helper_sheet(book: Workbook, checks: CheckBook, blocks: Sequence[CheckedBlock], first_cover_row: int) -> None:
    """Writes the hidden helper sheet, and the defined names by which the other sheets refer to it.

    `blocks` are the cover's and the forms' in order, `first_cover_row` is Excel's row of the cover's first field.
    """
    sheet = book.add_worksheet(checks.title, CheckedSheet)
    for helper_list in checks.lists:
        _write_list(sheet, helper_list)
    for block in blocks:
        _write_tops(sheet, block, first_cover_row)
        plan, letters = block.plan, block.plan.letters.problems
        area = f"${letters[0]}${plan.first_row - 1}:${letters[-1]}${plan.last_row}"
        texts = f"${plan.letters.text}${plan.first_row}:${plan.letters.text}${LAST_ROW + 1}"
        for name, cells in ((plan.problems_name, area), (plan.text_name, texts)):
            must(book.define_name(name, f"={sheet_reference(plan.title)}!{cells}"))
    sheet.ready_rows = tuple(_rows(blocks, first_cover_row))
    sheet.dim_rowmax = max(sheet.dim_rowmax or 0, checks.cover.first_row - 2)
    sheet.hide()
    sheet.protect()


def _write_list(sheet: Worksheet, helper_list: HelperList) -> None:
    _write_text(sheet, f"{helper_list.letter}1", helper_list.title)
    for place, item in enumerate(helper_list.items):
        cell = helper_list.cell(place).replace("$", "")
        if isinstance(item, int):
            must(sheet.write_number(cell, item))
        elif helper_list.is_text:
            _write_text(sheet, cell, item)
        elif item:
            must(sheet.write_string(cell, item))


def _write_text(sheet: Worksheet, cell: str, text: str) -> None:
    """Writes a text as a formula, which keeps it out of the shared strings that every reader has to read.

    Not for texts of signs alone: LibreOffice strips the result of a formula.
    """
    must(sheet.write_formula(cell, quoted(text), None, text))


def _write_tops(sheet: Worksheet, block: CheckedBlock, first_cover_row: int) -> None:
    """Writes the figures over all rows, the columns' titles, and the line beside the form's header."""
    plan = block.plan
    for row, figure in enumerate(figures(plan, block.sheet, first_cover_row), start=2):
        must(sheet.write_formula(f"{plan.figures}{row}", figure.formula, None, figure.value))
    for column in helper_columns(plan, first_cover_row):
        _write_text(sheet, f"{column.letter}{plan.first_row - 2}", column.title)
    for letter, cell in header_line(plan, block.sheet).items():
        must(sheet.write_formula(f"{letter}{plan.first_row - 1}", cell.formula, None, cell.value))


def _rows(checked: Sequence[CheckedBlock], first_cover_row: int) -> Iterator[str]:
    """The rows of all blocks, one text a row."""
    blocks = [_Block(block, helper_columns(block.plan, first_cover_row)) for block in checked]
    shared = 0
    for block in blocks:
        shared = block.number_shared(shared)
    for place in range(1, max(block.plan.rows for block in blocks) + 1):
        number = str(blocks[0].plan.row(place))
        cells = "".join(block.row(place, number) for block in blocks if place <= block.plan.rows)
        yield f'<row r="{number}">{cells}</row>'


class _Block:
    """The rows of one block as XML."""

    def __init__(self, block: CheckedBlock, columns: Sequence[HelperColumn]) -> None:
        self.plan, self.columns = block.plan, columns
        self.values = row_values(block.plan, block.raws, block.sheet)
        self.heads = [f'<c r="{column.letter}' for column in columns]
        self.others: list[str] = []
        self.first: list[str] = []
        self.text_values: dict[Any, tuple[str, str]] = {"": (' t="str"', "<v></v>")}

    def number_shared(self, after: int) -> int:
        """Builds the formulas of the first and other rows, shared ones numbered from `after`; the next number."""
        first, last = self.plan.first_row, self.plan.last_row
        for column in self.columns:
            formula = _escaped(column.formula)
            plain = f"<f>{formula}</f>"
            if column.is_shared and self.plan.rows > 1:
                area = f"{column.letter}{first}:{column.letter}{last}"
                self.first.append(f'<f t="shared" ref="{area}" si="{after}">{formula}</f>')
                self.others.append(f'<f t="shared" si="{after}"/>')
                after += 1
            else:
                self.first.append(plain)
                self.others.append(plain)
        return after

    def row(self, place: int, number: str) -> str:
        """The cells of a prepared row (counted from 1) in the helper row of that number."""
        formulas = [
            formula.replace(ROW, number).replace(PLACE, str(place)) if "@" in formula else formula
            for formula in (self.first if place == 1 else self.others)
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
        if value not in self.text_values:
            text = _LOOKS_ESCAPED.sub("_x005F_", legal_text(value))
            self.text_values[value] = (' t="str"', f"<v>{_escaped(text)}</v>")
        return self.text_values[value]


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


# ---- the form's sheet


def write_check_column(sheet: Worksheet, styles: Styles, block: CheckedBlock) -> None:
    """Writes the 自检 of every prepared row: the last column, unlocked so that rows can be sorted and deleted."""
    words, plan = catalog.words("selfcheck")["row"], block.plan
    index = len(plan.strict.columns)
    style = styles("self_check", "unlocked")
    must(sheet.set_column(index, index, catalog.words("style")["widths"]["self_check"], styles("unlocked")))
    must(sheet.write_string(HEADER_ROW, index, words["header"], styles("header_muted")))
    header = f"$A${HEADER_ROW + 1}"
    formula = f'INDEX({plan.text_name},ROW()-ROW({header}))&""'
    for place, row in enumerate(block.sheet.rows):
        must(sheet.write_formula(FIRST_ROW + place, index, formula, style, row_text(plan, row)))
    # Otherwise Excel marks every one of these cells with a green corner.
    letter = column_letter(index)
    must(sheet.ignore_errors({"formula_unlocked": f"{letter}{FIRST_ROW + 1}:{letter}{LAST_ROW + 1}"}))


def guard_check_column(sheet: Worksheet, index: int) -> None:
    """Refuses typing into the column `index` of the 自检; pasting is not caught."""
    words = catalog.words("selfcheck")["row"]
    guard = {"validate": "custom", "value": "=FALSE", "input_title": words["header"], "input_message": words["prompt"]}
    stop = {"error_type": "stop", "error_title": words["header"], "error_message": words["error"]}
    must(sheet.data_validation(FIRST_ROW, index, LAST_ROW, index, {**guard, **stop}))


def add_marks(sheet: Worksheet, styles: Styles, plan: Plan) -> None:
    """Colours the form's cells and its 自检, from the header on so that a row inserted below it is coloured too.

    Conditions refer to the helper sheet by a defined name, for Excel 2007 refuses other sheets in them. They come
    before the grid: of several true ones LibreOffice applies only the first.
    """
    index, header = len(plan.strict.columns), HEADER_ROW + 1
    here = f"ROWS($A${header}:$A{header})"
    found_level = f"INT(INDEX({plan.problems_name},{here},COLUMNS($A${header}:A${header}))/1000)"
    for level, look in ((1, "bad"), (2, "warn")):
        test = f"=IF({here}>{plan.rows + 1},FALSE,{found_level}={level})"
        _add_condition(sheet, (HEADER_ROW, 0, index - 1), test, styles(look, "grid"))
    fine = f'"{catalog.words("selfcheck")["row"]["fine"]}"'
    cell = f"${column_letter(index)}{header + 1}"
    _add_condition(sheet, (FIRST_ROW, index, index), f"=EXACT({cell},{fine})", styles("all_well"))
    warning = catalog.words("selfcheck")["problems"]["warning"].partition("{")[0]
    only = f'=EXACT(LEFT({cell},{len(warning)}),"{warning}")'
    _add_condition(sheet, (FIRST_ROW, index, index), only, styles("caution"))
    _add_condition(sheet, (FIRST_ROW, index, index), f"=LEN({cell})>0", styles("alarm"))


def _add_condition(sheet: Worksheet, place: tuple[int, int, int], test: str, look: Format) -> None:
    """Adds a condition from `place` (row, first column, last column) down to the sheet's last row."""
    row, first, last = place
    options = {"type": "formula", "criteria": test, "format": look}
    must(sheet.conditional_format(row, first, LAST_ROW, last, options))
