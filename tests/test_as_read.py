from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from as_read import differences


def written(path: Path, change: Callable[[xlsxwriter.Workbook, Any], object] = lambda book, sheet: None) -> Path:
    """A sheet with a little of everything, and one change."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("表")
        sheet.set_row(0, 32)
        sheet.set_column(0, 0, 20)
        sheet.write("A1", "甲", book.add_format({"bold": True, "bg_color": "#FFEEEE"}))
        sheet.write("B1", "乙", book.add_format({"num_format": "0.0%"}))
        sheet.write_formula("A2", "=1+1", None, 2)
        sheet.data_validation("A3", {"validate": "list", "source": ["是", "否"]})
        for place, colour in (("A4:A9", "#FF0000"), ("A4:A9", "#00FF00"), ("B4", "#0000FF")):
            rule = {"type": "formula", "criteria": "=A4=1", "format": book.add_format({"bg_color": colour})}
            sheet.conditional_format(place, rule)
        change(book, sheet)
    return path


def test_styles_and_texts_may_have_other_numbers(tmp_path: Path) -> None:
    def write_more(book: Any, sheet: Any) -> None:
        sheet.write("B1", "丙", book.add_format({"italic": True}))
        sheet.write("A1", "甲", book.add_format({"bg_color": "#FFEEEE", "bold": True}))
        sheet.write("B1", "乙", book.add_format({"num_format": "0.0%"}))

    assert differences(written(tmp_path / "a.xlsx"), written(tmp_path / "b.xlsx", write_more)) == []


def test_a_size_may_be_a_pixel_off(tmp_path: Path) -> None:
    def resize(book: Any, sheet: Any) -> None:
        sheet.set_row(0, 32.25)
        sheet.set_column(0, 0, 20.14)

    assert differences(written(tmp_path / "a.xlsx"), written(tmp_path / "b.xlsx", resize)) == []


@pytest.mark.parametrize(
    ("change", "places"),
    [
        (lambda book, sheet: sheet.set_row(0, 34), ["表!1"]),
        (lambda book, sheet: sheet.set_column(0, 0, 20.4), ["表: columns"]),
        (lambda book, sheet: sheet.write("B1", "丙", book.add_format({"num_format": "0.0%"})), ["表!B1"]),
        (lambda book, sheet: sheet.write("B1", "乙", book.add_format({"num_format": "0%"})), ["表!B1"]),
        (lambda book, sheet: sheet.write("A1", "甲", book.add_format({"bold": True, "bg_color": "red"})), ["表!A1"]),
        (lambda book, sheet: sheet.write("A1", "甲", book.add_format({"bold": True, "locked": False})), ["表!A1"]),
        (lambda book, sheet: sheet.write_formula("A2", "=1+2", None, 2), ["表!A2"]),
        (lambda book, sheet: sheet.write_formula("A2", "=1+1", None, 3), ["表!A2"]),
        (lambda book, sheet: sheet.data_validation("B3", {"validate": "any", "ignore_blank": 0, "input_title": "a"}),
         ["表: validation of B3"]),
        (lambda book, sheet: sheet.conditional_format("A4:A9", {"type": "blanks"}), ["表: 4. conditional format"]),
        (lambda book, sheet: sheet.freeze_panes(1, 0), ["表: sheetViews"]),
        (lambda book, sheet: sheet.set_landscape(), ["表: pageSetup"]),
        (lambda book, sheet: book.define_name("名", "=表!$A$1"), ["workbook"]),
    ],
)  # fmt: skip
def test_what_a_reader_has_otherwise_is_told(
    change: Callable[[xlsxwriter.Workbook, Any], object], places: list[str], tmp_path: Path
) -> None:
    assert differences(written(tmp_path / "a.xlsx"), written(tmp_path / "b.xlsx", change)) == places
