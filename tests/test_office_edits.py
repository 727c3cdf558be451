"""The office's ledger read back: entries in its own columns, and edits anywhere else, told and without effect."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from books import small_book
from ledgers import written

from rectify_xl.excel.ledgers.office_reader import read_typed_ledger, written_sheets
from rectify_xl.merging.office_edits import Edits, edits_in
from rectify_xl.merging.side_edits import own_work, side_edits
from rectify_xl.merging.typed_ledger import Reread
from rectify_xl.messages import sentence
from rectify_xl.model import OfficeEntry
from rectify_xl.tables.ledger_table import ledger_forms, ledger_table

BOOK = replace(small_book(), run="2005-05-25 #3 1a2b3c4d")
WRITTEN = {form.name: ledger_table(BOOK, form.name) for form in ledger_forms(BOOK)}
DATA = written(BOOK)
AS_OF = date(2005, 5, 26)
# 督查意见 AC, 督查日期 AD, 同意延期至 AE, 销号 AF; rows 6 and 7 are completed, 8 is open.
DUE = date(2005, 5, 27)


def edited(edit: Callable[[Any], object]) -> bytes:
    book = openpyxl.load_workbook(BytesIO(DATA))
    edit(book)
    held = BytesIO()
    book.save(held)
    return held.getvalue()


def edits(edit: Callable[[Any], object], **how: Any) -> Edits:
    typed = read_typed_ledger(edited(edit))
    return edits_in(typed, WRITTEN, Reread(file="成果/整改台帐.xlsx", as_of=AS_OF, settings=BOOK.settings, **how))


def put(**cells: Any) -> Callable[[Any], None]:
    def edit(book: Any) -> None:
        for cell, value in cells.items():
            book["整改台帐"][cell] = value

    return edit


def told(held: Edits) -> list[tuple[str, str, str, str]]:
    return [(f.level, f.code, f.sheet, f.cell) for f in held.findings]


def number_at(row: int) -> str:
    return str(WRITTEN["ledger"].rows[row - 4][2])


def taken(held: Edits) -> list[tuple[str, str, Any]]:
    return [(e.number, e.column, e.value) for e in held.entries]


def test_a_ledger_that_nobody_touched_says_nothing() -> None:
    assert edits(lambda book: None) == Edits()
    assert read_typed_ledger(DATA).run == BOOK.run


def test_the_run_is_known_from_the_legend_where_the_property_is_gone() -> None:
    def without(book: Any) -> None:
        del book.custom_doc_props["rectify_xl run"]

    assert read_typed_ledger(edited(without)).run == BOOK.run
    assert read_typed_ledger(written(small_book())).run == ""


def test_what_the_office_types_becomes_entries() -> None:
    held = edits(put(AC7="请抓紧办理", AD7=datetime(2005, 5, 26), AE7="2005.6.10", AF7="是"))
    assert held.entries == (
        OfficeEntry("ledger", number_at(7), "supervision", "请抓紧办理", AS_OF),
        OfficeEntry("ledger", number_at(7), "supervised_on", date(2005, 5, 26), AS_OF),
        OfficeEntry("ledger", number_at(7), "extended_to", date(2005, 6, 10), AS_OF),
        OfficeEntry("ledger", number_at(7), "closed", "是", AS_OF),
    )
    assert told(held) == [("fixed", "fixed-date", "整改台帐", "AE7")]


@pytest.mark.parametrize(
    ("cell", "value", "expected"),
    [
        ("AD7", "下周", ("error", "date")),
        ("AE7", "2005.5.32", ("error", "date")),
        ("AF7", "大概", ("error", "choice")),
        ("AF8", "是", ("error", "consistent")),
    ],
)
def test_what_cannot_be_used_is_told_at_its_cell_and_changes_nothing(
    cell: str, value: Any, expected: tuple[str, str]
) -> None:
    held = edits(put(**{cell: value}))
    assert told(held) == [(*expected, "整改台帐", cell)] and held.entries == ()
    assert value in sentence(held.findings[0]) and value in sentence(held.findings[0], "en")


@pytest.mark.parametrize(("day", "applies"), [(26, False), (27, True), (28, True)])
def test_an_extension_before_the_deadline_is_an_error(day: int, applies: bool) -> None:
    due = WRITTEN["ledger"].columns.index("due")
    row = next(4 + at for at, values in enumerate(WRITTEN["ledger"].rows) if values[due] == DUE)
    held = edits(put(**{f"AE{row}": datetime(2005, 5, day)}))
    assert bool(held.entries) == applies
    assert told(held) == ([] if applies else [("error", "date-order", "整改台帐", f"AE{row}")])
    if not applies:
        assert "2005-05-26" in sentence(held.findings[0]) and "2005-05-27" in sentence(held.findings[0], "en")


def test_a_cleared_cell_is_an_entry_of_nothing() -> None:
    row = next(4 + at for at, values in enumerate(WRITTEN["ledger"].rows) if values[28])
    assert taken(edits(put(**{f"AC{row}": None}))) == [(number_at(row), "supervision", None)]
    assert taken(edits(put(**{f"AC{row}": "无"}))) == [(number_at(row), "supervision", None)]


def test_any_other_edit_is_told_with_both_values() -> None:
    old = WRITTEN["ledger"].rows[3][WRITTEN["ledger"].columns.index("problem")]
    held = edits(put(D7="改写的问题", AE7=datetime(2005, 7, 1)))
    assert told(held) == [("warning", "ledger-edited", "整改台帐", "D7")]
    assert [e.column for e in held.entries] == ["extended_to"]
    for lang in ("zh", "en"):
        assert old in sentence(held.findings[0], lang) and "改写的问题" in sentence(held.findings[0], lang)


def test_spaces_and_notation_are_no_edits() -> None:
    old = WRITTEN["ledger"].rows[3][WRITTEN["ledger"].columns.index("problem")]
    due = WRITTEN["ledger"].rows[3][WRITTEN["ledger"].columns.index("due")]
    assert edits(put(D7=f" {old} ", T7=f"{due.year}.{due.month}.{due.day}" if due else None)) == Edits()


def sort(book: Any) -> None:
    sheet = book["整改台帐"]
    rows = [[cell.value for cell in line] for line in sheet.iter_rows(min_row=4)]
    for at, values in enumerate(reversed(rows), 4):
        for column, value in enumerate(values, 1):
            sheet.cell(at, column).value = value
            if isinstance(value, str):
                sheet.cell(at, column).data_type = "s"


SHAPES: dict[str, Callable[[Any], object]] = {
    "sorted": sort,
    "renamed": lambda book: setattr(book["整改台帐"], "title", "台帐最终"),
    "filtered": lambda book: [setattr(book["整改台帐"].row_dimensions[n], "hidden", True) for n in range(4, 9)],
    "hidden columns": lambda book: setattr(book["整改台帐"].column_dimensions["D"], "hidden", True),
    "title lines gone": lambda book: book["整改台帐"].delete_rows(1, 2),
    "column inserted": lambda book: book["整改台帐"].insert_cols(5),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_rows_and_columns_are_known_wherever_they_stand(shape: str) -> None:
    def edit(book: Any) -> None:
        book["整改台帐"]["AE7"] = datetime(2005, 7, 1)
        SHAPES[shape](book)

    held = edits(edit)
    assert taken(held) == [(number_at(7), "extended_to", date(2005, 7, 1))]
    assert held.findings == ()


def test_deleted_rows_columns_and_sheets_are_told_and_clear_nothing() -> None:
    held = edits(lambda book: book["整改台帐"].delete_rows(5))
    assert [dict(f.params)["case"] for f in held.findings] == ["deleted"] and held.entries == ()
    assert number_at(5) in sentence(held.findings[0])
    held = edits(lambda book: book["整改台帐"].delete_cols(29))
    assert [dict(f.params)["case"] for f in held.findings] == ["columns"] and held.entries == ()
    assert "督查意见" in sentence(held.findings[0])
    held = edits(lambda book: book.remove(book["整改台帐"]))
    assert [(f.form, dict(f.params)["case"]) for f in held.findings] == [("ledger", "sheet")]


def test_a_row_typed_below_does_nothing_and_of_a_row_that_stands_twice_the_first_counts() -> None:
    last = 3 + len(WRITTEN["ledger"].rows)

    def edit(book: Any) -> None:
        sheet = book["整改台帐"]
        sheet.cell(last + 1, 4).value = "办公室加的一行"
        for below, row in ((2, 4), (3, 5)):
            for column in range(1, 41):
                sheet.cell(last + below, column).value = sheet.cell(row, column).value
        sheet["AC5"] = "第一种说法"
        sheet.cell(last + 2, 31).value = datetime(2005, 9, 1)
        sheet.cell(last + 3, 29).value = "第二种说法"

    held = edits(edit)
    assert [(f.row, dict(f.params)["case"]) for f in held.findings] == [
        (last + 1, "added"), (last + 3, "other"), (last + 2, "twice"),
    ]  # fmt: skip
    assert taken(held) == [
        (number_at(5), "supervision", "第一种说法"), (number_at(4), "extended_to", date(2005, 9, 1)),
    ]  # fmt: skip
    assert "第一种说法" in sentence(held.findings[1]) and "第二种说法" in sentence(held.findings[1], "en")


def test_rows_whose_numbers_alone_were_sorted_are_known_by_what_they_say() -> None:
    held = edits(put(AE7=datetime(2005, 7, 1), C7=number_at(6), C6=number_at(7)))
    assert taken(held) == [(number_at(7), "extended_to", date(2005, 7, 1))]
    assert [f.cell for f in held.findings] == ["C6", "C7"]


@pytest.mark.parametrize(("header", "is_read"), [("督察意见：", True), (None, True), ("办公室备忘", False)])
def test_a_header_that_was_changed_is_known_by_its_place(header: str | None, is_read: bool) -> None:
    held = edits(put(AC3=header, AC7="请抓紧办理"))
    assert taken(held) == [(number_at(7), "supervision", "请抓紧办理")] * is_read
    assert [dict(f.params)["case"] for f in held.findings] == ["header" if is_read else "columns"]


def test_a_value_that_no_program_calculated_is_told() -> None:
    def edit(book: Any) -> None:
        put(AC7="=A4", AD7="#N/A")(book)
        book["整改台帐"]["AD7"].data_type = "e"

    held = edits(edit)
    assert (taken(held), [f.code for f in held.findings]) == ([], ["no-value", "error-value"])


def beside(edit: Callable[[Any], object]) -> list[tuple[str, str, str]]:
    """What is told beside the forms: sheet, cell, case."""
    typed, written = read_typed_ledger(edited(edit)), written_sheets(DATA, BOOK.run)
    found = [*own_work(typed, "台帐.xlsx"), *side_edits(typed, written, "台帐.xlsx")]
    assert all(sentence(f) and sentence(f, "en") for f in found)
    return [(f.sheet, f.cell, dict(f.params)["case"]) for f in found]


def test_what_the_office_added_of_its_own_is_told() -> None:
    def edit(book: Any) -> None:
        sheet = book["整改台帐"]
        sheet.insert_cols(5)
        sheet["E3"], sheet["E6"], sheet["F1"] = "备忘", "电话催过", "六月例会用"
        book.create_sheet("记事")["B2"] = "例会"
        book.create_sheet("空白")

    assert beside(edit) == [("整改台帐", "F1", "own"), ("整改台帐", "E6", "own"), ("记事", "", "own-sheet")]
    assert beside(lambda book: None) == [] and beside(sort) == []


def test_edits_of_the_sheets_beside_the_forms_are_told() -> None:
    def edit(book: Any) -> None:
        book["待更正"]["G4"], book["说明"]["B4"] = "已电话更正", "别的活动"
        book["报送情况"].delete_rows(4)
        del book["解决问题登记"]

    assert beside(edit) == [
        ("解决问题登记", "", "lines"), ("待更正", "G4", "side"), ("报送情况", "", "lines"), ("说明", "B4", "side"),
    ]  # fmt: skip


def test_a_row_whose_number_was_overwritten_is_known_by_its_source() -> None:
    held = edits(put(C7="KX09-T999", AE7=datetime(2005, 7, 1)))
    assert taken(held) == [(number_at(7), "extended_to", date(2005, 7, 1))]
    assert told(held) == [("warning", "ledger-edited", "整改台帐", "C7")]


def test_what_was_typed_into_a_dated_copy_is_told_and_not_taken() -> None:
    held = edits(put(AE7=datetime(2005, 7, 1)), is_copy=True)
    assert held.entries == () and told(held) == [("warning", "ledger-edited", "整改台帐", "AE7")]
    assert "副本" in sentence(held.findings[0])
