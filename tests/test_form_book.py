"""A form declared in a workbook: understood as written, mistakes told by cell, written out and read back equal."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from form_books import ABOUT, AROUND, COLUMNS, GOOD, LISTS, RULES, Rows, sheets, training, write_book
from openpyxl import load_workbook
from returns import DAY, codes, judged, settings_for

import rectify_xl as rx
from rectify_xl.excel.settings.form_reader import form_books, load_forms
from rectify_xl.facts import catalog
from rectify_xl.facts.in_force import using, with_forms
from rectify_xl.form_book import form_from, rows_for_form
from rectify_xl.form_book.book import Around
from rectify_xl.form_book.conditions import Vocabulary, misfit_in, parse_labelled, text_of
from rectify_xl.form_book.layout import form_book_layout
from rectify_xl.model import Form, OptionList
from rectify_xl.office.settings import SettingsError
from rectify_xl.rules.expression import Among, And, Compare, Const, ExpressionError, Filled, Name
from rectify_xl.rules.expression_text import parse

FORMS = catalog.built_in_forms()


# ---- what is understood


def test_a_form_is_understood_as_it_is_written() -> None:
    form = training()
    assert (form.name, form.title, form.template, form.version) == ("培训登记", "培训登记", "培训登记.xlsx", 1)
    assert (form.filled_by, form.key, form.evidence_on) == ("branch", ("培训主题", "培训日期"), "培训日期")
    assert form.notes == ("一行填写一次培训。", "参加人数按签到计。")
    assert [c.kind for c in form.columns] == [
        "text", "date", "choice", "choice", "integer", "integer", "yesno", "percent", "people",
    ]  # fmt: skip
    assert [c.label for c in form.columns if not c.required] == ["培训对象", "合格率"]
    topic, rate, owner = form.column("培训主题"), form.column("合格率"), form.column("负责人")
    assert (topic.length, rate.range, rate.level, owner.personal) == ((2, 100), (0, 1), "warning", True)
    assert (form.column("培训对象").choices, form.column("培训方式").choices) == ("participant", "培训方式")
    aliases = (("面授", "集中培训"), ("集中", "集中培训"), ("网课", "网络培训 或 自学"))
    options = ("集中培训", "A类 讲座", "网络培训 或 自学")
    (held,) = form.lists
    assert (held.name, held.options, sorted(held.aliases)) == ("培训方式", options, sorted(aliases))


def test_rules_are_read_with_labels_by_the_one_grammar() -> None:
    rules = training().rules
    assert [r.code for r in rules] == ["required-when", "sum", "window", "consistent", "duplicate"]
    assert [r.level for r in rules] == ["error", "error", "error", "warning", "error"]
    is_tested = Compare("=", Name("是否考核"), Const("是"))
    assert rules[0].when == And((is_tested, Compare("!=", Name("培训方式"), Const("A类 讲座"))))
    assert rules[0].holds == Filled("合格率")
    assert rules[1].holds == Compare("<=", Name("实到人数（人）"), Name("应到人数"))
    assert rules[2].holds == parse("stage_start <= 培训日期 <= filled_on", ["培训日期"])
    among = Among("培训方式", ("集中培训", "网络培训 或 自学"))
    assert (rules[3].when, rules[3].holds) == (And((among, Filled("负责人"))), is_tested)
    assert rules[4].on == ("培训主题", "培训日期")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("整改状态＝已完成", "status = 已完成"),
        ("整改状态 属于 整改中、已完成 或 完成比例 >= 50%", "status in 整改中、已完成 or percent >= 50%"),
        ("0% ≤ 完成比例 < 100% 且 完成日期 为空", "0% <= percent < 100% and completed is blank"),
        ("工作日（完成时限）", "is_workday(due)"),
        ("阶段开始<=完成时限", "stage_start <= due"),
    ],
)
def test_habits_of_typing_mean_the_same(typed: str, meant: str) -> None:
    form = FORMS["ledger"]
    options = {c.name: catalog.base_lists().get(c.choices) for c in form.columns if c.choices}
    told = parse_labelled(typed, Vocabulary(columns=form.columns, options=options))
    assert told == parse(meant, list(form.positions))
    assert parse_labelled(text_of(told, form.columns), Vocabulary(columns=form.columns, options=options)) == told


def test_where_the_options_are_not_known_the_word_that_stands_there_is_one() -> None:
    vocabulary = Vocabulary(columns=FORMS["ledger"].columns, options={"category": None})
    assert parse_labelled("问题类别 = 党员素质 且 备注 已填", vocabulary) == And(
        (Compare("=", Name("category"), Const("党员素质")), Filled("note"))
    )


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("整改状况 = 已完成", "整改状况"), ("整改状态 = 已完", "已完"), ("整改状态 已完成", "已完成"),
        ("整改状态 =", ""), ("整改状态", ""), ("整改状态 = 已完成 而且 备注 已填", "而且"), ("工作日(3)", "3"),
        ("整改状态 = 已完成)", ")"), ("整改状态 属于 备注", "备注"), ("; drop", ";"), ("已填", "已填"),
    ],
)  # fmt: skip
def test_a_condition_that_cannot_be_read_is_told_from_where_on(typed: str, word: str) -> None:
    form = FORMS["ledger"]
    options = {c.name: catalog.base_lists().get(c.choices) for c in form.columns if c.choices}
    with pytest.raises(ExpressionError) as caught:
        parse_labelled(typed, Vocabulary(columns=form.columns, options=options))
    assert caught.value.word == word


@pytest.mark.parametrize(
    ("typed", "misfit"),
    [
        ("完成时限 > 完成比例", "due"), ("完成时限 = 3", "due"), ("存在问题 < 整改目标", "problem"),
        ("存在问题 = 整改目标", ""), ("整改状态 > 1", "status"), ("完成比例 + 备注 > 1", "percent"),
        ("工作日(备注)", "note"), ("填报日期 已填", "filled_on"), ("备注 属于 问题", "note"), ("3 < 4", ""),
        ("单位类别 = 党支部", ""), ("备注 已填 且 完成时限 > 1", "due"),
    ],
)  # fmt: skip
def test_what_no_row_could_decide_is_a_mistake(typed: str, misfit: str) -> None:
    vocabulary = Vocabulary(columns=FORMS["ledger"].columns, options={"note": None, "status": None, "unit_kind": None})
    assert misfit_in(parse_labelled(typed, vocabulary), vocabulary) == misfit


def test_words_of_rules_and_signs_of_formulas_may_stand_in_labels_and_options() -> None:
    columns: Rows = [
        ["标签", "类型", "必填", "选项名"], ['备注"A"&B<>', "文字", "", ""], ["选择 项", "单选", "", "怪选项"],
        ["人 且 数", "整数", "否", ""],
    ]  # fmt: skip
    options = ('好"的"', "a,b", "-1", "12", "属于", "很" * 80)
    about = [["项目", "内容"], ["标题", "奇怪的表"], ["关键栏目", '备注"A"&B<>']]
    rules = [
        ["规则", "字段", "条件", "要求"],
        ["按规定应填未填", "人 且 数", '选择 项 = 好"的" 或 选择 项 = 12', ""],
        ["前后不一致", "人 且 数", "选择 项 属于 a,b、-1、属于 且 人 且 数 已填", "人 且 数 × 2 + 1 ≥ 5"],
    ]
    lists = [["选项名", "选项"], *(["怪选项", option] for option in options)]
    form = form_from(sheets(about=about, columns=columns, lists=lists, rules=rules), AROUND)
    rows = [
        {'备注"A"&B<>': "一", "选择 项": '好"的"'}, {'备注"A"&B<>': "二", "选择 项": "属于", "人 且 数": 1},
        {'备注"A"&B<>': "三", "选择 项": "12", "人 且 数": 1}, {'备注"A"&B<>': "四", "选择 项": "没有"},
    ]  # fmt: skip
    settings = with_forms(settings_for(), form)
    with using(settings.forms):
        held = judged({form.name: rows}, settings=settings)
    found = [("required-when", 4, "人 且 数"), ("consistent", 5, "人 且 数"), ("choice", 7, "选择 项")]
    assert codes(held) == found


# ---- mistakes, by sheet and cell


def changed(rows: Rows, row: int, header: str, value: Any) -> Rows:
    """The rows with one cell changed: `row` is Excel's number; a header that is not there is added."""
    made = [[*line] for line in rows]
    if header not in made[0]:
        for at, line in enumerate(made):
            line.append(header if at == 0 else "")
    made[row - 1][made[0].index(header)] = value
    return made


def told(**given: Rows | None) -> list[tuple[str, str, str]]:
    """(sheet, cell, code) of every mistake."""
    with pytest.raises(SettingsError) as caught:
        form_from(sheets(**given), AROUND, "培训登记.xlsx")
    for problem in caught.value.problems:
        for lang in ("zh", "en"):
            said = problem.sentence(lang)
            assert "培训登记.xlsx" in said and problem.cell in said and "{" not in said
    return [(p.sheet, p.cell, p.code) for p in caught.value.problems]


ROWS = {"表单": ("about", ABOUT), "字段": ("columns", COLUMNS), "选项": ("lists", LISTS), "规则": ("rules", RULES)}
MISTAKES: tuple[tuple[str, int, str, Any, str], ...] = (
    ("表单", 2, "内容", "整改台帐", "form-taken"),
    ("表单", 2, "内容", "整改 台帐", "form-taken"),
    ("表单", 2, "内容", "待更正", "form-taken"),
    ("表单", 2, "内容", "封面", "form-taken"),
    ("表单", 2, "内容", "培训/登记", "form-pattern"),
    ("表单", 2, "内容", "培" * 32, "form-pattern"),
    ("表单", 2, "内容", "", "required"),
    ("表单", 2, "内容", "'培训'", "form-pattern"),
    ("表单", 3, "内容", "培训题目", "choice"),
    ("表单", 3, "内容", "", "required"),
    ("表单", 5, "内容", "培训主题", "form-misfit"),
    ("表单", 5, "项目", "办理日期", "setting"),
    ("表单", 5, "项目", "标题", "duplicate"),
    ("字段", 2, "标签", "", "required"),
    ("字段", 3, "标签", "培训主题", "form-twice"),
    ("字段", 3, "标签", "培训 主题*", "form-twice"),
    ("字段", 7, "标签", "应到人数（男）", "form-twice"),
    ("字段", 2, "标签", "序号", "form-taken"),
    ("字段", 2, "标签", "单位编码", "form-taken"),
    ("字段", 2, "标签", "且", "form-taken"),
    ("字段", 2, "标签", "阶段结束", "form-taken"),
    ("字段", 2, "标签", "很长的标签" * 13, "form-pattern"),
    ("字段", 2, "类型", "字符", "choice"),
    ("字段", 2, "类型", "", "required"),
    ("字段", 2, "必填", "要", "choice"),
    ("字段", 4, "选项名", "培训形式", "choice"),
    ("字段", 4, "选项名", "", "form-needs"),
    ("字段", 2, "选项名", "培训方式", "form-only-for"),
    ("字段", 2, "最短", "若干", "number"),
    ("字段", 2, "最长", 1, "form-bounds"),
    ("字段", 6, "最短", 2, "form-only-for"),
    ("字段", 6, "最小", "一", "form-number"),
    ("字段", 6, "最小", "1_0", "form-number"),
    ("字段", 6, "最大", 0, "form-bounds"),
    ("字段", 2, "最小", 1, "form-only-for"),
    ("字段", 9, "最小", -0.1, "form-share"),
    ("字段", 9, "最大", 90, "form-share"),
    ("字段", 2, "级别", "严重", "choice"),
    ("字段", 2, "名称", "1 a", "form-pattern"),
    ("字段", 2, "名称", "filled_on", "form-pattern"),
    ("字段", 3, "名称", "培训主题", "form-twice"),
    ("字段", 2, "由办公室编号", "是", "form-only-for"),
    ("字段", 3, "写长期坚持时另填", "培训方式 ≠ 集中培训", "form-pattern"),
    ("字段", 3, "写长期坚持时另填", "培训方式 = 分散", "form-words"),
    ("选项", 2, "选项名", "", "required"),
    ("选项", 2, "选项", "", "required"),
    ("选项", 3, "选项", "集中 培训", "form-twice"),
    ("选项", 3, "别名", "面授", "alias-taken"),
    ("选项", 2, "选项名", "参评人员类别", "form-list-in-dictionary"),
    ("规则", 2, "规则", "必填", "choice"),
    ("规则", 2, "字段", "合格比例", "choice"),
    ("规则", 2, "字段", "", "required"),
    ("规则", 2, "条件", "是否考核是 = 是", "form-words"),
    ("规则", 2, "条件", "是否考核 = 是 且", "form-words-end"),
    ("规则", 2, "条件", "培训对象 = 群众", "form-words"),
    ("规则", 2, "要求", "合格率 已填", "form-only-for"),
    ("规则", 3, "要求", "", "form-says-nothing"),
    ("规则", 3, "要求", "应到人数 ≤ 培训日期", "form-misfit"),
    ("规则", 3, "要求", "合格率 = 100", "form-share-rule"),
    ("规则", 3, "条件", "是否考核 = 是 且 60 ≤ 合格率", "form-share-rule"),
    ("规则", 6, "要求", "培训主题、日期", "form-option"),
    ("规则", 3, "级别", "致命", "choice"),
    ("规则", 3, "都填了此栏只提醒", "负责人", "form-only-for"),
    ("规则", 3, "或者只填", "是", "form-only-for"),
    ("规则", 3, "汇总时判断", "是", "form-no-remarks"),
)


@pytest.mark.parametrize(("sheet", "row", "header", "typed", "code"), MISTAKES)
def test_a_mistake_is_told_where_it_stands(sheet: str, row: int, header: str, typed: Any, code: str) -> None:
    name, rows = ROWS[sheet]
    spoilt = changed(rows, row, header, typed)
    letter = "ABCDEFGHIJKLMNOP"[spoilt[0].index(header)]
    assert (sheet, f"{letter}{row}", code) in told(**{name: spoilt})


def test_a_label_left_blank_is_told_and_does_not_hold_up_the_rules_that_name_it() -> None:
    vocabulary = Vocabulary(columns=(replace(training().columns[0], label=""),), options={})
    assert vocabulary.labels() == {}  # first, for a nameless word was read for ever
    spoilt = changed(COLUMNS, 6, "标签", "")
    assert told(columns=spoilt) == [("字段", "A6", "required"), ("规则", "D3", "form-words")]
    nameless = Vocabulary(columns=training().columns, options={"培训方式": ("", "集中培训")})
    with pytest.raises(ExpressionError):
        parse_labelled("培训方式 = 讲座", nameless)


def test_a_kind_that_cannot_be_read_is_told_once_and_not_by_every_rule_too() -> None:
    assert told(columns=changed(COLUMNS, 6, "类型", "数字")) == [("字段", "B6", "choice")]


def test_what_is_missing_is_told_too() -> None:
    assert told(about=None)[0] == ("表单", "", "form-missing-sheet")
    assert told(columns=None) == [("字段", "", "form-missing-sheet")]
    assert told(columns=COLUMNS[:1]) == [("字段", "", "form-no-columns")]
    assert ("字段", "", "form-no-columns") not in told(columns=[])  # no header either
    assert told(about=[ABOUT[0], *ABOUT[2:]]) == [("表单", "A5", "no-setting")]
    assert told(rules=[["规则", "条件"], ["重复", ""]])[0] == ("规则", "C1", "missing-header")


def test_rules_and_options_may_be_left_out() -> None:
    columns = [line for line in COLUMNS if line[0] != "培训方式"]
    [usual] = form_from(sheets(columns=columns, lists=None, rules=None), AROUND).rules
    assert (usual.code, usual.level, usual.column, usual.on) == (
        "duplicate", "error", "培训日期", ("培训主题", "培训日期"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("row", "header", "typed"),
    [(6, "规则", ""), (6, "级别", "提醒"), (6, "条件", "是否考核 = 是"), (6, "要求", "培训主题、负责人")],
)
def test_two_rows_of_one_key_are_sent_back_whatever_the_rules_say(row: int, header: str, typed: str) -> None:
    rules = RULES[:5] if header == "规则" else changed(RULES, row, header, typed)
    form = form_from(sheets(rules=rules), AROUND)
    usual = [r for r in form.rules if (r.code, r.on, r.level, r.when) == ("duplicate", form.key, "error", None)]
    assert len(usual) == 1
    alike = {**GOOD, "培训日期": DAY}
    settings = with_forms(settings_for(), form)
    with using(settings.forms):
        held = judged({form.name: [alike, {**alike, "应到人数": 30}]}, settings=settings)
    assert ("duplicate", 5) in [(f.code, f.row) for f in held.findings if f.level == "error"]


def test_a_number_stands_once_too_and_rows_with_numbers_of_their_own_may_be_alike() -> None:
    columns: Rows = [["标签", "类型", "由办公室编号"], ["编号", "编码", "是"], ["事项", "文字", ""]]
    about: Rows = [["项目", "内容"], ["标题", "事项表"], ["关键栏目", "事项"], ["编号字母", "X"]]
    rules = form_from(sheets(about=about, columns=columns, lists=None, rules=None), AROUND).rules
    assert [(r.on, r.softened_by) for r in rules] == [(("item_id",), ""), (("事项",), "item_id")]


def test_a_title_that_is_no_name_needs_one_beside_it() -> None:
    titled = changed(ABOUT, 2, "内容", "培训（登记）")
    assert told(about=titled) == [("表单", "A6", "form-needs")]
    form = form_from(sheets(about=[*titled, ["名称", "training"]]), AROUND)
    assert (form.name, form.title, form.template) == ("training", "培训（登记）", "培训（登记）.xlsx")
    for name in ("cover", "1a", "a b", "ledger"):
        assert told(about=[*titled, ["名称", name]])[0][:2] == ("表单", "B6")


NUMBERED: Rows = [*ABOUT, ["编号字母", "P"]]


def test_numbers_go_with_a_letter() -> None:
    columns = changed([*COLUMNS, ["编号", "编码", *[""] * 8]], 11, "由办公室编号", "是")
    form = form_from(sheets(about=NUMBERED, columns=columns), AROUND)
    assert (form.id_letter, form.columns[-1].name, form.columns[-1].required) == ("P", "item_id", False)
    assert told(columns=columns) == [("表单", "A6", "form-no-letter")]
    assert told(about=NUMBERED) == [("表单", "B6", "form-no-assigned")]
    assert told(about=[*ABOUT, ["编号字母", "T"]], columns=columns) == [("表单", "B6", "form-taken")]
    assert told(about=[*ABOUT, ["编号字母", "TT"]], columns=columns) == [("表单", "B6", "form-pattern")]
    twice = [*columns, ["序列", "编码", *[""] * 8, "是"]]
    assert ("字段", "K12", "form-two-assigned") in told(about=NUMBERED, columns=twice)


def test_a_deadline_needs_to_know_what_is_done() -> None:
    assert told(about=[*ABOUT, ["时限栏目", "培训日期"]]) == [("表单", "A7", "form-needs")]
    assert told(about=[*ABOUT, ["完成条件", "是否考核 = 是"]]) == [("表单", "B6", "form-only-for")]
    due = [*ABOUT, ["时限栏目", "培训主题"], ["完成条件", "是否考核 = 是"]]
    assert told(about=due) == [("表单", "B6", "form-misfit")]


def test_remarks_go_to_a_numbered_form() -> None:
    def remarks(form: str, text: str) -> Rows:
        return [
            *ABOUT, ["意见写给", form], ["意见编号栏目", "培训主题"], ["意见内容栏目", "负责人"],
            ["意见日期栏目", "培训日期"], ["意见写入", text], ["意见日期写入", "督查日期"],
        ]  # fmt: skip

    form = form_from(sheets(about=remarks("整改台帐", "督查意见")), AROUND)
    assert form.remarks and (form.remarks.form, form.remarks.into_text) == ("ledger", "supervision")
    assert told(about=remarks("整改台帐", "存在问题")) == [("表单", "B10", "form-no-office-column")]
    assert ("表单", "B6", "form-no-number") in told(about=remarks("会议活动登记", "督查意见"))
    assert ("表单", "A8", "form-needs") in told(about=[*ABOUT, ["意见写给", "整改台帐"], ["版本", 2]])


# ---- several forms, files


def test_forms_of_one_folder_must_not_clash(tmp_path: Path) -> None:
    write_book(tmp_path / "一.xlsx", sheets())
    write_book(tmp_path / "二.xlsx", sheets())
    other = changed(changed(ABOUT, 2, "内容", "辅导登记"), 2, "内容", "辅导登记")
    write_book(tmp_path / "三.xlsx", sheets(about=other, lists=[*LISTS, ["培训方式", "其他", ""]]))
    (tmp_path / "~$一.xlsx").write_bytes(b"x")
    (tmp_path / "读我.txt").write_text("x", encoding="utf-8")
    assert [path.name for path in form_books(tmp_path)] == ["一.xlsx", "三.xlsx", "二.xlsx"]
    with pytest.raises(SettingsError) as caught:
        load_forms(tmp_path, catalog.base_lists())
    assert [(p.file, p.sheet, p.cell, p.code) for p in caught.value.problems] == [
        ("三.xlsx", "选项", "A2", "form-list-differs"),
        ("二.xlsx", "表单", "B2", "form-taken-in"),
    ]
    # A copy of a form's workbook has the same title: only the file's name tells which one is meant.
    assert "已经由表单文件“一.xlsx”使用" in caught.value.problems[-1].sentence("zh")
    assert "the workbook 一.xlsx" in caught.value.problems[-1].sentence("en")
    (tmp_path / "二.xlsx").unlink()
    write_book(tmp_path / "三.xlsx", sheets(about=other))
    assert [form.title for form in load_forms(tmp_path, catalog.base_lists())] == ["培训登记", "辅导登记"]
    assert load_forms(tmp_path / "没有", {}) == ()


WRONG_FILES = [(None, "form-no-file"), (b"", "form-unreadable"), (b"PK\3\4", "form-unreadable")]


def test_every_sentence_is_provoked() -> None:
    provoked = {mistake[-1] for mistake in MISTAKES} | {code for _, code in WRONG_FILES} | {
        "form-missing-sheet", "form-no-columns", "form-no-letter", "form-no-assigned", "form-two-assigned",
        "form-no-office-column", "form-no-number", "form-list-differs", "form-taken-in", "form-no-access",
    }  # fmt: skip
    assert {code for code in provoked if code.startswith("form-")} == {
        code for code in catalog.words("settings.zh")["problems"] if code.startswith("form-")
    }


@pytest.mark.parametrize(("content", "code"), WRONG_FILES)
def test_what_is_no_workbook_is_told(content: bytes | None, code: str, tmp_path: Path) -> None:
    path = tmp_path / "坏.xlsx"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(rx.SettingsError) as caught:
        rx.load_form(path)
    (problem,) = caught.value.problems
    assert problem.code == code and "坏.xlsx" in problem.sentence("zh") and "坏.xlsx" in problem.sentence("en")


# ---- written out and read back


@pytest.mark.parametrize("name", FORMS)
def test_a_built_in_form_is_written_and_read_back_equal(name: str, tmp_path: Path) -> None:
    rx.write_form(FORMS[name], tmp_path / "a.xlsx")
    again = rx.load_form(tmp_path / "a.xlsx")
    assert again == FORMS[name] and dict(again.positions) == dict(FORMS[name].positions)
    assert repr(again) == repr(FORMS[name])


def test_a_form_of_ones_own_is_written_and_read_back_equal(tmp_path: Path) -> None:
    form = training()
    rx.write_form(form, tmp_path / "a.xlsx")
    rx.write_form(form, tmp_path / "b.xlsx")
    assert rx.load_form(tmp_path / "a.xlsx") == form
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    assert isinstance(form, Form) and isinstance(form.lists[0], OptionList)


def test_the_workbook_names_what_may_be_written(tmp_path: Path) -> None:
    rx.write_form(FORMS["ledger"], tmp_path / "a.xlsx")
    book = load_workbook(tmp_path / "a.xlsx")
    assert book.sheetnames == ["表单", "字段", "选项", "规则", "说明"]
    rules = book["规则"]
    header = [cell.value for cell in rules[3]]
    assert header[:4] == ["规则", "字段", "条件", "要求"]
    (first,) = [row for row in rules.iter_rows(min_row=4, values_only=True) if row[1] == "情况说明"]
    assert first[:4] == ("按规定应填未填", "情况说明", "处理方式 属于 逐步解决、说明情况、提请上级协调", None)
    assert {v.formula1 for v in book["字段"].data_validations.dataValidation} >= {'"是,否"'}
    told = [row[0].value for row in book["说明"].iter_rows()]
    assert "按规定应填未填" in told and "问题类别" in told


# ---- facts


def test_the_layout_speaks_of_everything_that_a_form_can_say() -> None:
    layout = form_book_layout()
    assert set(layout.kinds) == set(catalog.KINDS)
    assert set(layout.rules["codes"]) >= {rule.code for form in FORMS.values() for rule in form.rules}
    kinds = {column.kind for sheet in layout.sheets.values() for column in sheet.columns}
    assert kinds | {column.kind for column in layout.form} <= set(layout.looks.formats)
    assert all(rows_for_form(form)["form"] for form in FORMS.values())
    assert Around().forms == ()


def test_what_explains_a_built_in_form_is_chinese() -> None:
    about = {name: {row["name"]: row["value"] for row in rows_for_form(form)["form"]} for name, form in FORMS.items()}
    told = [about[name][label] for name in FORMS for label in ("一行是", "依据", "填表说明")]
    assert all(told) and not [text for text in told if re.search("[A-Za-z,()]", text)]
