"""The self-check of a template: its formulas keep Excel's limits, its values are true, and a reader never minds it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import openpyxl
import pytest
from agreement_rows import drawn_rows
from returns import COVER, DAY, UNITS, reopened, row, settings_for
from sheetxml import BookXml, book_xml, validations
from soffice import convert, needs_soffice
from uno_office import Book, opened

from rectify_xl.excel.reading.reader import read_workbook, values_of
from rectify_xl.excel.templates.dependent_lists import dependent_lists
from rectify_xl.excel.templates.template import write_template
from rectify_xl.facts import catalog
from rectify_xl.facts.phrasing import needs_office
from rectify_xl.judging.judge import Received, judge_book
from rectify_xl.kinds import CellError, excel_length
from rectify_xl.layouts import layout
from rectify_xl.layouts.layout import FIRST_ROW, PREPARED_ROWS, cell_name, column_letter, cover_first_row, prepared_rows
from rectify_xl.model import Column, Form
from rectify_xl.office.ruling import ruling_for
from rectify_xl.selfcheck.places import Plan, Total, check_book, plan_for
from rectify_xl.selfcheck.rows import PLACE, ROW, helper_columns, sheet_reference
from rectify_xl.selfcheck.strict import strict_sheet
from rectify_xl.selfcheck.totals import figures, header_line, line, link, verdict
from rectify_xl.selfcheck.true_values import row_values
from rectify_xl.selfcheck.words import LEVEL_STEP

FORMS = catalog.forms()
TEMPLATES = catalog.templates()
OFFICE = settings_for()
OFFICES = {"gdsta": OFFICE, "sysu": settings_for("sysu")}
every_form = pytest.mark.parametrize("name", FORMS)
every_office = pytest.mark.parametrize("office", OFFICES)


def cells(name: str, **changes: Any) -> list[Any]:
    """The good row of a form, cell by cell, with some cells changed."""
    values = row(name, **changes)
    return [values.get(column.name) for column in FORMS[name].columns]


# ---- the formulas

# Excel 2007's own, and of those only what every program of today still calculates alike.
ALLOWED = {
    *("ABS", "ADDRESS", "AND", "COLUMN", "COLUMNS", "COUNT", "COUNTA", "EXACT", "FIND", "HYPERLINK", "IF", "INDEX"),
    *("INT", "ISBLANK", "ISERROR", "ISNUMBER", "LEFT", "LEN", "MATCH", "MAX", "MID", "MOD", "N", "NOT", "OFFSET", "OR"),
    *("ROW", "ROWS", "SMALL", "SUBSTITUTE", "SUM", "SUMPRODUCT", "TRIM", "WEEKDAY"),
}
LONGEST_FORMULA, DEEPEST, LONGEST_TEXT, LONGEST_CONDITION = 8192, 64, 255, 255


@cache
def template(office: str, file: str, folder: Path) -> BookXml:
    path = folder / f"{office}_{file}"
    write_template(TEMPLATES[file], path, OFFICES[office])
    return book_xml(path)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("selfcheck")


def formulas(book: BookXml) -> Iterator[tuple[str, ET.Element]]:
    """(sheet, <f>) of every formula written out."""
    for title, sheet in book.sheets.items():
        for element in sheet.iter("f"):
            if element.text:
                yield title, element


def conditions(book: BookXml) -> Iterator[str]:
    """The formulas of conditional formats and validations."""
    for sheet in book.sheets.values():
        for element in sheet.iter("cfRule"):
            yield element.findtext("formula", "")
        for rule in validations(sheet).values():
            yield rule.findtext("formula1", "")


def bare(formula: str) -> str:
    """A formula without its texts."""
    return re.sub(r'"(?:[^"]|"")*"', '""', formula)


def depth(formula: str) -> int:
    """How deeply functions are nested."""
    deepest, held = 0, []
    for sign in re.findall(r"[A-Z]+\(|\(|\)", bare(formula)):
        if sign == ")":
            held.pop()
        else:
            held.append(sign)
            deepest = max(deepest, sum(opened != "(" for opened in held))
    return deepest


every_workbook = pytest.mark.parametrize(("office", "file"), [(o, f) for o in OFFICES for f in TEMPLATES])


@every_workbook
def test_formulas_keep_the_limits_of_excel_2007(folder: Path, office: str, file: str) -> None:
    book = template(office, file, folder)
    every = [*(element.text or "" for _, element in formulas(book)), *conditions(book)]
    assert len(every) > 500
    for formula in every:
        assert excel_length(formula) < LONGEST_FORMULA
        assert depth(formula) <= DEEPEST
        assert set(re.findall(r"([A-Z][A-Z0-9.]*)\(", bare(formula))) <= ALLOWED, formula
        assert "{" not in bare(formula)
        assert all(excel_length(text) <= LONGEST_TEXT for text in re.findall(r'"((?:[^"]|"")*)"', formula))
        assert "INDIRECT" not in formula


@every_workbook
def test_conditions_are_short_and_lead_to_other_sheets_by_name_alone(folder: Path, office: str, file: str) -> None:
    for formula in conditions(template(office, file, folder)):
        assert excel_length(formula) <= LONGEST_CONDITION
        assert "!" not in formula


@every_workbook
def test_a_shared_formula_stays_on_its_sheet(folder: Path, office: str, file: str) -> None:
    """[MS-XLSB] 2.5.98.98: no reference to another sheet, no array constant, no range between computed ends."""
    shared = [e.text or "" for _, e in formulas(template(office, file, folder)) if e.get("t") == "shared"]
    assert shared
    for formula in shared:
        assert "!" not in bare(formula)
        assert not re.search(r"\):|:[A-Z]+\(", bare(formula))


@every_workbook
def test_every_name_of_a_formula_is_defined(folder: Path, office: str, file: str) -> None:
    book = template(office, file, folder)
    for formula in [*(element.text or "" for _, element in formulas(book)), *conditions(book)]:
        for name in re.findall(r"\b(?:chk|dep|list)_\w+", bare(formula)):
            assert name in book.names


@every_form
@every_office
def test_texts_are_compared_exactly(office: str, name: str) -> None:
    """Excel's = takes a for A; MATCH, COUNTIF and SEARCH take * for anything."""
    plan = plan_for(FORMS[name], OFFICES[office])
    for column in helper_columns(plan, 9):
        assert not re.search(r'(?:[<>=])"[^"]|"(?:[<>=])', column.formula)
        assert not re.search(r"COUNTIF|SEARCH|LOOKUP|MATCH", column.formula)
        assert column.is_shared is not ("!" in bare(column.formula))


@every_form
@every_office
def test_what_the_workbook_can_judge_has_a_formula(office: str, name: str) -> None:
    plan = plan_for(FORMS[name], OFFICES[office])
    columns = {column.letter: column.formula for column in helper_columns(plan, 9)}
    judged = {index: columns[letter] != "0" for index, letter in plan.letters.rules.items()}
    for rule in FORMS[name].rules:
        if not rule.all_of:
            assert needs_office(rule) is (rule.index not in judged)
    if office == "gdsta":
        assert all(judged.values())


def test_what_is_marked_for_the_office_has_none() -> None:
    marked = {(name, rule.code) for name, form in FORMS.items() for rule in form.rules if needs_office(rule)}
    assert marked == {("filings", "authority"), ("supervision", "unknown")}


# ---- where things stand


@every_form
def test_every_flag_has_a_cell_of_its_own(name: str) -> None:
    plan = plan_for(FORMS[name], OFFICE)
    told = [(flag.letter, flag.worth) for flag in plan.flags]
    assert len(set(told)) == len(told)
    assert {plan.address(flag, 1) for flag in plan.flags} <= {
        f"{letter}{plan.first_row}" for letter in (*plan.letters.problems, *plan.letters.rules.values())
    }
    assert plan.row(PREPARED_ROWS) == plan.last_row
    assert sorted(plan.numbers.values()) == list(plan.numbers.values())
    assert {number // LEVEL_STEP for number in plan.numbers.values()} <= {1, 2}


def test_two_forms_share_a_helper_sheet_side_by_side() -> None:
    book = check_book([FORMS["activities"], FORMS["publications"]], OFFICE)
    letters = [column.letter for plan in book.plans for column in helper_columns(plan, 9)]
    tops = [letter for listed in book.lists for letter in [listed.letter]]
    assert len(set(letters)) == len(letters)
    assert not set(letters) & set(tops)
    assert len({plan.first_row for plan in book.plans}) == 1
    assert [plan.problems_name for plan in book.plans] == ["chk_0", "chk_1", "chk_2"]


@pytest.mark.parametrize(("title", "reference"), [("整改台帐", "'整改台帐'"), ("2005年'表'", "'2005年''表'''")])
def test_a_title_in_a_formula(title: str, reference: str) -> None:
    assert sheet_reference(title) == reference


@pytest.mark.parametrize(("filled", "rows"), [(0, 200), (150, 200), (151, 250), (300, 350)])
def test_a_form_keeps_room_below_what_it_is_filled_with(filled: int, rows: int) -> None:
    assert prepared_rows(filled) == rows


# ---- the values that are written


def helper_cells(book: BookXml) -> dict[str, Any]:
    """The values of the helper sheet's cells as they are written."""
    shared = book.texts("自检")
    return {c.get("r", ""): shared.get(c.get("r", ""), _value(c)) for c in book.sheets["自检"].iter("c")}


def _value(cell: ET.Element) -> Any:
    text = cell.findtext("v", "")
    return (text or "") if cell.get("t") == "str" else CellError(text) if cell.get("t") == "e" else float(text)


def known_rows(name: str) -> list[list[Any]]:
    """Rows as the office may hand them out: good ones, and some with mistakes."""
    drawn = drawn_rows(FORMS[name], OFFICE, 12, 3)
    plain = (list(r) for r in drawn if not any(isinstance(c, CellError) or c != str(c).strip() for c in map(_text, r)))
    return [cells(name), cells(name), *plain]


def _text(cell: Any) -> Any:
    return cell if isinstance(cell, CellError) else str(cell)


@every_form
def test_true_values_are_written_with_the_formulas(name: str, tmp_path: Path) -> None:
    form, rows = FORMS[name], known_rows(name)
    write_template(form, tmp_path / "x.xlsx", OFFICE, rows={name: rows})
    book, plan = book_xml(tmp_path / "x.xlsx"), plan_for(form, OFFICE)
    held = helper_cells(book)
    blanks = [[None] * len(form.columns)] * (PREPARED_ROWS - len(rows))
    sheet = strict_sheet(plan.strict, [*rows, *blanks])
    letters = [column.letter for column in helper_columns(plan, 9)]
    for place, values in enumerate(row_values(plan, [*rows, *blanks], sheet), start=1):
        assert [held[f"{letter}{plan.row(place)}"] for letter in letters] == values
    first = cover_first_row(1) + 1
    assert [held[plan.figures + str(2 + at)] for at in range(10)] == [t.value for t in figures(plan, sheet, first)]
    texts = [c.findtext("v") for c in book.sheets[form.title].iter("c") if c.get("t") == "str"]
    assert len(texts) == sum(r.is_used for r in sheet.rows)
    assert texts[0] == "通过"


def test_a_formula_is_written_out_once_and_shared(tmp_path: Path) -> None:
    write_template(FORMS["survey"], tmp_path / "x.xlsx", OFFICE)
    book, plan = book_xml(tmp_path / "x.xlsx"), plan_for(FORMS["survey"], OFFICE)
    held = {c.get("r", ""): c.find("f") for c in book.sheets["自检"].iter("c")}
    for column in helper_columns(plan, cover_first_row(1) + 1):
        first, last = held[f"{column.letter}{plan.first_row}"], held[f"{column.letter}{plan.last_row}"]
        assert first is not None
        assert last is not None
        expected = column.formula.replace(ROW, str(plan.first_row)).replace(PLACE, "1")
        assert first.text == expected
        if column.is_shared:
            assert first.get("ref") == f"{column.letter}{plan.first_row}:{column.letter}{plan.last_row}"
            assert (last.text, last.get("si")) == (None, first.get("si"))
        else:
            assert last.text == column.formula.replace(ROW, str(plan.last_row)).replace(PLACE, "200")


def test_texts_of_the_office_are_texts_on_the_form_too(tmp_path: Path) -> None:
    rows = [cells("ledger", problem="=1+1 @R<b>&", due=date(2005, 5, 27), note="")]
    write_template(FORMS["ledger"], tmp_path / "x.xlsx", OFFICE, unit=UNITS[2], rows={"ledger": rows})
    sheet = openpyxl.load_workbook(tmp_path / "x.xlsx")["整改台帐"]
    assert [sheet["B4"].value, sheet["B4"].data_type, sheet["R4"].is_date] == ["=1+1 @R<b>&", "s", True]
    assert sheet["X4"].value is None
    held = helper_cells(book_xml(tmp_path / "x.xlsx"))
    assert list(held.values()).count("=1+1 @R<b>&") == 2


# ---- the cover


def cover_lines(*forms: str, rows: dict[str, list[list[Any]]] | None = None, **cover: Any) -> list[str]:
    """The verdict and the lines of the cover for rows by form, with the links' targets where there are any."""
    book = check_book([FORMS[name] for name in forms], OFFICE)
    fields = {**COVER, **cover}
    held = [(book.cover, [[fields.get(c.name, "") for c in catalog.cover().columns]])]
    held += [(plan, (rows or {}).get(name, [])) for name, plan in zip(forms, book.forms, strict=True)]
    sheets = [strict_sheet(plan.strict, raws, DAY) for plan, raws in held]
    plans = [plan for plan, _ in held]
    lines = [line(plan, sheet).value for plan, sheet in zip(plans, sheets, strict=True)]
    links = [figures(p, s, 9)[8].value for p, s in zip(plans, sheets, strict=True)]
    assert [bool(target) for target in links] == [
        link(p, s).value == "→ 第一处" for p, s in zip(plans, sheets, strict=True)
    ]
    told = [f"{text} {target}".strip() for text, target in zip(lines, links, strict=True)]
    return [verdict(plans, sheets).value, *told]


def test_the_cover_says_what_is_to_be_done() -> None:
    good, bad = cells("ledger"), cells("ledger", problem="另一个问题", goal=None, percent=5)
    holiday = cells("ledger", problem="假日里的问题", due=date(2005, 5, 28))
    assert cover_lines("ledger") == ["可以报送", "没有问题", "未填写"]
    assert cover_lines("ledger", rows={"ledger": [good]}) == ["可以报送", "没有问题", "没有问题，已填 1 行"]
    assert cover_lines("ledger", rows={"ledger": [holiday, good]}) == [
        "可以报送", "没有问题", "提醒 1 处 #'整改台帐'!$R$4",
    ]  # fmt: skip
    assert cover_lines("ledger", rows={"ledger": [holiday, good, bad]}) == [
        "请先修改", "没有问题", "错误 2 处，提醒 1 处 #'整改台帐'!$J$6",
    ]  # fmt: skip
    assert cover_lines("ledger", filled_by="", filled_on="5月25日") == [
        "请先修改", "错误 2 处：「填报人」未填写；「填报日期」不是日期 #'封面'!$C$12", "未填写",
    ]  # fmt: skip


def test_the_cover_says_what_the_whole_sheet_lacks() -> None:
    rows = [cells("survey", participant=p) for p in ("基层群众", "本单位党员", "民主党派人士", "服务对象")]
    assert cover_lines("survey", rows={"survey": rows}) == [
        "可以报送", "没有问题", "提醒 1 处；「参评人员类别」缺少离退休干部职工 #'群众满意度测评'!$A$3",
    ]  # fmt: skip
    plan = plan_for(FORMS["survey"], OFFICE)
    told = header_line(plan, strict_sheet(plan.strict, rows, DAY))
    assert [(letter, held.value) for letter, held in told.items()] == [(plan.letters.problems[0], 2000)]


def test_a_rows_text_names_three_problems_and_counts_the_rest() -> None:
    plan = plan_for(FORMS["ledger"], OFFICE)

    def text(**changes: Any) -> str:
        raws = [cells("ledger", **changes)]
        return str(row_values(plan, raws, strict_sheet(plan.strict, raws, DAY))[0][-1])

    assert text() == "通过"
    assert text(due=date(2005, 5, 28)) == "提醒：「完成时限」应为工作日"
    assert text(due=date(2005, 5, 28), goal=None) == "「整改目标」未填写；提醒：「完成时限」应为工作日"
    assert text(problem=None, goal="短", due="5月底", percent=2, owner=None, measure=CellError("#N/A")) == (
        "「存在问题」未填写；「整改目标」应为2至300字；「整改措施」公式出错；另有 3 处"
    )


# ---- readers


def received(data: bytes) -> list[tuple[str, str, int | None, str]]:
    """(level, code, row, column) of what the judge tells of a file."""
    held = judge_book(read_workbook(data), ruling_for(OFFICE), Received(file="a.xlsx"), date(2005, 6, 30))
    return [(f.level, f.code, f.row, f.column) for f in held.findings]


def returned(path: Path, name: str, rows: list[list[Any]]) -> Path:
    """A template with rows and a full cover, saved by openpyxl."""
    write_template(FORMS[name], path, OFFICE, rows={name: rows})
    labels = {c.label: c.name for c in catalog.cover().columns}
    with reopened(path) as book:
        for place in (cell for held in book["封面"].iter_rows() for cell in held if cell.value in labels):
            if labels[place.value] != "campaign":
                place.offset(column=1).value = COVER.get(labels[place.value])
    return path


OFFICE_FORMS = {"supervision"}


@pytest.mark.parametrize("name", [name for name in FORMS if name not in OFFICE_FORMS])
def test_a_reader_never_minds_the_self_check(name: str, tmp_path: Path) -> None:
    path = returned(tmp_path / "x.xlsx", name, [cells(name)])
    raw = read_workbook(path.read_bytes())
    assert [sheet.title for sheet in raw.sheets] == ["封面", FORMS[name].title]
    assert {len(r) - r.count("") for r in raw.sheets[1].rows[FIRST_ROW + 1 :]} <= {0}
    assert received(path.read_bytes()) == []


@needs_soffice
@pytest.mark.parametrize("name", ["ledger", "survey"])
def test_nor_where_libreoffice_saved_it(name: str, tmp_path: Path) -> None:
    path = returned(tmp_path / "x.xlsx", name, [cells(name), cells(name)])
    saved = convert(path, "xlsx", tmp_path / "out").read_bytes()
    raw = read_workbook(saved)
    assert [sheet.title for sheet in raw.sheets] == ["封面", FORMS[name].title]
    assert [(code, place) for _, code, place, _ in received(saved)] == [("duplicate", 5)]


def test_a_formula_of_a_clerk_without_value_is_told_as_before(tmp_path: Path) -> None:
    path = returned(tmp_path / "x.xlsx", "ledger", [cells("ledger")])
    with reopened(path) as book:
        book["整改台帐"]["J4"] = "=K4"
    assert ("error", "no-value", 4, "goal") in received(path.read_bytes())


# ---- in LibreOffice, while somebody types


def answers(book: Book, form: Form) -> tuple[list[str], list[str]]:
    """The verdict and the forms' lines of the cover; the 自检 of the first rows."""
    lines = [str(held[0]) for held in book.read("封面", "C5:C7")]
    check = column_letter(len(form.columns))
    texts = book.read(form.title, f"{check}{FIRST_ROW + 1}:{check}{FIRST_ROW + 8}")
    return lines, [str(text) for (text,) in texts if text != ""]


def type_row(book: Book, name: str, excel_row: int, **changes: Any) -> None:
    values = cells(name, **changes)
    typed = ["" if value is None else float(value) if isinstance(value, int) else value for value in values]
    book.write(FORMS[name].title, cell_name(excel_row, 0), [typed])


def fill_cover(book: Book) -> None:
    labels = [held[0] for held in book.read("封面", "B1:B40")]
    for column in catalog.cover().columns:
        if column.name in COVER and not column.locked:
            book.write("封面", f"C{labels.index(column.label) + 1}", [[COVER[column.name]]])


def saved_answers(book: Book, path: Path, form: Form) -> tuple[list[str], list[str]]:
    """The same as saved: before it saves, LibreOffice calculates what rests on what was typed, and no more."""
    held = values_of(book.save(path).read_bytes())
    texts = [str(line[len(form.columns)]) for line in held[form.title][FIRST_ROW : FIRST_ROW + 8]]
    return [str(line[2]) for line in held["封面"][4:7]], [text for text in texts if text]


@needs_soffice
def test_the_template_answers_while_somebody_types(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is written in it must be enough for what is typed: nobody calculates it anew."""
    form, path = FORMS["ledger"], tmp_path / "saved.xlsx"
    monkeypatch.setattr(layout, "PREPARED_ROWS", 40)  # it is saved six times, and few rows are saved sooner
    write_template(form, tmp_path / "x.xlsx", OFFICE)
    with opened(tmp_path / "x.xlsx") as book:
        assert answers(book, form)[0][::2] == ["请先修改", "未填写"]
        fill_cover(book)
        assert saved_answers(book, path, form) == (["可以报送", "没有问题", "未填写"], [])
        type_row(book, "ledger", 4, problem="\u3000理论\xa0学习 ", goal="\u200b", note="无")
        assert saved_answers(book, path, form) == (["请先修改", "没有问题", "错误 1 处"], ["「整改目标」未填写"])
        type_row(book, "ledger", 4)
        type_row(book, "ledger", 5, problem="另一个问题", due=date(2005, 5, 28))
        told = ["通过", "提醒：「完成时限」应为工作日"]
        assert saved_answers(book, path, form) == (["可以报送", "没有问题", "提醒 1 处"], told)
        type_row(book, "ledger", 5, status="没有")
        assert saved_answers(book, path, form)[0][2] == "错误 2 处"
    with opened(path) as book:  # saved by LibreOffice and opened again: a mark must not have changed
        type_row(book, "ledger", 6, problem="第三个问题")
        again = saved_answers(book, tmp_path / "again.xlsx", form)
        assert again == (
            ["请先修改", "没有问题", "错误 2 处"],
            ["通过", "与其他行重复：「存在问题」；「整改状态」不在选项之内", "通过"],
        )


@needs_soffice
def test_rows_may_be_inserted_sorted_and_deleted(tmp_path: Path) -> None:
    form = FORMS["ledger"]
    write_template(form, tmp_path / "x.xlsx", OFFICE)
    last = column_letter(len(form.columns))
    with opened(tmp_path / "x.xlsx") as book:
        fill_cover(book)
        for excel_row, problem in enumerate(("丙类问题", "乙类问题", "甲类问题"), start=4):
            type_row(book, "ledger", excel_row, problem=problem, goal=None if problem == "乙类问题" else "已有目标")
        book.insert_rows(form.title, 5)
        type_row(book, "ledger", 5, problem="新插入的问题", percent=3)
        book.calculate()
        lines, texts = answers(book, form)
        assert lines[2] == "错误 2 处；插入的 1 行没有自检文字，颜色和计数照常"
        assert texts == ["通过", "「整改目标」未填写", "通过"]
        book.delete_rows(form.title, 5)
        book.sort(form.title, f"A4:{last}6", by=form.positions["problem"])
        book.calculate()
        lines, texts = answers(book, form)
        assert lines == ["请先修改", "没有问题", "错误 1 处"]
        order = [held[0] for held in book.read(form.title, "B4:B6")]
        assert [text == "通过" for text in texts] == [problem != "乙类问题" for problem in order]
        assert order == sorted(order)


@needs_soffice
def test_rows_below_the_prepared_ones_are_left_to_the_office(tmp_path: Path) -> None:
    form = FORMS["ledger"]
    write_template(form, tmp_path / "x.xlsx", OFFICE)
    with opened(tmp_path / "x.xlsx") as book:
        fill_cover(book)
        type_row(book, "ledger", 4)
        type_row(book, "ledger", 300, problem="太靠下的问题")
        book.calculate()
        assert answers(book, form)[0] == ["请先修改", "没有问题", "超出预置行，报送后核对"]
        target = plan_for(form, OFFICE).total(Total.LINK).replace("$", "")
        assert book.read("自检", f"{target}:{target}") == [["#'整改台帐'!$A$204"]]


@needs_soffice
def test_reviewers_are_offered_by_whose_measures_they_are(tmp_path: Path) -> None:
    form = FORMS["measures"]
    write_template(form, tmp_path / "x.xlsx", OFFICE)
    place = form.positions["reviewer_role"]
    source = validations(book_xml(tmp_path / "x.xlsx").sheets[form.title])[
        f"{column_letter(place)}4:{column_letter(place)}1048576"
    ].findtext("formula1", "")
    assert source.startswith("OFFSET(")
    assert excel_length(source) <= LONGEST_CONDITION
    native = source.replace(",", ";")
    with opened(tmp_path / "x.xlsx") as book:
        for role in (*dict(OFFICE.reviewers), "", "没有这一类", "*"):
            book.write(form.title, cell_name(4, form.positions["member_role"]), [[role]])
            book.write_formulas(form.title, "AA4", [[f"=IFERROR(INDEX({native};{n});\"\")" for n in range(1, 9)]])
            book.calculate()
            offered = [text for text in book.read(form.title, "AA4:AH4")[0] if text != ""]
            right = [reviewer for known, reviewer in OFFICE.reviewers if known == role]
            assert offered == (right or list(OFFICE.lists["reviewer_role"])), role


def test_options_called_anything_have_their_lists() -> None:
    """No name is made of an option: brackets, blanks, digits and wild cards may stand in it."""
    odd = ("（甲）类 1", "2005*", "A1", "R1C1")
    settings = replace(
        OFFICE,
        lists={**OFFICE.lists, "member_role": odd, "reviewer_role": ("主任", "副主任")},
        reviewers=tuple((role, "主任") for role in odd[:3]),
    )
    (listed,) = dependent_lists([FORMS["measures"], FORMS["ledger"]], settings).values()
    assert (listed.column, listed.master, listed.whole) == ("reviewer_role", "member_role", 2)
    assert listed.pool == ("主任", "副主任", "主任", "主任", "主任")
    assert listed.parts == ((odd[0], 2, 1), (odd[1], 3, 1), (odd[2], 4, 1))


def test_a_form_of_the_offices_own_checks_itself(tmp_path: Path) -> None:
    columns = (
        Column(name="grade", label="等级", kind="choice", choices="隐患等级"),
        Column(name="found_on", label="发现日期", kind="date", required=False),
    )
    form = Form(
        name="own", title="隐患'排查", template="隐患.xlsx", version=1, filled_by="branch", key=("grade",),
        columns=columns, rules=(), positions={"grade": 0, "found_on": 1},
    )  # fmt: skip
    settings = settings_for(lists={**OFFICE.lists, "隐患等级": ("重大", "一般")})
    rows = {"own": [["重大", date(2005, 5, 20)], ["很大", "昨天"]]}
    write_template(form, tmp_path / "x.xlsx", settings, rows=rows)
    plan: Plan = plan_for(form, settings)
    held = helper_cells(book_xml(tmp_path / "x.xlsx"))
    texts = [held[f"{plan.letters.text}{plan.row(place)}"] for place in (1, 2, 3)]
    assert texts == ["通过", "「等级」不在选项之内；「发现日期」不是日期", ""]
