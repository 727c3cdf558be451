"""The command line: every command, its statuses, its JSON, both languages, terminals and pipes."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result
from returns import row as good_row
from returns import settings_for
from weeks import drop

from rectify_xl import cli
from rectify_xl.commands import console
from rectify_xl.commands.help_pages import wrapped
from rectify_xl.commands.line import program_for
from rectify_xl.commands.table import COMMANDS, LANGUAGES, language_in, one_day, words_in
from rectify_xl.demo import make_demo
from rectify_xl.demo.units import demo_settings
from rectify_xl.excel.settings.settings_reader import load_settings
from rectify_xl.facts import catalog
from rectify_xl.normal import display_width
from rectify_xl.office.profiles import profile
from rectify_xl.runs.workspace import Workspace, create

DAY = "2005-05-25"
PROGRAM: Any = SimpleNamespace(main=cli.main, name="rectify-xl")
# The tests call the package that they stand beside, installed or not, from whatever folder.
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(cli.__file__).parents[1])}
HEAVY = ("pandas", "numpy", "pandera", "xlsxwriter", "openpyxl", "python_calamine", "rich", "chinese_calendar")


def call(*args: object) -> Result:
    """The command line called in this process; what is not an exit is a bug and is raised."""
    result = CliRunner().invoke(PROGRAM, [str(arg) for arg in args])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def shell(*args: object, **given: Any) -> subprocess.CompletedProcess[str]:
    """The command line called as users do."""
    command = [sys.executable, "-m", "rectify_xl", *map(str, args)]
    given = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "env": ENVIRONMENT, **given}
    return subprocess.run(command, encoding="utf-8", check=False, **given)


@pytest.mark.skipif(os.name == "nt", reason="signals as POSIX has them")
@pytest.mark.parametrize(("name", "lang"), [("SIGTERM", "zh"), ("SIGINT", "en")])
def test_told_to_stop_while_it_is_still_loading_it_ends_with_a_sentence(name: str, lang: str) -> None:
    number = getattr(signal, name)
    code = (
        f"import signal, sys, rectify_xl.__main__ as program; sys.argv[1:] = ['init', '--lang', {lang!r}]\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        f"sys.addaudithook(lambda event, args: args[0] == 'rectify_xl.cli' and signal.raise_signal({int(number)}) "
        "if event == 'import' else None); program.main()"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stdout, done.stderr) == (3, "", words_in(lang)["failed"]["interrupted"] + "\n")


def test_at_its_end_nothing_is_searched_for_cycles_any_more() -> None:
    code = (
        "import atexit, gc, sys, rectify_xl.__main__ as program; sys.argv[1:] = ['--help']\n"
        "atexit.register(lambda: print(gc.get_freeze_count() > 1000)); program.main()"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.endswith("True\n")


def files_below(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that nobody has run yet; tests that write to it take a copy."""
    folder = tmp_path_factory.mktemp("cli") / "demo"
    make_demo(folder)
    return folder


@pytest.fixture(scope="module")
def small(demo: Path) -> Path:
    """The same with the returns of two units alone, for what does not depend on how many there are; read only."""
    folder = Path(shutil.copytree(demo, demo.parent / "small"))
    for path in [p for p in Workspace(folder).inbox.rglob("*") if p.is_file()]:
        if not any(code in str(path) for code in ("KX04", "KX06")):
            path.unlink()
    return folder


@pytest.fixture
def copy(demo: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(demo, tmp_path / "ws"))


@pytest.fixture
def small_copy(small: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(small, tmp_path / "ws"))


def in_inbox(folder: Path, code: str, template: str = "整改方案及台帐.xlsx", day: str = "05月25日") -> Path:
    return next(Workspace(folder).inbox.glob(f"{day}/{code}*/{template}"))


def flawed_in(folder: Path) -> Path:
    return in_inbox(folder, "KX06")


# ---- help


def leaves(table: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from leaves(value, (*path, key))
        else:
            yield (*path, key)


def test_both_languages_say_the_same_things() -> None:
    zh, en = ({path for path in leaves(words_in(lang)) if path[0] not in ("states", "verdicts")} for lang in LANGUAGES)
    assert zh == en


def test_english_names_every_state_and_verdict() -> None:
    names = {*catalog.states("item").values(), *catalog.states("task").values()}
    assert set(words_in("en")["states"]) == names
    assert set(words_in("en")["verdicts"]) == set(catalog.states("verdict"))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", [None, *COMMANDS])
def test_every_command_argument_and_option_has_help(name: str | None, lang: str) -> None:
    program = program_for(lang, cli.COMMANDS, date(2005, 5, 25))
    command = program if name is None else program.commands[name]
    assert command.help and (name is None or command.short_help)
    page = "".join(call(*([name] if name else []), "--lang", lang, "--help").stdout.split())
    with click.Context(command) as ctx:
        params = command.get_params(ctx)
    for param in params:
        told = getattr(param, "explanation", None) or param.help  # type: ignore[attr-defined]
        assert told and "".join(told.split()) in page
        assert all(opt in page for opt in param.opts if opt.startswith("-"))


@pytest.mark.parametrize(("lang", "heading"), [("zh", "用法："), ("en", "Usage: ")])
def test_help_speaks_the_language_wherever_it_is_asked_for(lang: str, heading: str) -> None:
    for args in (("--lang", lang, "run", "-h"), ("run", "-h", "--lang", lang), ("run", f"--lang={lang}", "--help")):
        result = call(*args)
        assert result.exit_code == 0
        assert result.stdout.startswith(heading)
    assert ("Options:" in call("--help").stdout) is False


@pytest.mark.parametrize(
    ("args", "lang"),
    [
        ((), "zh"), (("run", "x"), "zh"), (("--lang", "en"), "en"), (("run", "--lang=en"), "en"),
        (("--lang", "en", "run", "--lang", "zh"), "zh"), (("--lang", "fr"), "zh"), (("--lang",), "zh"),
    ],
)  # fmt: skip
def test_the_language_is_known_before_anything_is_read(args: tuple[str, ...], lang: str) -> None:
    assert language_in(args) == lang


def test_help_is_the_same_with_an_older_click(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(click.Command, "get_help_option_names", lambda self, ctx: ["--help", "-h"])
    assert "-h, --help" in call("--help").stdout
    assert "-h, --help" in call("run", "--help").stdout


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys\nfrom rectify_xl import cli\ntry: cli.main(['--help'])\nexcept SystemExit: pass\n"
        f"print([m for m in {HEAVY} if m in sys.modules], file=sys.stderr)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", env=ENVIRONMENT)
    assert told.returncode == 0
    assert told.stderr.strip() == "[]"
    assert "rectify-xl" in told.stdout


@pytest.mark.parametrize("odd", [{"LC_ALL": "C", "PYTHONUTF8": "0"}, None], ids=["ascii", "closed"])
def test_odd_surroundings(odd: dict[str, str] | None, tmp_path: Path) -> None:
    code = "import os, sys; os.close(1); os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
    asked = ["-m", "rectify_xl", "init", str(tmp_path / "工作"), "--profile", "gdsta"]
    args = [sys.executable, *([] if odd else ["-c", code]), *asked]
    told = subprocess.run(args, capture_output=True, encoding="utf-8", env=ENVIRONMENT | (odd or {}))
    assert (told.returncode, told.stderr) == (0, "")
    assert (tmp_path / "工作" / "配置.xlsx").is_file()


def test_version() -> None:
    assert call("--version").stdout.split() == ["rectify-xl", "0.1.0"]


@pytest.mark.parametrize(
    "text",
    ["一二三四五六七八九十，一二三四五六七八九十。", "a b c dddd eeee ffff", "中文 and English 混排（括号）。"],
)
def test_help_wraps_by_display_width_and_loses_nothing(text: str) -> None:
    lines = wrapped(text, 12)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(display_width(line) <= 12 + 2 for line in lines)  # a closing mark may hang over
    assert not any(line[0] in "，。）" for line in lines)


# ---- wrong use: 2, a sentence on standard error, nothing on standard output

WRONG = [
    ((), "没有写命令"),
    (("--lang", "en"), "No command given"),
    (("rnu",), "是不是 run"),
    (("run",), "缺少 DIR"),
    (("check",), "缺少 FILE"),
    (("init", "x"), "必须写 --profile"),
    (("init", "x", "--profile", "none"), "gdsta、sysu"),
    (("run", "nowhere"), "不是工作目录"),
    (("run", "nowhere", "--lang", "en"), "is not a workspace"),
    (("run", "x", "--jsn"), "是不是 --json"),
    (("run", "x", "--json=1"), "后面不带值"),
    (("run", "x", "--as-of"), "后面要写上值"),
    (("run", "x", "y"), "多写了“y”"),
    (("run", "x", "--as-of", "2005-02-30"), "不是一个日期"),
    (("run", "x", "--as-of", "5月中旬"), "不是一个日期"),
    (("run", "x", "--workers", "0"), "不小于 1"),
    (("run", "x", "--fail-on", "accepted"), "returned、refused"),
    (("demo", "x", "--units", "0"), "1 至 2000"),
    (("demo", "x", "--units", "many"), "1 至 2000"),
    (("--lang", "fr", "run", "x"), "zh、en"),
    (("--as-of", DAY, "init", "x", "--profile", "gdsta"), "没有选项 --as-of"),
    (("check", "no-such-file.xlsx"), "找不到 no-such-file.xlsx"),
    (("check", "no-such-file.xlsx", "--profile", "gdsta"), "找不到 no-such-file.xlsx"),
    (("check", ".", "--profile", "gdsta", "--settings", "x"), "只能写一个"),
    (("check", ".", "--settings", "no-such-settings.xlsx"), "找不到配置文件"),
    (("templates", "out"), "--profile"),
    (("migrate", "no-such-file.xlsx", "--profile", "gdsta"), "找不到 no-such-file.xlsx"),
]


@pytest.mark.parametrize(("args", "told"), WRONG, ids=[" ".join(args) for args, _ in WRONG])
def test_wrong_use(args: tuple[str, ...], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = call(*args)
    assert result.exit_code == 2
    assert told in result.stderr
    assert result.stdout == ""
    assert not list(tmp_path.iterdir())


def test_settings_with_mistakes_are_refused_with_every_cell(copy: Path) -> None:
    import openpyxl

    path = Workspace(copy).settings_path
    book = openpyxl.load_workbook(path)
    sheet = book["单位名册"]
    for row in (4, 5):
        sheet.cell(row, 4).value = "没有的类别"
    book.save(path)
    before = files_below(copy)
    for args in (("run", copy), ("schedule", copy), ("check", flawed_in(copy))):
        result = call(*args, "--as-of", DAY)
        assert (result.exit_code, result.stdout) == (2, "")
        assert "「单位名册」D4" in result.stderr and "「单位名册」D5" in result.stderr
    assert files_below(copy) == before


# ---- init and templates


@pytest.mark.parametrize("name", ["gdsta", "sysu"])
def test_init_makes_a_workspace_of_the_profile(name: str, tmp_path: Path) -> None:
    result = call("init", tmp_path / "ws", "--profile", name)
    assert result.exit_code == 0
    assert "配置.xlsx" in result.stdout and f"templates {tmp_path / 'ws' / '模板'}" in result.stdout
    assert load_settings(tmp_path / "ws" / "配置.xlsx") == profile(name)
    assert {p.name for p in (tmp_path / "ws").iterdir()} >= {"收件", "成果", "模板", "存档", "退回", "下发"}


def test_init_without_room_may_be_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, data: bytes) -> int:
        raise OSError(errno.ENOSPC, "full", str(path))

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_bytes", full)
        told = call("init", tmp_path / "w", "--profile", "gdsta")
    assert (told.exit_code, "磁盘已满" in told.stderr) == (3, True)
    assert call("init", tmp_path / "w", "--profile", "gdsta").exit_code == 0


def test_init_refuses_a_folder_that_is_not_empty(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    result = call("init", tmp_path, "--profile", "gdsta")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "不是空文件夹" in result.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["notes.txt"]


def test_init_as_json(tmp_path: Path) -> None:
    assert json.loads(call("--json", "init", tmp_path / "ws", "--profile", "sysu").stdout) == {"outputs": ["配置.xlsx"]}


def test_templates_by_profile_by_settings_and_by_workspace(tmp_path: Path) -> None:
    create(tmp_path / "ws", demo_settings("gdsta", 3))
    ways = {
        "a": (tmp_path / "a", "--profile", "gdsta"),
        "b": (tmp_path / "b", "--settings", tmp_path / "ws" / "配置.xlsx"),
        "c": (tmp_path / "ws" / "模板",),
    }
    made = {}
    for name, args in ways.items():
        result = call("templates", *args)
        assert result.exit_code == 0
        made[name] = files_below(args[0])
        assert set(made[name]) == set(catalog.templates())
        assert all(template in result.stdout for template in catalog.templates())
    assert made["b"] == made["c"]


# ---- check


def test_check_prints_the_findings_by_cell(demo: Path) -> None:
    result = call("check", flawed_in(demo), "--as-of", DAY)
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[0].startswith("退回  ") and "KX06 示例第三党支部" in lines[0] and "错误 3" in lines[0]
    assert any(line.strip().startswith("错误 「整改台帐」H4「轻重缓急」填写的“特急”") for line in lines)
    assert lines[-1].startswith("共 1 份：退回 1")
    assert result.stderr == ""


def test_check_in_english(demo: Path) -> None:
    result = call("--lang", "en", "check", flawed_in(demo), "--as-of", DAY)
    lines = result.stdout.splitlines()
    assert lines[0].startswith("returned  ")
    assert any(line.strip().startswith("error 「整改台帐」 H4 ") for line in lines)
    assert lines[-1].startswith("Files: 1 (returned 1). Findings: error ")


def test_check_is_0_where_nothing_must_be_corrected(demo: Path) -> None:
    fixed = in_inbox(demo, "KX11")
    result = call("check", fixed, in_inbox(demo, "KX04"), "--as-of", DAY)
    assert result.exit_code == 0
    assert "已规范 3" in result.stdout


def test_check_as_json(demo: Path) -> None:
    given = flawed_in(demo)
    result = call("check", given, "--as-of", DAY, "--json")
    told = json.loads(result.stdout)
    assert list(told) == ["files"]
    (entry,) = told["files"]
    assert list(entry) == ["file", "verdict", "unit", "forms", "findings"]
    assert (entry["file"], entry["verdict"], entry["unit"]) == (str(given), "returned", "KX06")
    assert set(entry["forms"]) == {"ledger"}
    codes = {finding["code"]: finding for finding in entry["findings"]}
    assert set(codes) == {"choice", "required", "error-value", "workday"}
    assert {**codes["choice"], "message": ""} == {
        "level": "error", "code": "choice", "file": str(given), "sheet": "整改台帐", "cell": "H4", "row": 4,
        "column": "urgency", "label": "轻重缓急", "value": "特急", "message": "",
    }  # fmt: skip
    assert "value" not in codes["required"]
    assert "特急" in codes["choice"]["message"]
    assert result.stdout.count("\n") == 1


def test_check_names_files_below_a_folder_by_their_path_there(demo: Path) -> None:
    result = call("check", Workspace(demo).inbox, "--as-of", DAY, "--json")
    assert result.exit_code == 1
    entries = {entry["file"]: entry["verdict"] for entry in json.loads(result.stdout)["files"]}
    assert entries["整改台帐(1).xlsx"] == "refused"
    assert entries["05月25日/KX06示例第三党支部/整改方案及台帐.xlsx"] == "returned"
    assert "~$整改方案及台帐.xlsx" not in entries
    assert "repeated" not in entries.values()


def test_check_takes_the_settings_of_the_workspace_that_holds_the_file(demo: Path) -> None:
    stranger = next(Workspace(demo).inbox.glob("外单位来件/*.xlsx"))
    assert call("check", stranger, "--as-of", DAY).exit_code == 1  # not on this workspace's roster
    assert call("check", stranger, "--as-of", DAY, "--profile", "gdsta").exit_code == 0  # a profile has no roster


def test_check_takes_the_profile_whose_campaign_the_cover_names(demo: Path, tmp_path: Path) -> None:
    inbox = Workspace(demo).inbox
    shutil.copy(in_inbox(demo, "KX04"), tmp_path / "gdsta.xlsx")
    shutil.copy(next(inbox.glob("别的活动/*.xlsx")), tmp_path / "sysu.xlsx")
    told = json.loads(call("check", tmp_path, "--as-of", DAY, "--json").stdout)["files"]
    verdicts = {entry["file"]: entry["verdict"] for entry in told}
    assert verdicts == {"gdsta.xlsx": "accepted", "sysu.xlsx": "returned"}
    assert "other-campaign" not in {finding["code"] for entry in told for finding in entry["findings"]}


def test_check_of_an_unknown_campaign_needs_settings(tmp_path: Path) -> None:
    from dataclasses import replace

    from rectify_xl.excel.templates.template import write_template

    settings = replace(profile("gdsta"), campaign="没有人知道的活动")
    write_template(catalog.forms()["ledger"], tmp_path / "a.xlsx", settings)
    result = call("check", tmp_path / "a.xlsx")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--profile" in result.stderr and "a.xlsx" in result.stderr


def test_what_is_no_workbook_gets_its_verdict_without_settings(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"")
    result = call("check", tmp_path / "a.xlsx", "--json")
    assert result.exit_code == 1
    (entry,) = json.loads(result.stdout)["files"]
    assert (entry["verdict"], entry["findings"][0]["code"]) == ("refused", "not-a-workbook")


def test_check_of_an_empty_folder_finds_nothing(tmp_path: Path) -> None:
    assert call("check", tmp_path, "--profile", "gdsta").stdout.strip() == "没有找到文件。"
    assert json.loads(call("check", tmp_path, "--profile", "gdsta", "--json").stdout) == {"files": []}


@pytest.mark.skipif(os.name == "nt", reason="Windows knows no such names")
def test_names_that_would_rule_the_terminal_are_shown_harmless(tmp_path: Path) -> None:
    odd = os.fsencode(tmp_path) + b"/a\x1b[31m\n\xe2\x80\xae\xff.xlsx"
    Path(os.fsdecode(odd)).write_bytes(b"")
    result = shell("check", tmp_path, "--profile", "gdsta")
    assert r"a\x1b[31m\x0a\u202e\xff.xlsx" in result.stdout
    assert "\x1b" not in result.stdout
    assert json.loads(shell("check", tmp_path, "--profile", "gdsta", "--json").stdout)["files"][0]["file"] == (
        r"a\x1b[31m\x0a\u202e\xff.xlsx"
    )


# ---- run


def test_run_tells_the_week_in_short(copy: Path) -> None:
    result = call("run", copy, "--as-of", DAY)
    assert result.exit_code == 0
    for part in ("判断日 2005-05-25", "收到 68 份", "退回 5", "整改台帐 ", "按期完成 ", "成果/整改台帐.xlsx"):
        assert part in result.stdout
    assert not any(line != line.rstrip() for line in result.stdout.splitlines())


def test_run_as_json(copy: Path) -> None:
    result = call("run", copy, "--as-of", DAY, "--json")
    told = json.loads(result.stdout)
    assert list(told) == ["as_of", "files", "rows", "pending", "deadlines", "tasks", "outputs", "findings"]
    files = told["files"]
    assert list(files) == ["received", "accepted", "returned", "refused", "repeated", "held", "ignored"]
    assert files["received"] == sum(files[v] for v in ("accepted", "returned", "refused", "repeated", "held")) == 68
    assert (files["refused"], files["repeated"], files["held"], files["ignored"]) == (3, 1, 1, 1)
    assert told["as_of"] == DAY
    assert told["rows"]["ledger"] == sum(told["deadlines"].values())
    assert all((copy / path).is_file() for path in told["outputs"]) and told["outputs"]
    assert {"level", "code", "file", "message"} <= set(told["findings"][0])


def test_dry_run_changes_nothing_and_prints_the_same(small_copy: Path) -> None:
    before = files_below(small_copy)
    dry = call("run", small_copy, "--as-of", DAY, "--dry-run", "--json")
    assert files_below(small_copy) == before
    assert json.loads(dry.stdout)["outputs"] == []
    wet = call("run", small_copy, "--as-of", DAY, "--json")
    assert {**json.loads(wet.stdout), "outputs": []} == json.loads(dry.stdout)
    assert "没有写任何文件" in call("run", small_copy, "--as-of", DAY, "--dry-run").stdout


@pytest.mark.parametrize(
    ("kept", "fail_on", "status"),
    [
        (("KX04",), "returned", 0), (("KX04",), "refused", 0),
        (("KX06",), "returned", 1), (("KX06",), "refused", 0), (("KX06",), None, 0),
        (("外单位来件",), "returned", 1), (("外单位来件",), "refused", 1), (("外单位来件",), None, 0),
    ],
)  # fmt: skip
def test_fail_on(kept: tuple[str, ...], fail_on: str | None, status: int, copy: Path) -> None:
    inbox = Workspace(copy).inbox
    for path in [p for p in inbox.rglob("*") if p.is_file() and not any(part in str(p) for part in kept)]:
        path.unlink()
    asked = ("--fail-on", fail_on) if fail_on else ()
    assert call("run", copy, "--as-of", DAY, "--dry-run", *asked).exit_code == status
    assert call("schedule", copy, "--as-of", DAY, *asked).exit_code == status


def test_what_tells_of_the_last_run_fails_on_the_files_that_it_saw_first(small_copy: Path) -> None:
    inbox = Workspace(small_copy).inbox
    for path in [p for p in inbox.rglob("*") if p.is_file() and "KX06" not in str(p)]:
        path.unlink()
    commands = (("status", small_copy), ("issue", small_copy, "--unit", "KX04"))
    for day, seen in ((DAY, 1), ("2005-05-26", 0)):
        call("run", small_copy, "--as-of", day)
        for command in commands:
            assert call(*command, "--as-of", day, "--fail-on", "returned").exit_code == seen
            assert call(*command, "--as-of", day, "--fail-on", "refused").exit_code == 0


def test_a_checked_file_is_asked_back_by_the_day_that_its_office_gives(tmp_path: Path) -> None:
    import openpyxl

    first, second = tmp_path / "甲", tmp_path / "乙"
    create(first, settings_for(early_warning=5, holidays=((date(2005, 5, 26), False),)))
    create(second, settings_for())
    files = [drop(place, "坏.xlsx", good_row("ledger", problem="短")) for place in (first, second)]

    def days(*args: object) -> set[str]:
        shutil.rmtree(tmp_path / "退", ignore_errors=True)
        assert call("check", *args, "--return", tmp_path / "退", "--as-of", DAY).exit_code == 1
        books = [openpyxl.load_workbook(path) for path in (tmp_path / "退").iterdir()]
        texts = {str(cell.value) for book in books for line in book["问题清单"] for cell in line}
        return {found[1] for text in texts if (found := re.search("请于2005年(.+?)前重新报送", text))}

    assert days(files[0]) == {"6月2日"}
    assert days(files[1]) == days(files[0], "--profile", "gdsta") == {"5月30日"}
    assert days(files[1], "--settings", first / "配置.xlsx") == {"6月2日"}
    assert days(*files) == {"6月2日"}


@pytest.mark.parametrize(
    "args",
    [
        ("check", "配置.xlsx", "--return", "收件/退"), ("check", "配置.xlsx", "--return", "下发/../收件"),
        ("templates", "收件"), ("form", "export", "ledger", "收件/表.xlsx"), ("export", ".", "--to", "收件"),
        ("migrate", "配置.xlsx", "--out", "收件"),
    ],
)  # fmt: skip
def test_nothing_is_written_into_the_inbox(args: tuple[str, ...], copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(copy)
    before = files_below(copy)
    result = call(*args)
    assert result.exit_code == 2
    assert "不往里写" in result.stderr
    assert files_below(copy) == before


def test_run_with_workers_and_verify_says_the_same(copy: Path) -> None:
    plain = shell("run", copy, "--as-of", DAY, "--dry-run", "--json", "--workers", 1)
    both = shell("run", copy, "--as-of", DAY, "--dry-run", "--json", "--workers", 2, "--verify")
    assert (plain.returncode, both.returncode) == (0, 0)
    assert plain.stdout == both.stdout


def test_options_work_before_and_after_the_commands_name(small: Path) -> None:
    told = {
        call(*args).stdout
        for args in (
            ("--json", "--as-of", DAY, "--lang", "en", "-q", "schedule", small),
            ("schedule", small, "--json", "--as-of", DAY, "--lang", "en", "--quiet"),
            ("--as-of", DAY, "schedule", "--json", small, "-q", "--lang=en"),
            ("--as-of", "2005-05-01", "--json", "schedule", small, "--as-of", DAY),  # what stands after counts
        )
    }
    assert len(told) == 1
    assert json.loads(told.pop())["as_of"] == DAY


# ---- schedule


def test_schedule_as_json(small: Path) -> None:
    before = files_below(small)
    result = call("schedule", small, "--as-of", DAY, "--json")
    told = json.loads(result.stdout)
    assert (result.exit_code, result.stderr) == (0, "")
    assert list(told) == ["as_of", "tasks"]
    tasks = {task["id"]: task for task in told["tasks"]}
    assert list(tasks) == [f"T{n}" for n in range(1, 10)]
    assert list(tasks["T6"]) == ["id", "item", "time", "start", "end", "workdays_left", "units"]
    assert {**tasks["T6"], "units": {}} == {
        "id": "T6", "item": "支部会议", "time": "5月23日至27日", "start": "2005-05-23", "end": "2005-05-27",
        "workdays_left": 2, "units": {},
    }  # fmt: skip
    assert set(tasks["T6"]["units"]) == set(catalog.states("task").values())
    assert {sum(task["units"].values()) for task in tasks.values()} == {11}
    assert tasks["T4"]["workdays_left"] == -3
    assert files_below(small) == before


def test_schedule_leaves_what_is_undated_open(tmp_path: Path) -> None:
    create(tmp_path / "ws", demo_settings("sysu", 3))
    told = json.loads(call("schedule", tmp_path / "ws", "--as-of", DAY, "--json").stdout)
    tasks = {task["id"]: task for task in told["tasks"]}
    undated = {key: tasks["S6"][key] for key in ("start", "end", "workdays_left")}
    assert undated == {"start": None, "end": None, "workdays_left": None}
    assert (tasks["S10"]["start"], tasks["S10"]["end"]) == (None, "2005-05-31")


def test_schedule_for_people(small: Path) -> None:
    lines = call("schedule", small, "--as-of", DAY).stdout.splitlines()
    line = next(line for line in lines if line.split()[:1] == ["T6"])
    assert line.split()[:6] == ["T6", "支部会议", "5月23日至27日", "2005-05-23", "2005-05-27", "2"]
    english = call("schedule", small, "--as-of", DAY, "--lang", "en").stdout
    assert "Working days left" in english and "due soon" in english and "即将到期" not in english


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_narrow_window_breaks_no_day_and_loses_no_word(
    lang: str, demo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console, "_UNBOUNDED", 80)
    lines = call("schedule", demo, "--as-of", DAY, "--lang", lang).stdout.splitlines()
    assert max(map(display_width, lines)) <= 80 and not [line for line in lines if "…" in line]
    line = next(line for line in lines if line.split()[:1] == ["T6"])
    assert line.split()[1:5] == ["支部会议", "5月23日至", "2005-05-23", "2005-05-27"]
    assert sum("下午" in line.split() for line in lines) == 2 and any(" 5月12日 " in line for line in lines)


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_narrow_window_parts_no_name_from_its_number(
    lang: str, width: int, demo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console, "_UNBOUNDED", width)
    lines = call("run", demo, "--as-of", DAY, "--dry-run", "--lang", lang).stdout.splitlines()
    figures = lines[1 : next(place for place, line in enumerate(lines) if line.startswith(("问题", "Findings"))) + 1]
    assert max(map(display_width, figures)) <= width
    pairs = [pair for line in figures for pair in re.split("，|, ?", line)]
    assert len(figures) >= 7 and not [pair for pair in pairs if re.fullmatch(r" *\d+", pair)]


# ---- the day


def test_the_day_is_today_unless_said(small: Path) -> None:
    day = json.loads(call("schedule", small, "--json").stdout)["as_of"]
    assert day in {date.today().isoformat(), (date.fromordinal(date.today().toordinal() - 1)).isoformat()}


@pytest.mark.parametrize("text", ["2005-05-25", "2005-5-25", "20050525", "5月25日", "2005年5月25日", "2005.5.25"])
def test_days_as_people_write_them(text: str) -> None:
    assert one_day(text, date(2005, 1, 1)) == date(2005, 5, 25)


@pytest.mark.parametrize("text", ["", "5月", "5月中旬", "25", "2005-05-32", "明天", "2005-05-25 至 2005-05-27"])
def test_what_is_not_one_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        one_day(text, date(2005, 1, 1))


# ---- demo


def test_demo_makes_runs_and_tells_what_to_open(tmp_path: Path) -> None:
    result = shell("demo", "演示", "--profile", "sysu", "--units", 3, cwd=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    assert "判断日 2005-05-25" in result.stdout
    assert "演示/成果/整改进度.xlsx" in result.stdout.replace("\\", "/")
    assert "\x1b" not in result.stdout
    assert (tmp_path / "演示" / "成果" / "整改台帐.xlsx").is_file()
    assert call("demo", tmp_path / "演示").exit_code == 2


def test_demo_as_json_is_the_runs_own(tmp_path: Path) -> None:
    result = call("demo", tmp_path / "d", "--units", 2, "--json")
    told = json.loads(result.stdout)
    again = json.loads(call("run", tmp_path / "d", "--as-of", DAY, "--dry-run", "--json").stdout)
    assert told["as_of"] == DAY and told["outputs"]
    assert told["rows"] == again["rows"]


# ---- a job that could not be finished: 3


def test_results_that_cannot_be_written(small_copy: Path) -> None:
    shutil.rmtree(Workspace(small_copy).results)
    Workspace(small_copy).results.write_text("in the way", encoding="utf-8")
    result = call("run", small_copy, "--as-of", DAY)
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr.startswith("没有完成：")
    assert "Traceback" not in result.stderr


def test_a_workspace_below_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    result = call("--lang", "en", "init", tmp_path / "file" / "ws", "--profile", "gdsta")
    assert result.exit_code == 3
    assert result.stderr.startswith("Not finished: a part of the path is not a folder")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device here")
@pytest.mark.parametrize("args", [("--help",), ("check", "."), ("check", ".", "--json")])
def test_output_that_cannot_be_written(args: tuple[str, ...], small: Path) -> None:
    with Path("/dev/full").open("w") as full:
        result = shell(*args, cwd=Workspace(small).inbox, stdout=full)
    assert (result.returncode, result.stderr) == (3, "没有完成：磁盘已满\n")


def test_a_bug_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch, demo: Path) -> None:
    from rectify_xl.runs import pipeline

    def broken(*_: object, **__: object) -> None:
        raise KeyError("a bug")

    monkeypatch.setattr(pipeline, "run_workspace", broken)
    with pytest.raises(KeyError):
        call("run", demo)


# ---- terminals and pipes


@pytest.mark.skipif(os.name == "nt", reason="there are no pseudo-terminals here")
def test_a_reader_who_has_seen_enough_is_no_trouble(small: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    calls = (
        ("check", Workspace(small).inbox, "--as-of", DAY), ("run", small, "--dry-run", "--json", "--as-of", DAY),
        ("status", small, "--as-of", DAY), ("run", "--help"),
    )  # fmt: skip
    for args in calls:
        env = {**ENVIRONMENT, "PYTHONUNBUFFERED": "1" if args[0] == "status" else ""}
        whole, cut_off = shell(*args, env=env), shell(*args, env=env, stdout=write)
        assert (cut_off.returncode, cut_off.stderr) == (whole.returncode, whole.stderr)
        assert whole.returncode == (1 if args[0] == "check" else 0)
    os.close(write)


def on_terminal(*args: object) -> tuple[str, str]:
    """What a command prints to a pipe and, as its standard error, to a terminal."""
    import pty

    leader, follower = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "rectify_xl", *map(str, args)],
        stdout=subprocess.PIPE, stderr=follower, env={**ENVIRONMENT, "TERM": "xterm", "COLUMNS": "100"},
    ) as process:  # fmt: skip
        os.close(follower)
        told = b""
        while True:
            try:
                told += os.read(leader, 65536)
            except OSError:  # how a terminal says that nobody writes to it any more
                break
        assert process.stdout is not None
        out = process.stdout.read()
    os.close(leader)
    return out.decode(), told.decode()


@pytest.mark.skipif(os.name == "nt", reason="there are no pseudo-terminals here")
def test_progress_is_shown_on_a_terminal_alone(small: Path) -> None:
    args = ("check", Workspace(small).inbox, "--as-of", DAY)
    count = len(files_below(Workspace(small).inbox))
    out, told = on_terminal(*args)
    assert count > 5 and "读取" in told and f"{count}/{count}" in told
    assert "\x1b" not in out
    assert on_terminal(*args, "--quiet") == (out, "")
    piped = shell(*args)
    assert (piped.stdout, piped.stderr) == (out, "")


@pytest.mark.parametrize("encoding", ["ascii", "gbk", "utf-8"])
def test_output_is_utf_8_whatever_the_console_says(encoding: str, small: Path) -> None:
    env = {**ENVIRONMENT, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    expected = call("schedule", small, "--as-of", DAY).stdout
    assert "支部会议" in expected
    assert shell("schedule", small, "--as-of", DAY, env=env).stdout == expected
