"""Forms of an office's own through all that a workspace does: templates, checks, runs, the ledger, the schedule."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result
from form_books import COLUMNS, GOOD, sheets, write_book
from openpyxl import load_workbook
from returns import DAY, filled_template, reopened, row, settings_for
from soffice import convert, needs_soffice

import rectify_xl as rx
from rectify_xl import cli
from rectify_xl.commands.line import program_for
from rectify_xl.facts import catalog
from rectify_xl.facts.in_force import using
from rectify_xl.office.settings import SettingsError
from rectify_xl.runs import workspace

PROGRAM: Any = SimpleNamespace(main=cli.main, name="rectify-xl")
TRAINED = {**GOOD, "培训日期": date(2005, 5, 20)}


def command(*args: object) -> Result:
    """The command line as a user calls it; what is not an exit is a bug and is raised."""
    result = CliRunner().invoke(PROGRAM, [str(arg) for arg in args])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def set_values(path: Path, sheet: str, values: Mapping[str, Any]) -> None:
    """Changes the values of a sheet of names and values."""
    book = load_workbook(path)
    for line in book[sheet].iter_rows():
        if line[0].value in values:
            line[1].value = values[line[0].value]
    book.save(path)


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with two forms of its own: 培训登记 written by hand, 帮扶台帐 made from the ledger."""
    place = tmp_path_factory.mktemp("own") / "整改工作"
    workspace.create(place, settings_for())
    write_book(place / "表单" / "培训.xlsx", sheets())
    told = command("form", "export", "整改台帐", str(place / "表单" / "帮扶.xlsx"))
    assert told.exit_code == 0, told.output
    named = {"标题": "帮扶台帐", "名称": "help_ledger", "编号字母": "B", "模板文件": "帮扶台帐.xlsx"}
    set_values(place / "表单" / "帮扶.xlsx", "表单", named)
    book = load_workbook(place / "配置.xlsx")
    first = next(line for line in book["工作安排"].iter_rows(min_row=4) if line[7].value == "会议活动登记")
    first[7].value, first[8].value = "培训登记", "培训方式 = 集中培训 且 是否考核 = 是"
    book.save(place / "配置.xlsx")
    return place


@pytest.fixture
def place(master: Path, tmp_path: Path) -> Path:
    """A copy of the workspace, to be written to."""
    return Path(shutil.copytree(master, tmp_path / "整改工作"))


def drop(place: Path, name: str, form: str, *rows: Mapping[str, Any]) -> Path:
    settings = rx.load_settings(place / "配置.xlsx")
    with using(settings.forms):
        return filled_template(place / "收件" / name, {form: list(rows)}, settings=settings)


def test_the_settings_know_the_forms_beside_them(place: Path, tmp_path: Path) -> None:
    settings = rx.load_settings(place / "配置.xlsx")
    assert [form.title for form in settings.forms] == ["培训登记", "帮扶台帐"]
    assert settings.lists["培训方式"][0] == "集中培训" and settings.aliases["培训方式"]["面授"] == "集中培训"
    (evidence,) = [e for task in settings.tasks for e in task.evidence if e.form == "培训登记"]
    assert evidence.where == "培训方式 = 集中培训 且 是否考核 = 是"
    rx.write_settings(settings, tmp_path / "配置.xlsx")
    assert "培训方式" not in {line[0].value for line in load_workbook(tmp_path / "配置.xlsx")["字典"].iter_rows()}
    rx.write_settings(settings, place / "配置.xlsx")
    assert rx.load_settings(place / "配置.xlsx") == settings


def test_a_run_takes_them_in_like_its_own(place: Path) -> None:
    drop(place, "一.xlsx", "培训登记", TRAINED, {**TRAINED, "培训主题": "学习党史", "实到人数（人）": 30})
    drop(place, "二.xlsx", "help_ledger", row("ledger"), row("ledger", problem="帮扶对象不明确", due=None))
    result = rx.run(place, as_of=DAY, verify=True)
    assert [(f.file, f.code, f.label) for f in result.book.findings] == [
        ("一.xlsx", "sum", "实到人数（人）"),
        ("二.xlsx", "required-when", "完成时限"),
    ]
    assert "「实到人数（人）」应不大于「应到人数」" in result.findings["message"][0]
    assert list(result.rows["help_ledger"]["item_id"]) == ["KX02-B001"] and len(result.rows["培训登记"]) == 1
    assert list(result.deadlines["form"]) == ["help_ledger"]
    (task,) = [task for task in result.settings.tasks if any(e.form == "培训登记" for e in task.evidence)]
    told = result.tasks[(result.tasks["unit_code"] == "KX02") & (result.tasks["task"] == task.id)]
    assert [str(day.date()) for day in told["shown_on"]] == ["2005-05-20"] and list(told["state"]) == ["逾期完成"]
    ledger = load_workbook(place / "成果" / "整改台帐.xlsx", read_only=True)
    assert {"培训登记", "帮扶台帐", "待更正"} <= set(ledger.sheetnames)
    again = rx.read_ledger(place / "成果" / "整改台帐.xlsx", result.settings)
    assert list(again["培训登记"]["培训主题"]) == ["学习党章"]
    told = command("history", place, "KX02-B001")
    assert told.exit_code == 0 and "帮扶台帐" in told.stdout and "完成时限" in told.stdout
    assert list(rx.history(place, "KX02-B001")["problem"]) == [row("ledger")["problem"]]
    assert list(rx.open(place).states["培训登记"]["培训主题"])[:1] == ["学习党章"]
    issued = rx.issue(place, as_of=DAY, units=["KX02"])
    assert "帮扶台帐" in load_workbook(place / issued[0], read_only=True).sheetnames


def test_what_is_sent_back_is_worded_by_their_rules(place: Path) -> None:
    drop(place, "一.xlsx", "培训登记", {**TRAINED, "实到人数（人）": 30})
    assert rx.run(place, as_of=DAY).outputs[-1] == f"退回/{DAY}/一.xlsx"
    told = [cell.value for cell in load_workbook(place / "退回" / str(DAY) / "一.xlsx")["问题清单"]["H"]]
    assert any("「实到人数（人）」应不大于「应到人数」" in str(text) for text in told), told


def test_a_file_with_a_confidential_one_is_copied_nowhere(place: Path) -> None:
    book = load_workbook(place / "表单" / "培训.xlsx")
    book["表单"].append(["保密", "是"])
    book.save(place / "表单" / "培训.xlsx")
    drop(place, "一.xlsx", "培训登记", {**TRAINED, "实到人数（人）": 30})
    written = [path for path in rx.run(place, as_of=DAY).outputs if path.startswith("退回/")]
    assert written == [f"退回/{DAY}/一.问题清单.xlsx"]
    sheets_written = load_workbook(place / written[0]).worksheets
    assert not any("学习党章" in str(cell.value) for sheet in sheets_written for line in sheet for cell in line)


def test_every_command_knows_them(place: Path) -> None:
    rows = ({**TRAINED, "培训方式": "面授"}, {**TRAINED, "培训主题": "学习党史", "培训方式": "函授"})
    path = drop(place, "一.xlsx", "培训登记", *rows)
    told = command("check", str(path), "--json", "--as-of", "2005-05-25")
    (held,) = json.loads(told.stdout)["files"]
    assert (held["verdict"], held["forms"]) == ("returned", {"培训登记": 1})
    assert [(f["code"], f["cell"]) for f in held["findings"]] == [("fixed-choice", "C4"), ("choice", "C5")]
    assert "“函授”" in command("check", str(path), "--as-of", "2005-05-25", "--return", str(place / "还")).stdout
    again = command("check", str(path), "--as-of", "2005-05-25", "--return", str(place / "还"))
    assert again.exit_code == 3 and "“函授”" in again.stdout and path.name in again.stderr
    assert (place / "还").is_dir()
    with using(rx.load_settings(place / "配置.xlsx").forms):
        assert list(catalog.templates())[-2:] == ["培训登记.xlsx", "帮扶台帐.xlsx"]
    told = command("run", str(place), "--as-of", "2005-05-25")
    assert told.exit_code == 0 and "培训登记 1" in told.stdout
    assert command("schedule", str(place), "--as-of", "2005-05-25").exit_code == 0
    told = command("status", str(place), "--as-of", "2005-05-25")
    assert told.exit_code == 0 and "培训登记 1" in told.stdout


def test_a_mistake_stops_everything_before_anything_is_written(place: Path) -> None:
    set_values(place / "表单" / "帮扶.xlsx", "表单", {"完成条件": "整改状况 = 已完成"})
    before = sorted(path.name for path in place.rglob("*"))
    for args in (("run", str(place)), ("templates", str(place / "模板")), ("issue", str(place))):
        told = command(*args)
        assert told.exit_code == 2 and "表单文件“帮扶.xlsx”「表单」B" in told.stderr and "“整改状况”" in told.stderr
    with pytest.raises(SettingsError):
        rx.load_settings(place / "配置.xlsx")
    assert sorted(path.name for path in place.rglob("*")) == before


def test_a_form_that_changes_or_goes_is_judged_again(place: Path) -> None:
    book = place / "表单" / "培训.xlsx"
    drop(place, "一.xlsx", "培训登记", TRAINED)
    assert list(rx.run(place, as_of=DAY).rows["培训登记"]["培训主题"]) == ["学习党章"]
    moved = [COLUMNS[0], ["登记日期", "日期", "否", *[""] * 7], COLUMNS[2], COLUMNS[1], *COLUMNS[3:]]
    write_book(book, sheets(columns=moved))
    with pytest.raises(rx.RectifyError, match=r"培训登记.*先汇总一次"):  # its stored rows have other columns
        rx.open(place).states["培训登记"]
    result = rx.run(place, as_of=DAY)
    assert list(rx.open(place).states["培训登记"]["培训主题"]) == ["学习党章"]
    assert list(result.rows["培训登记"]["培训主题"]) == ["学习党章"]
    assert result.rows["培训登记"]["登记日期"].isna().all()
    assert set(result.findings["code"]) == {"old-template", "missing-column", "fixed-header"}
    settings = load_workbook(place / "配置.xlsx")
    for line in settings["工作安排"].iter_rows(min_row=4):
        if line[7].value == "培训登记":
            line[7].value, line[8].value = "会议活动登记", None
    settings.save(place / "配置.xlsx")
    book.unlink()
    assert list(rx.run(place, as_of=DAY).findings["code"]) == ["no-form"]


def test_what_the_dictionary_lacks_for_a_rule_is_told(place: Path) -> None:
    write_book(place / "表单" / "培训.xlsx", sheets(rules=[
        ["规则", "字段", "要求", "或者只填"], ["类别不全", "培训对象", "本单位党员、基层群众", "不区分"],
    ]))  # fmt: skip
    assert rx.load_settings(place / "配置.xlsx").forms[0].rules[0].all_of == ("本单位党员", "基层群众")
    book = load_workbook(place / "配置.xlsx")
    gone = next(line[0].row for line in book["字典"].iter_rows() if line[1].value == "基层群众")
    book["字典"].delete_rows(gone)
    book.save(place / "配置.xlsx")
    with pytest.raises(SettingsError) as caught:
        rx.load_settings(place / "配置.xlsx")
    assert [(p.sheet, p.cell, p.code) for p in caught.value.problems] == [("规则", "C2", "form-option")]


def test_form_export_refuses_what_it_cannot_do(tmp_path: Path) -> None:
    told = command("form", "export", "leger", str(tmp_path / "a.xlsx"))
    assert told.exit_code == 2 and "ledger" in told.stderr
    assert command("form", "import", "ledger", str(tmp_path)).exit_code == 2
    assert command("form", "export", "ledger", str(tmp_path)).exit_code == 0
    assert (tmp_path / "整改台帐.xlsx").is_file()
    told = command("form", "export", "整改 台帐", str(tmp_path))
    assert told.exit_code == 3 and "整改台帐.xlsx" in told.stderr
    made = command("form", "export", "survey", str(tmp_path / "新" / "测评.xlsx"), "--json")
    assert json.loads(made.stdout) == {"outputs": [(tmp_path / "新" / "测评.xlsx").as_posix()]}
    assert "export" in program_for("en", cli.COMMANDS, DAY).commands["form"].help


@needs_soffice
def test_the_template_checks_itself_in_libreoffice(place: Path, tmp_path: Path) -> None:
    settings = rx.load_settings(place / "配置.xlsx")
    form = settings.forms[0]
    path = tmp_path / "培训登记.xlsx"
    rx.write_template(form, path, settings)
    with reopened(path) as book:
        sheet = book[form.title]
        for at, values in enumerate((TRAINED, {**TRAINED, "培训主题": "另一次", "合格率": None, "实到人数（人）": 21})):
            for index, column in enumerate(form.columns, start=1):
                sheet.cell(row=4 + at, column=index, value=values.get(column.label))
    saved = load_workbook(convert(path, "xlsx", tmp_path / "saved"), data_only=True)[form.title]
    checks = [saved.cell(row=at, column=len(form.columns) + 1).value for at in (4, 5)]
    assert checks[0] == catalog.words("selfcheck")["row"]["fine"]
    assert "合格率" in checks[1] and "实到人数（人）" in checks[1]
