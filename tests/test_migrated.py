"""An old filled workbook carried over: values under their columns as typed, and everything listed that has no place."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Sequence
from datetime import date, datetime, time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result
from openpyxl import Workbook, load_workbook
from returns import COVER, DAY, cover_grid, filled_template, form_grid, row, settings_for

import rectify_xl as rx
from rectify_xl import cli
from rectify_xl.excel.reading.reader import read_workbook
from rectify_xl.facts import catalog
from rectify_xl.grid import Grid, Unreadable
from rectify_xl.judging.migrated import CarriedOver, campaign_of, carry_over, plain_value
from rectify_xl.judging.recognise import sort_sheets
from rectify_xl.kinds import CellError, LongText, NoValue
from rectify_xl.receiving.guarded import pool, process
from rectify_xl.runs import workspace
from rectify_xl.runs.migration import MigrationError

SETTINGS = settings_for()
SURVEY = catalog.built_in_forms()["survey"]
NAMES = [column.name for column in SURVEY.columns]


def carried(*sheets: Grid, campaign: str = SETTINGS.campaign) -> CarriedOver:
    return carry_over(sheets, campaign)


def sheet(*rows: Sequence[Any], title: str = "测评", **more: Any) -> Grid:
    return Grid(title=title, rows=[list(line) for line in rows], **more)


def test_columns_in_another_order_and_under_other_words_find_their_places() -> None:
    held = carried(
        form_grid("survey", [row("survey", opinions="  很好 ")], columns=["opinions", *reversed(NAMES[:-1])])
    )
    (values,) = held.rows["survey"]
    good = row("survey")
    assert dict(zip(NAMES, values, strict=True)) == {
        **dict.fromkeys(NAMES), **{n: v for n, v in good.items() if v is not None}, "opinions": "  很好 ",
    }  # fmt: skip
    alias = next(word for words in [catalog.header_aliases()["存在问题"]] for word in words)
    ledger = form_grid("ledger", [row("ledger")])
    rows = [*ledger.rows[:2], [alias if v == "存在问题" else v for v in ledger.rows[2]], *ledger.rows[3:]]
    assert carried(Grid(title="整改台帐", rows=rows)).rows["ledger"][0][1] == row("ledger")["problem"]
    assert held.left == ()


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("", None), (" 五成 ", " 五成 "), ("=1+1", "=1+1"), (0.5, 0.5), (3.0, 3.0), (True, "TRUE"),
        (date(2005, 5, 20), date(2005, 5, 20)), (datetime(2005, 5, 20), date(2005, 5, 20)),
        (datetime(2005, 5, 20, 9, 30), "2005-05-20 09:30:00"), (time(9, 30), "09:30:00"),
        (LongText("长", 40_000), "长"),
    ],
)  # fmt: skip
def test_nothing_is_understood_or_mended(raw: Any, kept: Any) -> None:
    assert plain_value(raw) == kept and type(plain_value(raw)) is type(kept)


def test_what_has_no_place_is_listed() -> None:
    labels = [*(column.label for column in SURVEY.columns), "联系人", "序号", "自检"]
    good = [row("survey").get(name, "") for name in NAMES]
    held = carried(
        sheet(
            ["群众满意度测评"], [""], labels,
            [*good, "示例甲", 1, "没有问题"],
            [*good[:-1], CellError("#REF!"), "", 2, ""],
            ["合计", *[""] * 6, 40],
            [*[""] * 11, "备忘：下周补报"],
            title="群众满意度测评",
        ),
        sheet(["别的"], ["东西"], title="草稿"),
        cover_grid(campaign="另一次活动", note=NoValue("=A1")),
    )  # fmt: skip
    assert [(left.kind, left.sheet, left.cell, left.label, left.count) for left in held.left] == [
        ("error", "群众满意度测评", "K5", "主要意见和建议", 1),
        ("column", "群众满意度测评", "L3", "联系人", 1),
        ("row", "群众满意度测评", "L7", "", 1),
        ("cover", "封面", "C1", "活动名称", 1),
        ("cover", "封面", "C8", "备注", 1),
        ("sheet", "草稿", "", "", 2),
    ]
    assert len(held.rows["survey"]) == 2 and held.rows["survey"][1][-1] is None


def test_a_merged_cell_is_written_into_every_row_it_covers() -> None:
    good = [row("survey").get(name, "") for name in NAMES]
    labels = [column.label for column in SURVEY.columns]
    held = carried(sheet(labels, good, ["", *good[1:]], ["", *good[1:]], title=SURVEY.title, merges=[(2, 0, 4, 0)]))
    assert [line[0] for line in held.rows["survey"]] == [good[0]] * 3 and held.filled == 2 and held.left == ()


def test_the_other_forms_of_the_template_come_along_and_two_sheets_are_one() -> None:
    twin = Grid(title="会议活动登记(2)", rows=form_grid("activities", [row("activities")]).rows)
    held = carried(form_grid("activities", [row("activities")]), twin)
    assert [form.name for form in held.forms] == ["activities", "publications"]
    assert {name: len(rows) for name, rows in held.rows.items()} == {"activities": 2}


def test_without_a_form_there_is_nothing_to_carry() -> None:
    with pytest.raises(Unreadable):
        carried(sheet(["随便"], ["写写"]))
    assert campaign_of([cover_grid()]) == COVER["campaign"] and campaign_of([sheet(["x"])]) == ""


# ---- real workbooks

PROGRAM: Any = SimpleNamespace(main=cli.main, name="rectify-xl")


def command(*args: object) -> Result:
    result = CliRunner().invoke(PROGRAM, ["migrate", *(str(arg) for arg in args)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A filled template; its day is a text that no parser is asked about."""
    return filled_template(tmp_path / "旧.xlsx", {"survey": [row("survey"), row("survey", surveyed_on="五月下旬")]})


def test_a_filled_template_comes_out_as_it_was(old: Path, tmp_path: Path) -> None:
    before = old.read_bytes()
    held = rx.migrate(old, tmp_path / "新" / "表.xlsx", SETTINGS)
    assert old.read_bytes() == before and held.left == ()
    found = sort_sheets(read_workbook((tmp_path / "新" / "表.xlsx").read_bytes()).sheets)
    again = carry_over(read_workbook((tmp_path / "新" / "表.xlsx").read_bytes()).sheets, SETTINGS.campaign)
    assert again == held and found.cover and found.cover["filled_on"].value == DAY
    assert again.rows["survey"][1][NAMES.index("surveyed_on")] == "五月下旬"
    report = rx.check(tmp_path / "新" / "表.xlsx", SETTINGS, as_of=DAY)
    assert set(report.findings["code"]) == {"date", "duplicate"} or list(report.findings["code"]) == ["date"]
    with pytest.raises(FileExistsError):
        rx.migrate(old, tmp_path / "新" / "表.xlsx", SETTINGS)


def test_an_offices_own_sheet_needs_no_cover(tmp_path: Path) -> None:
    book = Workbook()
    page = book.worksheets[0]
    page.title = "我的台帐"
    said = {
        "序号": 1, "存在问题": "学习不够", "整改措施": "每周学习", "责任人": "示例甲", "完成时限": "5月底",
        "主管领导": "示例乙", "整改状态": "整改中", "问题来源": "其他", "整改目标": "学好", "轻重缓急": "急",
        "难易程度": "易", "处理方式": "限期整改", "时限类型": "近期", "责任部门": "办公室",
    }  # fmt: skip
    page.append([*said])
    page.append([*said.values()])
    book.save(tmp_path / "台帐.xlsx")
    held = rx.migrate(tmp_path / "台帐.xlsx", tmp_path / "新.xlsx", SETTINGS)
    assert [(left.kind, left.label) for left in held.left] == [("column", "主管领导")]
    made = load_workbook(tmp_path / "新.xlsx")["整改台帐"]
    at = {str(cell.value).rstrip("*"): cell.column for cell in made[3]}
    assert made.cell(4, at["完成时限"]).value == "5月底" and made.cell(4, at["存在问题"]).value == "学习不够"


def test_the_command_lists_what_it_left_and_writes_over_nothing(old: Path, tmp_path: Path) -> None:
    told = command(old)
    assert told.exit_code == 0 and "群众满意度测评 2" in told.stdout and "全部搬过去" in told.stdout
    assert (tmp_path / "旧.新模板.xlsx").is_file()
    assert command(old).exit_code == 3
    said = json.loads(command(old, "--out", tmp_path / "出", "--profile", "gdsta", "--json").stdout)
    assert said["rows"] == {"survey": 2} and said["left"] == [] and Path(said["output"]).is_file()
    said = json.loads(command(old, "--out", tmp_path / "b.xlsx", "--profile", "sysu", "--json").stdout)
    assert [left["kind"] for left in said["left"]] == ["cover"]
    told = command(old, "--out", tmp_path / "c.xlsx", "--profile", "sysu", "--lang", "en")
    assert "活动名称: differs from the new template's" in told.stdout
    assert command(old, "--profile", "gdsta", "--settings", "x.xlsx").exit_code == 2


def test_the_inbox_is_only_read(old: Path, tmp_path: Path) -> None:
    workspace.create(tmp_path / "工作", SETTINGS)
    inside = tmp_path / "工作" / "收件" / "旧.xlsx"
    inside.write_bytes(old.read_bytes())
    told = command(inside)
    assert told.exit_code == 2 and "收件" in told.stderr
    assert command(inside, "--out", tmp_path / "工作" / "模板").exit_code == 0
    assert [path.name for path in inside.parent.iterdir()] == ["旧.xlsx"]


def test_what_cannot_be_carried_is_told_as_check_tells_it(tmp_path: Path) -> None:
    (tmp_path / "坏.xlsx").write_bytes(b"PK\3\4 broken")
    book = Workbook()
    book.worksheets[0].append(["随便"])
    book.save(tmp_path / "别.xlsx")
    for name in ("坏.xlsx", "别.xlsx"):
        with pytest.raises(MigrationError):
            rx.migrate(tmp_path / name, tmp_path / "新.xlsx", SETTINGS)
        told = command(tmp_path / name, "--profile", "gdsta", "--lang", "en")
        assert told.exit_code == 2 and name in told.stderr
    assert command(tmp_path / "别.xlsx").exit_code == 2
    assert command(tmp_path / "没有.xlsx", "--profile", "gdsta").exit_code == 2


def test_a_hostile_file_is_refused_and_harms_only_the_process_that_reads_it(
    old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bomb = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(old) as package, zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as made:
        for part in package.namelist():
            made.writestr(part, package.read(part) + b" " * (40 << 20) * (part == "xl/workbook.xml"))
    (tmp_path / "link.xlsx").symlink_to(old)
    expected = {"bomb": "limit-ratio", "link": "not-a-file", "eat": "limit-memory", "segfault": "damaged"}
    monkeypatch.setattr(process, "CHILD_MODULE", "misbehaving_child")
    monkeypatch.setattr(pool._WAITING, "keepers", 0)
    pool.end_waiting()
    for name, code in expected.items():
        path = tmp_path / f"{name}.xlsx"
        if not path.exists():
            path.write_bytes(old.read_bytes())
        told = command(path, "--lang", "en")
        assert told.exit_code == 2 and told.stderr.count(path.name) == 1
        with pytest.raises(MigrationError) as refused:
            rx.migrate(path, tmp_path / "新.xlsx", SETTINGS)
        assert refused.value.finding.code == code
        assert refused.value.sentence("en") in told.stderr
    assert not (tmp_path / "新.xlsx").exists()
    assert rx.migrate(old, tmp_path / "新.xlsx", SETTINGS).left == ()
