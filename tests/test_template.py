from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from as_read import differences
from openpyxl.utils.cell import rows_from_range
from python_calamine import CalamineWorkbook
from returns import reopened
from sheetxml import BookXml, book_xml, columns, differing_parts, row_of, validations
from soffice import convert, needs_soffice

from rectify_xl.excel.templates.template import write_template, write_templates
from rectify_xl.facts import catalog
from rectify_xl.facts.phrasing import rule_words
from rectify_xl.grid import Grid
from rectify_xl.judging import recognise
from rectify_xl.kinds import excel_length
from rectify_xl.layouts.layout import column_letter, parse_stamp, stamp_for
from rectify_xl.model import Column, Form, Settings, Unit
from rectify_xl.office.profiles import profile

BUILT = Path(__file__).parents[1] / "templates"
# The release of xlsxwriter that built them, as `make templates` notes it.
BUILT_WITH = Path(__file__).parent / "golden" / "templates.xlsxwriter"
FORMS = catalog.forms()
TEMPLATES = catalog.templates()
GDSTA = profile("gdsta")
BOUNDS = {"stage_start": GDSTA.stage_start, "stage_end": GDSTA.stage_end, "followup_end": GDSTA.followup_end}
every_form = pytest.mark.parametrize("name", FORMS)
every_template = pytest.mark.parametrize("file", TEMPLATES)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("templates")
    write_templates(made, GDSTA)
    return made


@cache
def read(path: Path) -> BookXml:
    return book_xml(path)


def book_of(folder: Path, name: str) -> BookXml:
    return read(folder / FORMS[name].template)


def one_book(path: Path, form: Form, settings: Settings = GDSTA, unit: Unit | None = None) -> BookXml:
    write_template(form, path, settings, unit=unit)
    return book_xml(path)


def a_form(*columns: Column) -> Form:
    return Form(
        name="own",
        title="隐患排查",
        template="隐患.xlsx",
        version=3,
        filled_by="branch",
        key=(columns[0].name,),
        columns=columns,
        rules=(),
        positions={column.name: place for place, column in enumerate(columns)},
    )


# ---- the workbooks


def test_nine_workbooks_one_a_template(folder: Path) -> None:
    assert sorted(p.name for p in folder.iterdir()) == sorted(TEMPLATES)
    assert len(TEMPLATES) == 9


@every_template
def test_sheets_in_order(folder: Path, file: str) -> None:
    titles = [form.title for form in TEMPLATES[file]]
    book = read(folder / file)
    assert list(book.sheets) == ["封面", *titles, "填表说明", "选项", "自检"]
    states = {e.get("name"): e.get("state", "visible") for e in book.workbook.iter("sheet")}
    assert [title for title, state in states.items() if state != "visible"] == ["选项", "自检"]


def test_the_same_input_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    write_templates(tmp_path, GDSTA)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {p.name: p.read_bytes() for p in folder.iterdir()}


@every_template
def test_the_built_templates_are_up_to_date(folder: Path, file: str) -> None:
    """XML and not bytes: how hard a zip was packed, and xlsxwriter's own parts, are none of our decisions.

    Of another release of xlsxwriter than the one that built them, not even how it says in XML what a reader reads.
    """
    assert sorted(p.name for p in BUILT.glob("*.xlsx")) == sorted(TEMPLATES)
    differing = differing_parts if BUILT_WITH.read_text().strip() == xlsxwriter.__version__ else differences
    assert differing(BUILT / file, folder / file) == [], "make templates builds them anew"


# ---- the reader's side


def grids(path: Path) -> Iterator[Grid]:
    book = CalamineWorkbook.from_path(path)
    for title in book.sheet_names:
        sheet = book.get_sheet_by_name(title)
        first_row, first_column = sheet.start or (0, 0)
        yield Grid(title=title, rows=sheet.to_python(), first_row=first_row + 1, first_column=first_column)


@every_template
def test_our_own_templates_are_known_with_nothing_to_tell(folder: Path, file: str) -> None:
    told = recognise.sort_sheets(list(grids(folder / file)))
    forms = TEMPLATES[file]
    assert [sheet.form.name for sheet in told.forms] == [form.name for form in forms]
    assert [sheet.data for sheet in told.forms] == [()] * len(forms)
    deviations = [heading.deviation for sheet in told.forms for heading in sheet.headings]
    assert deviations == [""] * sum(len(form.columns) + 1 for form in forms)
    assert [sheet.headings[-1].text for sheet in told.forms] == ["自检"] * len(forms)
    assert told.others == ()
    assert told.cover is not None
    assert {name: cell.value for name, cell in told.cover.items()} == {
        **{column.name: "" for column in catalog.cover().columns},
        "campaign": GDSTA.campaign,
    }
    assert told.stamp == stamp_for(forms)
    assert list(parse_stamp(told.stamp) or ()) == [form.name for form in forms]


@every_form
def test_a_blank_prepared_row_costs_a_reader_one_cell_without_value(folder: Path, name: str) -> None:
    form, sheet = FORMS[name], book_of(folder, name).sheets[FORMS[name].title]
    check = column_letter(len(form.columns))
    below = [c for c in sheet.iter("c") if row_of(c.get("r", "")) > 3]
    assert [c.get("r") for c in below] == [f"{check}{row}" for row in range(4, 204)]
    assert {(c.get("t"), c.find("v") is None, c.find("f") is None) for c in below} == {(None, True, False)}
    assert [row.get("r") for row in sheet.iter("row")] == [str(row) for row in range(1, 204)]
    assert all(set(row.keys()) == {"r"} for row in sheet.iter("row") if int(row.get("r", "")) > 3)
    dimension = sheet.find("dimension")
    assert dimension is not None
    assert dimension.get("ref") == f"A1:{check}203"


# ---- a form's sheet


@every_form
def test_headers_are_the_labels_and_a_required_one_ends_in_a_star(folder: Path, name: str) -> None:
    form, book = FORMS[name], book_of(folder, name)
    texts = book.texts(form.title)
    asked = [c.required and not c.assigned and c.label not in GDSTA.optional_columns for c in form.columns]
    headers = [texts[f"{column_letter(i)}3"] for i in range(len(form.columns))]
    assert headers == [c.label + "*" * star for c, star in zip(form.columns, asked, strict=True)]
    assert texts["A1"] == form.title
    assert all(note in texts["A2"] for note in form.notes)
    cells = {c.get("r"): c.get("s") for c in book.sheets[form.title].iter("c")}
    fills: dict[bool, set[str | None]] = {True: set(), False: set()}
    for place, star in enumerate(asked):
        fills[star].add(book.style(cells[f"{column_letter(place)}3"]).get("fillId"))
    assert not fills[True] & fills[False]


TESTS = {
    "id": None, "people": None, "choice": "list", "yesno": "list",
    "date": "date", "integer": "whole", "percent": "decimal",
}  # fmt: skip


@every_form
def test_validations_reach_the_last_row_and_test_what_the_kind_asks(folder: Path, name: str) -> None:
    form, book = FORMS[name], book_of(folder, name)
    held = validations(book.sheets[form.title])
    guard = held.pop(f"{column_letter(len(form.columns))}4:{column_letter(len(form.columns))}1048576")
    assert (guard.get("type"), guard.findtext("formula1")) == ("custom", "FALSE")
    held.pop(f"A3:{column_letter(len(form.columns) - 1)}3")
    assert list(held) == [f"{column_letter(i)}4:{column_letter(i)}1048576" for i in range(len(form.columns))]
    for column, rule in zip(form.columns, held.values(), strict=True):
        expected = ("textLength" if column.length else None) if column.kind == "text" else TESTS[column.kind]
        assert rule.get("type") == expected, column.name
        assert rule.get("promptTitle") == column.label
        assert rule.get("prompt")
        bounds = rule.findtext("formula1"), rule.findtext("formula2")
        if column.kind == "text" and column.length:
            assert bounds == tuple(map(str, column.length))
        if column.kind in ("integer", "percent") and column.range:
            assert bounds == tuple(map(str, column.range))
        if column.kind == "date":
            assert bounds == ("17899", "73050")  # 1949-01-01 and 2099-12-31
        if expected:
            assert rule.get("errorStyle", "stop") == "stop"
            assert rule.get("error")
            assert column.label in rule.get("errorTitle", "")


@every_form
def test_every_list_is_reachable_by_its_name(folder: Path, name: str) -> None:
    form, book = FORMS[name], book_of(folder, name)
    texts = book.texts("选项")
    held = list(validations(book.sheets[form.title]).values())[:-2]
    for column, rule in zip(form.columns, held, strict=True):
        if column.choices and not rule.findtext("formula1", "").startswith("OFFSET"):
            area = book.names[rule.findtext("formula1", "")].removeprefix("'选项'!").replace("$", "")
            assert tuple(texts[cell] for (cell,) in rows_from_range(area)) == GDSTA.lists[column.choices], column.name


@every_template
def test_prompts_and_errors_keep_within_the_limits_of_excel(folder: Path, file: str) -> None:
    for sheet in read(folder / file).sheets.values():
        for rule in sheet.iter("dataValidation"):
            for key, limit in (("promptTitle", 32), ("prompt", 255), ("errorTitle", 32), ("error", 224)):
                assert excel_length(rule.get(key, "")) <= limit
            assert len(rule.findtext("formula1", "")) <= 255
            assert not rule.findtext("formula1", "").startswith('"')


def test_what_prompts_say(folder: Path) -> None:
    held = {
        r.get("promptTitle"): r.get("prompt")
        for r in book_of(folder, "ledger").sheets["整改台帐"].iter("dataValidation")
    }
    assert held["编号"] == "由办公室统一给定：新增的行请留空，已有的编号请勿改动。"
    assert held["存在问题"] == "必填。填写文字（4至500字）。"
    assert held["责任人"] == "必填。填写姓名，多人之间用顿号“、”隔开。"
    assert held["完成比例"] == "必填。填写百分数，如 50%（0%至100%）。"
    assert held["整改层面"] == "选填。从下拉列表中选择。"
    assert held["完成日期"] == "条件必填。填写日期，格式如 2005-05-20。「整改状态」为“已完成”时，「完成日期」必填。"


PERMITTED = {"formatCells", "formatColumns", "formatRows", "insertRows", "deleteRows", "sort", "autoFilter"}


@every_form
def test_protection_without_password_lets_clerks_work(folder: Path, name: str) -> None:
    form, book = FORMS[name], book_of(folder, name)
    sheet = book.sheets[form.title]
    protection = sheet.find("sheetProtection")
    assert protection is not None
    assert protection.get("sheet") == "1"
    assert protection.get("password") is None
    assert {key for key, value in protection.items() if value == "0"} == PERMITTED
    check = column_letter(len(form.columns))
    open_rows = {row_of(c.get("r", "")) for c in sheet.iter("c") if not book.is_locked(c.get("s"))}
    locked = {c.get("r", "") for c in sheet.iter("c") if book.is_locked(c.get("s"))}
    # A row takes the locks of the row above it: labels are open, and guarded, that a row below them be open too.
    assert open_rows == set(range(3, 204))
    assert f"{check}3" in locked and {row_of(cell) for cell in locked - {f"{check}3"}} == {1, 2}
    guard = validations(sheet)[f"A3:{column_letter(len(form.columns) - 1)}3"]
    assert (guard.get("type"), guard.findtext("formula1")) == ("custom", "ROW()>ROW($A$3)")
    ignored = [(e.get("sqref"), e.get("unlockedFormula")) for e in sheet.iter("ignoredError")]
    assert ignored == [(f"{check}4:{check}1048576", "1")]


FORMATS = {"date": "yyyy-mm-dd", "integer": "1", "percent": "9"}


@every_form
def test_every_column_to_the_last_is_open_and_formatted_by_its_kind(folder: Path, name: str) -> None:
    form, book = FORMS[name], book_of(folder, name)
    styles = {i: style for first, last, style in columns(book.sheets[form.title]) for i in range(first, last + 1)}
    assert list(styles) == list(range(1, 16385))
    assert not any(book.is_locked(style) for style in set(styles.values()))
    assert {book.style(style).get("fontId") for style in styles.values()} == {"0"}
    assert book.font("0") == "宋体"
    for place, column in enumerate(form.columns, start=1):
        assert book.number_format(styles[place]) == FORMATS.get(column.kind, "49"), column.name


@every_form
def test_print_setup_and_view(folder: Path, name: str) -> None:
    form, book = FORMS[name], book_of(folder, name)
    sheet, last = book.sheets[form.title], column_letter(len(form.columns) - 1)
    setup, pane = sheet.find("pageSetup"), sheet.find("sheetViews/sheetView/pane")
    assert setup is not None
    assert (setup.get("paperSize"), setup.get("orientation"), setup.get("fitToHeight")) == ("9", "landscape", "0")
    assert setup.get("fitToWidth", "1") == "1"
    assert sheet.findtext("headerFooter/oddFooter") == "&C第 &P 页　共 &N 页"
    names = book.local_names(form.title)
    assert names["_xlnm.Print_Titles"] == f"{form.title}!$3:$3"
    assert names["_xlnm.Print_Area"] == f"{form.title}!$A$1:${last}$203"
    assert names["_xlnm._FilterDatabase"] == f"{form.title}!$A$3:${last}$203"
    assert pane is not None
    assert (pane.get("state"), pane.get("ySplit")) == ("frozen", "3")
    assert pane.get("xSplit") == ("2" if form.columns[0].assigned else "1")
    grid = sheet.find("conditionalFormatting")
    assert grid is not None
    assert grid.get("sqref") == f"A3:{last}1048576"


# ---- the cover, the instructions, the lists


@every_template
def test_on_the_cover_only_the_values_are_open(folder: Path, file: str) -> None:
    book = read(folder / file)
    texts, cells = book.texts("封面"), {c.get("r"): c.get("s") for c in book.sheets["封面"].iter("c")}
    places = {text: cell for cell, text in texts.items() if cell.startswith("B")}
    values = {column.name: f"C{row_of(places[column.label])}" for column in catalog.cover().columns}
    assert {cell for cell, style in cells.items() if not book.is_locked(style)} == set(values.values()) - {
        values["campaign"]
    }
    assert texts[values["campaign"]] == GDSTA.campaign
    asked = validations(book.sheets["封面"])
    assert set(asked) == set(values.values()) - {values["campaign"]}
    assert all(rule.get("prompt") for rule in asked.values())
    assert asked[values["filled_on"]].get("type") == "date"
    assert book.number_format(cells[values["filled_on"]]) == "yyyy-mm-dd"
    assert book.number_format(cells[values["unit_code"]]) == "49"


def test_the_cover_names_a_unit_that_is_given(tmp_path: Path) -> None:
    unit = Unit(code="KX01", name="示例支部")
    told = recognise.sort_sheets(list(grids_of(tmp_path / "x.xlsx", FORMS["survey"], unit)))
    assert told.cover is not None
    assert (told.cover["unit_code"].value, told.cover["unit_name"].value) == ("KX01", "示例支部")


def grids_of(path: Path, form: Form, unit: Unit) -> Iterator[Grid]:
    write_template(form, path, GDSTA, unit=unit)
    yield from grids(path)


@every_template
def test_instructions_tell_every_column_and_every_rule(folder: Path, file: str) -> None:
    texts = read(folder / file).texts("填表说明")
    lines: dict[int, list[str]] = {}
    for cell, text in texts.items():
        lines.setdefault(row_of(cell), []).append(text)
    told = [tuple(line) for line in lines.values()]
    for form in TEMPLATES[file]:
        for column in form.columns:
            needs = [
                line[1] for line in told if line[0].rstrip("*") == column.label and line[1] not in ("错误", "提醒")
            ]
            assert set(needs) <= {"必填", "选填", "条件必填", "办公室给定"}
            assert needs
        for rule in form.rules:
            level = {"error": "错误", "warning": "提醒"}[rule.level]
            sentence = rule_words(form, rule, "zh", BOUNDS)
            assert (form.column(rule.column).label, level, sentence) in told


def test_instructions_say_how_each_kind_is_filled_in(folder: Path) -> None:
    texts = book_of(folder, "ledger").texts("填表说明")
    lines = {texts[f"A{row}"]: (texts[f"B{row}"], texts[f"C{row}"]) for row in range(4, 28)}
    assert lines["编号"] == ("办公室给定", "由办公室统一给定：新增的行请留空，已有的编号请勿改动。")
    assert lines["轻重缓急*"] == ("必填", "从下拉列表中选择。可选：急、重、缓。")
    assert lines["整改层面"] == ("选填", "从下拉列表中选择。可选：思想整改、工作整改、制度整改。")
    assert lines["责任人*"] == ("必填", "填写姓名，多人之间用顿号“、”隔开。本栏目涉及个人，不对外公布。")
    assert lines["完成时限"] == ("条件必填", "填写日期，格式如 2005-05-20。")
    assert lines["完成比例*"] == ("必填", "填写百分数，如 50%（0%至100%）。")


@every_template
def test_no_sheet_lets_its_words_be_changed(folder: Path, file: str) -> None:
    book = read(folder / file)
    for title in ("封面", "填表说明", "选项"):
        protection = book.sheets[title].find("sheetProtection")
        assert protection is not None
        assert protection.get("sheet") == "1"
        assert protection.get("password") is None


# ---- other settings, other forms


def test_a_profile_without_dates_has_its_templates_too(tmp_path: Path) -> None:
    paths = write_templates(tmp_path / "模板", profile("sysu"))
    assert [p.name for p in paths] == list(TEMPLATES)
    book = book_xml(tmp_path / "模板" / "党员整改措施.xlsx")
    assert profile("sysu").campaign in book.texts("封面").values()
    assert "巡回检查组" in book.texts("选项").values()


def test_an_optional_column_carries_no_star(tmp_path: Path) -> None:
    stars = {}
    for key, settings in (("with", GDSTA), ("without", replace(GDSTA, optional_columns=()))):
        texts = one_book(tmp_path / f"{key}.xlsx", FORMS["ledger"], settings).texts("整改台帐")
        stars[key] = {text for cell, text in texts.items() if row_of(cell) == 3 and text.endswith("*")}
    assert stars["without"] - stars["with"] == {"整改层面*", "整改范围*", "整改方式*"}


def test_bare_settings_make_a_template_without_lists(tmp_path: Path) -> None:
    book = one_book(tmp_path / "x.xlsx", FORMS["survey"], Settings(campaign="示例活动", organisation="示例单位"))
    assert [name for name in book.names if not name.startswith("chk_")] == []
    held = {rule.get("promptTitle"): rule.get("type") for rule in book.sheets["群众满意度测评"].iter("dataValidation")}
    assert held["参评人员类别"] is None
    assert held["测评日期"] == "date"


def test_a_form_of_one_column_with_a_list_named_in_chinese(tmp_path: Path) -> None:
    form = a_form(Column(name="grade", label="等级", kind="choice", choices="隐患等级"))
    settings = replace(GDSTA, lists={"隐患等级": ("重大", "一般")})
    book = one_book(tmp_path / "x.xlsx", form, settings)
    (name,) = (name for name in book.names if not name.startswith("chk_"))
    assert name.isascii()
    formulas = [rule.findtext("formula1") for rule in book.sheets["隐患排查"].iter("dataValidation")]
    assert formulas == [name, "ROW()>ROW($A$3)", "FALSE"]  # the column, its header, the self-check
    assert book.names[name] == "'选项'!$A$2:$A$3"
    assert book.texts("选项") == {"A1": "隐患等级", "A2": "重大", "A3": "一般"}


def test_long_words_are_cut_to_the_limits_of_excel(tmp_path: Path) -> None:
    form = a_form(Column(name="a", label="很长的栏目名称" * 6, kind="text", length=(1, 20), hint="说明" * 200))
    rule = next(one_book(tmp_path / "x.xlsx", form).sheets["隐患排查"].iter("dataValidation"))
    lengths = {key: excel_length(rule.get(key, "")) for key in ("promptTitle", "prompt", "errorTitle", "error")}
    assert lengths["promptTitle"] == lengths["errorTitle"] == 32
    assert lengths["prompt"] == 255
    assert rule.get("prompt", "").endswith("…")


@pytest.mark.parametrize("campaign", ["=1+1", "R&D 活动", "2005年活动", "活动" * 200, "http://example.org", "<活动>"])
def test_a_campaign_is_a_text_whatever_it_looks_like(tmp_path: Path, campaign: str) -> None:
    book = one_book(tmp_path / "x.xlsx", FORMS["survey"], replace(GDSTA, campaign=campaign))
    assert list(book.texts("封面").values()).count(campaign) == 2
    assert not [e.text for e in book.sheets["封面"].iter("f") if campaign in (e.text or "")]
    assert not list(book.sheets["封面"].iter("hyperlink"))
    header = book.sheets["群众满意度测评"].findtext("headerFooter/oddHeader", "")
    assert 0 < excel_length(header) <= 255
    assert header.startswith("&L&9 " + campaign.replace("&", "&&")[:100])


@pytest.mark.parametrize("column", [column for form in FORMS.values() for column in form.columns if column.choices])
def test_a_template_of_one_form_has_the_lists_it_asks_for(column: Column) -> None:
    assert GDSTA.lists[column.choices]


def test_a_file_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"."):
        write_template(FORMS["survey"], tmp_path / "没有" / "x.xlsx", GDSTA)
    (tmp_path / "folder.xlsx").mkdir()
    with pytest.raises(OSError, match=r"."):
        write_template(FORMS["survey"], tmp_path / "folder.xlsx", GDSTA)
    assert [p.name for p in tmp_path.iterdir()] == ["folder.xlsx"]


# ---- other programs save it again

TYPED: dict[str, Any] = {"date": date(2005, 5, 20), "integer": 3, "percent": 0.5}
ROWS = 30


def filled(source: Path, form: Form, target: Path) -> Path:
    """The template with thirty rows typed in, saved by openpyxl."""
    target.write_bytes(source.read_bytes())
    with reopened(target) as book:
        for row in range(4, 4 + ROWS):
            for place, column in enumerate(form.columns, start=1):
                book[form.title].cell(row, place, TYPED.get(column.kind, "示例"))
    return target


def summary(book: BookXml, title: str) -> dict[str, Any]:
    """What a clerk's program must not lose of a form's sheet; `cells` counts those below the header."""
    sheet = book.sheets[title]
    pane, protection = sheet.find("sheetViews/sheetView/pane"), sheet.find("sheetProtection")
    allowed = {key for key, value in protection.items() if value in ("0", "false")} if protection is not None else set()
    tests = {place: (e.get("type"), e.findtext("formula1"), e.get("prompt")) for place, e in validations(sheet).items()}
    below = [c.get("r", "") for c in sheet.iter("c") if row_of(c.get("r", "")) > 3]
    check = next(cell for cell, text in book.texts(title).items() if text == "自检").rstrip("3")
    return {
        "cells": sum(not cell.startswith(check) for cell in below),
        "checks": sum(cell.startswith(check) for cell in below),
        "validations": tests,
        "permitted": allowed & PERMITTED,
        "frozen": pane is not None and (pane.get("xSplit"), pane.get("ySplit")),
        "open": not any(book.is_locked(style) for _, _, style in columns(sheet)),
        "locked": {row_of(c.get("r", "")) for c in sheet.iter("c") if book.is_locked(c.get("s"))} & {1, 2, 3},
        "grid": [e.get("sqref") for e in sheet.iter("conditionalFormatting")],
        "lists": book.names,
    }


@every_form
def test_openpyxl_keeps_everything_it_saves(folder: Path, name: str, tmp_path: Path) -> None:
    form = FORMS[name]
    saved = filled(folder / form.template, form, tmp_path / "x.xlsx")
    before, after = summary(book_of(folder, name), form.title), summary(book_xml(saved), form.title)
    assert after == {**before, "cells": ROWS * len(form.columns)}


def as_saved(told: dict[str, Any]) -> dict[str, Any]:
    """A summary without what LibreOffice writes in its own way.

    It ends a validation a thousand rows below the last filled one, calls a mere prompt a test of kind none, and
    without a window it loses the frozen panes.
    """
    tests = {place.split(":")[0]: (kind or "none", prompt) for place, (kind, _, prompt) in told["validations"].items()}
    lists = {name: area.replace("'", "") for name, area in told["lists"].items() if name.startswith("list_")}
    return {**told, "validations": tests, "lists": lists, "frozen": None}


@needs_soffice
@pytest.mark.parametrize("name", ["ledger", "survey"])
def test_libreoffice_keeps_everything_and_writes_no_blank_cell(folder: Path, name: str, tmp_path: Path) -> None:
    form = FORMS[name]
    source = folder / form.template
    blank = summary(book_xml(convert(source, "xlsx", tmp_path / "saved")), form.title)
    typed = book_xml(convert(filled(source, form, tmp_path / "x.xlsx"), "xlsx", tmp_path / "saved"))
    ends = dict(place.split(":") for place in blank["validations"])
    assert ends.pop("A3") == f"{column_letter(len(form.columns) - 1)}3"
    assert all(row_of(last) > 203 for last in ends.values())
    before = as_saved(summary(read(source), form.title))
    assert (before["cells"], before["checks"]) == (0, 200)
    assert as_saved(blank) == before
    assert as_saved(summary(typed, form.title)) == {**before, "cells": ROWS * len(form.columns)}


@needs_soffice
def test_libreoffice_reads_what_we_wrote(folder: Path, tmp_path: Path) -> None:
    saved = convert(folder / FORMS["survey"].template, "xlsx", tmp_path)
    told = recognise.sort_sheets(list(grids(saved)))
    assert [sheet.form.name for sheet in told.forms] == ["survey"]
    assert told.stamp == stamp_for([FORMS["survey"]])
    assert told.others == ()
